"""The outbox over a real encrypted file: order, leases, receipts, ranges."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from operator_app.db import outbox, quarantine, revisions
from operator_app.db.outbox import LEASE_MS, LONGEST_WAIT_MS, Confirmation
from operator_app.domain.clock import to_ms
from operator_app.domain.wire import Lane, State
from tests.conftest import TestOffice
from tests.sync.desk import URGENT_TOPICS, Desk

ALL = tuple(Lane)
YEARS = 10 * 365 * 86_400_000


@pytest.fixture
def desk(office: TestOffice) -> Desk:
    return Desk(office)


def due(desk: Desk, now: int, lanes: tuple[Lane, ...] = ALL, most: int = 100) -> list[str]:
    with desk.database.read() as connection:
        found = outbox.due(connection, lanes=lanes, now_ms=now, most_items=most)
    return [r.op_id for r in found]


def receipt(
    desk: Desk, op_id: str, state: State, server_seq: int, epoch: str = "e1"
) -> Confirmation:
    with desk.database.read() as connection:
        row = revisions.find(connection, op_id)
    assert row is not None
    text = json.dumps({"epoch": epoch, "server_seq": server_seq, "stage": state.value})
    return Confirmation(op_id, row.inc, row.seq, row.tag, state, text, epoch, server_seq)


def confirm(desk: Desk, confirmation: Confirmation) -> bool:
    with desk.database.write() as connection:
        return outbox.confirm(connection, [confirmation], 1) == 1


@pytest.fixture
def now(desk: Desk) -> int:
    return to_ms(desk.office.clock())


def test_urgent_first_then_new_then_amended_each_as_saved(desk: Desk, now: int) -> None:
    a, b = desk.save(), desk.save()
    a2 = desk.amend(a, note="x")
    c, u = desk.save(), desk.save_urgent()
    assert due(desk, now) == [x.op_id for x in (u, a, b, c, a2)]
    assert due(desk, now, (Lane.AMENDED,)) == []
    assert due(desk, now, most=2) == [u.op_id, a.op_id]


def test_a_case_goes_right_behind_the_call_that_opened_it(desk: Desk, now: int) -> None:
    ordinary = desk.save()
    danger = desk.save_danger()
    case = next(row for row in desk.rows() if row["kind"] == "case")
    assert due(desk, now, (Lane.URGENT,)) == [danger.op_id, case["op_id"]]
    assert due(desk, now) == [danger.op_id, case["op_id"], ordinary.op_id]


def test_a_base_inherits_the_better_lane_even_when_it_was_confirmed(desk: Desk, now: int) -> None:
    a, b = desk.save(), desk.save()
    confirm(desk, receipt(desk, a.op_id, State.APPLIED, 1))
    urgent = desk.amend(a, topics=URGENT_TOPICS)
    with desk.database.write() as connection:
        assert outbox.queue_again(connection, desk.rows()[0]["inc"], 1, 1, code="lost") == 1
    assert due(desk, now, (Lane.URGENT,)) == [a.op_id, urgent.op_id]
    assert due(desk, now) == [a.op_id, urgent.op_id, b.op_id]


def test_nothing_overtakes_its_base(desk: Desk, now: int) -> None:
    a = desk.save()
    a2 = desk.amend(a, note="x")
    with desk.database.write() as connection:
        outbox.lease(connection, [a.op_id], now)
        assert outbox.next_due_at(connection, now) == now + LEASE_MS
    assert due(desk, now) == []
    with desk.database.write() as connection:
        outbox.give_back(connection, [a.op_id], code="x", next_try_at=now + 60_000)
        assert outbox.next_due_at(connection, now) == now + 60_000
    assert due(desk, now) == []
    assert due(desk, now + 60_000) == [a.op_id, a2.op_id]
    confirm(desk, receipt(desk, a.op_id, State.STORED, 1))
    assert due(desk, now) == [a2.op_id]


def test_nothing_overtakes_what_its_base_waits_for(desk: Desk, now: int) -> None:
    a = desk.save()
    a2 = desk.amend(a, note="x")
    a3, b = desk.amend(a2, note="y"), desk.save()
    with desk.database.write() as connection:
        outbox.lease(connection, [a.op_id], now)
    assert due(desk, now) == [b.op_id]
    with desk.database.write() as connection:
        outbox.give_back(connection, [a.op_id], code="x", next_try_at=now + 60_000)
    assert due(desk, now) == due(desk, now, (Lane.AMENDED, Lane.NEW)) == [b.op_id]
    assert due(desk, now + 60_000) == [c.op_id for c in (a, b, a2, a3)]


def test_a_lease_runs_out_and_no_clock_can_make_it_last(desk: Desk, now: int) -> None:
    a = desk.save()
    with desk.database.write() as connection:
        outbox.lease(connection, [a.op_id], now)
    assert due(desk, now) == due(desk, now + LEASE_MS - 1) == []
    assert due(desk, now + LEASE_MS) == [a.op_id]
    assert due(desk, now - YEARS) == [a.op_id]
    with desk.database.write() as connection:
        outbox.give_back(connection, [a.op_id], code="x", next_try_at=now + LONGEST_WAIT_MS)
    assert due(desk, now) == []
    assert due(desk, now - YEARS) == [a.op_id]
    with desk.database.write() as connection:
        outbox.hurry(connection)
    assert due(desk, now) == [a.op_id]


def test_a_receipt_must_fit_in_every_part(desk: Desk) -> None:
    a, b = desk.save(), desk.save()
    good = receipt(desk, a.op_id, State.APPLIED, 1)
    for wrong in (
        replace(good, op_id=b.op_id),
        replace(good, op_id="unknown"),
        replace(good, inc="00000000"),
        replace(good, seq=2),
        replace(good, tag=bytes(32)),
        replace(good, tag=b""),
    ):
        assert not confirm(desk, wrong)
    assert set(desk.states().values()) == {"queued"}
    assert confirm(desk, good)
    assert desk.states()[a.op_id] == "applied"


def test_late_receipts_change_no_state(desk: Desk) -> None:
    a = desk.save()
    stored, held = (receipt(desk, a.op_id, s, n) for s, n in ((State.STORED, 1), (State.HELD, 2)))
    applied = receipt(desk, a.op_id, State.APPLIED, 3)
    for confirmation in (applied, held, stored, held):
        assert confirm(desk, confirmation)
    (row,) = desk.rows()
    assert (row["state"], row["final_receipt"]) == ("applied", applied.receipt)
    assert row["stored_receipt"] == stored.receipt


def test_a_refusal_from_before_does_not_undo_what_came_after(desk: Desk) -> None:
    """A copy damaged on the way was refused; then the sound one was stored, and is held."""
    a = desk.save()
    confirm(desk, receipt(desk, a.op_id, State.STORED, 5))
    confirm(desk, receipt(desk, a.op_id, State.HELD, 6))
    confirm(desk, receipt(desk, a.op_id, State.REJECTED, 2))
    assert desk.states()[a.op_id] == "held"
    confirm(desk, receipt(desk, a.op_id, State.REJECTED, 7))
    assert desk.states()[a.op_id] == "rejected"
    confirm(desk, receipt(desk, a.op_id, State.APPLIED, 8))
    assert desk.states()[a.op_id] == "applied"


def test_ranges_claim_what_the_server_holds(desk: Desk) -> None:
    calls = [desk.save() for _ in range(8)]
    inc = desk.rows()[0]["inc"]

    def ranges() -> list[tuple[int, int]]:
        with desk.database.read() as connection:
            return outbox.confirmed_ranges(connection, inc)

    assert ranges() == []
    for index, state in (
        (0, State.STORED),
        (1, State.APPLIED),
        (3, State.HELD),
        (7, State.CONFLICT),
    ):
        confirm(desk, receipt(desk, calls[index].op_id, state, index + 1))
    assert ranges() == [(1, 2), (4, 4), (8, 8)]
    # Refused at the door: not held. Stored, opened and refused: held.
    confirm(desk, receipt(desk, calls[4].op_id, State.REJECTED, 20))
    confirm(desk, receipt(desk, calls[5].op_id, State.STORED, 21))
    confirm(desk, receipt(desk, calls[5].op_id, State.REJECTED, 22))
    assert ranges() == [(1, 2), (4, 4), (6, 6), (8, 8)]
    with desk.database.write() as connection:
        assert outbox.queue_again(connection, inc, 2, 7, code="lost") == 3
        assert outbox.queue_again(connection, "other", 1, 8, code="lost") == 0
    assert ranges() == [(1, 1), (8, 8)]
    assert desk.states()[calls[4].op_id] == "rejected"


def test_a_refused_one_sent_again_begins_anew(desk: Desk, now: int) -> None:
    a = desk.save()
    confirm(desk, receipt(desk, a.op_id, State.REJECTED, 1))
    with desk.database.write() as connection:
        assert quarantine.send_again(connection, a.op_id)
        assert not quarantine.send_again(connection, a.op_id)
    (row,) = desk.rows()
    assert (row["state"], row["final_receipt"], row["confirmed_at"]) == ("queued", None, None)
    assert due(desk, now) == [a.op_id]


@pytest.mark.parametrize("query", ["due", "counts", "next_due_at", "ranges"])
def test_what_is_applied_is_not_read_again(desk: Desk, now: int, query: str) -> None:
    """A year of applied calls must not slow down what is asked every few seconds."""
    desk.save()
    plans: list[str] = []
    from sqlalchemy import event

    def explain(connection, cursor, statement, parameters, context, many) -> None:  # type: ignore[no-untyped-def]
        if statement.startswith("SELECT"):
            rows = connection.connection.cursor().execute(
                "EXPLAIN QUERY PLAN " + statement, parameters
            )
            plans.extend(row[3] for row in rows)

    engine = desk.database._engine
    with desk.database.read() as connection:
        event.listen(engine, "before_cursor_execute", explain)
        {
            "due": lambda: outbox.due(connection, lanes=ALL, now_ms=now, most_items=20),
            "counts": lambda: revisions.counts(connection),
            "next_due_at": lambda: outbox.next_due_at(connection, now),
            "ranges": lambda: outbox.confirmed_ranges(connection, "x"),
        }[query]()
        event.remove(engine, "before_cursor_execute", explain)
    assert any("ix_revision_unconfirmed" in plan for plan in plans)
    assert not [plan for plan in plans if plan == "SCAN revision"], plans
