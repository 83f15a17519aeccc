"""What the ministry publishes arrives at an office, and what belongs to it follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from operator_app.db import feeds, settings
from operator_app.domain.feeds import (
    ANNOUNCEMENTS,
    ARTICLES,
    CODES,
    DIRECTORY,
    KEYS,
    OFFICES,
    Announcement,
    CodeEntry,
    KeyEntry,
    entry_body,
)
from operator_app.sync.status import LinkState, last_attempts
from tests.faults.proxy import FaultProxy
from tests.feeds.meddler import Meddler
from tests.feeds.publishing import (
    SECRET,
    article,
    offer,
    office_entry,
    publish_own_keys,
    service,
    withdraw,
)
from tests.feeds.rows import check_alike, everything, offered, problems, versions
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, quick_https


def test_all_kinds_arrive_in_one_round(desk: Desk, receiver: RunningReceiver) -> None:
    offer(receiver, DIRECTORY, service("s1"), service("s2"))
    offer(receiver, ARTICLES, article("a1"), article("a1", language="ky"))
    offer(receiver, CODES, CodeEntry("topic_l2", "NEW.ONE", {"ru": "Новая тема"}))
    offer(receiver, ANNOUNCEMENTS, Announcement("n1", "2026-11-24", {"ru": "О"}, {"ru": "Текст"}))
    report = desk.run()
    assert (report.state, report.problem) == (LinkState.ONLINE, None)
    assert report.feeds_changed == (DIRECTORY, ARTICLES, CODES, ANNOUNCEMENTS)
    check_alike(desk, receiver)
    assert versions(desk) == {DIRECTORY: 1, ARTICLES: 1, CODES: 1, ANNOUNCEMENTS: 1}
    assert ("feed", "ok", 2) in [
        (a.action, a.outcome, a.items) for a in last_attempts(desk.database)
    ]


def test_only_what_changed_travels_and_nothing_when_nothing_did(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    offer(receiver, DIRECTORY, *(service(f"s{n}") for n in range(4)))
    desk.run()
    assert meddler.asked == [("directory?after=0&page=1", "")]
    meddler.asked.clear()
    assert desk.run().feeds_changed == ()
    assert meddler.asked == []
    offer(receiver, DIRECTORY, service("s2", cost={"ru": "Бесплатно"}))
    seen: list[int] = []
    meddler.page = lambda page: seen.append(page["total"]) or page
    assert desk.run().feeds_changed == (DIRECTORY,)
    assert (meddler.asked, seen) == ([("directory?after=1&page=1", '"1-1"')], [1])
    check_alike(desk, receiver)


def test_an_answer_of_many_pages(desk: Desk, receiver: RunningReceiver, meddler: Meddler) -> None:
    long = {"ru": "о" * 40_000}
    offer(receiver, DIRECTORY, *(service(f"s{n:02}", descriptions=long) for n in range(10)))
    desk.run()
    assert [path for path, _ in meddler.asked] == [
        "directory?after=0&page=1",
        *(f"directory?after=0&page={n}&version=1" for n in range(2, len(meddler.asked) + 1)),
    ]
    assert len(meddler.asked) >= 3
    check_alike(desk, receiver)


def test_what_is_taken_back_is_offered_no_more_and_old_calls_find_it(
    desk: Desk, receiver: RunningReceiver
) -> None:
    offer(receiver, DIRECTORY, service("s1", url="https://before.example"), service("s2"))
    desk.run()
    with desk.database.read() as connection:
        told = feeds.find(connection, DIRECTORY, "s1")
    assert told is not None
    offer(receiver, DIRECTORY, service("s1", url="https://after.example"))
    desk.run()
    withdraw(receiver, DIRECTORY, "s1")
    assert desk.run().feeds_changed == (DIRECTORY,)
    assert list(offered(desk, DIRECTORY)) == ["s2"]
    with desk.database.read() as connection:
        assert feeds.find(connection, DIRECTORY, "s1", told.content).body == told.body
        assert feeds.find(connection, DIRECTORY, "s1").removed
    # A device that comes later is told of it as well: it may have it from a file.
    check_alike(desk, receiver)


def test_an_entry_that_comes_back_is_offered_again(desk: Desk, receiver: RunningReceiver) -> None:
    offer(receiver, DIRECTORY, service("s1"), service("s2"))
    desk.run()
    withdraw(receiver, DIRECTORY, "s1")
    desk.run()
    offer(receiver, DIRECTORY, service("s1"))
    desk.run()
    check_alike(desk, receiver)


def test_an_older_version_is_ignored_and_said(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    offer(receiver, DIRECTORY, service("s1"))
    offer(receiver, DIRECTORY, service("s2"))
    desk.run()
    before = everything(desk)
    meddler.asked.clear()
    meddler.hello = lambda feeds: {**feeds, DIRECTORY: 1}
    assert desk.run().feeds_changed == ()
    assert problems(desk) == {DIRECTORY: "feed.older"}
    assert (meddler.asked, everything(desk)) == ([], before)
    meddler.hello = None
    desk.run()
    assert problems(desk) == {}


def test_a_restored_server_is_followed_after_its_new_epoch(
    desk: Desk, receiver: RunningReceiver
) -> None:
    offer(receiver, DIRECTORY, service("s1"))
    backup = receiver.folder / "ministry.db"
    receiver.stop()
    kept = backup.read_bytes()
    receiver.start()
    offer(receiver, DIRECTORY, service("s1", url="https://lost.example"))
    desk.run()
    receiver.stop()
    for leftover in ("-wal", "-shm"):
        backup.with_name(backup.name + leftover).unlink(missing_ok=True)
    backup.write_bytes(kept)
    receiver.start()
    receiver.new_epoch()
    assert desk.run().feeds_changed == (DIRECTORY,)
    check_alike(desk, receiver)


def test_an_older_server_publishes_nothing(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    offer(receiver, DIRECTORY, service("s1"))
    meddler.hello = lambda feeds: {}
    desk.save()
    report = desk.run()
    assert (report.confirmed, report.problem, report.feeds_changed) == (1, None, ())
    assert (meddler.asked, versions(desk)) == ([], {})


def test_the_office_gets_its_new_name(desk: Desk, receiver: RunningReceiver) -> None:
    with desk.database.read() as connection:
        before = settings.read_office(connection)
    named = replace(office_entry("0412", "Новое имя"), division="41708000000000")
    offer(receiver, OFFICES, named, office_entry("0413"))
    desk.run()
    with desk.database.read() as connection:
        after = settings.read_office(connection)
    assert after.names == {**before.names, "ru": "Новое имя"}
    assert (after.code, after.division) == ("0412", "41708000000000")
    # Taken back by mistake: the office still knows who it is.
    withdraw(receiver, OFFICES, "0412")
    desk.run()
    with desk.database.read() as connection:
        assert settings.read_office(connection) == after


def test_another_offices_name_is_no_business_of_ours(
    stranger: Desk, receiver: RunningReceiver
) -> None:
    with stranger.database.read() as connection:
        before = settings.read_office(connection)
    offer(receiver, OFFICES, office_entry("0412", "Новое имя"))
    assert stranger.run().feeds_changed == (OFFICES,)
    with stranger.database.read() as connection:
        assert settings.read_office(connection) == before


def test_a_new_sealing_key_is_used_from_now_on(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    import pyrage

    publish_own_keys(receiver)
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    keys = receiver.receiver.keys
    old = KeyEntry(keys.kid, keys.recipients)
    offer(receiver, KEYS, old, KeyEntry("next", (recipient,), current=True))
    assert desk.run().feeds_changed == (KEYS,)
    with desk.database.read() as connection:
        server = settings.read_server(connection)
    assert (server.kid, server.recipients) == ("next", (recipient,))
    assert server.receipt_key == keys.receipt_public
    # Only the new one changed, but the current one has to be in every answer.
    seen: list[int] = []
    meddler.page = lambda page: seen.append(page["total"]) or page
    offer(
        receiver,
        KEYS,
        old,
        KeyEntry("third", (recipient,)),
        KeyEntry("next", (recipient,), current=True),
    )
    desk.run()
    assert seen == [3]


def test_confidential_addresses_come_apart_from_the_directory(
    desk: Desk, colleague: Desk, receiver: RunningReceiver
) -> None:
    offer(receiver, DIRECTORY, service("s1", confidential=True), service("s2"))
    for seat in (desk, colleague):
        assert seat.run().feeds_changed == (DIRECTORY,)
        assert SECRET not in str(offered(seat, DIRECTORY))
        assert _addresses(seat) == {"s1-home": {"ru": SECRET}}
        assert seat.run().feeds_changed == ()


def test_addresses_are_asked_for_once_for_a_version(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    def asked() -> int:
        desk.run()
        return meddler.posted.count("/sync/v1/places")

    assert asked() == 0
    offer(receiver, DIRECTORY, service("s2", confidential=True))
    assert (asked(), asked()) == (1, 1)
    offer(receiver, DIRECTORY, service("s3"))
    assert (asked(), asked()) == (2, 2)


def test_an_address_is_in_no_file_of_the_pc_and_in_no_request(
    far_desk: Desk, receiver: RunningReceiver, proxy: FaultProxy, caplog: pytest.LogCaptureFixture
) -> None:
    offer(receiver, DIRECTORY, service("s1", confidential=True))
    far_desk.run()
    assert _addresses(far_desk) == {"s1-home": {"ru": SECRET}}
    assert any(b"/sync/v1/places" in request for request in proxy.requests)
    assert not any(SECRET.encode() in request for request in proxy.requests)
    for file in far_desk.office.paths.data.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file.name
    assert SECRET not in caplog.text


def test_an_address_that_alone_changed_arrives(desk: Desk, receiver: RunningReceiver) -> None:
    home = service("s1", confidential=True)
    offer(receiver, DIRECTORY, home)
    desk.run()
    moved = replace(home, places=(replace(home.places[0], address={"ru": "Башка 3"}),))
    offer(receiver, DIRECTORY, moved)
    assert desk.run().feeds_changed == (DIRECTORY,)
    assert _addresses(desk) == {"s1-home": {"ru": "Башка 3"}}


@pytest.mark.parametrize("status", [404, 500, 503])
def test_addresses_that_did_not_come_are_asked_for_again(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler, status: int
) -> None:
    offer(receiver, DIRECTORY, service("s1", confidential=True))
    carrier, exchange = meddler._carrier, meddler._carrier.exchange

    def failing(method: str, path: str, body: bytes = b"", *, etag: str = ""):
        answer = exchange(method, path, body, etag=etag)
        return replace(answer, status=status) if path.endswith("/places") else answer

    carrier.exchange = failing
    assert desk.run().feeds_changed == (DIRECTORY,)
    assert _addresses(desk) == {}
    assert problems(desk) == ({DIRECTORY: "net.server_error"} if status == 500 else {})
    carrier.exchange = exchange
    assert desk.run().feeds_changed == (DIRECTORY,)
    assert (_addresses(desk), problems(desk)) == ({"s1-home": {"ru": SECRET}}, {})


def test_an_urgent_call_does_not_wait_for_a_long_feed(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    long = {"ru": "о" * 40_000}
    offer(receiver, DIRECTORY, *(service(f"s{n:02}", descriptions=long) for n in range(10)))
    meddler.page = lambda page: (page["page"] == 2 and desk.save_urgent() and page) or page
    report = desk.run()
    assert (report.feeds_changed, len(meddler.asked), report.problem) == ((), 2, None)
    assert desk.cycle.next_due() == 0
    meddler.page = None
    report = desk.run()
    assert (report.confirmed, report.feeds_changed) == (1, (DIRECTORY,))
    assert problems(desk) == {}


def test_stopping_ends_between_two_pages(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    long = {"ru": "о" * 40_000}
    offer(receiver, DIRECTORY, *(service(f"s{n:02}", descriptions=long) for n in range(10)))
    before = everything(desk)

    def stopping(page):
        desk.cycle.stop()
        return page

    meddler.page = stopping
    report = desk.run()
    assert (report.stopped, report.feeds_changed, len(meddler.asked)) == (True, (), 1)
    assert everything(desk) == before


def test_a_feed_that_moves_on_is_begun_again(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    long = {"ru": "о" * 40_000}
    many = [service(f"s{n:02}", descriptions=long) for n in range(10)]
    offer(receiver, DIRECTORY, *many)
    times = iter(range(2))

    def publishing(page):
        if page["page"] == 1 and (time := next(times, None)) is not None:
            offer(receiver, DIRECTORY, service("s00", cost={"ru": f"{time}"}))
        return page

    meddler.page = publishing
    assert desk.run().feeds_changed == (DIRECTORY,)
    check_alike(desk, receiver)
    # For ever moving on is a problem, and none that rests.
    before = everything(desk)
    meddler.page = lambda page: (
        offer(
            receiver,
            DIRECTORY,
            service("s01", url=f"https://{len(meddler.asked)}.example", descriptions=long),
        )
        and page
    )
    offer(receiver, DIRECTORY, *(replace(s, for_danger=True) for s in many))
    desk.run()
    assert problems(desk) == {DIRECTORY: "feed.moved"}
    assert everything(desk) == before
    meddler.page = None
    desk.run()
    assert problems(desk) == {}
    check_alike(desk, receiver)


def test_what_was_taken_from_a_file_meanwhile_is_not_put_back(
    desk: Desk, receiver: RunningReceiver, meddler: Meddler
) -> None:
    from ministry_server.feed_pages import FeedPages
    from operator_app.sync.feed_package import read_package, take_package

    offer(receiver, DIRECTORY, service("s1", url="https://first.example"))

    def importing(page):
        offer(receiver, DIRECTORY, service("s1", url="https://second.example"))
        data = FeedPages(receiver.store, receiver.receiver.keys).package([])
        take_package(desk.database, read_package(data, None), 7)
        return page

    meddler.page = importing
    assert desk.run().feeds_changed == ()
    assert versions(desk) == {DIRECTORY: 2}
    check_alike(desk, receiver)


def test_entries_of_the_program_give_way_to_the_ministrys(
    desk: Desk, receiver: RunningReceiver
) -> None:
    from operator_app.domain.feeds import FeedEntry

    own = [service("s1", url="https://delivered.example"), service("s9")]
    with desk.database.write() as connection:
        entries = [FeedEntry(s.service_id, entry_body(s)) for s in own]
        feeds.take(connection, DIRECTORY, entries, feeds.PROGRAM, 1)
    offer(receiver, DIRECTORY, service("s1"), service("s9"))
    withdraw(receiver, DIRECTORY, "s9")
    desk.run()
    check_alike(desk, receiver)
    with desk.database.read() as connection:
        assert feeds.find(connection, DIRECTORY, "s9").removed
        assert feeds.find(connection, DIRECTORY, "s1").source == feeds.MINISTRY


def test_the_real_carrier_understands_not_modified(desk: Desk, receiver: RunningReceiver) -> None:
    offer(receiver, DIRECTORY, service("s1"))
    carrier = quick_https(receiver.url)
    for _ in range(2):
        answer = carrier.exchange("GET", "/sync/v1/feed/directory?after=0&page=1", etag='"1-1"')
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", '"1-1"')
    answer = carrier.exchange("GET", "/sync/v1/feed/directory")
    assert (answer.status, answer.headers["etag"]) == (200, '"1-1"')
    carrier.close()


def _addresses(desk: Desk) -> dict[str, dict[str, str]]:
    with desk.database.read() as connection:
        return feeds.addresses(connection, ["s1-home"])
