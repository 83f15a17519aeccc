"""What is wrong with an entry of the directory, told to the ministry; stands under the entry."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout

from operator_app.domain.people import Actor
from operator_app.domain.suggestions import LONGEST_TEXT, SERVICE
from operator_app.errors import BadInput
from operator_app.i18n import _
from operator_app.services.suggestion_drafts import Unsent
from operator_app.services.suggestions import Suggestions
from operator_app.ui import problems
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, button, set_state, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.note_field import NoteField

KEPT_AFTER_MS = 2_000
"""A change is on the disk at most this long (and one commit) after it was typed."""
TEXT_HEIGHT = 64
OTHER = "other"


class CorrectionPanel(Card):
    """Asks for one entry at a time; hidden until then. `sent()`: it is saved, on its way.

    What is typed and not sent is kept for the entry until it is sent or emptied, also when the
    program ends. `closed()`: the keyboard goes back to the entry.
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
        self._sending = False
        self._keeping = QTimer(self, singleShot=True, interval=KEPT_AFTER_MS)
        self._keeping.timeout.connect(self._keep)
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
        self.field.changed.connect(self._keep_soon)
        self.send_button.clicked.connect(self._on_send)
        self.cancel_button.clicked.connect(self.close_panel)
        self.hide()

    def ask(self, entry_id: str, content: str) -> None:
        """Ask what is wrong with this version of the entry; words typed for it before are there."""
        if self._entry[0] != entry_id:
            self._empty()
            self._entry = (entry_id, content)
            self._tasks.database(
                self,
                lambda: self._suggestions.unsent(self._actor),
                lambda found: self._on_found(entry_id, found),
                lambda error: self._say(problems.sentence(error)),
            )
        self._entry = (entry_id, content)
        self._say("")
        self.send_button.setEnabled(True)
        self.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def keep_typed(self) -> None:
        """Put what is typed on the disk before this returns: before locking or closing."""
        if self._keeping.isActive() and not self._sending:
            self._suggestions.keep_unsent(self._actor, self._unsent)
            # The worker may still hold older words: the newest must be the last it writes.
            self._keep()

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

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._keeping.isActive():
            self._keep()

    @property
    def _unsent(self) -> Unsent:
        return Unsent(self._kind, self._entry[0], self.field.value or "", self.words.toPlainText())

    def _empty(self) -> None:
        """Nothing is typed; what was is kept as it is."""
        if self._keeping.isActive():
            self._keep()
        self.words.clear()
        self.field.set_value(None)
        self._keeping.stop()

    def _on_found(self, entry_id: str, found: list[tuple[int, Unsent]]) -> None:
        if self._entry[0] != entry_id or self.words.toPlainText():
            return
        for _at, unsent in found:
            if (unsent.kind, unsent.entry_id) == (self._kind, entry_id):
                self.field.set_value(unsent.field or None)
                self.words.setPlainText(unsent.text)
                self._keeping.stop()

    def _keep_soon(self) -> None:
        if not self._keeping.isActive():
            self._keeping.start()

    def _keep(self) -> None:
        self._keeping.stop()
        if self._sending:
            # What is sent is not kept; when it is refused it is kept again.
            return
        unsent, suggestions, actor = self._unsent, self._suggestions, self._actor
        self._tasks.database(
            self,
            lambda: suggestions.keep_unsent(actor, unsent),
            lambda _nothing: None,
            self._on_not_kept,
        )

    def _on_not_kept(self, error: Exception) -> None:
        self._say(problems.sentence(error))
        # What could not be written now is tried again; the words stay on the screen.
        self._keep_soon()

    def _on_typed(self) -> None:
        self._keep_soon()
        self._say("")
        over = len(self.words.toPlainText()) - LONGEST_TEXT
        if over > 0:
            self._say(_("{n} characters too long.").format(n=over))

    def _on_send(self) -> None:
        entry_id, content = self._entry
        field, words = self.field.value or OTHER, self.words.toPlainText()
        actor, kind, suggestions = self._actor, self._kind, self._suggestions
        self.send_button.setEnabled(False)
        # First as it stands: should it not be taken, it is there again.
        self._keep()
        self._sending = True
        self._tasks.database(
            self,
            lambda: suggestions.suggest(actor, kind, entry_id, content, field, words),
            lambda _op_id: self._on_sent(entry_id),
            self._on_failed,
        )

    def _on_sent(self, entry_id: str) -> None:
        self._sending = False
        self.sent.emit()
        if self._entry[0] != entry_id:
            # Another entry is asked about by now.
            return
        self._keeping.stop()
        self._empty()
        self._entry = ("", "")
        self.hide()
        self.closed.emit()

    def _on_failed(self, error: Exception) -> None:
        self._sending = False
        self._keep_soon()
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
