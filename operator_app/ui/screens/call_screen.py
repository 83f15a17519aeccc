"""The call screen: ready, a call in progress, saved. Nothing typed is ever lost."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShortcut
from PySide6.QtWidgets import (
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.calls import Call, CallForm, check_form, nuisance
from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.errors import BadInput
from operator_app.i18n import _, language
from operator_app.services.calls import Calls, Draft, NewCall
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.problems import fault_sentence, sentence
from operator_app.ui.screens.call_fields import CallFields
from operator_app.ui.screens.call_page import CallPage
from operator_app.ui.screens.ready_page import ReadyPage
from operator_app.ui.tasks import Tasks

DRAFT_AFTER_MS = 2_000
"""A change is on the disk at most this long (and one commit) after it was typed; promised: 3 s."""
HELP_FROM_WIDTH = 1000


class CallScreen(QWidget):
    """F2 starts a call; a nuisance kind saves it at once; Ctrl+Enter saves a conversation."""

    saved = Signal(str)
    closed_amendment = Signal(str)
    progress_changed = Signal(bool)

    def __init__(
        self,
        calls: Calls,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._calls = calls
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._events = events
        self._dialogs = dialogs
        self._clock = clock
        self._amends: tuple[str, str] | None = None
        self._in_progress = False
        self._saving = False
        self.ready = ReadyPage(calls, reference, actor, tasks, dialogs)
        self.fields = CallFields(reference, clock)
        self.page = CallPage(self.fields, calls, reference, actor, tasks, clock)
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
        self._amends = (call.call_id, call.op_id)
        self._show_form(call.form, _("Amend call"), call.number)
        return True

    def resume(self, draft: Draft) -> None:
        """Go on with an unsaved form, with its timer."""
        self._amends = draft.amends
        title = _("Amend call") if draft.amends else _("New call")
        self._show_form(draft.form, title, "")
        self.page.say_of_draft(_("restored"))

    def keep_draft_now(self) -> None:
        """Put what is typed on the disk before this returns: before locking or closing."""
        self._autosave.stop()
        if self._in_progress and not self._saving:
            self._calls.save_draft(self._actor, Draft(self.fields.form(), self._amends))
            # The worker may still hold an older form: the newest must be the last one it writes.
            self._save_draft()

    def unsaved(self) -> Draft | None:
        """The form in progress, to be taken over by a screen in another language."""
        return Draft(self.fields.form(), self._amends) if self._in_progress else None

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
        self.page.help.open_asked.connect(self._events.open_call_asked)
        self.page.help.failed.connect(self._on_failed)
        self._autosave.timeout.connect(self._save_draft)
        self._events.calls_changed.connect(self.ready.refresh)
        for key, target in (("F4", self.fields.phone), ("F6", self.fields.note)):
            shortcut = QShortcut(key, self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(
                lambda field=target: field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            )

    def _on_started(self, new: NewCall) -> None:
        self._saving = False
        self._amends = None
        self._show_form(new.form, _("New call"), new.number)

    def _show_form(self, form: CallForm, title: str, number: str) -> None:
        self._in_progress = True
        self.progress_changed.emit(True)
        self.fields.load(form)
        self._pages.setCurrentWidget(self.page)
        self.page.begin(title, number, form, self._amends[0] if self._amends else "")
        self.fields.focus_first()

    def _leave_form(self) -> None:
        self._in_progress = False
        self.progress_changed.emit(False)
        self._amends = None
        self.page.end()
        self._autosave.stop()
        self._pages.setCurrentWidget(self.ready)
        self.ready.refresh()
        if self.isVisible():
            self.ready.start_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_changed(self) -> None:
        if self._in_progress and not self._autosave.isActive():
            self._autosave.start()
        if self._in_progress:
            self.page.show_missing()

    def _save_draft(self) -> None:
        if not self._in_progress or self._saving:
            return
        draft = Draft(self.fields.form(), self._amends)
        self._tasks.database(
            self,
            lambda: self._calls.save_draft(self._actor, draft),
            self._on_draft_saved,
            self._on_failed,
        )

    def _on_draft_saved(self, _at: int) -> None:
        if self._in_progress:
            self.page.say_of_draft(_("Draft saved"))

    def _on_nuisance_picked(self, kind: str) -> None:
        form = self.fields.form()
        answered = form.topics or form.danger_now or form.actions or self._amends
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
        if self._saving:
            return
        faults = check_form(form, self._reference)
        if faults:
            self._show_faults(BadInput("call.faults", faults))
            return
        self._saving = True
        self._autosave.stop()
        self.page.save_button.setEnabled(False)
        amends = self._amends

        def work() -> Call:
            if amends:
                return self._calls.amend(self._actor, amends[0], form, amends[1])
            return self._calls.save(self._actor, form)

        self._tasks.database(self, work, self._on_saved, self._on_failed)

    def _on_saved(self, call: Call) -> None:
        self._saving = False
        self.page.save_button.setEnabled(True)
        amended = self._amends is not None
        self.ready.show_saved(call)
        self._leave_form()
        self._offer_draft()
        self._events.calls_changed.emit(call.call_id)
        self.saved.emit(call.call_id)
        if amended:
            self.closed_amendment.emit(call.call_id)

    def _on_failed(self, error: Exception) -> None:
        self._saving = False
        self.page.save_button.setEnabled(True)
        if isinstance(error, BadInput):
            self._show_faults(error)
            return
        self.page.say_problem(sentence(error))
        self.ready.problem.show_text("" if self._in_progress else sentence(error))
        if self._in_progress:
            # What could not be written now is tried again; the text stays on the screen.
            self._autosave.start()

    def _show_faults(self, error: BadInput) -> None:
        self.fields.mark(error.faults)
        special = [f for f in error.faults if f.code != "call.missing"]
        self.page.say_problem("  ".join(fault_sentence(f) for f in special))
        self.page.show_missing()
        self.fields.focus_first(error.faults)

    def _on_discard_asked(self) -> None:
        if self.fields.form().has_content and not self._dialogs.confirm(
            self, _("Discard what was entered?"), _("Discard")
        ):
            return
        unsaved = Draft(self.fields.form(), self._amends)
        self._leave_form()
        self._tasks.database(
            self,
            lambda: self._calls.discard_draft(self._actor, unsaved),
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
