"""PyCryptodome: shared objects without a module's name ending, opened by path through cffi or ctypes."""

from __future__ import annotations

import Crypto
from Crypto.Cipher import AES, ChaCha20_Poly1305
from Crypto.Hash import SHA3_256, BLAKE2b
from Crypto.Protocol.KDF import scrypt
from Crypto.PublicKey import ECC, RSA
from Crypto.Signature import eddsa


def main() -> None:
    """Encrypts, hashes, derives, signs."""
    sealed, tag = AES.new(bytes(16), AES.MODE_GCM, nonce=bytes(12)).encrypt_and_digest(b"text")
    assert AES.new(bytes(16), AES.MODE_GCM, nonce=bytes(12)).decrypt_and_verify(sealed, tag) == b"text"
    box = ChaCha20_Poly1305.new(key=bytes(32), nonce=bytes(12))
    assert box.encrypt(b"text") != b"text"
    assert SHA3_256.new(b"").hexdigest().startswith("a7ffc6f8") and BLAKE2b.new(data=b"x").digest()
    assert len(scrypt("a", "b", 32, N=1024, r=8, p=1)) == 32
    key = ECC.generate(curve="ed25519")
    eddsa.new(key, "rfc8032").verify(b"m", eddsa.new(key, "rfc8032").sign(b"m"))
    assert RSA.generate(1024).size_in_bits() == 1024
    print("pycryptodome", Crypto.__version__, "works")


if __name__ == "__main__":
    main()
