"""What the pages of the directory share: a list at the left, the entry itself at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from operator_app.i18n import _
from operator_app.ui import problems
from operator_app.ui.models.entry_model import EntryModel, EntryRow
from operator_app.ui.screens.entry_list import EntryList
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, text

WALK_PAUSE_MS = 120
"""An arrow key held down opens only where it comes to rest."""
LIST_SHARE, ENTRY_SHARE = 40, 60


class EntryPage(QWidget):
    """Reads its list when shown and when what is asked for changes; what was asked last wins.

    A page says how its list is read (`list_work`), worded (`row`) and what is said of an empty
    one, how an entry is read (`entry_work`) and shown (`show_entry`). `counted(int)`: how many
    entries are listed.
    """

    counted = Signal(int)

    begins_with_list = False
    """Whether the keyboard goes to the list when the page is shown."""
    gives_room_below = 0
    """Below this width of the page only the list or what is open is shown; Esc leads back."""

    def __init__(self, tasks: Tasks, questions: QWidget, name: str, choose: str) -> None:
        """`name`: of the list, for screen readers; `choose`: what stands where nothing is open."""
        super().__init__()
        self._tasks = tasks
        self._outdated = True
        self._question = 0
        self._opening = 0
        self._opened = ("", "")
        self._walked_to = ""
        model = EntryModel(self.key, self.row)
        model.setParent(self)
        self.list = EntryList(model, questions, name)
        self.notice = Notice("warning")
        self._choose = text(choose, "muted", wrap=True)
        self.right = _Pages()
        self._walk = QTimer(self, interval=WALK_PAUSE_MS, singleShot=True)
        self._walk.timeout.connect(lambda: self.open_entry(self._walked_to))
        self.list.view.walked.connect(self._on_walked)
        self.list.view.entered.connect(self._on_entered)

    # What a page says

    def key(self, item: Any) -> str:
        """The id of a listed thing."""
        raise NotImplementedError

    def listed_key(self, key: str) -> str:
        """The id under which an opened entry stands in the list."""
        return key

    def row(self, item: Any) -> EntryRow:
        """A listed thing in words."""
        raise NotImplementedError

    def list_work(self) -> Callable[[], Sequence[Any]]:
        """Reads what is asked for now; runs on the database worker."""
        raise NotImplementedError

    def nothing_listed(self) -> tuple[str, str]:
        """A sentence for an empty list, and a hint."""
        raise NotImplementedError

    def entry_work(self, key: str, content: str) -> Callable[[], Any]:
        """Reads an entry, or that version of it; runs on the database worker."""
        raise NotImplementedError

    def show_entry(self, key: str, content: str, found: Any) -> None:
        """Show what was read; `content` as it was asked for."""
        raise NotImplementedError

    def opens_by_itself(self, item: Any) -> bool:
        """Whether the first of the list may be opened without anybody asking for it."""
        del item
        return True

    # What the screen asks

    @property
    def opened(self) -> tuple[str, str]:
        """The entry on the screen and the version that was asked for, "" for none."""
        return self._opened

    def refresh(self) -> None:
        """Read the list again, now or as soon as somebody looks at it."""
        if not self.isVisible():
            self._outdated = True
            return
        self._outdated = False
        self._question += 1
        question = self._question
        if not self.list.model.rowCount():
            self.list.say(_("Reading…"))

        def done(entries: Sequence[Any]) -> None:
            if question == self._question:
                self._on_listed(entries)

        def failed(error: Exception) -> None:
            if question == self._question:
                self.list.say(problems.sentence(error))

        self._tasks.database(self, self.list_work(), done, failed)

    def open_entry(self, key: str, content: str = "", *, focus: bool = False) -> None:
        """Show an entry at the right; its line is marked where it is listed.

        `focus`: the keyboard goes to what is read.
        """
        if not key:
            return
        self._walk.stop()
        self._opening += 1
        opening = self._opening
        self._opened = (key, content)

        def done(found: Any) -> None:
            if opening == self._opening:
                self.notice.show_text("")
                self.show_entry(key, content, found)
                self.right.setCurrentIndex(1)
                if focus:
                    self.focus_entry()

        def failed(error: Exception) -> None:
            if opening == self._opening:
                self._opened = ("", "")
                self.right.setCurrentIndex(0)
                self.notice.show_text(problems.sentence(error))

        self._tasks.database(self, self.entry_work(key, content), done, failed)
        self.list.view.point_at(self.listed_key(key))

    def reopen(self) -> None:
        """Read the entry on the screen again."""
        self.open_entry(*self._opened)

    def focus_list(self) -> None:
        """Put the keyboard on the list, or on what is said in its place."""
        if self._is_narrow:
            self.right.setCurrentIndex(0)
        self.list.keyboard.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def build(self, entry: QWidget, *, below: Sequence[QWidget] = ()) -> None:
        """Lay the page out: `entry` shows what was read, `below` stands under it."""
        nothing = Card()
        self._choose.setAlignment(Qt.AlignmentFlag.AlignCenter)
        nothing.body.addWidget(self._choose, 1)
        self.right.addWidget(nothing)
        self.right.addWidget(entry)
        self.right.currentChanged.connect(lambda _index: self._make_room())
        column = QVBoxLayout()
        column.setSpacing(GRID)
        column.addWidget(self.notice)
        column.addWidget(self.right, 1)
        for widget in below:
            column.addWidget(widget)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.list, LIST_SHARE)
        layout.addLayout(column, ENTRY_SHARE)

    @property
    def _is_narrow(self) -> bool:
        return self.width() < self.gives_room_below

    def _make_room(self) -> None:
        opened = self.right.currentIndex() == 1
        self.list.setVisible(not (self._is_narrow and opened))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def add_key(self, keys: str, act: Callable[[], None]) -> None:
        """A key that works while the page is shown."""
        QShortcut(QKeySequence(keys), self).activated.connect(act)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._outdated:
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Hours pass and feeds come: the next look reads again.
        self._outdated = True

    def _on_listed(self, entries: Sequence[Any]) -> None:
        self.list.show_entries(entries, *self.nothing_listed())
        self._choose.setVisible(bool(entries))
        if self.begins_with_list:
            self.setFocusProxy(self.list.keyboard)
        self.counted.emit(len(entries))
        if self._opened[0]:
            self.list.view.point_at(self.listed_key(self._opened[0]))
        elif entries and self.opens_by_itself(entries[0]):
            self.open_entry(self.key(entries[0]))

    def _on_walked(self, key: str) -> None:
        self._walked_to = key
        self._walk.start()

    def _on_entered(self) -> None:
        if self._walk.isActive():
            self.open_entry(self._walked_to)
        self.focus_entry()

    def focus_entry(self) -> None:
        """Put the keyboard on what is read."""
        raise NotImplementedError

    def has_keyboard(self) -> bool:
        """Whether the keyboard is on this page."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)


class _Pages(QStackedWidget):
    """What is read scrolls: it never asks for the height that all of it would take."""

    def hasHeightForWidth(self) -> bool:
        return False
