"""What the tests of set-up, sign-in, lock and people share: a keyboard, and answers to questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from operator_app.config import paths
from operator_app.i18n import language, use_language


class AnsweringDialogs:
    """Answers every question as told beforehand and remembers what was asked."""

    def __init__(self, *, yes: bool = True, file: Path | None = None) -> None:
        self.yes = yes
        self.file = file
        self.asked: list[str] = []

    def confirm(self, parent: QWidget, question: str, yes: str) -> bool:
        self.asked.append(question)
        return self.yes

    def ask_reason(self, parent: QWidget, question: str, yes: str) -> str | None:
        raise AssertionError(question)

    def ask_save_path(self, parent: QWidget, title: str, proposed: Path, file_type: str) -> Path:
        raise AssertionError(title)

    def ask_open_path(self, parent: QWidget, title: str, file_type: str) -> Path | None:
        self.asked.append(title)
        return self.file

    def tell(self, parent: QWidget, message: str) -> None:
        raise AssertionError(message)


def show(qtbot: QtBot, window: QWidget) -> None:
    """Put the window on the screen with the focus in it."""
    qtbot.addWidget(window)
    window.resize(1366, 768)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()


def focused() -> QWidget:
    """Where the keyboard goes."""
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the focus"
    return widget


def write(content: str) -> None:
    """Type into whatever has the focus."""
    for sign in content:
        if sign.isascii():
            QTest.keyClick(focused(), sign)
        else:
            # QTest knows no Cyrillic keys; a Kyrgyz keyboard sends this.
            key = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, sign)
            QApplication.sendEvent(focused(), key)


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press one key in whatever has the focus."""
    QTest.keyClick(focused(), key, modifier)


def enter() -> None:
    """Press Enter."""
    press(Qt.Key.Key_Return)


def rewrite(content: str) -> None:
    """Replace what stands in the field."""
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(Qt.Key.Key_Delete)
    write(content)


def words_on(window: QWidget) -> str:
    """Every word a person can read there now."""
    shown = [w.text() for w in window.findChildren(QLabel) if w.isVisible()]
    shown += [w.text() for w in window.findChildren(QLineEdit) if w.isVisible()]
    return "\n".join(shown)


@contextmanager
def english_afterwards() -> Iterator[None]:
    """For tests that switch the language."""
    assert language() == "en"
    try:
        yield
    finally:
        use_language("en", paths().resources)
