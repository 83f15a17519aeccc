"""The invariants of design/sync.md by their names: the shortest proof of each, and where the long ones are.

| | what | proved at length in |
|---|---|---|
| I1 | "Saved here" is in the outbox after any crash | crash/test_kill, test_kill_window, test_powercut (fails under OFF) |
| I2 | no state without its verified receipt | faults/test_sync_faults, test_matrix, sync/test_machine, simulation |
| I3 | what has a receipt is in the intake | simulation, sync/test_machine, ministry_server/test_processes |
| I4 | each op_id has at most one effect | faults/test_matrix, simulation, ministry_server/test_push |
| I5 | an id used again is refused and flagged | ministry_server/test_push, sync/test_planted_bugs |
| I6 | when faults stop, everything arrives soon | faults/test_matrix, simulation, sync/test_return |
| I7 | after a restore and one round nothing is missing | ministry_server/test_backup, simulation, sync/test_cycle |
| I8 | nothing is purged too early | ministry_server/test_backup; today nothing is purged at all |
| I9 | a poison record delays no other | sync/test_cycle, ministry_server/test_push |
| I10 | urgent goes first | sync/test_cycle, test_outbox |
| I11 | no revision before its base | sync/test_outbox, simulation, ministry_server/test_records |
| I12 | any order gives the same state | ministry_server/test_records, sync/test_machine, simulation |
| I13 | no plaintext anywhere on the way | sync/test_canary, ministry_server/test_hostile |
| I14 | no pull touches what is unsent | sync/test_changes, every taking in by tests/sync/desk.py |
| I15 | the number on screen equals the rows | `check_client`, after each step of test_machine and simulation |
| I16 | wrong clocks change none of these | sync/test_cycle, test_machine, simulation |
"""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DatabaseError

from ministry_server.schema import alarm, intake
from operator_app.db import outbox, settings
from operator_app.db.engine import Database
from operator_app.db.models import revision
from operator_app.db.revisions import Revision
from operator_app.domain import fold as fold_module
from operator_app.domain.wire import Lane
from operator_app.errors import NetworkProblem
from operator_app.sync.carriers.base import Answer, Carrier
from operator_app.sync.link import Link
from operator_app.sync.push import push, seal_batch
from tests.faults import proxy as faults
from tests.faults.matrix import MATRIX
from tests.faults.proxy import FaultProxy
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, arrived, copy_database, quick_https
from tests.sync.invariants import check_client, check_nothing_lost, check_server
from tests.sync.test_canary import CANARIES, assert_absent

TEN_YEARS = 3650


def _payloads(database: Database) -> dict[str, str]:
    with database.read() as connection:
        rows = connection.execute(select(revision.c.op_id, revision.c.payload))
        return {row.op_id: hashlib.sha256(row.payload).hexdigest() for row in rows}


def _due(desk: Desk) -> list[Revision]:
    with desk.database.read() as connection:
        return outbox.due(connection, lanes=tuple(Lane), now_ms=2**50, most_items=100)


def _push(desk: Desk, revisions: list[Revision]) -> None:
    """Send exactly these, in this order."""
    with desk.database.read() as connection:
        server, device = settings.read_server(connection), settings.read_device(connection)
    carrier = quick_https(server.url)
    link = Link(desk.database, desk.office.clock, carrier, device, server, "0.1.0")
    try:
        push(link, seal_batch(revisions, device, server, 1 << 20))
    finally:
        carrier.close()


class Watched:
    """A carrier that shows every request to `look` first; it may raise."""

    name = "watched"

    def __init__(self, carrier: Carrier, look: Callable[[str, bytes], None]) -> None:
        self._carrier = carrier
        self._look = look

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        self._look(path, body)
        return self._carrier.exchange(method, path, body, etag=etag)

    def close(self) -> None:
        self._carrier.close()


def _watch(desk: Desk, look: Callable[[str, bytes], None]) -> None:
    desk.open_carrier = lambda url: Watched(quick_https(url), look)
    desk.cycle.close()
    desk.cycle = desk._new_cycle()


def test_i1_what_showed_saved_here_is_there_after_a_crash(desk: Desk, tmp_path: Path) -> None:
    call = desk.save_danger()
    desk.amend(call, note="and more")
    before = _payloads(desk.database)
    # What a process that is killed now leaves behind: the file and its log as they are.
    for file in desk.database.file.parent.glob(desk.database.file.name + "*"):
        if not file.name.endswith("-shm"):
            shutil.copy(file, tmp_path / file.name)
    left = Database(tmp_path / desk.database.file.name, desk.database.key)
    try:
        assert _payloads(left) == before
        assert left.verify() == []
    finally:
        left.close()
    assert len(before) == 3


