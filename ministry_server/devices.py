"""Devices: let in by a one-time code, recognised by their signature, shut out by revocation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, delete, insert, or_, select, update

from ministry_server.admission import note_newcomer
from ministry_server.keys import IntakeKeys
from ministry_server.messages import Enrolment, Refusal
from ministry_server.schema import device, enrolment_code, pending_device, revocation
from ministry_server.store import Store, insert_new
from ministry_server.vault import Vault
from operator_app.domain.enrolment import EnrolmentCode, new_enrolment_code
from operator_app.domain.wire import device_id_of
from operator_app.sync.office_card import file_key
from operator_app.sync.receipts import BadSignature, verify

CODE_LIFE_MS = 72 * 3600 * 1000


@dataclass(frozen=True)
class Device:
    """An enrolled device that signed the request at hand."""

    dev: str
    office: str
    key: Ed25519PublicKey


def issue_code(
    store: Store, keys: IntakeKeys, office: str, now: int, life: int = CODE_LIFE_MS
) -> EnrolmentCode:
    """A new code for one device of an office, good for `life` milliseconds.

    Only its hash is kept, and, sealed, what tells a proof by file (office_card.py).
    """
    code = new_enrolment_code(keys.receipt_public)
    secret_hash = keys.secret_hash(code.secret)
    proves = Vault(keys.code_key).seal_bytes(
        secret_hash, file_key(code.secret, keys.receipt_public)
    )
    with store.write() as connection:
        connection.execute(
            delete(enrolment_code).where(
                enrolment_code.c.expires_at < now, enrolment_code.c.used_by.is_(None)
            )
        )
        connection.execute(
            insert(enrolment_code),
            {
                "secret_hash": secret_hash,
                "office": office,
                "created_at": now,
                "expires_at": now + life,
                "file_key": proves,
            },
        )
    return code


def enrol(store: Store, keys: IntakeKeys, request: Enrolment, now: int) -> str:
    """Let the device in; its id. The same device with the same code is let in again.

    Raises Refusal(403) for a code that is unknown, of another office, used by another device, or
    too old, and for a device that was revoked.
    """
    dev = device_id_of(request.device_key)
    codes = enrolment_code.c
    with store.write() as connection:
        taken = connection.execute(
            update(enrolment_code)
            .where(
                codes.secret_hash == keys.secret_hash(request.secret),
                codes.office == request.office,
                or_(codes.used_by == dev, codes.used_by.is_(None) & (codes.expires_at > now)),
            )
            .values(used_by=dev)
        )
        if taken.rowcount != 1:
            raise Refusal(403, "enrol.refused")
        admit(connection, request.device_key, request.office, request.app_version, now)
    return dev


def admit(
    connection: Connection,
    device_key: bytes,
    office: str,
    app_version: str,
    now: int,
    *,
    wait: bool = False,
) -> None:
    """Let a device in that showed a good code, or note that it waits for a person (`wait`).

    Raises Refusal(403) for one that was revoked.
    """
    dev = device_id_of(device_key)
    new = connection.execute(
        insert_new(connection, device).returning(device.c.dev),
        {
            "dev": dev,
            "public_key": device_key,
            "office": office,
            "enrolled_at": now,
            "app_version": app_version,
        },
    ).first()
    if new is not None:
        note_newcomer(connection, dev, now, always=wait)
    kept = connection.execute(
        update(device)
        .where(
            device.c.dev == dev,
            device.c.public_key == device_key,
            device.c.revoked_at.is_(None),
        )
        .values(office=office, app_version=app_version, last_contact_at=now)
    )
    if kept.rowcount != 1:
        raise Refusal(403, "enrol.refused")


def recognise(store: Store, dev: str, signed: dict[str, Any], purpose: str) -> Device:
    """The device that signed this. Raises Refusal(401), or Refusal(400) for what is no JSON."""
    with store.read() as connection:
        row = connection.execute(
            select(
                device.c.public_key,
                device.c.office,
                device.c.revoked_at,
                pending_device.c.asked_at,
            )
            .outerjoin(pending_device, pending_device.c.dev == device.c.dev)
            .where(device.c.dev == dev)
        ).first()
    if row is None:
        raise Refusal(401, "device.unknown")
    key = Ed25519PublicKey.from_public_bytes(bytes(row.public_key))
    check_signature(signed, key, purpose)
    if row.revoked_at is not None:
        raise Refusal(401, "device.revoked")
    if row.asked_at is not None:
        raise Refusal(401, "device.not_approved")
    return Device(dev, row.office, key)


def check_signature(signed: dict[str, Any], key: Ed25519PublicKey, purpose: str) -> None:
    """Raise Refusal(401) unless the key signed it for this purpose."""
    try:
        verify(signed, key, purpose=purpose)
    except BadSignature as error:
        if error.code == "signature.wrong":
            raise Refusal(401, "signature.wrong") from None
        raise Refusal(400, "request.malformed") from None


def revoke(store: Store, dev: str, now: int, reason: str = "") -> bool:
    """Refuse the device from now on; False when it is unknown. What it sent stays.

    `reason` is kept for whoever asks later; the device is not told.
    """
    with store.write() as connection:
        done = connection.execute(
            update(device)
            .where(device.c.dev == dev, device.c.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        if done.rowcount == 1 and reason:
            connection.execute(insert_new(connection, revocation), {"dev": dev, "reason": reason})
        return done.rowcount == 1 or _is_known(connection, dev)


def _is_known(connection: Connection, dev: str) -> bool:
    found = connection.execute(select(device.c.dev).where(device.c.dev == dev)).first()
    return found is not None
