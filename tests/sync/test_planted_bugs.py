"""The suite must notice the bugs that lose or double data: each is planted into the product, and
the check that guards against it has to fail. Without the bug the same check passes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from ministry_server.intake import Intake
from ministry_server.receiver import Role
from ministry_server.schema import alarm, intake
from ministry_server.store import Store
from operator_app.db import foreign, settings, sync_state
from operator_app.db.sync_state import read_position
from operator_app.domain.ids import new_incarnation
from operator_app.services import case_versions
from operator_app.sync import changes as changes_module
from operator_app.sync import cycle as cycle_module
from operator_app.sync.push import Pushed
from tests.faults import proxy as faults
from tests.faults.proxy import FaultProxy
from tests.receiver import RunningReceiver
from tests.simulation.bugs import drop_unique_constraints
from tests.sync.conftest import enrolled
from tests.sync.desk import HER_NAME, Desk, arrived, copy_database
from tests.sync.invariants import check_nothing_lost, check_server

planted = pytest.mark.parametrize("bug", [False, True], ids=["sound", "planted"])


def noticed(bug: bool) -> AbstractContextManager[Any]:
    return pytest.raises(AssertionError) if bug else nullcontext()


@pytest.fixture
def intake_only(receiver: RunningReceiver) -> RunningReceiver:
    receiver.stop()
    receiver._role = Role.INTAKE
    receiver.start()
    return receiver


@planted
def test_server_answers_before_the_commit(
    bug: bool, desk: Desk, intake_only: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power goes between the answer and the commit."""

    class PowerCut(Exception):
        pass

    class Forgetful:
        def __init__(self, store: Store) -> None:
            self._store = store

        @contextlib.contextmanager
        def write(self) -> Iterator[Connection]:
            with contextlib.suppress(PowerCut), self._store.write() as connection:
                yield connection
                raise PowerCut

    if bug:
        monkeypatch.setattr(intake_only.receiver._intake, "_store", Forgetful(intake_only.store))
    desk.save()
    assert desk.run().confirmed == 1
    with noticed(bug):
        check_nothing_lost(desk, intake_only.store)


