"""What a Security Server says itself, and what goes wrong around it: the client keeps everything,
believes nothing without a receipt, says it in words, and all arrives once afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from operator_app.domain.calls import Call
from operator_app.errors import NetworkProblem, ServerRefused
from operator_app.sync.carriers.base import Answer
from operator_app.sync.carriers.xroad import error_type, problem_of
from operator_app.sync.status import LinkState
from operator_app.ui.sync_wording import code_sentence
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, arrived
from tests.sync.invariants import check_client, check_server
from tests.xroad import security_server as road
from tests.xroad.security_server import Fault, SecurityServer

REFUSED = {
    "Server.ServerProxy.AccessDenied": "xroad.access_denied",
    "Server.ClientProxy.UnknownMember": "xroad.unknown",
    "Server.ServerProxy.UnknownService": "xroad.unknown",
    "Server.ServerProxy.ServiceType": "xroad.unknown",
    "Server.ClientProxy.SslAuthenticationFailed": "xroad.certificate_refused",
    "Client.InternalError": "xroad.client_wrong",
}
LATER = {
    "Server.ServerProxy.ServiceFailed": "xroad.far_server",
    "Server.ServerProxy.ServiceFailed.HttpError": "xroad.far_server",
    "Server.ServerProxy.SslAuthenticationFailed.X": "xroad.certificate_refused",
    "Server.ClientProxy.NetworkError": "xroad.own_server",
    "Server.ClientProxy.IOError": "xroad.own_server",
    "Server.ClientProxy.OutdatedGlobalConf": "xroad.tunduk_down",
    "Server.ClientProxy.LoggingFailed.TimestampingFailed": "xroad.tunduk_down",
    "Server.ClientProxy.LoggingFailed": "xroad.logging_failed",
    "Server.ServerProxy.ServiceDisabled": "xroad.maintenance",
    "Server.ClientProxy.MaintenanceMode": "xroad.maintenance",
}


@pytest.mark.parametrize(("kind", "code"), {**REFUSED, **LATER}.items())
def test_both_spellings_of_an_error_are_one(kind: str, code: str) -> None:
    modern = road._modern(kind)
    assert modern != kind
    assert problem_of(kind).code == problem_of(modern).code == code
    refused = code in REFUSED.values()
    assert isinstance(problem_of(kind), ServerRefused if refused else NetworkProblem)
    assert code_sentence(code) != code


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("modern", [False, True], ids=["7.4", "7.8"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_error_leaves_it_open_and_the_same_records_go_again(
    after: bool,
    modern: bool,
    xml: bool,
    desk: Desk,
    server: SecurityServer,
    receiver: RunningReceiver,
) -> None:
    server.modern, server.xml = modern, xml
    saved = [desk.save() for _ in range(2)]
    server.plan(road.failing("Server.ServerProxy.ServiceFailed", after=after), times=100)
    assert desk.run().confirmed == 0
    assert desk.status().waiting == 2
    assert {row["last_code"] for row in desk.rows()} == {"xroad.far_server"}
    assert len(arrived(receiver.store)) == (2 if after else 0)
    _heals(desk, server, receiver, saved)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refusal_stops_and_calls_for_a_person(
    kind: str, desk: Desk, server: SecurityServer, receiver: RunningReceiver
) -> None:
    saved = [desk.save() for _ in range(2)]
    server.plan(road.failing(kind), times=100)
    report = desk.run()
    assert report.problem == REFUSED[kind]
    # The records are not to blame: no second try with fewer of them.
    assert server.count() == 1
    assert desk.status().state is LinkState.REFUSED
    _heals(desk, server, receiver, saved)


FAULTS: dict[str, tuple[Fault, str]] = {
    "lost after the commit": (road.lose_answer, "net.cut"),
    "cut": (road.cut_answer, "net.cut"),
    "html 500": (road.html(500), "net.server_error"),
    "html 502": (road.html(502), "net.server_error"),
    "html 200": (road.html(200), "net.portal"),
    "no X-Road-Id": (road.without_header("x-road-id"), "net.portal"),
    "old answer": (road.old_answer, "net.stale_answer"),
    "error without its header": (
        road.bare_error("Server.ServerProxy.ServiceFailed"),
        "xroad.far_server",
    ),
    "refusal without its header": (
        road.bare_error("Server.ServerProxy.AccessDenied"),
        "xroad.access_denied",
    ),
    "error of no known form": (lambda p: (500, b"", {"X-Road-Error": "?"}), "xroad.own_server"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_on_the_way(
    name: str, desk: Desk, server: SecurityServer, receiver: RunningReceiver
) -> None:
    fault, code = FAULTS[name]
    saved = [desk.save_urgent(), desk.save()]
    server.plan(fault, times=100)
    assert desk.run().confirmed == 0
    assert code in {row["last_code"] for row in desk.rows()}
    assert code_sentence(code) != code
    check_client(desk)
    check_server(receiver, saved)
    _heals(desk, server, receiver, saved)


def test_a_silent_server_is_given_up(
    join: Callable[..., Desk], server: SecurityServer, receiver: RunningReceiver
) -> None:
    desk = join(server, read_seconds=0.3)
    assert desk.run().problem is None
    saved = [desk.save()]
    server.plan(road.silent)
    server.plan(road.silent, path="/sync/v1/hello")
    # The greeting before the push is the first to wait for nothing.
    assert desk.run().problem == "net.timeout"
    _heals(desk, server, receiver, saved)


def test_what_the_log_does_not_hold_goes_in_smaller_batches(
    desk: Desk, server: SecurityServer, receiver: RunningReceiver
) -> None:
    saved = [desk.save(note="т" * 200) for _ in range(8)]
    server.log_limit = 12_000
    rounds = desk.settle()
    assert rounds < 6
    sizes = [len(p.body) for p in server.seen if p.path.endswith("/push")]
    assert max(sizes) > 12_000 > sizes[-1]
    assert sorted(arrived(receiver.store)) == sorted(c.op_id for c in saved)
    check_client(desk)


def test_an_answer_that_the_log_does_not_hold_doubles_nothing(
    desk: Desk, server: SecurityServer, receiver: RunningReceiver
) -> None:
    saved = [desk.save() for _ in range(4)]
    server.plan(road.failing("Server.ClientProxy.LoggingFailed", after=True), times=3)
    desk.settle()
    assert sorted(arrived(receiver.store)) == sorted(c.op_id for c in saved)
    check_client(desk)


@pytest.mark.parametrize("action", ["changes", "places", "feed"])
def test_a_right_that_is_missing_for_the_rest_does_not_stop_the_sending(
    action: str, desk: Desk, server: SecurityServer, receiver: RunningReceiver
) -> None:
    server.rights = [
        ("GET", r"/sync/v1/hello"),
        *([("GET", r"/sync/v1/feed/[a-z_]+")] if action != "feed" else []),
        ("POST", r"/sync/v1/(enrol|push|have|changes|places)".replace(f"|{action}", "")),
    ]
    saved = [desk.save()]
    report = desk.run()
    assert report.confirmed == 1
    assert report.state is LinkState.ONLINE
    assert report.problem == ("xroad.access_denied" if action == "changes" else None)
    check_server(receiver, saved)


def test_a_right_by_path_only_is_none_by_method(desk: Desk, server: SecurityServer) -> None:
    server.rights = [("GET", r"/sync/v1/.*")]
    desk.save()
    assert desk.run().problem == "xroad.access_denied"
    assert desk.status().state is LinkState.REFUSED
    assert desk.status().waiting == 1


def test_three_days_without_tunduk(
    desk: Desk, server: SecurityServer, receiver: RunningReceiver
) -> None:
    server.outage = "Server.ClientProxy.OutdatedGlobalConf"
    saved: list[Call] = []
    hours = tries = 0.0
    while hours < 72:
        if int(hours / 12) >= len(saved):
            saved.append(desk.save())
        report = desk.run()
        tries += 1
        assert (report.confirmed, report.problem) == (0, "xroad.tunduk_down")
        wait = desk.cycle.next_due() or 0
        # It is tried for ever, at least every hour.
        assert 0 < wait <= 3_600
        hours += (wait + 1) / 3_600
        desk.office.clock.forward(seconds=wait + 1)
    assert tries > 72
    assert desk.status().state is LinkState.OFFLINE
    assert desk.status().waiting == len(saved) == 6
    assert "for days" in code_sentence(desk.status().problem)
    assert arrived(receiver.store) == []
    saved.append(desk.save_urgent())
    assert (desk.cycle.next_due() or 0) <= 300
    _heals(desk, server, receiver, saved)
    assert arrived(receiver.store)[0] == saved[-1].op_id


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind"),
    [
        (500, {}, b'{"type":"Server.ClientProxy.X"}', "Server.ClientProxy.X"),
        (500, {}, b"<error><type> server.x.y </type></error>", "server.x.y"),
        (500, {}, b"<x:error><x:type>client.y</x:type></x:error>", "client.y"),
        (400, {}, b'{"type":"urn:117:problem:request.malformed","code":"x"}', ""),
        (200, {}, b'{"type":"Server.ClientProxy.X"}', ""),
        (500, {}, b'{"type":7}', ""),
        (500, {}, b"[" * 100_000, ""),
        (500, {}, b"<type>Server.X</type>" + b" " * 70_000, ""),
        (500, {}, b"<html>", ""),
        (200, {"x-road-error": "Server.A.B"}, b"", "Server.A.B"),
        (500, {"x-road-error": "nonsense <script>"}, b"", "server.unnamed"),
    ],
)
def test_whose_error_it_is(status: int, headers: dict[str, str], body: bytes, kind: str) -> None:
    assert error_type(Answer(status, headers, body)) == kind


def _heals(
    desk: Desk, server: SecurityServer, receiver: RunningReceiver, saved: list[Call]
) -> None:
    """Faults stop: everything arrives, once, and the status says so."""
    server.heal()
    desk.office.clock.forward(hours=2)
    desk.settle()
    assert sorted(arrived(receiver.store)) == sorted(c.op_id for c in saved)
    assert set(receiver.stages().values()) == {"applied"}
    check_client(desk)
    check_server(receiver, saved)
    status = desk.status()
    assert (status.state, status.waiting, status.problem) == (LinkState.ONLINE, 0, None)
