"""Versions of the program at the receiver: published strictly, served to enrolled PCs in pieces."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import requests

from ministry_server.cli import main
from ministry_server.throttle import Pace
from operator_app.domain.program_versions import (
    ProgramVersion,
    check_program_version,
    is_file_name,
    newest_for,
)
from operator_app.sync.receipts import sign
from tests.ministry_server.device import Device, nonce
from tests.ministry_server.test_contract import assert_as_written
from tests.receiver import RunningReceiver
from tests.rollout.releases import NOTES, content, release, sum_of, write_release


def ask(
    receiver: RunningReceiver,
    device: Device,
    sha256: str,
    asked: str = "",
    *,
    signed_for: str = "",
    purpose: str = "program",
) -> requests.Response:
    message = {"dev": device.dev, "n": nonce(), "sha256": signed_for or sha256}
    shown = json.dumps(sign(message, device.key, purpose=purpose)).encode()
    headers = {"Authorization": f"Device {base64.b64encode(shown).decode()}"}
    if asked:
        headers["Range"] = asked
    url = f"{receiver.url}/sync/v1/program/{sha256}"
    return device.session.get(url, headers=headers, timeout=20)


def entry(**changes: Any) -> ProgramVersion:
    values: dict[str, Any] = {
        "version": "1.2.0",
        "file_name": "setup.exe",
        "size": 10,
        "sha256": "a" * 64,
        "notes": NOTES,
    }
    return ProgramVersion(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"version": "1.2"}, "version"),
        ({"version": "1.2.03"}, "version"),
        ({"version": "1.2.0\n"}, "version"),
        ({"least_from": "next"}, "least_from"),
        ({"file_name": "../setup.exe"}, "file_name"),
        ({"file_name": "con.exe"}, "file_name"),
        ({"file_name": "setup.bat"}, "file_name"),
        ({"size": 0}, "size"),
        ({"size": 301 << 20}, "size"),
        ({"sha256": "A" * 64}, "sha256"),
        ({"notes": {}}, "notes"),
        ({"notes": {"de": "Neu"}}, "notes"),
        ({"notes": {"ru": "x" * 5_000}}, "notes.ru"),
        ({"offices": ("04 12",)}, "offices"),
        ({"least_build": -1}, "least_build"),
    ],
)
def test_what_is_wrong_with_a_version_is_named(changes: dict[str, Any], where: str) -> None:
    assert where in [fault.where for fault in check_program_version(entry(**changes))]
    assert check_program_version(entry()) == []


def test_only_a_version_that_this_pc_may_take_is_the_newest() -> None:
    offered = [
        entry(version="0.9.0"),
        entry(version="1.2.0"),
        entry(version="1.10.0", offices=("0413",)),
        entry(version="1.9.0", least_build=22000),
        entry(version="1.8.0", least_from="1.5.0"),
    ]

    def newest(**about: Any) -> str | None:
        given = {"running": "1.0.0", "office": "0412", "build": 19045, **about}
        found = newest_for(offered, **given)
        return found.version if found else None

    assert newest() == "1.2.0"
    assert newest(office="0413") == "1.10.0"
    assert newest(build=22631) == newest(build=None) == "1.9.0"
    assert newest(running="1.5.1") == "1.8.0"
    assert newest(running="2.0.0") is None
    # No version is ever offered to one that is newer, or the same.
    assert newest(running="1.2.0") is None
    assert not is_file_name("a" * 90 + ".exe")


def test_a_published_version_is_served_whole_and_in_pieces(
    receiver: RunningReceiver,
    device: Device,
    tmp_path: Path,
) -> None:
    release(receiver, tmp_path, "1.2.0", 'offices = ["0412"]\nleast_build = 17763')
    page = device.session.get(f"{receiver.url}/sync/v1/feed/program")
    assert_as_written(page)
    (told,) = page.json()["entries"]
    assert told["id"] == "1.2.0"
    assert told["body"] | {"notes": None} == {
        "version": "1.2.0", "file_name": "117-operator-1.2.0.msi", "size": 300_000,
        "sha256": sum_of("1.2.0"), "notes": None, "least_build": 17763, "least_from": "",
        "offices": ["0412"],
    }  # fmt: skip
    data, sha256 = content("1.2.0"), told["body"]["sha256"]
    whole = ask(receiver, device, sha256)
    assert (whole.status_code, whole.content) == (200, data)
    assert whole.headers["etag"] == f'"{sha256}"'
    for asked, first, last in (
        ("bytes=0-9", 0, 9),
        ("bytes=299990-", 299_990, 299_999),
        ("bytes=100-999999", 100, 299_999),
    ):
        piece = ask(receiver, device, sha256, asked)
        assert (piece.status_code, piece.content) == (206, data[first : last + 1])
        assert piece.headers["content-range"] == f"bytes {first}-{last}/300000"
    assert ask(receiver, device, sha256, "bytes=300000-").status_code == 416
    # Of what HTTP has besides, nothing: the whole comes.
    for asked in ("bytes=-5", "bytes=0-1,5-6", "lines=1-2"):
        assert ask(receiver, device, sha256, asked).content == data


def test_nobody_else_gets_it(
    receiver: RunningReceiver,
    device: Device,
    tmp_path: Path,
) -> None:
    release(receiver, tmp_path, "1.2.0")
    sha256 = sum_of("1.2.0")
    stranger = Device(receiver)
    url = f"{receiver.url}/sync/v1/program/{sha256}"
    answers = [
        ask(receiver, stranger, sha256),
        ask(receiver, device, sha256, signed_for="b" * 64),
        ask(receiver, device, sha256, purpose="places"),
        device.session.get(url),
        device.session.get(url, headers={"Authorization": "Device %%%"}),
        device.session.get(url, headers={"Authorization": "Device " + "A" * 3_000}),
    ]
    assert [answer.status_code for answer in answers] == [401] * 6
    missing = [ask(receiver, device, name) for name in ("b" * 64, "x", "..%2f..%2freceipt.key")]
    assert [answer.status_code for answer in missing][:2] == [404, 404]
    assert missing[2].status_code in (401, 404)
    for answer in [*answers, *missing[:1]]:
        assert_as_written(answer)
    stranger.close()


def test_pieces_are_slowed_down(
    receiver: RunningReceiver,
    device: Device,
    tmp_path: Path,
) -> None:
    release(receiver, tmp_path, "1.2.0")
    receiver.receiver._program_pace = Pace(1.0, 2, "program.too_often", lambda: 0.0)
    answers = [ask(receiver, device, sum_of("1.2.0"), "bytes=0-9") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [206, 206, 429]
    assert_as_written(answers[2])


def test_a_faulty_release_publishes_nothing(
    receiver: RunningReceiver,
    device: Device,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    handed = write_release(tmp_path, "1.2.0", 'color = "red"')
    elsewhere = write_release(tmp_path, "1.3.0", file="../117-operator-1.3.0.msi")
    empty = write_release(tmp_path, "1.4.0", size=0)
    gone = write_release(tmp_path, "1.5.0")
    (tmp_path / "117-operator-1.5.0.msi").unlink()
    bad = tmp_path / "bad.toml"
    bad.write_text("version = ", encoding="utf-8")
    for file, word in (
        (handed, "color"),
        (elsewhere, "plain name"),
        (empty, "300 MB"),
        (gone, "does not lie beside"),
        (bad, "not TOML"),
    ):
        assert main(["publish", "program", str(file), *receiver.where]) == 1
        assert word in capsys.readouterr().err
    assert device.session.get(f"{receiver.url}/sync/v1/feed/program").status_code == 404
    assert not (receiver.folder / "programs").exists()


def test_files_of_versions_taken_back_are_deleted(
    receiver: RunningReceiver,
    tmp_path: Path,
) -> None:
    release(receiver, tmp_path, "1.2.0")
    release(receiver, tmp_path, "1.3.0")
    programs = receiver.folder / "programs"
    assert {f.name for f in programs.iterdir()} == {sum_of("1.2.0"), sum_of("1.3.0")}
    handed = write_release(tmp_path, "1.4.0")
    assert main(["publish", "program", str(handed), "--replace", *receiver.where]) == 0
    assert {f.name for f in programs.iterdir()} == {sum_of("1.4.0")}
