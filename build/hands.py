"""Hands and eyes of a person at the program: real Qt key events, counted, and pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabWidget, QWidget

PATIENCE_SECONDS = 30.0


class Hands:
    """Presses keys where the focus is. `presses` counts them; text typed freely is not counted."""

    def __init__(self, qt: QApplication) -> None:
        self._qt = qt
        self.presses = 0

    def press(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """One key press (with its modifier held)."""
        self.presses += 1
        QTest.keyClick(self._focus(), key, modifier)
        self._qt.processEvents()

    def go_to_tab(self, tabs: QTabWidget, name: str) -> None:
        """By the key of the tab, where it has one, else by the arrows of the tab bar."""
        wanted = [tabs.tabText(tab) for tab in range(tabs.count())].index(name)
        if tabs.tabToolTip(wanted):
            self.press(Qt.Key(Qt.Key.Key_1 + wanted), Qt.KeyboardModifier.AltModifier)
            return
        tabs.tabBar().setFocus(Qt.FocusReason.TabFocusReason)
        while tabs.currentIndex() != wanted:
            self.press(Qt.Key.Key_Right if tabs.currentIndex() < wanted else Qt.Key.Key_Left)
        # Into the page, as from any tab.
        self.press(Qt.Key.Key_Tab)

    def answer(self, text: str) -> None:
        """Letters and digits that answer a question: each one is a counted key press."""
        self.presses += len(text)
        self._send(text)

    def write(self, text: str) -> None:
        """Free text: not counted."""
        self._send(text)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Let the program work until the condition holds."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"did not come about: {what}")
            QTest.qWait(10)

    def picture(self, window: QWidget, file: Path) -> None:
        """What the window looks like now."""
        QTest.qWait(60)
        file.parent.mkdir(parents=True, exist_ok=True)
        if not window.grab().save(str(file)):
            raise OSError(f"the picture could not be written: {file.name}")

    def _send(self, text: str) -> None:
        # QTest knows no Cyrillic key; the event a keyboard driver makes has the text in it.
        for letter in text:
            code = ord(letter.upper())
            key = Qt.Key(code) if code < 0x80 else Qt.Key.Key_unknown
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter)
                self._qt.sendEvent(self._focus(), event)
            self._qt.processEvents()

    def _has_focus(self) -> bool:
        if self._qt.focusWidget() is None:
            # A screen without a window manager gives the focus to nobody by itself.
            for window in self._qt.topLevelWidgets():
                if window.isVisible():
                    window.activateWindow()
        return self._qt.focusWidget() is not None

    def _focus(self) -> QWidget:
        self.wait(self._has_focus, "something has the focus")
        focused = self._qt.focusWidget()
        if focused is None:
            raise RuntimeError("nothing has the focus")
        return focused
