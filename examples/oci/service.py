"""What runs in an image that holds nothing but this par.

Usage:
  /app numpy                 linear algebra, by the wheel's own OpenBLAS
  /app tls HOST PORT [PEM]   a TLS request, checked against the certificates that certifi carries and those of a PEM text
  /app mysql SOCKET          a query by libmariadb
"""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Callable

import certifi


def _numpy() -> None:
    import numpy

    print(numpy.linalg.solve(numpy.array([[2.0, 1.0], [1.0, 2.0]]), [4.0, 5.0]).round(6).tolist())


def _tls(host: str, port: str, pem: str = "") -> None:
    context = ssl.create_default_context(cafile=certifi.where())
    if pem:
        context.load_verify_locations(cadata=pem)
    print(len(context.get_ca_certs()), "certificates")
    plain = socket.create_connection((host, int(port)), timeout=30)
    with context.wrap_socket(plain, server_hostname=host) as stream, stream.makefile("rb") as answer:
        stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
        print(stream.version(), answer.readline().decode().strip())


def _mysql(path: str) -> None:
    import MySQLdb

    connection = MySQLdb.connect(unix_socket=path, user="root")
    cursor = connection.cursor()
    cursor.execute("select 6 * 7, version()")
    print(*cursor.fetchone())
    connection.close()


def main() -> int:
    """Runs what the command line names."""
    commands: dict[str, Callable[..., None]] = {"mysql": _mysql, "numpy": _numpy, "tls": _tls}
    if sys.argv[1:2] == [] or sys.argv[1] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    commands[sys.argv[1]](*sys.argv[2:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
