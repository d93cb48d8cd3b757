"""psycopg with its binary wheel: the C implementation on libpq, a refused connection, and SQL composed."""

from __future__ import annotations

import psycopg
from psycopg import pq, sql


def main() -> None:
    """What needs no server: the library's version, an error of its own, and quoting."""
    assert pq.__impl__ == "binary", pq.__impl__
    assert pq.version() >= 120000
    try:
        psycopg.connect("host=127.0.0.1 port=1 connect_timeout=2 user=nobody dbname=none sslmode=disable")
    except psycopg.OperationalError as error:
        assert "refused" in str(error)
    else:
        raise AssertionError("something listens at port 1")
    assert sql.Identifier('a"b').as_string() == '"a""b"'
    print("psycopg", psycopg.__version__, "with libpq", pq.version(), "works")


if __name__ == "__main__":
    main()
