"""Publishing by the command line: everything is checked before anything changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select

from ministry_server import schema
from ministry_server.cli import main
from ministry_server.feeds import Published
from ministry_server.store import open_store
from operator_app.config import paths
from operator_app.domain.directory import ServicePlace
from operator_app.domain.feed_pages import MOST_FEED_BYTES
from operator_app.domain.feeds import (
    ARTICLES,
    CODES,
    DIRECTORY,
    HOLIDAYS,
    KEYS,
    OFFICES,
    HolidayEntry,
    entry_body,
)
from operator_app.errors import BadInput
from tests.feeds.publishing import (
    DIVISION,
    SECRET,
    offer,
    office_entry,
    publish_own_keys,
    service,
    withdraw,
)
from tests.feeds.rows import published
from tests.receiver import RunningReceiver

OFFICE = {"code": "0412", "division": DIVISION, "names": {"ru": "Управление"}}


class Desk:
    """The editors' command line over the data of a receiver."""

    def __init__(self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._tmp_path = tmp_path
        self._capsys = capsys

    def run(self, *words: object) -> tuple[int, str, str]:
        """(exit code, what was printed, what was complained)."""
        code = main([*map(str, words), "--data", str(self.folder)])
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err

    def publish(self, feed: str, bodies: Any, *options: str) -> tuple[int, str, str]:
        file = self._tmp_path / "entries.json"
        file.write_text(json.dumps(bodies), encoding="utf-8")
        return self.run("publish", feed, file, *options)


@pytest.fixture
def editors(receiver: RunningReceiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(receiver.folder, tmp_path, capsys)


def rows(receiver: RunningReceiver) -> list[Any]:
    tables = (schema.feed, schema.feed_entry, schema.feed_place)
    with receiver.store.read() as connection:
        return [list(connection.execute(select(table))) for table in tables]


def test_a_file_is_published_and_listed(editors: Desk, receiver: RunningReceiver) -> None:
    assert editors.publish(OFFICES, [OFFICE, {**OFFICE, "code": "0413"}]) == (
        0,
        "offices version 1: 2 changed, 0 taken back\n",
        "",
    )
    before = rows(receiver)
    assert editors.publish(OFFICES, [OFFICE])[1] == "offices version 1: nothing is different\n"
    assert rows(receiver) == before
    editors.publish(OFFICES, [OFFICE], "--replace")
    code, printed, _ = editors.run("feeds")
    assert (code, printed.split("  ")[:4]) == (
        0,
        ["offices", "version 2", "entries 1", "tombstones 1"],
    )
    assert receiver.receiver.hello("n" * 22)["feeds"] == {OFFICES: 2}


def test_what_is_missing_is_taken_back_only_when_asked(receiver: RunningReceiver) -> None:
    offer(receiver, DIRECTORY, service("s1"), service("s2"))
    assert offer(receiver, DIRECTORY, service("s3")) == Published(DIRECTORY, 2, 1, 0)
    assert set(published(receiver, DIRECTORY)) == {"s1", "s2", "s3"}
    assert offer(receiver, DIRECTORY, service("s3"), replace=True) == Published(DIRECTORY, 3, 0, 2)
    assert offer(receiver, DIRECTORY, service("s3"), replace=True) == Published(DIRECTORY, 3, 0, 0)
    assert offer(receiver, DIRECTORY, service("s1")) == Published(DIRECTORY, 4, 1, 0)


def test_every_fault_is_printed_and_nothing_is_published(
    editors: Desk, receiver: RunningReceiver
) -> None:
    offer(receiver, OFFICES, office_entry("0412"))
    before = rows(receiver)
    code, printed, complaint = editors.publish(
        OFFICES,
        [
            {**OFFICE, "names": {"ru": "Другое"}},
            {**OFFICE, "code": "0413", "division": "417"},
            {**OFFICE, "code": "0414", "names": {"de": "Amt"}, "phome": "1"},
            {"code": "0415"},
            7,
            {**OFFICE, "code": "0413"},
            {**OFFICE, "code": "0416", "names": {"ru": "\ud800"}},
        ],
    )
    assert (code, printed, rows(receiver)) == (1, "", before)
    assert complaint.splitlines() == [
        "0414: phome: unknown field",
        "entry 4: division: missing, or of the wrong type",
        "entry 5: missing, or of the wrong type",
        "entry 7: the file is not UTF-8",
        "0413: division: not a SOATE code (14 digits)",
        "0414: names: unknown language",
        "0413: the same id twice",
        "Nothing was published: 7 faults.",
    ]


def test_what_a_file_leaves_out_is_written_out(editors: Desk, receiver: RunningReceiver) -> None:
    whole = entry_body(service("s1", places=(ServicePlace("p1", DIVISION),)))
    short = {
        "service_id": "s1",
        "names": {"ru": "Служба s1"},
        "organization_id": "o1",
        "organization_names": {"ru": "Управление"},
        "places": [{"place_id": "p1", "division": DIVISION}],
    }
    assert editors.publish(DIRECTORY, [short])[0] == 0
    assert published(receiver, DIRECTORY) == {"s1": json.loads(json.dumps(whole))}
    assert editors.publish(DIRECTORY, [whole])[1] == "directory version 1: nothing is different\n"


def test_slips_inside_of_an_entry_are_found(editors: Desk, receiver: RunningReceiver) -> None:
    body = entry_body(service("s1", confidential=True))
    body["hours"] = [{"days": [0], "opens": "09:00", "closes": "18:00", "validto": "2026-12-01"}]
    code, _, complaint = editors.publish(DIRECTORY, [body])
    assert (code, complaint.splitlines()[0]) == (1, "s1: hours[0].validto: unknown field")
    assert published(receiver, DIRECTORY) == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"code": 1}', "file: the file is not a JSON list of entries"),
        (b"[{]\n", "file, line 1: the file is not JSON"),
        (b"[\n1,\n", "file, line 3: the file is not JSON"),
        (b"[NaN]", "file: the file is not JSON"),
        (b"[" * 100_000, "file: the file is not JSON"),
        ('["ө"]'.encode("cp1251", "replace") + b"\xff", "file: the file is not UTF-8"),
        (b"\xef\xbb\xbf[]", "offices version 0: nothing is different"),
    ],
)
def test_files_that_are_no_list(
    editors: Desk, receiver: RunningReceiver, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "some.json"
    file.write_bytes(content)
    _, printed, complaint = editors.run("publish", OFFICES, file)
    assert (printed or complaint).splitlines()[0] == said
    assert published(receiver, OFFICES) == {}


def test_a_file_too_large_is_not_read(editors: Desk, tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    with file.open("wb") as stream:
        stream.truncate(MOST_FEED_BYTES + 1)
    code, _, complaint = editors.run("publish", OFFICES, file)
    assert (code, complaint.splitlines()[0]) == (1, "file: too large")


def test_a_file_that_is_not_there(editors: Desk, tmp_path: Path) -> None:
    assert editors.run("publish", OFFICES, tmp_path / "none.json")[0] == 1
    assert "needs a file" in editors.run("publish", OFFICES)[2]
    assert "needs a file" in editors.run("publish", KEYS, tmp_path / "none.json")[2]


def test_the_starter_articles_and_the_starter_directory_are_good_to_publish(
    editors: Desk, receiver: RunningReceiver
) -> None:
    resources = paths().resources
    for feed, file in ((ARTICLES, "articles"), (DIRECTORY, "directory/services.json")):
        code, printed, complaint = editors.run("publish", feed, resources / file)
        assert (code, complaint) == (0, ""), printed
        assert published(receiver, feed)
        assert "nothing is different" in editors.run("publish", feed, resources / file)[1]


def test_a_folder_of_articles_with_faults(
    editors: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    folder = tmp_path / "articles"
    shutil.copytree(paths().resources / "articles", folder)
    (folder / "a.md").write_text("No head", encoding="utf-8")
    (folder / "b.md").write_bytes(b"+++\nx = 1\n+++\n\xff")
    code, _, complaint = editors.run("publish", ARTICLES, folder)
    assert code == 1
    assert complaint.splitlines()[0].startswith("a.md: file, line 1: the file does not begin")
    assert complaint.splitlines()[1] == "b.md: the file is not UTF-8"
    assert published(receiver, ARTICLES) == {}


def test_a_directory_as_hsds_with_faults(
    editors: Desk, receiver: RunningReceiver, tmp_path: Path
) -> None:
    file = tmp_path / "hsds.json"
    file.write_text('{"contents": [{"id": "s1"}]}', encoding="utf-8")
    code, _, complaint = editors.run("publish", DIRECTORY, file)
    assert code == 1
    assert "services[0]" in complaint
    assert published(receiver, DIRECTORY) == {}


def test_the_own_keys_are_published_and_older_ones_stay(
    editors: Desk, receiver: RunningReceiver
) -> None:
    assert editors.run("publish", KEYS)[1] == "keys version 1: 1 changed, 0 taken back\n"
    assert editors.run("publish", KEYS)[1] == "keys version 1: nothing is different\n"
    file = receiver.folder / "recipients.json"
    keys = json.loads(file.read_text())
    old = keys["kid"]
    file.write_text(json.dumps({**keys, "kid": "min-next"}))
    assert editors.run("publish", KEYS)[1] == "keys version 2: 2 changed, 0 taken back\n"
    found = published(receiver, KEYS)
    assert {kid: body["current"] for kid, body in found.items()} == {old: False, "min-next": True}


def test_what_the_program_counts_on_cannot_be_taken_back(receiver: RunningReceiver) -> None:
    from operator_app.domain.feeds import CodeEntry

    offer(
        receiver, CODES, CodeEntry("sex", "F", {"ru": "Ж"}), CodeEntry("topic_l2", "X", {"ru": "Т"})
    )
    before = rows(receiver)
    with pytest.raises(BadInput) as caught:
        withdraw(receiver, CODES, "sex/F")
    assert [(f.where, f.code) for f in caught.value.faults] == [("sex/F", "feed.needed")]
    assert rows(receiver) == before
    assert withdraw(receiver, CODES, "topic_l2/X").removed == 1


def test_more_than_a_pc_would_take_is_not_published(
    receiver: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ministry_server import feeds

    offer(receiver, HOLIDAYS, *(HolidayEntry(f"2026-12-{d:02}", closed=True) for d in range(1, 5)))
    before = rows(receiver)
    monkeypatch.setattr(feeds, "MOST_ENTRIES", 5)
    with pytest.raises(BadInput) as caught:
        offer(receiver, HOLIDAYS, *(HolidayEntry(f"2027-01-0{d}", closed=True) for d in (1, 2)))
    assert [f.code for f in caught.value.faults] == ["feed.too_large"]
    assert rows(receiver) == before


def test_confidential_addresses_are_sealed_wherever_they_lie(
    receiver: RunningReceiver, editors: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    body = entry_body(service("s1", confidential=True))
    assert editors.publish(DIRECTORY, [body])[0] == 0
    assert published(receiver, DIRECTORY)["s1"]["places"][0]["address"] == {}
    receiver.stop()
    for file in receiver.folder.iterdir():
        assert SECRET.encode() not in file.read_bytes(), file.name
    assert SECRET not in caplog.text
    receiver.start()
    # Published again as it is offered, without the address: that stays known.
    before = rows(receiver)
    assert (
        "nothing is different"
        in editors.publish(DIRECTORY, [published(receiver, DIRECTORY)["s1"]])[1]
    )
    assert rows(receiver) == before


def test_addresses_of_what_is_confidential_no_more_are_forgotten(
    receiver: RunningReceiver,
) -> None:
    offer(receiver, DIRECTORY, service("s1", confidential=True), service("s2", confidential=True))
    assert len(rows(receiver)[2]) == 2
    withdraw(receiver, DIRECTORY, "s1")
    assert [row.place_id for row in rows(receiver)[2]] == ["s2-home"]
    offer(receiver, DIRECTORY, service("s2"))
    assert rows(receiver)[2] == []


@pytest.mark.parametrize("known_before", [True, False])
def test_a_place_is_not_open_in_one_service_and_confidential_in_another(
    receiver: RunningReceiver, known_before: bool
) -> None:
    from dataclasses import replace

    hidden = service("s1", confidential=True)
    leak = replace(hidden, service_id="s2", places=(replace(hidden.places[0], confidential=False),))
    both = [hidden, leak]
    if known_before:
        offer(receiver, DIRECTORY, hidden)
        both = [leak]
    before = rows(receiver)
    with pytest.raises(BadInput) as caught:
        offer(receiver, DIRECTORY, *both)
    assert {f.code for f in caught.value.faults} == {"feed.place_differs"}
    assert rows(receiver) == before


def test_a_place_has_one_address_and_an_id(receiver: RunningReceiver) -> None:
    from dataclasses import replace

    one = service("s1", confidential=True)
    other = replace(
        one, service_id="s2", places=(replace(one.places[0], address={"ru": "Иная 1"}),)
    )
    nameless = replace(one, service_id="s3", places=(replace(one.places[0], place_id=" "),))
    with pytest.raises(BadInput) as caught:
        offer(receiver, DIRECTORY, one, other, nameless)
    assert [(f.where, f.code) for f in caught.value.faults] == [
        ("s2: places", "feed.place_differs"),
        ("s3: places", "feed.bad_id"),
    ]
    # Two services in one confidential house are all right.
    offer(receiver, DIRECTORY, one, replace(one, service_id="s2"))
    assert len(rows(receiver)[2]) == 1


def test_a_database_of_before_the_feeds_is_brought_up(
    receiver: RunningReceiver, device: Any
) -> None:
    device.push(device.revise())
    _back_to_version_1(receiver)
    receiver.start()
    with receiver.store.read() as connection:
        assert inspect(connection).has_table("feed_place")
    assert len(receiver.stages()) == 1
    publish_own_keys(receiver)
    offer(receiver, OFFICES, office_entry())
    receiver.stop()
    receiver.start()
    assert receiver.receiver.hello("n" * 22)["feeds"] == {KEYS: 1, OFFICES: 1}


def test_two_processes_may_bring_it_up_at_the_same_time(receiver: RunningReceiver) -> None:
    from concurrent.futures import ThreadPoolExecutor

    _back_to_version_1(receiver)
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: open_store(receiver.folder), range(4)))
    for store in stores:
        with store.read() as connection:
            assert inspect(connection).has_table("feed")
        store.close()


def _back_to_version_1(receiver: RunningReceiver) -> None:
    with receiver.store.write() as connection:
        for table in (schema.feed_place, schema.feed_entry, schema.feed):
            table.drop(connection)
        connection.execute(
            schema.meta.update().where(schema.meta.c.key == "schema").values(value="1")
        )
    receiver.stop()
