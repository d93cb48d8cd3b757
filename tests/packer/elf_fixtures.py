"""ELF files for tests: compiled, or made up; and a process that loads them from memory as a par does."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import memfd_par
from packer import elf, policy
from packer.elf import ElfFacts, NeededLibrary
from packer.errors import PackError
from packer.plan import NativeMember, Plans, plan

MACHINE = os.uname().machine
_NO_TOOL = (
    "this test needs {tool}, which is not on PATH: install gcc and binutils (Debian: apt-get install gcc)"
)

# Loads images in the order given, each from a memfd of its own, those of a cycle together, and calls functions of them.
_LOADER = """
import ctypes, json, os, sys
sys.path.insert(0, sys.argv[1])
from memfd_par import stub
class LinkMap(ctypes.Structure):
    _fields_ = [("l_addr", ctypes.c_void_p), ("l_name", ctypes.c_char_p)]
work, loaded, kept = json.load(sys.stdin), {}, []
def memory_file(name, data):
    fd = os.memfd_create(name)
    os.write(fd, data)
    return "/proc/self/fd/%d" % fd
def load(path):
    return ctypes.CDLL(path, mode=os.RTLD_LOCAL | os.RTLD_NOW)
for group in work["groups"]:
    places = {}
    for path, file, patches, link_name in group:
        with open(file, "rb") as stream:
            image = bytearray(stream.read())
        for offset, change in patches:
            image[offset:offset + len(change) // 2] = bytes.fromhex(change)
        places[path] = memory_file(path, image)
    if len(group) > 1:
        load(memory_file("cycle", stub.make(list(places.values()))))
    for path, file, patches, link_name in group:
        loaded[path] = load(places[path])
        if link_name is not None:
            link_map = LinkMap.from_address(loaded[path]._handle)
            link_map.l_name = link_name.encode()
            kept.append(link_map)  # it owns the bytes of the name
print(json.dumps([getattr(loaded[path], name)() for path, name in work["calls"]]))
"""


def tool(name: str) -> str:
    """Path of a build tool; fails the test, and says what to install, where there is none."""
    found = shutil.which(name)
    if not found:
        pytest.fail(_NO_TOOL.format(tool=name))
    return found


class Forge:
    """A folder whose files are what the archive of a par would hold, under the same names."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def compile(self, path: str, source: str, *flags: str) -> Path:
        """Compiles C `source` to `path`; flags go last, so that libraries come after what needs them."""
        output = self.root / path
        output.parent.mkdir(parents=True, exist_ok=True)
        code = output.with_name(output.name + ".c")
        code.write_text(source)
        command = [tool("cc"), "-O1", "-fPIC", str(code), "-o", str(output), "-Wl,--no-as-needed", *flags]
        subprocess.run(command, check=True, cwd=self.root)
        code.unlink()
        return output

    def library(self, path: str, source: str, *flags: str, soname: str | None = "") -> Path:
        """A shared library; its soname is its file name unless told, None for no soname at all."""
        soname = Path(path).name if soname == "" else soname
        named = [f"-Wl,-soname,{soname}"] if soname else []
        return self.compile(path, source, "-shared", *named, *flags)

    def copy(self, source: str, path: str) -> Path:
        """Copy a file of the tree to another place in it."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(self.root / source, self.root / path))

    def members(self) -> list[NativeMember]:
        """Every ELF file of the folder."""
        found = []
        for file in sorted(p for p in self.root.rglob("*") if p.is_file()):
            data = file.read_bytes()
            if elf.is_elf(data):
                digest = hashlib.sha256(data).hexdigest()
                path = file.relative_to(self.root).as_posix()
                found.append(NativeMember(path, str(file), digest, elf.read(str(file)), len(data)))
        return found

    def plan(self, *system_libs: str, machine: str = MACHINE) -> Plans:
        """Load plans of everything in the tree."""
        return plan(
            self.members(),
            target="//:app",
            machine=machine,
            policy=policy.policy("manylinux_2_28"),
            system_libs=frozenset(system_libs),
        )

    def run(self, plans: Plans, *calls: tuple[str, str]) -> list[int]:
        """Loads what the calls (stored path, function without arguments) need, in this order; their results.

        The folder is moved away meanwhile, so that nothing is found by its path.
        """
        groups: dict[tuple[str, ...], None] = {}
        for path, _ in calls:
            needed = [*plans.plans[path].loads, path]
            groups.update(dict.fromkeys(plans.plans[each].group or (each,) for each in needed))
        away = self.root.with_name(self.root.name + ".away")
        work = {
            "calls": calls,
            "groups": [
                [
                    (
                        path,
                        str(away / path),
                        [(offset, change.hex()) for offset, change in plans.plans[path].patches],
                        plans.plans[path].link_name,
                    )
                    for path in group
                ]
                for group in groups
            ],
        }
        self.root.rename(away)
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", _LOADER, str(Path(memfd_par.__file__).parents[1])],
                input=json.dumps(work),
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
            )
        finally:
            away.rename(self.root)
        assert done.returncode == 0, done.stderr
        return [int(value) for value in json.loads(done.stdout)]


def made_up(
    path: str,
    *needed: str,
    soname: str | None = "",
    run_path: tuple[str, ...] = (),
    passes_run_path_on: bool = False,
    data: str = "",
    machine: str = "x86_64",
    bits: int = 64,
    kind: str = "shared",
    versions: tuple[tuple[str, str], ...] = (),
) -> NativeMember:
    """A member of made-up facts; its soname is its file name, and its bytes are its path, unless told."""
    facts = ElfFacts(
        kind=kind,
        machine=machine,
        bits=bits,
        soname=path.rpartition("/")[2] if soname == "" else soname,
        soname_offset=100,
        soname_field=900,
        needed=tuple(NeededLibrary(name, 200 + 20 * n, 1000 + 16 * n) for n, name in enumerate(needed)),
        run_path=run_path,
        passes_run_path_on=passes_run_path_on,
        version_needs=versions,
    )
    return NativeMember(
        path, f"bazel-out/{path}", hashlib.sha256((data or path).encode()).hexdigest(), facts, 1
    )


def planned(
    *members: NativeMember,
    system_libs: tuple[str, ...] = (),
    machine: str = "x86_64",
    required: tuple[str, ...] | None = None,
    with_libc: bool = False,
) -> Plans:
    return plan(
        members,
        target="//:app",
        machine=machine,
        policy=policy.policy("manylinux_2_28"),
        system_libs=frozenset(system_libs),
        required=required,
        with_libc=with_libc,
    )


def error(*members: NativeMember, required: tuple[str, ...] | None = None) -> str:
    with pytest.raises(PackError) as raised:
        planned(*members, required=required)
    text = str(raised.value)
    assert text.startswith("//:app cannot be packed")
    assert "Mend: " in text
    return text
