"""A Python with MySQLdb and libmariadb inside, all in one file.

Usage:
  mysql_repl [options] -c CODE [ARGS...]
  mysql_repl [options] [SCRIPT [ARGS...]]

It runs CODE, or SCRIPT, or what standard input holds (SCRIPT is left out or
is a single dash), as python does; on a terminal it is a prompt with history
and completion. What follows CODE or SCRIPT is the program's own sys.argv.

The program finds one more name than in python: connect(), which returns a
MySQLdb connection to the server that the options name and takes the arguments
of MySQLdb.connect(). With no server named it starts a throw-away MariaDB
server, if mariadbd is installed, and removes it when the program ends.

Options:
  -c                    Run CODE, given on the command line.
  -i                    Go on to a prompt when the program has ended.
  --host HOST           Connect to the server on this machine,
  --port PORT           at this port (with no host: of this machine),
  --socket PATH         or at this Unix socket.
  --defaults-file FILE  Read the [client] group of this option file.
  --user USER           Log in as this user,
  --password PASSWORD   with this password (an option file hides it better),
  --database DATABASE   and use this database.
  -h, --help            Show this text.
"""

from __future__ import annotations

import sys
from typing import Any

from docopt import DocoptExit, docopt

from examples.mysql_repl import connection, console

_USAGE_ERROR = 2
# What tracebacks call CODE. Not python's "<string>": that may be how the interpreter itself was started.
_COMMAND_LINE = "<command line>"


def _fail(message: object) -> int:
    print(message, file=sys.stderr)
    return _USAGE_ERROR


def main(argv: list[str]) -> int:
    """Run the program that argv, the command line without its first word, asks for.

    Returns the exit status; what the program itself raises goes through to the caller.
    """
    try:
        arguments: dict[str, Any] = docopt(__doc__, argv, options_first=True)
        options = connection.options(arguments)
    except (DocoptExit, connection.UsageError) as error:
        return _fail(error)
    names = {"connect": connection.connector(options)}
    again = bool(arguments["-i"])
    if arguments["-c"]:
        code = arguments["CODE"]
        console.run(code, _COMMAND_LINE, ["-c", *arguments["ARGS"]], names, again)
    elif arguments["SCRIPT"] in (None, "-"):
        console.run_stdin([arguments["SCRIPT"] or "", *arguments["ARGS"]], names, again)
    else:
        script = arguments["SCRIPT"]
        try:
            console.run_script(script, [script, *arguments["ARGS"]], names, again)
        except console.CannotOpen as error:
            return _fail(f"mysql_repl: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
