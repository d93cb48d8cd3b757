"""grpcio-tools: protoc compiles a file that imports another from the wheel's own `_proto` folder."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import os
import subprocess
import sys
import tempfile

from grpc_tools import protoc

PROTO = 'syntax = "proto3"; import "google/protobuf/timestamp.proto"; message M { google.protobuf.Timestamp t = 1; }'


def main() -> None:
    """By function and by `python -m`."""
    own = os.fspath(importlib.resources.files("grpc_tools") / "_proto")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "m.proto"), "w") as file:
            file.write(PROTO)
        arguments = ["-I" + folder, "--python_out=" + folder, "m.proto"]
        assert protoc.main(["protoc", "-I" + own, *arguments]) == 0
        os.remove(os.path.join(folder, "m_pb2.py"))
        done = subprocess.run(
            [sys.executable, "-m", "grpc_tools.protoc", *arguments], capture_output=True, text=True
        )
        assert done.returncode == 0, done
        sys.path.insert(0, folder)
        import m_pb2

        assert m_pb2.M().t.seconds == 0
    print("grpcio-tools", importlib.metadata.version("grpcio-tools"), "works")


if __name__ == "__main__":
    main()
