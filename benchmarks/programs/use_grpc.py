"""grpc."""

from __future__ import annotations

import grpc


def main() -> None:
    """Make a channel, to nowhere."""
    with grpc.insecure_channel("localhost:1") as channel:
        assert channel is not None
