"""What was refused or cannot be taken: seen, mended, sent again, and in nobody's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ministry_server import opener
from operator_app.db import settings
from operator_app.domain.people import Role
from operator_app.errors import BadInput, NotAllowed
from operator_app.services import calls
from operator_app.services.refusals import Refusals, Refused
from operator_app.sync.carriers.base import Answer
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk
from tests.sync.invariants import check_cases, check_client


@contextmanager
def _spoilt(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> Iterator[None]:
    """Calls leave with these fields: an older program's mistake."""
    real = calls.call_body
    with monkeypatch.context() as patched:
        patched.setattr(calls, "call_body", lambda call: {**real(call), **fields})
        yield


@contextmanager
def _older_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A receiver that does not know of amendments yet."""
    real = opener.check_payload
    with monkeypatch.context() as older:
        older.setattr(
            opener, "check_payload", lambda d: real({**d, "kind": "?"} if d["bases"] else d)
        )
        yield


def _refusals(desk: Desk) -> Refusals:
    return Refusals(desk.database, desk.office.clock)


def _listed(desk: Desk) -> list[Refused]:
    return _refusals(desk).listed(desk.office.actor)


def test_a_call_is_mended_and_arrives_at_once(
    desk: Desk, receiver: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.save()
    desk.run()
    with _spoilt(monkeypatch, note=7):
        refused = desk.amend(first, note="wrong")
    desk.run()
    (row,) = _listed(desk)
    assert (row.op_id, row.number, row.code) == (refused.op_id, first.number, "wire.wrong_type")
    assert [fault.where for fault in row.faults] == ["note"]
    assert desk.status().needs_you == 1
    mended = desk.amend(refused, note="right")
    assert desk.status().needs_you == 0
    assert _listed(desk) == []
    desk.run()
    assert desk.states() == {
        first.op_id: "applied",
        refused.op_id: "rejected",
        mended.op_id: "applied",
    }
    record = receiver.records()[first.call_id]
    assert (record["shown"], record["heads"]) == (mended.op_id, [mended.op_id])
    assert (record["held"], record["forced"], record["conflict"]) == (0, False, False)
    check_client(desk)


def test_what_was_saved_on_top_before_anybody_knew_arrives_too(
    desk: Desk, receiver: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.save()
    with _spoilt(monkeypatch, note=7):
        refused = desk.amend(first, note="wrong")
    top = desk.amend(refused, note="right, as it happens")
    desk.settle()
    assert desk.states()[top.op_id] == "applied"
    assert receiver.records()[first.call_id]["heads"] == [top.op_id]
    # It is past; that it was refused is still told, until somebody says that this is well.
    assert [row.op_id for row in _listed(desk)] == [refused.op_id]


def test_a_new_record_that_was_refused_is_mended(
    desk: Desk, receiver: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _spoilt(monkeypatch, number=7):
        refused = desk.save()
    desk.run()
    mended = desk.amend(refused, note="right")
    desk.run()
    assert receiver.records()[refused.call_id]["heads"] == [mended.op_id]
    assert desk.states()[mended.op_id] == "applied"


def test_mended_and_then_taken_after_all_there_is_no_conflict(
    desk: Desk, receiver: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.save()
    desk.run()
    with _older_server(monkeypatch):
        refused = desk.amend(first, note="the server does not know this yet")
        desk.run()
    mended = desk.amend(refused, note="once more")
    desk.run()
    assert receiver.receiver.opener is not None
    assert receiver.receiver.opener.look_again(receiver.receiver.now(), "wire.unknown_kind") == 1
    desk.office.clock.forward(hours=7)
    desk.run()
    assert set(desk.states().values()) == {"applied"}
    assert receiver.records()[first.call_id]["heads"] == [mended.op_id]
    assert desk.status().needs_you == 0
    check_client(desk)


def test_a_case_is_mended_and_the_other_pc_sees_it(
    desk: Desk, colleague: Desk, receiver: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case()
    desk.run()
    colleague.run()
    with _older_server(monkeypatch):
        desk.note(case_id, "what the server does not know yet")
        desk.run()
    (row,) = _listed(desk)
    assert (row.record_id, row.number) == (case_id, desk.case(case_id).number)
    colleague.note(case_id, "meanwhile")
    colleague.run()
    desk.note(case_id, "what it knows")
    desk.run()
    assert desk.status().needs_you == 1  # the two PCs, no longer the refusal
    desk.merge(case_id)
    for _round in range(2):
        desk.run()
        colleague.run()
    assert desk.status().needs_you == colleague.status().needs_you == 0
    assert colleague.case(case_id).notes == desk.case(case_id).notes
    assert len(desk.case(case_id).notes) == 3
    assert not receiver.records()[case_id]["conflict"]
    check_cases(colleague)


def test_a_poison_record_is_seen_after_some_tries_and_mended(
    desk: Desk, receiver: RunningReceiver, carrier_of: Callable[..., Any]
) -> None:
    carrier = carrier_of(desk)
    poison = desk.save()
    carrier.refuse(poison.op_id)
    for _try in range(5):
        assert desk.status().needs_you == 0
        desk.run()
        desk.office.clock.forward(hours=1)
    status = desk.status()
    assert (status.waiting, status.needs_you) == (1, 1)
    (row,) = _listed(desk)
    assert (row.op_id, row.code, row.attempts) == (poison.op_id, "net.server_error", 5)
    mended = desk.amend(poison, note="shorter")
    again = desk.amend(mended, note="shorter still")
    desk.run()
    assert desk.status().needs_you == 0
    states = desk.states()
    assert (states[mended.op_id], states[again.op_id]) == ("applied", "applied")
    assert receiver.records()[poison.call_id]["heads"] == [again.op_id]
    # It is still tried, and is no news when it is taken.
    carrier.refuse("")
    desk.office.clock.forward(hours=2)
    desk.run()
    assert desk.states()[poison.op_id] == "applied"
    assert receiver.records()[poison.call_id]["heads"] == [again.op_id]
    assert not receiver.records()[poison.call_id]["conflict"]


def test_set_aside_for_good_by_a_supervisor_only(
    desk: Desk, receiver: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _spoilt(monkeypatch, office="9999"):
        refused = desk.save()
    desk.run()
    refusals = _refusals(desk)
    operator = desk.office.person(Role.OPERATOR, "operator")
    with pytest.raises(NotAllowed):
        refusals.set_aside(operator, refused.op_id, "an old test")
    with pytest.raises(NotAllowed):
        refusals.send_again(operator, refused.op_id)
    with pytest.raises(BadInput):
        refusals.set_aside(desk.office.actor, refused.op_id, "  ")
    assert refusals.set_aside(desk.office.actor, refused.op_id, "an old test")
    assert desk.status().needs_you == 0
    (row,) = _listed(desk)
    assert (row.op_id, row.set_aside) == (refused.op_id, "an old test")
    assert refusals.send_again(desk.office.actor, refused.op_id)
    desk.run()
    # Sent again, and refused again: it is a person's business again.
    assert desk.status().needs_you == 1
    assert not refusals.set_aside(desk.office.actor, "unknown", "nothing there")


def test_send_again_as_it_is_after_the_server_was_mended(
    desk: Desk, receiver: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.save()
    with _older_server(monkeypatch):
        call = desk.amend(first, note="not known yet")
        desk.run()
    assert desk.states()[call.op_id] == "rejected"
    assert receiver.receiver.opener is not None
    receiver.receiver.opener.look_again(receiver.receiver.now(), "wire.unknown_kind")
    assert _refusals(desk).send_again(desk.office.actor, call.op_id)
    desk.run()
    assert desk.states()[call.op_id] == "applied"
    check_client(desk)


class _Refusing:
    """A carrier whose server has a fault whenever one record is in the request."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._poison = ""
        self.name = inner.name

    def refuse(self, op_id: str) -> None:
        self._poison = op_id

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        if self._poison and path.endswith("/push") and self._poison.encode() in body:
            return Answer(500, {}, b"oops")
        return self._inner.exchange(method, path, body, etag=etag)

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def carrier_of() -> Callable[[Desk], _Refusing]:
    def wrap(desk: Desk) -> _Refusing:
        inner = desk.open_carrier
        with desk.database.read() as connection:
            url = settings.read_server(connection).url
        wrapped = _Refusing(inner(url))
        desk.cycle.close()
        desk.open_carrier = lambda _url: wrapped
        desk.cycle = desk._new_cycle()
        return wrapped

    return wrap