def test_i2_no_row_moves_without_its_verified_receipt(
    desk: Desk, receiver: RunningReceiver
) -> None:
    desk.save(), desk.save_urgent()

    def forged(data: dict[str, Any]) -> dict[str, Any]:
        for result in data["results"]:
            result["outcome"] = "applied"
            result["receipts"] = [{**r, "at": 1} for r in result["receipts"]]
        return data

    with FaultProxy(receiver.url) as proxy:
        desk.point_at(proxy.url)
        proxy.plan(faults.changed(forged), times=100)
        desk.run()
        assert len(arrived(receiver.store)) == 2
        assert set(desk.states().values()) == {"queued"}
        check_client(desk)


def test_i3_what_has_a_receipt_is_in_the_intake(desk: Desk, receiver: RunningReceiver) -> None:
    call = desk.save()
    desk.run()
    check_nothing_lost(desk, receiver.store)
    # And the check would see it missing.
    with receiver.store.write() as connection:
        connection.execute(delete(intake).where(intake.c.op_id == call.op_id))
    with pytest.raises(AssertionError):
        check_nothing_lost(desk, receiver.store)


def test_i4_each_op_id_has_one_effect_however_often_it_comes(
    desk: Desk, receiver: RunningReceiver
) -> None:
    saved = [desk.save(), desk.save_urgent()]
    again = _due(desk)
    with FaultProxy(receiver.url) as proxy:
        desk.point_at(proxy.url)
        proxy.plan(MATRIX["twice"][0], times=10)
        desk.run()
    desk.point_at(receiver.url)
    _push(desk, list(reversed(again)))
    check_server(receiver, saved)
    assert sorted(arrived(receiver.store)) == sorted(call.op_id for call in saved)


def test_i5_an_id_used_again_is_never_applied_and_always_flagged(
    desk: Desk, receiver: RunningReceiver
) -> None:
    first, second = desk.save(note="first"), desk.save(note="second")
    one, other = _due(desk)
    desk.run()
    before = receiver.payloads()[first.op_id]
    with desk.database.read() as connection:
        assert not connection.execute(select(revision).where(revision.c.state == "rejected")).all()
    _push(desk, [replace(one, payload=other.payload, tag=other.tag)])
    assert receiver.payloads()[first.op_id] == before
    assert set(receiver.stages()) == {first.op_id, second.op_id}
    with receiver.store.read() as connection:
        assert list(connection.execute(select(alarm.c.kind)).scalars()) == ["mismatch"]


def test_i6_when_faults_stop_everything_arrives_in_a_few_rounds(
    desk: Desk, receiver: RunningReceiver
) -> None:
    saved = [desk.save() for _ in range(5)]
    with FaultProxy(receiver.url) as proxy:
        desk.point_at(proxy.url)
        proxy.plan(faults.answer(500), times=1000, path="/sync/")
        for _ in range(8):
            desk.run()
            desk.office.clock.forward(hours=2)
        assert desk.status().waiting == 5
        proxy.heal()
        assert desk.settle() <= 2
    assert sorted(receiver.stages()) == sorted(call.op_id for call in saved)


def test_i7_after_a_restore_and_one_round_of_all_nothing_is_missing(
    desk: Desk, colleague: Desk, stranger: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    everybody = (desk, colleague, stranger)
    saved = [seat.save() for seat in everybody]
    for seat in everybody:
        seat.run()
    copy_database(receiver.folder / "ministry.db", tmp_path / "backup.db")
    saved += [seat.save() for seat in everybody for _ in range(2)]
    for seat in everybody:
        seat.run()
    receiver.stop()
    copy_database(tmp_path / "backup.db", receiver.folder / "ministry.db")
    receiver.start()
    receiver.new_epoch()
    assert len(arrived(receiver.store)) == 3
    for seat in everybody:
        seat.run()
    assert sorted(arrived(receiver.store)) == sorted(call.op_id for call in saved)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE revision SET payload = x''",
        "DELETE FROM revision",
        "UPDATE revision SET tag = x'00'",
    ],
)
def test_i8_nothing_is_purged(desk: Desk, statement: str) -> None:
    """No code purges; and the database refuses it, even of what is applied."""
    desk.save()
    before = _payloads(desk.database)
    desk.settle()
    with pytest.raises(DatabaseError), desk.database.write() as connection:
        connection.exec_driver_sql(statement)
    assert _payloads(desk.database) == before


