"""What comes from the ministry, as the person who looks after it sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from operator_app.db import feeds
from operator_app.db.feeds import MINISTRY, FeedState
from operator_app.db.models import audit
from operator_app.db.reference_models import local_holiday
from operator_app.domain.articles import Article
from operator_app.domain.clock import to_ms
from operator_app.domain.feeds import ARTICLES, DIRECTORY, HOLIDAYS, FeedEntry, HolidayEntry
from operator_app.domain.feeds import entry_body as body_of
from operator_app.errors import Fault
from operator_app.services import search_index
from operator_app.services.calendar import Calendar
from operator_app.services.directory import Directory
from operator_app.services.feed_states import FeedStates
from operator_app.services.knowledge import Knowledge
from operator_app.services.search_index import SearchIndex
from operator_app.sync.status import read_status
from operator_app.ui.events import Events
from operator_app.ui.fault_wording import fault_words
from operator_app.ui.problems import SENTENCES
from operator_app.ui.reference_parts.feeds_part import FeedsPart
from operator_app.ui.reference_parts.holidays_part import HolidaysPart
from operator_app.ui.reference_parts.search_part import SearchPart
from operator_app.ui.sync_wording import CODE_SENTENCES
from operator_app.ui.tasks import InlineTaskRunner, TaskRunner
from tests.architecture.source import ROOT
from tests.conftest import TestOffice, information_call
from tests.ui.door import enter, focused, press, show, words_on, write
from tests.ui.journal_office import save_call

HOUR = 3_600_000
ALT = Qt.KeyboardModifier.AltModifier


def rows(view: QTableView) -> list[list[str]]:
    model = view.model()
    return [
        [str(model.index(r, c).data()) for c in range(model.columnCount())]
        for r in range(model.rowCount())
    ]


def article(article_id: str) -> FeedEntry:
    made = Article(article_id, "ru", ("BEN.UBK",), "Заголовок", "Текст")
    return FeedEntry(made.entry_id, body_of(made))


def take(office: TestOffice, feed: str, *entries: FeedEntry, version: int = 3) -> None:
    now = to_ms(office.clock())
    with office.database.write() as connection:
        feeds.take(connection, feed, entries, MINISTRY, now)
        feeds.write_state(connection, FeedState(feed, version, "digest", now - HOUR, now, None))


# What is here


@pytest.fixture
def feeds_part(qtbot: QtBot, office: TestOffice) -> FeedsPart:
    part = FeedsPart(
        FeedStates(office.database), office.actor, InlineTaskRunner(), Events(), office.clock
    )
    show(qtbot, part)
    return part


def test_a_new_office_has_what_the_program_was_delivered_with(feeds_part: FeedsPart) -> None:
    shown = rows(feeds_part.view)
    assert [row[0] for row in shown] == [
        "Directory", "Articles", "Code lists", "Places", "Offices", "Holidays", "Announcements",
        "Keys", "Versions of the program",
    ]  # fmt: skip
    assert shown[0][1] == "–" and int(shown[0][2]) > 10
    assert shown[0][5] == "○  As delivered with the program"
    assert shown[2][1:] == ["–", "–", "–", "–", "○  As delivered with the program"]
    assert shown[6][5] == "○  Nothing has come yet"


def test_a_feed_tells_its_version_its_entries_and_when_it_came(
    qtbot: QtBot, office: TestOffice, feeds_part: FeedsPart
) -> None:
    before = int(rows(feeds_part.view)[1][2])
    take(office, ARTICLES, article("a"), article("b"), version=12)
    feeds_part.refresh()
    assert rows(feeds_part.view)[1] == [
        "Articles", "12", str(before + 2), "Today, 08:00", "Today, 09:00", "●  Up to date",
    ]  # fmt: skip


def test_a_refused_answer_is_told_and_what_was_there_stays(
    office: TestOffice, feeds_part: FeedsPart
) -> None:
    before = int(rows(feeds_part.view)[1][2])
    take(office, ARTICLES, article("a"), version=12)
    with office.database.write() as connection:
        feeds.note_checked(connection, ARTICLES, to_ms(office.clock()), "feed.incomplete")
        feeds.note_checked(connection, DIRECTORY, to_ms(office.clock()), "net.portal")
    feeds_part.refresh()
    directory, articles = rows(feeds_part.view)[:2]
    assert articles[1:3] == ["12", str(before + 1)]
    assert articles[5] == "▲  What came is not complete. Nothing was changed."
    assert CODE_SENTENCES["net.portal"] in directory[5]
    assert directory[5].endswith("Nothing was changed.")


def test_news_are_shown_while_the_page_is_open(office: TestOffice, feeds_part: FeedsPart) -> None:
    before = int(rows(feeds_part.view)[1][2])
    take(office, ARTICLES, article("a"))
    feeds_part._events.sync_changed.emit(read_status(office.database, office.clock))
    assert rows(feeds_part.view)[1][2] == str(before + 1)
    take(office, ARTICLES, article("b"))
    feeds_part._events.feeds_changed.emit((ARTICLES,))
    assert rows(feeds_part.view)[1][2] == str(before + 2)


def test_f9_asks_the_ministry_now(feeds_part: FeedsPart) -> None:
    asked = QSignalSpy(feeds_part._events.send_now_asked)
    feeds_part.view.setFocus()
    press(Qt.Key.Key_F9)
    assert asked.count() == 1
    assert "The ministry is asked." in words_on(feeds_part)


def test_a_pc_without_a_server_is_told_the_way_to_one(
    office: TestOffice, feeds_part: FeedsPart
) -> None:
    feeds_part._events.sync_changed.emit(read_status(office.database, office.clock))
    feeds_part.ask_button.click()
    assert "This PC is not connected with the ministry yet" in words_on(feeds_part)


def codes_in(*files: str) -> set[str]:
    """The codes of faults and refusals that these files of the program can give."""
    kinds = r'"((?:feed|article|hsds|csv|zip|soate|package|import|search)\.[a-z_]+)"'
    found: set[str] = set()
    for name in files:
        for file in (ROOT / "operator_app").glob(name):
            found |= set(re.findall(kinds, file.read_text("utf-8")))
    return found - {"search.db", "soate.csv"}


def test_every_fault_of_reference_data_has_a_sentence() -> None:
    codes = codes_in(
        "domain/feed*.py", "domain/articles.py", "domain/hsds*.py", "domain/csv*.py",
        "domain/soate*.py", "sync/feed*.py", "services/search_index.py", "services/reference_import.py", "db/search_file.py",
    )  # fmt: skip
    assert {"feed.incomplete", "search.file_held", "package.changed"} <= codes
    assert sorted(codes - set(SENTENCES)) == []


@pytest.mark.parametrize(
    ("where", "line", "part", "row", "field"),
    [
        ("phones.csv: number", 12, "phones.csv", "12", "number"),
        ("services.csv: name_ky", 3, "services.csv", "3", "name, ky (name_ky)"),
        ("services[12].phones[0].number", None, "service 13", "", "telephone 1 › number"),
        (
            "services[3].service_at_locations[1].location.external_identifier",
            None, "service 4", "", "place 2 › SOATE code (external_identifier)",
        ),
        ("file", None, "the whole file", "", ""),
        ("services.csv", 7, "services.csv", "7", ""),
        ("phones.csv", None, "phones.csv", "", ""),
        ("line 3", 3, "", "3", ""),
        ("directory: crisis-1: hours[2].opens", None, "Directory: crisis-1", "", "hours 3 › opens"),
        ("name_xy", None, "", "", "name_xy"),
    ],
)  # fmt: skip
def test_the_place_of_a_fault_is_told_as_people_count(
    where: str, line: int | None, part: str, row: str, field: str
) -> None:
    words = fault_words(Fault(where, "feed.missing", line=line))
    assert (words.part, words.row, words.field) == (part, row, field)
    assert words.problem == "This is missing."


# Holidays


@pytest.fixture
def calendar(office: TestOffice) -> Calendar:
    return Calendar(office.database, office.reference, office.clock)


@pytest.fixture
def holidays(qtbot: QtBot, office: TestOffice, calendar: Calendar) -> HolidaysPart:
    part = HolidaysPart(calendar, office.actor, InlineTaskRunner(), office.clock)
    show(qtbot, part)
    return part


def of_day(part: HolidaysPart, day: str) -> list[str]:
    return next((row for row in rows(part.view) if row[0] == day), [])


def test_the_days_of_the_year_say_who_says_so(office: TestOffice, holidays: HolidaysPart) -> None:
    moved = HolidayEntry("2026-12-31", True, {"en": "Day before the New Year"})
    take(office, HOLIDAYS, FeedEntry("2026-12-31", body_of(moved)))
    holidays.refresh()
    assert of_day(holidays, "Sun, 8 March")[2] == "Calendar"
    assert of_day(holidays, "Thu, 31 December")[1:] == [
        "Day before the New Year", "Ministry",
    ]  # fmt: skip


def test_a_day_of_the_office_is_entered_by_keys(
    office: TestOffice, calendar: Calendar, holidays: HolidaysPart
) -> None:
    changed = QSignalSpy(holidays.changed)
    holidays.form.edit("day").setFocus()
    write("30.12")
    enter()
    write("Day of the town")
    enter()
    assert focused() is holidays.kind
    enter()
    assert of_day(holidays, "Wed, 30 December") == [
        "Wed, 30 December", "Day of the town", "This office",
    ]  # fmt: skip
    assert calendar.is_holiday(date(2026, 12, 30))
    assert holidays.model.holidays[holidays.view.currentIndex().row()].day == date(2026, 12, 30)
    assert "30 December 2026 is entered." in words_on(holidays)
    assert holidays.form.value("day") == "" and changed.count() == 1
    with office.database.read() as connection:
        row = connection.execute(select(local_holiday)).one()
        actions = connection.execute(select(audit.c.action)).scalars().all()
    assert row.entered_by == office.actor.user_id
    assert actions[-1] == "holiday.entered"


def test_a_working_day_against_the_calendar_needs_no_name(
    calendar: Calendar, holidays: HolidaysPart
) -> None:
    assert calendar.is_holiday(date(2026, 3, 8))
    holidays.form.edit("day").setFocus()
    write("8.3")
    holidays.kind.setFocus()
    write("2")
    enter()
    assert of_day(holidays, "Sun, 8 March")[1:] == ["Working day", "This office"]
    assert not calendar.is_holiday(date(2026, 3, 8))


@pytest.mark.parametrize(
    ("day", "name", "field", "words"),
    [
        ("", "Day of the town", "day", "This is no day."),
        ("31.2", "Day of the town", "day", "This is no day."),
        ("30.12", "  ", "name", "Give the holiday a name."),
        ("30.12.2062", "Day of the town", "day", "more than 5 years away"),
        ("30.12", "x" * 101, "name", "longer than 100"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_entered(
    office: TestOffice, holidays: HolidaysPart, day: str, name: str, field: str, words: str
) -> None:
    before = rows(holidays.view)
    holidays.form.edit("day").setText(day)
    holidays.form.edit("name").setText(name)
    holidays.add_button.setFocus()
    press(Qt.Key.Key_Return)
    assert words in holidays.form.fields[field].problem
    assert focused() is holidays.form.edit(field)
    assert (holidays.form.value("day"), holidays.form.value("name")) == (day, name)
    assert rows(holidays.view) == before
    with office.database.read() as connection:
        assert connection.execute(select(local_holiday)).all() == []


def test_only_what_this_office_entered_is_taken_back(
    office: TestOffice, calendar: Calendar, holidays: HolidaysPart
) -> None:
    calendar.enter(office.actor, date(2026, 1, 1), closed=False, name="")
    holidays.refresh()
    holidays.view.setFocus()
    press(Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    holidays.form.edit("day").setFocus()
    press(Qt.Key.Key_Delete)
    assert of_day(holidays, "Thu, 1 January")[2] == "This office"
    holidays.view.setFocus()
    press(Qt.Key.Key_Delete)
    assert of_day(holidays, "Thu, 1 January")[2] == "Calendar"
    assert not holidays.remove_button.isEnabled()
    press(Qt.Key.Key_Delete)
    assert of_day(holidays, "Thu, 1 January")[2] == "Calendar"


def test_a_day_typed_without_its_year_is_one_of_the_year_shown(
    calendar: Calendar, holidays: HolidaysPart
) -> None:
    holidays.form.edit("name").setText("Day of the town")
    holidays.form.edit("day").setFocus()
    press(Qt.Key.Key_Right, ALT)
    assert holidays.year_label.text() == "2027"
    write("3.2")
    holidays.add_button.click()
    assert calendar.is_holiday(date(2027, 2, 3))
    holidays.form.edit("name").setText("Another day")
    holidays.form.edit("day").setText("4.2.2028")
    holidays.add_button.click()
    assert holidays.year_label.text() == "2028"
    assert of_day(holidays, "Fri, 4 February")[2] == "This office"


def test_the_years_end_where_nobody_plans(holidays: HolidaysPart) -> None:
    for _year in range(9):
        holidays.next_button.click()
    assert holidays.year_label.text() == "2031"
    assert not holidays.next_button.isEnabled() and holidays.previous_button.isEnabled()


# The search index


@pytest.fixture
def index(office: TestOffice, calendar: Calendar) -> Iterator[SearchIndex]:
    directory = Directory(office.database, office.reference, calendar, office.clock)
    made = SearchIndex(
        office.database, directory, Knowledge(office.database, office.clock), office.clock
    )
    yield made
    made.close()


@pytest.fixture
def search(qtbot: QtBot, office: TestOffice, index: SearchIndex) -> SearchPart:
    part = SearchPart(index, InlineTaskRunner(), office.clock)
    show(qtbot, part)
    return part


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "_NEW", search_index._NEW.limit(1))


def test_the_index_is_made_anew_and_says_what_is_in_it(
    qtbot: QtBot, office: TestOffice, index: SearchIndex, search: SearchPart
) -> None:
    assert "There is no search index yet." in words_on(search)
    for _call in range(3):
        save_call(office)
    search.rebuild_button.setFocus()
    press(Qt.Key.Key_F8)
    qtbot.waitUntil(search.rebuild_button.isEnabled)
    assert "3 calls can be found" in words_on(search)
    assert "The search index is made." in words_on(search)
    assert search.work.isHidden()
    assert index.state().documents == 3
    assert focused() is search.rebuild_button


def test_esc_stops_the_making_and_what_is_missing_is_said(
    qtbot: QtBot, office: TestOffice, index: SearchIndex, search: SearchPart, one_by_one: None
) -> None:
    for _call in range(3):
        save_call(office)
    search.rebuild_button.click()
    assert "1 of" in search.work.label.text()
    press(Qt.Key.Key_Escape)
    qtbot.waitUntil(search.rebuild_button.isEnabled)
    assert "Stopped." in words_on(search)
    assert index.behind() > 0
    assert "wait" in search.state.text()


def test_a_call_is_saved_between_two_steps(
    qtbot: QtBot, office: TestOffice, index: SearchIndex, one_by_one: None
) -> None:
    for _call in range(3):
        save_call(office)
    tasks = TaskRunner()
    search = SearchPart(index, tasks, office.clock)
    show(qtbot, search)
    behind: list[int] = []

    def save() -> None:
        form = information_call(office.calls.start(office.actor).form)
        office.calls.save(office.actor, form)
        behind.append(index.behind())

    search.rebuild_button.click()
    tasks.database(search, save, lambda _nothing: None, lambda error: pytest.fail(str(error)))
    qtbot.waitUntil(search.rebuild_button.isEnabled)
    tasks.shut_down()
    assert behind[0] > 0
    assert index.state().documents == 4


def test_a_file_that_somebody_holds_is_said(
    qtbot: QtBot, index: SearchIndex, search: SearchPart
) -> None:
    index.close()
    index.file.remove()
    index.file.file.mkdir()
    search.refresh()
    assert "damaged" in words_on(search)
    search.rebuild_button.click()
    assert "Another program holds the file" in words_on(search)
    assert search.rebuild_button.isEnabled() and search.work.isHidden()
