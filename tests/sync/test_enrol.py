"""Enrolment against a real receiver, with a proxy that spoils it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from operator_app.db import settings
from operator_app.domain.enrolment import new_enrolment_code
from operator_app.sync.status import LinkState
from tests.faults import proxy as faults
from tests.faults.proxy import FaultProxy
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk

ENROL = "/sync/v1/enrol"


@pytest.fixture
def proxy(receiver: RunningReceiver) -> Iterator[FaultProxy]:
    with FaultProxy(receiver.url) as running:
        yield running


def server_of(desk: Desk) -> settings.Server:
    with desk.database.read() as connection:
        return settings.read_server(connection)


def test_the_code_is_used_up_and_the_server_pinned(
    new_desk: Desk, receiver: RunningReceiver
) -> None:
    new_desk.point_at(receiver.url, receiver.new_code().lower())
    assert new_desk.run().state is LinkState.ONLINE
    server = server_of(new_desk)
    assert server.enrolled
    assert server.enrolment_code == ""
    assert server.receipt_key == receiver.receiver.keys.receipt_public
    assert server.recipients == tuple(receiver.receiver.keys.recipients)


def test_a_lost_answer_does_no_harm(
    new_desk: Desk, receiver: RunningReceiver, proxy: FaultProxy
) -> None:
    new_desk.point_at(proxy.url, receiver.new_code())
    proxy.plan(faults.lose_answer, times=2, path=ENROL)
    for _ in range(2):
        assert new_desk.run().state is LinkState.OFFLINE
        assert not server_of(new_desk).enrolled
    assert new_desk.run().state is LinkState.ONLINE


@pytest.mark.parametrize(
    ("fault", "state", "problem"),
    [
        (faults.answer(200), LinkState.PORTAL, "net.portal"),
        (
            faults.answer(302, headers={"Location": "http://127.0.0.1:9/"}),
            LinkState.PORTAL,
            "net.portal",
        ),
        (
            faults.answer(200, b"{}", content_type="application/json"),
            LinkState.PORTAL,
            "net.portal",
        ),
        (faults.answer(500), LinkState.OFFLINE, "net.server_error"),
        (faults.refuse, LinkState.OFFLINE, "net.cut"),
        (faults.changed(lambda d: {**d, "epoch": "x"}), LinkState.OFFLINE, "net.bad_answer"),
        (
            faults.changed(lambda d: {**d, "recipients": ["age1x"]}),
            LinkState.OFFLINE,
            "net.bad_answer",
        ),
    ],
)
def test_nothing_is_pinned_on_anything_but_a_good_answer(
    new_desk: Desk,
    receiver: RunningReceiver,
    proxy: FaultProxy,
    fault: faults.Fault,
    state: LinkState,
    problem: str,
) -> None:
    new_desk.point_at(proxy.url, receiver.new_code())
    proxy.plan(fault, path=ENROL)
    report = new_desk.run()
    assert (report.state, report.problem) == (state, problem)
    status = new_desk.status()
    assert (status.state, status.problem) == (state, problem)
    assert not server_of(new_desk).enrolled
    assert new_desk.run().state is LinkState.ONLINE


def test_another_server_is_not_pinned(new_desk: Desk, receiver: RunningReceiver) -> None:
    code = receiver.new_code()
    other_key = str(new_enrolment_code(bytes(32)))
    new_desk.point_at(receiver.url, code[:-9] + other_key[-9:])
    report = new_desk.run()
    assert (report.state, report.problem) == (LinkState.REFUSED, "server.not_ours")
    assert not server_of(new_desk).enrolled


@pytest.mark.parametrize(
    ("code", "problem"),
    [("WRONG", "enrolment.code_form"), ("AAAA-AAAA-AAAA-AAAA-AAAA", "enrol.refused")],
)
def test_a_wrong_code_is_said(
    new_desk: Desk, receiver: RunningReceiver, code: str, problem: str
) -> None:
    new_desk.point_at(receiver.url, code)
    report = new_desk.run()
    assert (report.state, report.problem) == (LinkState.REFUSED, problem)
    assert new_desk.status().state is LinkState.REFUSED


def test_a_code_that_somebody_else_used(
    desk: Desk, receiver: RunningReceiver, proxy: FaultProxy
) -> None:
    used = "".join(r.decode() for r in proxy.requests)
    assert used == ""
    code = receiver.new_code()
    desk.point_at(proxy.url, code)
    assert desk.run().problem is None
    with desk.database.write() as connection:
        settings.new_device(connection)
        settings.write_server(connection, settings.Server(proxy.url, code))
    assert desk.run().problem == "enrol.refused"
