"""imageio-ffmpeg: an executable in a folder of the package."""

from __future__ import annotations

import subprocess

import imageio_ffmpeg


def main() -> None:
    """Asks for the codecs."""
    path = imageio_ffmpeg.get_ffmpeg_exe()
    assert (
        b"libx264"
        in subprocess.run([path, "-hide_banner", "-encoders"], capture_output=True, check=True).stdout
    )
    print("imageio-ffmpeg", imageio_ffmpeg.__version__, "works")


if __name__ == "__main__":
    main()
