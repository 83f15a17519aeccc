"""Making this PC and the server known to each other, once, with the code from the ministry."""

from __future__ import annotations

import base64
from dataclasses import replace

from operator_app.db import audit, settings, sync_state
from operator_app.db.settings import Server
from operator_app.domain.enrolment import read_enrolment_code, server_fingerprint
from operator_app.errors import NetworkProblem, ServerRefused
from operator_app.sync.answers import (
    new_nonce,
    number,
    public_key,
    recipients,
    signed_answer,
    text,
)
from operator_app.sync.link import Link


def enrol(link: Link) -> Server:
    """Show the code, check the server's key against it, pin the key; the server as now known.

    Safe to repeat: the same code with the same device key gives the same answer. Nothing is
    pinned unless the key fits the code and the answer is signed with it. Raises
    BadInput("enrolment.code_form"), ServerRefused("enrol.refused"),
    ServerRefused("server.not_ours") and what `Link.ask` raises.
    """
    code = read_enrolment_code(link.server.enrolment_code)
    nonce = new_nonce()
    with link.database.read() as connection:
        office = settings.read_office(connection)
    data = link.ask(
        "enrol",
        {
            "secret": code.secret,
            "device_key": base64.b64encode(
                link.device.signing_key.public_key().public_bytes_raw()
            ).decode(),
            "office": office.code,
            "app_version": link.app_version,
            "n": nonce,
        },
    )
    if "sig" not in data or "receipt_key" not in data:
        raise NetworkProblem("net.portal")
    try:
        receipt_key = base64.b64decode(text(data, "receipt_key"), validate=True)
    except ValueError:
        raise NetworkProblem("net.bad_answer") from None
    if server_fingerprint(receipt_key) != code.server_fingerprint:
        raise ServerRefused("server.not_ours")
    message = signed_answer(data, public_key(receipt_key), purpose="enrolled", nonce=nonce)
    if text(message, "device_id") != link.device.device_id:
        raise NetworkProblem("net.bad_answer")
    pinned = replace(
        link.server,
        enrolment_code="",
        receipt_key=receipt_key,
        kid=text(message, "kid"),
        recipients=recipients(message),
        keys_at=number(message, "now"),
    )
    with link.database.write() as connection:
        if settings.read_server(connection) != link.server:
            # A person changed address or code meanwhile: the next run begins with those.
            raise NetworkProblem("server.changed_meanwhile")
        settings.write_server(connection, pinned)
        # Another server, or one that had forgotten us: everything is compared anew.
        ledger = sync_state.read_ledger(connection)
        sync_state.write_ledger(connection, replace(ledger, epoch="", audit_told=0))
        link.write_notes(connection)
        audit.append(
            connection,
            at=link.now,
            user_id="",
            action="device.enrolled",
            details={"key": pinned.kid},
        )
    return pinned
