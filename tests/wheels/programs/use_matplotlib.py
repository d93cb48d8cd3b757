"""matplotlib: a plot with text and mathematics, as PNG, PDF and SVG."""

from __future__ import annotations

import io
import os

import matplotlib

matplotlib.use("Agg")
import matplotlib.font_manager
import matplotlib.pyplot as plt
import numpy as np


def main() -> None:
    """Draws a wave; with OUTPUT in the environment the PNG is kept there."""
    figure, axes = plt.subplots(figsize=(4, 3), dpi=100)
    x = np.linspace(0, 10, 200)
    axes.plot(x, np.sin(x), label=r"$\sin(x)$")
    axes.imshow(np.arange(100).reshape(10, 10), extent=(6, 9, -0.9, 0), aspect="auto")
    axes.set_xlim(0, 10)
    axes.set_ylim(-1, 1)
    axes.set_title("Überschrift: " + r"$\frac{\alpha^2}{\sqrt{\beta}}$")
    axes.legend()
    images = {}
    for kind in ("png", "pdf", "svg"):
        stream = io.BytesIO()
        figure.savefig(stream, format=kind)
        images[kind] = stream.getvalue()
    picture = (plt.imread(io.BytesIO(images["png"]))[:, :, :3] * 255).round().astype(int)
    assert picture.shape == (300, 400, 3)
    wave = (abs(picture - [31, 119, 180]) < 3).all(axis=2)
    assert wave[40:265, 50:360].any(axis=0).mean() > 0.7  # but for where the image is above it
    title, beside = picture[:28, 130:280], picture[:28, :130]
    assert (title.min(axis=2) < 128).sum() > 250 and beside.min() == 255
    assert len(np.unique(picture[160:255, 240:325].reshape(-1, 3), axis=0)) >= 10
    assert images["pdf"].startswith(b"%PDF") and b"<svg" in images["svg"]
    assert matplotlib.font_manager.findfont("DejaVu Sans").endswith("DejaVuSans.ttf")
    with plt.style.context("ggplot"):
        plt.figure()
    if "OUTPUT" in os.environ:
        with open(os.environ["OUTPUT"], "wb") as file:
            file.write(images["png"])
    print("matplotlib", matplotlib.__version__, "works")


if __name__ == "__main__":
    main()
