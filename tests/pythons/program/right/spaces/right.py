"""Of the right portion."""

from __future__ import annotations

side = "right"
