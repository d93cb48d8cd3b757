"""lxml: XPath, XSLT, Schematron from its own data, HTML and objectify."""

from __future__ import annotations

from lxml import etree, html, isoschematron, objectify

SCHEMATRON = """<schema xmlns="http://purl.oclc.org/dsdl/schematron"><pattern id="sum"><rule context="a">
<assert test="count(b) = 2">two</assert></rule></pattern></schema>"""
SHEET = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">
<n><xsl:value-of select="count(//b)"/></n></xsl:template></xsl:stylesheet>"""


def main() -> None:
    """Queries, transforms and validates a document."""
    document = etree.fromstring("<a><b>1</b><b>2</b></a>")
    assert document.xpath("sum(b)") == 3
    assert etree.XSLT(etree.fromstring(SHEET))(document).getroot().text == "2"
    assert isoschematron.Schematron(etree.fromstring(SCHEMATRON)).validate(document)
    assert html.fromstring("<p>one<br>two").text_content() == "onetwo"
    assert objectify.fromstring("<r><n>5</n></r>").n + 1 == 6
    print("lxml", etree.__version__, "works")


if __name__ == "__main__":
    main()
