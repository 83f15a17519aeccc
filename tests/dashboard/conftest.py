"""One office for all tests of the dashboard, with invented calls and cases of two weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from operator_app.config import paths
from operator_app.db.keyring import new_recovery_key
from operator_app.domain.calls import Call, new_form, nuisance
from operator_app.domain.cases import ProtectionOrder
from operator_app.domain.clock import to_ms
from operator_app.domain.people import Actor, Role
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ViolenceForm
from operator_app.services.calls import Calls
from operator_app.services.case_list import CaseList
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.services.figures import FigureBook
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.conftest import (
    ALAMUDUN,
    CHEAP,
    PASSWORD,
    FrozenClock,
    TestOffice,
    information_call,
    office_setup,
)

TODAY = date(2026, 11, 24)
"""A Tuesday."""
AT_KILLING = {"KILL": "Y", "HURT": "N"}


@dataclass
class Desk:
    """The office, and the calls that were saved in it."""

    office: TestOffice
    operator: Actor
    analyst: Actor
    saved: list[Call] = field(default_factory=list)

    @property
    def book(self) -> FigureBook:
        return FigureBook(self.office.database, self.office.clock)

    @property
    def cases(self) -> Cases:
        return Cases(self.office.database, self.office.reference, self.office.clock)

    @property
    def work(self) -> CaseWork:
        return CaseWork(self.cases, self.office.reference, self.office.clock)

    def at(self, day: date, hour: int, minute: int = 0) -> None:
        """Put the clock to a time of Bishkek."""
        moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
        self.office.clock.now = moment - timedelta(hours=6)

    def call(self, **changes: Any) -> Call:
        """Save an information call that begins now."""
        form = new_form(to_ms(self.office.clock()), "ru", ALAMUDUN)
        self.saved.append(
            self.office.calls.save(self.office.actor, information_call(form, **changes))
        )
        return self.saved[-1]

    def silent(self) -> Call:
        form = new_form(to_ms(self.office.clock()), "ru", ALAMUDUN)
        self.saved.append(self.office.calls.save(self.office.actor, nuisance(form, "SILENT")))
        return self.saved[-1]

    def order(self, call: Call, hours: float) -> None:
        """A protection order of the call's case that ends in so many hours."""
        now = to_ms(self.office.clock())
        ends_at = now + round(hours * 3_600_000)
        order = ProtectionOrder(
            order_id="", status="ISS3", issued_at=ends_at - 3 * 86_400_000,
            ends_at=ends_at, recorded_at=now,
        )  # fmt: skip
        self.work.set_order(self.office.actor, self.case_of(call), order)

    def case_of(self, call: Call) -> str:
        """The case that the call opened."""
        found = CaseList(self.office.database, self.office.clock).of_call(
            self.office.actor, call.call_id
        )
        assert found is not None
        return found

    def violence(self, **changes: Any) -> Call:
        """A call about violence at home that is of high risk and opens a case."""
        now = to_ms(self.office.clock())
        values: dict[str, Any] = {
            "topics": ("VIO.DOM",),
            "danger_now": "Y",
            "danger_at": now,
            "actions": ("E102",),
            "violence": ViolenceForm(
                answers=AT_KILLING, affected="CALLER", police_at=now + 125_000
            ),
        }
        return self.call(**{**values, **changes})


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key where the keyboard is."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifier)


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Iterator[Desk]:
    where, clock = paths(tmp_path_factory.mktemp("dashboard") / "data"), FrozenClock()
    set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), clock, CHEAP)
    database, aida = SignIn(where, clock).open("aida", PASSWORD)
    office = TestOffice(
        where, database, aida, Calls(database, reference, clock), clock, reference, ""
    )
    made = Desk(office, office.person(Role.OPERATOR, "bek"), office.person(Role.ANALYST, "ana"))
    _fill(made)
    yield made
    database.close()


def _fill(desk: Desk) -> None:
    """Today 9 calls, yesterday 5, on the Tuesday before 2."""
    desk.at(TODAY - timedelta(days=7), 10)
    desk.call()
    desk.call(topics=("DIS.GRP",))
    desk.at(TODAY - timedelta(days=1), 11)
    for _n in range(4):
        desk.call(language="ky")
    desk.silent()
    desk.at(TODAY, 9)
    for _n in range(5):
        desk.call()
    desk.at(TODAY, 10, 30)
    desk.call(topics=("DIS.GRP",), language="ky")
    desk.silent()
    desk.silent()
    desk.order(desk.violence(), 40)
    desk.at(TODAY, 12)
