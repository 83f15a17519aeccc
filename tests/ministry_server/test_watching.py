"""What tells whoever runs the receiver how it is: metrics and logs; and what keeps it upright."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import requests

from ministry_server import log
from ministry_server.messages import Refusal
from ministry_server.throttle import Pace
from ministry_server.tokens import TokenRole
from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver


def read(text: str) -> dict[tuple[str, ...], float]:
    """(name, label values ...) -> value, as Prometheus' own parser reads it."""
    from prometheus_client.parser import text_string_to_metric_families

    return {
        (sample.name.removeprefix("receiver117_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def numbers(receiver: RunningReceiver) -> dict[tuple[str, ...], float]:
    answer = requests.get(f"{receiver.url}/metrics", timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return read(answer.text)


def test_the_numbers_are_those_of_what_happened(receiver, device, clock) -> None:
    one = device.revise()
    device.push(one, device.revise(bases=("gone",)), device.revise(office="0413"))
    device.push(one)
    device.post("push", {"nonsense": True})
    silent = Device(receiver).enrol()
    silent.close()
    clock.forward(hours=2)
    device.have([[1, 3]])
    found = numbers(receiver)
    assert found["requests_total", "push", "200"] == 2
    assert found["requests_total", "push", "400"] == 1
    assert found["refusals_total", "request.malformed"] == 1
    assert found["items_total", "applied"] == 1
    assert found["items_total", "duplicate"] == 1
    assert found["items_total", "held"] == found["items_total", "rejected"] == 1
    assert found["set_aside", "held"] == found["set_aside", "rejected"] == 1
    assert found["opener_backlog",] == 0
    assert found["devices",] == 2
    assert found["last_contact_age_seconds", "0.5"] == 0
    assert found["last_contact_age_seconds", "1"] == 7200
    assert found["receipts_total",] == 6
    assert found["durable_through",] == 0


def test_the_numbers_name_nobody(receiver, device) -> None:
    device.push(device.revise())
    text = requests.get(f"{receiver.url}/metrics", timeout=60).text
    assert device.dev not in text
    assert "0412" not in text


def test_from_elsewhere_the_numbers_need_a_token_made_for_them(receiver) -> None:
    def ask(token: str = "") -> requests.Response:
        headers = {"X-Forwarded-For": "10.1.2.3"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return requests.get(f"{receiver.url}/metrics", headers=headers, timeout=60)

    def token(role: TokenRole) -> str:
        tokens = receiver.receiver.tokens
        return tokens.add(role, "the watch", receiver.receiver.now())[1]

    assert (ask().status_code, ask().json()["code"]) == (401, "token.missing")
    assert ask("117-wrong").json()["code"] == "token.wrong"
    assert ask(token(TokenRole.ANALYST)).json()["code"] == "token.other_role"
    monitor = token(TokenRole.MONITOR)
    assert ask(monitor).status_code == 200
    figures = requests.get(
        f"{receiver.url}/statistics/v1/definitions",
        headers={"Authorization": f"Bearer {monitor}"},
        timeout=60,
    )
    assert (figures.status_code, figures.json()["code"]) == (403, "token.other_role")


def test_a_pace_lets_a_burst_through_and_then_so_many_a_second() -> None:
    now = 100.0
    pace = Pace(2.0, 3, "device.too_fast", lambda: now)

    def passed(who: str) -> int:
        count = 0
        while count < 100:
            try:
                pace.take(who)
            except Refusal as refusal:
                assert (refusal.status, refusal.params["retry_seconds"]) == (429, 1)
                break
            count += 1
        return count

    assert passed("a") == 3
    assert passed("b") == 3
    now += 1
    assert passed("a") == 2
    now += 3600
    assert passed("a") == 3


def test_a_device_that_asks_without_end_is_slowed_down_and_no_other(receiver, device) -> None:
    other = Device(receiver).enrol()
    receiver.receiver._device_pace = Pace(0.1, 2, "device.too_fast")
    item = device.revise()
    assert device.outcomes(item) == ["applied"]
    assert device.outcomes(item) == ["duplicate"]
    answer = device.post("push", device.push_request([item]))
    assert (answer.status_code, answer.json()["code"]) == (429, "device.too_fast")
    assert 1 <= int(answer.headers["Retry-After"]) <= 10
    assert other.outcomes(other.revise()) == ["applied"]
    other.close()


def test_an_address_that_asks_without_end_is_slowed_down(receiver, device) -> None:
    receiver.receiver.address_pace = Pace(0.1, 1, "address.too_fast")
    device.hello()
    answer = requests.get(f"{receiver.url}/sync/v1/hello", params={"n": "a" * 20}, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (429, "address.too_fast")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log.Lines())
    logger = logging.getLogger("ministry_server")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_a_request_is_a_line_with_codes_and_nothing_of_it(receiver, device, lines) -> None:
    envelope = device.revise(operator="Kanykei")
    device.push(envelope)
    device.post("push", {"Kanykei": 1})
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(f["endpoint"], f["status"], f.get("code")) for f in found] == [
        ("push", 200, None),
        ("push", 400, "request.malformed"),
    ]
    assert all({"at", "level", "logger", "text", "ms"} <= set(f) for f in found)
    assert "Kanykei" not in lines.getvalue()
    assert device.dev not in lines.getvalue()


def test_the_text_of_an_error_is_not_logged(lines) -> None:
    logger = logging.getLogger("ministry_server.test")
    try:
        raise ValueError("Kanykei, 0555 123456")
    except ValueError as error:
        log.failure(logger, "push", error)
        logger.exception("it failed")
    one, two = (json.loads(line) for line in lines.getvalue().splitlines())
    assert one["text"].startswith("push: ValueError at test_watching.py:")
    assert (two["error"], two["text"]) == ("ValueError", "it failed")
    assert "Kanykei" not in lines.getvalue()
