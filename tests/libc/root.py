"""Roots without glibc, or with another one."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.sandbox import tool

#: Where the roots show the par.
PLACE = "/app.par"

_MUSL = "/lib/ld-musl-x86_64.so.1"


def empty(par: Path, *options: str, proc: bool = True) -> list[str]:
    """A root with the par as PLACE and /proc, and nothing else; `options` are bubblewrap's."""
    shown = ["--ro-bind", str(par), PLACE, *(["--proc", "/proc"] if proc else []), *options]
    return [
        *(tool("bwrap", "bubblewrap"), "--unshare-all", "--die-with-parent", "--clearenv"),
        *(*shown, "--", PLACE),
    ]


def musl(par: Path, *options: str) -> list[str]:
    """As Alpine has it: musl's dynamic linker, and a shell that is linked statically."""
    linker = Path(_MUSL)
    assert linker.exists(), f"{linker} is not there (Debian's package: musl)"
    shell = tool("busybox", "busybox-static")
    return empty(par, "--ro-bind", str(linker.resolve()), _MUSL, "--ro-bind", shell, "/bin/sh", *options)


def debian(par: Path, folder: Path, *options: str) -> list[str]:
    """As another release of Debian has it, whose files are in `folder`: its glibc, shell and programs."""
    shown = [word for path in sorted(folder.iterdir()) for word in ("--ro-bind", str(path), f"/{path.name}")]
    return empty(par, *shown, *options)
