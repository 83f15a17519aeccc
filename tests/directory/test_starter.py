"""What comes with the program: right in itself, brought once, and never over what others brought."""

from __future__ import annotations

import csv
import logging
import shutil
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from operator_app.config import paths
from operator_app.db import feeds
from operator_app.db.models import setting
from operator_app.db.reference_models import feed_entry
from operator_app.domain.feed_pages import FeedChanges
from operator_app.domain.feeds import ARTICLES, DIRECTORY, FeedEntry
from operator_app.domain.hsds import read_hsds, write_hsds_json
from operator_app.services.sign_in import SignIn
from operator_app.services.starter import STARTER, bring_starter
from tests.conftest import PASSWORD

RESOURCES = paths().resources
IDS = [
    "police-102",
    "ambulance-103",
    "fire-101",
    "rescue-112",
    "child-helpline-111",
    "ombudsman-115",
    "helpline-117",
    "ministry-1966",
    "registration-119",
    "crisis-sezim",
    "crisis-ayalzat",
    "crisis-ak-jurok",
    "crisis-tendesh",
    "legal-aid-service",
    "social-fund",
    "employment-service-office",
    "district-office",
    "family-violence-committee",
    "msec",
]
CONFIRMED_NUMBERS = {
    "101", "102", "103", "111", "112", "115", "117", "119", "1966",
    "0800 800 5510", "+996 312 62 41 40", "(0312) 66-01-07",
}  # fmt: skip
ARTICLE = """+++
article_id = "{name}"
language = "ru"
topics = ["BEN.UBK"]
title = "{title}"
+++
Текст.
"""


@pytest.fixture
def office(office):
    """An office to which nothing was brought yet, as signing in does."""
    with office.database.write() as connection:
        connection.execute(delete(feed_entry))
        connection.execute(delete(setting).where(setting.c.key == STARTER))
    return office


@pytest.fixture
def resources(tmp_path) -> Path:
    """A folder of three articles and the directory."""
    folder = tmp_path / "resources"
    (folder / "articles").mkdir(parents=True)
    (folder / "directory").mkdir()
    for name in ("one", "two", "three"):
        write_article(folder, name, f"Статья {name}")
    shutil.copy(RESOURCES / "directory" / "services.json", folder / "directory")
    return folder


def write_article(folder: Path, name: str, title: str) -> None:
    text = ARTICLE.format(name=name, title=title)
    (folder / "articles" / f"{name}.ru.md").write_text(text, encoding="utf-8")


def entries(office, feed: str) -> dict[str, tuple[str, bool, str]]:
    """What is in use: source, removed, and the title or Russian name."""
    with office.database.read() as connection:
        return {
            kept.entry_id: (
                kept.source,
                kept.removed,
                kept.body.get("title") or kept.body["names"]["ru"],
            )
            for kept in feeds.current(connection, feed, removed=True)
        }


def rows(office) -> list[tuple]:
    with office.database.read() as connection:
        return [
            *map(tuple, connection.execute(select(feed_entry).order_by(feed_entry.c.entry_no))),
            *map(tuple, connection.execute(select(setting).order_by(setting.c.key))),
        ]


def starter_services(reference):
    data = (RESOURCES / "directory" / "services.json").read_bytes()
    return read_hsds(data, "services.json", reference).services


def test_the_starter_directory_holds_what_is_known_and_no_more(reference) -> None:
    services = {s.service_id: s for s in starter_services(reference)}
    assert list(services) == IDS
    for service in services.values():
        assert set(service.names) == {"ky", "ru", "en"} == set(service.descriptions)
        assert service.source and service.keywords and not service.confirmed
        assert not service.assured_by
        assert {p.number for p in service.phones} <= CONFIRMED_NUMBERS
        assert not any(place.address for place in service.places)
    open_day_and_night = [s.service_id for s in services.values() if s.hours]
    assert open_day_and_night == ["child-helpline-111"]
    danger = {s.service_id for s in services.values() if s.for_danger}
    assert danger == {
        "police-102", "ambulance-103", "child-helpline-111",
        "crisis-sezim", "crisis-ayalzat", "crisis-ak-jurok", "crisis-tendesh",
    }  # fmt: skip


def test_crisis_centres_are_those_of_the_danger_screen_without_an_address(reference) -> None:
    with (RESOURCES / "data" / "crisis_centres.csv").open(encoding="utf-8", newline="") as stream:
        known = {row["name_ru"]: row["division"] for row in csv.DictReader(stream)}
    centres = [s for s in starter_services(reference) if s.service_type == "CRI"]
    assert {s.names["ru"]: s.places[0].division for s in centres} == known
    assert all(s.is_confidential and not s.phones for s in centres)


def test_the_delivered_articles_and_services_all_come_in(office) -> None:
    assert bring_starter(office.database, RESOURCES, office.clock)
    files = {file.stem for file in (RESOURCES / "articles").glob("*.md")}
    assert set(entries(office, ARTICLES)) == files
    assert set(entries(office, DIRECTORY)) == set(IDS)


