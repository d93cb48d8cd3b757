"""PyAV: FFmpeg's libraries, which need each other, encode and decode a film."""

from __future__ import annotations

import io

import av
import numpy as np


def main() -> None:
    """Twenty frames there and back."""
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as film:
        video = film.add_stream("mpeg4", rate=24)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        for n in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 10 * n, np.uint8), format="rgb24")
            film.mux(video.encode(frame))
        film.mux(video.encode())
    stream.seek(0)
    with av.open(stream) as film:
        frames = [frame.to_ndarray(format="rgb24").mean() for frame in film.decode(video=0)]
    assert len(frames) == 20 and abs(frames[10] - 100) < 10
    print("av", av.__version__, "works")


if __name__ == "__main__":
    main()
