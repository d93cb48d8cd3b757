"""connect(): to the server that the command line names, or to a throw-away one."""

from __future__ import annotations

from typing import Any, Callable

from examples.mysql_repl import server

# Options of the command line that name a server, and those that only say how to use it, each with
# the argument of MySQLdb.connect() that it stands for.
_PLACE = {
    "--host": "host",
    "--port": "port",
    "--socket": "unix_socket",
    "--defaults-file": "read_default_file",
}
_LOGIN = {"--user": "user", "--password": "password", "--database": "database"}

Options = dict[str, Any]


class UsageError(Exception):
    """The command line's options contradict each other; the message says how."""


def options(arguments: dict[str, Any]) -> Options:
    """Turn docopt's arguments into those of MySQLdb.connect(). Raises UsageError."""
    place = {name: arguments[option] for option, name in _PLACE.items() if arguments[option] is not None}
    login = {name: arguments[option] for option, name in _LOGIN.items() if arguments[option] is not None}
    if login and not place:
        given = next(option for option in _LOGIN if arguments[option] is not None)
        raise UsageError(f"{given} needs a server: name one with {', '.join(_PLACE)}")
    if "unix_socket" in place and ("host" in place or "port" in place):
        raise UsageError("--socket names a server already: leave out --host and --port")
    if "port" in place:
        try:
            place["port"] = int(place["port"])
        except ValueError as error:
            raise UsageError(f"--port is a number, not {place['port']!r}") from error
        if place.get("host", "localhost") == "localhost":
            # The client library takes "localhost" for "the Unix socket", whatever the port.
            place["host"] = "127.0.0.1"
    if "read_default_file" in place:
        place["read_default_group"] = "client"
    return {**place, **login}


def connector(given: Options) -> Callable[..., Any]:
    """Make the connect() of a program, for the options given on the command line."""

    def connect(**arguments: Any) -> Any:
        chosen = {**given, **arguments}
        if "unix_socket" in arguments:
            chosen = {name: value for name, value in chosen.items() if name not in ("host", "port")}
        elif "host" in arguments and "unix_socket" in given:
            del chosen["unix_socket"]
        if not chosen.keys() & {*_PLACE.values()}:
            try:
                chosen = {"unix_socket": server.throw_away().socket, "user": "root", **chosen}
            except server.ServerUnavailable as error:
                raise error.with_traceback(None) from None  # how it was found out is of no use
        import MySQLdb  # here, because a program that does not connect need not wait for it

        return MySQLdb.connect(**chosen)

    place = next((given[name] for name in _PLACE.values() if name in given), "a throw-away MariaDB server")
    connect.__doc__ = (
        f"A new MySQLdb connection to {place}.\n\n"
        "The arguments are those of MySQLdb.connect(), and come before the command line's."
    )
    return connect
