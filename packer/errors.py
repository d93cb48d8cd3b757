"""The one error that the packer raises on purpose."""

from __future__ import annotations


class PackError(Exception):
    """A build error whose text is complete: what was found, what is needed, the mend."""
