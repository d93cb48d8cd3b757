"""httptools: parses a request in pieces, and an address."""

from __future__ import annotations

import httptools


class Request:
    """Gathers what the parser reports."""

    def __init__(self) -> None:
        self.address = b""
        self.headers: dict[bytes, bytes] = {}
        self.body = b""

    def on_url(self, address: bytes) -> None:
        """A part of the address."""
        self.address += address

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self.headers[name] = value

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self.body += body


def main() -> None:
    """Feeds byte by byte."""
    request = Request()
    parser = httptools.HttpRequestParser(request)
    for byte in b"POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz":
        parser.feed_data(bytes([byte]))
    assert request.address == b"/a?b=c" and request.headers[b"Host"] == b"h" and request.body == b"xyz"
    assert httptools.parse_url(b"http://h:80/p?q").port == 80
    print("httptools", httptools.__version__, "works")


if __name__ == "__main__":
    main()
