"""pyodbc: its driver manager answers that there is no such data source."""

from __future__ import annotations

import pyodbc


def main() -> None:
    """No driver is installed."""
    assert isinstance(pyodbc.drivers(), list)
    try:
        pyodbc.connect("DSN=missing")
    except pyodbc.Error as error:
        assert error.args[0] in ("IM002", "IM004", "01000")
    else:
        raise AssertionError("there is a data source named missing")
    print("pyodbc", pyodbc.version, "works")


if __name__ == "__main__":
    main()
