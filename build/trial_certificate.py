"""A certificate that nobody trusts, to try signing with."""

from __future__ import annotations

import datetime
import secrets
import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from build.signing import Certificate

DAYS = 2


def trial_certificate(folder: Path) -> Certificate:
    """A self-signed certificate for code, its password beside it, and `trial.pem` to check by."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "117 Operator, a trial")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
    password = secrets.token_hex(16)
    file, password_file = folder / "trial.p12", folder / "trial.password"
    protection = serialization.BestAvailableEncryption(password.encode())
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"trial", key, made, None, protection))
    password_file.write_text(password, "utf-8")
    checked_by(folder).write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return Certificate(file, password_file)


def checked_by(folder: Path) -> Path:
    """The public part of the certificate made in that folder."""
    return folder / "trial.pem"


def is_signed(file: Path, by: Path) -> bool:
    """Whether the file is as it was signed by that certificate."""
    command = ["osslsigncode", "verify", "-CAfile", str(by), "-in", str(file)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
