"""A card of fields with one Save: what is not saved is marked, kept, and never overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from operator_app.errors import BadInput, Fault
from operator_app.i18n import _
from operator_app.ui.problems import fault_sentence, sentence
from operator_app.ui.screens.case_parts.fields import Box, TextBox, focus
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text

Values = Mapping[str, Any]


class EditBlock(Card):
    """Fields of one record, named by a key; each record keeps its own unsaved words.

    A newer version of the record changes only the fields nobody has edited.
    """

    save_asked = Signal()
    unsaved_changed = Signal()

    def __init__(self, title: str, save_label: str) -> None:
        super().__init__()
        self.title = text(title, "cardTitle", wrap=True)
        self.mark = text(_("● Not saved"), "unsaved")
        self.mark.hide()
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.title, 1)
        head.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(head)
        self.boxes: dict[str, Box] = {}
        self.aliases: dict[str, str] = {}
        """What a Fault calls a field, where the service has another name for it."""
        self._key = ""
        self._base: dict[str, Any] = {}
        self._kept: dict[str, dict[str, Any]] = {}
        self.read_only = False
        self.notice = Notice("danger")
        self.save_button = button(save_label)
        self.undo_button = button(_("Undo"), "link")
        self.save_button.setText(f"{save_label}   Ctrl+Enter")
        self.save_button.clicked.connect(self.save_asked)
        self.undo_button.clicked.connect(self.undo)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.save_button.click)

    def add(self, *boxes: Box, stretches: Sequence[int] = ()) -> None:
        """Put the fields side by side below the ones before."""
        for box in boxes:
            self.boxes[box.where] = box
            box.edited.connect(self._tell)
        if len(boxes) == 1:
            box = boxes[0]
            self.body.addWidget(box, 1 if isinstance(box, TextBox) and box.grows else 0)
            return
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        for number, box in enumerate(boxes):
            stretch = stretches[number] if stretches else 1
            row.addWidget(box, stretch, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)

    def finish(self, *more: QWidget) -> None:
        """Put the buttons below the fields; `more` stands at their right."""
        self.body.addWidget(self.notice)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.save_button)
        line.addWidget(self.undo_button)
        line.addStretch(1)
        for widget in more:
            line.addWidget(widget)
        self.body.addLayout(line)
        self.undo_button.hide()

    @property
    def key(self) -> str:
        """The record that is shown."""
        return self._key

    @property
    def unsaved(self) -> bool:
        """Whether a field of the record shown was edited and not saved."""
        return bool(self._edited())

    def has_unsaved(self, prefix: str) -> bool:
        """Whether any record whose key begins so has unsaved words, shown now or not."""
        return bool(self.typed(prefix))

    def typed(self, prefix: str) -> dict[str, dict[str, Any]]:
        """Unsaved words by record and field, of the records whose keys begin so."""
        known = {**self._kept, self._key: self._edited()}
        return {key: words for key, words in known.items() if words and key.startswith(prefix)}

    def give_back(self, typed: Mapping[str, Mapping[str, Any]]) -> None:
        """Words of an earlier day that were not saved then; what is typed now comes first."""
        for key, words in typed.items():
            mine = {w: tuple(v) if isinstance(v, list) else v for w, v in words.items()}
            if key != self._key:
                self._kept[key] = {**mine, **self._kept.get(key, {})}
                continue
            for where in mine.keys() & self.boxes.keys() - self._edited().keys():
                self.boxes[where].put(mine[where])
                self.boxes[where].edited.emit()
        self._tell()

    def values(self) -> dict[str, Any]:
        """What the fields hold now."""
        return {where: box.value() for where, box in self.boxes.items()}

    def show_values(self, key: str, values: Values) -> None:
        """Show a record. Of the one already shown, only fields nobody has edited change."""
        if key != self._key:
            self.leave(key)
            self._key = key
            self.notice.show_text("")
            for where, box in self.boxes.items():
                box.set_problem("")
                self._put(box, values[where])
            kept = self._kept.pop(key, {})
            for where in kept.keys() & self.boxes.keys():
                self.boxes[where].put(kept[where])
        else:
            for where, box in self.boxes.items():
                if box.value() == self._base.get(where):
                    self._put(box, values[where])
                else:
                    self._base[where] = values[where]
        self._tell()

    def leave(self, key: str) -> None:
        """Put the unsaved words of the record shown aside, unless it is this one."""
        if key != self._key:
            self._keep()
            self._key = ""

    def undo(self) -> None:
        """Back to what was saved."""
        self.notice.show_text("")
        for where, box in self.boxes.items():
            box.set_problem("")
            box.put(self._base[where])
        self.save_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell()

    def begin_save(self) -> tuple[str, dict[str, Any]]:
        """The record and its words that go to the service now."""
        self.notice.show_text("")
        for box in self.boxes.values():
            box.set_problem("")
        self.save_button.setEnabled(False)
        return self._key, self.values()

    def saved(self, key: str, sent: Values) -> None:
        """The service took these words; what was typed since is still unsaved."""
        self.save_button.setEnabled(not self.read_only)
        if key == self._key:
            self._base = dict(sent)
        elif key in self._kept:
            rest = {w: v for w, v in self._kept.pop(key).items() if v != sent[w]}
            if rest:
                self._kept[key] = rest
        self._tell()

    def refused(self, error: Exception) -> None:
        """Say why at the fields, or below them; the words stay."""
        self.save_button.setEnabled(not self.read_only)
        if isinstance(error, BadInput):
            self.show_faults(error.faults)
        else:
            self.notice.show_text(sentence(error))

    def show_faults(self, faults: Sequence[Fault]) -> None:
        """Say each fault at its field and go to the first of them."""
        named = [(self.aliases.get(f.where, f.where), f) for f in faults]
        elsewhere = [f for where, f in named if where not in self.boxes]
        for where, fault in reversed(named):
            if box := self.boxes.get(where):
                box.show()
                box.set_problem(fault_sentence(fault))
        self.notice.show_text(" ".join(dict.fromkeys(fault_sentence(f) for f in elsewhere)))
        wrong = next((b for b in self.boxes.values() if b.problem), None)
        if wrong is not None:
            focus(wrong)

    def set_read_only(self, read_only: bool) -> None:
        """Only to be read. Words that are not saved can still be read then."""
        for box in self.boxes.values():
            box.set_read_only(read_only)
        if read_only != self.read_only:
            self.read_only = read_only
            self.save_button.setEnabled(not read_only)
        self.save_button.setVisible(not read_only)

    def _put(self, box: Box, value: Any) -> None:
        box.put(value)
        # As the field gives it back: Qt has signs of its own for the ends of lines.
        self._base[box.where] = box.value()

    def _keep(self) -> None:
        if self._key and (edited := self._edited()):
            self._kept[self._key] = edited

    def _edited(self) -> dict[str, Any]:
        return {w: b.value() for w, b in self.boxes.items() if b.value() != self._base.get(w)}

    def _tell(self) -> None:
        unsaved = self.unsaved
        self.mark.setVisible(unsaved)
        self.undo_button.setVisible(unsaved)
        name = "primary" if unsaved else ""
        if self.save_button.objectName() != name:
            self.save_button.setObjectName(name)
            self.save_button.style().unpolish(self.save_button)
            self.save_button.style().polish(self.save_button)
        self.unsaved_changed.emit()
