"""What a person suggested is found again beside the entry; what is not sent yet is not lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from operator_app.db.models import revision
from operator_app.domain.people import Role
from operator_app.domain.wire import State
from operator_app.services.suggestion_drafts import Unsent
from operator_app.services.suggestions import Suggestions
from operator_app.sync.status import SyncStatus, read_status
from operator_app.ui.screens.own_corrections import OwnCorrections
from tests.conftest import TestOffice
from tests.ui.directory_office import (
    BENEFIT,
    CONTROL,
    SHIFT,
    ShownDirectory,
    content_of,
    fill,
    publish,
    show_directory,
)
from tests.ui.door import focused, press, write

Key = Qt.Key


@pytest.fixture
def shown(qtbot: QtBot, office: TestOffice) -> ShownDirectory:
    fill(office)
    return show_directory(qtbot, office)


def lines(own: OwnCorrections) -> list[tuple[str, ...]]:
    model = own.model
    return [
        tuple(model.index(row, column).data() for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def correct(shown: ShownDirectory, service_id: str, words: str) -> None:
    shown.screen.open_service(service_id)
    press(Key.Key_F6)
    press(Key.Key_2)
    write(words)
    press(Key.Key_Return, CONTROL)
    assert not shown.screen.services.panel.isVisible()


def status(office: TestOffice) -> SyncStatus:
    return read_status(office.database, office.clock)


def test_without_any_a_sentence_says_so(shown: ShownDirectory) -> None:
    shown.screen.open_service("centre")
    own = shown.screen.services.own
    assert own.button.text().startswith("My corrections")
    press(Key.Key_F6, SHIFT)
    assert own.isVisible()
    assert not own.view.isVisible()
    assert own.sentence.text() == "You have not suggested a correction yet."
    assert focused() is own.close_button
    press(Key.Key_Escape)
    assert not own.isVisible()
    assert focused() is shown.screen.services.card.area
    assert own.button.isVisible()


def test_figures_and_list_follow_the_way_to_the_ministry(
    shown: ShownDirectory, office: TestOffice
) -> None:
    own = shown.screen.services.own
    correct(shown, "centre", "Open on Saturdays, too")
    office.clock.forward(minutes=5)
    correct(shown, "lawyer", "Not on Thursdays")
    shown.events.sync_changed.emit(status(office))
    assert own.button.text().startswith("Suggested: 2, at the ministry: 0")
    press(Key.Key_F6, SHIFT)
    assert lines(own) == [
        ("Free lawyer", "Today, 09:05", "○ Saved here"),
        ("Family support centre", "Today, 09:00", "○ Saved here"),
    ]
    (_newer, older) = Suggestions(office.database, office.clock).mine(office.actor)
    with office.database.write() as connection:
        connection.execute(
            update(revision).where(revision.c.op_id == older.op_id).values(state=State.APPLIED)
        )
    shown.events.sync_changed.emit(status(office))
    assert own.button.text().startswith("Suggested: 2, at the ministry: 1")
    assert lines(own)[1][2] == "● At the ministry"


def test_enter_opens_what_was_corrected_in_that_version(
    shown: ShownDirectory, office: TestOffice
) -> None:
    page = shown.screen.articles
    old = content_of(office, "articles", "benefit.en")
    shown.screen.open_article("benefit.en")
    press(Key.Key_F6)
    write("The figure is old")
    press(Key.Key_Return, CONTROL)
    publish(office, "articles", BENEFIT.__class__("benefit", "en", ("BEN.UBK",), "New", "New.\n"))
    shown.screen.open_article("old-rule.en")
    press(Key.Key_F6, SHIFT)
    assert focused() is page.own.view
    press(Key.Key_Return)
    assert page.opened == ("benefit.en", old)
    assert page.outdated.isVisible()
    assert not page.own.isVisible()
    assert page.own.button.isVisible()
    assert shown.screen.services.own.model.rowCount() == 0


def test_what_is_typed_for_one_entry_waits_while_another_is_put_right(
    shown: ShownDirectory,
) -> None:
    page = shown.screen.services
    shown.screen.open_service("centre")
    press(Key.Key_F6)
    press(Key.Key_1)
    write("half a sen")
    correct(shown, "lawyer", "Not on Thursdays")
    assert page.own.button.text().startswith("Suggested: 1, at the ministry: 0 · not sent: 1")
    press(Key.Key_F6, SHIFT)
    assert lines(page.own)[0][0] == "Family support centre"
    press(Key.Key_Home)
    press(Key.Key_Return)
    assert page.opened[0] == "centre"
    assert page.panel.isVisible()
    assert page.panel.field.value == "phone"
    assert page.panel.words.toPlainText() == "half a sen"
    page.panel.words.setFocus()
    page.panel.words.selectAll()
    press(Key.Key_Delete)
    press(Key.Key_Escape)
    assert page.own.button.text().startswith("Suggested: 1, at the ministry: 0   ")


def test_what_is_typed_is_on_the_disk_before_the_screen_goes(
    qtbot: QtBot, shown: ShownDirectory, office: TestOffice
) -> None:
    shown.screen.open_service("centre")
    press(Key.Key_F6)
    press(Key.Key_3)
    write("An addre")
    shown.screen.keep_typed()
    suggestions = Suggestions(office.database, office.clock)
    (_at, kept) = suggestions.unsent(office.actor)[0]
    assert kept == Unsent("service", "centre", "address", "An addre")
    assert suggestions.unsent(office.person(Role.OPERATOR, "bermet")) == []
    assert office.calls.draft(office.actor) is None, "a correction is not an unfinished call"
    again = show_directory(qtbot, office)
    again.screen.open_service("centre")
    press(Key.Key_F6)
    assert again.screen.services.panel.words.toPlainText() == "An addre"
    again.screen.services.panel.words.setFocus()
    press(Key.Key_End, CONTROL)
    write("ss")
    press(Key.Key_Return, CONTROL)
    assert suggestions.unsent(office.actor) == []
    assert [s.text for s in suggestions.mine(office.actor)] == ["An address"]


def test_who_may_not_suggest_is_shown_nothing_of_it(qtbot: QtBot, office: TestOffice) -> None:
    fill(office)
    shown = show_directory(qtbot, office, office.person(Role.ADMINISTRATOR, "admin"))
    shown.screen.open_service("centre")
    assert not shown.screen.services.own.button.isVisible()
    press(Key.Key_F6, SHIFT)
    assert not shown.screen.services.own.isVisible()
