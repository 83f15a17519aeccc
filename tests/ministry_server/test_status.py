"""The status page, the commands, the life of a process."""

from __future__ import annotations

import re
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests
from sqlalchemy import create_mock_engine
from sqlalchemy.dialects import postgresql
from starlette.requests import Request

from ministry_server import schema
from ministry_server.admission import need_approval
from ministry_server.cli import main
from ministry_server.status import may_see
from ministry_server.status_words import _WORDS, language_of
from ministry_server.store import _insert_new
from operator_app.config import program_root
from operator_app.domain.enrolment import read_enrolment_code
from tests.ministry_server.device import Device
from tests.ministry_server.test_have import head
from tests.receiver import RunningReceiver


def cells(page: str, dev: str) -> list[str]:
    """The texts of the device's row."""
    devices = page.partition("<h2>Alarms</h2>")[0]
    row = next(
        r for r in re.split(r"<tr[^>]*>", devices) if f"<code>{dev}</code>" in r and "<td>04" in r
    )
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.split(r"<td[^>]*>", row)[1:]]


def test_the_page_tells_the_figures_of_each_device(receiver, device, clock) -> None:
    device.push(device.revise())
    device.next_header()  # a number that never arrives
    base = device.revise(record_id="r")
    one, two = (device.revise(record_id="r", bases=(base["op_id"],)) for _ in range(2))
    device.push(base, one, two, device.revise(bases=("gone",)), device.revise(office="0413"))
    reused = device.revise()
    device.push(device.sign_again(reused, op_id=one["op_id"]))
    head(device, 3, "a3")
    head(device, 3, "b3")
    clock.forward(hours=3)
    page = device.session.get(f"{receiver.url}/status")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    found = cells(page.text, device.dev)
    assert found[:4] == ["0412", device.dev, "3 h ago", "0.1.0"]
    # Highest, received, gaps, waiting there, age of it, held, rejected, conflicts, alarms.
    assert found[4:8] == ["7", "6", "1", "0"]
    assert found[9:] == ["1", "1", "1", "1", "1"]
    assert reused["tag"] in page.text


def test_an_empty_receiver_has_a_page(receiver) -> None:
    page = requests.get(f"{receiver.url}/status", timeout=60)
    assert page.status_code == 200
    assert "No device is enrolled yet." in page.text


@pytest.mark.parametrize(
    ("named", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "ky-KG, ru;q=0.8, en;q=0.5", "ky"),
        (None, "de, en;q=0.3, ru;q=0.9", "ru"),
        (None, "ru;q=0, *;q=0.5", "en"),
        (None, "ru;q=x, ;;,,", "en"),
        ("ky", "ru", "ky"),
        ("de", "ru", "ru"),
    ],
)
def test_which_language(named, accepted, language) -> None:
    assert language_of(named, accepted) == language


def test_every_word_is_there_in_three_languages(receiver, device) -> None:
    url = f"{receiver.url}/status"
    pages = {code: device.session.get(url, params={"lang": code}) for code in ("ky", "ru", "en")}
    titles = {code: re.search("<title>(.*?)</title>", page.text) for code, page in pages.items()}
    assert len({found and found[1] for found in titles.values()}) == 3
    for code, page in pages.items():
        assert page.headers["content-language"] == code
        assert f'<html lang="{code}">' in page.text
        assert page.text.count('aria-current="true"') == 1
        # Nothing is fetched from anywhere, and nothing runs.
        assert not re.search(r"src=|url\(|<script|<link|https?://|@import", page.text)
    assert device.session.get(url, headers={"Accept-Language": "ru"}).text.count("Устройства") > 1
    for words in _WORDS.values():
        assert len(words) == 3 and all(words)
        assert len({tuple(re.findall(r"{\w+}", word)) for word in words}) == 1


def test_devices_that_need_somebody_stand_first(receiver, clock) -> None:
    need_approval(receiver.store, False)
    well, silent, wrong, gone = (Device(receiver, f"04{n}").enrol() for n in (10, 11, 12, 13))
    gone.push(gone.revise(office="0999"))
    assert main(["revoke", gone.dev, *receiver.where]) == 0
    clock.forward(days=4)
    wrong.push(wrong.revise(office="0999"))
    well.push(well.revise())
    page = requests.get(f"{receiver.url}/status", timeout=60).text.partition("<h2>Alarms</h2>")[0]
    order = re.findall(r"<tr[^>]*><td>(04\d\d)<td>", page)
    assert order == ["0412", "0411", "0410", "0413"]
    assert "Devices that need somebody: 2." in page
    assert "4 days ago, silent" in page
    for device in (well, silent, wrong, gone):
        device.close()


def asked(host: str, client: str, **headers: str) -> Request:
    named = {"host": host, **{k.replace("_", "-"): v for k, v in headers.items()}}
    pairs = [(k.encode(), v.encode()) for k, v in named.items()]
    return Request({"type": "http", "client": (client, 5), "headers": pairs})


