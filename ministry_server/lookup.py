"""Asks the social assistance system for somebody's benefits, through our Security Server.

What the ministry configures in `lookup.toml` in the data folder, where opener.key lies (an intake
without it hands questions on: lookup_link.py); without that file the receiver offers no such thing:

    [xroad]                                   # as in an office.toml, but for the section's name
    security_server = "https://10.20.0.5"
    client = "central-server/GOV/70000099/helpline-117"
    service = "central-server/GOV/70000098/social-assistance/benefits"
    fingerprint = "..."

    [request]
    path = "/benefits"                        # POST with a JSON object; the number is never in it
    pin = "pin"                               # the member of that object that holds the number
    purpose = "purpose"

    [answer]
    list = "data.benefits"                    # where in the answer the list lies; "" for itself
    kind = "name"
    status = "state"
    since = "dateFrom"                        # the last two may be left out
    until = "dateTo"

    [statuses]                                # their word = paid|applied|suspended|refused|ended
    ACTIVE = "paid"

The number is in no log, no address and no table.
"""

from __future__ import annotations

import base64
import json
import logging
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ministry_server.devices import Device
from ministry_server.keys import OpenerKeys
from ministry_server.messages import LookupRequest, Refusal
from ministry_server.schema import lookup
from ministry_server.store import Store, insert_new
from operator_app.domain.lookup import (
    DOWN,
    FOUND,
    MALFORMED,
    REFUSED,
    SLOW,
    STATUSES,
    UNKNOWN,
    Answer,
    Benefit,
    Question,
    check_benefits,
    read_question,
    write_answer,
)
from operator_app.domain.xroad import SECTION, XRoad, check_xroad, xroad_from
from operator_app.errors import BadInput, EnvironmentProblem, NetworkProblem, ServerRefused
from operator_app.sync.carriers.xroad import XRoadCarrier
from operator_app.sync.envelope import BadEnvelope, open_sealed, sealed_for

log = logging.getLogger("ministry_server.lookup")

FILE_NAME = "lookup.toml"
CONNECT_SECONDS = 2.0
READ_SECONDS = 6.0
"""An operator has ten seconds, with somebody on the line."""

OK, SERVER_FAILED = 200, 500
_OUTCOMES = {401: REFUSED, 403: REFUSED, 404: UNKNOWN}


@dataclass(frozen=True)
class LookupSettings:
    """What lookup.toml says: the way there, names of members, their words for ours."""

    xroad: XRoad
    path: str
    pin: str
    purpose: str
    list_at: tuple[str, ...]
    members: dict[str, str]
    statuses: dict[str, str]


def read_settings(folder: Path) -> LookupSettings | None:
    """The settings, or None where there are none.

    Raises EnvironmentProblem("server.lookup_faulty", where=...): the first member that is wrong.
    """
    file = folder / FILE_NAME
    if not file.exists():
        return None
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EnvironmentProblem("server.lookup_faulty", where=FILE_NAME) from error
    way = {f"{SECTION}.{k}": v for k, v in _section(data, "xroad").items()}
    xroad = xroad_from(way)
    if xroad is None or (faults := check_xroad(xroad)):
        where = "xroad" if xroad is None else faults[0].where
        raise EnvironmentProblem("server.lookup_faulty", where=where)
    request, answer = _section(data, "request"), _section(data, "answer")
    _expect(request, "request", {"path", "pin"}, {"purpose"})
    _expect(answer, "answer", {"list", "kind", "status"}, {"since", "until"})
    statuses = _section(data, "statuses")
    if not request["path"].startswith("/") or "?" in request["path"]:
        raise EnvironmentProblem("server.lookup_faulty", where="request.path")
    if wrong := [k for k, v in statuses.items() if v not in STATUSES]:
        raise EnvironmentProblem("server.lookup_faulty", where=f"statuses.{wrong[0]}")
    return LookupSettings(
        xroad,
        request["path"],
        request["pin"],
        request.get("purpose", ""),
        tuple(part for part in answer.pop("list").split(".") if part),
        answer,
        statuses,
    )


