"""wrapt: proxies in C, and a hook that runs after an import."""

from __future__ import annotations

import sys

import wrapt


@wrapt.decorator
def twice(wrapped: object, _instance: object, args: tuple[int, ...], kwargs: dict[str, int]) -> int:
    """Doubles a result."""
    return 2 * wrapped(*args, **kwargs)


@twice
def three() -> int:
    """Three, before it is doubled."""
    return 3


def main() -> None:
    """Wraps, and patches a module of the standard library on its import."""
    assert three() == 6 and three.__name__ == "three"
    assert wrapt.ObjectProxy.__module__ != "wrapt.wrappers_py" and "wrapt._wrappers" in sys.modules
    seen: list[str] = []
    wrapt.register_post_import_hook(lambda module: seen.append(module.__name__), "colorsys")
    import colorsys

    assert seen == ["colorsys"] and colorsys.rgb_to_hsv
    print("wrapt", wrapt.__version__, "works")


if __name__ == "__main__":
    main()
