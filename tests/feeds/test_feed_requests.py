"""The receiver's side of the wire: pages, their tags, and addresses for enrolled devices only."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from ministry_server import devices
from operator_app.domain.feed_pages import PURPOSE, read_pages
from operator_app.domain.feeds import DIRECTORY, KEYS, OFFICES
from operator_app.sync.receipts import verify
from tests.feeds.publishing import (
    SECRET,
    offer,
    office_entry,
    publish_own_keys,
    service,
    withdraw,
)
from tests.ministry_server.device import Device
from tests.receiver import Role, RunningReceiver

LONG = {"ru": "о" * 40_000}


def get(
    device: Device, query: str = "", feed: str = DIRECTORY, **headers: str
) -> requests.Response:
    url = f"{device.receiver.url}/sync/v1/feed/{feed}{query}"
    return device.session.get(url, headers=headers, timeout=60)


def page(device: Device, query: str = "", feed: str = DIRECTORY) -> dict[str, Any]:
    answer = get(device, query, feed)
    assert answer.status_code == 200, answer.text
    return verify(answer.json(), device.receipt_key, purpose=PURPOSE)


def changed_since(device: Device, after: int, feed: str = DIRECTORY) -> dict[str, bool]:
    """id -> whether it is offered, of a whole verified answer."""
    first = page(device, f"?after={after}", feed)
    others = [
        page(device, f"?after={after}&page={n}&version={first['version']}", feed)
        for n in range(2, first["pages"] + 1)
    ]
    changes = read_pages(feed, [first, *others], after=after)
    return {e.entry_id: e.body is not None for e in changes.entries}


def test_what_changed_since_each_version(receiver: RunningReceiver, device: Device) -> None:
    offer(receiver, DIRECTORY, service("s1"), service("s2"))
    offer(receiver, DIRECTORY, service("s3"))
    withdraw(receiver, DIRECTORY, "s1")
    assert changed_since(device, 0) == {"s1": False, "s2": True, "s3": True}
    assert changed_since(device, 1) == {"s1": False, "s3": True}
    assert changed_since(device, 2) == {"s1": False}
    assert get(device, "?after=3").status_code == 304
    # From before a restore: everything, whatever was asked for.
    assert changed_since(device, 9) == changed_since(device, 0)


def test_tags(receiver: RunningReceiver, device: Device) -> None:
    offer(receiver, DIRECTORY, *(service(f"s{n:02}", descriptions=LONG) for n in range(8)))
    assert get(device).headers["etag"] == '"1-1"'
    assert get(device, "?page=2&version=1").headers["etag"] == '"1-2"'
    for known in ('"1-1"', 'W/"1-1"', '"0-1", "1-1"'):
        answer = get(device, **{"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"1-1"')
    for known in ('"1-2"', '"2-1"', "1-1", ""):
        assert get(device, **{"If-None-Match": known}).status_code == 200


def test_pages_of_one_version_stay_as_they_are(receiver: RunningReceiver, device: Device) -> None:
    offer(receiver, DIRECTORY, *(service(f"s{n:02}", descriptions=LONG) for n in range(8)))
    first = get(device)
    assert get(device).content == first.content
    receiver.stop()
    receiver.start()
    assert get(device).content == first.content
    offer(receiver, DIRECTORY, service("s00"))
    answer = get(device, "?page=2&version=1")
    assert (answer.status_code, answer.json()["code"]) == (409, "feed.moved")


@pytest.mark.parametrize(
    "query",
    [
        "?after=-1", "?after=x", "?after=", "?page=0", "?page=2", "?page=1.5", "?other=1",
        "?after=1&after=2", "?version=٣", "?after=9999999999999999999", "?page=%00",
    ],
)  # fmt: skip
def test_bad_queries(receiver: RunningReceiver, device: Device, query: str) -> None:
    offer(receiver, DIRECTORY, service("s1"))
    answer = get(device, query)
    assert (answer.status_code, answer.json()["code"]) == (400, "request.malformed")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", [OFFICES, "nothing", "..%2Fstatus", "Directory", "%0a"])
def test_feeds_there_are_not(receiver: RunningReceiver, device: Device, name: str) -> None:
    offer(receiver, DIRECTORY, service("s1"))
    assert get(device, feed=name).status_code == 404


def test_the_keys_come_always_whole(receiver: RunningReceiver, device: Device) -> None:
    from operator_app.domain.feeds import KeyEntry

    publish_own_keys(receiver)
    keys = receiver.receiver.keys
    offer(
        receiver,
        KEYS,
        KeyEntry("spare", keys.recipients),
        KeyEntry(keys.kid, keys.recipients, current=True),
    )
    assert changed_since(device, 1, KEYS) == {"spare": True, keys.kid: True}


def test_hello_tells_every_version(receiver: RunningReceiver, device: Device) -> None:
    assert device.hello()["feeds"] == {}
    offer(receiver, DIRECTORY, service("s1"))
    offer(receiver, OFFICES, office_entry())
    offer(receiver, OFFICES, office_entry("0413"))
    assert device.hello()["feeds"] == {DIRECTORY: 1, OFFICES: 2}


def test_anybody_may_read_a_feed_and_no_address_is_in_it(
    receiver: RunningReceiver, device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    offer(receiver, DIRECTORY, service("s1", confidential=True))
    offer(receiver, DIRECTORY, service("s1", confidential=True, url="https://new.example"))
    answers = [
        requests.get(f"{receiver.url}/{path}", timeout=60).text
        for path in (
            "sync/v1/feed/directory",
            "sync/v1/feed/directory?after=1",
            f"sync/v1/hello?n={'n' * 22}",
            "status",
        )
    ]
    assert all(answers)
    assert SECRET not in json.dumps([json.loads(a) for a in answers[:3]], ensure_ascii=False)
    assert SECRET not in answers[3] + caplog.text


def test_every_enrolled_device_gets_the_addresses(
    receiver: RunningReceiver, device: Device
) -> None:
    offer(receiver, DIRECTORY, service("s1", confidential=True), service("s2"))
    other = Device(receiver, office="0413").enrol()
    for one in (device, other):
        assert one.places() == {"s1-home": {"ru": SECRET}}
    # Each is sealed to its own request.
    answers = [d.post("places", d.places_request()).json()["sealed"] for d in (device, other)]
    assert answers[0] != answers[1]
    other.close()


def test_a_receiver_that_opens_nothing_gives_addresses_all_the_same(tmp_path: Any) -> None:
    with RunningReceiver(tmp_path / "intake", role=Role.INTAKE) as receiver:
        device = Device(receiver).enrol()
        offer(receiver, DIRECTORY, service("s1", confidential=True))
        assert device.places() == {"s1-home": {"ru": SECRET}}
        device.close()


def test_a_revoked_device_gets_none(receiver: RunningReceiver, device: Device) -> None:
    offer(receiver, DIRECTORY, service("s1", confidential=True))
    devices.revoke(receiver.store, device.dev, receiver.receiver.now())
    answer = device.post("places", device.places_request())
    assert (answer.status_code, answer.json()["code"]) == (401, "device.revoked")


def test_a_stranger_and_a_forger_get_none(receiver: RunningReceiver, device: Device) -> None:
    offer(receiver, DIRECTORY, service("s1", confidential=True))
    unknown = Device(receiver)
    answer = unknown.post("places", unknown.places_request())
    assert (answer.status_code, answer.json()["code"]) == (401, "device.unknown")
    forged = {**device.places_request(), "n": "x" * 22}
    assert device.post("places", forged).json()["code"] == "signature.wrong"
    # A request for something else is not one for addresses.
    assert device.post("places", device.changes_request()).status_code == 400
    unknown.close()


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": "age1nonsense"}, {"recipient": 7}, {"n": "short"}, {"dev": ""}, {"more": 1},
    ],
)  # fmt: skip
def test_bad_requests_for_addresses(device: Device, change: dict[str, Any]) -> None:
    answer = device.post("places", device.places_request(**change))
    assert (answer.status_code, answer.json()["code"]) == (400, "request.malformed")


def test_a_new_epoch_brings_every_feed_again(receiver: RunningReceiver, device: Device) -> None:
    offer(receiver, DIRECTORY, service("s1"), service("s2"))
    withdraw(receiver, DIRECTORY, "s2")
    receiver.new_epoch()
    version = device.hello()["feeds"][DIRECTORY]
    assert version > 1_000
    assert changed_since(device, 7) == {"s1": True, "s2": False}
