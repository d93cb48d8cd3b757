"""argon2-cffi: hashes and checks a password."""

from __future__ import annotations

import importlib.metadata

import argon2


def main() -> None:
    """A hash fits its password only."""
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=1024)
    hashed = hasher.hash("secret")
    assert hasher.verify(hashed, "secret")
    try:
        hasher.verify(hashed, "other")
    except argon2.exceptions.VerifyMismatchError:
        pass
    else:
        raise AssertionError("a wrong password was accepted")
    print("argon2-cffi", importlib.metadata.version("argon2-cffi"), "works")


if __name__ == "__main__":
    main()
