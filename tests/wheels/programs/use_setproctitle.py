"""setproctitle: the title shows in /proc."""

from __future__ import annotations

import setproctitle


def main() -> None:
    """Sets it, and reads it as others do."""
    assert setproctitle.getproctitle()
    setproctitle.setproctitle("a new title")
    with open("/proc/self/cmdline", "rb") as file:
        assert file.read().startswith(b"a new title")
    print("setproctitle", setproctitle.__version__, "works")


if __name__ == "__main__":
    main()
