"""certifi: its bundle in the par opened by OpenSSL, against a TLS server with a certificate of its own."""

from __future__ import annotations

import importlib.resources
import socket
import ssl
import threading

import certifi
import trustme


def serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    """Greets each of two clients."""
    for _ in range(2):
        peer, _address = listener.accept()
        try:
            with context.wrap_socket(peer, server_side=True) as channel:
                channel.sendall(b"hello")
        except OSError:
            peer.close()


def main() -> None:
    """The bundle refuses an unknown authority, and accepts it once it is added."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listener, server), daemon=True).start()
    address = listener.getsockname()

    context = ssl.create_default_context(cafile=certifi.where())
    assert len(context.get_ca_certs()) > 100
    try:
        context.wrap_socket(socket.create_connection(address), server_hostname="localhost").close()
    except ssl.SSLCertVerificationError as error:
        assert "unable to get local issuer" in str(error)
    else:
        raise AssertionError("an unknown authority was trusted")
    authority.configure_trust(context)
    with context.wrap_socket(socket.create_connection(address), server_hostname="localhost") as channel:
        assert channel.recv(9) == b"hello"

    other = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    other.load_verify_locations(certifi.where())
    with importlib.resources.as_file(importlib.resources.files("certifi") / "cacert.pem") as path:
        ssl.create_default_context(cafile=str(path))
    assert certifi.contents().count("BEGIN CERTIFICATE") > 100
    print("certifi", certifi.__version__, "works")


if __name__ == "__main__":
    main()
