"""Whatever is wrong with a feed: nothing of it is taken, it is named, and everything else goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operator_app.domain import feed_pages
from operator_app.domain.feed_pages import MOST_FEED_BYTES, digest_of
from operator_app.domain.feeds import (
    ARTICLES,
    CODES,
    DIRECTORY,
    HOLIDAYS,
    KEYS,
    OFFICES,
    CodeEntry,
    HolidayEntry,
    entry_body,
)
from operator_app.sync.carriers.base import Answer
from operator_app.sync.receipts import sign
from operator_app.sync.status import LinkState, last_attempts
from tests.faults import proxy as faults
from tests.faults.proxy import FaultProxy
from tests.feeds.meddler import Meddler, Page, holding
from tests.feeds.publishing import (
    SECRET,
    article,
    offer,
    office_entry,
    publish_own_keys,
    service,
)
from tests.feeds.rows import check_alike, everything, problems, versions
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk

LONG = {"ru": "о" * 500}
GOOD = entry_body(service("s7"))


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_pages, "PAGE_BYTES", 5_000)


def _directory(receiver: RunningReceiver) -> None:
    """Three pages."""
    offer(receiver, DIRECTORY, *(service(f"s{n:02}", descriptions=LONG) for n in range(8)))


def _body(**changes: Any) -> dict[str, Any]:
    return json.loads(json.dumps({**GOOD, **changes}))


def _only(number: int, change: Callable[[Page], Page]) -> Callable[[Page], Page]:
    """Change the page of that number."""
    return lambda page: change(page) if page["page"] == number else page


def _bare(entries: list[Any], **changes: Any) -> Callable[[Page], Page]:
    return lambda page: {**page, "pages": 1, "entries": entries, "total": len(entries), **changes}


def _twice(page: Page) -> Page:
    return holding(page, ("s7", _body()), ("s7", _body(url="https://other.example")))


PAGES: dict[str, tuple[Callable[[Page], Page], str]] = {
    "a field is missing": (lambda p: {k: v for k, v in p.items() if k != "total"}, "feed.wrong_schema"),
    "a field more": (lambda p: {**p, "more": 1}, "feed.wrong_schema"),
    "no number of pages": (lambda p: {**p, "pages": "3"}, "feed.wrong_schema"),
    "version is no number": (lambda p: {**p, "version": None}, "feed.wrong_schema"),
    "version is a truth": (lambda p: {**p, "version": True}, "feed.wrong_schema"),
    "entries are no list": (_only(2, lambda p: {**p, "entries": {}}), "feed.wrong_schema"),
    "an entry is no object": (_bare([7]), "feed.wrong_schema"),
    "an entry with a field more": (_bare([{"id": "s7", "body": None, "x": 1}]), "feed.wrong_schema"),
    "a body that is a text": (_bare([{"id": "s7", "body": "text"}]), "feed.wrong_schema"),
    "a newer schema": (lambda p: {**p, "schema": 2}, "feed.newer_schema"),
    "an older version": (lambda p: holding(p, ("s7", _body()), version=3), "feed.older"),
    "no version": (lambda p: holding(p, ("s7", _body()), version=0), "feed.other_version"),
    "since another version": (lambda p: {**p, "after": 5}, "feed.other_version"),
    "another feed": (lambda p: {**p, "feed": OFFICES}, "feed.other_feed"),
    "an unknown feed": (lambda p: {**p, "feed": "nonsense"}, "feed.other_feed"),
    "no pages": (lambda p: {**p, "pages": 0}, "feed.incomplete"),
    "a page twice": (_only(2, lambda p: {**p, "page": 1}), "feed.incomplete"),
    "a page is missing": (_only(2, lambda p: {**p, "page": 3}), "feed.incomplete"),
    "the answer ends early": (lambda p: {**p, "pages": 2}, "feed.incomplete"),
    "an entry is missing": (_only(2, lambda p: {**p, "entries": p["entries"][1:]}), "feed.incomplete"),
    "an entry was changed": (
        _only(2, lambda p: {**p, "entries": [{**p["entries"][0], "body": _body()}, *p["entries"][1:]]}),
        "feed.incomplete",
    ),
    "pages of two answers": (_only(2, lambda p: {**p, "digest": digest_of([])}), "feed.mixed_pages"),
    "mixed versions": (_only(2, lambda p: {**p, "version": 9}), "feed.moved"),
    "mixed totals": (_only(3, lambda p: {**p, "total": 99}), "feed.mixed_pages"),
    "nothing at all": (holding, "feed.empty"),
    "an id twice": (_twice, "feed.duplicate"),
    "an id of strange letters": (lambda p: holding(p, ("../s7", _body())), "feed.bad_id"),
    "another id inside": (lambda p: holding(p, ("s8", _body())), "feed.other_id"),
    "an entry of another type": (lambda p: holding(p, ("s7", {"code": "0412"})), "feed.wrong_type"),
    "a field of another type": (lambda p: holding(p, ("s7", _body(names="x"))), "feed.wrong_type"),
    "an unknown language": (lambda p: holding(p, ("s7", _body(names={"xx": "x"}))), "feed.unknown_language"),
    "a number beyond all": (
        # Its digest cannot be made: no two programs agree on such numbers.
        lambda p: {**holding(p, ("s7", _body())), "entries": [{"id": "s7", "body": _body(more=2**80)}]},
        "feed.wrong_type",
    ),
    "an entry too large": (lambda p: holding(p, ("s7", _body(url="x" * 200_000))), "feed.too_large"),
    "more entries than ever": (
        lambda p: holding(p, *((f"s{n}", None) for n in range(50_001))),
        "feed.too_large",
    ),
    "thousands of pages": (lambda p: {**p, "pages": 5_000}, "feed.too_large"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_pages_that_are_refused(
    name: str, desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    """Signed by our own server, and wrong all the same."""
    change, code = PAGES[name]
    _directory(receiver)
    offer(receiver, DIRECTORY, service("s00", descriptions=LONG, url="https://now.example"))
    _refused(desk, receiver, meddler, code, page=change)


def _signed_by_another(_path: str, answer: Answer) -> Answer:
    said = json.loads(answer.body)
    del said["sig"]
    forged = sign(said, Ed25519PrivateKey.generate(), purpose="feed")
    return Answer(200, {}, json.dumps(forged).encode())


def _changed(**changes: Any) -> Callable[[str, Answer], Answer]:
    return lambda _path, answer: Answer(
        200, {}, json.dumps({**json.loads(answer.body), **changes}).encode()
    )


ANSWERS: dict[str, tuple[Callable[[str, Answer], Answer], str]] = {
    "another server's signature": (_signed_by_another, "feed.bad_signature"),
    "content changed": (_changed(published_at=7), "feed.bad_signature"),
    "no signature": (_changed(sig=None), "feed.bad_signature"),
    "odd signature": (_changed(sig="é"), "feed.bad_signature"),
    "half a character": (_changed(digest="\ud800"), "feed.bad_signature"),
    "cut": (lambda _p, a: Answer(200, {}, a.body[: len(a.body) // 2]), "net.portal"),
    "empty": (lambda _p, _a: Answer(200, {}, b""), "net.portal"),
    "a page to sign in": (lambda _p, _a: Answer(200, {}, b"<html>Welcome</html>"), "net.portal"),
    "brackets": (lambda _p, _a: Answer(200, {}, b"[" * 100_000), "net.portal"),
    "sent elsewhere": (lambda _p, _a: Answer(302), "net.portal"),
    "500": (lambda _p, _a: Answer(500, {}, b"oops"), "net.server_error"),
    "404": (lambda _p, _a: Answer(404, {}, b"{}"), "feed.not_offered"),
    "400": (lambda _p, _a: Answer(400, {}, b'{"code":"request.malformed"}'), "request.malformed"),
    "401": (lambda _p, _a: Answer(401, {}, b'{"code":"device.revoked"}'), "device.revoked"),
    "429": (lambda _p, _a: Answer(429, {"retry-after": "90"}), "server.busy"),
    "not modified": (lambda _p, _a: Answer(304), "net.stale_answer"),
    "always moving": (lambda _p, _a: Answer(409, {}, b"{}"), "feed.moved"),
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("at", [1, 2])
def test_answers_that_are_refused(
    name: str, at: int, desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    fault, code = ANSWERS[name]
    _directory(receiver)
    offer(receiver, DIRECTORY, service("s00", descriptions=LONG))
    _refused(
        desk,
        receiver,
        meddler,
        code,
        answer=lambda path, a: fault(path, a) if f"page={at}" in path else a,
    )


def _refused(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler, code: str, **spoil: Any
) -> None:
    """The directory is not taken and says why; the other feeds and the records are not held up;
    as soon as the fault is gone all is well."""
    offer(receiver, ARTICLES, article())
    desk.run()
    offer(receiver, DIRECTORY, service("s00", descriptions=LONG, for_danger=True), service("s01"))
    offer(
        receiver,
        DIRECTORY,
        *(service(f"s{n:02}", descriptions=LONG, cost={"ru": "0"}) for n in range(8)),
    )
    offer(receiver, HOLIDAYS, HolidayEntry("2026-11-30", closed=True))
    call = desk.save()
    before = everything(desk)
    known = versions(desk)
    for name, value in spoil.items():
        setattr(meddler, name, _of_directory(value, name))
    report = desk.run()
    assert problems(desk) == {DIRECTORY: code}
    assert (report.state, report.problem) == (LinkState.ONLINE, None)
    assert (report.confirmed, report.feeds_changed) == (1, (HOLIDAYS,))
    assert desk.states()[call.op_id] == "applied"
    after = everything(desk)
    assert versions(desk) == {**known, HOLIDAYS: 1}
    assert _besides(after, HOLIDAYS) == _besides(before, HOLIDAYS)
    assert code in {a.outcome for a in last_attempts(desk.database) if a.action == "feed"}
    meddler.page = meddler.answer = None
    desk.office.clock.forward(hours=1)
    assert desk.run().feeds_changed == (DIRECTORY,)
    assert problems(desk) == {}
    check_alike(desk, receiver)


def _of_directory(change: Callable[..., Any], name: str) -> Callable[..., Any]:
    if name == "page":
        return lambda page: change(page) if page["feed"] == DIRECTORY else page
    return lambda path, answer: change(path, answer) if "/directory" in path else answer


def _besides(rows: dict[str, list[Any]], feed: str) -> dict[str, list[Any]]:
    """Without the rows that another feed rightly brought, and the counter of takings."""
    return {
        table: [row for row in found if feed not in row and "counter.feeds" not in row]
        for table, found in rows.items()
    }


def test_a_hundred_megabytes_are_not_read_to_their_end(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    """Twenty signed pages of five megabytes each."""
    offer(receiver, DIRECTORY, service("s1"))
    desk.run()
    offer(receiver, DIRECTORY, service("s2"))
    before = everything(desk)
    padding = "x" * (5 << 20)
    pages: dict[int, Answer] = {}
    answers = 0

    def huge(path: str, answer: Answer) -> Answer:
        nonlocal answers
        answers += 1
        number = int(path.split("page=")[1].split("&", maxsplit=1)[0])
        page = {
            **first,
            "page": number,
            "entries": [{"id": f"s{number}", "body": _body(url=padding)}],
        }
        return pages.setdefault(number, meddler.signed(page))

    first = holding(
        {"feed": DIRECTORY, "schema": 1, "version": 2, "after": 0, "published_at": 1},
        ("s1", _body()),
        pages=20,
        total=20,
    )
    meddler.answer = huge
    meddler.asked.clear()
    desk.run()
    assert problems(desk) == {DIRECTORY: "feed.too_large"}
    assert everything(desk) == before
    assert answers == MOST_FEED_BYTES // (5 << 20) + 1


def test_one_huge_answer_is_not_read_to_its_end(
    far_desk: Desk, receiver: RunningReceiver, proxy: FaultProxy
) -> None:
    offer(receiver, DIRECTORY, service("s1"))
    before = everything(far_desk)
    far_desk.save()
    proxy.plan(
        faults.answer(200, b"{" + b" " * (9 << 20), content_type="application/json"),
        path="/sync/v1/feed",
    )
    report = far_desk.run()
    assert (problems(far_desk), report.confirmed) == ({DIRECTORY: "net.answer_too_large"}, 1)
    assert report.state is LinkState.ONLINE
    _same_but_for_sending(far_desk, before)


WAYS = {
    "reset": (faults.refuse, "net.cut"),
    "answer lost": (faults.lose_answer, "net.cut"),
    "answer cut in the head": (faults.cut_response(40), "net.cut"),
    "answer cut": (faults.cut_response(600), "net.cut"),
    "answer cut at its end": (faults.cut_response(-1), "net.cut"),
    "captive portal": (faults.answer(200), "net.portal"),
    "captive portal elsewhere": (
        faults.answer(302, headers={"Location": "http://127.0.0.1:9/"}),
        "net.portal",
    ),
    "500": (faults.answer(500), "net.server_error"),
    "changed on the way": (
        faults.changed(lambda page: {**page, "total": 9}),
        "feed.bad_signature",
    ),
    "no answer": (faults.hang, "net.timeout"),
}


@pytest.mark.parametrize("name", WAYS)
def test_faults_of_the_way(
    name: str,
    far_desk: Desk,
    receiver: RunningReceiver,
    proxy: FaultProxy,
    impatience: Callable[[Desk], None],
) -> None:
    """The way to one feed fails, that to the server does not: what is sent is sent."""
    fault, code = WAYS[name]
    if fault is faults.hang:
        impatience(far_desk)
    offer(receiver, DIRECTORY, service("s1"))
    before = everything(far_desk)
    far_desk.save()
    proxy.plan(fault, path="/sync/v1/feed")
    report = far_desk.run()
    assert (report.state, report.confirmed, problems(far_desk)) == (
        LinkState.ONLINE,
        1,
        {DIRECTORY: code},
    )
    _same_but_for_sending(far_desk, before)
    far_desk.office.clock.forward(hours=1)
    far_desk.run()
    check_alike(far_desk, receiver)


def test_when_the_way_itself_fails_the_pc_is_offline(
    far_desk: Desk, receiver: RunningReceiver, proxy: FaultProxy
) -> None:
    offer(receiver, DIRECTORY, service("s1"))
    far_desk.save()
    proxy.plan(_goes_down(proxy), path="/sync/v1/feed")
    report = far_desk.run()
    assert (report.state, report.problem, report.confirmed) == (LinkState.OFFLINE, "net.cut", 1)
    # It says nothing of the feed.
    assert (problems(far_desk), versions(far_desk)) == ({}, {})


def test_what_was_taken_before_the_way_failed_is_told(
    far_desk: Desk, receiver: RunningReceiver, proxy: FaultProxy
) -> None:
    """The screens have to hear of it, however the round ends."""
    offer(receiver, DIRECTORY, service("s1"))
    offer(receiver, ARTICLES, article())
    proxy.plan(_goes_down(proxy), path=f"/sync/v1/feed/{ARTICLES}")
    report = far_desk.run()
    assert (report.state, report.feeds_changed) == (LinkState.OFFLINE, (DIRECTORY,))
    assert versions(far_desk) == {DIRECTORY: 1}


def _goes_down(proxy: FaultProxy) -> faults.Fault:
    def fault(exchange: faults.Exchange) -> None:
        proxy.plan(faults.refuse, times=1000, path="/")
        exchange.reset()

    return fault


def test_what_was_refused_is_not_fetched_again_at_once(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    """It may be megabytes, on a line that is paid by the megabyte."""
    offer(receiver, DIRECTORY, service("s1"))
    meddler.page = lambda page: {**page, "schema": 2}
    for _ in range(3):
        desk.run()
    assert len(meddler.asked) == 1
    assert problems(desk) == {DIRECTORY: "feed.newer_schema"}
    desk.office.clock.forward(hours=-3)
    desk.run()
    assert len(meddler.asked) == 2


@pytest.mark.parametrize(
    "versions_told", [[], {"directory": "3"}, {"directory": -1}, {"directory": True}, None]
)
def test_a_greeting_with_odd_versions_is_no_greeting(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler, versions_told: Any
) -> None:
    meddler.hello = lambda _feeds: versions_told
    assert desk.run().problem == "net.bad_answer"


def test_a_feed_of_a_newer_server_is_left_alone(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    meddler.hello = lambda feeds: {**feeds, "rates": 4, "../../etc": 2}
    report = desk.run()
    assert (report.problem, meddler.asked, problems(desk)) == (None, [], {})


def test_what_the_program_counts_on_is_not_taken_back(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    offer(receiver, CODES, CodeEntry("sex", "F", {"ru": "Женский"}))
    before = everything(desk)
    meddler.page = lambda page: holding(page, ("sex/F", None))
    desk.run()
    assert problems(desk) == {CODES: "feed.needed"}
    assert everything(desk) == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"current": False}, "feed.one_current_key"),
        ({"recipients": ["age1nonsense"]}, "feed.bad_key"),
        ({"recipients": []}, "feed.missing"),
    ],
)
def test_a_key_that_nobody_could_use_is_not_taken(
    desk: Desk,
    receiver: RunningReceiver,
    meddler: Meddler,
    change: dict[str, Any],
    code: str,
) -> None:
    publish_own_keys(receiver)
    before = everything(desk)
    meddler.page = lambda page: holding(
        page, *((e["id"], {**e["body"], **change}) for e in page["entries"])
    )
    desk.run()
    assert (problems(desk), everything(desk)) == ({KEYS: code}, before)


PLACES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another device": lambda said: {**said, "dev": "0" * 16},
    "another request": lambda said: {**said, "n": "x" * 22},
    "not sealed": lambda said: {**said, "sealed": "bm90aGluZw=="},
    "no base64": lambda said: {**said, "sealed": "é"},
    "no seal": lambda said: {k: v for k, v in said.items() if k != "sealed"},
    "sealed: a list": lambda said: {**said, "sealed": [["s1-home"]]},
    "sealed: a text": lambda said: {**said, "sealed": [{"s1-home": "Street"}]},
    "sealed: an unknown language": lambda said: {**said, "sealed": [{"s1-home": {"xx": "Street"}}]},
    "sealed: a number": lambda said: {**said, "sealed": [{"s1-home": {"ru": 7}}]},
    "sealed: far too long": lambda said: {**said, "sealed": [{"s1-home": {"ru": "x" * 2_001}}]},
}


@pytest.mark.parametrize("name", PLACES)
def test_addresses_that_are_not_for_us_are_not_kept(
    name: str, desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    offer(receiver, DIRECTORY, service("s1", confidential=True))
    exchange = meddler._carrier.exchange

    def spoiling(method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        answer = exchange(method, path, body, etag=etag)
        if not path.endswith("/places"):
            return answer
        said = json.loads(answer.body)
        del said["sig"]
        spoilt = PLACES[name](said)
        if isinstance(spoilt.get("sealed"), list):
            (content,) = spoilt["sealed"]
            spoilt["sealed"] = _sealed(json.loads(body)["recipient"], content)
        return meddler.signed(spoilt, "places_answer")

    meddler._carrier.exchange = spoiling
    report = desk.run()
    assert (report.state, report.feeds_changed) == (LinkState.ONLINE, (DIRECTORY,))
    assert problems(desk)[DIRECTORY] in ("net.bad_answer", "net.stale_answer")
    assert everything(desk)["confidential_place"] == []
    meddler._carrier.exchange = exchange
    desk.run()
    assert len(everything(desk)["confidential_place"]) == 1


def _sealed(recipient: str, content: Any) -> str:
    import base64

    from operator_app.sync.envelope import sealed_for

    return base64.b64encode(sealed_for(json.dumps(content).encode(), [recipient])).decode()


def test_an_address_of_no_place_here_is_not_kept(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    home = service("s1", confidential=True)
    elsewhere = service("s2", confidential=True)
    offer(receiver, DIRECTORY, home, elsewhere)
    meddler.page = lambda page: holding(
        page, *((e["id"], e["body"]) for e in page["entries"] if e["id"] == "s1")
    )
    desk.run()
    assert [(row[0], SECRET in row[1]) for row in everything(desk)["confidential_place"]] == [
        ("s1-home", True)
    ]


def test_a_revoked_pc_gets_no_addresses(desk: Desk, receiver: RunningReceiver) -> None:
    from ministry_server import devices

    offer(receiver, DIRECTORY, replace(service("s1", confidential=True)))
    with desk.database.read() as connection:
        from operator_app.db import settings

        dev = settings.read_device(connection).device_id
    devices.revoke(receiver.store, dev, receiver.receiver.now())
    before = everything(desk)
    report = desk.run()
    assert (report.state, report.problem) == (LinkState.REFUSED, "device.revoked")
    assert everything(desk) == before


def test_one_offices_feed_faults_leave_the_office_as_it_is(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    offer(receiver, OFFICES, office_entry("0412", "Новое"))
    before = everything(desk)
    meddler.page = lambda page: holding(
        page, ("0412", {**page["entries"][0]["body"], "division": "1"})
    )
    desk.run()
    assert (problems(desk), everything(desk)) == ({OFFICES: "feed.bad_division"}, before)


def _same_but_for_sending(desk: Desk, before: dict[str, list[Any]]) -> None:
    """Nothing of the feeds; what was saved and audited meanwhile is another matter."""
    after = everything(desk)
    for table in ("feed_entry", "feed_state", "confidential_place"):
        assert after[table] == before[table]
