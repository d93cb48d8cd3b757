"""The benchmark of paths elsewhere, as far as a busy machine can tell: it measures what it says, and ends."""

from __future__ import annotations

import pytest

from benchmarks.elsewhere.main import main


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--rounds=2"])
    head, _, *rows = capsys.readouterr().out.splitlines()
    assert head == "| Function | In a par |"
    ratios = {name.strip(" `"): float(ratio) for _, name, ratio, _ in (row.split("|") for row in rows)}
    assert {"os.stat", "open", "os.path.exists", "os.listdir"} <= ratios.keys()
    assert all(0.2 < ratio < 5 for ratio in ratios.values()), ratios
