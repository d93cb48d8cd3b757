"""The image of examples/oci, unpacked as container runtimes do, and run in a root that holds that and /proc."""

from __future__ import annotations

import hashlib
import json
import ssl
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from examples.mysql_repl.server import Server
from tests.e2e.par import built
from tests.e2e.sandbox import tool


def blob(archive: tarfile.TarFile, descriptor: dict[str, Any]) -> bytes:
    """What a descriptor names; size and digest must be right."""
    file = archive.extractfile("blobs/" + descriptor["digest"].replace(":", "/"))
    assert file is not None
    data = file.read()
    assert len(data) == descriptor["size"]
    assert "sha256:" + hashlib.sha256(data).hexdigest() == descriptor["digest"]
    return data


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root file system of the example's image."""
    return unpacked("image", tmp_path_factory.mktemp("root"))


def unpacked(name: str, folder: Path) -> Path:
    with tarfile.open(built(f"tests/oci/{name}.tar")) as archive:
        (entry,) = json.load(archive.extractfile("index.json"))["manifests"]  # type: ignore[arg-type]
        manifest = json.loads(blob(archive, entry))
        config = json.loads(blob(archive, manifest["config"]))
        (layer,) = manifest["layers"]
        data = blob(archive, layer)
    assert config["rootfs"]["diff_ids"] == [layer["digest"]]
    assert config["config"]["Entrypoint"] == ["/app"]
    (folder / "layer.tar").write_bytes(data)
    with tarfile.open(folder / "layer.tar") as archive:
        assert archive.getnames() == ["app"]
        archive.extractall(folder, filter="data")
    (folder / "layer.tar").unlink()
    assert (folder / "app").stat().st_mode & 0o111
    return folder


def run(root: Path, *arguments: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Runs the image as a container with the machine's network."""
    command = [
        *(tool("bwrap", "bubblewrap"), "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--clearenv"),
        *("--ro-bind", str(root / "app"), "/app", "--proc", "/proc", *options),
        *("--", "/app", *arguments),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def output(root: Path, *arguments: str, options: tuple[str, ...] = ()) -> str:
    completed = run(root, *arguments, options=options)
    assert (completed.returncode, completed.stderr) == (0, ""), completed
    return completed.stdout


class Answer(BaseHTTPRequestHandler):
    """What the server says."""

    def do_GET(self) -> None:
        """The name is http.server's."""
        self.send_response(204, "Fine")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keeps the log empty."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """A TLS server for "localhost": its port, and its certificate, which nobody else vouches for."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *(tool("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), Answer) as http:
        http.socket = context.wrap_socket(http.socket, server_side=True)
        http.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that does not trust it goes away
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield http.server_port, certificate.read_text()
        http.shutdown()


def test_same_bytes() -> None:
    digests = []
    for name in ("image", "again"):
        with tarfile.open(built(f"tests/oci/{name}.tar")) as archive:
            digests.append(json.load(archive.extractfile("index.json"))["manifests"][0]["digest"])  # type: ignore[arg-type]
            assert {(member.mtime, member.uid, member.gid) for member in archive} == {(0, 0, 0)}
    assert digests[0] == digests[1]


def test_numpy(root: Path) -> None:
    assert output(root, "numpy") == "[1.0, 2.0]\n"


def test_tls(root: Path, server: tuple[int, str]) -> None:
    port, certificate = server
    count, answer = output(root, "tls", "127.0.0.1", str(port), certificate).splitlines()
    assert int(count.split()[0]) > 100
    assert answer == "TLSv1.3 HTTP/1.0 204 Fine"


def test_tls_to_whom_nobody_vouches_for(root: Path, server: tuple[int, str]) -> None:
    completed = run(root, "tls", "127.0.0.1", str(server[0]))
    assert completed.returncode == 1
    assert "certificate verify failed" in completed.stderr


def test_mysql(root: Path, tmp_path: Path) -> None:
    """The server is outside: the example asks it, and a Python with MySQLdb in an image of its own."""
    server = Server()
    options = ("--ro-bind", server.socket, "/server.sock")
    printed = output(root, "mysql", "/server.sock", options=options)
    assert printed.startswith("42 ") and "MariaDB" in printed
    code = "c = connect().cursor(); c.execute('select 6 * 7'); print(c.fetchall())"
    shell = unpacked("mysql_repl_image", tmp_path)
    command = ("--socket", "/server.sock", "--user", "root", "-c", code)
    assert output(shell, *command, options=options) == "((42,),)\n"
    server.stop()
