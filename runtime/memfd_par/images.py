"""Images: which native members of the par are loaded in this process, and in which order that is done.

A member becomes a memory file (copies.py) that ld.so maps, by the loader in C (image_loader.py), together with others
(group.py) or by itself (linker.py); tiers.py tells the ways to make one.
"""

from __future__ import annotations

import _imp
import _thread
import posix
import sys

from memfd_par import errors, tiers
from memfd_par.copies import Copies
from memfd_par.image import Image
from memfd_par.image_loader import ImageLoader

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from memfd_par.index import Index
    from memfd_par.native import Native


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
        self._loaded: dict[int, Image] = {}
        self._copies = Copies(index)
        self._image_loader = ImageLoader(index, self._copies)
        self._elsewhere: dict[int, tuple[str, int]] = {}
        if handed is not None:
            state, self._elsewhere = handed
            self._image_loader.tiers = tiers.take_over(index, state)
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
            state = self._image_loader.probe()
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
            from memfd_par import linker

            raise linker.refusal(self._index, [native], [path], spec.name, error) from None
        finally:
            spec.origin = origin
            if fd >= 0:
                posix.close(fd)
        with self._lock:
            self._note(number, path, spec.name)
        return module

    def _loaded_elsewhere(self, number: int) -> str | None:
        """The path of a member that another interpreter of the process has loaded."""
        loader = self._image_loader.probe().loader
        if loader is None:
            found = self._elsewhere.get(number)
        else:
            # The loader's own text is mapped from the par, and must not be called where that was cut off.
            self._index.archive.fd(self._index.native(number).member)
            found = loader.noted(number)
        if found is None:
            return None
        self._note(number, found[0], None, found[1])
        return str(found[0])

    def _load_by_loader(self, number: int, what: str) -> str | None:
        """Loads a member by the loader in C; the path by which dlopen(3) finds it. None: it has to be plain."""
        loaded = self._image_loader.load([self._index.native(number)], what, [])
        if loaded is None:
            return None
        ((path, tier, why),) = loaded
        self._note(number, path, None, tier, why)
        return path

    def load_loader(self) -> Any:
        """The loader in C, loaded if nobody has done so; None without one, or while another thread loads something."""
        if not self._lock.acquire(False):
            return None
        try:
            self._image_loader.probe()
        except (ImportError, OSError):
            pass  # what needs it says so
        finally:
            self._lock.release()
        return sys.modules.get("memfd_par._native")

    def _load_plain(self, number: int, native: Native) -> str:
        from memfd_par import linker

        fd, path = self._copies.of(native, native.member)
        try:
            handle = linker.dlopen(path, native.member)
            if native.link_name is not None:
                linker.rename(handle, native.link_name)
        except OSError as error:
            raise linker.refusal(self._index, [native], [path], native.member, error) from None
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
                if not error.may_lack_symbols:
                    raise
                failed[number] = error
        left = tuple(number for number in failed if number not in self._paths)
        if not left:
            return
        # They name not all that they use: ld.so would find it among what `native` needs.
        among = [self._paths[number] for number in native.loads if number in self._paths]
        try:
            self._load_together(left, among)
        except errors.ParImportError:
            raise failed[left[0]] from None

    def _load_group(self, group: tuple[int, ...]) -> None:
        """Maps the members of a cycle."""
        if group[0] in self._paths:
            return
        for number in group:
            self._load_needed(self._index.native(number))
        self._load_together(group, [])

    def _load_together(self, numbers: tuple[int, ...], among: list[str]) -> None:
        """Maps members so that each sees the symbols of the others.

        Args:
            numbers: of the members.
            among: paths of loaded libraries whose symbols they see, too.
        """
        if all(self._loaded_elsewhere(number) for number in numbers):
            return
        natives = [self._index.native(number) for number in numbers]
        loaded = self._image_loader.load(natives, natives[0].member, among)
        if loaded is None:
            from memfd_par import group

            paths = group.load(self._index, natives, among, self._copies)
            loaded = [(path, tiers.PLAIN, "") for path in paths]
        for number, (path, tier, why) in zip(numbers, loaded):
            self._note(number, path, None, tier, why)

    def _note(
        self, number: int, path: str, module: str | None, tier: int = tiers.PLAIN, why: str = ""
    ) -> None:
        """Remembers what is loaded; a module that was loaded as a library before keeps its tier."""
        native = self._index.native(number)
        self._paths[number] = path
        self._image_loader.note(number, path, tier)
        known = self._loaded.get(number)
        if known is not None:
            known.module = module or known.module
            return
        if tier == tiers.PLAIN:
            self._image_loader.show(path, self._image_loader.shown_name(native))
        best = self._image_loader.tiers
        if not why and tier != tiers.SPARSE:
            why = native.why or (best.why if best is not None else "")
            why = why or "it is loaded together with one that allows no better"
        name = tiers.NAMES[tier]
        self._loaded[number] = Image(native.name, module, native.size, name, native.member, why)

    def _after_fork(self) -> None:
        self._lock = _thread.RLock()  # another thread may have held it
        self._image_loader.forked()