class LookupDesk:
    """Takes a device's question, asks, seals the answer, notes that it was asked."""

    def __init__(
        self, store: Store, keys: Callable[[], OpenerKeys], settings: LookupSettings
    ) -> None:
        """`keys` gives those of this moment."""
        self._store = store
        self._keys = keys
        self._settings = settings

    def answer(self, asking: Device, request: LookupRequest, now: int) -> dict[str, Any]:
        """The answer, still to be signed.

        Raises Refusal(400) when it is no question, Refusal(409) when one of this reference was
        asked before: what the notes say of it would be true of one of them only.
        """
        question = self._opened(request)
        with self._store.read() as connection:
            known = select(lookup.c.at).where(lookup.c.reference == question.reference)
            if connection.execute(known).first() is not None:
                raise Refusal(409, "lookup.repeated")
        answer = self._ask(question)
        with self._store.write() as connection:
            noted = connection.execute(
                insert_new(connection, lookup),
                {
                    "reference": question.reference,
                    "at": now,
                    "dev": asking.dev,
                    "office": asking.office,
                    "purpose": question.purpose,
                    "outcome": answer.outcome,
                },
            )
            if noted.rowcount != 1:
                # Asked twice at once.
                raise Refusal(409, "lookup.repeated")
        log.info("lookup of %s: %s, %s", asking.dev, question.purpose, answer.outcome)
        return message_of(answer, asking, request)

    def _opened(self, request: LookupRequest) -> Question:
        identity = self._keys().identities.get(request.kid)
        if identity is None:
            raise Refusal(400, "request.malformed")
        try:
            return read_question(open_sealed(request.question, identity))
        except (BadEnvelope, ValueError):
            raise Refusal(400, "request.malformed") from None

    def _ask(self, question: Question) -> Answer:
        told = self._settings
        body = {told.pin: question.pin}
        if told.purpose:
            body[told.purpose] = question.purpose
        carrier = XRoadCarrier(
            told.xroad, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS
        )
        try:
            answer = carrier.exchange("POST", told.path, json.dumps(body).encode())
        except NetworkProblem as problem:
            return Answer(SLOW if problem.code == "net.timeout" else DOWN)
        except (ServerRefused, BadInput):
            return Answer(REFUSED)
        finally:
            carrier.close()
        if answer.status != OK:
            failed = DOWN if answer.status >= SERVER_FAILED else MALFORMED
            return Answer(_OUTCOMES.get(answer.status, failed))
        try:
            return Answer(FOUND, self._benefits(answer.body))
        except (ValueError, KeyError, TypeError, RecursionError):
            return Answer(MALFORMED)

    def _benefits(self, body: bytes) -> tuple[Benefit, ...]:
        data = json.loads(body)
        for part in self._settings.list_at:
            data = data[part]
        if not isinstance(data, list):
            raise ValueError("list")
        return check_benefits([self._benefit(item) for item in data])

    def _benefit(self, item: dict[str, Any]) -> Benefit:
        names = self._settings.members
        kind, status = item[names["kind"]], item[names["status"]]
        if not isinstance(kind, str) or not isinstance(status, str):
            raise ValueError("benefit")
        since, until = (
            str(item.get(names[day]) or "")[:10] if day in names else ""
            for day in ("since", "until")
        )
        return Benefit(
            " ".join(kind.split()), self._settings.statuses.get(status, "other"), since, until
        )


def message_of(answer: Answer, asking: Device, request: LookupRequest) -> dict[str, Any]:
    """An answer as it travels, sealed to the device; still to be signed."""
    sealed = sealed_for(write_answer(answer), [request.recipient])
    return {
        "n": request.nonce,
        "dev": asking.dev,
        "sealed": base64.b64encode(sealed).decode(),
    }


def _section(data: dict[str, Any], name: str) -> dict[str, str]:
    section = data.get(name)
    if not isinstance(section, dict) or not all(isinstance(v, str) for v in section.values()):
        raise EnvironmentProblem("server.lookup_faulty", where=name)
    return dict(section)


def _expect(section: dict[str, str], name: str, must: set[str], may: set[str]) -> None:
    wrong = sorted((must - set(section)) | (set(section) - must - may))
    if wrong:
        raise EnvironmentProblem("server.lookup_faulty", where=f"{name}.{wrong[0]}")
