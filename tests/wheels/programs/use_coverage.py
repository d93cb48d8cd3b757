"""coverage: the C tracer, on a module of the par, with a report of its lines."""

from __future__ import annotations

import io
import os
import re
import tempfile

import coverage
import coverage.tracer


def main() -> None:
    """Measures a standard module and one that the par carries."""
    assert coverage.tracer.CTracer is not None
    with tempfile.TemporaryDirectory() as folder:
        measure = coverage.Coverage(
            data_file=os.path.join(folder, "data"), include=["*/coverage/numbits.py", "*/colorsys.py"]
        )
        measure.start()
        import colorsys

        from coverage import numbits

        colorsys.rgb_to_hsv(0.1, 0.2, 0.3)
        numbits.nums_to_numbits([1, 2])
        measure.stop()
        text = io.StringIO()
        percent = measure.report(file=text, ignore_errors=False)
        assert 0 < percent <= 100 and "colorsys" in text.getvalue() and "numbits" in text.getvalue(), (
            text.getvalue()
        )
        measure.html_report(directory=os.path.join(folder, "html"))
        with open(os.path.join(folder, "html", "index.html"), encoding="utf-8") as file:
            page = file.read()
        assert "colorsys.py" in page and "numbits.py" in page
        (script,) = re.findall(r'<script src="(.+?)"', page)  # a data file of the wheel
        assert os.path.getsize(os.path.join(folder, "html", script)) > 1000
    print("coverage", coverage.__version__, "works")


if __name__ == "__main__":
    main()
