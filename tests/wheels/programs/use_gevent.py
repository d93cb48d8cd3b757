"""gevent: monkey patching before everything else, sockets, a subprocess and the c-ares resolver."""

from __future__ import annotations

import gevent.monkey

gevent.monkey.patch_all()

import socket
import subprocess
import sys
import time

import gevent
import gevent.server
from gevent.resolver.ares import Resolver


def main() -> None:
    """Greenlets wait side by side, a server answers, a child runs."""
    began = time.monotonic()
    gevent.joinall([gevent.spawn(time.sleep, 0.2) for _ in range(20)], raise_error=True)
    assert time.monotonic() - began < 2
    server = gevent.server.StreamServer(("127.0.0.1", 0), lambda peer, _: peer.sendall(peer.recv(9).upper()))
    server.start()
    with socket.create_connection(("127.0.0.1", server.server_port)) as client:
        client.sendall(b"hello")
        assert client.recv(9) == b"HELLO"
    server.stop()
    assert subprocess.check_output(["/bin/echo", "x"]) == b"x\n"
    assert subprocess.check_output([sys.executable, "-c", "import gevent; print(1)"]) == b"1\n"
    assert gevent.get_hub().threadpool.apply(sum, ([1, 2],)) == 3
    assert Resolver().gethostbyname("127.0.0.1") == "127.0.0.1"
    with open(gevent.__file__) as file:
        assert "gevent" in file.read()
    print("gevent", gevent.__version__, "works")


if __name__ == "__main__":
    main()
