"""mysql-connector-python: both implementations against a MariaDB server, and the C library's plugins.

The C library's plugins for authentication are shared objects of the wheel that it opens by path, one of them the
plugin for the server's usual kind of password.
"""

from __future__ import annotations

import ctypes
import os

import _mysql_connector
import mysql.connector
from mysql.connector import errorcode, errors

from examples.mysql_repl import server


class Plugin(ctypes.Structure):
    """How a plugin of the C library declares itself."""

    _fields_ = (("type", ctypes.c_int), ("version", ctypes.c_uint), ("name", ctypes.c_char_p))


def plugins() -> set[str]:
    """The plugins for authentication, each opened with the libraries of the wheel that it needs, as the C library does it."""
    folder = os.path.join(os.path.dirname(_mysql_connector.__file__), "mysql", "vendor", "plugin")
    found = {name.removesuffix(".so") for name in os.listdir(folder) if name.endswith(".so")}
    for name in found:
        plugin = ctypes.CDLL(os.path.join(folder, name + ".so"))
        assert Plugin.in_dll(plugin, "_mysql_client_plugin_declaration_").name == name.encode()
    return found


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
    socket = server.throw_away().socket
    with mysql.connector.connect(unix_socket=socket, user="root", use_pure=True) as connection:
        cursor = connection.cursor()
        cursor.execute("create database shop")
        cursor.execute("create table shop.goods (name varchar(20), price double)")
        cursor.execute("create user tester identified by 'secret'")
        cursor.execute("grant all on shop.* to tester")
    for pure in (False, True):
        use(socket, pure)
    ways = {"kerberos", "ldap_sasl", "oci", "openid_connect", "webauthn"}
    assert plugins() == {"mysql_native_password", *(f"authentication_{way}_client" for way in ways)}
    print("mysql-connector-python", mysql.connector.__version__, "works")


if __name__ == "__main__":
    main()
