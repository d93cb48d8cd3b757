"""Pillow: drawing with its own font, and every codec that the wheel promises."""

from __future__ import annotations

import io

import PIL
from PIL import Image, ImageDraw, ImageFilter, ImageFont, features


def main() -> None:
    """Draws, saves and opens an image in several formats."""
    image = Image.new("RGB", (120, 60), "white")
    draw = ImageDraw.Draw(image)
    draw.text((5, 5), "Ölçü", fill="black", font=ImageFont.load_default(24))
    assert image.getextrema() == ((0, 255),) * 3
    for name in ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "JPEG2000", "AVIF", "BMP"):
        if name == "AVIF" and not features.check("avif"):
            continue
        stream = io.BytesIO()
        image.filter(ImageFilter.GaussianBlur(1)).save(stream, name)
        again = Image.open(io.BytesIO(stream.getvalue()))
        again.load()
        assert again.size == image.size
    for feature in ("jpg", "zlib", "libtiff", "freetype2", "webp", "littlecms2"):
        assert features.check(feature), feature
    print("Pillow", PIL.__version__, "works")


if __name__ == "__main__":
    main()
