"""The written contract against the routes and the real answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from starlette.routing import Route

from ministry_server import web
from ministry_server.changes import MOST_CHANGES
from ministry_server.messages import MAX_BYTES, MAX_ITEMS, MAX_RANGES
from ministry_server.web import build_app
from operator_app.config import paths
from operator_app.domain.feed_pages import FEED_SCHEMA, MOST_ENTRIES, MOST_PAGES
from operator_app.domain.feeds import DIRECTORY, FEEDS
from operator_app.domain.wire import Header
from operator_app.sync.envelope import FIELDS
from operator_app.sync.receipts import sign
from tests.feeds.publishing import offer, service, withdraw
from tests.ministry_server.device import Device, nonce
from tests.ministry_server.schema_check import Checker

CONTRACT: dict[str, Any] = yaml.safe_load(
    (paths().resources / "protocol" / "openapi.yaml").read_text(encoding="utf-8")
)
CHECKER = Checker(CONTRACT)


def schema_of(operation: dict[str, Any], status: int) -> tuple[str, dict[str, Any]]:
    response = CHECKER.resolve(operation["responses"][str(status)])
    ((media, content),) = response["content"].items()
    return media, content["schema"]


def assert_as_written(answer: requests.Response, sent: Any = None) -> None:
    path = re.sub("/feed/[^/?]*", "/feed/{name}", answer.request.path_url.partition("?")[0])
    path = re.sub("/program/[^/]*", "/program/{sha256}", path)
    operation = CONTRACT["paths"][path][answer.request.method.lower()]
    assert str(answer.status_code) in operation["responses"], (path, answer.status_code)
    response = CHECKER.resolve(operation["responses"][str(answer.status_code)])
    assert all(name in answer.headers for name in response.get("headers", ()))
    if "content" not in response:
        assert answer.content == b""
        return
    media, schema = schema_of(operation, answer.status_code)
    assert answer.headers["content-type"].split(";")[0] == media
    if media != "text/html":
        assert CHECKER.faults(answer.json(), schema) == []
    if sent is not None:
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        assert CHECKER.faults(sent, body) == []


def test_every_route_is_written_down_and_every_written_path_is_routed(receiver) -> None:
    routed = {
        (route.path, method.lower())
        for route in build_app(receiver.receiver).routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }
    written = {(path, method) for path, item in CONTRACT["paths"].items() for method in item}
    assert routed == written


def test_limits_in_the_contract_are_those_of_the_code() -> None:
    schemas = CONTRACT["components"]["schemas"]
    assert schemas["PushRequest"]["properties"]["items"]["maxItems"] == MAX_ITEMS
    assert schemas["Ranges"]["maxItems"] == MAX_RANGES
    assert schemas["ChangesAnswer"]["properties"]["items"]["maxItems"] == MOST_CHANGES
    assert set(schemas["Envelope"]["required"]) == FIELDS
    assert MAX_BYTES == 1 << 20


def test_every_reference_and_every_schema_is_used() -> None:
    text = json.dumps(CONTRACT)
    for name in CONTRACT["components"]["schemas"]:
        assert f"#/components/schemas/{name}" in text, name
    for schema in CONTRACT["components"]["schemas"].values():
        if schema.get("type") == "object":
            assert set(schema["required"]) <= set(schema["properties"])
            assert schema["additionalProperties"] is False


def test_real_answers_are_as_written(receiver) -> None:
    device = Device(receiver)
    request = device.enrol_request(receiver.new_code())
    assert_as_written(device.post("enrol", request), request)
    device.enrol()
    url = f"{receiver.url}/sync/v1"
    assert_as_written(device.session.get(f"{url}/hello", params={"n": nonce()}))

    first = device.revise()
    again = device.next_header()
    missing_base = device.revise(bases=("not-here",))
    record = "r-1"
    base = device.revise(record_id=record)
    children = [device.revise(record_id=record, bases=(base["op_id"],)) for _ in range(2)]
    reused = device.seal(
        Header(first["op_id"], device.dev, device.inc, first["seq"]), device.plaintext(again)
    )
    wrong_office = device.revise(office="0999")
    items = [first, missing_base, base, *children, reused, first, wrong_office]
    request = device.push_request(items)
    answer = device.post("push", request)
    assert_as_written(answer, request)
    assert {r["outcome"] for r in answer.json()["results"]} == {
        "applied", "held", "conflict", "mismatch", "duplicate", "rejected"
    }  # fmt: skip
    unreadable = device.post("push", device.push_request([None, {**first, "sig": ""}]))
    assert_as_written(unreadable)

    have = sign(
        {
            "dev": device.dev,
            "inc": device.inc,
            "n": nonce(),
            "ranges": [[1, 2], [9, 9]],
            "cursor": 0,
        },
        device.key,
        purpose="have",
    )
    answer = device.post("have", have)
    assert_as_written(answer, have)
    assert answer.json()["missing"] and answer.json()["unknown"] and answer.json()["receipts"]
    colleague = Device(receiver).enrol()
    colleague.push(colleague.revise_case())
    request = device.changes_request()
    answer = device.post("changes", request)
    assert_as_written(answer, request)
    assert answer.json()["items"]
    assert_as_written(device.session.get(f"{receiver.url}/status"))
    suggested = device.push(device.revise_suggestion())
    assert [r["outcome"] for r in suggested] == ["applied"]
    device.close()
    colleague.close()


@pytest.mark.parametrize("path", ["enrol", "push", "have", "changes", "places"])
def test_real_refusals_are_as_written(receiver, device, path) -> None:
    url = f"{receiver.url}/sync/v1/{path}"
    json_type = {"Content-Type": "application/json"}
    unknown = Device(receiver)
    bodies = {
        400: device.session.post(url, data=b"[]", headers=json_type),
        413: device.session.post(url, data=b" " * (MAX_BYTES + 1), headers=json_type),
        415: device.session.post(url, data=b"{}"),
        401: unknown.post(
            path,
            {
                "enrol": {**unknown.enrol_request(receiver.new_code()), "n": nonce()},
                "push": unknown.push_request([]),
                "have": sign(
                    {"dev": "x", "inc": "x", "n": nonce(), "ranges": [], "cursor": 0},
                    unknown.key,
                    purpose="have",
                ),
                "changes": unknown.changes_request(),
                "places": unknown.places_request(),
            }[path],
        ),
    }
    for status, answer in bodies.items():
        assert answer.status_code == status
        assert_as_written(answer)
    unknown.close()


def test_feeds_and_places_are_as_written(receiver, device) -> None:
    offer(receiver, DIRECTORY, service("s1", confidential=True), service("s2"))
    withdraw(receiver, DIRECTORY, "s2")
    url = f"{receiver.url}/sync/v1"
    hello = device.session.get(f"{url}/hello", params={"n": nonce()})
    assert_as_written(hello)
    assert hello.json()["feeds"] == {DIRECTORY: 2}
    statuses = []
    for query in ("", "?after=1&page=1&version=2", "?after=2", "?page=9", "?version=1"):
        statuses.append(device.session.get(f"{url}/feed/{DIRECTORY}{query}"))
    statuses.append(device.session.get(f"{url}/feed/nothing"))
    assert [a.status_code for a in statuses] == [200, 200, 304, 400, 409, 404]
    for answer in statuses:
        assert_as_written(answer)
    request = device.places_request()
    answer = device.post("places", request)
    assert_as_written(answer, request)


def test_names_and_limits_of_feeds_are_those_of_the_code() -> None:
    schemas = CONTRACT["components"]["schemas"]
    assert (
        tuple(schemas["FeedName"]["enum"]) == FEEDS == tuple(schemas["FeedVersions"]["properties"])
    )
    page = schemas["FeedPage"]["properties"]
    assert page["pages"]["maximum"] == page["page"]["maximum"] == MOST_PAGES
    assert page["total"]["maximum"] == MOST_ENTRIES
    assert page["schema"]["enum"] == [FEED_SCHEMA]


def test_refusals_of_codes_are_as_written(receiver, device) -> None:
    guess = device.enrol_request(receiver.new_code(), secret="ABCDEFGHJKLM")
    answers = [device.post("enrol", guess) for _ in range(11)]
    assert [a.status_code for a in answers] == [403] * 10 + [429]
    for answer in answers:
        assert_as_written(answer)
    assert_as_written(device.session.get(f"{receiver.url}/sync/v1/hello"))


def test_a_busy_database_is_said_so(receiver, device, monkeypatch) -> None:
    from sqlalchemy.exc import OperationalError

    def busy(*_: object, **__: object) -> None:
        raise OperationalError("BEGIN", None, Exception("database is locked"))

    monkeypatch.setattr(receiver.store, "write", busy)
    answer = device.post("push", device.push_request([device.revise()]))
    assert answer.status_code == 503
    assert_as_written(answer)


def test_unknown_paths_and_methods_are_problems_too(receiver, device) -> None:
    schema = CONTRACT["components"]["schemas"]["Problem"]
    for answer, status in (
        (device.session.get(f"{receiver.url}/nowhere"), 404),
        (device.session.get(f"{receiver.url}/sync/v1/push"), 405),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert CHECKER.faults(answer.json(), schema) == []
        assert (answer.headers.get("allow") == "POST") == (status == 405)


def test_every_code_of_a_refusal_is_written_down() -> None:
    code = re.compile(r'(?:Refusal\(\s*\d+|Throttle\(\*\w+|Pace\(\*\w+),\s*"([a-z_.]+)"')
    told = {
        found
        for file in Path(web.__file__).parent.glob("*.py")
        for found in code.findall(file.read_text(encoding="utf-8"))
    }
    assert len(told) > 15
    schema = CONTRACT["components"]["schemas"]["Problem"]
    assert told <= set(schema["properties"]["code"]["enum"])


def test_the_checker_can_find_faults() -> None:
    schema = CONTRACT["components"]["schemas"]["Result"]
    good = {"op_id": "a", "outcome": "stored", "receipts": [], "code": None, "retry_seconds": None}
    assert CHECKER.faults(good, schema) == []
    for change in (
        {"op_id": 1}, {"outcome": "lost"}, {"receipts": [{}]}, {"code": 5}, {"extra": 1},
        {"retry_seconds": True}, {"retry_seconds": -1},
    ):  # fmt: skip
        assert CHECKER.faults({**good, **change}, schema) != []
    del good["code"]
    assert CHECKER.faults(good, schema) != []
