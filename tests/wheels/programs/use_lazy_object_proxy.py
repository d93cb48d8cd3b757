"""lazy-object-proxy: the C proxy calls its factory once."""

from __future__ import annotations

import lazy_object_proxy
import lazy_object_proxy.cext


def main() -> None:
    """Made on first use."""
    made: list[int] = []

    def make() -> list[int]:
        made.append(1)
        return [1, 2]

    assert lazy_object_proxy.Proxy is lazy_object_proxy.cext.Proxy
    proxy = lazy_object_proxy.Proxy(make)
    assert not made and len(proxy) == 2 and proxy[1] == 2 and made == [1]
    print("lazy-object-proxy", lazy_object_proxy.__version__, "works")


if __name__ == "__main__":
    main()
