"""PyNaCl: boxes, signatures, password hashing."""

from __future__ import annotations

import nacl
import nacl.pwhash
from nacl.public import Box, PrivateKey
from nacl.signing import SigningKey


def main() -> None:
    """Encrypts and signs."""
    one, other = PrivateKey.generate(), PrivateKey.generate()
    assert Box(other, one.public_key).decrypt(Box(one, other.public_key).encrypt(b"text")) == b"text"
    key = SigningKey.generate()
    assert key.verify_key.verify(key.sign(b"text")) == b"text"
    hashed = nacl.pwhash.argon2id.str(b"secret", opslimit=1, memlimit=8192)
    assert nacl.pwhash.verify(hashed, b"secret")
    print("PyNaCl", nacl.__version__, "works")


if __name__ == "__main__":
    main()
