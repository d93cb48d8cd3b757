"""asyncpg: its own protocol, compiled, against a PostgreSQL server."""

from __future__ import annotations

import asyncio

import asyncpg

from tests.wheels import postgresql


async def main(folder: str) -> None:
    """Logs in by SCRAM, prepares a statement, and copies records."""
    connection = await asyncpg.connect(
        host=folder, user=postgresql.USER, password=postgresql.PASSWORD, database="postgres"
    )
    await connection.execute("create table t (n bigint, tags text[])")
    await connection.copy_records_to_table(
        "t", records=[(n, ["even"] if n % 2 == 0 else []) for n in range(100)]
    )
    statement = await connection.prepare("select sum(n) from t where $1 = any (tags)")
    assert await statement.fetchval("even") == sum(range(0, 100, 2))
    try:
        await connection.execute("select 1/0")
    except asyncpg.DivisionByZeroError:
        pass
    else:
        raise AssertionError("it divided by zero")
    await connection.close()
    print("asyncpg", asyncpg.__version__, "works")


if __name__ == "__main__":
    with postgresql.server() as socket_folder:
        asyncio.run(main(socket_folder))
