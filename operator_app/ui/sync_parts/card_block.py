"""Where the ministry does not know this PC and there is no line: its card is taken in here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLineEdit

from operator_app.domain.clock import Clock, local_day
from operator_app.domain.people import Actor, Right
from operator_app.errors import BadInput
from operator_app.i18n import _
from operator_app.sync.carriers.folder import read_whole
from operator_app.sync.enrol_by_file import AskingFacts, EnrolmentByFile
from operator_app.sync.office_card import SUFFIX, OfficeCard
from operator_app.ui.card_problems import SENTENCES
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.problems import fault_sentence, sentence
from operator_app.ui.sync_wording import code_sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Card, Notice, button, text
from operator_app.ui.widgets.form import FormField
from operator_app.ui.wording import whole_day


class CardBlock(Card):
    """Gone once the ministry let this PC in. `comparing(bool)`: a card is shown, and needs the room.

    Files are read, and codes worked on, off the main thread.
    """

    comparing = Signal(bool)

    def __init__(
        self,
        enrolment: EnrolmentByFile,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
    ) -> None:
        super().__init__(_("Without any line to the ministry"))
        self._enrolment = enrolment
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._clock = clock
        self._card: OfficeCard | None = None
        self.state = text("", wrap=True)
        self.fingerprint = text("", "strong", wrap=True)
        self.code = FormField("card.code", _("Code from the ministry (may be empty)"), QLineEdit())
        self.problem = Notice("danger")
        self.answer = Notice("warning")
        self.read_button = button(_("Read the ministry's card…"))
        self.same_button = button(_("The same: use this card"), "primary")
        self.other_button = button(_("Not the same"))
        for part in (
            self.state,
            self.answer,
            self.fingerprint,
            self.code,
            self.problem,
            self.read_button,
            self.same_button,
            self.other_button,
        ):
            self.body.addWidget(part)
        self.hide()
        self.read_button.clicked.connect(self._on_read)
        self.same_button.clicked.connect(self._on_same)
        self.other_button.clicked.connect(self._on_other)
        self.code.edit.returnPressed.connect(self._on_same)
        events.sync_changed.connect(lambda _status: self.refresh())
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read how it stands."""
        self._tasks.database(
            self, lambda: self._enrolment.facts(self._actor), self._show, self._on_failed
        )

    def _show(self, facts: AskingFacts) -> None:
        self.setVisible(not facts.known)
        self.state.setText(self._words(facts))
        asks = facts.asking and self._card is None
        self.answer.show_text(code_sentence(facts.answer) if asks and facts.answer else "")
        self._show_card()

    def _words(self, facts: AskingFacts) -> str:
        if self._card is not None:
            return _(
                "Card of office {office}, made {day}. Compare this fingerprint with the one the ministry told you by telephone or letter:"
            ).format(office=self._card.office, day=whole_day(local_day(self._card.made_at)))
        if not facts.asking:
            return _(
                "A PC that is never online gets a card from the ministry, in a file. Then it writes sealed bundles, and asks with the first one to be let in."
            )
        said = _("Every bundle asks the ministry to let this PC in. Write one and bring it there.")
        if not facts.with_code:
            number = " ".join(facts.device_id[i : i + 4] for i in range(0, len(facts.device_id), 4))
            said += " " + _(
                "Without a code a person there lets it in, by this number of the PC: {number}"
            ).format(number=number)
        return said

    def _show_card(self) -> None:
        manages = self._actor.may(Right.MANAGE_SYNC)
        offered = self._card is not None
        self.fingerprint.setText(self._card.fingerprint if self._card else "")
        for part in (self.fingerprint, self.code, self.same_button, self.other_button):
            part.setVisible(offered)
        self.read_button.setVisible(manages and not offered)
        for each in (self.read_button, self.same_button, self.other_button):
            each.setEnabled(True)

    def _on_read(self) -> None:
        file = self._dialogs.ask_open_path(
            self, _("Which card?"), _("Cards of the ministry") + f" (*{SUFFIX})"
        )
        if file is not None:
            self.problem.show_text("")
            self._tasks.background(
                self, lambda: self._looked_at(file), self._on_looked_at, self._on_failed
            )

    def _looked_at(self, file: Path) -> OfficeCard:
        return self._enrolment.look_at(self._actor, read_whole(file))

    def _on_looked_at(self, card: OfficeCard) -> None:
        self._card = card
        self.comparing.emit(True)
        self.code.edit.clear()
        self.code.set_problem("")
        self.refresh()
        self._show_card()
        self.code.edit.setFocus()

    def _on_same(self) -> None:
        card, typed = self._card, self.code.edit.text()
        if card is None:
            return
        self.problem.show_text("")
        self.same_button.setEnabled(False)
        self._tasks.background(
            self,
            lambda: self._enrolment.use(self._actor, card, typed),
            lambda _nothing: self._on_other(),
            self._on_failed,
        )

    def _on_other(self) -> None:
        self._card = None
        self.comparing.emit(False)
        self.code.edit.clear()
        self.refresh()
        self.read_button.setFocus()

    def _on_failed(self, error: Exception) -> None:
        self._show_card()
        if isinstance(error, BadInput) and error.faults:
            (fault, *_others) = error.faults
            own = SENTENCES.get(fault.code)
            self.code.set_problem(_(own) if own else fault_sentence(fault))
            self.code.edit.setFocus()
        else:
            self.problem.show_text(sentence(error))
