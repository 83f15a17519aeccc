"""The letter page under a person's hands."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from operator_app import i18n
from operator_app.config import paths
from operator_app.export.html import Page
from operator_app.ui.screens.letter_page import LetterPage
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import TestOffice
from tests.journeys.office_pc import CONTROL, Answers
from tests.reports.conftest import words_of
from tests.services.test_letters import NAME, Bench


class Hand:
    """The shown page, what it printed and what it was answered."""

    def __init__(self, qtbot: QtBot, bench: Bench, folder: Path) -> None:
        self.bench = bench
        self.answers = Answers(folder=folder)
        self.printed: list[Page] = []
        self.prints = True
        self.page = LetterPage(
            bench.letters, bench.bek, InlineTaskRunner(), self.answers, self._print
        )
        qtbot.addWidget(self.page)
        self.page.resize(1100, 700)
        self.page.show_letter(*bench.where)
        self.page.show()
        self.page.activateWindow()
        qtbot.waitUntil(self.page.language.hasFocus)

    def _print(self, _parent: QWidget, page: Page) -> bool:
        self.printed.append(page)
        return self.prints

    def press(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        focused = QApplication.focusWidget()
        QTest.keyClick(focused or self.page, key, modifier)

    @property
    def words(self) -> str:
        return self.page.view._label.accessibleDescription()


@pytest.fixture
def hand(qtbot: QtBot, office: TestOffice, tmp_path: Path) -> Hand:
    (tmp_path / "letters").mkdir()
    return Hand(qtbot, Bench(office), tmp_path / "letters")


def test_a_digit_changes_the_language_of_the_letter_and_of_nothing_else(hand: Hand) -> None:
    assert "Направление в службу помощи" in hand.words
    assert NAME in hand.words
    hand.press(Qt.Key.Key_1)
    assert "Жардам кызматына жолдомо" in hand.words
    assert "Back" in hand.page.back_button.text()
    hand.press(Qt.Key.Key_2)
    assert "Направление в службу помощи" in hand.words


@pytest.mark.parametrize(("spoken", "title"), [("ky", "жолдомо"), ("ru", "Направление")])
def test_it_begins_in_the_language_of_the_screens(
    qtbot: QtBot, office: TestOffice, tmp_path: Path, spoken: str, title: str
) -> None:
    i18n.use_language(spoken, paths().resources)
    try:
        assert title in Hand(qtbot, Bench(office), tmp_path).words
    finally:
        i18n.use_language("en", Path())


def test_the_letter_is_saved_in_the_language_shown(hand: Hand) -> None:
    hand.press(Qt.Key.Key_1)
    hand.press(Qt.Key.Key_D, CONTROL)
    assert hand.answers.folder is not None
    (file,) = hand.answers.folder.iterdir()
    assert file.name == "117-0412-2026-C00001-PSY.pdf"
    assert "жолдомо" in words_of(file.read_bytes())
    assert hand.page.outcome.done.toolTip() == str(file)


def test_a_cancelled_file_dialog_writes_nothing(hand: Hand) -> None:
    hand.answers.folder = None
    hand.press(Qt.Key.Key_D, CONTROL)
    assert hand.page.outcome.done.isHidden()
    assert hand.page.pdf_button.isEnabled()


def test_printing_is_audited_when_it_went_to_the_printer(hand: Hand) -> None:
    hand.prints = False
    hand.press(Qt.Key.Key_P, CONTROL)
    assert hand.bench.audited() == []
    hand.prints = True
    hand.press(Qt.Key.Key_P, CONTROL)
    assert [action for action, *_ in hand.bench.audited()] == ["case.letter_printed"]
    assert NAME in hand.printed[-1].body
    assert "Sent to the printer." in hand.page.outcome.done.label.text()


@pytest.mark.parametrize("key", [Qt.Key.Key_D, Qt.Key.Key_P, Qt.Key.Key_1])
def test_after_consent_was_withdrawn_nothing_leaves_and_nothing_is_shown(
    hand: Hand, key: Qt.Key
) -> None:
    hand.bench.say("N")
    hand.press(key, Qt.KeyboardModifier.NoModifier if key == Qt.Key.Key_1 else CONTROL)
    assert "may not be told" in hand.page.outcome.problem.label.text()
    assert hand.words == ""
    assert not hand.page.pdf_button.isEnabled()
    assert hand.printed == []
    assert hand.answers.folder is not None
    assert list(hand.answers.folder.iterdir()) == []


def test_a_folder_that_went_away_is_said_and_the_letter_stays(hand: Hand, tmp_path: Path) -> None:
    hand.answers.folder = tmp_path / "gone"
    hand.press(Qt.Key.Key_D, CONTROL)
    assert "The folder is not there any more" in hand.page.outcome.problem.label.text()
    assert NAME in hand.words
    assert hand.page.pdf_button.isEnabled()


def test_escape_goes_back(hand: Hand, qtbot: QtBot) -> None:
    with qtbot.waitSignal(hand.page.closed):
        hand.press(Qt.Key.Key_Escape)


def test_tab_follows_the_eye(hand: Hand) -> None:
    seen: list[QWidget | None] = [QApplication.focusWidget()]
    for _ in range(3):
        hand.press(Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    page = hand.page
    assert seen == [page.language, page.pdf_button, page.print_button, page.back_button]


def test_no_window_title_tells_of_anybody(hand: Hand) -> None:
    assert hand.page.windowTitle() == ""
