"""mysql-connector-python: both implementations against a MariaDB server, and the C library's plugins.

The C library's plugins for authentication are shared objects of the wheel that it opens by path, one of them the
plugin for the server's usual kind of password.
"""

from __future__ import annotations

import os

import _mysql_connector
import mysql.connector
from mysql.connector import errorcode, errors

from examples.mysql_repl import server


def use(socket: str, pure: bool) -> None:
    """Logs in with a password, stores and reads rows, and sees what a wrong password gives."""
    login = {"unix_socket": socket, "user": "tester", "use_pure": pure}
    try:
        mysql.connector.connect(**login, password="wrong")
    except errors.Error as error:
        assert error.errno == errorcode.ER_ACCESS_DENIED_ERROR, error
    else:
        raise AssertionError("a wrong password was accepted")
    with mysql.connector.connect(**login, password="secret", database="shop") as connection:
        cursor = connection.cursor(prepared=True)
        cursor.execute("insert into goods values (%s, %s)", ("Äpfel", 2.5))
        cursor.execute("select * from goods where price > %s", (2,))
        assert cursor.fetchall() == [("Äpfel", 2.5)]
        connection.rollback()


def main() -> None:
    """Uses the C extension first, then the implementation in Python."""
    assert mysql.connector.HAVE_CEXT
    plugins = os.path.join(os.path.dirname(_mysql_connector.__file__), "mysql", "vendor", "plugin")
    assert "mysql_native_password.so" in os.listdir(plugins)
    socket = server.throw_away().socket
    with mysql.connector.connect(unix_socket=socket, user="root", use_pure=True) as connection:
        cursor = connection.cursor()
        cursor.execute("create database shop")
        cursor.execute("create table shop.goods (name varchar(20), price double)")
        cursor.execute("create user tester identified by 'secret'")
        cursor.execute("grant all on shop.* to tester")
    for pure in (False, True):
        use(socket, pure)
    print("mysql-connector-python", mysql.connector.__version__, "works")


if __name__ == "__main__":
    main()
