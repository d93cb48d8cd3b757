"""Makes a container image of one program: an OCI image layout in a tar, of the same bytes whenever it is made.

Its only layer holds the program as /app. A par with `libc = "carried"` needs nothing else, so that is all there is.
Formats: https://github.com/opencontainers/image-spec (image-layout.md, manifest.md, config.md, layer.md).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import tarfile
from typing import Any

_TYPE = "application/vnd.oci.image."


def main() -> None:
    """Reads the command line; writes the image."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", default="amd64", help="as Go names it: amd64, arm64")
    parser.add_argument("--tag", default="latest", help="the image's name in the layout")
    parser.add_argument("program", help="the file that becomes /app")
    parser.add_argument("output", help="the tar to write")
    options = parser.parse_args()
    with open(options.program, "rb") as file:
        layer = tar({"app": file.read()}, mode=0o755)
    with open(options.output, "wb") as file:
        file.write(tar(layout(layer, options.architecture, options.tag)))


def layout(layer: bytes, architecture: str, tag: str) -> dict[str, bytes]:
    """The files of an image layout, by their paths, whose image runs /app of its only layer."""
    config = encoded(
        {
            "architecture": architecture,
            "os": "linux",
            "config": {"Entrypoint": ["/app"], "WorkingDir": "/"},
            "rootfs": {"type": "layers", "diff_ids": [digest(layer)]},
        }
    )
    manifest = encoded(
        {
            "schemaVersion": 2,
            "mediaType": _TYPE + "manifest.v1+json",
            "config": descriptor("config.v1+json", config),
            "layers": [descriptor("layer.v1.tar", layer)],
        }
    )
    entry = {
        **descriptor("manifest.v1+json", manifest),
        "platform": {"architecture": architecture, "os": "linux"},
        "annotations": {"org.opencontainers.image.ref.name": tag},
    }
    blobs = {"blobs/" + digest(blob).replace(":", "/"): blob for blob in (config, layer, manifest)}
    return {
        **blobs,
        "index.json": encoded(
            {"schemaVersion": 2, "mediaType": _TYPE + "index.v1+json", "manifests": [entry]}
        ),
        "oci-layout": encoded({"imageLayoutVersion": "1.0.0"}),
    }


def descriptor(kind: str, blob: bytes) -> dict[str, Any]:
    """How one part of an image names another."""
    return {"mediaType": _TYPE + kind, "digest": digest(blob), "size": len(blob)}


def digest(blob: bytes) -> str:
    """`sha256:` and hexadecimal digits."""
    return "sha256:" + hashlib.sha256(blob).hexdigest()


def encoded(value: dict[str, Any]) -> bytes:
    """JSON, always spelled alike."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def tar(files: dict[str, bytes], mode: int = 0o644) -> bytes:
    """An archive of these files, sorted, dated and owned alike."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            member.mode = mode
            archive.addfile(member, io.BytesIO(data))
    return output.getvalue()


if __name__ == "__main__":
    main()
