"""Cases with follow-ups in a test office, and the Follow-ups screen over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt

from operator_app.domain.cases import Case, ProtectionOrder
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import CALL_BACK, Consent
from operator_app.domain.people import Actor
from operator_app.domain.violence import SafeContact
from operator_app.services.accounts import Accounts
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.services.follow_ups import FollowUps
from operator_app.ui.events import Events
from operator_app.ui.models.follow_up_model import Column
from operator_app.ui.screens.follow_ups_screen import FollowUpsScreen
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import TestOffice, information_call
from tests.ui.journal_office import AnsweringDialogs

HOUR = 3_600_000


class Casework:
    """Violence cases as calls and colleagues make them."""

    def __init__(self, office: TestOffice) -> None:
        self.office = office
        self.cases = Cases(office.database, office.reference, office.clock)
        self.work = CaseWork(self.cases, office.reference, office.clock)
        self.follow_ups = FollowUps(office.database, office.clock)

    @property
    def now(self) -> int:
        return to_ms(self.office.clock())

    def case(self, actor: Actor | None = None, danger: str = "Y") -> Case:
        """The case of a new violence call; with danger now there is a follow-up next morning."""
        actor = actor or self.office.actor
        start = self.office.calls.start(actor)
        block = (
            replace(start.form.violence, happened="invented words")
            if (start.form.violence)
            else None
        )
        form = information_call(
            start.form,
            topics=("VIO.DOM",),
            danger_now=danger,
            actions=("CASE",),
            caller_name="Invented Marina",
            violence=block,
        )
        saved = self.office.calls.save(actor, form)
        with self.office.database.read() as connection:
            case_id = self.cases.files.of_call(connection, saved.call_id)
            assert case_id is not None
            return self.cases.files.read(connection, case_id)

    def by_hand(self, case: Case, hours: float, kind: str = "CHECK", **more: Any) -> Case:
        return self.work.add_task(
            self.office.actor,
            case.case_id,
            kind=kind,
            way=more.pop("way", "SERVICE"),
            due_at=self.now + round(hours * HOUR),
            **more,
        )

    def order(self, case: Case, **changes: Any) -> Case:
        made = ProtectionOrder(order_id="", status="ISS3", recorded_at=0, issued_at=self.now)
        return self.work.set_order(self.office.actor, case.case_id, replace(made, **changes))

    def agree_to_phone(self, case: Case) -> Case:
        self.cases.set_contact(
            self.office.actor, case.case_id, SafeContact("0555 11 22 33", "after 14:00")
        )
        said = Consent(CALL_BACK, "G", self.now)
        return self.cases.add_consent(self.office.actor, case.case_id, said)


@dataclass
class Shown:
    screen: FollowUpsScreen
    events: Events
    dialogs: AnsweringDialogs
    opened: list[str]
    press: Callable[..., None]

    @property
    def lines(self) -> list[str]:
        """Each line as it reads: a heading, or when and what."""
        model = self.screen.model
        return [
            " | ".join(str(model.index(i, c).data()) for c in (Column.DUE, Column.WHAT))
            if model.row_at(i)
            else str(model.index(i, 0).data())
            for i in range(model.rowCount())
        ]

    def column(self, column: Column) -> list[str]:
        model = self.screen.model
        return [model.index(i, column).data() for i in range(model.rowCount()) if model.row_at(i)]


def show_follow_ups(qtbot: Any, made: Casework, actor: Actor | None = None) -> Shown:
    office = made.office
    events, dialogs = Events(), AnsweringDialogs()
    screen = FollowUpsScreen(
        made.follow_ups,
        made.cases,
        made.work,
        Accounts(office.database, office.paths, office.clock).names,
        office.reference,
        actor or office.actor,
        InlineTaskRunner(),
        events,
        dialogs,
        office.clock,
    )
    opened: list[str] = []
    events.open_case_asked.connect(opened.append)
    qtbot.addWidget(screen)
    screen.resize(1282, 716)
    with qtbot.waitExposed(screen):
        screen.show()
    screen.activateWindow()

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.keyClick(screen.focusWidget() or screen, key, modifier)

    return Shown(screen, events, dialogs, opened, press)
