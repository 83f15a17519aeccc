"""The left side of a page of the directory: what is asked for, how many, the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedWidget, QVBoxLayout, QWidget

from operator_app.ui.models.entry_model import EntryModel, Index
from operator_app.ui.screens.entry_delegate import EntryDelegate
from operator_app.ui.widgets.basic import GRID, Card, text


class EntryView(QListView):
    """`walked(key)`: the person moved to another line. `entered()`: Enter, on to what is read."""

    walked = Signal(str)
    entered = Signal()

    def __init__(self, model: EntryModel, name: str) -> None:
        super().__init__()
        self._model = model
        self._pointing = False
        self.setObjectName("entries")
        self.setModel(model)
        self.setItemDelegate(EntryDelegate(self))
        self.setAccessibleName(name)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(24)

    def point_at(self, key: str) -> None:
        """Mark the line of an entry without saying that a person went there; "" marks none."""
        line = self._model.line_of(key) if key else None
        self._pointing = True
        self.setCurrentIndex(QModelIndex() if line is None else self._model.index(line))
        self._pointing = False

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._pointing:
            self.walked.emit(self._model.key_at(current.row()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Qt goes to the first line by itself; nobody asked for it.
        self._pointing = True
        super().focusInEvent(event)
        self._pointing = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        opens = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if (opens or event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up)) and self._begin():
            return
        if opens:
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def _begin(self) -> bool:
        """Go to the first line where none is marked yet; whether it did."""
        if self.selectionModel().hasSelection() or not self._model.rowCount():
            return False
        self._pointing = True
        self.setCurrentIndex(QModelIndex())
        self._pointing = False
        self.setCurrentIndex(self._model.index(0))
        return True


class EntryList(Card):
    """The questions above, the list below; a sentence where there is nothing to list."""

    def __init__(self, model: EntryModel, questions: QWidget, name: str) -> None:
        super().__init__()
        self.model = model
        self.view = EntryView(model, name)
        self.sentence = text("", "strong", wrap=True)
        self.hint = text("", "muted", wrap=True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._empty = self._empty_page()
        self._stack.addWidget(self._empty)
        # The rows end before the round corners of the card.
        self.body.setContentsMargins(1, GRID, 1, GRID)
        self.body.setSpacing(0)
        self.body.addWidget(questions)
        self.body.addWidget(self._stack, 1)

    @property
    def keyboard(self) -> QWidget:
        """Where the keyboard belongs: the list, or the sentence in its place."""
        return self._empty if self.is_empty else self.view

    @property
    def is_empty(self) -> bool:
        """Whether a sentence stands in the place of the list."""
        return self._stack.currentIndex() == 1

    def show_entries(self, entries: Sequence[Any], sentence: str, hint: str) -> None:
        """List the entries, or say the sentence where there are none."""
        self.model.show(entries)
        self.say("" if entries else sentence, hint)

    def say(self, sentence: str, hint: str = "") -> None:
        """A sentence in the place of the list; "" brings the list back."""
        self.sentence.setText(sentence)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self._empty.setAccessibleName(f"{sentence} {hint}".strip())
        shown = self._empty if sentence else self.view
        had_focus = self.view.hasFocus() or self._empty.hasFocus()
        self._stack.setCurrentWidget(shown)
        if had_focus:
            shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def _empty_page(self) -> QWidget:
        page = QWidget()
        page.setObjectName("emptyList")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # The keyboard must be somewhere, and a screen reader says what is written there.
        page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(2 * GRID, 4 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        for label in (self.sentence, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addStretch(1)
        return page
