"""Questions for benefits where the intake has no key: it hands them on to the opener."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ministry_server import lookup_link
from ministry_server.cli import main
from ministry_server.keys import LOOKUP_FILE, make_keys, read_lookup_token
from ministry_server.lookup_link import PATH, listening, read_address, read_listening
from ministry_server.receiver import Receiver, Role
from ministry_server.web import build_lookup_app
from operator_app.domain.calls import CallForm
from operator_app.errors import AppError, EnvironmentProblem
from operator_app.sync.carriers.chosen import open_carrier
from operator_app.sync.carriers.https import HttpExchange, trusting_session
from operator_app.sync.lookup import BenefitLookup
from operator_app.ui.lookup_problems import SENTENCES
from tests.conftest import FrozenClock
from tests.lookup.conftest import CLIENT, SERVICE, SETTINGS
from tests.lookup.social_system import KNOWN, SocialSystem
from tests.ministry_server.processes import TwoProcesses
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk
from tests.xroad.security_server import SecurityServer

FORM = CallForm(started_at=0, contact_kind="SELF")


def lookup_of(desk: Desk) -> BenefitLookup:
    return BenefitLookup(
        desk.database,
        desk.office.clock,
        lambda url: open_carrier(desk.database, url, connect_seconds=3, read_seconds=10),
        "0.1.0",
    )


def ask(desk: Desk) -> list[str]:
    answer = lookup_of(desk).ask(desk.office.actor, FORM, KNOWN, "OWN", consent=True)
    return [benefit.status for benefit in answer.benefits]


def code_of(desk: Desk) -> str:
    with pytest.raises(AppError) as caught:
        ask(desk)
    assert caught.value.code in SENTENCES
    return caught.value.code


@pytest.mark.skipif(sys.platform == "win32", reason="forks of a prepared process")
def test_the_opener_answers_what_the_intake_hands_on(new_desk: Desk, tmp_path: Path) -> None:
    with (
        SocialSystem() as system,
        SecurityServer(system.url, client=CLIENT, service=SERVICE) as road,
    ):
        road.rights = [("POST", "/benefits")]
        toml = SETTINGS.format(url=road.url, client=CLIENT, service=SERVICE)
        two = TwoProcesses(tmp_path / "ministry", None, toml)
        try:
            two.wait_until_it_listens()
            two.wait_until_it_listens(two.link_port)
            new_desk.point_at(two.url, two.new_code())
            assert new_desk.run().problem is None
            assert ask(new_desk) == ["paid", "ended", "other"]
            assert [asked["pin"] for _path, asked, _headers in system.seen] == [KNOWN]
            two.kill("opener")
            # The intake says so itself, sealed and signed as any answer.
            assert code_of(new_desk) == "lookup.down"
            two.start("opener")
            two.wait_until_it_listens(two.link_port)
            assert len(ask(new_desk)) == 3
            assert two.end("opener") == 0
        finally:
            two.close()
    kept = [f for f in tmp_path.rglob("*") if f.is_file()]
    assert not [f.name for f in kept if KNOWN.encode() in f.read_bytes()]


class FakeOpener(threading.Thread):
    """Answers every request with the same bytes; with None it keeps silent."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.answer: bytes | None = None
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(connection)
            if self.answer is not None:
                connection.recv(65_536)
                connection.sendall(self.answer)

    def close(self) -> None:
        # Closing alone does not wake who accepts.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.join(10)
        for connection in self._open:
            connection.close()


def http(status: int, body: object) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    return head.encode() + content


@pytest.fixture
def opener() -> Iterator[FakeOpener]:
    fake = FakeOpener()
    yield fake
    fake.close()


@pytest.fixture
def intake_at(
    tmp_path: Path, clock: FrozenClock, new_desk: Desk
) -> Iterator[Callable[[str], RunningReceiver]]:
    made: list[RunningReceiver] = []

    def make(url: str) -> RunningReceiver:
        made.append(RunningReceiver(tmp_path / "intake", clock, Role.INTAKE, lookup_at=url))
        new_desk.point_at(made[0].url, made[0].new_code())
        assert new_desk.run().problem is None
        return made[0]

    yield make
    for receiver in made:
        receiver.__exit__()


