"""Enrolment of a PC that is never online: by a card from the ministry, and with the first bundle.

The one-time code is typed here and goes nowhere: the bundle carries a proof that it is known.
Without a code the PC waits until a person at the ministry lets it in.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from operator_app.db import audit, settings, sync_state
from operator_app.db.engine import Database
from operator_app.db.sync_state import AskingByFile
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.enrolment import read_enrolment_code, server_fingerprint
from operator_app.domain.people import Actor, Right
from operator_app.errors import BadInput, Fault
from operator_app.sync.bundle import LET_IN, Asking, ReceiptsHead
from operator_app.sync.office_card import (
    BadCard,
    OfficeCard,
    file_key,
    in_digits,
    proof_of,
    read_card,
)


@dataclass(frozen=True)
class AskingFacts:
    """`known`: the ministry let this PC in, by whatever way. `asking` and its `answer` ("" for none
    yet) tell of asking by file; `device` is what people compare at the ministry."""

    known: bool
    asking: bool
    with_code: bool
    answer: str
    device_id: str
    device: str


class EnrolmentByFile:
    """Takes cards, for one database. To be called off the main thread: a code takes a moment."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def facts(self, actor: Actor) -> AskingFacts:
        """How it stands."""
        actor.require(Right.SEE_SYNC)
        with self._database.read() as connection:
            server = settings.read_server(connection)
            device = settings.read_device(connection)
            asking = sync_state.read_asking(connection)
        waits = asking is not None and asking.answer != LET_IN
        return AskingFacts(
            known=server.enrolled and not waits,
            asking=waits,
            with_code=asking is not None and bool(asking.proof),
            answer=asking.answer if asking else "",
            device_id=device.device_id,
            device=in_digits(device.signing_key.public_key().public_bytes_raw()),
        )

    def look_at(self, actor: Actor, data: bytes) -> OfficeCard:
        """A card for this office, to be shown and compared; nothing is changed.

        Raises BadCard: what `read_card` raises, `card.other_office`, `card.other_server` (this PC
        is known to another one).
        """
        actor.require(Right.MANAGE_SYNC)
        card = read_card(data)
        with self._database.read() as connection:
            self._check(connection, card)
        return card

    def use(self, actor: Actor, card: OfficeCard, typed: str) -> None:
        """Believe the card: a person compared its fingerprint, or typed a code of that server.

        From now on bundles are sealed to it and ask to let this PC in. Audited. Raises
        BadInput("enrolment.code_form") and BadCard as `look_at`, and `card.code_of_another`.
        """
        actor.require(Right.MANAGE_SYNC)
        secret = ""
        if typed.strip():
            code = read_enrolment_code(typed)
            if code.server_fingerprint != server_fingerprint(card.receipt_key):
                raise BadInput("enrolment.code_form", [Fault("card.code", "card.code_of_another")])
            secret = code.secret
        key = file_key(secret, card.receipt_key) if secret else b""
        with self._database.write() as connection:
            self._check(connection, card)
            device = settings.read_device(connection)
            proof = ""
            if key:
                proof = proof_of(
                    key,
                    dev=device.device_id,
                    device_key=device.signing_key.public_key().public_bytes_raw(),
                    office=card.office,
                )
            server = settings.read_server(connection)
            settings.write_server(
                connection,
                replace(
                    server,
                    url=server.url or card.address,
                    receipt_key=card.receipt_key,
                    kid=card.kid,
                    recipients=card.recipients,
                    keys_at=card.made_at,
                ),
            )
            sync_state.write_asking(connection, AskingByFile(proof))
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action="office_card.taken",
                details={"key": card.kid, "code": bool(proof)},
            )

    def _check(self, connection: Connection, card: OfficeCard) -> None:
        if card.office != settings.read_office(connection).code:
            raise BadCard("card.other_office")
        server = settings.read_server(connection)
        asking = sync_state.read_asking(connection)
        let_in = server.enrolled and (asking is None or asking.answer == LET_IN)
        if let_in:
            same = server.receipt_key == card.receipt_key
            raise BadCard("card.known_already" if same else "card.other_server")


def asking_of(connection: Connection, app_version: str) -> Asking | None:
    """What a bundle says of it; None for a PC that is known, or never had a card."""
    asking = sync_state.read_asking(connection)
    if asking is None or asking.answer == LET_IN:
        return None
    device = settings.read_device(connection)
    key = device.signing_key.public_key().public_bytes_raw()
    return Asking(
        device_key=base64.b64encode(key).decode(),
        server=base64.b64encode(settings.read_server(connection).receipt_key).decode(),
        proof=asking.proof,
        app_version=app_version,
    )


def take_word(connection: Connection, head: ReceiptsHead, now: int) -> str | None:
    """Remember what receipts of our server answer to asking; why this PC was not let in, or None.

    Once it was let in, an older answer that comes again changes nothing.
    """
    asking = sync_state.read_asking(connection)
    if head.let_in is None:
        return None
    if asking is not None and asking.answer != LET_IN:
        sync_state.write_asking(connection, replace(asking, answer=head.let_in))
        if head.let_in == LET_IN:
            audit.append(
                connection,
                at=now,
                user_id="",
                action="device.enrolled",
                details={"key": settings.read_server(connection).kid},
            )
    return None if head.let_in == LET_IN else head.let_in
