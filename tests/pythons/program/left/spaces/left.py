"""Of the left portion."""

from __future__ import annotations

side = "left"
