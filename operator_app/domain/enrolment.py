"""The enrolment code: what the ministry gives an office on paper or by phone.

    K7QM-2RXW-9TBH-MFRG-GZDF
    \\____secret____/ \\_server_/

The last two groups are the fingerprint of the server's receipt key, so that a PC pins the right
server at its first contact, even through a wrong proxy.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass

from operator_app.errors import BadInput, Fault

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
SECRET_LENGTH = 12
FINGERPRINT_LENGTH = 8


@dataclass(frozen=True)
class EnrolmentCode:
    """`secret` is used once; `server_fingerprint` is compared with the key the server shows."""

    secret: str
    server_fingerprint: str

    def __str__(self) -> str:
        whole = self.secret + self.server_fingerprint
        return "-".join(whole[i : i + 4] for i in range(0, len(whole), 4))

    def __repr__(self) -> str:
        return "EnrolmentCode(...)"


def server_fingerprint(receipt_key: bytes) -> str:
    """40 bits of the SHA-256 of the server's Ed25519 public key, in base32."""
    return base64.b32encode(hashlib.sha256(receipt_key).digest()[:5]).decode()


def new_enrolment_code(receipt_key: bytes) -> EnrolmentCode:
    """A fresh one-time code for a server with this receipt key."""
    secret = "".join(secrets.choice(_LETTERS) for _ in range(SECRET_LENGTH))
    return EnrolmentCode(secret, server_fingerprint(receipt_key))


def read_enrolment_code(typed: str) -> EnrolmentCode:
    """Understand a typed code: any case, with or without dashes and spaces.

    Raises BadInput("enrolment.code_form").
    """
    plain = re.sub(r"[\s\-–—]", "", typed.upper())
    if not re.fullmatch(rf"[A-Z0-9]{{{SECRET_LENGTH}}}[A-Z2-7]{{{FINGERPRINT_LENGTH}}}", plain):
        raise BadInput("enrolment.code_form", [Fault("enrolment_code", "enrolment.code_form")])
    return EnrolmentCode(plain[:SECRET_LENGTH], plain[SECRET_LENGTH:])
