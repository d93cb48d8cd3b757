"""mysql-connector-python: its C extension, its plugins' folder, and a refused connection."""

from __future__ import annotations

import os

import mysql.connector
from mysql.connector import errors


def main() -> None:
    """What needs no server: both implementations report a refused connection."""
    assert mysql.connector.HAVE_CEXT
    import _mysql_connector

    assert _mysql_connector.MySQL().get_client_info()
    plugins = os.path.join(os.path.dirname(_mysql_connector.__file__), "mysql", "vendor", "plugin")
    assert os.path.isdir(plugins), plugins
    for pure in (False, True):
        try:
            mysql.connector.connect(
                host="127.0.0.1", port=1, user="nobody", use_pure=pure, connection_timeout=2
            )
        except errors.Error as error:
            assert error.errno in (2003, 2055), error
        else:
            raise AssertionError("something listens at port 1")
    print("mysql-connector-python", mysql.connector.__version__, "works")


if __name__ == "__main__":
    main()
