"""What passes through a Security Server, and what it and the receiver see of it."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import update

from ministry_server.schema import device
from operator_app.db import settings
from operator_app.domain.feeds import ARTICLES
from operator_app.domain.xroad import XRoad, encoded
from operator_app.errors import BadInput, NetworkProblem
from operator_app.sync.carriers.base import BASE_PATH
from operator_app.sync.carriers.chosen import open_carrier
from operator_app.sync.carriers.https import HttpsCarrier
from operator_app.sync.carriers.xroad import MOST_MESSAGE_BYTES, XRoadCarrier
from operator_app.sync.status import LinkState
from tests.feeds.publishing import article, offer
from tests.receiver import RunningReceiver
from tests.sync.desk import HER_NAME, Desk, arrived
from tests.sync.invariants import check_client, check_server
from tests.xroad.security_server import CLIENT, SERVICE, SecurityServer

PAGE = f"{BASE_PATH}/feed/{ARTICLES}?after=0"


def test_an_office_enrols_and_sends_through_tunduk(
    join: Callable[..., Desk], server: SecurityServer, receiver: RunningReceiver
) -> None:
    desk = join(server)
    saved = [desk.save_urgent(), *(desk.save() for _ in range(3))]
    saved.append(desk.amend(saved[1], note="and more"))
    assert desk.run().confirmed == len(saved)
    assert sorted(arrived(receiver.store)) == sorted(c.op_id for c in saved)
    assert set(receiver.stages().values()) == {"applied"}
    check_client(desk)
    check_server(receiver, saved)
    assert desk.status().state is LinkState.ONLINE
    # One request is one message of Tunduk, named once.
    names = [p.attempt for p in server.seen]
    assert len(set(names)) == len(names)
    assert all(str(UUID(name)) == name for name in names)


def test_the_receiver_gets_what_the_protocol_lets_through(
    desk: Desk, server: SecurityServer
) -> None:
    server.seen.clear()
    desk.save()
    desk.run()
    push = next(p for p in server.seen if p.path == f"{BASE_PATH}/push")
    assert push.headers["x-road-client"] == CLIENT
    assert push.headers["content-type"] == "application/json"
    assert push.headers["accept"] == "application/json"
    taken = {name.lower() for name in push.passed}
    assert {"user-agent", "host", "content-length", "connection"}.isdisjoint(taken)
    assert {"x-road-client", "x-road-id", "content-type"} <= taken
    # Nothing of a person, an office or this PC beside the body.
    assert set(push.headers) <= {
        "host", "user-agent", "accept", "accept-encoding", "content-type", "content-length",
        "connection", "x-road-client", "x-road-id",
    }  # fmt: skip


def test_nothing_of_a_call_is_readable_on_the_way(desk: Desk, server: SecurityServer) -> None:
    desk.save(note=f"{HER_NAME} asks about the payment", phone="0555 123 456")
    desk.run()
    for passage in server.seen:
        said = passage.path + json.dumps(passage.headers) + passage.body.decode()
        assert HER_NAME.split()[0] not in said
        assert not re.search("payment|123.?456", said)


def test_feeds_and_what_is_not_modified_pass(
    desk: Desk, server: SecurityServer, receiver: RunningReceiver
) -> None:
    offer(receiver, ARTICLES, article())
    carrier = desk.open_carrier("")
    server.chunked = True
    answer = carrier.exchange("GET", PAGE)
    assert answer.status == 200
    again = carrier.exchange("GET", PAGE, etag=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    carrier.close()


def test_an_answer_in_chunks_is_read_whole(desk: Desk, server: SecurityServer) -> None:
    server.chunked = True
    desk.save()
    assert desk.run().confirmed == 1


@pytest.mark.parametrize(
    "member", ["Социалдык өнүгүү", "70000099 a", "it's(1)+1,x=?", "a%2Fb"], ids=lambda m: m[:4]
)
def test_each_part_of_an_identifier_is_encoded_by_itself(
    member: str, receiver: RunningReceiver
) -> None:
    client, service = f"central-server/GOV/{member}/op", f"central-server/GOV/{member}/h/in"
    road = XRoad("http://127.0.0.1:9", client, service)
    if "%" in member:
        with pytest.raises(BadInput):
            XRoadCarrier(road)
        return
    with SecurityServer(receiver.url, client=client, service=service) as server:
        carrier = XRoadCarrier(replace(road, security_server=server.url))
        assert carrier.exchange("GET", f"{BASE_PATH}/hello?n={'a' * 22}").status == 200
        carrier.close()
        assert server.seen[0].headers["x-road-client"] == encoded(client)
    assert encoded("a b/ө/(/?") == "a%20b/%D3%A9/%28/%3F"


def test_the_receiver_trusts_the_signature_and_not_the_client_named(
    desk: Desk, server: SecurityServer, receiver: RunningReceiver
) -> None:
    desk.save()
    server.seen.clear()
    desk.run()
    push = next(p for p in server.seen if p.path.endswith("/push"))

    def post(body: bytes, client: str) -> tuple[int, dict[str, object]]:
        request = urllib.request.Request(
            f"{receiver.url}{BASE_PATH}/push",
            body,
            {"Content-Type": "application/json", "X-Road-Client": client},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    # Whatever client is named, a good signature counts …
    status, told = post(push.body, "central-server/COM/60000001/somebody")
    assert status == 200
    # … and the right one helps nobody without it, nor a device that was withdrawn.
    spoilt = json.loads(push.body) | {"batch_id": "00000000-0000-4000-8000-000000000000"}
    status, told = post(json.dumps(spoilt).encode(), CLIENT)
    assert (status, told["code"]) == (401, "signature.wrong")
    with receiver.store.write() as connection:
        connection.execute(update(device).values(revoked_at=1))
    status, told = post(push.body, CLIENT)
    assert (status, told["code"]) == (401, "device.revoked")
    assert len(arrived(receiver.store)) == 1
    # The client hears of it through Tunduk as anywhere else.
    desk.save()
    assert desk.run().problem == "device.revoked"
    assert desk.status().state is LinkState.REFUSED


def test_what_no_security_server_carries_is_not_sent(server: SecurityServer) -> None:
    carrier = XRoadCarrier(XRoad(server.url, CLIENT, SERVICE))
    with pytest.raises(NetworkProblem, match=r"request\.too_large"):
        carrier.exchange("POST", f"{BASE_PATH}/push", b"x" * (MOST_MESSAGE_BYTES + 1))
    carrier.close()
    assert server.seen == []


def test_which_way_is_taken_stands_in_the_settings(desk: Desk) -> None:
    with desk.database.read() as connection:
        server = settings.read_server(connection)
    assert isinstance(open_carrier(desk.database, server.url), XRoadCarrier)
    with desk.database.write() as connection:
        settings.write_server(connection, replace(server, url="https://117.kg", xroad=None))
    assert isinstance(open_carrier(desk.database, "https://117.kg"), HttpsCarrier)


def test_another_way_is_taken_at_the_next_round(desk: Desk, server: SecurityServer) -> None:
    opened = []
    known = desk.open_carrier
    desk.open_carrier = lambda url: opened.append(url) or known(url)  # type: ignore[func-returns-value]
    desk.run()
    assert opened == []
    with desk.database.write() as connection:
        now = settings.read_server(connection)
        assert now.xroad is not None
        other = replace(now.xroad, fingerprint="A" * 64)
        settings.write_server(connection, replace(now, xroad=other))
    desk.run()
    assert opened == [now.url]