@pytest.mark.parametrize(
    ("request_", "seen"),
    [
        (asked("127.0.0.1:8117", "127.0.0.1"), True),
        (asked("localhost", "::1"), True),
        (asked("sync.example.kg", "10.1.2.3"), False),
        (asked("127.0.0.1", "10.1.2.3"), False),
        (asked("evil.example", "127.0.0.1"), False),
        (asked("localhost", "127.0.0.1", x_forwarded_for="10.1.2.3"), False),
        (asked("sync.example.kg", "10.1.2.3", authorization="Bearer secret"), True),
        (asked("sync.example.kg", "10.1.2.3", authorization="Bearer Secret"), False),
        (asked("sync.example.kg", "10.1.2.3", authorization="Bearer "), False),
        (asked("sync.example.kg", "10.1.2.3", authorization="Basic secret"), False),
        (asked("sync.example.kg", "10.1.2.3", authorization="Bearer séçret"), False),
    ],
)
def test_who_may_see_the_page(request_, seen) -> None:
    assert may_see(request_, "secret") is seen


def test_through_a_proxy_the_page_is_not_there(receiver) -> None:
    answer = requests.get(
        f"{receiver.url}/status", headers={"X-Forwarded-For": "10.1.2.3"}, timeout=60
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "request.unknown_path")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_the_commands(tmp_path: Path, capsys) -> None:
    data = str(tmp_path / "ministry")
    assert run(capsys, "code", "0412", "--data", data)[0] == 1
    code, text = run(capsys, "init", "--data", data)
    assert code == 0 and "escrow.key" in text
    files = {f.name: f for f in Path(data).iterdir()}
    secret = {"receipt.key", "opener.key", "escrow.key", "status.token", "ministry.db"}
    assert secret <= set(files)
    if sys.platform != "win32":
        assert {stat.S_IMODE(files[name].stat().st_mode) for name in secret} == {0o600}
    before = files["receipt.key"].read_bytes()
    code, text = run(capsys, "init", "--data", data)
    assert code == 1 and "never overwritten" in text
    assert files["receipt.key"].read_bytes() == before
    code, text = run(capsys, "code", "0412", "--data", data)
    with RunningReceiver(Path(data)) as running:
        device = Device(running).enrol(str(read_enrolment_code(text.strip())))
        device.push(device.revise(), device.revise(bases=("gone",)))
        # The commands work beside the running server.
        assert (
            f"{device.dev}  0412  enrolled  0.1.0  2" in run(capsys, "devices", "--data", data)[1]
        )
        figures = run(capsys, "records", "--data", data)[1].split("\n")
        assert {"revisions 2", "records 2", "revisions_held 1", "alarms 0"} <= set(figures)
        epoch = run(capsys, "new-epoch", "--data", data)[1].strip()
        assert device.hello()["epoch"] == epoch
        assert run(capsys, "revoke", device.dev, "--data", data)[0] == 0
        assert device.post("push", device.push_request([])).json()["code"] == "device.revoked"
        assert run(capsys, "revoke", "nobody", "--data", data)[0] == 1
        device.close()


def test_an_escrow_recipient_may_be_given(tmp_path: Path, capsys) -> None:
    import pyrage

    recipient = str(pyrage.x25519.Identity.generate().to_public())
    data = tmp_path / "ministry"
    assert run(capsys, "init", "--data", str(data), "--escrow", "age1nonsense")[0] == 1
    assert run(capsys, "init", "--data", str(data), "--escrow", recipient)[0] == 0
    assert recipient in (data / "recipients.json").read_text()
    assert not (data / "escrow.key").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_the_served_process_answers_and_ends_cleanly(tmp_path: Path, capsys) -> None:
    data = tmp_path / "ministry"
    run(capsys, "init", "--data", str(data))
    command = [sys.executable, "-m", "ministry_server", "serve", "--data", str(data), "--port", "0"]
    process = subprocess.Popen(
        command, cwd=program_root(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[2]
        assert requests.get(f"{url}/status", timeout=30).status_code == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_stopping_leaves_no_thread_and_the_port_comes_back(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with RunningReceiver(tmp_path / "ministry") as running:
        device = Device(running).enrol()
        device.push(device.revise())
        for _ in range(2):
            running.stop()
            assert set(threading.enumerate()) == before
            running.start()
            device.hello()
        device.close()
    assert set(threading.enumerate()) == before


def test_an_answer_does_not_wait_for_the_network_to_fill_a_packet(receiver) -> None:
    """Accepted sockets inherit the protocol; asyncio switches Nagle off only when it is named."""
    import socket

    assert receiver.socket_protocol == socket.IPPROTO_TCP


def test_the_schema_is_understood_by_postgresql() -> None:
    statements: list[str] = []
    engine = create_mock_engine(
        "postgresql+psycopg://",
        lambda sql, *_, **__: statements.append(str(sql.compile(dialect=postgresql.dialect()))),
    )
    schema.metadata.create_all(engine, checkfirst=False)
    text = "\n".join(statements)
    assert "id BIGSERIAL" in text and "ct BYTEA" in text and "WHERE stage != 'applied'" in text
    inserted = str(_insert_new("postgresql", schema.intake).compile(dialect=postgresql.dialect()))
    assert inserted.endswith("ON CONFLICT DO NOTHING")
