"""mysql_repl.par with a real MariaDB server that is named on its command line."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.e2e.mysql import mariadb
from tests.e2e.mysql.program import VERSION, Program, frames


def _lines(repl: Program, server: mariadb.Server, code: str) -> list[str]:
    """Run code, which must succeed, with this server as its own; return what it prints."""
    return repl.output("--socket", server.socket, "--user", "root", "-c", code).splitlines()


def test_second_connection_sees_what_is_committed(repl: Program, server: mariadb.Server) -> None:
    code = """
writer, reader = connect(), connect()
def count():
    cursor = reader.cursor()
    cursor.execute("select count(*) from committed.t")
    reader.commit()
    return cursor.fetchone()[0]
cursor = writer.cursor()
cursor.execute("create database committed")
cursor.execute("create table committed.t (x int) engine=innodb")
cursor.execute("insert into committed.t values (%s)", (1,))
print(cursor.rowcount, count())
writer.commit()
print(count())
cursor.executemany("insert into committed.t values (%s)", [(2,), (3,)])
writer.rollback()
print(count())
writer.commit()
print(count())
"""
    assert _lines(repl, server, code) == ["1 0", "1", "1", "1"]


def test_transaction_rolled_back(repl: Program, server: mariadb.Server) -> None:
    code = """
import MySQLdb
connection = connect(autocommit=False)
cursor = connection.cursor()
cursor.execute("create database undone")
cursor.execute("create table undone.t (x int primary key) engine=innodb")
try:
    cursor.execute("insert into undone.t values (1)")
    cursor.execute("insert into undone.t values (1)")
except MySQLdb.IntegrityError as error:
    print(error.args[0])
    connection.rollback()
cursor.execute("select count(*) from undone.t")
print(cursor.fetchone())
"""
    assert _lines(repl, server, code) == ["1062", "(0,)"]


def test_prepared_statement_with_binary_data(repl: Program, server: mariadb.Server) -> None:
    code = r"""
data = bytes(range(256)) * 2 + b"\x00\xff'\\"
cursor = connect(charset="utf8mb4").cursor()
cursor.execute("create database prepared")
cursor.execute("create table prepared.t (id int, data longblob) engine=innodb")
cursor.execute("prepare put from 'insert into prepared.t values (?, ?)'")
cursor.execute("set @id = 1, @data = _binary %s", (data,))
cursor.execute("execute put using @id, @data")
cursor.execute("insert into prepared.t values (%s, _binary %s)", (2, data))
cursor.execute("prepare get from 'select id from prepared.t where data = ?'")
cursor.execute("execute get using @data")
print(cursor.fetchall())
cursor.execute("select data, hex(data) from prepared.t where data = _binary %s", (data,))
print([row == (data, data.hex().upper()) for row in cursor.fetchall()])
cursor.execute("set @data = null")
cursor.execute("execute put using @id, @data")
cursor.execute("select count(*) from prepared.t where data is null")
print(cursor.fetchone())
"""
    assert _lines(repl, server, code) == ["((1,), (2,))", "[True, True]", "(1,)"]


def test_server_error(repl: Program, server: mariadb.Server, scripts: Path) -> None:
    script = scripts / "fails.py"
    script.write_text('cursor = connect().cursor()\ncursor.execute("select * from mysql.nothing")\n')
    completed = repl.run("--socket", server.socket, "--user", "root", script)
    assert (completed.returncode, completed.stdout) == (1, "")
    assert re.search(r"\n(MySQLdb\.)?ProgrammingError: \(1146, .*\)\n$", completed.stderr), completed.stderr
    first, *others = frames(completed.stderr)
    assert first == (str(script), 2, "<module>")
    assert [file for file, _, _ in others if "/MySQLdb/" not in file] == []


def test_by_host_and_port(repl: Program, server: mariadb.Server) -> None:
    # Of this host too, because MariaDB's nameless user is of this host, and the nearer match.
    create = "cursor = connect().cursor()\n" + "\n".join(
        f"cursor.execute(\"create user `a b`@`{host}` identified by 'p @:/?'\")"
        for host in ("localhost", "127.0.0.1", os.uname().nodename)
    )
    assert _lines(repl, server, create) == []
    code = 'c = connect().cursor(); c.execute("select user(), database()"); print(c.fetchone())'
    login = ["--user", "a b", "--password", "p @:/?", "--database", "information_schema"]
    for place in (["--host", "localhost"], ["--host", "127.0.0.1"], []):
        shown = repl.output(*place, "--port", str(server.port), *login, "-c", code)
        assert shown.startswith("('a b@")
        assert shown.endswith(", 'information_schema')\n")


def test_arguments_come_before_the_command_line(repl: Program, server: mariadb.Server) -> None:
    code = f"print(connect(unix_socket={str(server.socket)!r}, user='root', password='').get_host_info())"
    shown = repl.output("--host", "192.0.2.1", "--password", "wrong", "-c", code)
    assert shown == "Localhost via UNIX socket\n"


def test_defaults_file(repl: Program, server: mariadb.Server, scripts: Path) -> None:
    options = scripts / "my.cnf"
    options.write_text(f"[client]\nsocket={server.socket}\nuser=root\n")
    assert "MariaDB" in repl.output("--defaults-file", options, "-c", VERSION)


def test_server_that_is_not_there(repl: Program, scripts: Path) -> None:
    completed = repl.run("--socket", scripts / "none", "-c", "connect()")
    assert completed.returncode == 1
    assert "OperationalError: (2002, " in completed.stderr
