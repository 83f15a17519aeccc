"""Reviews of one's own work: what a supervisor said, beside the call or the case it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.domain.review import CALL, Checklists
from operator_app.errors import AppError, NotFound
from operator_app.i18n import _, language
from operator_app.services.review_subjects import Subject, Subjects
from operator_app.services.reviews import Review, Reviews
from operator_app.ui import problems, review_wording, wording
from operator_app.ui.events import Events
from operator_app.ui.models.entry_model import EntryRow
from operator_app.ui.screens.entry_page import EntryPage
from operator_app.ui.screens.review_page import (
    LIST_SHARE,
    NARROW,
    REST_SHARE,
    REST_WIDTH,
    SUBJECT_HEIGHT,
)
from operator_app.ui.screens.review_subject import ReviewSubject
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, set_state, text
from operator_app.ui.widgets.fitting_scroll import FittingScroll

_POINTS_IN_A_LINE = 2


@dataclass(frozen=True)
class _Opened:
    """`subject` None where it may not be opened (any more); `why_not` says why."""

    review: Review
    checklists: Checklists
    names: dict[str, str]
    subject: Subject | None
    why_not: str


class MyReviewsPage(EntryPage):
    """Enter opens what is marked. `read()`: one was marked as read."""

    begins_with_list = True
    gives_room_below = NARROW

    read = Signal()
    advice_asked = Signal(object)

    def __init__(
        self,
        reviews: Reviews,
        subjects: Subjects,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        clock: Clock,
    ) -> None:
        self._reviews = reviews
        self._subjects = subjects
        self._actor = actor
        self._events = events
        self._clock = clock
        self._review: Review | None = None
        super().__init__(
            tasks, QWidget(), _("Reviews of my work"), _("Choose a line; Enter opens it.")
        )
        self.outcome = text("", "pill")
        self.who = text("", "muted")
        self.comment = text("", "reading", wrap=True)
        self.comment.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.why_not = Notice("warning")
        self.subject = ReviewSubject(reference, clock, may_lower=False)
        self.read_button = button(_("I have read it"), "primary", "Ctrl+Enter")
        self._points = QVBoxLayout()
        self._build_page()
        self.add_key("Esc", self.focus_list)
        self.list.view.clicked.connect(lambda _index: self._on_entered())
        self.read_button.clicked.connect(self._on_read)
        self.subject.open_asked.connect(self._on_open)
        self.subject.advice_asked.connect(self.advice_asked)
        self.subject.case_card.timeline.call_asked.connect(events.open_call_asked)

    # What EntryPage asks

    def key(self, item: Review) -> str:
        return item.review_id

    def row(self, item: Review) -> EntryRow:
        outcome = review_wording.done_wording(item.outcome)
        day = wording.day(local_day(item.done_at), local_day(to_ms(self._clock())))
        unread = None if item.seen_at is not None else wording.Wording(_("new"), "waiting", "●")
        return EntryRow(
            key=item.review_id,
            title=item.number,
            line=day,
            state=unread,
            marks=(outcome,),
            tip="\n".join(
                (item.number, outcome.words, day, unread.words if unread else "")
            ).strip(),
        )

    def list_work(self) -> Callable[[], Sequence[Review]]:
        return lambda: self._reviews.mine(self._actor)

    def nothing_listed(self) -> tuple[str, str]:
        return _("No reviews yet."), _(
            "When a supervisor has looked at a call or a case of yours, you read here what they "
            "say of it."
        )

    def opens_by_itself(self, item: Review) -> bool:
        return False

    def entry_work(self, key: str, content: str) -> Callable[[], _Opened]:
        return partial(self._read, key)

    def show_entry(self, key: str, content: str, found: _Opened) -> None:
        said = self._review = found.review
        mark = review_wording.done_wording(said.outcome)
        self.outcome.setText(f"{mark.sign}  {mark.words}")
        self.outcome.setAccessibleName(mark.words)
        set_state(self.outcome, "tone", mark.tone)
        when = wording.day_and_time(said.done_at, local_day(to_ms(self._clock())))
        self.who.setText(f"{wording.person(found.names, said.done_by)} · {when}")
        self.comment.setText(said.comment)
        self.comment.setVisible(bool(said.comment))
        self._show_answers(said, found.checklists)
        self.read_button.setVisible(said.seen_at is None)
        self.why_not.show_text(found.why_not)
        if found.subject is None:
            self.subject.show_nothing()
        else:
            self.subject.show_subject(found.subject)

    def focus_entry(self) -> None:
        target = self.read_button if self.read_button.isVisible() else self.subject.first_widget
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def _read(self, review_id: str) -> _Opened:
        said = next((r for r in self._reviews.mine(self._actor) if r.review_id == review_id), None)
        if said is None:
            raise NotFound("review.unknown")
        subject, why_not = None, ""
        try:
            subject = self._subjects.open(self._actor, said.kind, said.subject_id, language())
        except AppError as error:
            # It belongs to somebody else by now; the words about it are one's own all the same.
            why_not = problems.sentence(error)
        names = self._subjects.names()
        return _Opened(said, self._reviews.checklists(), names, subject, why_not)

    def _build_page(self) -> None:
        card = Card()
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.outcome)
        head.addWidget(self.who, 1)
        head.addWidget(self.read_button)
        card.body.addLayout(head)
        card.body.addWidget(self.comment)
        card.body.addLayout(self._points)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(card)
        column.addWidget(self.why_not)
        column.addWidget(self.subject, 1)
        self.subject.setMinimumHeight(SUBJECT_HEIGHT)
        self.build(FittingScroll(right, REST_WIDTH))
        layout = self.layout()
        if isinstance(layout, QHBoxLayout):
            layout.setContentsMargins(0, GRID, 0, 0)
            layout.setStretch(0, LIST_SHARE)
            layout.setStretch(1, REST_SHARE)
        self.setFocusProxy(self.list.keyboard)

    def _show_answers(self, said: Review, checklists: Checklists) -> None:
        while (item := self._points.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        labels = {p.code: p.label(language()) for p in checklists.points[said.kind]}
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for number, (code, answer) in enumerate(said.answers.items()):
            line, column = divmod(number, _POINTS_IN_A_LINE)
            # A question of another checklist is named by its code: this PC has no words for it.
            asked, mark = labels.get(code, code), review_wording.answer_wording(answer)
            words = text(f"{mark.sign}  {asked}: {mark.words}", "fact", wrap=True)
            set_state(words, "tone", mark.tone if mark.tone != "calm" else "")
            words.setAccessibleName(f"{asked}: {mark.words}")
            grid.addWidget(words, line, column)
            grid.setColumnStretch(column, 1)
        self._points.addWidget(box)

    def _on_walked(self, key: str) -> None:
        self._walked_to = key

    def _on_entered(self) -> None:
        key = self.list.model.key_at(self.list.view.currentIndex().row())
        self.open_entry(key, focus=True)

    def _on_read(self) -> None:
        if self._review is None:
            return
        review_id = self._review.review_id

        def done(_nothing: None) -> None:
            self.read_button.hide()
            self.refresh()
            self.focus_list()
            self.read.emit()

        self._tasks.database(
            self,
            lambda: self._reviews.mark_read(self._actor, review_id),
            done,
            lambda error: self.notice.show_text(problems.sentence(error)),
        )

    def _on_open(self) -> None:
        if self._review is not None:
            events = self._events
            of_call = self._review.kind == CALL
            opened = events.open_call_asked if of_call else events.open_case_asked
            opened.emit(self._review.subject_id)