@planted
def test_server_looks_before_it_inserts(
    bug: bool, desk: Desk, intake_only: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two copies of one push at the same moment."""
    if bug:
        drop_unique_constraints(intake_only.store)
        both_have_looked = threading.Barrier(2, timeout=20)
        real = Intake.accept

        def looks_first(self: Intake, device: Any, push: Any, now: int) -> Any:
            with intake_only.store.read() as connection:
                there = set(connection.execute(select(intake.c.op_id)).scalars())
            both_have_looked.wait()
            new = [item for item in push.items if item["op_id"] not in there]
            return real(self, device, replace(push, items=new), now)

        monkeypatch.setattr(Intake, "accept", looks_first)

    def at_once(exchange: faults.Exchange) -> None:
        other = threading.Thread(target=exchange.forward)
        other.start()
        response = exchange.forward()
        other.join()
        exchange.client.sendall(response)

    with FaultProxy(intake_only.url) as proxy:
        desk.point_at(proxy.url)
        proxy.plan(at_once)
        call = desk.save()
        desk.run()
        with noticed(bug):
            check_server(intake_only, [call])


@planted
def test_client_moves_on_for_an_http_200(
    bug: bool, desk: Desk, receiver: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something on the way answers 200 in the server's place."""

    def trusting(link: Any, batch: Any) -> Pushed:
        answer = link.carrier.exchange("POST", "/sync/v1/push", b"{}")
        if answer.status == 200:
            with link.database.write() as connection:
                connection.exec_driver_sql("UPDATE revision SET state = 'stored'")
        with link.database.read() as connection:
            return Pushed(len(batch), 0, 0, sync_state.read_ledger(connection).epoch)

    if bug:
        monkeypatch.setattr(cycle_module, "push", trusting)
    with FaultProxy(receiver.url) as proxy:
        desk.point_at(proxy.url)
        proxy.plan(faults.answer(200, b'{"epoch": "x", "results": []}'), times=100)
        call = desk.save()
        desk.run()
        assert arrived(receiver.store) == []
        with noticed(bug):
            assert desk.states() == {call.op_id: "queued"}


@planted
def test_client_ignores_the_epoch(
    bug: bool,
    desk: Desk,
    receiver: RunningReceiver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy_database(receiver.folder / "ministry.db", tmp_path / "backup.db")
    call = desk.save()
    desk.run()
    receiver.stop()
    copy_database(tmp_path / "backup.db", receiver.folder / "ministry.db")
    receiver.start()
    receiver.new_epoch()
    if bug:
        monkeypatch.setattr(cycle_module, "_epoch_changed", lambda known, met: False)
    for _ in range(3):
        desk.save()
        desk.run()
    with noticed(bug):
        assert call.op_id in arrived(receiver.store)


@planted
def test_client_gives_a_number_twice(
    bug: bool, desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    """A database is put back to an older copy; the bug is to go on with the old incarnation."""
    older = tmp_path / "older.db"
    desk.cycle.close()
    desk.database.close()
    older.write_bytes(desk.database.file.read_bytes())
    desk.reopen()
    lost = desk.save()
    desk.run()
    desk.cycle.close()
    desk.database.close()
    desk.database.file.write_bytes(older.read_bytes())
    if not bug:
        with desk.database.write() as connection:
            device = settings.read_device(connection)
            settings.write_device(connection, replace(device, inc=new_incarnation()))
    desk.reopen()
    second = desk.save()
    desk.run()
    with noticed(bug):
        assert receiver.stages() == {lost.op_id: "applied", second.op_id: "applied"}
    # I5: what has the number of something else is never applied, and is flagged on both sides.
    with receiver.store.read() as connection:
        alarms = list(connection.execute(select(alarm.c.kind)).scalars())
    assert ("mismatch" in alarms) == bug
    assert desk.status().needs_you == int(bug)
    assert receiver.stages()[lost.op_id] == "applied"


@planted
def test_client_takes_in_a_case_that_has_something_unsent(
    bug: bool, desk: Desk, colleague: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I14. The check stands around every taking in of these tests (Desk)."""
    case_id = desk.open_case()
    desk.run(), colleague.run()
    desk.note(case_id, "from the first PC")
    desk.run()
    colleague.note(case_id, "from the second PC")
    with colleague.database.write() as connection:
        connection.exec_driver_sql("UPDATE revision SET next_try_at = created_at + 3600000")
    if bug:
        monkeypatch.setattr(foreign, "WAITING", frozenset())
    with noticed(bug):
        colleague.run()


@planted
def test_client_reads_a_restored_server_from_where_it_was(
    bug: bool,
    desk: Desk,
    colleague: Desk,
    new_seat: Callable[[], Desk],
    receiver: RunningReceiver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy_database(receiver.folder / "ministry.db", tmp_path / "backup.db")
    for _ in range(3):
        colleague.open_case()
    colleague.settle(), desk.run()
    receiver.stop()
    copy_database(tmp_path / "backup.db", receiver.folder / "ministry.db")
    receiver.start()
    receiver.new_epoch()
    if bug:
        monkeypatch.setattr(
            changes_module,
            "_position",
            lambda connection, epoch: replace(read_position(connection), epoch=epoch),
        )
    # A PC that lost nothing there comes first: the count of the restored server is a low one.
    third = enrolled(new_seat(), receiver)
    new = third.open_case()
    third.run()
    desk.run()
    with noticed(bug):
        assert new in desk.case_rows()


@planted
def test_client_believes_an_old_answer(
    bug: bool,
    desk: Desk,
    colleague: Desk,
    receiver: RunningReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It cannot be opened any more, and what is in it would be passed over for good."""
    if bug:
        real = changes_module.signed_answer

        def trusting(data: dict[str, Any], key: Any, *, purpose: str, nonce: str) -> dict[str, Any]:
            return real(data, key, purpose=purpose, nonce=data["n"])

        monkeypatch.setattr(changes_module, "signed_answer", trusting)
    old: list[bytes] = []

    def record(exchange: faults.Exchange) -> None:
        old.append(exchange.forward())
        exchange.reset()

    with FaultProxy(receiver.url) as proxy:
        desk.point_at(proxy.url)
        case_id = colleague.open_case()
        colleague.run()
        proxy.plan(record, path="/sync/v1/changes")
        desk.run()
        proxy.plan(lambda exchange: exchange.client.sendall(old[0]), path="/sync/v1/changes")
        for _ in range(3):
            desk.run()
        with noticed(bug):
            assert case_id in desk.case_rows()


@planted
def test_client_takes_a_blank_for_a_word(
    bug: bool, desk: Desk, colleague: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What did not leave for want of consent is not erased by a colleague who never saw it."""
    if bug:
        monkeypatch.setattr(case_versions, "completed", lambda theirs, sent, known: theirs)
    case_id = desk.open_case(may_leave=False)
    desk.run(), colleague.run()
    colleague.note(case_id, "a word")
    colleague.run(), desk.run()
    with noticed(bug):
        assert desk.case(case_id).affected.name == HER_NAME
