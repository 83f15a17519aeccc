"""The articles: listed in a language, read, copied by paragraphs, printed; closed to the outside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from operator_app.domain.feeds import ARTICLES
from operator_app.services.suggestions import Suggestions
from tests.conftest import TestOffice
from tests.ui.directory_office import (
    ALT,
    BENEFIT,
    CONTROL,
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
    directory = show_directory(qtbot, office)
    press(Key.Key_2, ALT)
    return directory


def test_listed_with_their_dates(shown: ShownDirectory) -> None:
    page = shown.screen.articles
    assert shown.screen.page is page
    assert focused() is page.list.view
    assert shown.titles(page) == ["An old rule", "Benefit for families"]
    old, benefit = shown.rows(page)
    assert old.state is not None
    assert old.state.words == "not valid today"
    assert [m.words for m in old.marks] == ["until 30 Jun"]
    assert benefit.state is None
    assert [m.words for m in benefit.marks] == ["until 31 Dec"]
    assert benefit.line == "1,200 soms a month for each child."
    assert "To be confirmed by the ministry" in benefit.tip
    assert "To be confirmed" not in old.tip


def test_found_by_words_topic_and_language(shown: ShownDirectory, qtbot: QtBot) -> None:
    page = shown.screen.articles
    press(Key.Key_F, CONTROL)
    write("ben")
    qtbot.waitUntil(lambda: shown.titles(page) == ["Benefit for families"])
    press(Key.Key_Escape)
    page.filters.topic.setFocus()
    write("family viol")
    press(Key.Key_Return)
    assert shown.titles(page) == ["An old rule"]
    page.filters.topic.set_value(None)
    page.filters.language.setFocus()
    press(Key.Key_2)
    assert page.filters.spoken == "ru"
    # Where there is no Russian it stands in its own language, and says so.
    assert shown.titles(page) == ["An old rule", "Пособие семьям"]
    assert "English" in [m.words for m in shown.row(page, "old-rule").marks]


def test_the_whole_of_it_is_read(shown: ShownDirectory) -> None:
    shown.screen.open_article("benefit")
    card = shown.screen.articles.card
    said = words_of(card)
    assert "Benefit for families" in said
    assert "Valid from 1 January 2026 to 31 December 2026" in said
    assert "To be confirmed by the ministry" in said
    read = card.text.toPlainText()
    for words in (
        "1,200 soms a month for each child.",
        "Families with children.",
        "second point",
        "Legal basis",
        "Law [63] of 2017",
        "1,200 soms – 2025-02 – https://example.kg/a_b",
    ):
        assert words in read, words
    shown.screen.open_article("old-rule")
    assert "Not valid today · valid until 30 June 2026" in words_of(card)
    assert "Approved by The ministry" in words_of(card)


def test_languages_are_switched_where_one_reads(shown: ShownDirectory) -> None:
    shown.screen.open_article("benefit")
    card = shown.screen.articles.card
    assert card.languages is not None
    card.languages.setFocus()
    press(Key.Key_1)
    assert card.title.text() == "Пособие семьям"
    shown.screen.open_article("benefit.en")
    assert card.title.text() == "Benefit for families"
    shown.screen.open_article("old-rule")
    assert card.languages is None


def test_a_paragraph_goes_to_the_clipboard_with_its_source(shown: ShownDirectory) -> None:
    shown.screen.open_article("benefit")
    card = shown.screen.articles.card
    for _paragraph in range(3):
        press(Key.Key_Down, ALT)
    assert focused() is card.text
    assert card.text.marked == "Families with children."
    press(Key.Key_C, CONTROL)
    assert QApplication.clipboard().text() == (
        "Families with children.\n\n"
        "— Benefit for families. Valid from 1 January 2026 to 31 December 2026."
    )
    press(Key.Key_Down, ALT)
    assert card.text.marked == "• first point" or card.text.marked.endswith("first point")
    press(Key.Key_Down, ALT)
    press(Key.Key_Down, ALT)
    assert card.text.marked == "Group | Soms\none | 1200"
    press(Key.Key_Up, ALT)
    assert card.text.marked.endswith("second point")


def test_only_the_marked_paragraph_is_marked(shown: ShownDirectory) -> None:
    shown.screen.open_article("benefit")
    text = shown.screen.articles.card.text
    for _paragraph in range(4):
        press(Key.Key_Down, ALT)
        assert len(_marked_blocks(shown)) == 1
    before = text.toPlainText()
    press(Key.Key_X)
    press(Key.Key_Delete)
    assert text.toPlainText() == before


def _marked_blocks(shown: ShownDirectory) -> list[str]:
    document = shown.screen.articles.card.text.document()
    found, block = [], document.begin()
    while block.isValid():
        if block.blockFormat().background().style() is not Qt.BrushStyle.NoBrush:
            found.append(block.text())
        block = block.next()
    return found


def test_a_click_marks_and_a_selection_is_copied_as_it_is(
    shown: ShownDirectory, qtbot: QtBot
) -> None:
    shown.screen.open_article("benefit")
    text = shown.screen.articles.card.text
    cursor = text.document().find("Families")
    place = text.cursorRect(cursor).center()
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=place - QPoint(4, 0))
    assert text.marked == "Families with children."
    cursor.movePosition(QTextCursor.MoveOperation.WordLeft)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfWord, QTextCursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)
    press(Key.Key_C, CONTROL)
    assert QApplication.clipboard().text().startswith("Families\n\n— Benefit for families.")


def test_typing_in_a_filter_copies_what_is_typed(shown: ShownDirectory) -> None:
    shown.screen.open_article("benefit")
    press(Key.Key_Down, ALT)
    press(Key.Key_F, CONTROL)
    write("ben")
    press(Key.Key_A, CONTROL)
    press(Key.Key_C, CONTROL)
    assert QApplication.clipboard().text() == "ben"


def test_nothing_outside_is_loaded_or_opened(
    shown: ShownDirectory, office: TestOffice, tmp_path: Path, qtbot: QtBot
) -> None:
    secret = tmp_path / "picture.html"
    secret.write_text("<b>secret of the disk</b>", encoding="utf-8")
    body = (
        f"![p]({secret.as_uri()})\n\n<b>not bold</b> <img src='{secret.as_uri()}'>\n\n"
        f"[a link]({secret.as_uri()}) and https://example.kg/page\n"
    )
    publish(office, ARTICLES, replace(BENEFIT, body=body))
    shown.screen.open_article("benefit")
    text = shown.screen.articles.card.text
    read = text.toPlainText()
    assert "<b>not bold</b>" in read
    assert "secret" not in read.replace(secret.as_uri(), "")
    cursor = text.document().find("a link")
    assert not cursor.charFormat().isAnchor()
    assert cursor.charFormat().toolTip() == secret.as_uri()
    before = text.source()
    place = text.cursorRect(cursor).center()
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=place - QPoint(6, 0))
    assert text.source() == before
    assert text.toPlainText() == read
    assert not text.loadResource(2, secret.as_uri())
    assert not text.document().loadResource(2, secret.as_uri())


def test_paper_has_the_dates_and_all_the_text(shown: ShownDirectory) -> None:
    shown.screen.open_article("benefit")
    press(Key.Key_P, CONTROL)
    (page,) = shown.printed
    assert "Benefit for families" in page.body
    assert "Valid from 1 January 2026 to 31 December 2026" in page.body
    assert "To be confirmed by the ministry" in page.body
    assert "second point" in page.body
    assert "Printed 24.11.2026 09:00" in page.foot
    assert page.title == "117"
    assert "Sent to the printer." in shown.screen.articles.done.label.text()


def test_an_old_version_leads_to_today(shown: ShownDirectory, office: TestOffice) -> None:
    before = content_of(office, ARTICLES, "benefit.en")
    publish(office, ARTICLES, replace(BENEFIT, body="It is different now.\n"))
    page = shown.screen.articles
    shown.screen.open_article("benefit.en", before)
    assert "Families with children." in page.card.text.toPlainText()
    assert "Today it says something else." in page.outdated.label.text()
    press(Key.Key_F8)
    assert "It is different now." in page.card.text.toPlainText()
    assert not page.outdated.isVisible()
    # Taken back in all languages: what it said stays readable, and there is nothing newer.
    publish(office, ARTICLES, gone=["benefit.en", "benefit.ru"])
    shown.screen.open_article("benefit.en", before)
    assert "Families with children." in page.card.text.toPlainText()
    assert "offered no more" in page.outdated.label.text()
    assert not page.today_button.isVisible()
    shown.screen.open_article("never-was")
    assert page.notice.label.text() == "This article is not on this PC."


def test_a_correction_names_the_language_and_version(
    shown: ShownDirectory, office: TestOffice
) -> None:
    shown.screen.open_article("benefit")
    press(Key.Key_F6)
    press(Key.Key_2)
    write("It is 1,300 now")
    press(Key.Key_Return, CONTROL)
    (sent,) = Suggestions(office.database, office.clock).mine(office.actor)
    assert (sent.kind, sent.entry_id, sent.field) == ("article", "benefit.en", "facts")
    assert sent.content == content_of(office, ARTICLES, "benefit.en")


def test_no_articles_yet(qtbot: QtBot, office: TestOffice) -> None:
    clear(office)
    shown = show_directory(qtbot, office)
    press(Key.Key_2, ALT)
    assert shown.screen.articles.list.sentence.text() == "There are no articles yet."


def test_tab_follows_the_eye(shown: ShownDirectory) -> None:
    shown.screen.open_article("benefit")
    page = shown.screen.articles
    page.list.view.setFocus(Qt.FocusReason.TabFocusReason)
    passed = []
    for _press in range(5):
        press(Key.Key_Tab)
        passed.append(focused())
    assert passed == [
        page.card.languages,
        page.card.text,
        page.copy_button,
        page.print_button,
        page.suggest_button,
    ]
