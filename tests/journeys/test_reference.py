"""The page "From the ministry" in the real window: it fits, and the keyboard reaches all of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from operator_app.errors import Fault
from operator_app.ui.reference_page import ReferencePage
from tests.journeys.conftest import MakePC
from tests.journeys.fitting import faults, unnamed
from tests.journeys.office_pc import OfficePC
from tests.samples import first_of

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def reference_page(pc: OfficePC) -> ReferencePage:
    """By keys from wherever the person is."""
    pc.go_to(Qt.Key.Key_7, "administration")
    for _tab in range(4):
        page = pc.desk.window.findChild(ReferencePage)
        if page is not None and page.isVisible():
            pc.settle()
            return page
        pc.press(Qt.Key.Key_Tab, CONTROL)
    raise AssertionError("the page did not come")


@pytest.mark.parametrize("language", first_of("ky", "ru", "en"))
def test_its_sections_fit(make_pc: MakePC, language: str) -> None:
    pc = make_pc(language=language)
    pc.sign_in()
    page = reference_page(pc)
    window = pc.desk.window
    assert (window.width(), window.height()) == (1366, 768)
    found = {}
    for number, key in enumerate((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3), start=1):
        pc.press(key, ALT)
        pc.settle()
        found[f"section {number}"] = faults(window) + unnamed(window)
    page.holidays.add_button.click()
    pc.settle()
    found["no day"] = faults(window) + unnamed(window)
    pc.press(Qt.Key.Key_2, ALT)
    file = pc.folder / "services.json"
    page.imports.faults.show_faults(file, [Fault("phones.csv: number", "hsds.bad_phone", line=2)])
    pc.settle()
    found["faults"] = faults(window) + unnamed(window)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def test_tab_reaches_every_control_of_a_section(make_pc: MakePC) -> None:
    pc = make_pc()
    pc.sign_in()
    page = reference_page(pc)
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3):
        pc.press(key, ALT)
        pc.settle()
        passed: set[QWidget] = set()
        for _press in range(40):
            focused = QApplication.focusWidget()
            assert focused is not None
            passed.add(focused)
            pc.press(Qt.Key.Key_Tab)
        wanted = {
            w
            for w in page.findChildren(QWidget)
            if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
        }
        assert len(wanted) >= 3
        assert {w.accessibleName() for w in wanted - passed} == set()
