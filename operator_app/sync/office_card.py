"""The office card: what a PC that is never online has to know of the ministry's server.

    {"format":"117-office-card","v":1,"office","receipt_key","kid","recipients","address","made_at","sig"}

One line of JSON, signed by the server's receipt key, purpose "office_card". It holds no secret: who
finds it can seal to the ministry and read nothing. A PC believes it only when the enrolment code
names the same server, or a person compared the fingerprint. Contract: resources/protocol/bundle.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from operator_app.domain.wire import canonical_plain
from operator_app.errors import AppError
from operator_app.sync.bundle import Count, Recipient, Word
from operator_app.sync.receipts import BadSignature, sign, verify

SUFFIX = ".117card"
FORMAT = "117-office-card"
MOST_BYTES = 8_000
_PURPOSE = "office_card"
_GROUPS = 6
_SCRYPT_N, _SCRYPT_R, _SCRYPT_MEMORY = 1 << 15, 8, 64 << 20


class BadCard(AppError):
    """The file is no office card that can be used here; nothing was changed."""


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["117-office-card"]
    v: int
    office: Word
    receipt_key: Annotated[str, msgspec.Meta(max_length=64)]
    kid: Word
    recipients: Annotated[list[Recipient], msgspec.Meta(min_length=1, max_length=16)]
    address: Annotated[str, msgspec.Meta(max_length=300)]
    made_at: Count
    sig: Annotated[str, msgspec.Meta(max_length=128)]


@dataclass(frozen=True)
class OfficeCard:
    """`receipt_key` is the server's Ed25519 public key (32 bytes), `recipients` are age public
    keys under the name `kid`, `made_at` in UTC milliseconds by the server's clock."""

    office: str
    receipt_key: bytes
    kid: str
    recipients: tuple[str, ...]
    address: str
    made_at: int

    @property
    def fingerprint(self) -> str:
        """What people compare, by telephone: six groups of five digits of the server's key."""
        return in_digits(self.receipt_key)


def in_digits(key: bytes) -> str:
    """The fingerprint of a key as six groups of five digits (99 bits)."""
    number = int.from_bytes(hashlib.sha256(b"117 fingerprint" + key).digest(), "big")
    groups = []
    for _group in range(_GROUPS):
        number, group = divmod(number, 100_000)
        groups.append(f"{group:05d}")
    return " ".join(groups)


def write_card(card: OfficeCard, key: Ed25519PrivateKey) -> bytes:
    """The bytes of the file."""
    said = {
        "format": FORMAT,
        "v": 1,
        "office": card.office,
        "receipt_key": base64.b64encode(card.receipt_key).decode(),
        "kid": card.kid,
        "recipients": list(card.recipients),
        "address": card.address,
        "made_at": card.made_at,
    }
    return canonical_plain(sign(said, key, purpose=_PURPOSE)) + b"\n"


def read_card(data: bytes) -> OfficeCard:
    """The card, whole and signed by the key it names.

    Raises BadCard("card.not_one" | "card.newer" | "card.changed").
    """
    if len(data) > MOST_BYTES or b'"117-office-card"' not in data:
        raise BadCard("card.not_one")
    try:
        plain = msgspec.json.decode(data)
        if isinstance(plain, dict) and plain.get("v") != 1:
            raise BadCard("card.newer")
        form = msgspec.convert(plain, type=_Form)
        key = base64.b64decode(form.receipt_key, validate=True)
        verify(plain, Ed25519PublicKey.from_public_bytes(key), purpose=_PURPOSE)
        for recipient in form.recipients:
            pyrage.x25519.Recipient.from_str(recipient)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadCard("card.changed") from error
    except (BadSignature, pyrage.RecipientError) as error:
        raise BadCard("card.changed") from error
    return OfficeCard(
        form.office, key, form.kid, tuple(form.recipients), form.address, form.made_at
    )


def file_key(secret: str, receipt_key: bytes) -> bytes:
    """The key (32 bytes) that knowing a one-time secret of this server gives.

    Slow by intent (scrypt): a proof made with it lies on a stick, for anybody to try secrets on.
    """
    return hashlib.scrypt(
        secret.encode(),
        salt=b"117 enrolment by file" + receipt_key,
        n=_SCRYPT_N,
        r=_SCRYPT_R,
        p=1,
        maxmem=_SCRYPT_MEMORY,
        dklen=32,
    )


def proof_of(key: bytes, *, dev: str, device_key: bytes, office: str) -> str:
    """That whoever asks with this device key for this office knows the secret behind `key`."""
    said: dict[str, Any] = {
        "dev": dev,
        "device_key": base64.b64encode(device_key).decode(),
        "office": office,
        "purpose": "enrol_by_file",
    }
    return base64.b64encode(hmac.digest(key, canonical_plain(said), "sha256")).decode()
