"""The ministry's sealing key changes while an office works: nothing is lost, doubled or delayed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from ministry_server.bundles import take_in
from ministry_server.cli import main
from ministry_server.keys import (
    Ending,
    read_opener_keys,
    read_sealing_keys,
    write_opener_keys,
)
from ministry_server.rotation import end, rotate
from ministry_server.schema import alarm, intake
from operator_app.db import settings, sync_state
from operator_app.db.models import audit
from operator_app.db.settings import Server
from operator_app.errors import NetworkProblem
from operator_app.sync.bundle_post import BundlePost
from operator_app.sync.bundles import ReceiptsTaken, make_bundle, take_receipts
from operator_app.sync.carriers.base import Answer, Carrier
from operator_app.sync.envelope import KEY_ENDED
from operator_app.ui.sync_wording import CODE_SENTENCES
from tests.conftest import FrozenClock
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, quick_https
from tests.sync.invariants import check_client, check_nothing_lost, check_server


class Way:
    """A carrier at which something happens before the next push, or instead of its answer."""

    name = "https"

    def __init__(self, url: str) -> None:
        self._real: Carrier = quick_https(url)
        self.before_push: Callable[[], object] | None = None
        self.instead_of_the_answer: Callable[[], object] | None = None
        self.change: Callable[[str, dict[str, Any]], dict[str, Any]] | None = None
        self.asked: list[str] = []

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        action = path.partition("?")[0].rpartition("/")[2]
        self.asked.append(action)
        if action == "push" and self.before_push:
            happens, self.before_push = self.before_push, None
            happens()
        answer = self._real.exchange(method, path, body, etag=etag)
        if action == "push" and self.instead_of_the_answer:
            happens, self.instead_of_the_answer = self.instead_of_the_answer, None
            happens()
            raise NetworkProblem("net.cut")
        if self.change and action == "push":
            told = self.change(action, json.loads(answer.body))
            return Answer(answer.status, answer.headers, json.dumps(told).encode())
        return answer

    def close(self) -> None:
        self._real.close()


@pytest.fixture
def way(desk: Desk, receiver: RunningReceiver) -> Way:
    found = Way(receiver.url)
    desk.open_carrier = lambda url: found
    desk.cycle._drop_carrier()
    return found


def turn(receiver: RunningReceiver, ending: Ending | None = None) -> str:
    """A new key; the old one ends when it is said how."""
    old = read_sealing_keys(receiver.folder).kid
    new = rotate(receiver.folder, receiver.receiver.now()).kid
    if ending is not None:
        end(receiver.folder, old, ending)
    return new


def lose(receiver: RunningReceiver, kid: str) -> None:
    """opener.key comes back from a copy made before this key."""
    opener = read_opener_keys(receiver.folder)
    identities = {name: key for name, key in opener.identities.items() if name != kid}
    write_opener_keys(receiver.folder, replace(opener, identities=identities))


def server_of(desk: Desk) -> Server:
    with desk.database.read() as connection:
        return settings.read_server(connection)


def kids(receiver: RunningReceiver) -> dict[str, str]:
    with receiver.store.read() as connection:
        rows = connection.execute(select(intake.c.op_id, intake.c.kid)).all()
        assert connection.execute(select(func.count()).select_from(alarm)).scalar_one() == 0
    return {row.op_id: row.kid for row in rows}


def changes_of_key(desk: Desk) -> list[str]:
    query = select(audit.c.details).where(audit.c.action == "ministry.key_changed")
    with desk.database.read() as connection:
        return [json.loads(d)["key"] for d in connection.execute(query).scalars()]


def test_what_waits_goes_under_the_new_key(desk: Desk, receiver: RunningReceiver) -> None:
    first = desk.save()
    desk.run()
    waiting = [desk.save(), desk.save()]
    new = turn(receiver)
    desk.run()
    found = kids(receiver)
    assert [found[call.op_id] for call in waiting] == [new, new]
    assert found[first.op_id] != new
    assert (server_of(desk).kid, changes_of_key(desk)) == (new, [new])
    check_server(receiver, [first, *waiting])
    check_client(desk)


def test_retired_while_a_batch_is_on_its_way_it_arrives_in_the_same_run(
    desk: Desk, receiver: RunningReceiver, way: Way
) -> None:
    calls = [desk.save() for _ in range(3)]
    urgent = desk.save_urgent()
    news: list[str] = []
    way.before_push = lambda: news.append(turn(receiver, Ending.RETIRED))
    report = desk.run()
    assert (report.problem, report.confirmed) == (None, 4)
    assert set(kids(receiver).values()) == set(news)
    assert set(desk.states().values()) == {"applied"}
    # Greeted once more, for the key, and never asked to wait.
    assert way.asked.count("hello") == 2
    with desk.database.read() as connection:
        assert sync_state.read_retry(connection).failures == 0
    assert changes_of_key(desk) == news
    check_server(receiver, [*calls, urgent])
    check_client(desk)


def test_i4_the_answer_is_lost_after_the_commit_and_the_key_retired(
    desk: Desk, receiver: RunningReceiver, way: Way
) -> None:
    old = server_of(desk).kid
    call = desk.save()
    way.instead_of_the_answer = lambda: turn(receiver, Ending.RETIRED)
    desk.run()
    assert desk.states() == {call.op_id: "queued"}
    desk.settle()
    assert way.asked.count("push") == 2
    assert desk.states() == {call.op_id: "applied"}
    assert server_of(desk).kid != old
    # It is the one that was stored: the tag recognised it under another key.
    assert kids(receiver) == {call.op_id: old}
    check_server(receiver, [call])
    check_client(desk)


def test_a_server_that_goes_on_naming_a_retired_key_makes_no_loop(
    desk: Desk, receiver: RunningReceiver, way: Way
) -> None:
    def refuses(_action: str, told: dict[str, Any]) -> dict[str, Any]:
        for result in told["results"]:
            result.update(outcome="retry", code=KEY_ENDED, receipts=[])
        return told

    way.change = refuses
    calls = [desk.save() for _ in range(3)]
    report = desk.run()
    assert report.problem == KEY_ENDED
    assert KEY_ENDED in CODE_SENTENCES
    assert way.asked.count("push") == 1
    assert set(desk.states().values()) == {"queued"}
    assert (desk.cycle.next_due() or 0) > 0
    with desk.database.read() as connection:
        # The way is good: no breaker, no backoff.
        assert sync_state.read_retry(connection).failures == 0
    # It names another one at last: what was put aside goes at once.
    way.change = None
    new = turn(receiver)
    assert desk.run().problem is None
    assert set(desk.states().values()) == {"applied"}
    assert server_of(desk).kid == new
    check_server(receiver, calls)


def test_a_lost_key_is_made_good_by_the_pcs(
    desk: Desk, receiver: RunningReceiver, clock: FrozenClock
) -> None:
    lost = turn(receiver)
    readable = desk.save()
    desk.run()
    lose(receiver, lost)
    waiting = desk.save()
    desk.run()
    assert desk.states()[waiting.op_id] == "held"
    new = turn(receiver)
    end(receiver.folder, lost, Ending.LOST)
    amended = desk.amend(waiting, note="a second look")
    clock.forward(minutes=11)
    desk.run()
    desk.settle()
    assert desk.states() == dict.fromkeys(
        (call.op_id for call in (readable, waiting, amended)), "applied"
    )
    found = kids(receiver)
    assert (found[readable.op_id], found[waiting.op_id]) == (lost, new)
    check_client(desk)
    check_nothing_lost(desk, receiver.store)


def bundle_of(desk: Desk) -> bytes:
    bundle = make_bundle(desk.database, desk.office.clock, "0.1.0")
    with desk.database.write() as connection:
        state = replace(sync_state.read_folder(connection), last_bundle=bundle.bundle_id)
        sync_state.write_folder(connection, state)
    return bundle.data


def read(desk: Desk, receipts: bytes) -> ReceiptsTaken:
    return take_receipts(desk.database, desk.office.clock, receipts)


def test_a_bundle_under_a_retired_key_comes_back_with_the_new_one(
    desk: Desk, receiver: RunningReceiver
) -> None:
    stored, waiting = desk.save(), desk.save()
    early = bundle_of(desk)
    take_in(receiver.receiver, early)
    third = desk.save()
    stick = bundle_of(desk)
    new = turn(receiver, Ending.RETIRED)
    answered = take_in(receiver.receiver, stick)
    assert answered.outcomes == {"duplicate": 2, "retry": 1}
    taken = read(desk, answered.receipts)
    assert (taken.confirmed, taken.missing, taken.again) == (4, 0, 1)
    assert desk.states() == {
        stored.op_id: "applied",
        waiting.op_id: "applied",
        third.op_id: "queued",
    }
    assert (server_of(desk).kid, changes_of_key(desk)) == (new, [new])
    again = take_in(receiver.receiver, bundle_of(desk))
    assert again.outcomes == {"applied": 1}
    assert read(desk, again.receipts).again == 0
    assert kids(receiver)[third.op_id] == new
    check_server(receiver, [stored, waiting, third])
    check_client(desk)


def test_a_key_comes_with_any_answer_but_never_an_old_one_again(
    desk: Desk, receiver: RunningReceiver, clock: FrozenClock
) -> None:
    desk.save()
    first = bundle_of(desk)
    clock.forward(minutes=1)
    before = take_in(receiver.receiver, first).receipts
    clock.forward(minutes=1)
    new = turn(receiver, Ending.COMPROMISED)
    after = take_in(receiver.receiver, first).receipts
    desk.save()
    bundle_of(desk)
    # No answer to the newest bundle, and still the key is taken: it is newer than ours.
    read(desk, after)
    assert server_of(desk).kid == new
    # The file of before comes again: what it names may be in other hands.
    read(desk, before)
    assert server_of(desk).kid == new


def test_through_a_folder_it_heals_by_itself(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    post = BundlePost(desk.database, desk.office.clock, "0.1.0")
    post.set_folder(desk.office.actor, shared)
    call = desk.save()
    post.run_once()
    new = turn(receiver, Ending.RETIRED)
    assert main(["take-in", str(shared), *receiver.where]) == 0
    assert "1 not taken, sealed to an ended key" in capsys.readouterr().out
    assert kids(receiver) == {}
    post.run_once()
    assert main(["take-in", str(shared), *receiver.where]) == 0
    post.run_once()
    assert kids(receiver) == {call.op_id: new}
    assert desk.states() == {call.op_id: "applied"}
    assert list(shared.iterdir()) == []
