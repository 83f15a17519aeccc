"""Every fault of the way, against the real receiver: nothing is lost, nothing is doubled, the
status tells the truth, and everything arrives when the faults stop (I2 to I6, I9, I15)."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operator_app.sync.receipts import sign
from operator_app.sync.status import LinkState
from tests.faults import proxy as faults
from tests.faults.proxy import PUSH, Fault, FaultProxy
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, arrived
from tests.sync.invariants import check_client, check_server

HELLO = "/sync/v1/hello"
HAVE = "/sync/v1/have"


def _receipts(change: Callable[[dict[str, Any]], Any]) -> Fault:
    def spoil(data: dict[str, Any]) -> dict[str, Any]:
        data = copy.deepcopy(data)
        for result in data["results"]:
            result["receipts"] = [change(r) for r in result["receipts"]]
        return data

    return faults.changed(spoil)


def _signed_by_another(receipt: dict[str, Any]) -> dict[str, Any]:
    message = {k: v for k, v in receipt.items() if k != "sig"}
    return sign(message, Ed25519PrivateKey.generate(), purpose="receipt")


def _shuffled(data: dict[str, Any]) -> dict[str, Any]:
    """Each item is shown the receipts of its neighbour; a single one is shown none."""
    results = data["results"]
    receipts = [r["receipts"] if len(results) > 1 else [] for r in results]
    for result, other in zip(results, receipts[1:] + receipts[:1], strict=True):
        result["receipts"] = other
    return data


FAULTS: dict[str, tuple[Fault, str]] = {
    "reset": (faults.refuse, "net.cut"),
    "hang": (faults.hang, "net.timeout"),
    "lose answer": (faults.lose_answer, "net.cut"),
    "500 html": (faults.answer(500), "net.server_error"),
    "502 empty": (faults.answer(502, b""), "net.server_error"),
    "413": (faults.answer(413), "request.too_large"),
    "400 html": (faults.answer(400), "net.bad_answer"),
    "200 html": (faults.answer(200), "net.portal"),
    "200 empty object": (faults.answer(200, b"{}"), "net.bad_answer"),
    "200 list": (faults.answer(200, b"[1]"), "net.portal"),
    "302": (faults.answer(302, headers={"Location": "http://127.0.0.1:9/"}), "net.portal"),
    "no results": (faults.changed(lambda d: {**d, "results": []}), "net.bad_answer"),
    "results of nothing": (faults.changed(lambda d: {**d, "results": None}), "net.bad_answer"),
    "receipts shuffled": (faults.changed(_shuffled), "net.bad_answer"),
    "receipt changed": (_receipts(lambda r: {**r, "stage": "applied", "at": 1}), "net.bad_answer"),
    "receipt of another server": (_receipts(_signed_by_another), "net.bad_answer"),
    "receipt without signature": (
        _receipts(lambda r: {k: v for k, v in r.items() if k != "sig"}),
        "net.bad_answer",
    ),
    "receipt is no object": (_receipts(lambda r: 7), "net.bad_answer"),
    "receipt of odd signature": (_receipts(lambda r: {**r, "sig": "é"}), "net.bad_answer"),
    **{
        f"request cut at {at}": (faults.cut_request(at), "net.cut")
        for at in (1, 40, 200, 400, 1500, 6000)
    },
    **{
        f"answer cut at {at}": (faults.cut_response(at), "net.cut")
        for at in (0, 1, 20, 90, 300, 900, -1)
    },
}


@pytest.mark.parametrize("name", FAULTS)
def test_pushes_that_fail(
    name: str,
    far_desk: Desk,
    proxy: FaultProxy,
    receiver: RunningReceiver,
    impatience: Callable[[Desk], None],
) -> None:
    fault, code = FAULTS[name]
    if fault is faults.hang:
        impatience(far_desk)
    saved = [far_desk.save_urgent(), *(far_desk.save() for _ in range(3))]
    saved.append(far_desk.amend(saved[1], note="and more"))
    proxy.plan(fault, times=1000)
    for _ in range(3):
        report = far_desk.run()
        assert report.confirmed == 0
        # Nothing counts as confirmed, whatever the server may have done with it.
        status = far_desk.status()
        assert status.waiting == len(saved)
        assert {row["state"] for row in far_desk.rows()} == {"queued"}
        assert code in {row["last_code"] for row in far_desk.rows()}
        assert status.problem == code
        check_client(far_desk)
        check_server(receiver, saved)
        far_desk.office.clock.forward(hours=2)
    proxy.heal()
    far_desk.settle()
    assert set(far_desk.states().values()) == {"applied"}
    assert sorted(arrived(receiver.store)) == sorted(c.op_id for c in saved)
    assert set(receiver.stages().values()) == {"applied"}
    check_client(far_desk)
    status = far_desk.status()
    assert (status.state, status.waiting, status.problem) == (LinkState.ONLINE, 0, None)


@pytest.mark.parametrize("fault", [faults.duplicate, faults.sliced(7)], ids=["duplicate", "sliced"])
def test_pushes_that_are_only_odd(
    fault: Fault, far_desk: Desk, proxy: FaultProxy, receiver: RunningReceiver
) -> None:
    saved = [far_desk.save(), far_desk.save_urgent()]
    proxy.plan(fault, times=1000)
    assert far_desk.run().confirmed == 2
    assert sorted(arrived(receiver.store)) == sorted(c.op_id for c in saved)
    assert set(far_desk.states().values()) == {"applied"}


@pytest.mark.parametrize(
    ("fault", "state", "problem"),
    [
        (faults.answer(200), LinkState.PORTAL, "net.portal"),
        (
            faults.answer(302, headers={"Location": "http://127.0.0.1:9/"}),
            LinkState.PORTAL,
            "net.portal",
        ),
        (faults.answer(511), LinkState.PORTAL, "net.portal"),
        (faults.answer(204, b""), LinkState.OFFLINE, "net.bad_answer"),
        (faults.answer(404), LinkState.OFFLINE, "net.bad_answer"),
        (faults.answer(503), LinkState.OFFLINE, "server.busy"),
        (faults.refuse, LinkState.OFFLINE, "net.cut"),
        (faults.hang, LinkState.OFFLINE, "net.timeout"),
        (faults.cut_response(-3), LinkState.OFFLINE, "net.cut"),
        (faults.changed(lambda d: {**d, "now": 1}), LinkState.REFUSED, "server.not_ours"),
        (faults.changed(lambda d: {**d, "sig": 1}), LinkState.REFUSED, "server.not_ours"),
    ],
)
def test_greetings_that_fail(
    fault: Fault,
    state: LinkState,
    problem: str,
    far_desk: Desk,
    proxy: FaultProxy,
    impatience: Callable[[Desk], None],
) -> None:
    """Without our server's signature nothing is sent at all."""
    if fault is faults.hang:
        impatience(far_desk)
    far_desk.save_urgent()
    proxy.plan(fault, times=1000, path=HELLO)
    report = far_desk.run()
    assert (report.state, report.problem) == (state, problem)
    status = far_desk.status()
    assert (status.state, status.problem, status.waiting) == (state, problem, 1)
    assert proxy.count(PUSH) == 0
    proxy.heal()
    far_desk.settle()
    assert far_desk.status().state is LinkState.ONLINE


