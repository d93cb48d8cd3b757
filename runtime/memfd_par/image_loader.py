"""The image loader in C as Python asks it; runtime/native/module.c answers, where tiers.py finds that it can be used."""

from __future__ import annotations

import posix

from memfd_par import format, tiers

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from typing import Any

    from memfd_par.copies import Copies
    from memfd_par.index import Index
    from memfd_par.native import Native
    from memfd_par.tiers import Tiers

_ENOTSUP = 95


class ImageLoader:
    """Makes the images that are better than plain copies, and remembers them for all interpreters of the process.

    Attributes:
        tiers: what can be used; None until somebody needs to know.
    """

    def __init__(self, index: Index, copies: Copies) -> None:
        self._index = index
        self._copies = copies
        self.tiers: Tiers | None = None

    def probe(self) -> Tiers:
        """What can be used; loads the loader in C, if that has not been done."""
        if self.tiers is None:
            self.tiers = tiers.probe(self._index, self._copies.part)
        return self.tiers

    @property
    def _in_c(self) -> Any:
        """The module memfd_par._native, once it is loaded; otherwise None."""
        return self.tiers.loader if self.tiers is not None else None

    def load(self, natives: list[Native], what: str, among: list[str]) -> list[tuple[str, int, str]] | None:
        """Loads members, each of which sees the symbols of the others.

        Args:
            natives: the members, in the order in which their constructors are called.
            what: is to be loaded by it, for messages.
            among: paths of loaded libraries whose symbols they see as well as those of what they need.

        Returns:
            Of each the path by which dlopen(3) finds it, its tier, and what cost it a better one that its plan allows.
            None: they have to be plain.

        Raises:
            ParImportError: one of them cannot be loaded, with the reason and the mend.
        """
        in_c = self.probe().loader
        if in_c is None or not all(native.image for native in natives):
            return None
        fds: list[int] = []
        paths: list[str] = []
        together = ""
        try:
            for native in natives:
                fd, path = self._copies.empty(native.member, what)
                fds.append(fd)
                paths.append(path)
            if among or len(natives) > 1:
                fd, together = self._copies.together([*among, *paths], what)
                fds.append(fd)
            requests = tuple(
                self._request(native, fd, path, what) for native, fd, path in zip(natives, fds, paths)
            )
            outcomes = in_c.load(requests, together.encode())
        except ImportError as error:
            from memfd_par import linker

            raise linker.refusal(self._index, natives, paths, what, error) from None
        except OSError as error:
            if error.errno == _ENOTSUP:
                for native in natives:
                    native.image = b""
                    native.why = "this machine's pages are larger than its segments' alignment"
                return None
            raise self._copies.error(natives[0], what, error) from None
        finally:
            for fd in fds:
                posix.close(fd)
        if together:
            self.show(together, self._index.archive.root + format.OWN + "together.so")
        loaded = []
        for path, (tier, code) in zip(paths, outcomes):
            why = "the par cannot be mapped: " + posix.strerror(code) if code else ""
            loaded.append((path, tier, why))
        return loaded

    def _request(self, native: Native, fd: int, path: str, what: str) -> tuple[Any, ...]:
        """What `load` in runtime/native/module.c is to know of a member."""
        return (
            self._index.archive.fd(what),
            native.offset,
            native.size,
            fd,
            path.encode(),
            self.shown_name(native).encode("utf-8", "surrogateescape"),
            b"".join(
                position.to_bytes(8, "little") + len(data).to_bytes(8, "little") + data
                for position, data in native.patches
            ),
            native.image,
            self.probe().best,
        )

    def shown_name(self, native: Native) -> str:
        """What `link_map.l_name` is to be: debuggers show it, and dependents without a soname are found by it."""
        return native.link_name or self._index.archive.root + native.member

    def show(self, path: str, name: str) -> None:
        """Gives what was loaded by a path the name that debuggers show."""
        if self._in_c is not None:
            self._in_c.rename(path.encode(), name.encode("utf-8", "surrogateescape"))

    def note(self, number: int, path: str, tier: int) -> None:
        """Tells all interpreters of the process what is loaded."""
        if self._in_c is not None:
            self._in_c.note(number, path, tier)

    def forked(self) -> None:
        """Has to be called in the child of a fork."""
        if self._in_c is not None:
            self._in_c.forked()
