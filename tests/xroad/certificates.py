"""Throw-away certificates, as Security Servers and their clients make them for themselves."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Identity:
    """A key with its certificate: in one PEM file, as DER, and its fingerprint."""

    file: Path
    der: bytes
    fingerprint: str


def make_identity(folder: Path, name: str, *, password: bytes = b"") -> Identity:
    """Signed by itself; `password` protects the key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    protection: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    file = folder / f"{name}.pem"
    file.write_bytes(pem)
    der = certificate.public_bytes(serialization.Encoding.DER)
    return Identity(file, der, certificate.fingerprint(hashes.SHA256()).hex().upper())


def server_context(identity: Identity, clients: list[Identity] | None = None) -> ssl.SSLContext:
    """For a server; with `clients` it asks for a certificate and lets these shake hands."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.file)
    for client in clients or []:
        context.load_verify_locations(client.file)
    if clients is not None:
        context.verify_mode = ssl.CERT_OPTIONAL
    return context
