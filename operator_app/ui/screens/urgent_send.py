"""The urgent way: a call that is still going on is put into the queue, and followed from there."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from operator_app.domain.calls import Call, CallForm
from operator_app.domain.people import Actor
from operator_app.domain.wire import CONFIRMED, State
from operator_app.i18n import _
from operator_app.services.call_drafts import Draft
from operator_app.services.call_lookup import Sending
from operator_app.services.calls import Calls
from operator_app.ui.events import Events
from operator_app.ui.screens.call_page import CallPage
from operator_app.ui.tasks import Tasks
from operator_app.ui.wording import time_of_day


@dataclass
class Course:
    """Which saved call the form in progress amends, as it stands when somebody looks.

    The database worker changes it the moment the call is sent: a draft that is written after
    that goes on as the amendment, whenever it was asked for.
    """

    amends: tuple[str, str] | None = None
    early: bool = False
    """The call was sent while the caller is still on the line."""

    @property
    def call_id(self) -> str:
        """The id of the saved call; "" for a new one."""
        return self.amends[0] if self.amends else ""

    def draft(self, form: CallForm) -> Draft:
        """The form as a draft of this course."""
        return Draft(form, self.amends, self.early)


class UrgentSend(QObject):
    """Sends early, hurries the sync, and says on the strip how far the record is."""

    sent = Signal(object)
    """The Call that is in the queue now; the form goes on as its amendment."""
    failed = Signal(Exception)

    def __init__(
        self, calls: Calls, actor: Actor, tasks: Tasks, events: Events, page: CallPage
    ) -> None:
        super().__init__(page)
        self._calls = calls
        self._actor = actor
        self._tasks = tasks
        self._events = events
        self._page = page
        self._course = Course()
        self._sent_form: CallForm | None = None
        self._arrived = False
        self.under_way = False
        """Whether the database worker is busy with it."""
        events.sync_changed.connect(self._on_sync_changed)

    def begin(self, course: Course) -> None:
        """Another form is on the screen; it may go on with a call that was sent."""
        self._course = course
        self._sent_form = None
        self._arrived = False
        self._page.strip.say_sent("")
        self._look()

    def send(self, form: CallForm) -> None:
        """Put the form into the queue as it is. What was sent already is only hurried."""
        if self.under_way:
            return
        if form == self._sent_form:
            self._events.send_now_asked.emit()
            return
        self.under_way = True
        course = self._course

        def work() -> Call:
            if course.amends is None:
                call = self._calls.save(self._actor, form, early=True)
                course.early = True
            else:
                call_id, base = course.amends
                call = self._calls.amend(
                    self._actor, call_id, form, base, early=True, in_call=course.early
                )
            course.amends = (call.call_id, call.op_id)
            return call

        self._tasks.database(
            self, work, lambda call: self._on_sent(call, course, form), self._on_failed
        )

    def _on_sent(self, call: Call, course: Course, form: CallForm) -> None:
        self.under_way = False
        if course is self._course:
            self._sent_form = form
            self._arrived = False
            self._look()
            self.sent.emit(call)
        self._events.calls_changed.emit(call.call_id)
        self._events.send_now_asked.emit()

    def _on_failed(self, error: Exception) -> None:
        self.under_way = False
        self.failed.emit(error)

    def _on_sync_changed(self, _status: object) -> None:
        self._look()

    def _look(self) -> None:
        """Read how far it is; after the receipt there is nothing more to learn."""
        course = self._course
        if not course.call_id or self._arrived:
            return
        self._tasks.database(
            self,
            lambda: self._calls.sending(self._actor, course.call_id),
            lambda found: self._show(found) if course is self._course else None,
            self.failed.emit,
        )

    def _show(self, found: Sending | None) -> None:
        if found is None:
            return
        self._arrived = found.state in CONFIRMED
        self._page.show_number(found.number)
        self._page.strip.say_sent(_worded(found))


def _worded(found: Sending) -> str:
    if found.state in CONFIRMED and found.confirmed_at is not None:
        return _("At the ministry {time}").format(time=time_of_day(found.confirmed_at))
    if found.state is State.REJECTED:
        return _("The ministry sent it back: look at “To the ministry”")
    words = _("In the queue, urgent, {time}") if found.urgent else _("In the queue, {time}")
    return words.format(time=time_of_day(found.saved_at))
