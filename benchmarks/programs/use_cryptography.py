"""cryptography."""

from __future__ import annotations

from cryptography.fernet import Fernet


def main() -> None:
    """Encrypt and decrypt a word."""
    fernet = Fernet(Fernet.generate_key())
    assert fernet.decrypt(fernet.encrypt(b"word")) == b"word"
