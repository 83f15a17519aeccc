"""The sync page: what waits, what was refused and why, the last receipt, "Send now"."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from operator_app.db.engine import Database
from operator_app.db.sync_state import Attempt
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.errors import BadInput
from operator_app.i18n import _
from operator_app.services.connection import Connection, ConnectionFacts
from operator_app.services.refusals import Refusals, Refused
from operator_app.sync import status as sync
from operator_app.sync.status import LinkState, OutboxRow, SyncStatus
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.models.plain_table import PlainTable, plain_view
from operator_app.ui.problems import sentence
from operator_app.ui.sync_parts.refused_list import RefusedList
from operator_app.ui.sync_parts.ways import Ways
from operator_app.ui.sync_wording import clock_words, code_sentence, link_words, only_there_words
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text
from operator_app.ui.widgets.fitting_scroll import SCROLL_BAR, FittingScroll
from operator_app.ui.widgets.server_card import ServerCard
from operator_app.ui.wording import day_and_time, state_wording

SIDE_WIDTH = 340


@dataclass(frozen=True)
class SyncPicture:
    """Everything the page shows, read in one go."""

    status: SyncStatus
    waiting: list[OutboxRow]
    refused: list[Refused]
    attempts: list[Attempt]
    facts: ConnectionFacts


class SyncPage(QWidget):
    """Counts come from the rows; nothing is said to be at the ministry without its receipt."""

    def __init__(
        self,
        database: Database,
        connection: Connection,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        clock: Clock,
        dialogs: Dialogs,
    ) -> None:
        super().__init__()
        self._database = database
        self._connection = connection
        self._actor = actor
        self._tasks = tasks
        self._events = events
        self._clock = clock
        self._refusals = Refusals(database, clock)
        self.problem = Notice("danger")
        self.advice = Notice("warning")
        self.done = Notice()
        self.figures: dict[str, QLabel] = {}
        self.send_button = button(_("Send now"), "primary", "F9")
        self.waiting = PlainTable((_("No."), _("Saved"), _("State"), _("Tries"), _("Last answer")))
        self.refused = RefusedList(self._refusals, actor, tasks, events, dialogs, clock)
        self.attempts = PlainTable((_("When"), _("What"), _("Outcome"), _("Records")))
        self.waiting_view = plain_view(self.waiting, _("Waiting to be sent"))
        self.attempts_view = plain_view(self.attempts, _("Last tries"))
        self.server = ServerCard()
        self.ways = Ways()
        self._lay_out()
        self.send_button.clicked.connect(self._on_send_now)
        self.refused.changed.connect(self.refresh)
        self.refused.failed.connect(self._on_failed)
        self.server.save_asked.connect(self._on_save)
        events.sync_changed.connect(self._on_sync_changed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read everything again."""
        self._tasks.database(self, self._read, self._show, self._on_failed)

    def _read(self) -> SyncPicture:
        return SyncPicture(
            sync.read_status(self._database, self._clock),
            sync.waiting_rows(self._database),
            self._refusals.listed(self._actor),
            sync.last_attempts(self._database),
            self._connection.facts(self._actor),
        )

    def _show(self, picture: SyncPicture) -> None:
        status = picture.status
        today = local_day(to_ms(self._clock()))
        values = {
            "state": link_words(status.state),
            "waiting": str(status.waiting),
            "oldest": "–",
            "receipt": "–",
            "refused": str(status.needs_you),
        }
        if status.oldest_waiting_at is not None:
            values["oldest"] = day_and_time(status.oldest_waiting_at, today)
        if status.last_verified_at is not None:
            values["receipt"] = day_and_time(status.last_verified_at, today)
        for name, value in values.items():
            self.figures[name].setText(value)
        self.advice.show_text(self._advice(status, picture.facts))
        sends = status.state not in (LinkState.NOT_CONFIGURED, LinkState.NOT_ENROLLED)
        self.waiting.show_rows(
            (
                row.number,
                day_and_time(row.saved_at, today),
                state_wording(row.state, sends=sends).words,
                str(row.attempts),
                code_sentence(row.last_code),
            )
            for row in picture.waiting
        )
        self.refused.show_rows(picture.refused)
        actions = {
            "hello": _("greeting"),
            "enrol": _("enrolment"),
            "push": _("sending"),
            "have": _("comparing"),
            "changes": _("colleagues' cases"),
            "feed": _("reference data"),
            "places": _("addresses of places"),
            "lookup": _("benefit status"),
            "bundle": _("bundle"),
            "receipts": _("receipts"),
        }
        self.attempts.show_rows(
            (
                day_and_time(attempt.at, today),
                actions.get(attempt.action, attempt.action),
                _("worked") if attempt.outcome == "ok" else code_sentence(attempt.outcome),
                str(attempt.items),
            )
            for attempt in picture.attempts
        )
        self.device_label.setText(
            _("This PC: {device} · {incarnation}").format(
                device=picture.facts.device_id, incarnation=picture.facts.incarnation
            )
        )
        self.server.show_facts(picture.facts)
        if picture.facts.training:
            self.ways.hide()

    def _advice(self, status: SyncStatus, facts: ConnectionFacts) -> str:
        if missing := _missing(facts):
            return missing
        if status.problem == "clock.wrong" and status.skew_seconds is not None:
            return clock_words(status.skew_seconds)
        if status.problem:
            return code_sentence(status.problem)
        if status.numbers_ahead:
            return _(
                "This database was put back to an older copy: numbers that the ministry holds "
                "and it never gave: {n}. Call your IT staff."
            ).format(n=status.numbers_ahead)
        return only_there_words(status.only_there)

    def _on_sync_changed(self, _status: SyncStatus) -> None:
        if self.isVisible():
            self.refresh()

    def _on_send_now(self) -> None:
        self.done.show_text(_("Sending is under way. The figures change as receipts come."))
        self._events.send_now_asked.emit()

    def _on_save(self) -> None:
        url, xroad = self.server.typed_url, self.server.typed_xroad
        code = self.server.code.text()
        self._tasks.database(
            self,
            lambda: self._connection.change(self._actor, url, code, xroad),
            self._on_saved,
            self._on_failed,
        )

    def _on_saved(self, _nothing: None) -> None:
        self.problem.show_text("")
        self.server.show_saved()
        self.done.show_text(_("Saved. The server is tried now."))
        self._events.send_now_asked.emit()

    def _on_failed(self, error: Exception) -> None:
        self.done.show_text("")
        if isinstance(error, BadInput):
            self.server.show_faults(error.faults)
            self.problem.show_text(sentence(error))
        else:
            self.problem.show_text(sentence(error))

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addWidget(text(_("Waiting to be sent"), "cardTitle"))
        left.addWidget(self.waiting_view, 3)
        left.addWidget(self.refused, 3)
        left.addWidget(text(_("Last tries"), "cardTitle"))
        left.addWidget(self.attempts_view, 2)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self._state_card())
        right.addWidget(self.advice)
        right.addWidget(self.done)
        right.addWidget(self.problem)
        if self._actor.may(Right.MANAGE_SYNC):
            self.ways.add(_("Server"), self.server)
        right.addWidget(self.ways)
        self.device_label = text("", "hint", wrap=True)
        self.device_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        right.addWidget(self.device_label)
        right.addStretch(1)
        side = QWidget()
        right.setContentsMargins(0, 0, 0, 0)
        side.setLayout(right)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(16)
        layout.addLayout(left, 1)
        layout.addWidget(FittingScroll(side, SIDE_WIDTH + SCROLL_BAR))

    def _state_card(self) -> Card:
        card = Card(_("To the ministry"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        names = {
            "state": _("Connection"),
            "waiting": _("Waiting"),
            "oldest": _("Oldest waiting"),
            "receipt": _("Last verified receipt"),
            "refused": _("Needs you"),
        }
        for row, (key, name) in enumerate(names.items()):
            self.figures[key] = text("–", "strong", wrap=True)
            grid.addWidget(text(name, "muted"), row, 0)
            grid.addWidget(self.figures[key], row, 1)
        card.body.addLayout(grid)
        card.body.addWidget(self.send_button)
        return card


def _missing(facts: ConnectionFacts) -> str:
    """What there is no sending without; "" where nothing lacks."""
    if facts.training:
        return _("This is the training: what you save stays here, and no server can be set.")
    if not facts.configured:
        return _("No server is set. Calls are kept here; enter the server's address to send.")
    if not facts.enrolled and not facts.code_waits:
        return _("This PC is not enrolled. Ask the ministry for an enrolment code.")
    return ""
