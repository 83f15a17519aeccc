"""Help: F1 opens the page of the screen; every page and card in three languages; a card on paper."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from operator_app.config import paths
from operator_app.domain.clock import system_clock
from operator_app.domain.help_pages import PAGES, help_pages, quick_card
from operator_app.domain.people import Role
from operator_app.export.html import Page
from operator_app.i18n import use_language
from operator_app.ui.help_window import HelpWindow
from tests.ui.door import press

LANGUAGES = ("ky", "ru", "en")
RESOURCES = paths().resources
CONTROL = Qt.KeyboardModifier.ControlModifier


Made = tuple[HelpWindow, "SavingDialogs"]


@dataclass
class SavingDialogs:
    """Answers where to save with the file it was given."""

    file: Path | None
    asked: list[Path] = field(default_factory=list)

    def ask_save_path(self, parent: QWidget, title: str, proposed: Path, kind: str) -> Path | None:
        self.asked.append(proposed)
        return self.file

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the help asked {name}")


@pytest.fixture
def printed() -> list[Page]:
    return []


@pytest.fixture
def make(qtbot: QtBot, printed: list[Page]) -> Iterator[Callable[[Path | None], Made]]:
    """Opens the help of an operator; the file is what the dialog answers."""
    around = QWidget()
    qtbot.addWidget(around)

    def note(_parent: QWidget, page: Page) -> bool:
        printed.append(page)
        return True

    def made(file: Path | None = None) -> Made:
        dialogs = SavingDialogs(file)
        shown = HelpWindow(around, RESOURCES, Role.OPERATOR, dialogs, system_clock, note)
        shown.show_page("call")
        qtbot.waitUntil(shown.list.hasFocus)
        return shown, dialogs

    yield made


def test_every_page_says_the_same_in_three_languages() -> None:
    for pages in zip(*(help_pages(RESOURCES, spoken) for spoken in LANGUAGES), strict=True):
        shapes = {_shape(page.text) for page in pages}
        assert len(shapes) == 1, f"{pages[0].name} differs: {shapes}"
        assert len({page.title for page in pages}) == len(LANGUAGES) or pages[0].name == "journal"
        keys = {frozenset(re.findall(r"(?:Ctrl|Shift|Alt)\+\S|F\d+", p.text)) for p in pages}
        assert len(keys) == 1, f"{pages[0].name} names other keys: {keys}"


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_card_that_says_the_same_in_three_languages(role: Role) -> None:
    cards = [quick_card(RESOURCES, role, spoken) for spoken in LANGUAGES]
    assert len({_shape(card.text) for card in cards}) == 1


def test_the_window_opens_at_the_page_of_the_screen_and_esc_closes_it(
    make: Callable[..., Made],
) -> None:
    made, _dialogs = make()
    for name in PAGES:
        made.show_page(name)
        assert made.shown == name
        assert made.text.toPlainText().startswith(made.list.currentItem().text())
    press(Qt.Key.Key_Home)
    assert made.shown == PAGES[0]
    press(Qt.Key.Key_Escape)
    assert not made.isVisible()


def test_a_screen_without_a_page_gets_the_first(make: Callable[..., Made]) -> None:
    made, _dialogs = make()
    made.show_page("somewhere")
    assert made.shown == PAGES[0]


def test_the_card_goes_to_paper_and_into_a_file(
    make: Callable[..., Made], printed: list[Page], tmp_path: Path
) -> None:
    file = tmp_path / "card.pdf"
    use_language("ky", RESOURCES)
    try:
        _made, dialogs = make(file)
        press(Qt.Key.Key_P, CONTROL)
        press(Qt.Key.Key_S, CONTROL)
    finally:
        use_language("en", RESOURCES)
    assert len(printed) == 1
    sheets = PdfReader(io.BytesIO(file.read_bytes())).pages
    assert len(sheets) == 1
    assert "Жаңылдыңызбы?" in sheets[0].extract_text()
    assert dialogs.asked[0].name == "117-card-operator-ky.pdf"


def test_a_card_that_cannot_be_written_is_said_in_words(
    make: Callable[..., Made], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    made, _dialogs = make(tmp_path / "file" / "card.pdf")
    press(Qt.Key.Key_S, CONTROL)
    assert made.outcome.problem.isVisible()


def _shape(text: str) -> tuple[int, int, int, int]:
    """Headings, points, numbered points, rows of a table."""
    lines = text.splitlines()
    return (
        sum(line.startswith("## ") for line in lines),
        sum(line.startswith("- ") for line in lines),
        sum(bool(re.match(r"\d+\. ", line)) for line in lines),
        sum(line.startswith("|") for line in lines),
    )
