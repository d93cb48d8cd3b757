"""Images: native members of the par made loadable in memory, and, but for the loader in C, the only caller of dlopen(3).

A member becomes a memory file (copies.py) that ld.so maps; tiers.py tells the ways to make one.
"""

from __future__ import annotations

import _imp
import _thread
import posix
import sys

from memfd_par import errors, format, memfd, tiers
from memfd_par.copies import Copies
from memfd_par.image import Image

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from memfd_par.index import Index
    from memfd_par.native import Native
    from memfd_par.tiers import Tiers

_ENOTSUP = 95

_RTLD_NOW = 2


class Images:
    """What is loaded, by number in the index's table of native members.

    Args:
        index: of the par.
        handed: in a further interpreter of the process, what `hand_on` gave in the one that made it.
    """

    def __init__(
        self, index: Index, handed: tuple[tuple[int, str, str], dict[int, tuple[str, int]]] | None = None
    ) -> None:
        self._index = index
        self._paths: dict[int, str] = {}
        self._tiers: Tiers | None = None
        self._loaded: dict[int, Image] = {}
        self._copies = Copies(index)
        self._elsewhere: dict[int, tuple[str, int]] = {}
        if handed is not None:
            state, self._elsewhere = handed
            self._tiers = tiers.take_over(index, state)
        self._lock = _thread.RLock()
        for number, path, tier in index.header.get("images", ()):  # by the launcher, which counts as well
            self._note(number, path, None, tier)
            self._copies.count += 1
        posix.register_at_fork(after_in_child=self._after_fork)

    def loaded(self) -> list[Image]:
        """All images in load order, but for those of a carried interpreter itself."""
        own = self._index.header.get("own_natives", ())
        return [image for number, image in self._loaded.items() if number not in own]

    def hand_on(self) -> tuple[tuple[int, str, str], dict[int, tuple[str, int]]]:
        """What a further interpreter of this process has to know: the tiers, and what is loaded already."""
        with self._lock:
            state = self._probe()
            paths = {
                number: (path, tiers.NAMES.index(self._loaded[number].tier))
                for number, path in self._paths.items()
            }
        return (state.best, state.why, state.path), {**self._elsewhere, **paths}

    def load_library(self, number: int) -> str:
        """Maps a library and all that it needs, RTLD_LOCAL: dependents find it by its soname.

        Returns:
            The path by which dlopen(3) finds it again.

        Raises:
            ParImportError: it cannot be loaded, with the reason and the mend.
        """
        with self._lock:
            if number in self._paths:
                return self._paths[number]
            native = self._index.native(number)
            if native.group:
                self._load_group(native.group)
                return self._paths[number]
            self._load_needed(native)
            path = self._loaded_elsewhere(number) or self._load_by_loader(number, native.member)
            if path is None:
                path = self._load_plain(number, native)
            return path

    def load_module(self, number: int, spec: Any) -> ModuleType:
        """Creates the extension module of `spec` from the image of member `number`.

        Raises:
            ParImportError: it cannot be loaded, with the reason and the mend.
        """
        native = self._index.native(number)
        fd = -1
        with self._lock:
            if native.group:
                self._load_group(native.group)
            path = self._paths.get(number)
            if path is None:
                self._load_needed(native)
                path = self._loaded_elsewhere(number) or self._load_by_loader(number, spec.name)
            if path is None:
                fd, path = self._copies.of(native, spec.name)
        origin = spec.origin
        # A module that was loaded before is found again by its spelling, without any file behind it.
        spec.origin = path
        try:
            # Without the lock: the module's initialisation may wait for what another thread is importing.
            module: ModuleType = _imp.create_dynamic(spec)
        except ImportError as error:
            # Only ld.so's words name the path; what the module's own initialisation raises stays as it is.
            if error.path != path and path not in str(error):
                raise
            raise self._error(native, spec.name, path, error) from None
        finally:
            spec.origin = origin
            if fd >= 0:
                posix.close(fd)
        with self._lock:
            self._note(number, path, spec.name)
        return module

    def _loaded_elsewhere(self, number: int) -> str | None:
        """The path of a member that another interpreter of the process has loaded."""
        loader = self._probe().loader
        found = loader.noted(number) if loader is not None else self._elsewhere.get(number)
        if found is None:
            return None
        self._note(number, found[0], None, found[1])
        return str(found[0])

    def _load_by_loader(self, number: int, what: str) -> str | None:
        """Loads a member by the loader in C; the path by which dlopen(3) finds it. None: it has to be plain."""
        native = self._index.native(number)
        loader = self._usable(native)
        if loader is None:
            return None
        fd, path = self._copies.empty(native.member, what)
        try:
            _, tier, code = loader.load(*self._request(native, fd, path, what))
        except ImportError as error:
            raise self._error(native, what, path, error) from None
        except OSError as error:
            if error.errno == _ENOTSUP:
                native.image, native.why = b"", "this machine's pages are larger than its segments' alignment"
                return None
            raise self._copies.error(native, what, error) from None
        finally:
            posix.close(fd)
        why = "the par cannot be mapped: " + posix.strerror(code) if code else ""
        self._note(number, path, None, tier, why)
        return path

    def load_loader(self) -> Any:
        """The loader in C, loaded if nobody has done so; None without one, or while another thread loads something."""
        if not self._lock.acquire(False):
            return None
        try:
            self._probe()
        except (ImportError, OSError):
            pass  # what needs it says so
        finally:
            self._lock.release()
        return sys.modules.get("memfd_par._native")

    def _probe(self) -> Tiers:
        if self._tiers is None:
            self._tiers = tiers.probe(self._index, self._copies.part)
        return self._tiers

    def _usable(self, native: Native) -> Any:
        """The loader in C, where it can make the image of this member; otherwise None."""
        loader = self._probe().loader
        return loader if native.image else None

    def _request(self, native: Native, fd: int, path: str, what: str) -> tuple[Any, ...]:
        """The arguments of the loader's functions (runtime/native/module.c)."""
        archive = self._index.archive
        assert self._tiers is not None
        return (
            archive.fd(what),
            native.offset,
            native.size,
            fd,
            path.encode(),
            self._shown_name(native),
            b"".join(
                position.to_bytes(8, "little") + len(data).to_bytes(8, "little") + data
                for position, data in native.patches
            ),
            native.image,
            self._tiers.best,
        )

    def _shown_name(self, native: Native) -> bytes:
        """What `link_map.l_name` is to be: debuggers show it, and dependents without a soname are found by it."""
        name = native.link_name or self._index.archive.root + native.member
        return name.encode("utf-8", "surrogateescape")

    def _map_over(self, number: int, fd: int, path: str, why: str) -> None:
        """Maps a copy that is loaded from the par, where that can be."""
        native = self._index.native(number)
        loader = self._usable(native)
        tier = tiers.PLAIN
        if loader is not None:
            handle = _dlopen(path, native.member)
            tier = loader.map_over(*self._request(native, fd, path, native.member), handle)[1]
        self._note(number, path, None, tier, "" if tier == tiers.PLAIN else why)

    def _load_plain(self, number: int, native: Native) -> str:
        fd, path = self._copies.of(native, native.member)
        try:
            handle = _dlopen(path, native.member)
            if native.link_name is not None:
                self._rename(handle, native.link_name)
        except OSError as error:
            raise self._error(native, native.member, path, error) from None
        finally:
            posix.close(fd)
        self._note(number, path, None)
        return path

    def _load_needed(self, native: Native) -> None:
        failed: dict[int, errors.ParImportError] = {}
        for number in native.loads:
            try:
                self.load_library(number)
            except errors.ParImportError as error:
                if "undefined symbol" not in str(error):
                    raise
                failed[number] = error
        left = tuple(number for number in failed if number not in self._paths)
        if not left:
            return
        # They name not all that they use: ld.so would find it among what `native` needs.
        among = [self._paths[number] for number in native.loads if number in self._paths]
        why = "it uses symbols of libraries that it does not name"
        try:
            self._load_together(left, among, why)
        except errors.ParImportError:
            raise failed[left[0]] from None

    def _load_group(self, group: tuple[int, ...]) -> None:
        """Maps the members of a cycle."""
        if group[0] in self._paths:
            return
        for number in group:
            self._load_needed(self._index.native(number))
        why = "it is one of a cycle"
        self._load_together(group, [], why)

    def _load_together(self, group: tuple[int, ...], among: list[str], why: str) -> None:
        """Maps members by way of a library that needs them all, so that each sees the symbols of the others.

        Args:
            group: of the members.
            among: paths of loaded libraries whose symbols they see, too.
            why: they have no better tier.
        """
        from memfd_par import stub

        natives = [self._index.native(number) for number in group]
        found = [self._loaded_elsewhere(number) for number in group]
        if None not in found:
            return
        fds: list[int] = []
        paths: list[str] = []
        try:
            for native in natives:
                fd, path = self._copies.of(native, native.member)
                fds.append(fd)
                paths.append(path)
            fds.append(memfd.create("cycle"))
            posix.write(fds[-1], stub.make([*among, *paths]))
            together = self._copies.spelling(fds[-1])
            _dlopen(together, natives[0].member)
            for number, fd, path in zip(group, fds, paths):
                self._map_over(number, fd, path, why)
            if self._tiers and self._tiers.loader:
                name = self._index.archive.root + format.OWN + "cycle.so"
                self._tiers.loader.rename(together.encode(), name.encode("utf-8", "surrogateescape"))
        except OSError as error:
            if isinstance(error, errors.ParError):
                raise
            named = [pair for pair in zip(natives, paths) if pair[1] in str(error)]
            native, path = named[0] if named else (natives[0], natives[0].member)
            raise self._error(native, native.member, path, error) from None
        finally:
            for fd in fds:
                posix.close(fd)

    def _note(
        self, number: int, path: str, module: str | None, tier: int = tiers.PLAIN, why: str = ""
    ) -> None:
        """Remembers what is loaded; a module that was loaded as a library before keeps its tier."""
        native = self._index.native(number)
        self._paths[number] = path
        loader = self._tiers.loader if self._tiers else None
        if loader is not None:
            loader.note(number, path, tier)
        known = self._loaded.get(number)
        if known is not None:
            known.module = module or known.module
            return
        if tier == tiers.PLAIN and self._tiers and self._tiers.loader:
            self._tiers.loader.rename(path.encode(), self._shown_name(native))
        if not why and tier != tiers.SPARSE:
            why = native.why or (self._tiers.why if self._tiers else "")
        name = tiers.NAMES[tier]
        self._loaded[number] = Image(native.name, module, native.size, name, native.member, why)

    def _rename(self, handle: int, name: str) -> None:
        """Lets dependents find a library that has no soname: ld.so also compares NEEDED with `l_name`.

        dlopen's handle is the `struct link_map` (link.h): the address, then the name.
        """
        import ctypes

        strdup = ctypes.CDLL(None).strdup  # ld.so owns the name: dlclose(3) frees it
        strdup.restype = ctypes.c_void_p
        ctypes.c_void_p.from_address(handle + ctypes.sizeof(ctypes.c_void_p)).value = strdup(name.encode())

    def _error(self, native: Native, what: str, path: str, error: Exception) -> errors.ParImportError:
        header = self._index.header
        reason = str(error).replace(path, native.member)
        mend = errors.MEND_OTHER
        if "cannot open shared object file" in reason:
            mend = errors.MEND_SYSTEM
        elif "failed to map segment" in reason or "cannot allocate memory" in reason.lower():
            mend = errors.MEND_MEMORY
        return errors.import_error(
            "NOT_LOADED",
            what,
            module=what,
            par=self._index.archive.path,
            reason=reason,
            mend=mend.format(target=header["target"], member=native.member),
        )

    def _after_fork(self) -> None:
        self._lock = _thread.RLock()  # another thread may have held it
        if self._tiers is not None and self._tiers.loader is not None:
            self._tiers.loader.forked()


def _dlopen(path: str, what: str) -> int:
    launcher: Any = sys.modules.get("_memfd_par")
    if launcher is not None:  # a carried interpreter's _ctypes needs a library itself
        opened: int = launcher.dlopen(path)
        return opened
    try:
        from _ctypes import dlopen
    except ImportError as error:
        raise errors.import_error("NO_CTYPES", what, what=what, python=sys.executable, reason=error) from None
    handle: int = dlopen(path, _RTLD_NOW)
    return handle