def test_whatever_the_opener_says_is_a_sentence(
    intake_at: Callable[[str], RunningReceiver],
    opener: FakeOpener,
    new_desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lookup_link, "READ_SECONDS", 0.2)
    intake_at(opener.url)
    assert code_of(new_desk) == "lookup.slow"
    for status, body, code in (
        (200, b"<html>", "malformed"),
        (200, {"n": "n", "dev": "d", "sealed": "AAAA"}, "malformed"),
        (200, [], "malformed"),
        (500, b"<html>", "down"),
        (503, {"code": "server.busy"}, "down"),
        (401, {"code": "token.wrong"}, "down"),
        (404, {"code": "lookup.not_offered"}, "not_offered"),
        (429, {"code": "lookup.too_often", "retry_seconds": 7}, "busy"),
        (401, {"code": "device.revoked"}, "refused"),
    ):
        opener.answer = http(status, body)
        assert code_of(new_desk) == f"lookup.{code}", (status, body)


def test_an_answer_that_is_not_the_receivers_own_is_none(
    intake_at: Callable[[str], RunningReceiver], tmp_path: Path, clock: FrozenClock, new_desk: Desk
) -> None:
    """Somebody else's opener at that address: it knows neither the device nor the token."""
    with RunningReceiver(tmp_path / "other", clock) as other:
        token = read_lookup_token(other.folder)
        with listening(build_lookup_app(other.receiver, token), "127.0.0.1", 0) as port:
            intake = intake_at(f"http://127.0.0.1:{port}")
            assert code_of(new_desk) == "lookup.down"
            # Not even with the right token: no device of ours is known there.
            (intake.folder / LOOKUP_FILE).write_text(token, encoding="utf-8")
            intake.stop()
            intake.start()
            assert code_of(new_desk) == "lookup.refused"


def test_nobody_asks_the_opener_without_the_token(tmp_path: Path, clock: FrozenClock) -> None:
    with RunningReceiver(tmp_path / "one", clock) as running:
        receiver: Receiver = running.receiver
        token = read_lookup_token(running.folder)
        with listening(build_lookup_app(receiver, token), "127.0.0.1", 0) as port:
            url = f"http://127.0.0.1:{port}"
            way = HttpExchange(url, lambda: trusting_session(url))
            try:
                for given in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer é"}):
                    coded = {k: v.encode().decode("latin-1") for k, v in given.items()}
                    answer = way.send("POST", PATH, b"{}", headers=coded)
                    assert (answer.status, json.loads(answer.body)["code"]) == (401, "token.wrong")
                good = way.send("POST", PATH, b"{}", headers={"Authorization": f"Bearer {token}"})
                assert json.loads(good.body)["code"] == "request.malformed"
                # And nothing but this is served there.
                assert way.send("GET", "/status").status == 404
                assert way.send("GET", "/sync/v1/hello?n=0123456789abcdef").status == 404
            finally:
                way.close()


@pytest.mark.parametrize(
    "text",
    [
        "http://8.8.8.8:8118",
        "http://opener.example.org:8118",
        "http://0.0.0.0:8118",
        "ftp://127.0.0.1",
        "https://user:word@opener.example.org",
        "https://opener.example.org/path",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "opener",
        "",
    ],
)
def test_a_link_over_open_networks_is_refused(text: str) -> None:
    with pytest.raises(EnvironmentProblem, match=r"server\.lookup_at"):
        read_address(text)
    for listening_at in ("0.0.0.0:8118", "8.8.8.8:8118", "[::]:8118", "example.org:1", "127.0.0.1"):
        with pytest.raises(EnvironmentProblem, match=r"server\.lookup_listen"):
            read_listening(listening_at)


def test_a_link_within_the_house_is_good() -> None:
    for text in ("http://127.0.0.1:1", "http://10.20.0.5:8118/", "http://[fd00::5]:8118"):
        assert read_address(text) == text.rstrip("/")
    assert read_address("https://opener.example.org") == "https://opener.example.org"
    assert read_listening("10.20.0.5:8118") == ("10.20.0.5", 8118)
    assert read_listening("[::1]:0") == ("::1", 0)


def test_commands_that_do_not_fit_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--data", str(tmp_path)]) == 0
    where = ["--data", str(tmp_path)]
    assert main(["open", "--lookup-listen", "127.0.0.1:0", *where]) == 1
    assert "--watch" in capsys.readouterr().err
    assert main(["serve", "--lookup-at", "http://127.0.0.1:1", *where]) == 1
    assert "--intake-only" in capsys.readouterr().err
    (tmp_path / LOOKUP_FILE).unlink()
    told = ["--port", "0", "--intake-only", "--lookup-at", "http://127.0.0.1:1"]
    assert main(["serve", *told, *where]) == 1
    assert LOOKUP_FILE in capsys.readouterr().err
    with pytest.raises(EnvironmentProblem, match=r"server\.keys_exist"):
        make_keys(tmp_path)
