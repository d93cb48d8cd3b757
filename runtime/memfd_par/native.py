"""A native member: what the index says of a library, an extension module or a program in native code."""

from __future__ import annotations


class Native:
    """One native member; `format` says what each value means."""

    __slots__ = (
        "group",
        "image",
        "link_name",
        "loads",
        "member",
        "offset",
        "patches",
        "size",
        "soname",
        "why",
    )

    def __init__(
        self,
        offset: int,
        size: int,
        member: str,
        soname: str | None,
        link_name: str | None,
        loads: tuple[int, ...],
        patches: tuple[tuple[int, bytes], ...],
        group: tuple[int, ...],
        image: bytes = b"",
        why: str = "",
    ) -> None:
        self.offset = offset
        self.size = size
        self.member = member
        self.soname = soname
        self.link_name = link_name
        self.loads = loads
        self.patches = patches
        self.group = group
        self.image = image
        self.why = why

    @property
    def name(self) -> str:
        """The soname; the file's name where it has none."""
        return self.soname or self.member.rpartition("/")[2]
