"""What is looked at on the way to the ministry: a real receiver, a foreign one, none; certificates."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operator_app.db import settings, sync_state
from operator_app.domain.findings import Finding
from operator_app.domain.policy import NOTHING_HELD, InForce, Layer, Source, resolve
from operator_app.domain.xroad import XRoad
from operator_app.errors import NetworkProblem
from operator_app.sync import way_check
from operator_app.sync.carriers.chosen import open_carrier
from operator_app.sync.way_check import Way, read_way
from tests.pc_check.far_end import certificate_file, proxy, tls_server
from tests.pc_check.test_machine import one
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, quick_https

ELSEWHERE = "https://117.example.invalid"


def policy(**values: object) -> InForce:
    made = resolve([Layer(Source.MACHINE_POLICY, values)])
    assert not made.problems
    return made


def way_of(desk: Desk, held: InForce = NOTHING_HELD) -> Way:
    return read_way(held, desk.database)


def grades(findings: list[Finding]) -> list[tuple[str, str]]:
    return [one([finding]) for finding in findings]


def look_at_server(desk: Desk) -> list[tuple[str, str]]:
    return grades(way_check.server(way_of(desk), desk.office.clock, quick_https))


def test_our_server_its_clock_and_who_it_is_not(desk: Desk, tmp_path: Path) -> None:
    assert look_at_server(desk) == [("ok", "server.good"), ("ok", "clock.agrees")]
    for seconds, grade in ((120, "warning"), (-4000, "problem")):

        def ours(seconds: int = seconds) -> datetime:
            return desk.office.clock() + timedelta(seconds=seconds)

        assert grades(way_check.server(way_of(desk), ours, quick_https)) == [
            ("ok", "server.good"),
            (grade, "clock.differs"),
        ]
    with RunningReceiver(tmp_path / "foreign", desk.office.clock) as foreign:
        desk.point_at(foreign.url)
        before = way_of(desk)
        assert look_at_server(desk) == [("problem", "server.not_ours")]
        assert way_of(desk) == before


def test_a_server_that_is_gone(desk: Desk, receiver: RunningReceiver) -> None:
    receiver.stop()
    (found,) = way_check.server(way_of(desk), desk.office.clock, quick_https)
    assert one([found]) == ("problem", "net.unreachable")
    assert found.params == {"host": "127.0.0.1"}


def test_before_the_enrolment_and_before_a_server(
    new_desk: Desk, receiver: RunningReceiver
) -> None:
    assert look_at_server(new_desk) == [("absent", "server.none")]
    assert grades(way_check.certificate(way_of(new_desk), new_desk.office.clock)) == [
        ("absent", "server.none")
    ]
    new_desk.point_at(receiver.url)
    assert look_at_server(new_desk) == [("warning", "server.not_enrolled")]


def test_without_a_sign_in_only_what_policy_says_is_known(desk: Desk) -> None:
    nothing = read_way(NOTHING_HELD, None)
    for look in (way_check.proxy, way_check.xroad, way_check.folder):
        assert one(look(nothing)) == ("absent", "sign_in.needed")
    assert one(way_check.server(nothing, desk.office.clock, None)) == ("absent", "sign_in.needed")
    told = read_way(policy(server_url=ELSEWHERE, proxy="direct"), None)
    assert one(way_check.proxy(told)) == ("ok", "proxy.none")
    assert one(way_check.certificate(told, desk.office.clock)) == (
        "warning", "certificate.not_seen",
    )  # fmt: skip


def test_ways_that_are_allowed_and_those_that_are_used(desk: Desk, tmp_path: Path) -> None:
    assert one(way_check.carriers(way_of(desk))) == ("ok", "carriers.good")
    no_https = policy(allow_https=False)
    assert one(way_check.carriers(way_of(desk, no_https))) == (
        "problem", "carriers.used_not_allowed",
    )  # fmt: skip
    none = policy(allow_https=False, allow_xroad=False, allow_folder=False)
    assert one(way_check.carriers(way_of(desk, none))) == ("problem", "carriers.none")
    with desk.database.write() as connection:
        state = sync_state.read_folder(connection)
        sync_state.write_folder(connection, replace(state, folder=str(tmp_path)))
    assert one(way_check.carriers(way_of(desk, policy(allow_folder=0)))) == (
        "warning", "carriers.folder_not_allowed",
    )  # fmt: skip
    with pytest.raises(NetworkProblem, match=r"carrier\.not_allowed"):
        open_carrier(desk.database, ELSEWHERE, policy=no_https)


def test_the_folder_for_bundles(desk: Desk, tmp_path: Path) -> None:
    assert one(way_check.folder(way_of(desk))) == ("absent", "folder.not_used")
    folder = tmp_path / "share"
    folder.mkdir()
    way = replace(way_of(desk), folder=str(folder))
    assert one(way_check.folder(way)) == ("ok", "folder.good")
    assert list(folder.iterdir()) == []
    folder.rmdir()
    assert one(way_check.folder(way)) == ("problem", "folder.gone")
    folder.touch()
    assert one(way_check.folder(way))[0] == "problem"


def test_the_way_through_a_security_server(desk: Desk, tmp_path: Path) -> None:
    assert one(way_check.xroad(way_of(desk))) == ("absent", "xroad.not_used")
    road = XRoad("http://10.20.0.5", "kg/GOV/1/operator", "kg/GOV/1/helpline/intake")

    def look(**changes: str) -> list[tuple[str, str]]:
        server = settings.Server(road.address, xroad=replace(road, **changes))
        return grades(way_check.xroad(Way(NOTHING_HELD, server)))

    assert look() == [("ok", "xroad.good")]
    assert look(client="operator")[0][0] == "problem"
    missing = str(tmp_path / "gone.pem")
    secured = {"security_server": "https://10.20.0.5", "fingerprint": "5F" * 32}
    assert look(client_file=missing, **secured) == [("problem", "xroad.client_file")]
    readable = str(certificate_file(tmp_path, 30))
    assert look(client_file=readable, **secured) == [("ok", "xroad.good")]


@pytest.mark.parametrize(
    ("days", "trusted", "expected"),
    [
        (90, True, ("ok", "certificate.good")),
        (10, True, ("warning", "certificate.soon")),
        (90, False, ("problem", "certificate.not_trusted")),
        (-2, True, ("problem", "certificate.expired")),
    ],
)
def test_certificates(tmp_path: Path, days: int, trusted: bool, expected: tuple[str, str]) -> None:
    file = certificate_file(tmp_path, days)

    def trust() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(file) if trusted else None)

    with tls_server(file) as server:
        way = Way(NOTHING_HELD, settings.Server(f"https://127.0.0.1:{server.port}"))
        (found,) = way_check.certificate(way, lambda: datetime.now(UTC), trust)
    assert one([found]) == expected
    assert found.params["days"] == days


def test_what_answers_without_tls_is_no_certificate() -> None:
    asked: list[str] = []
    with proxy(asked) as server:
        way = Way(NOTHING_HELD, settings.Server(f"https://127.0.0.1:{server.port}"))
        assert one(way_check.certificate(way, lambda: datetime.now(UTC))) == (
            "warning", "certificate.not_seen",
        )  # fmt: skip


def test_the_proxy_of_the_policy_is_the_one_in_use(desk: Desk) -> None:
    asked: list[str] = []
    with proxy(asked) as door:
        held = policy(proxy=f"http://127.0.0.1:{door.port}")
        way = Way(held, settings.Server(ELSEWHERE))
        (found,) = way_check.proxy(way)
        assert one([found]) == ("ok", "proxy.of_policy")
        assert found.params == {"proxy": f"127.0.0.1:{door.port}"}
        carrier = open_carrier(desk.database, ELSEWHERE, policy=held, connect_seconds=5)
        with pytest.raises(NetworkProblem, match=r"net\.proxy"):
            carrier.exchange("GET", "/sync/v1/hello?n=1")
        carrier.close()
        assert one(way_check.certificate(way, desk.office.clock)) == (
            "warning", "certificate.not_seen",
        )  # fmt: skip
    assert len(asked) >= 2
    assert all(line.startswith("CONNECT 117.example.invalid:443 ") for line in asked)
    assert one(way_check.proxy(way)) == ("problem", "proxy.gone")


def test_the_proxy_of_the_system(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    asked: list[str] = []
    way = Way(NOTHING_HELD, settings.Server(ELSEWHERE))
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert one(way_check.proxy(way)) == ("ok", "proxy.none")
    with proxy(asked) as door:
        monkeypatch.setenv("https_proxy", f"http://someone:secret@127.0.0.1:{door.port}")
        (found,) = way_check.proxy(way)
        assert one([found]) == ("ok", "proxy.of_system")
        assert "secret" not in str(found) and "someone" not in str(found)
        # IT's word stands above the environment's.
        direct = open_carrier(desk.database, ELSEWHERE, policy=policy(proxy="direct"))
        asked.clear()
        with pytest.raises(NetworkProblem):
            direct.exchange("GET", "/sync/v1/hello?n=1")
        direct.close()
    assert asked == []
