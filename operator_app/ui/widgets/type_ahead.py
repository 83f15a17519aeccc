"""A field that finds an entry of a list by the beginnings of its words, in any language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem

from operator_app.domain.text import fold, words

SHOWN = 12
MOST_FOUND = 100
"""Of a long list: who reads on types another letter."""
_CODE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Entry:
    """One entry: `search` holds everything it can be found by; `group` is its heading.

    `only_typed`: one of very many, that is found by typing and not in the list of everything.
    """

    code: str
    label: str
    search: str = ""
    group: str = ""
    chosen_label: str = ""
    only_typed: bool = False
    search_words: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "search_words", tuple(words(f"{self.label} {self.search}")))

    @property
    def shown(self) -> str:
        """How it reads once chosen: with its surroundings, where the label alone is too short."""
        return self.chosen_label or self.label


class TypeAhead(QLineEdit):
    """Type, then Enter takes the first, or a digit takes the n-th, or the arrows and Enter.

    `picked(code)`: a person chose. `passed()`: Enter with nothing to choose: go on.
    """

    picked = Signal(str)
    passed = Signal()

    def __init__(
        self, entries: Sequence[Entry], name: str, placeholder: str = "", *, digits: bool = False
    ) -> None:
        """`digits`: a digit typed into the empty field takes the n-th of the list shown."""
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self._entries = list(entries)
        self._digits = digits
        self._list: QListWidget | None = None
        self.textEdited.connect(self._on_edited)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Another list to choose from."""
        self._entries = list(entries)

    @property
    def suggestions(self) -> QListWidget | None:
        """The list on screen, or None."""
        return self._list if self._list is not None and self._list.isVisible() else None

    def entries_for(self, query: str) -> list[Entry]:
        """Entries whose words begin with the words typed; the best first.

        Best means: the label itself begins so; then the list's own order.
        """
        wanted = words(query)
        if not wanted:
            return [e for e in self._entries if not e.only_typed]
        found = [
            e
            for e in self._entries
            if all(any(w.startswith(q) for w in e.search_words) for q in wanted)
        ]
        start = fold(query.strip())
        return sorted(found, key=lambda e: not fold(e.label).startswith(start))[:MOST_FOUND]

    def close_list(self) -> None:
        """Hide the suggestions."""
        if self._list is not None:
            self._list.hide()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            # After the layout has settled: the field may just have been shown.
            QTimer.singleShot(0, self, self._open_if_focused)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.close_list()

    def mousePressEvent(self, event: object) -> None:
        super().mousePressEvent(event)  # type: ignore[arg-type]
        self._show(self.entries_for(self.text() if self.isModified() else ""))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        plain = not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        if plain and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            if self.suggestions is None:
                self._show(self.entries_for(""))
            else:
                self._move(1 if key == Qt.Key.Key_Down else -1)
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_enter()
        elif key == Qt.Key.Key_Escape and self.suggestions is not None:
            self.close_list()
        elif plain and self._digits and not self.text() and event.text() in tuple("123456789"):
            self._pick_nth(int(event.text()))
        else:
            super().keyPressEvent(event)

    def _open_if_focused(self) -> None:
        if self.hasFocus() and not self.text():
            self._show(self.entries_for(""))

    def _on_edited(self, typed: str) -> None:
        self._show(self.entries_for(typed))

    def _on_enter(self) -> None:
        chosen = self._list.currentItem() if self.suggestions is not None and self._list else None
        if (self.text() and self.isModified() and chosen is not None) or (
            chosen is not None and chosen.isSelected() and not self.text()
        ):
            self._take(chosen)
        else:
            self.passed.emit()

    def _pick_nth(self, n: int) -> None:
        entries = self.entries_for("")
        if n <= len(entries):
            self.close_list()
            self.picked.emit(entries[n - 1].code)

    def _take(self, item: QListWidgetItem) -> None:
        self.close_list()
        self.picked.emit(str(item.data(_CODE)))

    def _move(self, step: int) -> None:
        listed = self._list
        if listed is None:
            return
        row = listed.currentRow()
        for _attempt in range(listed.count()):
            row = (row + step) % listed.count()
            if listed.item(row).flags() & Qt.ItemFlag.ItemIsSelectable:
                listed.setCurrentRow(row)
                return

    def _show(self, entries: Sequence[Entry]) -> None:
        if not self.isVisible() or not entries:
            self.close_list()
            return
        listed = self._made_list()
        listed.clear()
        group = ""
        searching = bool(self.text()) and self.isModified()
        for number, entry in enumerate(entries, start=1):
            if entry.group and entry.group != group and not searching:
                heading = QListWidgetItem(entry.group)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                listed.addItem(heading)
            group = entry.group
            label = (
                f"{number} · {entry.label}"
                if self._digits and number <= 9 and not searching
                else entry.label
            )
            if entry.group and searching:
                label = f"{label}   ·   {entry.group}"
            item = QListWidgetItem(label)
            item.setData(_CODE, entry.code)
            listed.addItem(item)
        if searching:
            listed.setCurrentRow(0)
        self._place(listed)
        listed.show()
        listed.raise_()

    def _made_list(self) -> QListWidget:
        if self._list is None:
            # A child of the window and not a popup: it never takes the focus from the field.
            self._list = QListWidget(self.window())
            self._list.setObjectName("suggestions")
            self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._list.setAccessibleName(self.accessibleName())
            self._list.itemClicked.connect(self._take)
            self.window().installEventFilter(self)
            self.destroyed.connect(self._list.deleteLater)
        return self._list

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.WindowDeactivate):
            self.close_list()
        return super().eventFilter(watched, event)

    def _place(self, listed: QListWidget) -> None:
        window = self.window()
        row_height = max(listed.sizeHintForRow(0), 24)
        height = min(listed.count(), SHOWN) * row_height + 12
        below = self.mapTo(window, QPoint(0, self.height() + 2))
        if below.y() + height > window.height() - 8:
            above = self.mapTo(window, QPoint(0, 0)).y() - height - 2
            room_below = window.height() - 8 - below.y()
            if above >= 8:
                below.setY(above)
            elif room_below >= 4 * row_height:
                height = room_below
            else:
                height = max(4 * row_height, self.mapTo(window, QPoint(0, 0)).y() - 10)
                below.setY(self.mapTo(window, QPoint(0, 0)).y() - height - 2)
        wanted = max(self.width(), min(listed.sizeHintForColumn(0) + 40, 520))
        listed.setGeometry(min(below.x(), window.width() - wanted - 8), below.y(), wanted, height)
