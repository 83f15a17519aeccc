"""What is sealed while an answer is awaited: it saves time and decides nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from operator_app.db import settings, sync_state
from operator_app.domain.wire import State
from operator_app.sync import push as push_module
from operator_app.sync.batches import Batches
from operator_app.sync.carriers.base import Answer
from operator_app.sync.envelope import seal
from operator_app.sync.link import Link
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, quick_https


class Listening:
    """The real carrier; keeps the items that were pushed, and acts while a push is on its way."""

    name = "https"

    def __init__(self, url: str) -> None:
        self._carrier = quick_https(url)
        self.pushes: list[list[str]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        if path.endswith("/push"):
            items = json.loads(body)["items"]
            self.pushes.append([item["op_id"] for item in items])
            self.meanwhile()
        return self._carrier.exchange(method, path, body, etag=etag)

    def close(self) -> None:
        self._carrier.close()


@pytest.fixture
def line(desk: Desk, receiver: RunningReceiver) -> Listening:
    """Three records go at once."""
    desk.cycle.close()
    desk.cycle = desk._new_cycle()
    listening = Listening(receiver.url)
    desk.open_carrier = lambda url: listening
    with desk.database.write() as connection:
        sync_state.write_batch_size(connection, sync_state.BatchSize(items=3))
    return listening


def test_an_urgent_record_saved_meanwhile_goes_before_what_was_sealed_ahead(
    desk: Desk, line: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed: list[str] = []

    def counting(*args: Any, **kwargs: Any) -> dict[str, Any]:
        sealed.append(args[2].op_id)
        return seal(*args, **kwargs)

    monkeypatch.setattr(push_module, "seal", counting)
    ordinary = [desk.save().op_id for _ in range(6)]
    urgent: list[str] = []

    def meanwhile() -> None:
        if not urgent:
            urgent.append(desk.save_urgent().op_id)

    line.meanwhile = meanwhile
    desk.run()
    assert line.pushes == [ordinary[:3], urgent, ordinary[3:]]
    assert sorted(sealed) == sorted(ordinary + urgent), "each of them was sealed once"
    assert set(desk.states().values()) == {State.APPLIED}


def test_who_is_in_danger_now_does_not_wait_for_the_urgent_ones_of_last_week(
    desk: Desk, line: Listening
) -> None:
    old = [desk.save_urgent() for _ in range(3)]
    desk.office.clock.forward(days=7)
    fresh = desk.save_urgent()
    # Of one record the earlier revision still goes first.
    changed = desk.amend(old[2], note="more")
    desk.run()
    expected = [old[2].op_id, fresh.op_id, changed.op_id, old[0].op_id, old[1].op_id]
    assert line.pushes == [[op_id] for op_id in expected]
    assert set(desk.states().values()) == {State.APPLIED}


def test_what_was_sealed_for_a_former_key_is_not_sent(desk: Desk, line: Listening) -> None:
    batches = Batches(desk.database)
    for _ in range(4):
        desk.save()
    link = _link(desk, line)
    allowed = sync_state.BatchSize(items=2)
    first = batches.next(link, allowed)
    with batches.sealing_ahead(link, first, allowed):
        push_module.push(link, first)
    link.server = replace(link.server, kid="a-new-key")
    assert {sealed.envelope["kid"] for sealed in batches.next(link, allowed)} == {"a-new-key"}


def _link(desk: Desk, line: Listening) -> Link:
    with desk.database.read() as connection:
        server, device = settings.read_server(connection), settings.read_device(connection)
    return Link(desk.database, desk.office.clock, line, device, server, "0")
