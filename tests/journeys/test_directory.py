"""The directory in the program: where it is, who sees it, and that it waits for the caller."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QClipboard
from PySide6.QtWidgets import QApplication

from operator_app.db import feeds
from operator_app.db.engine import Database
from operator_app.domain.calls import Advice
from operator_app.domain.clock import to_ms
from operator_app.domain.feeds import ANNOUNCEMENTS, FeedEntry, entry_body
from operator_app.services.suggestions import Suggestions
from operator_app.ui.screens.correction_panel import CorrectionPanel
from tests.conftest import FrozenClock
from tests.journeys.conftest import MakePC
from tests.journeys.office_pc import CONTROL, SHIFT, OfficePC
from tests.ui.directory_office import ALT, IMPORTANT

Key = Qt.Key


def announce(database: Database, clock: FrozenClock) -> None:
    entry = FeedEntry(IMPORTANT.announcement_id, entry_body(IMPORTANT))
    with database.write() as connection:
        feeds.take(connection, ANNOUNCEMENTS, [entry], feeds.MINISTRY, to_ms(clock()))


def test_what_comes_with_the_program_is_read_by_keys(pc: OfficePC) -> None:
    pc.go_to(Key.Key_5, "directory")
    screen = pc.desk.directory_screen
    pc.wait(lambda: screen.services.list.model.rowCount() > 0, "services")
    pc.press(Key.Key_F, CONTROL)
    pc.hands.write("102")
    pc.wait(lambda: screen.services.list.model.rowCount() == 1, "one service")
    pc.press(Key.Key_Return)
    pc.press(Key.Key_Return)
    pc.wait(lambda: "102" in screen.services.card.title.text(), "the police")
    pc.press(Key.Key_2, ALT)
    pc.wait(lambda: screen.articles.list.model.rowCount() > 0, "articles")
    pc.desk.open_advice(Advice("article", "protection-order", ""))
    pc.wait(lambda: screen.articles.card.view is not None, "an article")
    pc.settle()
    view = screen.articles.card.view
    assert view is not None
    assert view.article.article_id == "protection-order"


def test_it_administrator_sees_it_and_begins_with_administration(make_pc: MakePC) -> None:
    pc = make_pc()
    pc.sign_in("cholpon")
    assert list(pc.desk.window.places) == ["directory", "administration"]
    assert pc.desk.window.current_place == "administration"
    pc.go_to(Key.Key_5, "directory")
    assert not pc.desk.directory_screen.services.suggest_button.isVisible()
    pc.go_to(Key.Key_7, "administration")


def test_the_lock_takes_a_copied_paragraph_from_the_clipboard(
    pc: OfficePC, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The offscreen platform does not say who filled the clipboard.
    monkeypatch.setattr(QClipboard, "ownsClipboard", lambda _clipboard: True)
    pc.desk.open_advice(Advice("article", "protection-order", ""))
    pc.wait(lambda: pc.desk.directory_screen.articles.card.view is not None, "an article")
    pc.settle()
    pc.press(Key.Key_Down, ALT)
    pc.press(Key.Key_C, CONTROL)
    assert "—" in QApplication.clipboard().text()
    pc.press(Key.Key_L, CONTROL)
    assert pc.desk.window.locked
    assert QApplication.clipboard().text() == ""


def test_an_announcement_waits_for_the_caller_and_is_confirmed(
    pc: OfficePC, clock: FrozenClock
) -> None:
    bar = pc.desk.announcement_bar
    pc.start_call()
    announce(pc.database, clock)
    pc.desk.events.feeds_changed.emit((ANNOUNCEMENTS,))
    pc.settle()
    assert not bar.isVisible()
    pc.answer_core(topic="али")
    pc.save()
    pc.wait(bar.isVisible, "the announcement")
    assert IMPORTANT.titles["en"] in pc.words()
    pc.press(Key.Key_F12)
    pc.wait(lambda: pc.desk.window.current_place == "directory", "the directory")
    page = pc.desk.directory_screen.announcements
    pc.wait(page.confirm_button.isVisible, "the whole of it")
    assert page.words.text() == IMPORTANT.texts["en"]
    pc.press(Key.Key_F12, SHIFT)
    pc.wait(lambda: not bar.isVisible(), "confirmed")
    pc.wait(lambda: not page.confirm_button.isVisible(), "told to the tab")
    assert "You confirmed it" in page.standing.text()


def test_a_correction_being_typed_survives_language_power_cut_and_person(
    make_pc: MakePC, pc: OfficePC, tmp_path: Path
) -> None:
    def begin(pc: OfficePC) -> CorrectionPanel:
        page = pc.desk.directory_screen.services
        pc.desk.open_advice(Advice("service", "police-102", ""))
        pc.wait(lambda: "102" in page.card.title.text(), "the police")
        pc.settle()
        pc.press(Key.Key_F6)
        pc.settle()
        assert page.panel.isVisible()
        return page.panel

    panel = begin(pc)
    pc.hands.answer("4")
    pc.hands.write("half a sen")
    pc.desk.window.language_asked.emit("ru")
    pc.desk.window.language_asked.emit("en")
    panel = begin(pc)
    assert panel.words.toPlainText() == "half a sen"
    panel.words.setFocus()
    pc.press(Key.Key_End, CONTROL)
    pc.hands.write("tence")
    pc.press(Key.Key_L, CONTROL)
    after_cut = pc.copy(tmp_path / "after-cut")
    pc.unlock("bek")
    assert begin(pc).words.toPlainText() == ""
    again = make_pc(after_cut)
    again.sign_in()
    again.settle()
    assert not again.screen.ready.offer_card.isVisible()
    assert begin(again).words.toPlainText() == "half a sentence"
    again.press(Key.Key_Return, CONTROL)
    again.wait(lambda: len(again.revisions()) == 1, "it is sent")
    assert again.revisions()[0].body["field"] == "text"
    assert Suggestions(again.database, again.clock).unsent(again.desk.actor) == []
