"""Environment variables that this process sees and that none of its children gets."""

from __future__ import annotations

import posix
import sys

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from memfd_par.index import Index

#: What Bazel's runfiles libraries look up first; a manifest names the place of each runfile.
_MANIFEST = b"RUNFILES_MANIFEST_FILE"
#: Where another program's runfiles are, if that has started this one.
_INHERITED = (b"RUNFILES_DIR", _MANIFEST)


class Environment(dict[bytes, bytes]):
    """`posix.environ`, from which `os.environ` reads: the manifest is found, but no copy of the environment has it."""

    index: Index
    _descriptor = -1

    def __missing__(self, key: bytes) -> bytes:
        if key != _MANIFEST:
            raise KeyError(key)
        if self._descriptor < 0:
            from memfd_par import memfd

            self._descriptor = memfd.create("runfiles_manifest")
            memfd.write(self._descriptor, _manifest(self.index))
        return b"/proc/self/fd/%d" % self._descriptor


def install(index: Index) -> None:
    """Makes the par's runfiles those that a runfiles library finds; the real environment stays as it is."""
    environment = Environment(posix.environ)
    environment.index = index
    for name in _INHERITED:
        environment.pop(name, None)
    posix.environ = environment
    for imported in ("environ", "environb"):
        mapping = getattr(sys.modules.get("os"), imported, None)
        if mapping is not None:
            mapping._data = environment


def close() -> None:
    """Closes the manifest, at the end of an interpreter."""
    descriptor = getattr(posix.environ, "_descriptor", -1)
    if descriptor >= 0:
        posix.close(descriptor)


def _manifest(index: Index) -> bytes:
    """One line for each place: the runfiles path, a space, and the path (Bazel's own format)."""
    root = index.archive.root
    lines = [
        path + " " + (root + stored_path).rstrip("/") + "\n"
        for path, stored_path in index.header["runfiles"].items()
        if " " not in path
    ]
    return "".join(lines).encode("utf-8", "surrogateescape")