def test_an_old_greeting_played_again_is_not_believed(far_desk: Desk, proxy: FaultProxy) -> None:
    old: list[bytes] = []

    def replay(exchange: faults.Exchange) -> None:
        old.append(exchange.forward())
        exchange.client.sendall(old[0])

    proxy.plan(replay, times=1000, path=HELLO)
    assert far_desk.run().problem is None
    far_desk.save()
    assert far_desk.run().problem == "net.stale_answer"
    assert proxy.count(PUSH) == 0


def test_a_server_with_another_key_is_told_nothing(
    far_desk: Desk, proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory
) -> None:
    far_desk.save()
    with RunningReceiver(tmp_path_factory.mktemp("impostor")) as impostor:
        far_desk.point_at(impostor.url)
        report = far_desk.run()
        assert (report.state, report.problem) == (LinkState.REFUSED, "server.not_ours")
        assert arrived(impostor.store) == []
    far_desk.point_at(proxy.url)
    far_desk.settle()


@pytest.mark.parametrize(
    "fault",
    [
        faults.lose_answer,
        faults.cut_response(200),
        faults.answer(500),
        faults.changed(lambda d: {**d, "missing": [[1, 1]]}),
        faults.changed(lambda d: {**d, "n": "0" * 16}),
        faults.changed(lambda d: {"epoch": d["epoch"]}),
    ],
    ids=["lost", "cut", "500", "missing invented", "another nonce", "bare"],
)
def test_comparing_notes_that_fails(
    fault: Fault, far_desk: Desk, proxy: FaultProxy, receiver: RunningReceiver
) -> None:
    call = far_desk.save()
    far_desk.run()
    epoch = receiver.new_epoch()
    proxy.plan(fault, times=2, path=HAVE)
    for _ in range(2):
        assert far_desk.run().problem is not None
        assert far_desk.states() == {call.op_id: "applied"}
        far_desk.office.clock.forward(hours=2)
    assert far_desk.run().problem is None
    from operator_app.db import sync_state

    with far_desk.database.read() as connection:
        assert sync_state.read_ledger(connection).epoch == epoch


