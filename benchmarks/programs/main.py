"""The program, for tools that take a script."""

from __future__ import annotations

from benchmark_entry import main

if __name__ == "__main__":
    main()
