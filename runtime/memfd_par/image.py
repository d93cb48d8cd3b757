"""An image: one native member of the par that is mapped into this process."""

from __future__ import annotations


class Image:
    """One native member that is mapped into this process.

    Attributes:
        soname: DT_SONAME, or the file's name where it has none.
        module: dotted name of the extension module; None for a library.
        size: bytes in the par.
        tier: the way it was loaded: "sparse", "full" or "plain" (tiers.py).
        member: stored path in the par.
        why: what forbade a better tier; empty for "sparse".
    """

    __slots__ = ("member", "module", "size", "soname", "tier", "why")

    def __init__(
        self, soname: str, module: str | None, size: int, tier: str, member: str, why: str = ""
    ) -> None:
        self.soname = soname
        self.module = module
        self.size = size
        self.tier = tier
        self.member = member
        self.why = why

    def __repr__(self) -> str:
        fields = ("soname", "module", "size", "tier", "member", "why")
        return "Image(" + ", ".join(f"{name}={getattr(self, name)!r}" for name in fields) + ")"
