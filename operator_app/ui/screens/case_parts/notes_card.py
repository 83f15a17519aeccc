"""Notes on a case: the newest first, added and never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QSizePolicy, QTextEdit

from operator_app.domain.cases import Case, Note
from operator_app.i18n import _
from operator_app.ui import theme
from operator_app.ui.screens.case_parts.edit_block import EditBlock
from operator_app.ui.screens.case_parts.fields import TextBox
from operator_app.ui.widgets.basic import text
from operator_app.ui.wording import person


class NotesCard(EditBlock):
    """A field for a new note above the earlier ones."""

    def __init__(self) -> None:
        super().__init__(_("Notes"), _("Add"))
        self.add(TextBox("note", _("New note"), lines=3))
        self.finish()
        self.earlier = QTextEdit()
        self.earlier.setReadOnly(True)
        self.earlier.setAccessibleName(_("Notes"))
        self.earlier.setTabChangesFocus(True)
        self.earlier.setMinimumHeight(96)
        self.empty = text(_("No notes yet."), "muted")
        self.body.addWidget(self.empty)
        self.body.addWidget(self.earlier, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._shown: list[tuple[str, str]] = []

    def show_case(self, case: Case, names: Mapping[str, str], moment: Callable[[int], str]) -> None:
        """The notes of this case, and its new one as far as it was written."""
        self.show_values(f"{case.case_id}/note", {"note": ""})
        said = [
            (f"{moment(note.at)} · {person(dict(names), note.by)}", note.text)
            for note in _newest_first(case.notes)
        ]
        self.empty.setVisible(not said)
        self.earlier.setVisible(bool(said))
        if said != self._shown:
            self._shown = said
            self._write(said)

    def _write(self, said: Sequence[tuple[str, str]]) -> None:
        heading, words = QTextCharFormat(), QTextCharFormat()
        heading.setForeground(QColor(theme.current().muted))
        words.setFontWeight(QFont.Weight.Normal)
        self.earlier.clear()
        cursor = QTextCursor(self.earlier.document())
        for number, (head, body) in enumerate(said):
            cursor.insertText(("\n\n" if number else "") + head + "\n", heading)
            # As text and never as markup: words of people may look like tags.
            cursor.insertText(body, words)
        self.earlier.moveCursor(QTextCursor.MoveOperation.Start)


def _newest_first(notes: Sequence[Note]) -> list[Note]:
    return sorted(notes, key=lambda note: note.at, reverse=True)
