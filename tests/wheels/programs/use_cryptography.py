"""cryptography: symmetric and public-key encryption, and a certificate."""

from __future__ import annotations

import datetime

import cryptography
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID


def main() -> None:
    """Encrypts, signs and verifies."""
    assert Fernet(key := Fernet.generate_key()).decrypt(Fernet(key).encrypt(b"text")) == b"text"
    box = AESGCM(bytes(32))
    assert box.decrypt(bytes(12), box.encrypt(bytes(12), b"text", None), None) == b"text"
    key25519 = ed25519.Ed25519PrivateKey.generate()
    key25519.public_key().verify(key25519.sign(b"m"), b"m")
    assert rsa.generate_private_key(65537, 2048).key_size == 2048
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime(2024, 1, 1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    builder = builder.serial_number(7).not_valid_before(now).not_valid_after(now + datetime.timedelta(1))
    text = builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    assert x509.load_pem_x509_certificate(text).serial_number == 7
    print("cryptography", cryptography.__version__, "works")


if __name__ == "__main__":
    main()