CHANGES_FAULTS: dict[str, tuple[Fault, str]] = {
    "reset": (faults.refuse, "net.cut"),
    "hang": (faults.hang, "net.timeout"),
    "lose answer": (faults.lose_answer, "net.cut"),
    "500 html": (faults.answer(500), "net.server_error"),
    "413": (faults.answer(413), "request.too_large"),
    "200 html": (faults.answer(200), "net.portal"),
    "302": (faults.answer(302, headers={"Location": "http://127.0.0.1:9/"}), "net.portal"),
    "huge": (faults.answer(200, b"[" * (9 << 20)), "net.answer_too_large"),
    "without items": (faults.changed(lambda d: {**d, "items": []}), "net.bad_answer"),
    "cursor moved": (faults.changed(lambda d: {**d, "next": d["next"] + 1}), "net.bad_answer"),
    **{f"request cut at {at}": (faults.cut_request(at), "net.cut") for at in (1, 200, 400)},
    **{f"answer cut at {at}": (faults.cut_response(at), "net.cut") for at in (0, 20, 300, -1)},
}


@pytest.mark.parametrize("name", CHANGES_FAULTS)
def test_fetching_the_cases_of_colleagues_that_fails(
    name: str,
    far_desk: Desk,
    colleague: Desk,
    proxy: FaultProxy,
    impatience: Callable[[Desk], None],
) -> None:
    """What is sent is sent all the same, nothing half-read is taken, and later all is there."""
    fault, code = CHANGES_FAULTS[name]
    if fault is faults.hang:
        impatience(far_desk)
    case_id = colleague.open_case()
    colleague.run()
    proxy.plan(fault, times=1000, path="/sync/v1/changes")
    for _ in range(2):
        call = far_desk.save()
        report = far_desk.run()
        assert (report.state, report.problem, report.cases_changed) == (LinkState.ONLINE, code, 0)
        assert far_desk.states()[call.op_id] == "applied"
        assert far_desk.foreign() == {}
        check_client(far_desk)
        far_desk.office.clock.forward(hours=2)
    proxy.heal()
    assert far_desk.run().problem is None
    assert set(far_desk.case_rows()) == {case_id}
    assert far_desk.status().problem is None


@pytest.mark.parametrize(
    "fault", [faults.duplicate, faults.sliced(997)], ids=["duplicate", "slow, in pieces"]
)
def test_fetching_the_cases_of_colleagues_that_is_only_odd(
    fault: Fault, far_desk: Desk, colleague: Desk, proxy: FaultProxy
) -> None:
    case_id = colleague.open_case(happened="x" * 2_000)
    colleague.run()
    proxy.plan(fault, times=1000, path="/sync/v1/changes")
    assert far_desk.run().cases_changed == 1
    assert set(far_desk.case_rows()) == {case_id}


