"""yarl: builds and joins addresses with its C quoter."""

from __future__ import annotations

import yarl
from yarl import URL, _quoting


def main() -> None:
    """Quotes as needed."""
    assert _quoting._Quoter.__module__ == "yarl._quoting_c"
    address = URL("http://example.com/a b") / "ü" % {"q": "x y"}
    assert str(address) == "http://example.com/a%20b/%C3%BC?q=x+y"
    assert address.join(URL("../z")).path == "/z"
    print("yarl", yarl.__version__, "works")


if __name__ == "__main__":
    main()
