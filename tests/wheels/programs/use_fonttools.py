"""fontTools: a font made from nothing, subset, and compressed as WOFF2."""

from __future__ import annotations

import io

import fontTools
from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont


def main() -> None:
    """Builds a font of two glyphs and drops one."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((500, 700))
    pen.lineTo((500, 0))
    pen.closePath()
    glyph = pen.glyph()
    names = [".notdef", "A", "B"]
    builder = FontBuilder(1000)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({65: "A", 66: "B"})
    builder.setupGlyf(dict.fromkeys(names, glyph))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Test", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    subsetter = subset.Subsetter()
    subsetter.populate(unicodes=[65])
    subsetter.subset(builder.font)
    builder.font.flavor = "woff2"
    stream = io.BytesIO()
    builder.font.save(stream)
    stream.seek(0)
    assert TTFont(stream).getBestCmap() == {65: "A"}
    print("fontTools", fontTools.version, "works")


if __name__ == "__main__":
    main()
