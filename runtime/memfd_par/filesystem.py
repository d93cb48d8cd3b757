"""The par as a read-only file system: what system calls do with paths below it."""

from __future__ import annotations

import posix

from memfd_par.paths import Paths
from memfd_par.tree import Tree

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from typing import Any

    from memfd_par.tree import Node

_ENOENT = 2
_EBUSY = 16
_EEXIST = 17
_EISDIR = 21
_ENOTDIR = 20
_EINVAL = 22
_EROFS = 30
_ENOTEMPTY = 39
_ENODATA = 61

_ST_RDONLY = 1


class FileSystem(Paths):
    """What functions of `posix` do with a path below the par; methods have their names and parameters.

    A write fails as on a read-only file system, in the order in which Linux finds things out (fs/namei.c, fs/open.c).
    """

    _tree: Tree

    @staticmethod
    def complete(paths: Any) -> None:
        """Adds what only a file system has, before the first operation (`Paths.__getattr__`)."""
        paths._tree = Tree(paths.index)

    def find(self, path: str) -> Node:
        """The file or folder at a path below the par; raises as stat(2) does."""
        return self._tree.find(path)

    def stat(self, path: str, *, dir_fd: Any = None, follow_symlinks: bool = True) -> posix.stat_result:
        """What a path names; the par has no symbolic links."""
        return self._tree.stat(self._tree.find(path))

    lstat = stat

    def access(
        self,
        path: str,
        mode: int,
        *,
        dir_fd: Any = None,
        effective_ids: bool = False,
        follow_symlinks: bool = True,
    ) -> bool:
        """Whether this user may do that: nothing may be written."""
        try:
            node = self._tree.find(path)
        except OSError:
            return False
        if mode & posix.W_OK:
            return False
        return not mode & posix.X_OK or bool(self._tree.stat(node).st_mode & 0o111)

    def readlink(self, path: str, *, dir_fd: Any = None) -> str:
        """Nothing is a link."""
        self._tree.find(path)
        raise _error(_EINVAL, path)

    def scan(self, path: str) -> list[tuple[str, bool]]:
        """Names in a folder, and whether each is a folder."""
        folder = self._folder(path).path
        prefix = self.root + (folder + "/" if folder else "")
        return [(name, self._tree.find(prefix + name).entry is None) for name in self._tree.children(folder)]

    def open(self, path: str, flags: int, mode: int = 0o777, *, dir_fd: Any = None) -> int:
        """A read-only descriptor of a memory file with the member's bytes; for a folder, one that stands for it."""
        if flags & posix.O_CREAT:
            dots = self._tree.last(path) in (".", "..")
            if dots and flags & posix.O_EXCL:
                raise _error(_EEXIST, path)
            if dots or path.endswith("/"):
                raise _error(_EISDIR, path)
        try:
            node = self._tree.find(path)
        except FileNotFoundError:
            if flags & posix.O_CREAT:
                raise _error(_EROFS, path) from None
            raise
        if flags & posix.O_CREAT and flags & posix.O_EXCL:
            raise _error(_EEXIST, path)
        if node.entry is None:
            if flags & (posix.O_WRONLY | posix.O_RDWR | posix.O_TRUNC | posix.O_CREAT):
                raise _error(_EISDIR, path)
            from memfd_par.descriptors import open_folder

            return open_folder(self, node.path)
        if flags & posix.O_DIRECTORY:
            raise _error(_ENOTDIR, path)
        if flags & (posix.O_WRONLY | posix.O_RDWR | posix.O_TRUNC):
            raise _error(_EROFS, path)
        return self._copy(node, flags)

    def statvfs(self, path: str) -> posix.statvfs_result:
        """Of the file system that the par is on, read-only."""
        self._tree.find(path)
        found = posix.fstatvfs(self.index.archive.fd(path))
        return posix.statvfs_result(
            (*found[:8], found.f_flag | _ST_RDONLY, found.f_namemax), {"f_fsid": found.f_fsid}
        )

    def pathconf(self, path: str, name: Any) -> int:
        """Of the file system that the par is on."""
        self._tree.find(path)
        return posix.fpathconf(self.index.archive.fd(path), name)

    def getxattr(self, path: str, attribute: Any, *, follow_symlinks: bool = True) -> bytes:
        """There are no extended attributes."""
        self._tree.find(path)
        raise _error(_ENODATA, path)

    def listxattr(self, path: str, *, follow_symlinks: bool = True) -> list[str]:
        """There are no extended attributes."""
        self._tree.find(path)
        return []

    def chdir(self, path: str) -> None:
        """The working directory is the kernel's, and the kernel sees a file here."""
        self._folder(path)
        raise _error(_ENOTDIR, path)

    def chmod(self, path: str, *args: Any, **kwargs: Any) -> None:
        """What exists cannot be changed."""
        self._tree.find(path)
        raise _error(_EROFS, path)

    chown = lchown = utime = setxattr = removexattr = chmod

    def truncate(self, path: str, length: int) -> None:
        """What exists cannot be changed, and a folder has no length."""
        raise _error(_EISDIR if self._tree.find(path).entry is None else _EROFS, path)

    def mkdir(self, path: str, mode: int = 0o777, *, dir_fd: Any = None, folder: bool = True) -> None:
        """What exists is in the way."""
        name = self._tree.last(path)
        try:
            if name not in ("", ".", ".."):
                self._tree.find(path.rstrip("/"))
        except FileNotFoundError:
            raise _error(_ENOENT if path.endswith("/") and not folder else _EROFS, path) from None
        raise _error(_EEXIST, path)

    def mknod(self, path: str, mode: int = 0o600, *args: Any, dir_fd: Any = None) -> None:
        """As mkdir, but for a slash at the end; symlink(2) too."""
        self.mkdir(path, folder=False)

    mkfifo = mknod

    def unlink(self, path: str, *, dir_fd: Any = None) -> None:
        """The folder above cannot be changed."""
        raise _error(_EISDIR if self._tree.last(path) in ("", ".", "..") else _EROFS, path)

    remove = unlink

    def rmdir(self, path: str, *, dir_fd: Any = None) -> None:
        """The folder above cannot be changed."""
        codes = {"": _EBUSY, ".": _EINVAL, "..": _ENOTEMPTY}
        raise _error(codes.get(self._tree.last(path), _EROFS), path)

    def last(self, path: str) -> str:
        """The last part of a path whose folder exists; as Tree.last."""
        return self._tree.last(path)

    def rename(self, source: str, target: str) -> None:
        """The folders above cannot be changed."""
        names = {self._tree.last(source), self._tree.last(target)}
        raise _error(_EBUSY if names & {"", ".", ".."} else _EROFS, source)

    def _folder(self, path: str) -> Node:
        node = self._tree.find(path)
        if node.entry is not None:
            raise _error(_ENOTDIR, path)
        return node

    def _copy(self, node: Node, flags: int) -> int:
        from memfd_par import memfd

        assert node.entry is not None
        offset, stored_size, size, _ = node.entry
        fd = memfd.create(node.path.rpartition("/")[2])
        try:
            if stored_size != size or not memfd.copy(fd, self.index.archive.fd(node.path), offset, size):
                memfd.write(
                    fd, self.index.data(node.path)
                )  # says what is wrong with the file, if it ends early
            return memfd.read_only(fd, flags & ~posix.O_NOFOLLOW)
        finally:
            posix.close(fd)


def _error(code: int, path: str) -> OSError:
    return OSError(code, posix.strerror(code), path)