@pytest.mark.parametrize("body", [b"<html>nothing</html>", b'{"code": "request.unknown_path"}'])
def test_a_server_that_knows_nothing_of_changes(
    body: bytes, far_desk: Desk, proxy: FaultProxy
) -> None:
    proxy.plan(faults.answer(404, body), times=1000, path="/sync/v1/changes")
    call = far_desk.save()
    report = far_desk.run()
    assert (report.state, report.problem) == (LinkState.ONLINE, None)
    assert far_desk.states() == {call.op_id: "applied"}


def test_one_tampered_receipt_among_good_ones(
    far_desk: Desk, proxy: FaultProxy, receiver: RunningReceiver
) -> None:
    calls = [far_desk.save() for _ in range(3)]

    def spoil_second(data: dict[str, Any]) -> dict[str, Any]:
        for receipt in data["results"][1]["receipts"]:
            receipt["sig"] = base64.b64encode(bytes(64)).decode()
        return data

    proxy.plan(faults.changed(spoil_second))
    report = far_desk.run()
    assert report.confirmed == 2
    states = far_desk.states()
    assert [states[c.op_id] for c in calls] == ["applied", "queued", "applied"]
    assert far_desk.status().waiting == 1
    far_desk.settle()
    assert len(arrived(receiver.store)) == 3


def test_when_the_last_receipt_is_spoiled_the_one_before_counts(
    far_desk: Desk, proxy: FaultProxy
) -> None:
    call = far_desk.save()

    def spoil_last(data: dict[str, Any]) -> dict[str, Any]:
        data["results"][0]["receipts"][-1]["sig"] = base64.b64encode(bytes(64)).decode()
        return data

    proxy.plan(faults.changed(spoil_last))
    assert far_desk.run().confirmed == 1
    assert far_desk.states() == {call.op_id: "stored"}
    far_desk.office.clock.forward(minutes=20)
    far_desk.run()
    assert far_desk.states() == {call.op_id: "applied"}


def test_nobody_listens(far_desk: Desk, receiver: RunningReceiver) -> None:
    far_desk.point_at(receiver.url)
    call = far_desk.save_urgent()
    receiver.stop()
    report = far_desk.run()
    assert (report.state, report.problem) == (LinkState.OFFLINE, "net.unreachable")
    receiver.start()
    far_desk.settle()
    assert far_desk.states() == {call.op_id: "applied"}


def test_the_program_dies_after_the_server_committed(
    far_desk: Desk, proxy: FaultProxy, receiver: RunningReceiver
) -> None:
    calls = [far_desk.save() for _ in range(3)]
    proxy.plan(faults.lose_answer)
    far_desk.run()
    far_desk.reopen()
    assert far_desk.status().waiting in (0, 3)
    far_desk.settle()
    assert sorted(arrived(receiver.store)) == sorted(c.op_id for c in calls)


@pytest.mark.parametrize("years", [-10, 10])
def test_faults_under_a_wrong_clock(
    years: int,
    far_desk: Desk,
    proxy: FaultProxy,
    receiver: RunningReceiver,
    impatience: Callable[[Desk], None],
) -> None:
    impatience(far_desk)
    right = far_desk.office.clock.now
    receiver.receiver._clock = lambda: right
    saved = [far_desk.save(), far_desk.save_urgent()]
    proxy.plan(faults.lose_answer, times=1)
    far_desk.run()
    far_desk.office.clock.forward(days=365 * years)
    saved.append(far_desk.save())
    proxy.plan(faults.hang, times=1)
    far_desk.run()
    far_desk.office.clock.now = right
    far_desk.settle()
    check_client(far_desk)
    assert sorted(arrived(receiver.store)) == sorted(c.op_id for c in saved)
    assert set(far_desk.states().values()) == {"applied"}
