"""aiohttp: a server and a client, with a web socket and its C parser."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp import web


async def page(request: web.Request) -> web.Response:
    """Answers with JSON."""
    return web.json_response({"path": request.path, "data": await request.text()})


async def talk(request: web.Request) -> web.WebSocketResponse:
    """Echoes on a web socket."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data.upper())
    return socket


async def main() -> None:
    """Requests by POST and by web socket."""
    from aiohttp import http_parser

    assert http_parser.HttpRequestParser is http_parser.HttpRequestParserC
    application = web.Application()
    application.add_routes(
        [web.post("/page", page), web.get("/talk", talk), web.static("/static", aiohttp.__path__[0])]
    )
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = "http://127.0.0.1:%d" % site._server.sockets[0].getsockname()[1]
    async with aiohttp.ClientSession() as session:
        async with session.post(base + "/page", data="x" * 100_000, compress="gzip") as response:
            assert len((await response.json())["data"]) == 100_000
        async with session.ws_connect(base + "/talk") as socket:
            await socket.send_str("hello")
            assert (await socket.receive()).data == "HELLO"
        async with session.get(base + "/static/client.py") as response:
            assert response.status == 200 and "class ClientSession" in await response.text()
    await runner.cleanup()
    print("aiohttp", aiohttp.__version__, "works")


if __name__ == "__main__":
    asyncio.run(main())
