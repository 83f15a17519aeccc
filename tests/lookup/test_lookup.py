"""From the operator to the social assistance system and back: what passes, what never does."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ministry_server import lookup as receiving
from ministry_server.lookup import read_settings
from ministry_server.schema import lookup
from operator_app.db.models import audit
from operator_app.domain.calls import CallForm
from operator_app.domain.lookup import Benefit
from operator_app.domain.people import Role
from operator_app.errors import (
    AppError,
    BadInput,
    EnvironmentProblem,
    NotAllowed,
)
from operator_app.sync import lookup as asking
from operator_app.ui.lookup_problems import SENTENCES
from tests.lookup.conftest import CLIENT, SERVICE, SETTINGS, Ways
from tests.lookup.social_system import BENEFITS, KNOWN, UNKNOWN
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk
from tests.xroad import security_server as road

FORM = CallForm(started_at=0, contact_kind="SELF")


def ask(ways: Ways, pin: str = KNOWN, *, consent: bool = True) -> tuple[Benefit, ...]:
    actor = ways.desk.office.actor
    return ways.lookup.ask(actor, FORM, pin, "OWN", consent=consent).benefits


def code_of(ways: Ways, pin: str = KNOWN) -> str:
    with pytest.raises(AppError) as caught:
        ask(ways, pin)
    assert pin not in str(caught.value)
    assert caught.value.code in SENTENCES
    return caught.value.code


def audited(ways: Ways) -> list[tuple[str, str, dict[str, object]]]:
    query = select(audit).where(audit.c.action.like("benefit.%")).order_by(audit.c.seq)
    with ways.desk.database.read() as connection:
        rows = connection.execute(query).all()
    return [(row.action, row.entity_id, json.loads(row.details)) for row in rows]


def test_the_answer_comes_and_both_ends_note_that_it_was_asked(
    ways: Ways, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    assert ask(ways, "2 150319 8800117") == (
        Benefit("Үй-бүлөгө көмөк", "paid", "2026-01-01"),
        Benefit("Сүйүнчү", "ended", "2025-03-01", "2025-03-31"),
        Benefit("Пособие", "other", "2026-02-01"),
    )
    path, asked, _headers = ways.system.seen[0]
    assert path == "/benefits"
    assert asked == {"pin": KNOWN, "why": "OWN"}
    (begun, reference, details), (ended, same, outcome) = audited(ways)
    assert (begun, ended, same) == ("benefit.asked", "benefit.answered", reference)
    assert details == {"purpose": "OWN", "consent": "Y"}
    assert outcome == {"outcome": "lookup.found", "count": 3}
    with ways.receiver.store.read() as connection:
        (noted,) = connection.execute(select(lookup)).all()
    assert (noted.reference, noted.office, noted.purpose) == (reference, "0412", "OWN")
    assert noted.outcome == "found"
    # The number is in no log, no address, no head, no audit and no file of either end.
    assert KNOWN not in caplog.text
    assert "Сүйүнчү" not in caplog.text
    for passage in ways.road.seen:
        assert KNOWN not in passage.path + json.dumps(passage.headers)
    assert KNOWN not in json.dumps(audited(ways))
    kept = [f for f in tmp_path.rglob("*") if f.is_file()]
    assert len(kept) > 5
    assert not [f.name for f in kept if KNOWN.encode() in f.read_bytes()]


def test_the_question_is_unreadable_on_the_way(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[bytes] = []
    known = ways.receiver.receiver.lookup

    def seen(body: bytes) -> dict[str, Any]:
        bodies.append(body)
        return known(body)

    monkeypatch.setattr(ways.receiver.receiver, "lookup", seen)
    ask(ways)
    (body,) = bodies
    assert set(json.loads(body)) == {"dev", "n", "kid", "recipient", "question", "sig"}
    assert KNOWN.encode() not in body
    assert KNOWN.encode() not in base64.b64decode(json.loads(body)["question"])


def test_a_person_without_benefits_is_an_answer(ways: Ways) -> None:
    ways.system.body = {"data": {"benefits": []}}
    assert ask(ways) == ()


def test_who_is_unknown_there_is_said(ways: Ways) -> None:
    assert code_of(ways, UNKNOWN) == "lookup.unknown_pin"
    assert audited(ways)[-1][2] == {"outcome": "lookup.unknown_pin"}


MALFORMED: dict[str, Any] = {
    "no json": b"<html>",
    "no list": {"data": {"benefits": {}}},
    "no such member": {"data": []},
    "nothing": None,
    "kind missing": {"data": {"benefits": [{"state": "ACTIVE"}]}},
    "kind a number": {"data": {"benefits": [{"name": 7, "state": "ACTIVE"}]}},
    "kind with signs": {"data": {"benefits": [{"name": "a\u202eb", "state": "ACTIVE"}]}},
    "kind too long": {"data": {"benefits": [{"name": "a" * 200, "state": "ACTIVE"}]}},
    "day impossible": {"data": {"benefits": [{**BENEFITS[0], "dateFrom": "31.12.2026"}]}},
    "too many": {"data": {"benefits": BENEFITS * 10}},
    "nested": b'{"data":' + b"[" * 100_000,
}


def test_an_answer_of_another_form_is_not_shown(ways: Ways) -> None:
    for name, body in MALFORMED.items():
        ways.system.body = body
        assert code_of(ways) == "lookup.malformed", name


def test_refusals_and_failures_of_the_other_side(ways: Ways) -> None:
    for status, code in ((403, "refused"), (401, "refused"), (500, "down"), (302, "malformed")):
        ways.system.status = status
        assert code_of(ways) == f"lookup.{code}"
    ways.system.status = 200
    for kind, code in (
        ("Server.ServerProxy.AccessDenied", "refused"),
        ("Client.InternalError", "refused"),
        ("Server.ServerProxy.ServiceFailed", "down"),
    ):
        ways.road.plan(road.failing(kind), path="/benefits")
        assert code_of(ways) == f"lookup.{code}"
    assert len(ask(ways)) == 3


def test_who_is_slow_is_given_up(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "READ_SECONDS", 0.3)
    ways.road.plan(road.silent, path="/benefits")
    assert code_of(ways) == "lookup.slow"


def test_offline_is_said_and_audited(ways: Ways) -> None:
    ways.receiver.stop()
    assert code_of(ways) == "lookup.offline"
    assert [details for _a, _r, details in audited(ways)][-1] == {"outcome": "lookup.offline"}


def test_a_receiver_without_settings_offers_nothing(
    make_receiver: Callable[..., RunningReceiver], ways: Ways, tmp_path: Path
) -> None:
    (tmp_path / "server" / "lookup.toml").unlink()
    ways.receiver.stop()
    ways.receiver.start()
    assert code_of(ways) == "lookup.not_offered"


def test_nobody_goes_through_a_list(ways: Ways) -> None:
    ways.receiver.receiver._lookup_pace._burst = 2.0
    ask(ways)
    ask(ways)
    assert code_of(ways) == "lookup.busy"
    assert len(ways.system.seen) == 2


def test_a_reference_is_good_for_one_question(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    same = "00000000-0000-4000-8000-000000000117"
    monkeypatch.setattr(asking, "uuid4", lambda: same)
    assert ask(ways)
    # Two people under one note would be one too few.
    assert code_of(ways, UNKNOWN) == "lookup.malformed"
    assert len(ways.system.seen) == 1


def test_without_consent_purpose_or_a_number_nothing_is_asked(ways: Ways) -> None:
    actor = ways.desk.office.actor
    with pytest.raises(BadInput) as caught:
        ways.lookup.ask(actor, FORM, "2150319880011", "", consent=False)
    assert [f.code for f in caught.value.faults] == [
        "lookup.pin_form",
        "lookup.purpose_missing",
        "lookup.consent_missing",
    ]
    for form in (replace(FORM, danger_now="Y"), replace(FORM, topics=("VIO.DOM",))):
        with pytest.raises(BadInput, match=r"lookup\.violence"):
            ways.lookup.ask(actor, form, KNOWN, "OWN", consent=True)
    analyst = ways.desk.office.person(Role.ANALYST, "analyst")
    with pytest.raises(NotAllowed):
        ways.lookup.ask(analyst, FORM, KNOWN, "OWN", consent=True)
    assert ways.system.seen == []
    assert audited(ways) == []


def test_a_device_that_was_not_let_in_asks_nothing(ways: Ways, new_desk: Desk) -> None:
    from operator_app.db import settings

    with new_desk.database.write() as connection:
        settings.new_device(connection)
    assert code_of(ways) == "lookup.refused"
    assert ways.system.seen == []


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("[request]", "[reqest]", "request"),
        ('pin = "pin"', 'pim = "pin"', "request.pim"),
        ('path = "/benefits"', 'path = "/benefits?pin="', "request.path"),
        ('list = "data.benefits"', "list = 7", "answer"),
        ('ACTIVE = "paid"', 'ACTIVE = "payed"', "statuses.ACTIVE"),
        (CLIENT, "nobody", "server.xroad.client"),
        ("[statuses]", "[statuses", "lookup.toml"),
    ],
)
def test_a_wrong_line_of_the_settings_is_named(
    old: str, new: str, where: str, tmp_path: Path
) -> None:
    text = SETTINGS.format(url="http://10.0.0.1", client=CLIENT, service=SERVICE)
    (tmp_path / "lookup.toml").write_text(text, encoding="utf-8")
    assert read_settings(tmp_path) is not None
    (tmp_path / "lookup.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EnvironmentProblem) as caught:
        read_settings(tmp_path)
    assert caught.value.params["where"] == where