def test_brought_once_and_again_only_when_something_is_different(office, resources) -> None:
    assert bring_starter(office.database, resources, office.clock)
    before = rows(office)
    assert not bring_starter(office.database, resources, office.clock)
    assert rows(office) == before
    write_article(resources, "two", "Другая статья два")
    assert bring_starter(office.database, resources, office.clock)
    assert entries(office, ARTICLES)["two.ru"] == ("program", False, "Другая статья два")
    # The version before is kept for the calls that point to it.
    assert len(rows(office)) == len(before) + 1


def test_nothing_is_read_when_nothing_is_different(office, resources, monkeypatch) -> None:
    bring_starter(office.database, resources, office.clock)

    def refuse(*_args, **_kwargs):
        raise AssertionError("read again")

    monkeypatch.setattr(Path, "read_text", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert not bring_starter(office.database, resources, office.clock)


def test_what_is_delivered_no_more_is_offered_no_more(office, resources) -> None:
    bring_starter(office.database, resources, office.clock)
    (resources / "articles" / "one.ru.md").unlink()
    bring_starter(office.database, resources, office.clock)
    assert entries(office, ARTICLES)["one.ru"] == ("program", True, "Статья one")
    write_article(resources, "one", "Статья one")
    bring_starter(office.database, resources, office.clock)
    assert entries(office, ARTICLES)["one.ru"] == ("program", False, "Статья one")


def test_an_entry_of_this_office_stays(office, resources) -> None:
    bring_starter(office.database, resources, office.clock)
    with office.database.write() as connection:
        kept = feeds.find(connection, DIRECTORY, "msec")
        body = {**kept.body, "names": {"ru": "Исправлено здесь"}}
        feeds.take(connection, DIRECTORY, [FeedEntry("msec", body)], feeds.LOCAL, 1)
        one = feeds.find(connection, ARTICLES, "one.ru")
        own = {**one.body, "title": "Своя"}
        feeds.take(connection, ARTICLES, [FeedEntry("one.ru", own)], feeds.LOCAL, 1)
    write_article(resources, "two", "Новая")
    (resources / "articles" / "one.ru.md").unlink()
    bring_starter(office.database, resources, office.clock)
    assert entries(office, DIRECTORY)["msec"] == ("local", False, "Исправлено здесь")
    assert entries(office, ARTICLES)["one.ru"] == ("local", False, "Своя")
    assert entries(office, ARTICLES)["two.ru"] == ("program", False, "Новая")


def test_a_feed_of_the_ministry_is_left_alone(office, resources) -> None:
    bring_starter(office.database, resources, office.clock)
    with office.database.write() as connection:
        entry = FeedEntry("msec", None)
        feeds.take_changes(connection, FeedChanges(DIRECTORY, 3, 0, (entry,), ""), 1)
    before = entries(office, DIRECTORY)
    assert before["msec"][1]
    (resources / "articles" / "one.ru.md").unlink()
    assert bring_starter(office.database, resources, office.clock)
    assert entries(office, DIRECTORY) == before
    assert entries(office, ARTICLES)["one.ru"][1]


def test_a_faulty_file_is_named_and_stops_nothing(office, resources, caplog) -> None:
    bring_starter(office.database, resources, office.clock)
    (resources / "articles" / "one.ru.md").write_text("+++\ntitle = \n+++\nСекрет", "utf-8")
    (resources / "articles" / "two.ru.md").write_bytes(b"+++\n\xff\n+++\n")
    (resources / "articles" / "wrong-name.ru.md").write_text(
        ARTICLE.format(name="four", title="Другое имя"), encoding="utf-8"
    )
    write_article(resources, "three", "Новая три")
    (resources / "directory" / "services.json").write_text('[{"id": "x"}]', encoding="utf-8")
    with caplog.at_level(logging.WARNING, logger="operator_app"):
        assert bring_starter(office.database, resources, office.clock)
    for name in ("one.ru.md", "two.ru.md", "wrong-name.ru.md", "services.json"):
        assert name in caplog.text
    assert "Секрет" not in caplog.text
    # What was brought of it before stays.
    assert entries(office, ARTICLES) == {
        "one.ru": ("program", False, "Статья one"),
        "two.ru": ("program", False, "Статья two"),
        "three.ru": ("program", False, "Новая три"),
    }
    assert set(entries(office, DIRECTORY)) == set(IDS)
    assert not any(removed for _, removed, _ in entries(office, DIRECTORY).values())


def test_a_program_without_its_files_takes_nothing_away(office, resources) -> None:
    bring_starter(office.database, resources, office.clock)
    shutil.rmtree(resources)
    bring_starter(office.database, resources, office.clock)
    assert not any(removed for _, removed, _ in entries(office, ARTICLES).values())
    assert not any(removed for _, removed, _ in entries(office, DIRECTORY).values())


def test_writing_the_starter_directory_again_gives_the_same_file(reference) -> None:
    data = (RESOURCES / "directory" / "services.json").read_bytes()
    assert write_hsds_json(starter_services(reference), {}) == data


def test_signing_in_brings_what_came_with_the_program(office) -> None:
    office.database.close()
    database, _actor = SignIn(office.paths, office.clock).open("aida", PASSWORD)
    office.database = database
    assert set(entries(office, DIRECTORY)) == set(IDS)
    assert entries(office, ARTICLES)
