"""bcrypt: hashes and checks a password."""

from __future__ import annotations

import bcrypt


def main() -> None:
    """A hash fits its password only."""
    hashed = bcrypt.hashpw(b"secret", bcrypt.gensalt(4))
    assert bcrypt.checkpw(b"secret", hashed) and not bcrypt.checkpw(b"other", hashed)
    assert len(bcrypt.kdf(b"secret", b"salt", 32, 50)) == 32
    print("bcrypt", bcrypt.__version__, "works")


if __name__ == "__main__":
    main()
