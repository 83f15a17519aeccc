"""One review under way: what it is about above, what is filled in below, kept as it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.review import CLOSURE, Form, Point, Waiting
from operator_app.errors import NotAllowed
from operator_app.i18n import _, language
from operator_app.services.cases import Cases
from operator_app.services.review_subjects import Subject
from operator_app.services.reviews import Reviews
from operator_app.ui import problems, wording
from operator_app.ui.screens.case_acts import Do, LowerCard
from operator_app.ui.screens.review_form import ReviewForm
from operator_app.ui.screens.review_subject import ReviewSubject
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Notice

KEPT_AFTER_MS = 2_000
"""A change is on the disk at most this long (and one commit) after it was made."""
_OVERTAKEN = ("review.overtaken", "case.closed")


@dataclass(frozen=True)
class Opened:
    """What was opened, the questions about it, and what was filled in before."""

    waiting: Waiting
    subject: Subject
    points: tuple[Point, ...]
    draft: Form


class ReviewDesk(QWidget):
    """`finished(Waiting)`: it is done. `overtaken()`: somebody else was faster; what was filled in
    stays on the screen until another one is opened. `lowered(case_id)`: the risk was."""

    finished = Signal(object)
    overtaken = Signal()
    lowered = Signal(str)

    def __init__(
        self,
        reviews: Reviews,
        cases: Cases,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._reviews = reviews
        self._cases = cases
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._waiting: Waiting | None = None
        self._overtaken = False
        self.asked = Notice("notice")
        self.subject = ReviewSubject(reference, clock, may_lower=actor.may(Right.LOWER_RISK))
        self.form = ReviewForm()
        self.below = QStackedWidget()
        self.below.addWidget(self.form)
        self._keeping = QTimer(self, singleShot=True, interval=KEPT_AFTER_MS)
        self._keeping.timeout.connect(self._keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.asked)
        column.addWidget(self.subject, 1)
        column.addWidget(self.below)
        self.form.edited.connect(self._keep_soon)
        self.form.finish_asked.connect(self._on_finish)
        self.subject.lower_asked.connect(self._on_lower)

    @property
    def waiting(self) -> Waiting | None:
        """What is reviewed now, unless somebody else was faster."""
        return None if self._overtaken else self._waiting

    def show_opened(self, opened: Opened) -> None:
        """Begin with it, or go on: what is being filled in stays."""
        goes_on = self.waiting is not None and self.waiting.key == opened.waiting.key
        if not goes_on:
            self._leave()
            self._waiting = opened.waiting
            self.form.show_form(opened.waiting, opened.points, opened.draft)
        self.asked.show_text(self._asked_words(opened))
        self.subject.show_subject(opened.subject)
        self._show_form()

    def keep_typed(self) -> None:
        """Put what is filled in on the disk before this returns: before locking or closing."""
        if self._keeping.isActive() and self._waiting is not None:
            self._reviews.keep_draft(self._actor, self._waiting, self.form.form)
            # The worker may still hold an older form: the newest must be the last it writes.
            self._keep()

    def focus_first(self) -> None:
        """Put the keyboard on what is asked."""
        if isinstance(card := self.below.currentWidget(), LowerCard):
            card.focus_first()
        elif self._waiting is not None:
            self.form.focus_first()

    def leave_question(self) -> bool:
        """Back from the question of the risk to the form; False where it was not asked."""
        asked = isinstance(self.below.currentWidget(), LowerCard)
        if asked:
            self._show_form()
            self.focus_first()
        return asked

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._keeping.isActive():
            self._keep()

    # What is filled in

    def _asked_words(self, opened: Opened) -> str:
        waiting = opened.waiting
        if waiting.reason != CLOSURE:
            return ""
        who = wording.person(opened.subject.names, waiting.person_id)
        why = self._reference.label("close_reason", waiting.close_reason, language())
        return _("{name} asks to close the case: {reason}. {words}").format(
            name=who, reason=why, words=waiting.words
        )

    def _keep_soon(self) -> None:
        if self._waiting is not None and not self._keeping.isActive():
            self._keeping.start()

    def _keep(self) -> None:
        self._keeping.stop()
        if self._waiting is not None:
            self._write(self._waiting, self.form.form)

    def _write(self, waiting: Waiting, form: Form) -> None:
        self._tasks.database(
            self,
            partial(self._reviews.keep_draft, self._actor, waiting, form),
            lambda _nothing: None,
            lambda error: self.form.say(problems.sentence(error)),
        )

    def _leave(self) -> None:
        """What was filled in stays for when it is opened again; nobody comes back to what
        somebody else has done."""
        if self._overtaken and self._waiting is not None:
            self._keeping.stop()
            self._write(self._waiting, Form())
        elif self._keeping.isActive():
            self._keep()
        self._overtaken = False

    def _on_finish(self, form: Form) -> None:
        waiting = self.waiting
        if waiting is None:
            return
        # First as it stands: should it not be taken, it is there again.
        self._keep()
        self.form.setEnabled(False)
        self._tasks.database(
            self,
            lambda: self._reviews.finish(self._actor, waiting, form),
            lambda _nothing: self._on_finished(waiting),
            self._on_refused,
        )

    def _on_finished(self, waiting: Waiting) -> None:
        self._waiting = None
        self.finished.emit(waiting)

    def _on_refused(self, error: Exception) -> None:
        self.form.show_problem(error)
        if isinstance(error, NotAllowed) and error.code in _OVERTAKEN:
            self._overtaken = True
            self.overtaken.emit()

    # The risk

    def _on_lower(self) -> None:
        if self._waiting is None or isinstance(self.below.currentWidget(), LowerCard):
            return
        card = LowerCard(self._reference, self._waiting.risk)
        card.asked.connect(partial(self._lower, self._waiting))
        card.left.connect(self.leave_question)
        self.below.addWidget(card)
        self.below.setCurrentWidget(card)
        card.focus_first()

    def _lower(self, waiting: Waiting, do: Do) -> None:
        def failed(error: Exception) -> None:
            if isinstance(card := self.below.currentWidget(), LowerCard):
                card.notice.show_text(problems.sentence(error))

        self._tasks.database(
            self,
            lambda: do(self._cases, self._actor, waiting.subject_id),
            lambda _case: self.lowered.emit(waiting.subject_id),
            failed,
        )

    def _show_form(self) -> None:
        if isinstance(card := self.below.currentWidget(), LowerCard):
            self.below.removeWidget(card)
            card.deleteLater()
        self.below.setCurrentWidget(self.form)
