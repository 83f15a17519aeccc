"""The whole story against a real receiver: send, back up, send more, lose the PC, restore, go on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ministry_server.schema import alarm, intake, record
from operator_app.config import paths
from operator_app.db import settings, sync_state
from operator_app.db.engine import Database
from operator_app.domain.consent import RECORD, Consent
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ViolenceForm
from operator_app.domain.wire import State
from operator_app.services.backups import Backups
from operator_app.services.calls import Calls
from operator_app.services.journal import Journal, JournalFilter, JournalRow
from tests.backup.conftest import Kept
from tests.conftest import FrozenClock, TestOffice
from tests.receiver import RunningReceiver
from tests.sync.desk import HER_NAME, Desk, copy_database


@pytest.fixture
def receiver(tmp_path: Path, clock: FrozenClock) -> Iterator[RunningReceiver]:
    with RunningReceiver(tmp_path / "server", clock) as running:
        yield running


@pytest.fixture
def desk(office: TestOffice, receiver: RunningReceiver) -> Iterator[Desk]:
    made = Desk(office)
    made.point_at(receiver.url, receiver.new_code())
    assert made.run().problem is None
    yield made
    made.cycle.close()


def back_up(desk: Desk) -> Kept:
    office = desk.office
    kept = Kept(office, Backups(office.database, office.paths, office.clock))
    kept.make()
    return kept


def restored(kept: Kept, folder: Path, reference: Reference) -> Desk:
    """The PC again, in a new data folder."""
    where = paths(folder)
    kept.restore(where)
    old = kept.office
    database = Database(where.database, old.database.key)
    calls = Calls(database, reference, old.clock)
    return Desk(
        TestOffice(where, database, old.actor, calls, old.clock, reference, old.recovery_key)
    )


def numbers_of(receiver: RunningReceiver) -> list[tuple[str, str, int, str]]:
    columns = (intake.c.dev, intake.c.inc, intake.c.seq, intake.c.op_id)
    with receiver.store.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns))]


def alarms(receiver: RunningReceiver) -> list[str]:
    with receiver.store.read() as connection:
        return list(connection.execute(select(alarm.c.kind)).scalars())


def end(desk: Desk) -> None:
    desk.cycle.close()
    desk.database.close()


def test_the_drill(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path, reference: Reference
) -> None:
    early = [desk.save() for _ in range(3)]
    in_danger = desk.save_danger(note="case")
    desk.settle()
    waiting = desk.save(note="waits when the backup is made")
    kept = back_up(desk)
    (case_id,) = desk.case_rows()
    before = desk.case_revisions()
    late = [desk.save() for _ in range(2)]
    desk.amend(early[0], note="amended after the backup")
    desk.amend(in_danger, danger_now="N", note="her case went on")
    desk.settle()
    lost_of_case = desk.case_revisions().keys() - before.keys()
    everything = {row["op_id"] for row in desk.rows()}
    end(desk)
    shutil.move(desk.office.paths.data / "backups", tmp_path / "safe")
    shutil.rmtree(desk.office.paths.data)
    (file,) = (tmp_path / "safe").iterdir()
    kept.files = lambda: [file]  # type: ignore[method-assign]

    again = restored(kept, tmp_path / "new-pc", reference)
    fresh = [again.save(note="first after the restore"), again.save_danger()]
    again.settle()
    again.run()
    rows = numbers_of(receiver)
    assert len({(dev, inc, seq) for dev, inc, seq, _ in rows}) == len(rows)
    again.save()
    again.settle()
    rows = numbers_of(receiver)
    assert {op_id for *_, op_id in rows} == everything | {r["op_id"] for r in again.rows()}
    assert len({inc for _, inc, _, _ in rows}) == 2
    assert set(receiver.stages().values()) == {"applied"}
    # That its audit log is shorter now is told once, however often it sends: the ministry knows of
    # every restore.
    assert alarms(receiver) == ["audit"]
    with receiver.store.read() as connection:
        calls_and_cases = connection.execute(select(func.count()).select_from(record)).scalar_one()
    assert calls_and_cases == len(early) + 2 + len(late) + len(fresh) + 3
    assert waiting.op_id in receiver.stages()

    # Her case and the calls are as they were before the PC was lost.
    assert again.case_revisions().keys() >= before.keys() | lost_of_case
    assert lost_of_case <= again.foreign().keys()
    head = again.cases.open(again.office.actor, case_id)
    assert head.op_id in lost_of_case or head.revision == len(before) + len(lost_of_case)
    assert not again.conflicts()
    status = again.status()
    lost = everything - set(rows_before(again))
    assert again.foreign() == dict.fromkeys(lost, 1)
    assert (status.only_there, status.numbers_ahead, status.problem) == (0, 0, None)
    for call in late:
        assert again.office.calls.open(again.office.actor, call.call_id) == call
    amended = again.office.calls.open(again.office.actor, early[0].call_id)
    assert (amended.form.note, amended.revision) == ("amended after the backup", 2)
    assert again.run().problem is None
    end(again)


def rows_before(desk: Desk) -> list[str]:
    """What the restored PC had from its backup."""
    with desk.database.read() as connection:
        inc = settings.read_device(connection).inc
    return [row["op_id"] for row in desk.rows() if row["inc"] != inc]


def test_restored_twice_from_the_same_backup(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path, reference: Reference
) -> None:
    desk.save()
    desk.settle()
    kept = back_up(desk)
    desk.save_danger()
    desk.settle()
    first = restored(kept, tmp_path / "first", reference)
    first.save_danger()
    first.settle()
    end(first)
    second = restored(kept, tmp_path / "second", reference)
    second.save()
    second.settle()
    rows = numbers_of(receiver)
    assert len({inc for _, inc, _, _ in rows}) == 3
    assert "mismatch" not in alarms(receiver)
    assert len(second.case_rows()) == 2
    assert second.status().only_there == 0
    assert len(second.foreign()) == 4
    end(second)


def test_what_the_ministry_lost_is_sent_again_and_what_is_here_alone_too(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path, reference: Reference
) -> None:
    file = receiver.folder / "ministry.db"
    desk.save()
    desk.settle()
    receiver.stop()
    copy_database(file, tmp_path / "server-backup.db")
    receiver.start()
    in_backup = [desk.save(), desk.save_danger()]
    desk.settle()
    kept = back_up(desk)
    lost_twice = desk.save()
    desk.settle()
    receiver.stop()
    copy_database(tmp_path / "server-backup.db", file)
    receiver.start()
    receiver.new_epoch()
    again = restored(kept, tmp_path / "new-pc", reference)
    again.settle()
    again.run()
    assert {call.op_id for call in in_backup} <= receiver.stages().keys()
    assert {row["op_id"] for row in again.rows()} == receiver.stages().keys()
    assert lost_twice.op_id not in receiver.stages()
    assert again.status().only_there == 0
    assert alarms(receiver) == [] or set(alarms(receiver)) == {"audit"}
    end(again)


def test_an_older_server_is_no_hindrance_and_is_asked_again(
    desk: Desk,
    receiver: RunningReceiver,
    tmp_path: Path,
    reference: Reference,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ministry_server import messages

    desk.save()
    desk.settle()
    kept = back_up(desk)
    desk.save()
    desk.settle()
    again = restored(kept, tmp_path / "new-pc", reference)

    def of_before(data: dict[str, object]) -> messages.Changes:
        if "own" in data:
            raise messages.Refusal(400, "request.malformed")
        return read_changes(data)

    read_changes = messages.read_changes
    monkeypatch.setattr(messages, "read_changes", of_before)
    assert again.run().problem is None
    assert again.status().only_there == 0
    monkeypatch.undo()
    again.run()
    assert len(again.foreign()) == 1
    with again.database.read() as connection:
        assert not sync_state.read_recovery(connection).pending
    end(again)


def journal_of(desk: Desk) -> dict[str, JournalRow]:
    journal = Journal(desk.database, desk.office.reference)
    return {row.call_id: row for row in journal.page(desk.office.actor, JournalFilter(), None, 50)}


def test_a_call_amended_before_and_after_the_restore_is_brought_together(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path, reference: Reference
) -> None:
    """The other head is at the ministry only, until it is given back."""
    call = desk.save(note="first", danger_now="N")
    desk.settle()
    kept = back_up(desk)
    lost = desk.amend(call, note="lost by the restore", danger_now="U")
    new = desk.save(note="taken after the backup")
    desk.settle()
    again = restored(kept, tmp_path / "new-pc", reference)
    actor = again.office.actor
    again.office.clock.forward(minutes=1)
    apart = again.amend(call, note="made without knowing of it")
    again.settle()
    again.run()
    assert again.states()[apart.op_id] == "conflict"
    assert again.status().needs_you == 1
    # Shown is the later one, with the more cautious answer; both are in its history.
    shown = again.office.calls.open(actor, call.call_id)
    assert (shown.op_id, shown.form.note) == (apart.op_id, "made without knowing of it")
    assert shown.form.danger_now == "U"
    versions = again.office.calls.history(actor, call.call_id)
    assert [v.call.form.note for v in versions] == [
        "first",
        "lost by the restore",
        "made without knowing of it",
    ]
    assert versions[1].state is State.APPLIED
    # What was taken after the backup is in the journal, as if it had never been away.
    row = journal_of(again)[new.call_id]
    assert (row.number, row.state, row.seat) == (new.number, State.APPLIED, 0)
    assert again.office.calls.may_change(actor, again.office.calls.open(actor, new.call_id))
    both = again.amend(shown, note="of both")
    again.settle()
    again.run()
    record = receiver.records()[call.call_id]
    assert (record["heads"], record["conflict"]) == ([both.op_id], False)
    assert set(again.states().values()) == {"applied"}
    assert again.status().needs_you == 0
    assert receiver.stages()[lost.op_id] == "applied"
    # A call that came back is changed as any other.
    more = again.amend(again.office.calls.open(actor, new.call_id), note="more")
    again.settle()
    assert receiver.records()[new.call_id]["heads"] == [more.op_id]
    end(again)


def test_what_was_withheld_from_the_ministry_is_not_brought_back_from_there(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path, reference: Reference
) -> None:
    silent = Consent(RECORD, "N", at=1)
    block = ViolenceForm(affected_name=HER_NAME, consents=(silent,))
    before = desk.save(topics=("VIO.DOM",), violence=block, note="told in confidence")
    desk.settle()
    kept = back_up(desk)
    desk.amend(before, caller_sex="M")
    after = desk.save(topics=("VIO.DOM",), violence=block, note="told in confidence")
    desk.settle()
    again = restored(kept, tmp_path / "new-pc", reference)
    again.settle()
    again.run()
    calls, actor = again.office.calls, again.office.actor
    known = calls.open(actor, before.call_id)
    # What the backup had of it stays, the change comes back.
    assert (known.form.note, known.form.caller_sex) == ("told in confidence", "M")
    lost = calls.open(actor, after.call_id)
    assert lost.form.note == ""
    assert HER_NAME not in str(lost)
    end(again)


def test_made_void_before_and_after_the_restore_needs_nobody(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path, reference: Reference
) -> None:
    call = desk.save()
    desk.settle()
    kept = back_up(desk)
    desk.void(call)
    desk.settle()
    again = restored(kept, tmp_path / "new-pc", reference)
    again.void(call)
    again.settle()
    again.run()
    assert again.status().needs_you == 0
    record = receiver.records()[call.call_id]
    assert (record["voided"], record["conflict"]) == (True, False)
    end(again)
