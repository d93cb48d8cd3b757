"""Packs files with the packer's own program, as the rule does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.e2e.par import Par, built


def pack_manifest(
    folder: Path,
    lines: Iterable[str],
    *options: str,
    output: str = "packed.par",
    python: str = sys.executable,
    env: Mapping[str, str] = {},
    umask: int = 0o022,
) -> Path:
    """Packs what a manifest lists, in the folder that is the working directory. Returns the path of the par.

    Args:
        folder: gets the manifest and the par.
        lines: of the manifest.
        options: of the packer: the program and the target at least.
        output: name of the par.
        python: packs, and is what the par is for.
        env: added to the environment.
        umask: of the packer.
    """
    (folder / "manifest").write_text("".join(line + "\n" for line in lines))
    runtime, launcher = built("runtime/memfd_par"), built("runtime/launcher")
    command = [
        *[f"--output={output}", "--manifest=manifest", "--workspace=memfd_par"],
        *["--policy=manylinux_2_28", f"--machine={os.uname().machine}"],
        *[f"--runtime={file}" for file in sorted(runtime.glob("*.py"))],
        *[f"--launcher={path}" for path in sorted([*launcher.glob("*.py"), *launcher.glob("*.sh")])],
        f"--loader={built('runtime/native/libmemfd_par_loader.so')}",
        *options,
    ]
    _run(folder, command, python, env, umask)
    return folder / output


def digest(folder: Path, files: Iterable[str], *, output: str, optimize: int = 0) -> str:
    """Digests files of a folder, as the aspect does. Returns the packer's option that names the digest."""
    (folder / "files").write_text("".join(f"{file}\n" for file in files))
    _run(folder, ["digest", f"--output={output}", "--files=files", f"--optimize={optimize}"])
    return f"--digest={output}"


def _run(
    folder: Path,
    arguments: Sequence[str],
    python: str = sys.executable,
    env: Mapping[str, str] = {},
    umask: int = 0o022,
) -> None:
    root = Path(os.environ["TEST_SRCDIR"])
    runtime = built("runtime/memfd_par")
    path = [root / os.environ["TEST_WORKSPACE"], runtime.parent, root / "memfd_par_pyelftools"]
    completed = subprocess.run(
        [
            *("/bin/sh", "-c", f'umask {umask:o}; exec "$@"', "sh"),
            *(python, "-B", "-m", "packer.main", *arguments),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ":".join(map(str, path)), **env},
        capture_output=True,
        text=True,
    )
    assert (completed.returncode, completed.stdout, completed.stderr) == (0, "", ""), completed.stderr


def pack(
    folder: Path,
    files: Iterable[str],
    *options: str,
    output: str = "packed.par",
    prefix: str = "",
    natives: Sequence[str] = (),
    extensions: Mapping[str, str] = {},
    env: Mapping[str, str] = {},
    umask: int = 0o022,
) -> Par:
    """Packs main.py and other files of a folder.

    Args:
        folder: the working directory.
        files: paths in it, which are the stored paths as well.
        options: more of the packer's.
        output: name of the par.
        prefix: comes before each path in the manifest, such as the folder's own.
        natives: paths for native_libs.
        extensions: dotted names to paths.
        env: as for pack_manifest.
        umask: as for pack_manifest.
    """
    lines = [f"F\t{file}\t{prefix}{file}" for file in files]
    lines += [f"N\t{file}\t{prefix}{file}" for file in natives]
    lines += [f"E\t{name}\t{file}\t{prefix}{file}" for name, file in extensions.items()]
    program = ["--target=//a:b", "--main=memfd_par/main.py"]
    return Par(pack_manifest(folder, lines, *program, *options, output=output, env=env, umask=umask))
