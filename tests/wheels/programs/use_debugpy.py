"""debugpy: starts its adapter, a child that runs a folder of the package by path."""

from __future__ import annotations

import socket

import debugpy


def main() -> None:
    """The adapter answers at its port."""
    host, port = debugpy.listen(("127.0.0.1", 0))
    with socket.create_connection((host, port), timeout=10) as client:
        text = b'{"seq": 1, "type": "request", "command": "initialize", "arguments": {"adapterID": "x"}}'
        client.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
        client.settimeout(10)
        assert client.recv(20).startswith(b"Content-Length")
    print("debugpy", debugpy.__version__, "works")


if __name__ == "__main__":
    main()
