"""Cases on the screen of a test office, and the calls that opened them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from sqlalchemy import select

from operator_app.db.models import audit
from operator_app.domain.cases import Case
from operator_app.domain.people import Actor
from operator_app.domain.violence import ViolenceForm
from operator_app.services.accounts import Accounts
from operator_app.services.case_access import Accesses
from operator_app.services.case_drafts import CaseDrafts
from operator_app.services.case_list import CaseList
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.services.closures import Closures
from operator_app.services.letters import Letters
from operator_app.ui.events import Events
from operator_app.ui.models.case_model import Column
from operator_app.ui.screens.case_page import CasePage
from operator_app.ui.screens.cases_screen import CasesScreen
from operator_app.ui.tasks import InlineTaskRunner, Tasks
from tests.conftest import TestOffice, information_call

HIGH = {"KILL": "Y", "HURT": "N"}
MEDIUM = {"WORSE": "Y", "LEAVING": "Y"}


@dataclass
class AnsweringDialogs:
    """Gives the prepared reason; remembers what was asked."""

    reason: str | None = None
    asked: list[str] = field(default_factory=list)

    def ask_reason(self, parent: QWidget, question: str, yes: str) -> str | None:
        self.asked.append(question)
        return self.reason

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the cases asked {name}")


@dataclass
class ShownCases:
    """The screen, and a keyboard that types where the focus is."""

    screen: CasesScreen
    events: Events
    dialogs: AnsweringDialogs
    press: Callable[..., None]
    write: Callable[[str], None]

    @property
    def page(self) -> CasePage:
        return self.screen.case_page

    def column(self, column: Column) -> list[str]:
        model = self.screen.model
        return [model.index(i, column).data() for i in range(model.rowCount())]

    @property
    def numbers(self) -> list[str]:
        return self.column(Column.NUMBER)

    @property
    def timeline(self) -> list[str]:
        """What a screen reader says of each line."""
        listed = self.page.overview.timeline
        role = Qt.ItemDataRole.AccessibleTextRole
        return [listed.item(i).data(role) for i in range(listed.count())]

    @property
    def words(self) -> str:
        """Every word of labels and buttons that is seen."""
        return "\n".join(
            w.text()
            for kind in (QLabel, QPushButton)
            for w in self.screen.findChildren(kind)
            if w.isVisible()
        )


def services(office: TestOffice) -> tuple[Cases, CaseWork, CaseList, Accesses]:
    cases = Cases(office.database, office.reference, office.clock)
    return (
        cases,
        CaseWork(cases, office.reference, office.clock),
        CaseList(office.database, office.clock),
        Accesses(office.database, office.clock),
    )


def show_cases(
    qtbot: Any,
    office: TestOffice,
    actor: Actor | None = None,
    tasks: Tasks | None = None,
) -> ShownCases:
    events, dialogs = Events(), AnsweringDialogs()
    accounts = Accounts(office.database, office.paths, office.clock)
    cases, work, case_list, accesses = services(office)
    screen = CasesScreen(
        cases,
        work,
        case_list,
        accesses,
        CaseDrafts(office.database, office.clock),
        accounts.names,
        office.reference,
        actor or office.actor,
        tasks or InlineTaskRunner(),
        events,
        dialogs,
        office.clock,
        Letters(office.database, cases, office.reference, office.clock, lambda _page: b""),
        Closures(office.database, cases.files.read, office.reference, office.clock),
    )
    qtbot.addWidget(screen)
    screen.resize(1282, 716)
    with qtbot.waitExposed(screen):
        screen.show()
    screen.activateWindow()

    def target() -> QWidget:
        focused = QApplication.focusWidget()
        return focused if focused is not None and screen.isAncestorOf(focused) else screen

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.keyClick(target(), key, modifier)

    def write(text: str) -> None:
        qtbot.keyClicks(target(), text)

    return ShownCases(screen, events, dialogs, press, write)


def save_violence_call(
    office: TestOffice, actor: Actor | None = None, *, danger: str = "N", **block: Any
) -> str:
    """A call about violence at home, a minute after the last one; the id of its case."""
    office.clock.forward(minutes=1)
    who = actor or office.actor
    start = office.calls.start(who)
    form = information_call(
        start.form,
        topics=("VIO.DOM",),
        danger_now=danger,
        violence=ViolenceForm(**{"affected": "CALLER", "forms": ("PHY",), **block}),
    )
    call = office.calls.save(who, form)
    case_id = CaseList(office.database, office.clock).of_call(office.actor, call.call_id)
    assert case_id is not None
    return case_id


def case_of(office: TestOffice, case_id: str) -> Case:
    return services(office)[0].open(office.actor, case_id)


def audited(office: TestOffice, case_id: str) -> list[str]:
    query = select(audit.c.action).where(audit.c.entity_id == case_id).order_by(audit.c.seq)
    with office.database.read() as connection:
        return list(connection.execute(query).scalars())
