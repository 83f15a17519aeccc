"""What is wrong with an entry of the directory, told to the ministry; stands under the entry."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout

from operator_app.domain.people import Actor
from operator_app.domain.suggestions import LONGEST_TEXT, SERVICE
from operator_app.errors import BadInput
from operator_app.i18n import _
from operator_app.services.suggestions import Suggestions
from operator_app.ui import problems
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, button, set_state, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.note_field import NoteField

TEXT_HEIGHT = 64
OTHER = "other"


class CorrectionPanel(Card):
    """Asks for one entry at a time; hidden until then. `sent()`: it is saved, on its way.

    `closed()`: the keyboard goes back to the entry.
    """

    sent = Signal()
    closed = Signal()

    def __init__(self, suggestions: Suggestions, actor: Actor, tasks: Tasks, kind: str) -> None:
        """`kind`: "service" or "article"."""
        super().__init__(_("Suggest a correction"))
        self._suggestions = suggestions
        self._actor = actor
        self._tasks = tasks
        self._kind = kind
        self._entry = ("", "")
        self.field = ChipGroup(_chips(kind), _("What is wrong"))
        self.words = NoteField()
        self.words.setAccessibleName(_("What is wrong, in your words"))
        self.words.setPlaceholderText(_("What is wrong, and what is right? No names of callers."))
        self.words.setMaximumHeight(TEXT_HEIGHT)
        self.problem = text("", "problem", wrap=True)
        self.send_button = button(_("Send"), "primary", "Ctrl+Enter")
        self.cancel_button = button(_("Cancel"))
        self.cancel_button.setToolTip("Esc")
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.problem, 1)
        line.addWidget(self.cancel_button)
        line.addWidget(self.send_button)
        self.body.addWidget(self.field)
        self.body.addWidget(self.words)
        self.body.addLayout(line)
        self.field.picked.connect(lambda _code: self.words.setFocus())
        self.field.passed.connect(self.words.setFocus)
        self.words.textChanged.connect(self._on_typed)
        self.send_button.clicked.connect(self._on_send)
        self.cancel_button.clicked.connect(self.close_panel)
        self.hide()

    def ask(self, entry_id: str, content: str) -> None:
        """Ask what is wrong with this version of the entry; words typed for it before stay."""
        if self._entry != (entry_id, content):
            self.words.clear()
            self.field.set_value(None)
        self._entry = (entry_id, content)
        self._say("")
        self.send_button.setEnabled(True)
        self.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_panel(self) -> None:
        """Hide it; what was typed stays for the same entry."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    def _on_typed(self) -> None:
        self._say("")
        over = len(self.words.toPlainText()) - LONGEST_TEXT
        if over > 0:
            self._say(_("{n} characters too long.").format(n=over))

    def _on_send(self) -> None:
        entry_id, content = self._entry
        field, words = self.field.value or OTHER, self.words.toPlainText()
        actor, kind, suggestions = self._actor, self._kind, self._suggestions
        self.send_button.setEnabled(False)
        self._tasks.database(
            self,
            lambda: suggestions.suggest(actor, kind, entry_id, content, field, words),
            lambda _op_id: self._on_sent(),
            self._on_failed,
        )

    def _on_sent(self) -> None:
        self.words.clear()
        self.field.set_value(None)
        self.hide()
        self.sent.emit()
        self.closed.emit()

    def _on_failed(self, error: Exception) -> None:
        self.send_button.setEnabled(True)
        self._say(problems.sentence(error))
        if isinstance(error, BadInput):
            self.words.setFocus()

    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.words.setAccessibleDescription(sentence)
        set_state(self.words, "missing", bool(sentence))


def saved_words() -> str:
    """What is said when a correction was sent on its way."""
    return _("Saved here; goes to the ministry with the next connection.")


def _chips(kind: str) -> list[Chip]:
    services = [
        ("phone", _("Phone")),
        ("hours", _("Hours")),
        ("address", _("Address")),
        ("text", _("Text")),
        ("closed", _("Closed for good")),
        (OTHER, _("Other")),
    ]
    articles = [
        ("text", _("Text")),
        ("facts", _("A figure")),
        ("legal_basis", _("Legal basis")),
        (OTHER, _("Other")),
    ]
    offered = services if kind == SERVICE else articles
    return [Chip(code, said, str(n)) for n, (code, said) in enumerate(offered, start=1)]
