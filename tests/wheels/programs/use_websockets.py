"""websockets: a server and a client with compression and the C mask."""

from __future__ import annotations

import asyncio

import websockets
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve


async def talk(peer: ServerConnection) -> None:
    """Sends each message back, reversed."""
    async for message in peer:
        await peer.send(message[::-1])


async def main() -> None:
    """Sends a long message."""
    from websockets import frames, speedups

    assert frames.apply_mask is speedups.apply_mask
    async with serve(talk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}") as client:
            await client.send("abc" * 100_000)
            assert await client.recv() == "cba" * 100_000
    print("websockets", websockets.__version__, "works")


if __name__ == "__main__":
    asyncio.run(main())
