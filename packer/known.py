"""What a par's files are known by: the digests of its dependencies, and of whatever none of these covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from packer import digest, digester
from packer.digest import FileFacts
from packer.errors import PackError

UNREADABLE = (
    "{path} cannot be read: {cause}. It is listed as a file of the target. Mend: see that the file exists, is no folder, "
    "and may be read."
)


def gather(digests: Sequence[str], paths: Iterable[str], optimize: int) -> dict[str, FileFacts]:
    """Facts about all files, by local path.

    Args:
        digests: paths of digest files.
        paths: local paths; those that no digest has are digested now, which nobody caches.
        optimize: as in `bytecode.compile_all`.

    Raises:
        PackError: a digest is of no use, or a file cannot be read.
    """
    known = {facts.local_path: facts for path in digests for facts in digest.read(path, optimize)}
    rest = [path for path in dict.fromkeys(paths) if path not in known]
    if rest:
        data = digest.encode(digester.digest(rest, optimize), optimize)
        known.update(
            (facts.local_path, facts) for facts in digest.decode(data, "the packer's own digest", optimize)
        )
    for path in rest:
        if path not in known:
            raise _unreadable(path)
    return known


def _unreadable(path: str) -> PackError:
    try:
        with open(path, "rb") as file:
            file.read(1)
    except OSError as error:
        return PackError(UNREADABLE.format(path=path, cause=error.strerror))
    return PackError(UNREADABLE.format(path=path, cause="it changes while it is read"))
