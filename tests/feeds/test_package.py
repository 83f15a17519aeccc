"""The same feeds in one file: taken whole, or named what is wrong with it, line by line."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ministry_server.cli import main
from operator_app.db import settings
from operator_app.domain.enrolment import server_fingerprint
from operator_app.domain.feed_pages import MOST_FEED_BYTES, PACKAGE_PURPOSE, PURPOSE, make_pages
from operator_app.domain.feeds import ARTICLES, DIRECTORY, FEEDS, KEYS, OFFICES, entry_body
from operator_app.domain.wire import canonical_plain
from operator_app.errors import BadInput
from operator_app.sync.answers import public_key
from operator_app.sync.feed_package import Package, read_package, take_package
from operator_app.sync.receipts import sign
from tests.feeds.meddler import holding
from tests.feeds.publishing import (
    SECRET,
    article,
    offer,
    office_entry,
    publish_own_keys,
    service,
)
from tests.feeds.rows import check_alike, everything, offered
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk

LONG = {"ru": "о" * 40_000}
KEY = Ed25519PrivateKey.generate()


def package_of(receiver: RunningReceiver, tmp_path: Path, *names: str) -> bytes:
    """As the command line writes it."""
    file = tmp_path / "feeds.117feeds"
    assert main(["package", str(file), *names, "--data", str(receiver.folder)]) == 0
    return file.read_bytes()


def read(receiver: RunningReceiver, data: bytes) -> Package:
    return read_package(data, public_key(receiver.receiver.keys.receipt_public))


def test_an_office_without_a_line_gets_all_feeds(
    new_desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    offer(receiver, DIRECTORY, *(service(f"s{n:02}", descriptions=LONG) for n in range(8)))
    offer(receiver, ARTICLES, article("a1"))
    offer(receiver, OFFICES, office_entry("0412", "Новое имя"))
    publish_own_keys(receiver)
    package = read_package(package_of(receiver, tmp_path), None)
    key = receiver.receiver.keys.receipt_public
    assert (package.receipt_key, package.fingerprint) == (key, server_fingerprint(key))
    taken = take_package(new_desk.database, package, 117)
    assert {feed: t.total for feed, t in taken.taken.items()} == {
        DIRECTORY: 8, ARTICLES: 1, OFFICES: 1, KEYS: 1
    }  # fmt: skip
    assert taken.skipped == ()
    check_alike(new_desk, receiver)
    with new_desk.database.read() as connection:
        assert settings.read_office(connection).names["ru"] == "Новое имя"
        # No server is pinned here: a file is no reason to seal to anybody.
        assert settings.read_server(connection).recipients == ()


def test_a_sealing_key_from_a_file_is_used_where_the_server_is_pinned(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    publish_own_keys(receiver)
    with desk.database.write() as connection:
        server = settings.read_server(connection)
        settings.write_server(connection, replace(server, kid="old", recipients=("age1old",)))
    take_package(desk.database, read(receiver, package_of(receiver, tmp_path)), 1)
    with desk.database.read() as connection:
        assert settings.read_server(connection) == server


def test_older_and_equal_feeds_are_skipped_and_told(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    offer(receiver, DIRECTORY, service("s1"))
    offer(receiver, ARTICLES, article("a1"))
    old = package_of(receiver, tmp_path)
    offer(receiver, DIRECTORY, service("s1", url="https://new.example"))
    desk.run()
    before = everything(desk)
    taken = take_package(desk.database, read(receiver, old), 1)
    assert (dict(taken.taken), taken.skipped) == ({}, (DIRECTORY, ARTICLES))
    assert everything(desk) == before
    # What came by file is not fetched once more.
    offer(receiver, DIRECTORY, service("s2"))
    taken = take_package(desk.database, read(receiver, package_of(receiver, tmp_path)), 1)
    assert (list(taken.taken), taken.skipped) == ([DIRECTORY], (ARTICLES,))
    assert desk.run().feeds_changed == ()
    check_alike(desk, receiver)


def test_only_the_named_feeds(receiver: RunningReceiver, tmp_path: Path) -> None:
    offer(receiver, DIRECTORY, service("s1"))
    offer(receiver, ARTICLES, article("a1"))
    package = read(receiver, package_of(receiver, tmp_path, ARTICLES))
    assert [c.feed for c in package.changes] == [ARTICLES]


def test_a_package_of_nothing_is_not_written(
    receiver: RunningReceiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p.117feeds"
    for names in ((), (DIRECTORY,)):
        assert main(["package", str(file), *names, "--data", str(receiver.folder)]) == 1
    assert "No such feed" in capsys.readouterr().err
    assert list(tmp_path.glob("p.*")) == []


def test_no_confidential_address_is_in_a_package(
    desk: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    offer(receiver, DIRECTORY, service("s1", confidential=True))
    data = package_of(receiver, tmp_path)
    assert SECRET not in data.decode()
    take_package(desk.database, read(receiver, data), 1)
    assert everything(desk)["confidential_place"] == []
    # The address comes by the line, once there is one.
    assert desk.run().feeds_changed == (DIRECTORY,)
    assert SECRET in str(everything(desk)["confidential_place"])
    assert SECRET not in str(offered(desk, DIRECTORY))


def pages_of(feed: str, *entries: Any, version: int = 3) -> list[dict[str, Any]]:
    from operator_app.domain.feeds import FeedEntry, entry_id_of

    bodies = [json.loads(json.dumps(entry_body(e))) for e in entries]
    made = [FeedEntry(entry_id_of(feed, e), b) for e, b in zip(entries, bodies, strict=True)]
    return make_pages(feed, version, 0, made, 1)


def file_of(
    *pages: dict[str, Any],
    head: dict[str, Any] | None = None,
    trailer: dict[str, Any] | None = None,
    signer: Ed25519PrivateKey = KEY,
) -> bytes:
    """A package by its lines, signed by `signer`; `head` and `trailer` change the first and last."""
    key = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    first = {"format": "117-feeds", "v": 1, "receipt_key": key, **(head or {})}
    lines = [first, *(sign(page, signer, purpose=PURPOSE) for page in pages)]
    text = b"".join(canonical_plain(line) + b"\n" for line in lines)
    last = {"lines": len(lines), "digest": hashlib.sha256(text).hexdigest(), **(trailer or {})}
    return text + canonical_plain(sign(last, signer, purpose=PACKAGE_PURPOSE)) + b"\n"


ONE = pages_of(DIRECTORY, service("s1"))
THREE = pages_of(DIRECTORY, *(service(f"s{n:02}", descriptions=LONG) for n in range(8)))
GOOD = file_of(*THREE, *pages_of(ARTICLES, article("a1")))


def lines(data: bytes, change: Callable[[list[bytes]], Any]) -> bytes:
    parts = data.split(b"\n")[:-1]
    change(parts)
    return b"\n".join(parts) + b"\n"


FAULTS: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "file", "package.not_one"),
    "something else": (b"%PDF-1.7\n1\n2\n3\n", "line 1", "package.malformed"),
    "another format": (file_of(*ONE, head={"format": "117-bundle"}), "line 1", "package.not_one"),
    "a newer form": (file_of(*ONE, head={"v": 2}), "line 1", "package.newer"),
    "a head with more": (file_of(*ONE, head={"more": 1}), "line 1", "package.malformed"),
    "no key": (file_of(*ONE, head={"receipt_key": "eA=="}), "line 1", "package.malformed"),
    "a key that is none": (file_of(*ONE, head={"receipt_key": 7}), "line 1", "package.malformed"),
    "no pages": (file_of(), "file", "package.cut"),
    "cut in a line": (GOOD[: len(GOOD) // 2], "file", "package.cut"),
    "cut after a line": (lines(GOOD, lambda p: p.pop()), "line 5", "package.cut"),
    "without its last byte": (GOOD[:-1], "file", "package.cut"),
    "a line more": (lines(GOOD, lambda p: p.insert(2, p[1])), "file", "package.changed"),
    "a line less": (lines(GOOD, lambda p: p.pop(2)), "file", "package.changed"),
    "lines in another order": (lines(GOOD, lambda p: p.insert(1, p.pop(2))), "file", "package.changed"),
    "a byte changed": (GOOD.replace(b"s03", b"s09"), "file", "package.changed"),
    "another count": (file_of(*ONE, trailer={"lines": 9}), "file", "package.changed"),
    "a count that is a text": (file_of(*ONE, trailer={"lines": "2"}), "file", "package.changed"),
    "a trailer with more": (file_of(*ONE, trailer={"more": 1}), "file", "package.changed"),
    "signed by another": (file_of(*ONE, signer=Ed25519PrivateKey.generate()), "line 3", "package.cut"),
    "a page unsigned": (
        file_of(*ONE).replace(b'"feed":"directory"', b'"feed":"articles"'), "file", "package.changed"
    ),
    "a page is missing": (file_of(THREE[0], THREE[2]), "directory: pages", "feed.incomplete"),
    "pages of two versions": (
        file_of(THREE[0], *pages_of(DIRECTORY, service("s1"), version=4)),
        "directory: pages",
        "feed.mixed_pages",
    ),
    "a feed twice": (
        file_of(*ONE, *pages_of(ARTICLES, article()), *ONE), "file", "package.feed_twice"
    ),
    "an unknown feed": (file_of({**ONE[0], "feed": "rates"}), "file", "feed.unknown"),
    "an empty feed": (file_of(holding(ONE[0])), "directory: entries", "feed.empty"),
    "not the whole feed": (file_of({**ONE[0], "after": 2}), "directory: pages", "feed.other_version"),
    "an id twice": (
        file_of(holding(ONE[0], ("s1", None), ("s1", None))), "directory: s1", "feed.duplicate"
    ),
    "another type": (
        file_of(holding(ONE[0], ("s1", {"names": 7}))), "directory: s1: names", "feed.wrong_type"
    ),
    "a newer schema": (file_of({**ONE[0], "schema": 2}), "directory: pages", "feed.newer_schema"),
    "brackets": (lines(GOOD, lambda p: p.insert(1, b"[" * 9_000)), "file", "package.changed"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_packages_that_are_refused(name: str) -> None:
    data, where, code = FAULTS[name]
    for key in (None, KEY.public_key()):
        with pytest.raises(BadInput) as caught:
            read_package(data, key)
        assert (caught.value.faults[0].where, caught.value.faults[0].code) == (where, code)


def test_every_fault_of_the_entries_is_named() -> None:
    bad = holding(ONE[0], *((f"s{n}", {"names": n}) for n in range(30)))
    with pytest.raises(BadInput) as caught:
        read_package(file_of(bad), None)
    assert len(caught.value.faults) == 30


def test_a_page_signed_by_another_in_a_package_of_ours() -> None:
    forged = canonical_plain(sign(ONE[0], Ed25519PrivateKey.generate(), purpose=PURPOSE))
    head = GOOD.split(b"\n")[0]
    text = head + b"\n" + forged + b"\n"
    last = {"lines": 2, "digest": hashlib.sha256(text).hexdigest()}
    data = text + canonical_plain(sign(last, KEY, purpose=PACKAGE_PURPOSE)) + b"\n"
    with pytest.raises(BadInput) as caught:
        read_package(data, None)
    assert [(f.code, f.line) for f in caught.value.faults] == [("feed.bad_signature", 2)]


def test_a_whole_package_of_another_server_is_refused_where_one_is_pinned() -> None:
    assert read_package(GOOD, KEY.public_key()).changes
    with pytest.raises(BadInput) as caught:
        read_package(GOOD, Ed25519PrivateKey.generate().public_key())
    assert [f.code for f in caught.value.faults] == ["package.other_server"]


def test_a_hundred_megabytes_are_not_even_read() -> None:
    with pytest.raises(BadInput) as caught:
        read_package(b"x" * (MOST_FEED_BYTES + 1), None)
    assert [f.code for f in caught.value.faults] == ["package.too_large"]


@given(st.binary(max_size=300) | st.tuples(st.integers(0, len(GOOD) - 1), st.binary(max_size=3)))
def test_no_bytes_do_anything_but_be_refused(spoil: Any) -> None:
    data = spoil
    if isinstance(spoil, tuple):
        at, some = spoil
        data = GOOD[:at] + some + GOOD[at + len(some) :]
    try:
        package = read_package(data, None)
    except BadInput as error:
        assert error.faults
    else:
        assert data == GOOD
        assert {c.feed for c in package.changes} <= set(FEEDS)
