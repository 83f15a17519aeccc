"""Asking for somebody's benefits in the social assistance system, through the ministry's receiver.

Online only, never in a violence call, never without consent and purpose; that it was asked, and
how it ended, is audited. The answer is kept nowhere: it is shown, and the operator may take it
into the note.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

from operator_app.db import audit, settings
from operator_app.db.engine import Database
from operator_app.domain.calls import CallForm
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.lookup import (
    FOUND,
    PURPOSES,
    Answer,
    Question,
    read_answer,
    write_question,
)
from operator_app.domain.people import Actor, Right
from operator_app.domain.pin import read_pin
from operator_app.errors import AppError, BadInput, Fault, NetworkProblem, ServerRefused
from operator_app.sync.answers import BUSY, NEVER_ARRIVED, new_nonce, public_key, signed_answer
from operator_app.sync.answers import text as text_of
from operator_app.sync.carriers.base import Carrier
from operator_app.sync.envelope import BadEnvelope, open_sealed, sealed_for
from operator_app.sync.link import Link

if TYPE_CHECKING:
    import pyrage

ACTION = "lookup"
CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
"""Somebody is on the line meanwhile."""
_CODES = {
    BUSY: "lookup.busy",
    "net.timeout": "lookup.slow",
    "net.cut": "lookup.offline",
    "net.server_error": "lookup.down",
}


class BenefitLookup:
    """Questions of the person at the desk. To be called off the main thread."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        open_carrier: Callable[[str], Carrier],
        app_version: str,
    ) -> None:
        """`open_carrier` makes a carrier with no more patience than the seconds above."""
        self._database = database
        self._clock = clock
        self._open_carrier = open_carrier
        self._app_version = app_version

    def ask(self, actor: Actor, form: CallForm, pin: str, purpose: str, *, consent: bool) -> Answer:
        """What the other system knows, when it knows the person. Audited before and after.

        Raises BadInput("lookup.faults") with faults at "pin", "purpose", "consent";
        BadInput("lookup.violence") in a violence call; NetworkProblem with `lookup.offline`,
        `lookup.slow`, `lookup.refused`, `lookup.unknown_pin`, `lookup.down`, `lookup.malformed`,
        `lookup.not_offered`, `lookup.busy`: none of them has a trace of the number.
        """
        actor.require(Right.RECORD_CALL)
        if form.is_violence:
            raise BadInput("lookup.violence", [Fault("pin", "lookup.violence")])
        digits = read_pin(pin)
        faults = [] if digits else [Fault("pin", "lookup.pin_form")]
        if purpose not in PURPOSES:
            faults.append(Fault("purpose", "lookup.purpose_missing"))
        if not consent:
            faults.append(Fault("consent", "lookup.consent_missing"))
        if faults or digits is None:
            raise BadInput("lookup.faults", faults)
        question = Question(str(uuid4()), digits, purpose)
        self._note(actor, "benefit.asked", question, purpose=purpose, consent="Y")
        try:
            answer = self._exchange(question)
        except AppError as problem:
            code = _code(problem)
            self._note(actor, "benefit.answered", question, outcome=code)
            raise NetworkProblem(code) from None
        self._note(
            actor, "benefit.answered", question, outcome="lookup.found", count=len(answer.benefits)
        )
        return answer

    def _exchange(self, question: Question) -> Answer:
        import pyrage

        with self._database.read() as connection:
            server = settings.read_server(connection)
            device = settings.read_device(connection)
        if not (server.url and server.enrolled and server.recipients):
            raise NetworkProblem("net.unreachable")
        identity = pyrage.x25519.Identity.generate()
        nonce = new_nonce()
        sealed = sealed_for(write_question(question), server.recipients)
        carrier = self._open_carrier(server.url)
        link = Link(self._database, self._clock, carrier, device, server, self._app_version)
        try:
            data = link.ask(
                ACTION,
                {
                    "dev": device.device_id,
                    "n": nonce,
                    "kid": server.kid,
                    "recipient": str(identity.to_public()),
                    "question": base64.b64encode(sealed).decode(),
                },
            )
        finally:
            carrier.close()
            with self._database.write() as connection:
                link.write_notes(connection)
        message = signed_answer(
            data, public_key(server.receipt_key), purpose="lookup_answer", nonce=nonce
        )
        if message.get("dev") != device.device_id:
            raise NetworkProblem("net.bad_answer")
        answer = _opened(text_of(message, "sealed"), identity)
        if answer.outcome != FOUND:
            raise NetworkProblem(f"lookup.{answer.outcome}")
        return answer

    def _note(self, actor: Actor, action: str, question: Question, **details: str | int) -> None:
        with self._database.write() as connection:
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action=action,
                entity="lookup",
                entity_id=question.reference,
                details=details,
            )


def _opened(sealed: str, identity: pyrage.x25519.Identity) -> Answer:
    try:
        return read_answer(open_sealed(base64.b64decode(sealed, validate=True), identity))
    except (BadEnvelope, ValueError):
        raise NetworkProblem("net.bad_answer") from None


def _code(problem: AppError) -> str:
    """What a problem of the way means for the question."""
    if problem.code.startswith("lookup."):
        return problem.code
    if problem.params.get("status") == 404:
        return "lookup.not_offered"
    if isinstance(problem, ServerRefused):
        return "lookup.refused"
    if problem.code in NEVER_ARRIVED or problem.code.startswith("xroad."):
        return "lookup.offline"
    return _CODES.get(problem.code, "lookup.malformed")
