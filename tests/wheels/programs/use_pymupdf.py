"""PyMuPDF: writes a document and reads its text again."""

from __future__ import annotations

import pymupdf


def main() -> None:
    """Text, and an image of the page."""
    document = pymupdf.open()
    document.new_page().insert_text((50, 50), "Text ü")
    again = pymupdf.open(stream=document.tobytes())
    assert "Text" in again[0].get_text()
    assert again[0].get_pixmap().width == 595
    print("PyMuPDF", pymupdf.__version__, "works")


if __name__ == "__main__":
    main()
