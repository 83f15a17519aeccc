"""The words that one shift leaves to the next: kept while they are typed."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QPlainTextEdit

from operator_app.domain.people import Actor, Right
from operator_app.domain.shifts import SHOWN_HANDOVER
from operator_app.domain.span import Span
from operator_app.i18n import _
from operator_app.services.shifts import Shifts
from operator_app.ui import problems
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Card, text

KEEP_AFTER_MS = 2_000
"""After the first letter: what was typed is on the disk within three seconds."""
HEIGHT = 88


class HandoverCard(Card):
    """The words of one day or shift; hidden for several days and for who sees no calls."""

    changed = Signal()

    def __init__(self, shifts: Shifts, actor: Actor, tasks: Tasks) -> None:
        super().__init__(_("Handover note"))
        self._shifts = shifts
        self._actor = actor
        self._tasks = tasks
        self._of: Span | None = None
        self._kept = ""
        self.note = QPlainTextEdit()
        self.note.setAccessibleName(_("Handover note"))
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(HEIGHT)
        self.note.textChanged.connect(self._on_changed)
        self.hint = text("", "hint", wrap=True)
        self.body.addWidget(self.note)
        self.body.addWidget(self.hint)
        self._timer = QTimer(self, interval=KEEP_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self.keep)
        self.note.setEnabled(False)
        if not actor.may(Right.SEE_CALLS):
            self.hide()

    @property
    def words(self) -> str:
        """As typed; empty while there is nothing to hand over."""
        return self.note.toPlainText() if self._of is not None else ""

    def show_words(self, span: Span, words: str) -> None:
        """The kept words of a day or a shift."""
        if span.has_several_days or not self._actor.may(Right.SEE_CALLS):
            return
        self._kept = words
        self.note.setPlainText(words)
        self._of = span
        self._say_hint()
        self.note.setEnabled(True)
        self.show()

    def put_away(self, *, others_follow: bool) -> None:
        """Keep what is typed; nothing can be typed until other words are shown, if any are."""
        self.keep()
        self._of = None
        self._kept = ""
        self.note.setPlainText("")
        self.note.setEnabled(False)
        self.setVisible(others_follow and self._actor.may(Right.SEE_CALLS))

    def keep(self) -> None:
        """Put the words on the disk, on the worker."""
        self._timer.stop()
        of, words = self._of, self.words
        if of is None or words == self._kept:
            return
        self._kept = words
        shifts, actor = self._shifts, self._actor
        self._tasks.database(
            self,
            lambda: shifts.keep_handover(actor, of.first, of.shift_code, words),
            lambda _none: self._say_hint(),
            self._on_failed,
        )

    def keep_now(self) -> None:
        """The same at once: the window is about to go."""
        self._timer.stop()
        if self._of is not None and self.words != self._kept:
            self._shifts.keep_handover(self._actor, self._of.first, self._of.shift_code, self.words)
            self._kept = self.words

    def _on_changed(self) -> None:
        if self._of is None:
            return
        if not self._timer.isActive():
            self._timer.start()
        self._say_hint()
        self.changed.emit()

    def _say_hint(self) -> None:
        too_long = len(self.words.strip()) > SHOWN_HANDOVER
        self.hint.setText(
            _("Only the first {most} characters have room on the page.").format(most=SHOWN_HANDOVER)
            if too_long
            else _("Kept for the next shift, on the page and in the PDF. No names, no numbers.")
        )

    def _on_failed(self, error: Exception) -> None:
        # Tried again with the next letter.
        self._kept = ""
        self.hint.setText(problems.sentence(error))
