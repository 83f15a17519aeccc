"""Auditor and analyst sign in by the keyboard: each finds her own work, and nothing of anybody's."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from operator_app.config import paths
from operator_app.domain.people import Role
from operator_app.services.accounts import Accounts
from operator_app.services.audit_log import AuditFilter, AuditLog
from operator_app.services.sign_in import SignIn
from operator_app.ui.audit_page import AuditPage
from operator_app.ui.screens.tabbed_screen import TabbedScreen
from tests.conftest import CHEAP, PASSWORD, FrozenClock
from tests.journeys.conftest import MakePC
from tests.journeys.fitting import faults, unnamed
from tests.journeys.office_pc import CONTROL, OfficePC
from tests.samples import first_of

CALL_KEYS = (Qt.Key.Key_F2, Qt.Key.Key_F6, Qt.Key.Key_F7, Qt.Key.Key_F9)


@pytest.fixture
def pc(make_pc: MakePC, clock: FrozenClock, request: pytest.FixtureRequest) -> OfficePC:
    """The program at its door; an auditor and an analyst may come in."""
    made = make_pc(start=False, language=getattr(request, "param", "en"))
    where = paths(made.folder)
    database, aida = SignIn(where, clock).open("aida", PASSWORD)
    accounts = Accounts(database, where, clock, CHEAP)
    accounts.add(aida, "vera", "Vera Testova", Role.AUDITOR, PASSWORD)
    accounts.add(aida, "ulan", "Ulan Testov", Role.ANALYST, PASSWORD)
    database.close()
    assert made.start()
    return made


def audited(pc: OfficePC) -> list[str]:
    """What was done, oldest first, with the sign-in of whoever asks."""
    database, actor = SignIn(paths(pc.folder), pc.clock).open("aida", PASSWORD)
    found = AuditLog(database).page(actor, AuditFilter()).lines
    database.close()
    return [line.action for line in reversed(found)]


def test_an_auditor_lands_on_the_audit_log(pc: OfficePC) -> None:
    pc.sign_in("vera")
    pc.settle()
    window = pc.desk.window
    assert list(window.places) == ["administration"]
    page = window.findChild(AuditPage)
    assert page is not None
    pc.wait(page.isVisible, "the audit page")
    pc.wait(lambda: page.model.rowCount() > 0, "its rows")
    assert page.table.hasFocus()
    assert page.card.title.text() == "Signed in"
    for key in CALL_KEYS:
        pc.press(key)
    pc.press(Qt.Key.Key_K, CONTROL)
    pc.settle()
    assert not isinstance(QApplication.focusWidget(), QLineEdit)
    assert window.current_place == "administration"
    screen = window.findChild(TabbedScreen)
    assert screen is not None
    tabs = screen.tabs
    assert [tabs.tabText(n) for n in range(tabs.count())] == [
        "To the ministry", "Audit", "My password",
    ]  # fmt: skip


@pytest.mark.parametrize("pc", first_of("ky", "ru"), indirect=True)
def test_the_audit_log_fits(pc: OfficePC) -> None:
    pc.sign_in("vera")
    page = pc.desk.window.findChild(AuditPage)
    assert page is not None
    pc.wait(lambda: page.model.rowCount() > 0, "its rows")
    pc.press(Qt.Key.Key_F8)
    pc.wait(page.chain.good.isVisible, "the end of the check")
    page.filters.period.setCurrentIndex(page.filters.period.count() - 1)
    pc.settle()
    QTest.qWait(50)
    assert page.filters.first_day.isVisible()
    assert faults(pc.desk.window) + unnamed(pc.desk.window) == []


def test_an_analyst_lands_on_the_reports(pc: OfficePC) -> None:
    pc.sign_in("ulan")
    pc.settle()
    window = pc.desk.window
    assert list(window.places) == ["directory", "reports", "administration"]
    assert window.current_place == "reports"
    assert window.rail_buttons["administration"].text() == "Sending"
    for key in CALL_KEYS:
        pc.press(key)
    assert window.current_place == "reports"
    pc.press(Qt.Key.Key_K, CONTROL)
    assert "calls" not in pc.desk.search_field.placeholderText()
    assert window.findChild(AuditPage) is None


def test_coming_and_going_is_audited(pc: OfficePC) -> None:
    """By keys: in, locked, a colleague unlocks, out, in again, the window is closed."""
    pc.sign_in("aida")
    pc.press(Qt.Key.Key_L, CONTROL)
    pc.unlock("vera")
    pc.press(Qt.Key.Key_L, CONTROL)
    while not isinstance(button := QApplication.focusWidget(), QPushButton) or (
        button.text() != "Sign out"
    ):
        pc.press(Qt.Key.Key_Tab)
    pc.press(Qt.Key.Key_Space)
    pc.wait(lambda: pc.app.desk is None, "signed out")
    pc.sign_in("ulan")
    pc.end()
    assert audited(pc)[-8:] == [
        "sign_in", "lock", "unlock", "lock", "sign_out", "sign_in", "sign_out", "sign_in",
    ]  # fmt: skip
