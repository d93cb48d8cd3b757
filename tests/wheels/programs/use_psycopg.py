"""psycopg with its binary wheel: the C implementation on libpq, against a PostgreSQL server."""

from __future__ import annotations

import datetime

import psycopg
from psycopg import pq, sql
from psycopg.types.json import Jsonb

from tests.wheels import postgresql


def main() -> None:
    """Logs in by SCRAM, stores rows by COPY, reads them by name and in binary, and sees errors."""
    assert pq.__impl__ == "binary", pq.__impl__
    with postgresql.server() as folder:
        login = {"host": folder, "user": postgresql.USER, "dbname": "postgres"}
        try:
            psycopg.connect(**login, password="wrong")
        except psycopg.OperationalError as error:
            assert "password authentication failed" in str(error), error
        else:
            raise AssertionError("a wrong password was accepted")
        with psycopg.connect(**login, password=postgresql.PASSWORD) as connection:
            connection.execute("create table t (n bigint primary key, d date, j jsonb)")
            day = datetime.date(2024, 2, 29)
            with connection.cursor().copy("copy t from stdin") as copy:
                for n in range(1000):
                    copy.write_row((n, day, Jsonb({"half": n / 2})))
            with connection.cursor(binary=True) as cursor:
                table = sql.Identifier("t")
                cursor.execute(sql.SQL("select * from {} where n = %(n)s").format(table), {"n": 7})
                assert cursor.fetchall() == [(7, day, {"half": 3.5})]
            try:
                with connection.transaction():
                    connection.execute("insert into t values (7)")
            except psycopg.errors.UniqueViolation as error:
                assert error.diag.constraint_name == "t_pkey"
            else:
                raise AssertionError("a key was stored twice")
            assert connection.execute("select count(*) from t").fetchone() == (1000,)
            version = connection.info.server_version
    print("psycopg", psycopg.__version__, "works with libpq", pq.version(), "and PostgreSQL", version)


if __name__ == "__main__":
    main()
