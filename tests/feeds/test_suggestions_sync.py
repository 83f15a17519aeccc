"""From the operator's word to the ministry's list: exactly once, whatever happens on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from ministry_server.suggestions import suggestions as suggestions_at
from operator_app.db import feeds
from operator_app.domain.feeds import DIRECTORY
from operator_app.domain.wire import Kind, State
from operator_app.services.journal import Journal, JournalFilter
from operator_app.services.suggestions import Suggestions
from operator_app.sync.status import waiting_rows
from tests.faults import proxy as faults
from tests.faults.proxy import FaultProxy
from tests.feeds.publishing import offer, service
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk
from tests.sync.invariants import check_client

WORDS = "Zhanyl Synakova says the door is locked"


def suggest(desk: Desk, text: str = WORDS) -> str:
    with desk.database.read() as connection:
        kept = feeds.find(connection, DIRECTORY, "s1")
    assert kept is not None
    made = Suggestions(desk.database, desk.office.clock)
    return made.suggest(desk.office.actor, "service", "s1", kept.content, "hours", text)


@pytest.fixture
def with_service(desk: Desk, receiver: RunningReceiver) -> Desk:
    offer(receiver, DIRECTORY, service("s1"))
    desk.run()
    return desk


def at_the_ministry(receiver: RunningReceiver) -> list[str]:
    assert receiver.receiver.opener is not None
    return [s.op_id for s in suggestions_at(receiver.store, receiver.receiver.opener.vault)]


def test_it_arrives_and_its_state_is_told(with_service: Desk, receiver: RunningReceiver) -> None:
    desk = with_service
    op_id = suggest(desk)
    mine = Suggestions(desk.database, desk.office.clock)
    assert [s.state for s in mine.mine(desk.office.actor)] == [State.QUEUED]
    (row,) = waiting_rows(desk.database)
    assert (row.kind, row.number, row.urgent) == (Kind.SUGGESTION, "", False)
    assert desk.status().waiting == 1
    assert desk.run().confirmed == 1
    assert [s.state for s in mine.mine(desk.office.actor)] == [State.APPLIED]
    assert at_the_ministry(receiver) == [op_id]
    check_client(desk)
    # It is no call: the journal does not know it.
    journal = Journal(desk.database, desk.office.reference)
    assert journal.page(desk.office.actor, JournalFilter()) == []


def test_records_of_calls_go_first(with_service: Desk, receiver: RunningReceiver) -> None:
    desk = with_service
    suggested = suggest(desk)
    call = desk.save()
    assert [row.op_id for row in waiting_rows(desk.database)] == [call.op_id, suggested]


@pytest.mark.parametrize("fault", [faults.lose_answer, faults.duplicate, faults.refuse])
def test_it_arrives_once_whatever_happens(
    fault: faults.Fault, with_service: Desk, receiver: RunningReceiver, proxy: FaultProxy
) -> None:
    desk = with_service
    desk.point_at(proxy.url)
    op_id = suggest(desk)
    proxy.plan(fault, times=2)
    desk.settle()
    assert at_the_ministry(receiver) == [op_id]
    assert desk.states()[op_id] == "applied"


def test_a_restored_server_gets_it_again(with_service: Desk, receiver: RunningReceiver) -> None:
    desk = with_service
    database = receiver.folder / "ministry.db"
    receiver.stop()
    kept = database.read_bytes()
    receiver.start()
    op_id = suggest(desk)
    desk.settle()
    receiver.stop()
    for leftover in ("-wal", "-shm"):
        database.with_name(database.name + leftover).unlink(missing_ok=True)
    database.write_bytes(kept)
    receiver.start()
    receiver.new_epoch()
    desk.run()
    desk.settle()
    assert at_the_ministry(receiver) == [op_id]


def test_a_refused_one_says_so(with_service: Desk, receiver: RunningReceiver, monkeypatch) -> None:
    from ministry_server import opener

    desk = with_service
    suggest(desk)
    from operator_app.errors import Fault

    monkeypatch.setattr(opener, "check_payload", lambda data: [Fault("x", "suggestion.empty")])
    desk.run()
    (mine,) = Suggestions(desk.database, desk.office.clock).mine(desk.office.actor)
    assert (mine.state, mine.code) == (State.REJECTED, "suggestion.empty")
    assert desk.status().needs_you == 1


def test_its_words_are_in_no_file_and_no_request(
    with_service: Desk, receiver: RunningReceiver, proxy: FaultProxy
) -> None:
    desk = with_service
    desk.point_at(proxy.url)
    suggest(desk)
    desk.settle()
    folders: list[Path] = [receiver.folder, desk.office.paths.data]
    for folder in folders:
        for file in folder.rglob("*"):
            assert not file.is_file() or WORDS.encode() not in file.read_bytes(), file.name
    assert proxy.requests
    assert not any(WORDS.encode() in request for request in proxy.requests)
