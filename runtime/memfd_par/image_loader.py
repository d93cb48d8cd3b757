"""The image loader in C as Python asks it; runtime/native/module.c answers, where tiers.py finds that it can be used."""

from __future__ import annotations

import posix

from memfd_par import tiers

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

    def load(self, native: Native, what: str) -> tuple[str, int, str] | None:
        """Loads a member.

        Args:
            native: the member.
            what: is to be loaded by it, for messages.

        Returns:
            The path by which dlopen(3) finds it, its tier, and what cost it a better one that its plan allows. None: it
            has to be plain.

        Raises:
            ParImportError: it cannot be loaded, with the reason and the mend.
        """
        in_c = self.probe().loader
        if in_c is None or not native.image:
            return None
        fd, path = self._copies.empty(native.member, what)
        try:
            _, tier, code = in_c.load(*self._request(native, fd, path, what))
        except ImportError as error:
            from memfd_par import linker

            raise linker.refusal(self._index, native, what, path, error) from None
        except OSError as error:
            if error.errno == _ENOTSUP:
                native.image, native.why = b"", "this machine's pages are larger than its segments' alignment"
                return None
            raise self._copies.error(native, what, error) from None
        finally:
            posix.close(fd)
        why = "the par cannot be mapped: " + posix.strerror(code) if code else ""
        return path, tier, why

    def map_over(self, native: Native, fd: int, path: str) -> int:
        """Maps a copy that is loaded from the par, where that can be; returns its tier."""
        in_c = self.probe().loader
        if in_c is None or not native.image:
            return tiers.PLAIN
        from memfd_par import linker

        handle = linker.dlopen(path, native.member)
        tier: int = in_c.map_over(*self._request(native, fd, path, native.member), handle)[1]
        return tier

    def _request(self, native: Native, fd: int, path: str, what: str) -> tuple[Any, ...]:
        """The arguments of `load` and `map_over` in runtime/native/module.c."""
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
