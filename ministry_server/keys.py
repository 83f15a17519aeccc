"""The server's keys and where they lie.

    receipt.key       Ed25519, signs receipts and answers          intake and opener
                      (enrolment codes and confidential addresses are kept under keys made from it)
    recipients.json   what devices seal to: ministry and escrow    public
    opener.key        age identities and the key of the event store    opener only
    escrow.key        the second way to open everything: to be moved to a safe, off this machine
    status.token      opens the status page from elsewhere than this machine

Secret files are 0600 and never overwritten.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operator_app.errors import EnvironmentProblem

RECEIPT_FILE = "receipt.key"
RECIPIENTS_FILE = "recipients.json"
OPENER_FILE = "opener.key"
ESCROW_FILE = "escrow.key"
STATUS_FILE = "status.token"


@dataclass(frozen=True)
class IntakeKeys:
    """What the intake needs; nothing here can open an envelope.

    `recipients` are age public keys ("age1..."), the ministry's first; `kid` names them.
    """

    receipt_key: Ed25519PrivateKey = field(repr=False)
    kid: str
    recipients: tuple[str, ...]
    status_token: str = field(repr=False)

    @property
    def receipt_public(self) -> bytes:
        """The public half of the receipt key, 32 bytes: what devices pin."""
        return self.receipt_key.public_key().public_bytes_raw()

    @property
    def place_key(self) -> bytes:
        """What the addresses of confidential places are sealed with in the database.

        Made from the receipt key, so that the intake can give them to devices.
        """
        return hashlib.sha256(b"places" + self.receipt_key.private_bytes_raw()).digest()

    def secret_hash(self, secret: str) -> str:
        """An enrolment secret as the database keeps it: useless without the key file."""
        pepper = hashlib.sha256(b"enrolment" + self.receipt_key.private_bytes_raw()).digest()
        return hmac.digest(pepper, secret.encode(), "sha256").hex()


@dataclass(frozen=True)
class OpenerKeys:
    """What opens envelopes: age identities by kid, and the 32-byte key of the event store."""

    identities: dict[str, pyrage.x25519.Identity] = field(repr=False)
    store_key: bytes = field(repr=False)


def make_keys(folder: Path, escrow: str | None = None) -> None:
    """Make all keys in the folder. `escrow`: an age public key whose identity lies elsewhere.

    Without it one is made, and `escrow.key` has to be moved away by a person.
    Raises EnvironmentProblem("server.keys_exist") rather than overwrite one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = (RECEIPT_FILE, RECIPIENTS_FILE, OPENER_FILE, ESCROW_FILE, STATUS_FILE)
    if any((folder / name).exists() for name in names):
        raise EnvironmentProblem("server.keys_exist")
    if escrow is None:
        identity = pyrage.x25519.Identity.generate()
        escrow = str(identity.to_public())
        _write_secret(folder / ESCROW_FILE, str(identity) + "\n")
    else:
        _check_recipient(escrow)
    ministry = pyrage.x25519.Identity.generate()
    kid = f"min-{secrets.token_hex(4)}"
    _write_json(
        folder / OPENER_FILE,
        {
            "identities": {kid: str(ministry)},
            "store_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        },
    )
    _write_json(
        folder / RECIPIENTS_FILE, {"kid": kid, "recipients": [str(ministry.to_public()), escrow]}
    )
    _write_secret(folder / STATUS_FILE, secrets.token_urlsafe(32) + "\n")
    receipt_key = Ed25519PrivateKey.generate().private_bytes_raw()
    _write_secret(folder / RECEIPT_FILE, base64.b64encode(receipt_key).decode() + "\n")


def read_intake_keys(folder: Path) -> IntakeKeys:
    """Raises EnvironmentProblem("server.keys_missing" | "server.keys_damaged")."""
    receipt_text = _read(folder / RECEIPT_FILE)
    token = _read(folder / STATUS_FILE).strip()
    try:
        public = json.loads(_read(folder / RECIPIENTS_FILE))
        receipt_key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(receipt_text))
        return IntakeKeys(receipt_key, str(public["kid"]), tuple(public["recipients"]), token)
    except (ValueError, KeyError, TypeError) as error:
        raise EnvironmentProblem("server.keys_damaged") from error


def read_opener_keys(folder: Path) -> OpenerKeys:
    """Raises EnvironmentProblem("server.keys_missing" | "server.keys_damaged")."""
    text = _read(folder / OPENER_FILE)
    try:
        data = json.loads(text)
        identities = {
            kid: pyrage.x25519.Identity.from_str(identity)
            for kid, identity in data["identities"].items()
        }
        store_key = base64.b64decode(data["store_key"])
        if len(store_key) != 32:
            raise ValueError("length")
        return OpenerKeys(identities, store_key)
    except (ValueError, KeyError, TypeError, AttributeError, pyrage.IdentityError) as error:
        raise EnvironmentProblem("server.keys_damaged") from error


def _check_recipient(text: str) -> None:
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise EnvironmentProblem("server.escrow_wrong") from error


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise EnvironmentProblem("server.keys_missing", file=file.name) from error


def _write_json(file: Path, data: dict[str, Any]) -> None:
    _write_secret(file, json.dumps(data, indent=2) + "\n")


def _write_secret(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
