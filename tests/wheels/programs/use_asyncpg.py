"""asyncpg: a refused connection through its compiled protocol."""

from __future__ import annotations

import asyncio

import asyncpg
import asyncpg.protocol.protocol


async def main() -> None:
    """No server listens there."""
    try:
        await asyncpg.connect(host="127.0.0.1", port=1, user="nobody", database="none", timeout=3)
    except OSError:
        pass
    else:
        raise AssertionError("something listens at port 1")
    print("asyncpg", asyncpg.__version__, "works")


if __name__ == "__main__":
    asyncio.run(main())
