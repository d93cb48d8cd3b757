"""uvloop: TCP, a subprocess, signals and a thread pool on libuv."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import uvloop


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends one line back."""
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()


async def main() -> None:
    """Uses the loop in each way."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, uvloop.Loop)
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\n")
    assert await reader.readline() == b"HELLO\n"
    writer.close()
    server.close()
    process = await asyncio.create_subprocess_exec("/bin/echo", "out", stdout=asyncio.subprocess.PIPE)
    assert (await process.communicate())[0] == b"out\n"
    code = "import uvloop; print(uvloop.__name__)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert (await process.communicate())[0] == b"uvloop\n"
    got = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, got.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(got.wait(), 5)
    assert await asyncio.to_thread(sum, [1, 2]) == 3
    print("uvloop", uvloop.__version__, "works")


if __name__ == "__main__":
    uvloop.run(main())
