"""The PCs of one office: which is the station, who hands over to it, and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.i18n import _, ngettext
from operator_app.sync.seat_files import BadSeatFile
from operator_app.sync.seat_files import Card as SeatCard
from operator_app.sync.seats import OfficeSeats, SeatsFacts
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.problems import sentence
from operator_app.ui.sync_parts.seat_blocks import Newcomer, SeatLine
from operator_app.ui.sync_wording import code_sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text
from operator_app.ui.wording import day_and_time


class SeatsCard(Card):
    """People compare fingerprints at both screens; nothing is believed before. Files are read and
    written off the main thread."""

    def __init__(
        self,
        seats: OfficeSeats,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
    ) -> None:
        super().__init__(_("PCs of the office"))
        self._seats = seats
        self._actor = actor
        self._tasks = tasks
        self._events = events
        self._dialogs = dialogs
        self._clock = clock
        self._offered: tuple[Path, SeatCard] | None = None
        self._shown: tuple[object, object] = ((), ())
        self.hint = text("", "hint", wrap=True)
        self.way = text("", wrap=True)
        self.fingerprint = text("", "strong", wrap=True)
        self.trouble = Notice("warning")
        self.problem = Notice("danger")
        self.done = Notice()
        self.lines: list[SeatLine] = []
        self.newcomers: list[Newcomer] = []
        self._blocks = QVBoxLayout()
        self._blocks.setSpacing(GRID)
        self.join_button = button(_("Hand over to the station…"))
        self.same_button = button(_("The same: hand over to it"), "primary")
        self.other_button = button(_("Not the same"))
        self.station_button = button(_("Make this PC the station…"))
        self.leave_button = button(_("Hand nothing over any more"))
        self.end_button = button(_("Not the station any more"))
        self._lay_out()
        self.join_button.clicked.connect(self._on_join)
        self.same_button.clicked.connect(self._on_same)
        self.other_button.clicked.connect(self._on_other)
        self.station_button.clicked.connect(self._on_station)
        self.leave_button.clicked.connect(self._on_leave)
        self.end_button.clicked.connect(self._on_end)
        events.sync_changed.connect(lambda _status: self._on_news())

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """All that stand below, in the order of Tab."""
        return (
            self.same_button,
            self.other_button,
            self.join_button,
            self.station_button,
            self.leave_button,
            self.end_button,
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read how it stands; the folder is looked into."""
        self._tasks.background(
            self, lambda: self._seats.facts(self._actor), self._show, self._on_failed
        )

    def _on_news(self) -> None:
        if self.isVisible():
            self.refresh()

    def _show(self, facts: SeatsFacts) -> None:
        manages = self._actor.may(Right.MANAGE_SEATS)
        alone = facts.station is None and facts.joined is None
        offered = self._offered is not None
        for each, wanted in (
            (self.same_button, offered),
            (self.other_button, offered),
            (self.join_button, alone and not offered),
            (self.station_button, alone and not offered),
            (self.leave_button, facts.joined is not None),
            (self.end_button, facts.station is not None),
        ):
            each.setVisible(wanted and manages)
            each.setEnabled(True)
        self._show_words(facts)
        self._show_blocks(facts, manages)

    def _show_words(self, facts: SeatsFacts) -> None:
        side = facts.station or facts.joined
        self.hint.setText(_hint(facts))
        self.way.setText(self._way(facts))
        self.way.setVisible(side is not None)
        if self._offered is not None:
            said = _("Fingerprint of the station in this folder:")
            self.fingerprint.setText(f"{said}\n{self._offered[1].fingerprint}")
        elif facts.station is not None:
            said = _("Fingerprint of this station:")
            self.fingerprint.setText(f"{said}\n{facts.fingerprint}")
        else:
            said = _("Fingerprint of this PC:")
            self.fingerprint.setText(f"{said}\n{facts.fingerprint}")
        self.fingerprint.setVisible(side is not None or self._offered is not None)
        self.trouble.show_text(code_sentence(side.problem) if side is not None else "")

    def _way(self, facts: SeatsFacts) -> str:
        if facts.station is not None:
            return _("Takes in through: {folder}").format(folder=facts.station.folder)
        if facts.joined is None:
            return ""
        said = [
            _("Hands over through: {folder}").format(folder=facts.joined.folder),
            _("Last written: {when}").format(when=self._moment(facts.joined.written_at)),
            _("The station's last word: {when}").format(when=self._moment(facts.joined.acked_at)),
        ]
        if facts.waiting:
            said.append(
                ngettext(
                    "{n} record is not at the station yet.",
                    "{n} records are not at the station yet.",
                    facts.waiting,
                ).format(n=facts.waiting)
            )
        return "\n".join(said)

    def _show_blocks(self, facts: SeatsFacts, manages: bool) -> None:
        if self._shown == (facts.seats, facts.newcomers):
            # Somebody may be at one of the buttons.
            return
        self._shown = (facts.seats, facts.newcomers)
        while (item := self._blocks.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.lines = [
            SeatLine(f, self._moment(f.seat.taken_at), manages=manages) for f in facts.seats
        ]
        self.newcomers = [Newcomer(card, manages=manages) for card in facts.newcomers]
        for newcomer in self.newcomers:
            newcomer.confirm_asked.connect(self._on_confirm)
            newcomer.refuse_asked.connect(self._on_refuse)
            self._blocks.addWidget(newcomer)
            newcomer.show()
        for line in self.lines:
            line.stop_asked.connect(self._on_stop)
            line.resume_asked.connect(self._on_resume)
            self._blocks.addWidget(line)
            line.show()

    def _moment(self, at: int | None) -> str:
        today = local_day(to_ms(self._clock()))
        return "–" if at is None else day_and_time(at, today)

    # What people decide

    def _on_join(self) -> None:
        folder = self._dialogs.ask_folder(self, _("Which folder do the office's PCs share?"))
        if folder is None:
            return

        def done(card: SeatCard) -> None:
            self._offered = (folder, card)
            self.refresh()
            self.same_button.setFocus()

        self._do(lambda: self._seats.look(self._actor, folder), done)

    def _on_same(self) -> None:
        if self._offered is None:
            return
        folder, card = self._offered
        self._offered = None
        said = _("This PC hands over from now on. Confirm it at the station, too.")
        self._do(lambda: self._seats.join(self._actor, folder, card), lambda _done: self._end(said))

    def _on_other(self) -> None:
        self._offered = None
        self._end(_("Nothing was changed. Find out whose card lies in the folder."))

    def _on_station(self) -> None:
        folder = self._dialogs.ask_folder(self, _("Which folder do the office's PCs share?"))
        if folder is not None:
            self._make_station(folder, instead=False)

    def _make_station(self, folder: Path, *, instead: bool) -> None:
        def failed(error: Exception) -> None:
            taken = isinstance(error, BadSeatFile) and error.code == "seats.station_there"
            question = _(
                "Another PC is the station of this folder. Make this one the station in its place? Every PC has to join it anew."
            )
            if taken and self._dialogs.confirm(self, question, _("Make this PC the station")):
                self._make_station(folder, instead=True)
            else:
                self._on_failed(error)

        said = _("This PC is the station. Join the other PCs by the same folder.")
        self._do(
            lambda: self._seats.become_station(self._actor, folder, instead=instead),
            lambda _done: self._end(said),
            failed,
        )

    def _on_leave(self) -> None:
        question = _(
            "Hand nothing over to the station any more? What is there stays there; joined again, all is written once more."
        )
        if self._dialogs.confirm(self, question, _("Hand nothing over any more")):
            self._decide(lambda: self._seats.leave(self._actor))

    def _on_end(self) -> None:
        question = _(
            "Is this PC the station no more? What came stays here; every PC has to join a station anew."
        )
        if self._dialogs.confirm(self, question, _("Not the station any more")):
            self._decide(lambda: self._seats.end_station(self._actor))

    def _on_confirm(self, card: SeatCard) -> None:
        self._decide(lambda: self._seats.confirm(self._actor, card))

    def _on_refuse(self, card: SeatCard) -> None:
        self._decide(lambda: self._seats.refuse(self._actor, card))

    def _on_stop(self, dev: str) -> None:
        self._decide(lambda: self._seats.stop(self._actor, dev))

    def _on_resume(self, dev: str) -> None:
        seat = next(line.facts.seat for line in self.lines if line.facts.seat.dev == dev)
        self._decide(lambda: self._seats.resume(self._actor, seat))

    def _decide(self, work: Callable[[], Any]) -> None:
        self._do(work, lambda _done: self._end(_("Saved.")))

    def _do(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self.done.show_text("")
        self.problem.show_text("")
        for each in self.buttons:
            each.setEnabled(False)
        self._tasks.background(self, work, done, failed or self._on_failed)

    def _end(self, said: str) -> None:
        self.done.show_text(said)
        self.refresh()
        # The folder is looked into at once.
        self._events.send_now_asked.emit()

    def _on_failed(self, error: Exception) -> None:
        self._offered = None
        self.problem.show_text(sentence(error))
        for each in self.buttons:
            each.setEnabled(True)

    def _lay_out(self) -> None:
        for words in (self.hint, self.way, self.fingerprint):
            self.body.addWidget(words)
        self.body.addWidget(self.trouble)
        self.body.addLayout(self._blocks)
        for part in (self.done, self.problem, *self.buttons):
            self.body.addWidget(part)
            if isinstance(part, QPushButton):
                part.hide()


def _hint(facts: SeatsFacts) -> str:
    if facts.station is not None:
        return _("The records of the office's other PCs come here, sealed, through the folder.")
    if facts.joined is not None:
        return _("What the ministry gets goes to the station, too, sealed, and not a word more.")
    return _(
        "Several PCs of one office: one is the station and holds all calls and cases; the others hand over to it through a folder that they share."
    )
