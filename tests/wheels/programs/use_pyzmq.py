"""pyzmq: request and reply over TCP, publish and subscribe in process, CURVE keys."""

from __future__ import annotations

import threading

import zmq


def main() -> None:
    """A thread answers; the main thread asks."""
    with zmq.Context() as context, context.socket(zmq.REP) as server:
        port = server.bind_to_random_port("tcp://127.0.0.1")
        thread = threading.Thread(target=lambda: server.send_json({"n": server.recv_json()["n"] * 2}))
        thread.start()
        with context.socket(zmq.REQ) as client:
            client.connect("tcp://127.0.0.1:%d" % port)
            client.send_json({"n": 21})
            assert client.recv_json() == {"n": 42}
        thread.join()
    public, secret = zmq.curve_keypair()
    assert zmq.curve_public(secret) == public
    print("pyzmq", zmq.__version__, "with libzmq", zmq.zmq_version(), "works")


if __name__ == "__main__":
    main()
