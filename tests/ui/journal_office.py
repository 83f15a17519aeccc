"""A journal on the screen of a test office, and the calls in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from sqlalchemy import update

from operator_app.db.models import revision
from operator_app.domain.calls import Call, nuisance
from operator_app.domain.people import Actor
from operator_app.domain.wire import State
from operator_app.services.accounts import Accounts
from operator_app.services.journal import Journal
from operator_app.sync.status import LinkState, SyncStatus
from operator_app.ui.events import Events
from operator_app.ui.models.journal_model import Column
from operator_app.ui.screens.journal_screen import JournalScreen
from operator_app.ui.tasks import InlineTaskRunner, Tasks
from tests.conftest import TestOffice, information_call
from tests.finder import finder_of


@dataclass
class AnsweringDialogs:
    """Gives the prepared reason; remembers what was asked."""

    reason: str | None = None
    asked: list[str] = field(default_factory=list)

    def ask_reason(self, parent: QWidget, question: str, yes: str) -> str | None:
        self.asked.append(question)
        return self.reason

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the journal asked {name}")


@dataclass
class ShownJournal:
    screen: JournalScreen
    events: Events
    dialogs: AnsweringDialogs
    press: Callable[..., None]

    @property
    def table(self) -> QWidget:
        return self.screen.list_page.table

    def column(self, column: Column) -> list[str]:
        model = self.screen.model
        return [model.index(i, column).data() for i in range(model.rowCount())]

    @property
    def numbers(self) -> list[str]:
        return self.column(Column.NUMBER)


def show_journal(
    qtbot: Any, office: TestOffice, actor: Actor | None = None, tasks: Tasks | None = None
) -> ShownJournal:
    events, dialogs = Events(), AnsweringDialogs()
    accounts = Accounts(office.database, office.paths, office.clock)
    screen = JournalScreen(
        Journal(office.database, office.reference),
        office.calls,
        finder_of(office).advice,
        accounts.names,
        office.reference,
        actor or office.actor,
        tasks or InlineTaskRunner(),
        events,
        dialogs,
        office.clock,
    )
    qtbot.addWidget(screen)
    screen.resize(1282, 716)
    with qtbot.waitExposed(screen):
        screen.show()
    screen.activateWindow()

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.keyClick(screen.focusWidget() or screen, key, modifier)

    return ShownJournal(screen, events, dialogs, press)


def save_call(office: TestOffice, actor: Actor | None = None, **changes: object) -> Call:
    """An information call a minute after the last one."""
    office.clock.forward(minutes=1)
    start = office.calls.start(actor or office.actor)
    return office.calls.save(actor or office.actor, information_call(start.form, **changes))


def save_nuisance(office: TestOffice, kind: str) -> Call:
    office.clock.forward(minutes=1)
    start = office.calls.start(office.actor)
    return office.calls.save(office.actor, nuisance(replace(start.form, phone=""), kind))


def sync_status(state: LinkState = LinkState.ONLINE) -> SyncStatus:
    return SyncStatus(state, 0, None, 0, 0, None, None, None, None, None, 0)


def set_state(office: TestOffice, call: Call, state: State) -> None:
    """As the sync cycle would, after a receipt."""
    with office.database.write() as connection:
        connection.execute(
            update(revision).where(revision.c.op_id == call.op_id).values(state=state.value)
        )
