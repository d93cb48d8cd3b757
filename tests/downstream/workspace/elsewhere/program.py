"""Pure Python: it runs on any machine."""

from __future__ import annotations

print("anywhere")
