"""The supervisor decides between two versions of a case, by the keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from operator_app.domain.cases import Case
from operator_app.domain.people import Role
from operator_app.domain.violence import SafeContact, ViolenceForm
from operator_app.errors import NotAllowed
from operator_app.services.case_list import CaseFilter, CaseList
from operator_app.services.cases import Cases
from operator_app.ui.screens.merge_screen import MergeScreen
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import TestOffice, information_call
from tests.other_seat import changed_elsewhere


@pytest.fixture
def cases(office: TestOffice) -> Cases:
    return Cases(office.database, office.reference, office.clock)


@pytest.fixture
def base(office: TestOffice, cases: Cases) -> Case:
    form = information_call(
        office.calls.start(office.actor).form,
        topics=("VIO.DOM",),
        violence=ViolenceForm(forms=("PHY",), contact=SafeContact(hours="10-12")),
    )
    saved = office.calls.save(office.actor, form)
    case_id = CaseList(office.database, office.clock).of_call(office.actor, saved.call_id)
    assert case_id is not None
    return cases.open(office.actor, case_id)


@pytest.fixture
def conflict(office: TestOffice, cases: Cases, base: Case) -> Case:
    """Here the risk is raised and the safe time changed; elsewhere another risk, another time."""
    cases.assess(office.actor, base.case_id, {"THROAT": "Y"})
    cases.set_contact(office.actor, base.case_id, SafeContact(hours="evenings"))
    office.clock.forward(minutes=5)
    changed_elsewhere(
        office,
        cases,
        base,
        lambda case: replace(case, risk="MED", contact=SafeContact(hours="never")),
    )
    return base


@pytest.fixture
def screen(qtbot: QtBot, office: TestOffice, cases: Cases) -> MergeScreen:
    made = MergeScreen(
        cases,
        lambda: {office.actor.user_id: "Aida Testova"},
        office.reference,
        office.actor,
        InlineTaskRunner(),
    )
    qtbot.addWidget(made)
    made.resize(1240, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def _words(screen: MergeScreen) -> str:
    return "\n".join(label.text() for label in screen.findChildren(QLabel) if label.isVisible())


def test_until_then_the_cautious_values_count(
    office: TestOffice, cases: Cases, conflict: Case
) -> None:
    shown = cases.open(office.actor, conflict.case_id)
    assert (shown.risk, shown.contact.hours) == ("HIGH", "")
    assert not shown.may_be_phoned
    row = CaseList(office.database, office.clock).page(office.actor, CaseFilter(conflict=True))[0]
    assert (row.risk, row.conflict) == ("HIGH", True)


def test_both_are_seen_and_decided_by_digits(
    office: TestOffice, cases: Cases, conflict: Case, screen: MergeScreen, qtbot: QtBot
) -> None:
    screen.open_case(conflict.case_id)
    words = _words(screen)
    assert "evenings" in words
    assert "never" in words
    assert "Aida Testova" in words
    assert set(screen.choices) == {"risk", "contact.hours"}
    merged = cases.merged(office.actor, conflict.case_id)
    elsewhere = next(n for n, v in enumerate(merged.versions) if v.risk == "MED")
    for group in screen.choices.values():
        assert group.hasFocus()
        QTest.keyClick(group, Qt.Key(Qt.Key.Key_1 + elsewhere))
    assert screen.save_button.hasFocus()
    with qtbot.waitSignal(screen.merged):
        QTest.keyClick(screen, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    after = cases.open(office.actor, conflict.case_id)
    assert (after.risk, after.contact.hours) == ("MED", "never")
    assert len(cases.heads(office.actor, conflict.case_id)) == 1
    assert len(after.assessments) == 1, "every assessment is kept"


def test_what_is_not_decided_keeps_the_cautious_value(
    office: TestOffice, cases: Cases, conflict: Case, screen: MergeScreen
) -> None:
    screen.open_case(conflict.case_id)
    screen.save_button.click()
    after = cases.open(office.actor, conflict.case_id)
    assert (after.risk, after.contact.hours) == ("HIGH", "")
    assert len(cases.heads(office.actor, conflict.case_id)) == 1


def test_a_third_version_meanwhile_is_not_lost(
    office: TestOffice, cases: Cases, base: Case, conflict: Case, screen: MergeScreen
) -> None:
    screen.open_case(conflict.case_id)
    changed_elsewhere(office, cases, base, lambda case: replace(case, risk="IMM"))
    screen.save_button.click()
    assert screen.problem.isVisible()
    assert len(cases.heads(office.actor, conflict.case_id)) == 3
    assert cases.open(office.actor, conflict.case_id).risk == "IMM"


def test_one_version_needs_no_decision(base: Case, screen: MergeScreen) -> None:
    screen.open_case(base.case_id)
    assert not screen.save_button.isEnabled()
    assert not screen.choices


def test_an_operator_may_not_decide(office: TestOffice, cases: Cases, conflict: Case) -> None:
    operator = office.person(Role.OPERATOR, "bakyt")
    bases = tuple(v.op_id for v in cases.merged(office.actor, conflict.case_id).versions)
    with pytest.raises(NotAllowed):
        cases.merge(operator, conflict.case_id, bases, {})
