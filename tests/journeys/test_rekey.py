"""Somebody leaves, the key of the database is changed in the open window, and work goes on."""

from __future__ import annotations

from PySide6.QtCore import Qt

from operator_app.db.engine import Database
from operator_app.db.keyring import read_keyring
from operator_app.ui.people_page import PeoplePage
from tests.journeys.office_pc import OfficePC


def test_the_key_is_changed_between_two_calls(sending_pc: OfficePC) -> None:
    pc = sending_pc
    pc.record("before the change")
    before = pc.database.key
    pc.go_to(Qt.Key.Key_7, "administration")
    tabs = pc.desk.window.places["administration"].page.tabs
    for number in range(tabs.count()):
        tabs.setCurrentIndex(number)
        if (page := pc.desk.window.findChild(PeoplePage)) is not None:
            break
    pc.settle()
    ids = [person.login for person in page._model.people]
    page.people.selectRow(ids.index("bek"))
    page.card.remove.setFocus()
    pc.press(Qt.Key.Key_Space)
    pc.wait(page.change_key.hasFocus, "the offer")
    pc.press(Qt.Key.Key_Return)
    pc.settle()
    pc.press(Qt.Key.Key_Return)
    pc.wait(lambda: bool(page.key.told.label.text()), "another key")
    assert "The key is changed" in pc.words()
    after = pc.database.key
    assert after != before
    pc.go_to(Qt.Key.Key_1, "call")
    pc.record("after the change")
    pc.all_at_ministry(2)
    pc.settle()
    assert pc.desk.answers.index.behind() == 0
    pc.app.sign_out()
    pc.wait(lambda: pc.app.desk is None, "the door")
    pc.settle()
    where = pc.app.paths
    Database(where.database, after).prove_key()
    assert read_keyring(where.keyring).slot("bek") is None
    pc.sign_in("cholpon")
    slot = read_keyring(where.keyring).slot("cholpon")
    assert slot is not None and slot.is_fresh
