"""soundfile: libsndfile by way of cffi, found beside the package; formats with codecs of their own."""

from __future__ import annotations

import io

import numpy as np
import soundfile


def main() -> None:
    """A tone is written and read in several formats."""
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(22050) / 22050)
    for kind, tolerance in (("WAV", 1e-3), ("FLAC", 1e-3), ("OGG", 0.1), ("MP3", 0.2)):
        stream = io.BytesIO()
        soundfile.write(stream, tone, 22050, format=kind)
        stream.seek(0)
        again, rate = soundfile.read(stream)
        assert rate == 22050 and abs(np.std(again) - np.std(tone)) < tolerance, kind
    print("soundfile", soundfile.__version__, soundfile.__libsndfile_version__, "works")


if __name__ == "__main__":
    main()
