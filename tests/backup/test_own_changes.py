"""A device that asks the ministry for its own revisions of cases, all but those it names."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from operator_app.sync.envelope import open_sealed
from tests.conftest import FrozenClock
from tests.ministry_server.device import Device
from tests.ministry_server.test_contract import assert_as_written
from tests.receiver import RunningReceiver


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningReceiver]:
    folder: Path = tmp_path_factory.mktemp("ministry")
    with RunningReceiver(folder, FrozenClock()) as running:
        yield running


@pytest.fixture
def device(receiver: RunningReceiver) -> Iterator[Device]:
    enrolled = Device(receiver).enrol()
    yield enrolled
    enrolled.close()


def ask(device: Device, own: Any) -> requests.Response:
    return device.post("changes", device.changes_request(0, own=own))


def given(device: Device, own: dict[str, int]) -> tuple[dict[str, bytes], int]:
    """op_id -> payload of all pages, and how many others there were."""
    found: dict[str, bytes] = {}
    others, cursor = 0, 0
    while True:
        named = [{"inc": inc, "seq": seq} for inc, seq in own.items()]
        request = device.changes_request(cursor, own=named)
        answer = device.post("changes", request)
        assert_as_written(answer, request)
        message = answer.json()
        for item in message["items"]:
            plain = open_sealed(base64.b64decode(item["sealed"]), device.identity)
            found[item["op_id"]] = plain
        others += message["others"]
        if message["next"] == cursor:
            return found, others
        cursor = message["next"]


def test_all_but_those_it_names_and_the_rest_is_counted(
    receiver: RunningReceiver, device: Device
) -> None:
    before = [device.revise_case(), device.revise()]
    lost = [device.revise_case(), device.revise(), device.revise(), device.revise_case()]
    refused = device.revise(office="0999")
    device.push(*before, *lost, refused)
    colleague = Device(receiver).enrol()
    colleague.push(colleague.revise_case())
    colleague.close()
    found, others = given(device, {device.inc: 2})
    theirs = {item["op_id"] for item in lost}
    assert found.keys() == theirs
    assert all(json.loads(plain)["dev"] == device.dev for plain in found.values())
    assert others == 1
    everything, _ = given(device, {})
    assert everything.keys() == theirs | {item["op_id"] for item in before}
    assert given(device, {device.inc: 7}) == ({}, 0)
    assert given(device, {"another": 99})[0].keys() == everything.keys()


def test_page_by_page(
    receiver: RunningReceiver, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ministry_server.changes.MOST_CHANGES", 2)
    monkeypatch.setattr("ministry_server.changes.MOST_LOOKED_AT", 3)
    sent = [device.revise_case() if n % 2 else device.revise() for n in range(11)]
    device.push(*sent)
    found, others = given(device, {device.inc: 1})
    assert (len(found), others) == (10, 0)


@pytest.mark.parametrize(
    "own",
    [
        None,
        [None],
        "x",
        {"a": 1},
        [{"inc": "a"}],
        [{"inc": "a", "seq": -1}],
        [{"inc": "a", "seq": 1.5}],
        [{"inc": "a", "seq": True}],
        [{"inc": "a b", "seq": 1}],
        [{"inc": "", "seq": 1}],
        [{"inc": "a", "seq": 1, "more": 1}],
        [{"inc": f"i{n}", "seq": 1} for n in range(201)],
    ],
    ids=lambda own: str(own)[:20],
)
def test_a_question_that_is_not_of_its_form_is_refused_whole(device: Device, own: Any) -> None:
    answer = ask(device, own)
    assert (answer.status_code, answer.json()["code"]) == (400, "request.malformed")
