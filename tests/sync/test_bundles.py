"""Bundles carried by hand: what waits goes out in a file, and only verified receipts come back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import func, select

from ministry_server.bundles import take_in
from ministry_server.cli import main
from ministry_server.messages import Refusal
from ministry_server.schema import alarm, device
from operator_app.db import settings, sync_state
from operator_app.db.models import audit
from operator_app.domain.ids import new_incarnation
from operator_app.errors import AppError
from operator_app.sync import bundles
from operator_app.sync.bundle import bundle_name, receipts_name
from operator_app.sync.bundle_post import BundlePost
from operator_app.sync.bundles import ReceiptsTaken, make_bundle, take_receipts
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, arrived, copy_database
from tests.sync.invariants import check_client, check_nothing_lost, check_server


def post_of(desk: Desk) -> BundlePost:
    return BundlePost(desk.database, desk.office.clock, "0.1.0")


def bundle_of(desk: Desk) -> bytes:
    """A bundle by hand, as the page makes it."""
    with TemporaryDirectory() as stick:
        written = post_of(desk).write_into(desk.office.actor, Path(stick))
        return (Path(stick) / written.name).read_bytes()


def read(desk: Desk, receipts: bytes) -> ReceiptsTaken:
    with TemporaryDirectory() as stick:
        file = Path(stick) / "brought.receipts.117"
        file.write_bytes(receipts)
        return post_of(desk).read_from(desk.office.actor, file)


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(AppError) as raised:
        work()
    return raised.value.code


def alarms(receiver: RunningReceiver) -> int:
    with receiver.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(alarm)).scalar_one())


def test_a_bundle_brings_everything_once_and_receipts_come_back(
    desk: Desk, receiver: RunningReceiver
) -> None:
    first, danger = desk.save(), desk.save_danger()
    amended = desk.amend(first, note="second look")
    waiting = set(desk.states())
    bundle = bundle_of(desk)
    assert len(bundle.splitlines()) == 4 + 2
    # Writing changes nothing: it may go over the network as well, or the stick may be lost.
    assert set(desk.states().values()) == {"queued"}
    answered = take_in(receiver.receiver, bundle)
    assert answered.outcomes == {"applied": 4}
    taken = read(desk, answered.receipts)
    assert (taken.confirmed, taken.foreign, taken.missing) == (8, 0, 0)
    assert set(desk.states().values()) == {"applied"}
    assert set(arrived(receiver.store)) == waiting
    assert {first.op_id, danger.op_id, amended.op_id} < waiting
    check_client(desk)
    check_nothing_lost(desk, receiver.store)
    assert desk.status().last_verified_at is not None
    with desk.database.read() as connection:
        noted = {
            row.action: json.loads(row.details)
            for row in connection.execute(
                select(audit.c.action, audit.c.details).where(
                    audit.c.action.in_(["bundle.written", "receipts.read"])
                )
            )
        }
    assert noted == {
        "bundle.written": {"records": 4},
        "receipts.read": {"receipts": 8, "missing": 0},
    }


def test_no_moment_of_a_call_lies_in_the_clear(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MOST_ITEMS", 1)
    for _n in range(3):
        desk.office.clock.forward(minutes=7)
        desk.save()
    desk.office.clock.forward(minutes=7)
    bundle = bundle_of(desk).decode()
    assert len(desk.rows()) == 3
    for row in desk.rows():
        assert str(row["created_at"])[:-3] not in bundle
        assert row["record_id"] not in bundle


def test_twice_and_over_the_network_as_well_is_still_once(
    desk: Desk, receiver: RunningReceiver
) -> None:
    calls = [desk.save(), desk.save()]
    bundle = bundle_of(desk)
    desk.settle()
    calls.append(desk.save())
    first = take_in(receiver.receiver, bundle)
    again = take_in(receiver.receiver, bundle)
    assert first.outcomes == again.outcomes == {"duplicate": 2}
    check_server(receiver, calls)
    for receipts in (first.receipts, again.receipts, first.receipts):
        read(desk, receipts)
        check_client(desk)
    assert sorted(desk.states().values()) == ["applied", "applied", "queued"]


def test_out_of_order_the_later_is_held_until_the_earlier_comes(
    desk: Desk, receiver: RunningReceiver
) -> None:
    call = desk.save()
    early = make_bundle(desk.database, desk.office.clock, "0.1.0")
    amended = desk.amend(call, note="later")
    assert early.carried is not None
    late = make_bundle(desk.database, desk.office.clock, "0.1.0", besides=[early.carried])
    assert late.count == 1
    held = take_in(receiver.receiver, late.data)
    assert held.outcomes == {"held": 1}
    read(desk, held.receipts)
    assert desk.states() == {call.op_id: "queued", amended.op_id: "held"}
    applied = take_in(receiver.receiver, early.data)
    # What was held has moved on by it, and the answer tells of that, too.
    read(desk, applied.receipts)
    assert desk.states() == {call.op_id: "applied", amended.op_id: "applied"}
    check_client(desk)


def test_an_old_bundle_is_no_news_of_the_device_and_raises_no_alarm(
    desk: Desk, receiver: RunningReceiver
) -> None:
    desk.save()
    bundle = bundle_of(desk)
    for _n in range(3):
        desk.save()
        desk.settle()
    take_in(receiver.receiver, bundle)
    with receiver.store.read() as connection:
        assert connection.execute(select(device.c.waiting)).scalar_one() == 0
    assert alarms(receiver) == 0
    desk.save()
    take_in(receiver.receiver, bundle_of(desk))
    desk.settle()
    assert alarms(receiver) == 0


def test_the_newest_answer_tells_what_a_restored_server_lacks(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    desk.save()
    desk.settle()
    file, backup = receiver.folder / "ministry.db", tmp_path / "backup.db"
    copy_database(file, backup)
    old = bundle_of(desk)
    lost = desk.save()
    desk.settle()
    assert desk.states()[lost.op_id] == "applied"
    old_answer = take_in(receiver.receiver, bundle_of(desk))
    receiver.stop()
    copy_database(backup, file)
    receiver.start()
    receiver.new_epoch()
    answer = take_in(receiver.receiver, bundle_of(desk))
    assert read(desk, answer.receipts).missing == 1
    assert desk.states()[lost.op_id] == "queued"
    # The answer of the life before comes again: it would say that the lost one is there.
    assert code_of(lambda: read(desk, old_answer.receipts)) == "bundle.other_epoch"
    assert desk.states()[lost.op_id] == "queued"
    read(desk, take_in(receiver.receiver, old).receipts)
    read(desk, take_in(receiver.receiver, bundle_of(desk)).receipts)
    assert set(desk.states().values()) == {"applied"}
    assert lost.op_id in arrived(receiver.store)
    check_nothing_lost(desk, receiver.store)


def test_of_an_older_incarnation_it_is_taken_in_and_the_pc_does_not_mind(
    desk: Desk, receiver: RunningReceiver
) -> None:
    desk.save()
    bundle = bundle_of(desk)
    with desk.database.write() as connection:
        known = settings.read_device(connection)
        settings.write_device(connection, replace(known, inc=new_incarnation()))
    desk.save()
    answered = take_in(receiver.receiver, bundle)
    read(desk, answered.receipts)
    assert sorted(desk.states().values()) == ["applied", "queued"]
    both = bundle_of(desk)
    read(desk, take_in(receiver.receiver, both).receipts)
    assert set(desk.states().values()) == {"applied"}
    check_client(desk)


def test_receipts_of_another_device_or_server_change_nothing(
    desk: Desk, colleague: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    desk.save(), colleague.save()
    theirs = take_in(receiver.receiver, bundle_of(colleague)).receipts
    assert code_of(lambda: read(desk, theirs)) == "bundle.other_device"
    with RunningReceiver(tmp_path / "other server") as other:
        colleague.point_at(other.url, other.new_code())
        colleague.settle()
        colleague.save()
        foreign = take_in(other.receiver, bundle_of(colleague)).receipts
    assert code_of(lambda: read(desk, foreign)) == "bundle.other_server"
    assert code_of(lambda: read(desk, bundle_of(desk))) == "bundle.is_records"
    assert set(desk.states().values()) == {"queued"}


def test_a_bundle_of_another_office_or_of_nobody_known_is_refused_whole(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    desk.save()
    with desk.database.write() as connection:
        office = settings.read_office(connection)
        settings.write_office(connection, replace(office, code="0999"))
    moved = bundle_of(desk)
    assert code_of(lambda: take_in(receiver.receiver, moved)) == "bundle.other_office"
    with desk.database.write() as connection:
        settings.write_office(connection, office)
    bundle = bundle_of(desk)
    with RunningReceiver(tmp_path / "other server") as other, pytest.raises(Refusal) as refused:
        take_in(other.receiver, bundle)
    assert refused.value.code == "device.unknown"
    assert arrived(receiver.store) == []
    assert take_in(receiver.receiver, bundle).outcomes == {"applied": 1}


def test_a_pc_that_knows_no_server_makes_no_bundle(new_desk: Desk) -> None:
    new_desk.save()
    assert code_of(lambda: bundle_of(new_desk)) == "bundle.not_enrolled"


def test_with_nothing_waiting_it_still_asks_what_has_become_of_the_rest(
    desk: Desk, receiver: RunningReceiver
) -> None:
    desk.save()
    with_keys = receiver.receiver.opener
    receiver.receiver.opener = None
    first = take_in(receiver.receiver, bundle_of(desk))
    receiver.receiver.opener = with_keys
    read(desk, first.receipts)
    assert list(desk.states().values()) == ["stored"]
    receiver.receiver.housekeeping()
    empty = bundle_of(desk)
    assert len(empty.splitlines()) == 2
    read(desk, take_in(receiver.receiver, empty).receipts)
    assert list(desk.states().values()) == ["applied"]
    with desk.database.read() as connection:
        assert sync_state.read_cursor(connection) > 0


def test_the_command_takes_a_folder_in_and_writes_receipts_beside(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    desk.save()
    bundle = post_of(desk).write_into(desk.office.actor, stick)
    (stick / "letter.117").write_bytes(b"not a bundle")
    arguments = ["take-in", str(stick), "--data", str(receiver.folder)]
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert "letter.117: this is no bundle of 117" in said.err
    assert "1 applied" in said.out
    receipts = stick / receipts_name(bundle.name)
    assert post_of(desk).read_from(desk.office.actor, receipts).confirmed == 2
    (stick / "letter.117").unlink()
    # The receipts that lie there now are no bundle, and are left alone.
    assert main(arguments) == 0
    assert sorted(f.name for f in stick.iterdir()) == sorted([bundle.name, receipts.name])


def test_names_are_made_of_ids_alone() -> None:
    name = bundle_name("0123456789abcdef", "7f3c0f6e-aaaa-bbbb-cccc-000000000000")
    assert name == "0123456789abcdef-7f3c0f6e.117"
    assert receipts_name(name) == "0123456789abcdef-7f3c0f6e.receipts.117"


def test_only_a_file_made_for_here_is_taken(desk: Desk) -> None:
    assert code_of(lambda: take_receipts(desk.database, desk.office.clock, b"")) == "bundle.not_one"
