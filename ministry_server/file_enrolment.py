"""PCs that are never online: cards for their offices, and letting them in by their first bundle."""

from __future__ import annotations

import base64
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, delete, or_, select, update

from ministry_server.admission import approval_needed
from ministry_server.devices import admit
from ministry_server.keys import IntakeKeys
from ministry_server.schema import device, enrolment_code, pending_device
from ministry_server.store import Store
from ministry_server.vault import Vault
from operator_app.domain.wire import device_id_of
from operator_app.sync.bundle import LET_IN, Asking, BadBundle, BundleHead, Lines, check_signer
from operator_app.sync.office_card import OfficeCard, proof_of, write_card

NOT_APPROVED = "device.not_approved"


def make_card(keys: IntakeKeys, office: str, address: str, now: int) -> bytes:
    """The card of an office. `address`: where the server is, "" for an office that is never online."""
    card = OfficeCard(office, keys.receipt_public, keys.kid, tuple(keys.recipients), address, now)
    return write_card(card, keys.receipt_key)


def let_in(store: Store, keys: IntakeKeys, head: BundleHead, lines: Lines, now: int) -> str | None:
    """Judge what a bundle asks; "let_in", or why not; None when it asks nothing.

    Why not: `device.not_approved`, `device.revoked`, `enrol.code_unknown`, `enrol.code_used`,
    `enrol.code_expired`, `enrol.code_other_office`. Raises BadBundle: `bundle.malformed`,
    `bundle.bad_signature`, `bundle.other_server` (the PC has the card of another one).
    """
    asking = head.asking
    if asking is None:
        return None
    device_key = _key(asking, head, lines)
    if asking.server != base64.b64encode(keys.receipt_public).decode():
        raise BadBundle("bundle.other_server")
    with store.write() as connection:
        return _judge(connection, keys, head, asking, device_key, now)


def _judge(
    connection: Connection,
    keys: IntakeKeys,
    head: BundleHead,
    asking: Asking,
    device_key: bytes,
    now: int,
) -> str:
    known = connection.execute(
        select(device.c.revoked_at, pending_device.c.asked_at)
        .outerjoin(pending_device, pending_device.c.dev == device.c.dev)
        .where(device.c.dev == head.dev)
    ).first()
    if known is not None and known.revoked_at is not None:
        return "device.revoked"
    if known is not None and known.asked_at is None:
        # Let in by an earlier bundle, over the network, or by a person.
        return LET_IN
    if asking.proof and (
        problem := _use_code(connection, keys, asking.proof, head, device_key, now)
    ):
        return problem
    wait = not asking.proof
    admit(connection, device_key, head.office, asking.app_version, now, wait=wait)
    if wait or approval_needed(connection):
        return NOT_APPROVED
    connection.execute(delete(pending_device).where(pending_device.c.dev == head.dev))
    return LET_IN


def _key(asking: Asking, head: BundleHead, lines: Lines) -> bytes:
    try:
        device_key = base64.b64decode(asking.device_key, validate=True)
        public = Ed25519PublicKey.from_public_bytes(device_key)
    except ValueError:
        raise BadBundle("bundle.malformed") from None
    if device_id_of(device_key) != head.dev:
        raise BadBundle("bundle.malformed")
    check_signer(lines, public)
    return device_key


def _use_code(
    connection: Connection,
    keys: IntakeKeys,
    proof: str,
    head: BundleHead,
    device_key: bytes,
    now: int,
) -> str | None:
    """Use up the code that the proof shows; or what is wrong with it."""
    codes = enrolment_code.c
    vault = Vault(keys.code_key)
    for row in connection.execute(select(enrolment_code).where(codes.file_key.is_not(None))):
        try:
            key = vault.open_bytes(row.secret_hash, bytes(row.file_key))
        except InvalidTag:
            # Of a database whose keys are others.
            continue
        wanted = proof_of(key, dev=head.dev, device_key=device_key, office=head.office)
        if not hmac.compare_digest(wanted, proof):
            continue
        if row.office != head.office:
            return "enrol.code_other_office"
        taken = connection.execute(
            update(enrolment_code)
            .where(
                codes.secret_hash == row.secret_hash,
                or_(
                    codes.used_by == head.dev,
                    codes.used_by.is_(None) & (codes.expires_at > now),
                ),
            )
            .values(used_by=head.dev)
        )
        if taken.rowcount == 1:
            return None
        return "enrol.code_expired" if row.used_by is None else "enrol.code_used"
    return "enrol.code_unknown"
