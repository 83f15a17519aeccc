"""The server's keys and where they lie.

    receipt.key       Ed25519, signs receipts and answers          intake and opener
                      (enrolment codes and confidential addresses are kept under keys made from it)
    recipients.json   what devices seal to: ministry and escrow; which keys have ended    public
    opener.key        age identities and the key of the event store    opener only
    escrow.key        the second way to open everything: to be moved to a safe, off this machine
    status.token      opens the status page from elsewhere than this machine
    lookup.token      lets the intake hand questions on to the opener    intake and opener

All are 0600. The secrets in them are never overwritten; opener.key only gains identities
(rotation.py).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operator_app.errors import EnvironmentProblem
from operator_app.files import sync_folder

RECEIPT_FILE = "receipt.key"
RECIPIENTS_FILE = "recipients.json"
OPENER_FILE = "opener.key"
ESCROW_FILE = "escrow.key"
STATUS_FILE = "status.token"
LOOKUP_FILE = "lookup.token"


class Ending(StrEnum):
    """Why nothing is taken any more that is sealed to a key of the ministry."""

    RETIRED = "retired"
    COMPROMISED = "compromised"
    """Somebody else may have it."""
    LOST = "lost"
    """Nobody has it: what was never opened has to be sealed anew."""


@dataclass(frozen=True)
class SealingKeys:
    """What devices seal to, as recipients.json says.

    `recipients` are age public keys ("age1..."), the ministry's first; `kid` names them. `since`:
    when a key came into use, by kid, UTC ms; not known of keys older than this file's form.
    """

    kid: str
    recipients: tuple[str, ...]
    since: Mapping[str, int] = field(default_factory=dict)
    ended: Mapping[str, Ending] = field(default_factory=dict)

    @property
    def lost(self) -> frozenset[str]:
        """The kids that nobody can open anything with."""
        return frozenset(kid for kid, why in self.ended.items() if why is Ending.LOST)


@dataclass(frozen=True)
class IntakeKeys:
    """What the intake needs; nothing here can open an envelope."""

    receipt_key: Ed25519PrivateKey = field(repr=False)
    sealing: SealingKeys
    status_token: str = field(repr=False)

    @property
    def kid(self) -> str:
        """The key that devices seal to now."""
        return self.sealing.kid

    @property
    def recipients(self) -> tuple[str, ...]:
        """What they seal to: the ministry's public key first."""
        return self.sealing.recipients

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
    names = (RECEIPT_FILE, RECIPIENTS_FILE, OPENER_FILE, ESCROW_FILE, STATUS_FILE, LOOKUP_FILE)
    if any((folder / name).exists() for name in names):
        raise EnvironmentProblem("server.keys_exist")
    if escrow is None:
        identity = pyrage.x25519.Identity.generate()
        escrow = str(identity.to_public())
        _write_secret(folder / ESCROW_FILE, str(identity) + "\n")
    else:
        check_recipient(escrow)
    ministry = pyrage.x25519.Identity.generate()
    kid = new_kid()
    store_key = secrets.token_bytes(32)
    write_opener_keys(folder, OpenerKeys({kid: ministry}, store_key))
    write_sealing_keys(folder, SealingKeys(kid, (str(ministry.to_public()), escrow)))
    for name in (STATUS_FILE, LOOKUP_FILE):
        _write_secret(folder / name, secrets.token_urlsafe(32) + "\n")
    receipt_key = Ed25519PrivateKey.generate().private_bytes_raw()
    _write_secret(folder / RECEIPT_FILE, base64.b64encode(receipt_key).decode() + "\n")


def read_intake_keys(folder: Path) -> IntakeKeys:
    """Raises EnvironmentProblem("server.keys_missing" | "server.keys_damaged")."""
    receipt_text = _read(folder / RECEIPT_FILE)
    token = _read(folder / STATUS_FILE).strip()
    try:
        receipt_key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(receipt_text))
    except ValueError as error:
        raise EnvironmentProblem("server.keys_damaged") from error
    return IntakeKeys(receipt_key, read_sealing_keys(folder), token)


def read_sealing_keys(folder: Path) -> SealingKeys:
    """Raises EnvironmentProblem("server.keys_missing" | "server.keys_damaged")."""
    text = _read(folder / RECIPIENTS_FILE)
    try:
        data = json.loads(text)
        keys = SealingKeys(
            str(data["kid"]),
            tuple(str(recipient) for recipient in data["recipients"]),
            {str(kid): int(at) for kid, at in data.get("since", {}).items()},
            {str(kid): Ending(why) for kid, why in data.get("ended", {}).items()},
        )
        for recipient in keys.recipients:
            check_recipient(recipient)
    except (ValueError, KeyError, TypeError, AttributeError, EnvironmentProblem) as error:
        raise EnvironmentProblem("server.keys_damaged") from error
    if keys.kid in keys.ended or not keys.recipients:
        # Devices would seal to it again and again.
        raise EnvironmentProblem("server.keys_damaged")
    return keys


def write_sealing_keys(folder: Path, keys: SealingKeys) -> None:
    """Replace recipients.json: the old one or the new one is there at any moment."""
    _replace_json(
        folder / RECIPIENTS_FILE,
        {
            "kid": keys.kid,
            "recipients": list(keys.recipients),
            "since": dict(keys.since),
            "ended": {kid: why.value for kid, why in keys.ended.items()},
        },
    )


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


def write_opener_keys(folder: Path, keys: OpenerKeys) -> None:
    """Replace opener.key: the old one or the new one is there at any moment."""
    _replace_json(
        folder / OPENER_FILE,
        {
            "identities": {kid: str(identity) for kid, identity in keys.identities.items()},
            "store_key": base64.b64encode(keys.store_key).decode(),
        },
    )


def make_lookup_token(folder: Path) -> None:
    """Make it where there is none yet: in a folder of before there was one."""
    with contextlib.suppress(FileExistsError):
        _write_secret(folder / LOOKUP_FILE, secrets.token_urlsafe(32) + "\n")


def read_lookup_token(folder: Path) -> str:
    """What intake and opener of one data folder know each other by.

    Raises EnvironmentProblem("server.keys_missing" | "server.keys_damaged").
    """
    token = _read(folder / LOOKUP_FILE).strip()
    if len(token) < 32 or not token.isascii():
        raise EnvironmentProblem("server.keys_damaged")
    return token


def new_kid() -> str:
    """A name that no other key has."""
    return f"min-{secrets.token_hex(4)}"


def check_recipient(text: str) -> None:
    """Raises EnvironmentProblem("server.escrow_wrong") unless it is an age public key."""
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise EnvironmentProblem("server.escrow_wrong") from error


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise EnvironmentProblem("server.keys_missing", file=file.name) from error
    except ValueError as error:
        raise EnvironmentProblem("server.keys_damaged") from error


def _replace_json(file: Path, data: dict[str, Any]) -> None:
    new = file.with_name(file.name + ".new")
    # What a stopped command left.
    new.unlink(missing_ok=True)
    _write_secret(new, json.dumps(data, indent=2) + "\n")
    new.replace(file)
    sync_folder(file.parent)


def _write_secret(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
