"""The page "Review": what waits for a supervisor's eyes, and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.domain.review import CALL, CASE, CLOSURE, Waiting
from operator_app.errors import NotFound
from operator_app.i18n import _, language
from operator_app.services.cases import Cases
from operator_app.services.review_subjects import Subjects
from operator_app.services.reviews import Reviews
from operator_app.ui import review_wording, wording
from operator_app.ui.events import Events
from operator_app.ui.models.entry_model import EntryRow
from operator_app.ui.screens.entry_page import EntryPage
from operator_app.ui.screens.review_desk import Opened, ReviewDesk
from operator_app.ui.screens.review_sampling import SamplingLine
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, text
from operator_app.ui.widgets.fitting_scroll import FittingScroll

LIST_SHARE, REST_SHARE = 30, 70
NARROW, REST_WIDTH = 900, 700
"""Below this width of the page the list gives its room to what is open, which needs so much."""
SUBJECT_HEIGHT = 240
"""What is reviewed has at least so much; where that is too high, the whole scrolls."""


@dataclass(frozen=True)
class _Line:
    waiting: Waiting
    person: str
    begun: bool


class ReviewPage(EntryPage):
    """Enter opens what is marked: every opening is audited, so walking opens nothing.

    `changed()`: something was finished. `advice_asked(Advice)`: read what a caller was told.
    """

    begins_with_list = True
    gives_room_below = NARROW

    changed = Signal()
    advice_asked = Signal(object)

    def __init__(
        self,
        reviews: Reviews,
        subjects: Subjects,
        cases: Cases,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        clock: Clock,
    ) -> None:
        self._reviews = reviews
        self._subjects = subjects
        self._reference = reference
        self._actor = actor
        self._events = events
        self._clock = clock
        self._listed: dict[str, Waiting] = {}
        self._next_line: int | None = None
        self.counts = text("", "muted", wrap=True)
        above = QWidget()
        column = QVBoxLayout(above)
        column.setContentsMargins(12, 4, 12, GRID)
        column.setSpacing(GRID)
        self.sampling = SamplingLine(reviews, actor, tasks)
        column.addWidget(self.counts)
        column.addWidget(self.sampling)
        super().__init__(
            tasks, above, _("What is to be reviewed"), _("Choose a line; Enter opens it.")
        )
        self.desk = ReviewDesk(reviews, cases, reference, actor, tasks, clock)
        self.desk.subject.setMinimumHeight(SUBJECT_HEIGHT)
        self.build(FittingScroll(self.desk, REST_WIDTH))
        layout = self.layout()
        if isinstance(layout, QHBoxLayout):
            layout.setContentsMargins(0, GRID, 0, 0)
            layout.setStretch(0, LIST_SHARE)
            layout.setStretch(1, REST_SHARE)
        self.setFocusProxy(self.list.keyboard)
        self._connect_page()

    # What EntryPage asks

    def key(self, item: _Line) -> str:
        return item.waiting.key

    def row(self, item: _Line) -> EntryRow:
        waiting, now = item.waiting, to_ms(self._clock())
        due = review_wording.due_wording(waiting, now, local_day(now))
        why = review_wording.waiting_wording(waiting, self._reference)
        begun = (wording.Wording(_("begun"), "waiting", "✎"),) if item.begun else ()
        reason = review_wording.reason_words(waiting.reason)
        return EntryRow(
            key=waiting.key,
            title=waiting.number,
            line=item.person,
            state=due,
            marks=(*begun, why),
            tip="\n".join((f"{reason}: {waiting.number}", item.person, why.words, due.words)),
        )

    def list_work(self) -> Callable[[], Sequence[_Line]]:
        def work() -> list[_Line]:
            queue, names = self._reviews.queue(self._actor), self._subjects.names()
            return [
                _Line(w, wording.person(names, w.person_id), w.key in queue.begun)
                for w in queue.waiting
            ]

        return work

    def nothing_listed(self) -> tuple[str, str]:
        return _("Nothing waits for your eyes."), _(
            "High risk, closures and calls picked by lot come here by themselves."
        )

    def opens_by_itself(self, item: _Line) -> bool:
        return False

    def entry_work(self, key: str, content: str) -> Callable[[], Opened]:
        open_now = self.desk.waiting
        waiting = open_now if open_now and open_now.key == key else self._listed.get(key)

        def work() -> Opened:
            if waiting is None:
                raise NotFound("review.unknown")
            kind, reason = waiting.kind, waiting.reason
            points = () if reason == CLOSURE else self._reviews.checklists().points[kind]
            draft = self._reviews.draft(self._actor, waiting)
            subject = self._subjects.open(self._actor, kind, waiting.subject_id, language())
            return Opened(waiting, subject, points, draft)

        return work

    def show_entry(self, key: str, content: str, found: Opened) -> None:
        self.desk.show_opened(found)

    def focus_entry(self) -> None:
        self.desk.focus_first()

    # Inside

    def _connect_page(self) -> None:
        self.add_key("Esc", self._on_escape)
        self.list.view.clicked.connect(lambda _index: self._on_entered())
        self.sampling.changed.connect(self.refresh)
        self.desk.finished.connect(self._on_finished)
        self.desk.overtaken.connect(self.refresh)
        self.desk.lowered.connect(self._on_lowered)
        self.desk.subject.open_asked.connect(self._on_open)
        self.desk.subject.advice_asked.connect(self.advice_asked)
        timeline = self.desk.subject.case_card.timeline
        timeline.call_asked.connect(self._events.open_call_asked)
        self._events.calls_changed.connect(lambda _call_id: self.refresh())
        self._events.cases_changed.connect(lambda _case_id: self.refresh())

    def _on_listed(self, entries: Sequence[_Line]) -> None:
        self._listed = {line.waiting.key: line.waiting for line in entries}
        now = to_ms(self._clock())
        reasons = Counter(line.waiting.reason for line in entries)
        late = sum(line.waiting.is_late(now) for line in entries)
        self.counts.setText(review_wording.counts_words(reasons, late))
        self.counts.setVisible(bool(entries))
        super()._on_listed(entries)
        if self._next_line is not None and entries:
            line = min(self._next_line, len(entries) - 1)
            self.list.view.point_at(self.list.model.key_at(line))
        self._next_line = None

    def _on_walked(self, key: str) -> None:
        self._walked_to = key

    def _on_entered(self) -> None:
        key = self.list.model.key_at(self.list.view.currentIndex().row())
        if self.desk.waiting is not None and key == self.desk.waiting.key:
            self.right.setCurrentIndex(1)
            self.focus_entry()
        else:
            self.open_entry(key, focus=True)

    def refresh(self) -> None:
        super().refresh()
        if self.isVisible():
            self.sampling.refresh()

    def _on_finished(self, waiting: Waiting) -> None:
        self._next_line = self.list.model.line_of(waiting.key)
        self._opened = ("", "")
        self.right.setCurrentIndex(0)
        self.focus_list()
        self.changed.emit()
        if waiting.kind == CASE:
            self._events.cases_changed.emit(waiting.subject_id)
        else:
            self.refresh()

    def _on_lowered(self, case_id: str) -> None:
        self._events.cases_changed.emit(case_id)
        self.open_entry(*self._opened, focus=True)

    def _on_open(self) -> None:
        if self.desk.waiting is not None:
            kind, subject_id = self.desk.waiting.kind, self.desk.waiting.subject_id
            events = self._events
            (events.open_call_asked if kind == CALL else events.open_case_asked).emit(subject_id)

    def _on_escape(self) -> None:
        if not self.desk.leave_question():
            self.focus_list()
