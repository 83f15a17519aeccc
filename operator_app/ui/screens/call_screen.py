"""The call screen: ready, a call in progress, saved. Nothing typed is ever lost."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from operator_app.domain.calls import Call, CallForm, check_form, nuisance
from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.errors import BadInput
from operator_app.i18n import _, language
from operator_app.services.call_advice import CallAdvice
from operator_app.services.call_drafts import Draft
from operator_app.services.calls import Calls, NewCall
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.problems import fault_sentence, sentence
from operator_app.ui.screens.call_fields import CallFields
from operator_app.ui.screens.call_page import CallPage
from operator_app.ui.screens.ready_page import ReadyPage
from operator_app.ui.screens.urgent_send import Course, UrgentSend
from operator_app.ui.screens.violence_case import KnownCases
from operator_app.ui.tasks import Tasks
from operator_app.ui.wording import named_fault

DRAFT_AFTER_MS = 2_000
"""A change is on the disk at most this long (and one commit) after it was typed; promised: 3 s."""


class CallScreen(QWidget):
    """F2 starts a call; a nuisance kind saves it at once; Ctrl+Enter saves a conversation; F8 puts
    an urgent one into the queue while it is still going on."""

    saved = Signal(str)
    closed_amendment = Signal(str)
    progress_changed = Signal(bool)

    def __init__(
        self,
        calls: Calls,
        advice: CallAdvice,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
        known_cases: KnownCases | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._calls = calls
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._events = events
        self._dialogs = dialogs
        self._course = Course()
        self._in_progress = self._saving = self._save_waits = False
        self.ready = ReadyPage(calls, reference, actor, tasks, dialogs)
        self.fields = CallFields(reference, clock, known_cases)
        self.page = CallPage(self.fields, calls, advice, reference, actor, tasks, clock)
        self._urgent = UrgentSend(calls, actor, tasks, events, self.page)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.ready)
        self._pages.addWidget(self.page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._autosave = QTimer(self, singleShot=True, interval=DRAFT_AFTER_MS)
        self._wire()
        self._offer_draft()

    @property
    def in_progress(self) -> bool:
        """Whether a call is being filled in."""
        return self._in_progress

    def start(self) -> None:
        """Begin a new call, unless one is in progress."""
        if self._in_progress or self._saving:
            return
        self._saving = True
        self._tasks.database(
            self, lambda: self._calls.start(self._actor), self._on_started, self._on_failed
        )

    def amend(self, call: Call) -> bool:
        """Open a saved call for amendment. False while another call is in progress."""
        if self._in_progress:
            return False
        self._course = Course((call.call_id, call.op_id))
        self._show_form(call.form, _("Amend call"), call.number)
        return True

    def resume(self, draft: Draft) -> None:
        """Go on with an unsaved form, with its timer."""
        self._course = Course(draft.amends, draft.early)
        title = _("Amend call") if draft.amends and not draft.early else _("New call")
        self._show_form(draft.form, title, "")
        self.page.say_of_draft(_("restored"))

    def keep_draft_now(self) -> None:
        """Put what is typed on the disk before this returns: before locking or closing."""
        self._autosave.stop()
        if self._in_progress and not self._saving:
            if not self._urgent.under_way:
                self._calls.save_draft(self._actor, self._course.draft(self.fields.form()))
            # The worker may still hold an older form: the newest must be the last one it writes.
            self._save_draft()

    def unsaved(self) -> Draft | None:
        """The form in progress, to be taken over by a screen in another language; None while the
        database worker is busy with it: what it leaves, the other screen offers."""
        busy = self._saving or self._urgent.under_way
        return self._course.draft(self.fields.form()) if self._in_progress and not busy else None

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._autosave.isActive():
            self._autosave.stop()
            self._save_draft()

    def _wire(self) -> None:
        self.ready.start_asked.connect(self.start)
        self.ready.resume_asked.connect(self.resume)
        self.ready.forgotten.connect(self._offer_draft)
        self.ready.voided.connect(self._events.calls_changed)
        self.fields.changed.connect(self._on_changed)
        self.fields.nuisance_picked.connect(self._on_nuisance_picked)
        self.page.save_button.clicked.connect(self._on_save_asked)
        self.page.discard_button.clicked.connect(self._on_discard_asked)
        self.page.strip.send_asked.connect(lambda: self._urgent.send(self.fields.form()))
        self._urgent.sent.connect(self._on_sent)
        self._urgent.failed.connect(partial(self._on_failed, sending=True))
        self.page.help.open_asked.connect(self._events.open_call_asked)
        self.page.help.failed.connect(self._on_failed)
        self._autosave.timeout.connect(self._save_draft)
        self._events.calls_changed.connect(self.ready.refresh)
        by_key = Qt.FocusReason.ShortcutFocusReason
        for key, go in (
            ("F3", self.page.go_to_danger),
            ("F5", self.page.go_to_help),
            ("F4", partial(self.fields.phone.setFocus, by_key)),
            ("F6", partial(self.fields.note.setFocus, by_key)),
        ):
            shortcut = QShortcut(key, self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(go)

    def _on_started(self, new: NewCall) -> None:
        self._saving = False
        self._course = Course()
        self._show_form(new.form, _("New call"), new.number)

    def _show_form(self, form: CallForm, title: str, number: str) -> None:
        self._in_progress = True
        self.progress_changed.emit(True)
        self.fields.load(form, self._course.call_id)
        self._pages.setCurrentWidget(self.page)
        self.page.begin(title, number, form, self._course.call_id)
        self._urgent.begin(self._course)
        self.fields.focus_first()

    def _leave_form(self) -> None:
        self._in_progress = False
        self.progress_changed.emit(False)
        self._course = Course()
        self._urgent.begin(self._course)
        self.page.end()
        self._autosave.stop()
        self._pages.setCurrentWidget(self.ready)
        self.ready.refresh()
        if self.isVisible():
            self.ready.start_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_changed(self) -> None:
        if self._in_progress and not self._autosave.isActive():
            self._autosave.start()

    def _save_draft(self) -> None:
        if not self._in_progress or self._saving:
            return
        form, course = self.fields.form(), self._course
        self._tasks.database(
            self,
            lambda: self._calls.save_draft(self._actor, course.draft(form)),
            lambda _at: self.page.say_of_draft(_("Draft saved") if self._in_progress else ""),
            self._on_failed,
        )

    def _on_nuisance_picked(self, kind: str) -> None:
        form = self.fields.form()
        answered = form.topics or form.danger_now or form.actions or self._course.amends
        if answered and not self._dialogs.confirm(
            self,
            _("Save as “{kind}”? The answers of the conversation are then not kept.").format(
                kind=self._reference.label("contact_kind", kind, language())
            ),
            _("Save"),
        ):
            return
        self._save(nuisance(form, kind))

    def _on_save_asked(self) -> None:
        if self._in_progress:
            self._save(self.fields.form())

    def _save(self, form: CallForm) -> None:
        if self._saving or self._urgent.under_way:
            self._save_waits = not self._saving
            return
        if faults := check_form(form, self._reference):
            self._show_faults(BadInput("call.faults", faults))
            return
        self._saving = True
        self._autosave.stop()
        self.page.save_button.setEnabled(False)
        course = self._course

        def work() -> Call:
            if course.amends is None:
                return self._calls.save(self._actor, form)
            call_id, base = course.amends
            return self._calls.amend(self._actor, call_id, form, base, in_call=course.early)

        self._tasks.database(self, work, self._on_saved, self._on_failed)

    def _on_saved(self, call: Call) -> None:
        self._saving = False
        self.page.save_button.setEnabled(True)
        amended = self._course.amends is not None and not self._course.early
        self.ready.show_saved(call)
        self._leave_form()
        self._offer_draft()
        self._events.calls_changed.emit(call.call_id)
        self.saved.emit(call.call_id)
        if amended:
            self.closed_amendment.emit(call.call_id)

    def _on_sent(self, call: Call) -> None:
        """The record is in the queue; the operator stays where the cursor is."""
        self.fields.violence.show_case_of(call.call_id)
        self.page.say_problem("")
        self._save_draft()
        if self._save_waits:
            self._save_waits = False
            self._on_save_asked()

    def _on_failed(self, error: Exception, *, sending: bool = False) -> None:
        self._saving = self._save_waits = False
        self.page.save_button.setEnabled(True)
        if isinstance(error, BadInput):
            # What is said is said; only the first question must come before the caller's words.
            self._show_faults(error, stay=sending and self.fields.kind.value is not None)
            return
        self.page.say_problem(sentence(error))
        self.ready.problem.show_text("" if self._in_progress else sentence(error))
        if self._in_progress:
            # What could not be written now is tried again; the text stays on the screen.
            self._autosave.start()

    def _show_faults(self, error: BadInput, *, stay: bool = False) -> None:
        self.fields.mark(error.faults)
        told = [named_fault(f, self._reference) for f in error.faults if f.code != "call.missing"]
        self.page.say_problem("  ".join(fault_sentence(fault) for fault in told))
        self.page.show_missing()
        if not stay:
            self.fields.focus_first(error.faults)

    def _on_discard_asked(self) -> None:
        form, course = self.fields.form(), self._course
        since = _("Discard what was entered since the call was sent? What was sent stays.")
        question = since if course.early else _("Discard what was entered?")
        if form.has_content and not self._dialogs.confirm(self, question, _("Discard")):
            return
        self._leave_form()
        self._tasks.database(
            self,
            lambda: self._calls.discard_draft(self._actor, course.draft(form)),
            lambda _none: None,
            self._on_failed,
        )
        self._offer_draft()

    def _offer_draft(self) -> None:
        self._tasks.database(
            self, lambda: self._calls.draft(self._actor), self._on_draft_found, self._on_failed
        )

    def _on_draft_found(self, found: Draft | None) -> None:
        # A desk made anew goes on with its call by itself: its draft is not another one.
        if not self._in_progress:
            self.ready.offer(found)
