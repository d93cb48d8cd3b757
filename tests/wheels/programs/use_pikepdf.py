"""pikepdf: writes an encrypted document and opens it."""

from __future__ import annotations

import io

import pikepdf


def main() -> None:
    """With the password only."""
    stream = io.BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(stream, encryption=pikepdf.Encryption(owner="o", user="u"))
    stream.seek(0)
    try:
        pikepdf.open(stream)
    except pikepdf.PasswordError:
        pass
    else:
        raise AssertionError("no password was asked for")
    stream.seek(0)
    assert len(pikepdf.open(stream, password="u").pages) == 1
    print("pikepdf", pikepdf.__version__, "works")


if __name__ == "__main__":
    main()
