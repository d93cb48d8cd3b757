"""torch."""

from __future__ import annotations

import torch


def main() -> None:
    """A small product."""
    assert (torch.eye(3) @ torch.eye(3)).trace().item() == 3
