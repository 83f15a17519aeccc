"""The cycle against a real receiver over real HTTP: order, size, retries, and what the status says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ministry_server import devices
from operator_app.db import settings, sync_state
from operator_app.domain.clock import to_ms
from operator_app.domain.wire import State
from operator_app.errors import NetworkProblem
from operator_app.services.refusals import Refusals
from operator_app.sync.carriers.base import Answer
from operator_app.sync.receipts import sign
from operator_app.sync.status import (
    LinkState,
    last_attempts,
    waiting_rows,
)
from tests.receiver import RunningReceiver
from tests.sync.desk import URGENT_TOPICS, Desk, arrived, copy_database, quick_https


class Recording:
    """The real carrier; keeps what was pushed, and lets a test spoil single requests."""

    name = "https"

    def __init__(self, url: str) -> None:
        self._carrier = quick_https(url)
        self.pushes: list[list[str]] = []
        self.paths: list[str] = []
        self.before: Callable[[str, bytes], Answer | None] = lambda path, body: None

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        self.paths.append(path.split("?", maxsplit=1)[0])
        if path.endswith("/push"):
            self.pushes.append([item["op_id"] for item in json.loads(body)["items"]])
        answer = self.before(path, body)
        return answer or self._carrier.exchange(method, path, body, etag=etag)

    def close(self) -> None:
        self._carrier.close()


@pytest.fixture
def carrier(desk: Desk, receiver: RunningReceiver) -> Recording:
    desk.cycle.close()
    desk.cycle = desk._new_cycle()
    recording = Recording(receiver.url)
    desk.open_carrier = lambda url: recording
    return recording


def test_a_saved_call_arrives_and_the_status_says_so(desk: Desk, receiver: RunningReceiver) -> None:
    call = desk.save(note="Asked about the allowance")
    before = desk.status()
    assert (before.waiting, before.oldest_waiting_at) == (1, call.saved_at)
    report = desk.run()
    assert (report.state, report.confirmed, report.problem) == (LinkState.ONLINE, 1, None)
    assert desk.states() == {call.op_id: "applied"}
    assert receiver.payloads()[call.op_id]["body"]["note"] == "Asked about the allowance"
    after = desk.status()
    assert after.state is LinkState.ONLINE
    assert (after.waiting, after.needs_you, after.urgent_overdue) == (0, 0, 0)
    assert after.last_verified_at == after.last_contact_at == to_ms(desk.office.clock())
    assert (after.offline_since, after.problem, after.skew_seconds) == (None, None, 0)


def test_a_whole_history_arrives_in_order(desk: Desk, receiver: RunningReceiver) -> None:
    call = desk.save()
    amended = desk.amend(call, note="more")
    voided = desk.void(amended)
    desk.run()
    assert arrived(receiver.store) == [call.op_id, amended.op_id, voided.op_id]
    assert set(desk.states().values()) == {"applied"}
    assert receiver.records()[call.call_id]["voided"]


def test_without_a_server_nothing_is_tried(new_desk: Desk) -> None:
    assert new_desk.run().state is LinkState.NOT_CONFIGURED
    assert new_desk.cycle.next_due() is None
    assert new_desk.status().state is LinkState.NOT_CONFIGURED
    new_desk.point_at("https://server.invalid")
    assert new_desk.run().state is LinkState.NOT_ENROLLED
    assert new_desk.status().state is LinkState.NOT_ENROLLED
    assert last_attempts(new_desk.database) == []


@pytest.mark.parametrize("url", ["http://server.invalid", "ftp://x", "https://", "https://a:b"])
def test_a_wrong_address_is_said_and_changes_nothing(new_desk: Desk, url: str) -> None:
    new_desk.point_at(url, "AAAA-AAAA-AAAA-AAAA-AAAA")
    report = new_desk.run()
    assert (report.state, report.problem) == (LinkState.REFUSED, "server.url_wrong")


def test_urgent_ones_go_first_and_alone(desk: Desk, carrier: Recording) -> None:
    ordinary = [desk.save().op_id for _ in range(3)]
    urgent = [desk.save_urgent().op_id for _ in range(2)]
    desk.run()
    assert carrier.pushes == [[urgent[0]], [urgent[1]], ordinary]


def test_a_call_with_danger_and_its_case_go_before_the_others(
    desk: Desk, carrier: Recording, receiver: RunningReceiver
) -> None:
    ordinary, danger = desk.save(), desk.save_danger()
    case = next(row["op_id"] for row in desk.rows() if row["kind"] == "case")
    desk.run()
    assert carrier.pushes == [[danger.op_id], [case], [ordinary.op_id]]
    assert set(receiver.stages().values()) == {"applied"}
    assert receiver.payloads()[case]["body"]["risk"] == "IMM"
    assert receiver.payloads()[case]["body"]["calls"][0]["call_id"] == danger.call_id


def test_every_tenth_request_is_for_the_others(desk: Desk, carrier: Recording) -> None:
    ordinary = desk.save().op_id
    urgent = [desk.save_urgent().op_id for _ in range(12)]
    desk.run()
    assert carrier.pushes[:9] == [[op_id] for op_id in urgent[:9]]
    assert carrier.pushes[9] == [ordinary]
    assert carrier.pushes[10:] == [[op_id] for op_id in urgent[9:]]


def test_what_an_urgent_amendment_is_based_on_goes_before_it(
    desk: Desk, carrier: Recording, receiver: RunningReceiver
) -> None:
    other, call = desk.save(), desk.save()
    urgent = desk.amend(call, topics=URGENT_TOPICS)
    calmer = desk.amend(urgent, topics=call.form.topics)
    desk.run()
    assert carrier.pushes == [[call.op_id], [urgent.op_id], [other.op_id, calmer.op_id]]
    assert set(receiver.stages().values()) == {"applied"}


def test_an_amendment_never_overtakes_a_base_that_was_put_aside(
    desk: Desk, carrier: Recording
) -> None:
    call = desk.save()
    amended = desk.amend(call, note="more")
    again = desk.amend(amended, note="still more")
    other = desk.save()

    def refuse_base(path: str, body: bytes) -> Answer | None:
        if path.endswith("/push") and call.op_id in body.decode():
            raise NetworkProblem("net.cut")
        return None

    carrier.before = refuse_base
    desk.run()
    for earlier, later in ((call, amended), (amended, again)):
        together = [push for push in carrier.pushes if later.op_id in push]
        assert together
        for push in together:
            assert push.index(earlier.op_id) < push.index(later.op_id)
    assert desk.states() == {
        call.op_id: "queued",
        amended.op_id: "queued",
        again.op_id: "queued",
        other.op_id: "applied",
    }
    assert (desk.cycle.next_due() or 0) > 0
    carrier.before = lambda path, body: None
    desk.settle()
    assert set(desk.states().values()) == {"applied"}


def test_batches_shrink_on_failure_and_grow_on_success(desk: Desk, carrier: Recording) -> None:
    for _ in range(70):
        desk.save()
    refusals = iter([Answer(413, {}, b"{}"), Answer(413, {}, b"{}")])
    carrier.before = lambda path, body: next(refusals, None) if path.endswith("/push") else None
    desk.run()
    assert [len(push) for push in carrier.pushes] == [20, 10, 5, 6, 7, 8, 10, 12, 15, 7]
    assert desk.status().waiting == 0


def test_a_batch_stays_within_its_bytes(desk: Desk, carrier: Recording) -> None:
    import random

    rng = random.Random(1)
    for _ in range(6):
        # Not compressible: each is padded to 16 KiB and becomes 22 KiB of base64.
        desk.save(note="".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(2500)))
    sizes: list[int] = []
    carrier.before = lambda path, body: sizes.append(len(body)) if path.endswith("push") else None
    desk.run()
    assert [len(push) for push in carrier.pushes] == [5, 1]
    assert max(sizes) < 128 * 1024 + 4096


def test_one_that_cannot_pass_delays_the_others_by_no_round(desk: Desk, carrier: Recording) -> None:
    calls = [desk.save() for _ in range(30)]
    poison = calls[7].op_id

    def choke(path: str, body: bytes) -> Answer | None:
        if path.endswith("/push") and poison in body.decode():
            return Answer(500, {}, b"<html>oops</html>")
        return None

    carrier.before = choke
    report = desk.run()
    waiting = waiting_rows(desk.database)
    assert [row.op_id for row in waiting] == [poison]
    assert (waiting[0].last_code, waiting[0].number) == ("net.server_error", calls[7].number)
    assert report.state is LinkState.ONLINE
    assert desk.status().waiting == 1
    carrier.before = lambda path, body: None
    desk.settle()
    assert set(desk.states().values()) == {"applied"}


def test_a_server_that_fails_at_everything_is_not_asked_without_end(
    desk: Desk, carrier: Recording
) -> None:
    for _ in range(40):
        desk.save()
    carrier.before = lambda path, body: Answer(500, {}, b"") if path.endswith("/push") else None
    report = desk.run()
    assert len(carrier.pushes) == 8
    assert (report.state, report.problem) == (LinkState.OFFLINE, "net.server_error")
    assert desk.status().waiting == 40
    carrier.before = lambda path, body: None
    desk.settle()
    assert set(desk.states().values()) == {"applied"}


def test_after_five_failures_only_greetings_until_one_is_heard(
    desk: Desk, carrier: Recording
) -> None:
    desk.save()
    carrier.before = lambda path, body: (
        Answer(502, {}, b"") if path.endswith("/push") or "hello" in path else None
    )
    for _ in range(7):
        desk.run()
    assert carrier.pushes == []
    carrier.before = lambda path, body: Answer(502, {}, b"") if path.endswith("/push") else None
    desk.save()
    assert desk.run().state is LinkState.OFFLINE
    assert [len(push) for push in carrier.pushes] == [1]
    desk.cycle.send_now()
    carrier.before = lambda path, body: None
    desk.run()
    assert desk.status().waiting == 0


def test_the_wait_grows_and_is_shorter_when_urgent(desk: Desk, receiver: RunningReceiver) -> None:
    receiver.stop()
    desk.cycle._random.random = lambda: 1.0  # type: ignore[method-assign]
    desk.save()
    waits = []
    for _ in range(13):
        desk.run()
        waits.append(desk.cycle.next_due())
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
    desk.save_urgent()
    assert desk.cycle.next_due() == 300
    desk.cycle.send_now()
    assert desk.cycle.next_due() == 0
    receiver.start()
    desk.settle()
    assert 0 < (desk.cycle.next_due() or 0) <= 15 * 60
    desk.save()
    assert desk.cycle.next_due() == 0


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"retry-after": "900"}, 900),
        ({"retry-after": "999999"}, 6 * 3600),
        (
            {
                "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT",
                "date": "Wed, 21 Oct 2015 07:18:00 GMT",
            },
            600,
        ),
        ({"retry-after": "soon"}, 60),
        ({}, 60),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_server_may_ask_for_patience(
    desk: Desk, carrier: Recording, status: int, said: dict[str, str], seconds: int
) -> None:
    desk.save_urgent()
    carrier.before = lambda path, body: (
        Answer(status, said, b"") if path.endswith("/push") else None
    )
    assert desk.run().problem == "server.busy"
    assert desk.cycle.next_due() == seconds
    assert len(carrier.pushes) == 1


def test_a_revoked_device_is_told_so_and_keeps_everything(
    desk: Desk, receiver: RunningReceiver
) -> None:
    with desk.database.read() as connection:
        device_id = settings.read_device(connection).device_id
    devices.revoke(receiver.store, device_id, 1)
    desk.save()
    report = desk.run()
    assert (report.state, report.problem) == (LinkState.REFUSED, "device.revoked")
    status = desk.status()
    assert (status.state, status.waiting) == (LinkState.REFUSED, 1)
    assert status.offline_since == to_ms(desk.office.clock())


def test_what_the_ministry_refuses_needs_a_person_and_stops_nothing(
    desk: Desk, receiver: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from operator_app.services import calls as module

    real = module.call_body
    with monkeypatch.context() as patched:
        patched.setattr(module, "call_body", lambda call: {**real(call), "office": "9999"})
        bad = desk.save()
    good = desk.save()
    report = desk.run()
    assert (report.confirmed, report.rejected) == (2, 1)
    assert desk.states() == {bad.op_id: "rejected", good.op_id: "applied"}
    status = desk.status()
    assert (status.waiting, status.needs_you) == (0, 1)
    refusals, actor = Refusals(desk.database, desk.office.clock), desk.office.actor
    (row,) = refusals.listed(actor)
    assert (row.code, row.number) == ("wire.other_office", bad.number)
    assert refusals.send_again(actor, bad.op_id)
    assert desk.status().waiting == 1
    desk.run()
    assert desk.states()[bad.op_id] == "rejected"


def test_a_restored_server_gets_everything_again(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    early = desk.save()
    desk.run()
    copy_database(receiver.folder / "ministry.db", tmp_path / "backup.db")
    late = desk.save()
    late_amended = desk.amend(early, note="later")
    desk.run()
    receiver.stop()
    copy_database(tmp_path / "backup.db", receiver.folder / "ministry.db")
    receiver.start()
    receiver.new_epoch()
    new = desk.save()
    report = desk.run()
    assert report.missing == 2
    assert set(receiver.stages()) == {
        early.op_id,
        late.op_id,
        late_amended.op_id,
        new.op_id,
    }
    assert set(desk.states().values()) == {"applied"}
    assert desk.run().missing == 0


@pytest.mark.parametrize("one_by_one", [False, True])
def test_what_came_before_its_base_is_known_to_be_applied_at_once(
    desk: Desk, carrier: Recording, receiver: RunningReceiver, tmp_path: Path, one_by_one: bool
) -> None:
    """A restored server hears a late copy of an old request first, and the base after it."""
    copy_database(receiver.folder / "ministry.db", tmp_path / "backup.db")
    bodies: list[bytes] = []
    carrier.before = lambda path, body: bodies.append(body) if path.endswith("/push") else None
    call = desk.save()
    desk.run()
    amended = desk.amend(call, note="more")
    desk.run()
    receiver.stop()
    copy_database(tmp_path / "backup.db", receiver.folder / "ministry.db")
    receiver.start()
    receiver.new_epoch()
    with desk.database.write() as connection:
        size = sync_state.BatchSize(items=1 if one_by_one else 20)
        sync_state.write_batch_size(connection, size)
    late_copies = iter([bodies[-1]])

    def deliver_late_copy(path: str, body: bytes) -> Answer | None:
        if path.endswith("/push"):
            for late in late_copies:
                carrier.exchange("POST", path, late)
        return None

    carrier.before = deliver_late_copy
    desk.run()
    assert receiver.stages() == {call.op_id: "applied", amended.op_id: "applied"}
    assert desk.states() == {call.op_id: "applied", amended.op_id: "applied"}


@pytest.mark.parametrize("answered", [True, False])
def test_once_the_base_has_arrived_the_receipts_of_what_was_held_are_fetched(
    desk: Desk, carrier: Recording, receiver: RunningReceiver, answered: bool
) -> None:
    """Whether the notes can be compared at once or in the next run; the clock stands still."""
    call = desk.save()
    amended = desk.amend(call, note="more")
    refused = 0

    def damage_base(path: str, body: bytes) -> Answer | None:
        nonlocal refused
        if path.endswith("/have") and not answered and refused == 2:
            refused += 1
            raise NetworkProblem("net.cut")
        if not path.endswith("/push") or refused > 1:
            return None
        refused += 1
        if refused == 2:
            return None
        # As a server may that cannot take this one now: the others are independent of it.
        message = {k: v for k, v in json.loads(body).items() if k != "sig"}
        message["items"] = [i for i in message["items"] if i["op_id"] != call.op_id]
        with desk.database.read() as connection:
            key = settings.read_device(connection).signing_key
        sent = json.dumps(sign(message, key, purpose="push")).encode()
        answer = carrier._carrier.exchange("POST", path, sent)
        data = json.loads(answer.body)
        wait = {"op_id": call.op_id, "outcome": "retry", "receipts": [], "code": None}
        data["results"].insert(0, {**wait, "retry_seconds": 60})
        return Answer(200, {}, json.dumps(data).encode())

    carrier.before = damage_base
    desk.run()
    assert desk.states() == {call.op_id: "queued", amended.op_id: "held"}
    for _ in range(1 if answered else 2):
        desk.cycle.send_now()
        desk.run()
    assert desk.states() == {call.op_id: "applied", amended.op_id: "applied"}
    asked = carrier.paths.count("/sync/v1/have")
    desk.save()
    desk.run()
    assert carrier.paths.count("/sync/v1/have") == asked, "nothing is pending any more"


def test_a_server_restored_from_before_the_enrolment(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    call = desk.save()
    desk.run()
    receiver.stop()
    (receiver.folder / "ministry.db").unlink()
    for leftover in ("-wal", "-shm"):
        (receiver.folder / f"ministry.db{leftover}").unlink(missing_ok=True)
    from ministry_server.store import make_store

    make_store(receiver.folder)
    receiver.start()
    assert desk.run().problem == "device.unknown"
    desk.point_at(receiver.url, receiver.new_code())
    desk.settle()
    desk.run()
    assert set(receiver.stages()) == {call.op_id}
    assert desk.states() == {call.op_id: "applied"}


def test_an_older_database_on_the_pc_is_noticed(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    desk.save()
    desk.run()
    desk.cycle.close()
    desk.database.close()
    copy = tmp_path / "older.db"
    copy.write_bytes(desk.database.file.read_bytes())
    desk.reopen()
    desk.save()
    desk.run()
    desk.cycle.close()
    desk.database.close()
    desk.database.file.write_bytes(copy.read_bytes())
    desk.reopen()
    desk.run()
    assert desk.status().numbers_ahead == 1


def test_what_was_being_sent_when_the_program_ended_goes_again(
    desk: Desk, carrier: Recording, receiver: RunningReceiver
) -> None:
    call = desk.save()

    def die(path: str, body: bytes) -> Answer | None:
        if path.endswith("/push"):
            carrier._carrier.exchange("POST", path, body)
            raise KeyboardInterrupt
        return None

    carrier.before = die
    with pytest.raises(KeyboardInterrupt):
        desk.run()
    assert desk.states() == {call.op_id: "sending"}
    assert desk.status().waiting == 1
    carrier.before = lambda path, body: None
    desk.reopen()
    desk.run()
    assert desk.states() == {call.op_id: "applied"}
    assert arrived(receiver.store) == [call.op_id]


def test_stop_ends_a_run_between_two_requests(desk: Desk, carrier: Recording) -> None:
    for _ in range(3):
        desk.save_urgent()
    carrier.before = lambda path, body: desk.cycle.stop() if path.endswith("/push") else None
    report = desk.run()
    assert (report.confirmed, report.stopped) == (1, True)
    assert sorted(desk.states().values()) == ["applied", "queued", "queued"]
    assert desk.run().stopped


def test_one_run_at_a_time(desk: Desk, carrier: Recording) -> None:
    desk.save()
    second: list[Any] = []

    def meanwhile(path: str, body: bytes) -> Answer | None:
        if path.endswith("/push"):
            thread = threading.Thread(target=lambda: second.append(desk.cycle.run_once()))
            thread.start()
            thread.join()
        return None

    carrier.before = meanwhile
    assert desk.run().confirmed == 1
    assert [(r.stopped, r.confirmed) for r in second] == [(True, 0)]


def test_no_transaction_is_open_while_the_network_is_waited_for(
    desk: Desk, carrier: Recording
) -> None:
    desk.save()
    during: list[str] = []

    def meanwhile(path: str, body: bytes) -> Answer | None:
        if len(during) < 8:  # each would be sent in a request of its own, and so on without end
            during.append(desk.save().op_id)  # would wait for the lock, and fail, otherwise
        return None

    carrier.before = meanwhile
    desk.run()
    assert len(during) >= 2


def test_a_receipt_that_comes_later_is_fetched(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    from ministry_server.receiver import Role

    receiver.stop()
    receiver._role = Role.INTAKE
    receiver.start()
    call = desk.save()
    desk.run()
    assert desk.states() == {call.op_id: "stored"}
    assert desk.status().waiting == 0
    receiver.stop()
    receiver._role = Role.BOTH
    receiver.start()
    desk.office.clock.forward(minutes=20)
    desk.run()
    assert desk.states() == {call.op_id: "applied"}


def test_the_server_hears_what_waits_and_where_the_audit_stands(
    desk: Desk, receiver: RunningReceiver
) -> None:
    from sqlalchemy import func, select

    from ministry_server.schema import alarm, audit_head, device

    for _ in range(25):
        desk.save()
    desk.run()
    desk.save()
    desk.run()
    with receiver.store.read() as connection:
        row = connection.execute(select(device)).mappings().one()
        assert (row["waiting"], row["oldest_at"]) == (0, None)
        assert connection.execute(select(func.count()).select_from(alarm)).scalar() == 0
        assert connection.execute(select(func.count()).select_from(audit_head)).scalar() == 2


def test_attempts_are_kept_for_the_page_and_bounded(desk: Desk) -> None:
    desk.save()
    desk.run()
    assert [(a.action, a.outcome, a.items) for a in last_attempts(desk.database)[:3]] == [
        ("changes", "ok", 0),
        ("push", "ok", 1),
        ("hello", "ok", 0),
    ]
    for _ in range(230):
        with desk.database.write() as connection:
            sync_state.add_attempt(connection, sync_state.Attempt(1, "https", "hello", "ok", 0))
    assert len(last_attempts(desk.database, 1000)) == sync_state.KEPT_ATTEMPTS


@pytest.mark.parametrize("years", [-10, 10])
def test_a_wrong_clock_delays_nothing_and_is_said(
    desk: Desk, receiver: RunningReceiver, years: int
) -> None:
    right = desk.office.clock.now
    receiver.receiver._clock = lambda: right
    before = desk.save()
    desk.office.clock.forward(days=365 * years)
    during = desk.save_urgent()
    assert desk.cycle.next_due() == 0
    desk.run()
    status = desk.status()
    assert set(desk.states().values()) == {"applied"}
    assert status.state is LinkState.CLOCK_WRONG
    assert status.skew_seconds == 365 * years * 86_400
    saved = {row["op_id"]: row["created_at"] for row in desk.rows()}
    assert saved == {before.op_id: before.saved_at, during.op_id: during.saved_at}
    desk.office.clock.now = right
    after = desk.save()
    assert desk.cycle.next_due() == 0
    desk.run()
    assert desk.states()[after.op_id] == State.APPLIED
    assert desk.status().state is LinkState.ONLINE


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_set_while_something_is_put_aside(
    desk: Desk, receiver: RunningReceiver, years: int
) -> None:
    receiver.stop()
    desk.save_urgent()
    desk.run()
    desk.office.clock.forward(days=365 * years)
    assert desk.status().urgent_overdue == 1
    receiver.start()
    assert (desk.cycle.next_due() or 0) <= 300
    desk.settle()
    assert set(desk.states().values()) == {"applied"}


def test_urgent_calls_that_do_not_leave_are_told_after_a_quarter_of_an_hour(
    desk: Desk, receiver: RunningReceiver
) -> None:
    receiver.stop()
    desk.save()
    desk.save_urgent()
    desk.run()
    since = desk.status().offline_since
    desk.office.clock.forward(minutes=14)
    assert desk.status().urgent_overdue == 0
    desk.office.clock.forward(minutes=2)
    desk.run()
    status = desk.status()
    assert (status.urgent_overdue, status.waiting) == (1, 2)
    assert (status.state, status.offline_since) == (LinkState.OFFLINE, since)
    receiver.start()
    desk.settle()
    assert desk.status().urgent_overdue == 0


def test_online_is_not_said_of_long_ago(desk: Desk) -> None:
    heard = desk.status().last_contact_at
    desk.office.clock.forward(hours=1)
    status = desk.status()
    assert (status.state, status.offline_since) == (LinkState.OFFLINE, heard)


def test_a_wrong_new_code_does_not_stop_an_enrolled_pc(
    desk: Desk, receiver: RunningReceiver
) -> None:
    call = desk.save()
    desk.point_at(receiver.url, "AAAA-AAAA-AAAA-" + receiver.new_code()[-9:])
    report = desk.run()
    assert (report.problem, report.confirmed) == ("enrol.refused", 1)
    assert desk.states() == {call.op_id: "applied"}


def test_new_keys_of_the_server_are_used_from_its_next_greeting(
    desk: Desk, receiver: RunningReceiver
) -> None:
    with desk.database.write() as connection:
        server = settings.read_server(connection)
        settings.write_server(connection, replace(server, kid="old", recipients=()))
    desk.save()
    desk.run()
    with desk.database.read() as connection:
        assert settings.read_server(connection) == server
    assert set(desk.states().values()) == {"applied"}
