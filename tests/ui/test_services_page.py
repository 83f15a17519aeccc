"""The services of the directory: listed by what is asked, read, copied, printed, put right."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from operator_app.db.models import audit
from operator_app.domain.directory import Hours
from operator_app.domain.feeds import DIRECTORY
from operator_app.domain.people import Role
from operator_app.services.suggestions import Suggestions
from tests.conftest import TestOffice
from tests.ui.directory_office import (
    CENTRE,
    CONTROL,
    LAWYER,
    SHELTER,
    SHIFT,
    ShownDirectory,
    clear,
    content_of,
    fill,
    publish,
    show_directory,
    words_of,
)
from tests.ui.door import focused, press, write

Key = Qt.Key


@pytest.fixture
def shown(qtbot: QtBot, office: TestOffice) -> ShownDirectory:
    fill(office)
    return show_directory(qtbot, office)


def test_nearest_first_with_hours_and_freshness(shown: ShownDirectory) -> None:
    page = shown.screen.services
    # 24 November 2026, Tuesday, 09:00; what serves Osh only is not listed for Alamudun.
    assert shown.titles(page) == ["Family support centre", "Shelter", "Free lawyer"]
    rows = {row.key: row for row in shown.rows(page)}
    said = {key: row.state.words for key, row in rows.items() if row.state}
    assert said == {
        "centre": "open until 18:00",
        "shelter": "hours not known",
        "lawyer": "opens 14:00",
    }
    marks = {key: [m.words for m in row.marks] for key, row in rows.items()}
    assert marks == {
        "centre": ["checked 2 Nov"],
        "shelter": ["not checked since 10.01.2025", "to be confirmed"],
        "lawyer": ["never checked", "to be confirmed"],
    }
    assert rows["centre"].line == "Office of social development · Alamudun rayon"
    assert shown.screen.counter.text() == "3 listed"
    # Marked in words and by a sign, for whoever sees no colours.
    assert all(mark.sign for row in rows.values() for mark in row.marks)
    assert "To be confirmed by the ministry" in rows["lawyer"].tip


def test_hours_pass_while_one_looks(shown: ShownDirectory, office: TestOffice) -> None:
    page = shown.screen.services
    office.clock.forward(hours=10)
    page._minute.timeout.emit()
    said = {row.key: row.state.words for row in shown.rows(page) if row.state}
    assert said["centre"] == "opens Wed 09:00"
    assert said["lawyer"] == "opens Thu 10:00"


def test_filters_by_keys(shown: ShownDirectory, qtbot: QtBot) -> None:
    page = shown.screen.services
    press(Key.Key_F9)
    assert shown.titles(page) == ["Family support centre"]
    press(Key.Key_F9)
    press(Key.Key_F, CONTROL)
    assert focused() is page.filters.find_field
    write("law")
    qtbot.waitUntil(lambda: shown.titles(page) == ["Free lawyer"])
    press(Key.Key_Escape)
    qtbot.waitUntil(lambda: len(shown.titles(page)) == 3)
    write("nothing of the kind")
    press(Key.Key_Return)
    assert page.list.is_empty
    assert page.list.sentence.text() == "No service matches."
    assert shown.screen.counter.text() == "0 listed"


def test_place_and_topic(shown: ShownDirectory) -> None:
    page = shown.screen.services
    page.filters.place.setFocus()
    write("everyw")
    press(Key.Key_Return)
    assert shown.titles(page) == [
        "Family support centre",
        "Free lawyer",
        "Help in Osh",
        "Shelter",
    ]
    page.filters.topic.setFocus()
    write("family viol")
    press(Key.Key_Return)
    assert page.filters.topic.value == "VIO.DOM"
    assert shown.titles(page) == ["Free lawyer", "Shelter"]


def test_an_entry_is_read_in_full(shown: ShownDirectory) -> None:
    shown.screen.open_service("centre")
    said = words_of(shown.screen.services.card)
    for words in (
        "Family support centre",
        "Office of social development",
        "open until 18:00",
        "117",
        "Hotline · free of charge",
        "Mon–Fri",
        "09:00–18:00",
        "Sat–Sun",
        "Closed on public holidays.",
        "Chui oblast › Alamudun rayon, Example street 1",
        "Helps families.",
        "Families with children",
        "Passport",
        "Come with the passport",
        "Free",
        "Kyrgyz, Russian",
        "A letter of the office",
        "2 November 2026, A. Testova",
    ):
        assert words in said, words
    assert "To be confirmed by the ministry" not in said
    assert "https://example.kg/centre" in said.replace("\u200b", "")


def test_holidays_ahead_are_named(shown: ShownDirectory, office: TestOffice) -> None:
    office.clock.forward(days=30)
    shown.screen.open_service("centre")
    assert "1 Jan" in words_of(shown.screen.services.card).replace("01.01.2027", "1 Jan")
    assert "New Year" in words_of(shown.screen.services.card)


def test_arrows_open_what_they_rest_on(shown: ShownDirectory, qtbot: QtBot) -> None:
    page = shown.screen.services
    page.focus_list()
    press(Key.Key_End)
    qtbot.waitUntil(lambda: page.opened[0] == "lawyer")
    press(Key.Key_Up)
    press(Key.Key_Up)
    press(Key.Key_Return)
    assert page.opened[0] == "centre"
    assert focused() is page.card.area


def test_confidential_address_by_right_only(
    qtbot: QtBot, shown: ShownDirectory, office: TestOffice
) -> None:
    shown.screen.open_service("shelter")
    card = shown.screen.services.card
    assert "Hidden lane 7" in words_of(card)
    assert any(w.accessibleName() == "Confidential" for w in card.findChildren(QLabel))
    operator = show_directory(qtbot, office, office.person(Role.OPERATOR, "bek"))
    operator.screen.open_service("shelter")
    said = words_of(operator.screen)
    assert "Hidden lane 7" not in said
    assert "The address is confidential." in said


def test_nobody_sees_an_address_without_asking(qtbot: QtBot, office: TestOffice) -> None:
    clear(office)
    publish(office, DIRECTORY, SHELTER)
    shown = show_directory(qtbot, office)
    page = shown.screen.services
    assert focused() is page.list.view
    qtbot.wait(200)
    assert _shown_addresses(office) == 0
    assert page.opened == ("", "")
    assert "Choose a service" in words_of(page)
    press(Key.Key_Down)
    qtbot.waitUntil(lambda: page.opened[0] == "shelter")
    assert _shown_addresses(office) == 1


def _shown_addresses(office: TestOffice) -> int:
    with office.database.read() as connection:
        actions = connection.execute(select(audit.c.action)).scalars().all()
    return actions.count("directory.address_shown")


def test_copy_the_number(shown: ShownDirectory) -> None:
    shown.screen.open_service("centre")
    press(Key.Key_C, CONTROL | SHIFT)
    assert QApplication.clipboard().text() == "117"
    assert shown.screen.services.done.label.text() == "Copied: 117"
    shown.screen.open_service("lawyer")
    assert not shown.screen.services.copy_button.isEnabled()


def test_paper_never_has_a_confidential_address(shown: ShownDirectory) -> None:
    shown.screen.open_service("centre")
    press(Key.Key_P, CONTROL)
    shown.screen.open_service("shelter")
    press(Key.Key_P, CONTROL)
    centre, shelter = shown.printed
    assert "Family support centre" in centre.body
    assert "Example street 1" in centre.body
    assert "09:00–18:00" in centre.body
    assert "Hidden lane 7" not in shelter.body
    assert "The address is confidential." in shelter.body
    assert "To be confirmed by the ministry" in shelter.body
    assert "Shelter" not in shelter.title


def test_an_old_version_says_so(shown: ShownDirectory, office: TestOffice) -> None:
    before = content_of(office, DIRECTORY, "centre")
    publish(office, DIRECTORY, replace(CENTRE, names={"en": "Centre with a new name"}))
    page = shown.screen.services
    shown.screen.open_service("centre", before)
    assert page.card.title.text() == "Family support centre"
    assert page.outdated.isVisible()
    press(Key.Key_F8)
    assert page.card.title.text() == "Centre with a new name"
    assert not page.outdated.isVisible()
    publish(office, DIRECTORY, gone=["centre"])
    shown.screen.open_service("centre", before)
    assert page.card.title.text() == "Family support centre"
    press(Key.Key_F8)
    assert "offered no more" in page.outdated.label.text()
    assert not page.today_button.isVisible()


def test_what_is_not_there_is_said(shown: ShownDirectory) -> None:
    shown.screen.open_service("never-was")
    page = shown.screen.services
    assert page.notice.label.text() == "This service is not in the directory of this PC."
    shown.screen.open_service("lawyer")
    assert not page.notice.isVisible()


def test_a_correction_goes_on_its_way(shown: ShownDirectory, office: TestOffice) -> None:
    shown.screen.open_service("centre")
    page = shown.screen.services
    press(Key.Key_F6)
    assert page.panel.isVisible()
    press(Key.Key_2)
    assert focused() is page.panel.words
    press(Key.Key_Return, CONTROL)
    assert page.panel.problem.text() == "Write what is wrong first."
    assert page.panel.isVisible()
    write("Open on Saturdays, too")
    press(Key.Key_Return, CONTROL)
    assert not page.panel.isVisible()
    assert "goes to the ministry with the next connection" in page.done.label.text()
    assert focused() is page.card.area
    (sent,) = Suggestions(office.database, office.clock).mine(office.actor)
    assert (sent.kind, sent.entry_id, sent.field) == ("service", "centre", "hours")
    assert sent.text == "Open on Saturdays, too"
    assert sent.content == content_of(office, DIRECTORY, "centre")


def test_a_correction_too_long_is_not_sent_and_not_lost(
    shown: ShownDirectory, office: TestOffice
) -> None:
    shown.screen.open_service("centre")
    page = shown.screen.services
    press(Key.Key_F6)
    page.panel.words.setPlainText("x" * 2003)
    assert page.panel.problem.text() == "3 characters too long."
    page.panel.words.setFocus()
    press(Key.Key_Return, CONTROL)
    assert len(page.panel.words.toPlainText()) == 2003
    assert Suggestions(office.database, office.clock).mine(office.actor) == []
    press(Key.Key_Escape)
    assert not page.panel.isVisible()
    press(Key.Key_F6)
    assert len(page.panel.words.toPlainText()) == 2003


def test_who_may_not_suggest_is_not_asked(qtbot: QtBot, office: TestOffice) -> None:
    fill(office)
    shown = show_directory(qtbot, office, office.person(Role.ADMINISTRATOR, "admin"))
    shown.screen.open_service("centre")
    press(Key.Key_F6)
    assert not shown.screen.services.panel.isVisible()
    assert not shown.screen.services.suggest_button.isVisible()


def test_what_comes_is_listed_at_once(shown: ShownDirectory, office: TestOffice) -> None:
    publish(office, DIRECTORY, gone=["shelter"])
    shown.events.feeds_changed.emit(("directory",))
    assert shown.titles(shown.screen.services) == ["Family support centre", "Free lawyer"]


def test_an_empty_directory_says_so(qtbot: QtBot, office: TestOffice) -> None:
    clear(office)
    shown = show_directory(qtbot, office)
    page = shown.screen.services
    assert page.list.is_empty
    page.filters.place.set_value("*")
    assert page.list.sentence.text() == "The directory is empty."


def test_every_hour_has_its_words(shown: ShownDirectory, office: TestOffice) -> None:
    round_the_clock = Hours(tuple(range(7)), "00:00", "24:00", on_holidays=True)
    night = Hours((1,), "20:00", "06:00")
    publish(
        office,
        DIRECTORY,
        replace(CENTRE, hours=(round_the_clock,)),
        replace(LAWYER, hours=(Hours((1,), "08:00", "24:00"),)),
        replace(SHELTER, hours=(night,)),
    )
    shown.events.feeds_changed.emit(("directory",))
    said = {r.key: r.state.words for r in shown.rows(shown.screen.services) if r.state}
    assert said == {
        "centre": "open day and night",
        "lawyer": "open until 24:00",
        "shelter": "opens 20:00",
    }
    shown.screen.open_service("centre")
    assert "day and night" in words_of(shown.screen.services.card)
    assert "Also open on public holidays." in words_of(shown.screen.services.card)


def test_tab_follows_the_eye(shown: ShownDirectory) -> None:
    shown.screen.open_service("centre")
    page = shown.screen.services
    shown.screen.tabs.setFocus(Qt.FocusReason.TabFocusReason)
    passed = [focused()]
    while len(passed) < 30:
        press(Key.Key_Tab)
        if focused() is passed[0]:
            break
        passed.append(focused())
    filters = page.filters
    assert passed[:6] == [
        shown.screen.tabs,
        filters.find_field,
        filters.open_now,
        filters.place,
        filters.topic,
        page.list.view,
    ]
    assert passed[6] is page.card.area
    assert [w.accessibleName() for w in passed[7:]] == [
        "Copy 117",
        "Copy 102",
        "Copy the number",
        "Print",
        "Suggest a correction",
        "My corrections",
    ]


def test_a_list_that_cannot_be_read_says_why(qtbot: QtBot, office: TestOffice) -> None:
    with office.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE feed_entry RENAME TO gone")
    shown = show_directory(qtbot, office)
    page = shown.screen.services
    assert page.list.is_empty
    assert page.list.sentence.text().startswith("The program met a fault of its own.")
    with office.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO feed_entry")
    shown.events.feeds_changed.emit(("directory",))
    assert not page.list.is_empty


def test_until_it_is_read_it_says_so(qtbot: QtBot, office: TestOffice) -> None:
    class Waiting:
        """The worker, before it comes to this."""

        def database(self, *asked: object) -> None:
            """Later."""

        network = database

        def shut_down(self) -> None:
            """Nothing runs."""

    shown = show_directory(qtbot, office, tasks=Waiting())
    assert shown.screen.services.list.sentence.text() == "Reading…"