def test_i9_a_poison_record_delays_no_other(desk: Desk, receiver: RunningReceiver) -> None:
    saved = [desk.save() for _ in range(9)]
    poison = saved[4].op_id

    def look(path: str, body: bytes) -> None:
        if path.endswith("/push") and poison.encode() in body:
            raise NetworkProblem("net.cut")

    _watch(desk, look)
    desk.run()
    states = desk.states()
    assert states.pop(poison) == "queued"
    assert set(states.values()) == {"applied"}


def test_i10_urgent_goes_first(desk: Desk) -> None:
    sent: list[list[str]] = []

    def look(path: str, body: bytes) -> None:
        if path.endswith("/push"):
            sent.append([item["op_id"] for item in json.loads(body)["items"]])

    _watch(desk, look)
    later = [desk.save().op_id for _ in range(3)]
    first = [desk.save_urgent().op_id for _ in range(2)]
    desk.run()
    assert sent == [[first[0]], [first[1]], later]


def test_i11_nothing_is_applied_before_its_base(desk: Desk, receiver: RunningReceiver) -> None:
    call = desk.save()
    amended = desk.amend(call, note="later")
    base, after = _due(desk)
    _push(desk, [after])
    assert receiver.stages() == {amended.op_id: "held"}
    _push(desk, [base])
    assert receiver.stages() == {call.op_id: "applied", amended.op_id: "applied"}


def test_i12_any_order_gives_the_same_state() -> None:
    made = [
        fold_module.Revision("a", (), 0),
        fold_module.Revision("b", ("a",), 0),
        fold_module.Revision("c", ("a",), 0),
        fold_module.Revision("d", ("b", "c"), 0),
        fold_module.Revision("e", ("c",), 0),
    ]
    results = {str(fold_module.fold(list(order)).heads) for order in itertools.permutations(made)}
    assert len(results) == 1
    assert results != {str(fold_module.fold(made[:3]).heads)}


def test_i13_no_word_of_a_call_is_on_the_way_or_in_a_file(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    with FaultProxy(receiver.url) as proxy:
        desk.point_at(proxy.url)
        desk.save(caller_name=CANARIES[0], note=f"{CANARIES[1]} {CANARIES[2]}")
        desk.settle()
        assert proxy.count() == 1
        for request in proxy.requests:
            assert_absent(request, "a request")
    for file in (f for f in tmp_path.rglob("*") if f.is_file()):
        assert_absent(file.read_bytes(), file.name)


def test_i14_no_pull_touches_a_case_with_something_unsent(desk: Desk, colleague: Desk) -> None:
    case_id = desk.open_case()
    desk.run(), colleague.run()
    desk.note(case_id, "from the first PC")
    desk.run()
    colleague.note(case_id, "from the second PC")
    with colleague.database.write() as connection:
        connection.exec_driver_sql("UPDATE revision SET next_try_at = created_at + 3600000")
    before = colleague.case_rows()[case_id]
    colleague.run()
    assert colleague.case_rows()[case_id] == before
    assert 0 in colleague.foreign().values()
    # It was only put off: what she sends brings both together.
    colleague.cycle.send_now()
    colleague.run(), colleague.run()
    assert set(colleague.foreign().values()) == {1}


def test_i15_the_number_on_screen_is_that_of_the_rows(
    desk: Desk, receiver: RunningReceiver
) -> None:
    numbers = [desk.status().waiting]
    calls = [desk.save(), desk.save_urgent()]
    desk.amend(calls[0], note="more")
    numbers.append(desk.status().waiting)
    check_client(desk)
    desk.run()
    numbers.append(desk.status().waiting)
    check_client(desk)
    assert numbers == [0, 3, 0]


@pytest.mark.parametrize("days", [TEN_YEARS, -TEN_YEARS])
def test_i16_a_clock_wrong_by_ten_years_changes_nothing(
    desk: Desk, receiver: RunningReceiver, days: int
) -> None:
    right = desk.save()
    desk.office.clock.forward(days=days)
    wrong = desk.save_urgent()
    desk.run()
    after = desk.amend(wrong, note="later")
    desk.office.clock.forward(days=-days)
    desk.run()
    saved = {call.op_id for call in (right, wrong, after)}
    assert receiver.stages() == dict.fromkeys(saved, "applied")
    assert set(desk.states().values()) == {"applied"}
    check_client(desk)
    check_nothing_lost(desk, receiver.store)
