"""Language and appearance change at once, in the middle of a call."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from operator_app.domain.wire import Kind
from operator_app.i18n import _
from operator_app.ui import theme
from tests.conftest import FrozenClock
from tests.journeys.office_pc import CONTROL, OfficePC
from tests.samples import first_of

NOTE = "половина сказанного, 50 % ө ү ң"


def _full_form(pc: OfficePC) -> None:
    pc.start_call()
    pc.answer_core("1", "али")
    pc.press(Qt.Key.Key_F4)
    pc.hands.write("+7 700 000-00-00")
    pc.press(Qt.Key.Key_Tab)
    pc.hands.write("Ыманбек")
    pc.write_note(NOTE)


@pytest.mark.parametrize("language", first_of("ky", "ru"))
def test_language_keeps_the_call_and_its_timer(
    pc: OfficePC, clock: FrozenClock, language: str
) -> None:
    _full_form(pc)
    before = pc.screen.fields.form()
    clock.forward(seconds=75)
    pc.desk.window.language_asked.emit(language)
    pc.settle()
    assert pc.screen.in_progress
    assert pc.screen.fields.form() == before
    assert pc.screen.page.timer_label.text() == "01:15"
    assert pc.screen.page.strip.isVisible()
    assert _("Journal") != "Journal"
    assert pc.desk.window.rail_buttons["journal"].text() == _("Journal")
    assert _("Kind of contact") in pc.words(pc.screen)
    assert "Kind of contact" not in pc.words(pc.screen)


def test_a_call_saved_after_a_switch_is_not_offered_again(pc: OfficePC) -> None:
    _full_form(pc)
    pc.desk.window.language_asked.emit("ru")
    pc.settle()
    pc.save()
    pc.settle()
    assert not pc.screen.ready.offer_card.isVisible()
    assert pc.screen.ready.start_button.hasFocus()
    assert len([r for r in pc.revisions() if r.kind is Kind.CALL]) == 1


def test_an_amendment_survives_a_switch(pc: OfficePC) -> None:
    pc.record("as heard")
    assert pc.desk.journal_screen is not None
    (saved,) = pc.revisions()
    call = pc.desk.calls.open(pc.desk.actor, saved.record_id)
    pc.desk.journal_screen.amend_asked.emit(call)
    pc.write_note("better ")
    pc.desk.window.language_asked.emit("ky")
    pc.settle()
    pc.save()
    assert [r.record_id for r in pc.revisions()] == [saved.record_id] * 2


def test_appearance_keeps_the_call(pc: OfficePC) -> None:
    _full_form(pc)
    before = pc.screen.fields.form()
    pc.desk.window.appearance_asked.emit("dark")
    pc.settle()
    assert theme.current().name == "dark"
    assert pc.screen.fields.form() == before
    pc.desk.window.appearance_asked.emit("light")
    assert theme.current().name == "light"
    assert pc.screen.fields.form() == before


def test_the_switch_stays_where_one_was(pc: OfficePC) -> None:
    pc.press(Qt.Key.Key_7, CONTROL)
    pc.desk.window.language_asked.emit("ru")
    assert pc.desk.window.current_place == "administration"


def test_choice_in_the_menu_is_the_one_in_use(pc: OfficePC) -> None:
    pc.desk.window.language_asked.emit("ky")
    menu = pc.desk.window.person_button.menu()
    checked = [a.text() for a in menu.actions() if a.isChecked()]
    assert "Кыргызча" in checked
    assert _("Light") in checked
    next(a for a in menu.actions() if a.text() == "English").trigger()
    assert pc.desk.window.rail_buttons["journal"].text() == "Journal"
