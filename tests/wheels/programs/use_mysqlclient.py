"""mysqlclient: an extension module and libmariadb, against a MariaDB server."""

from __future__ import annotations

import decimal

import MySQLdb
from MySQLdb.constants import ER

from examples.mysql_repl import server


def main() -> None:
    """Stores and reads rows, and sees an error of the server."""
    with MySQLdb.connect(unix_socket=server.throw_away().socket, user="root") as connection:
        cursor = connection.cursor()
        cursor.execute("create database shop character set utf8mb4")
        cursor.execute("use shop")
        cursor.execute("create table goods (name varchar(20) primary key, price decimal(6,2), photo blob)")
        rows = [("Äpfel", decimal.Decimal("2.50"), b"\0\xff"), ("🍐", decimal.Decimal("3.10"), None)]
        assert cursor.executemany("insert into goods values (%s, %s, %s)", rows) == 2
        connection.commit()
        cursor.execute("select * from goods order by price")
        assert cursor.fetchall() == tuple(rows)
        try:
            cursor.execute("insert into goods values (%s, 0, null)", ["Äpfel"])
        except MySQLdb.IntegrityError as error:
            assert error.args[0] == ER.DUP_ENTRY
        else:
            raise AssertionError("a key was stored twice")
        version = connection.get_server_info()
    print("mysqlclient", ".".join(map(str, MySQLdb.version_info[:3])), "works with", version)


if __name__ == "__main__":
    main()
