"""OpenCC: its C++ code opens the configurations and dictionaries of the wheel, each named by another."""

from __future__ import annotations

import opencc


def main() -> None:
    """Converts between the scripts, by characters and by words."""
    assert opencc.OpenCC("t2s.json").convert("漢字") == "汉字"
    assert opencc.OpenCC("s2t.json").convert("汉字") == "漢字"
    # A word that Taiwan has another one for.
    assert opencc.OpenCC("s2twp.json").convert("鼠标里面的硅二极管坏了") == "滑鼠裡面的矽二極體壞了"
    for config in opencc.CONFIGS:
        assert opencc.OpenCC(config).convert("abc") == "abc", config
    print("OpenCC", opencc.__version__, "works")


if __name__ == "__main__":
    main()
