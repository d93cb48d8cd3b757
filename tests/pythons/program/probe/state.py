"""A module with state, to be loaded anew."""

from __future__ import annotations

count = 0
