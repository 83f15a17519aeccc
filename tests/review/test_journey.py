"""At the real window, by keys: an operator asks, the supervisor decides, the operator reads."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from sqlalchemy import select

from operator_app.db.models import draft
from operator_app.domain.cases import Case
from operator_app.domain.violence import ViolenceForm
from operator_app.services.review_drafts import IS_REVIEW
from operator_app.ui.screens.my_reviews_page import MyReviewsPage
from operator_app.ui.screens.review_page import ReviewPage
from operator_app.ui.screens.tabbed_screen import TabbedScreen
from tests.conftest import information_call
from tests.journeys.conftest import MakePC, dressed, make_pc, template, undressed
from tests.journeys.fitting import faults, unnamed
from tests.journeys.office_pc import CONTROL, SHIFT, OfficePC
from tests.ui.case_office import HIGH

pytestmark = pytest.mark.dressed

__all__ = ["dressed", "make_pc", "template", "undressed"]
ALT = Qt.KeyboardModifier.AltModifier
Key = Qt.Key


def save_high(pc: OfficePC) -> str:
    """A call of high risk by whoever is at the desk; the id of its case."""
    form = information_call(
        pc.desk.calls.start(pc.desk.actor).form,
        topics=("VIO.DOM",),
        violence=ViolenceForm(affected="CALLER", forms=("PHY",), answers=HIGH),
    )
    saved = pc.desk.calls.save(pc.desk.actor, form)
    pc.desk.events.calls_changed.emit(saved.call_id)
    pc.settle()
    cases = pc.desk.cases_screen
    assert cases is not None
    (row,) = cases.model._case_list.page(pc.desk.actor, cases.model.wanted)
    return row.case_id


def case_of(pc: OfficePC, case_id: str) -> Case:
    with pc.database.read() as connection:
        return pc.desk.cases.files.read(connection, case_id)


def to_page(pc: OfficePC, page: QWidget) -> None:
    """To the place of reports, and there to the page."""
    pc.go_to(Key.Key_6, "reports")
    screen = pc.desk.window.pages.currentWidget()
    assert isinstance(screen, TabbedScreen)
    tabs = [screen.tabs.widget(n) for n in range(screen.tabs.count())]
    number = next(n for n, tab in enumerate(tabs, 1) if tab is not None and tab.isAncestorOf(page))
    pc.press(Key(Key.Key_0 + number), ALT)
    pc.settle()
    assert page.isVisible()


def another(pc: OfficePC, login: str) -> None:
    """Somebody else takes over at the lock."""
    pc.press(Key.Key_L, CONTROL)
    pc.unlock(login)
    pc.settle()


def review_page(pc: OfficePC) -> ReviewPage:
    page = pc.desk.supervision.review
    assert page is not None
    return page


def my_reviews(pc: OfficePC) -> MyReviewsPage:
    page = pc.desk.supervision.my_reviews
    assert page is not None
    return page


def fits(pc: OfficePC) -> list[str]:
    pc.settle()
    window = pc.desk.window
    assert (window.width(), window.height()) == (1366, 768)
    return faults(window) + unnamed(window)


@pytest.mark.parametrize(
    "language",
    ["ru", pytest.param("ky", marks=pytest.mark.long), pytest.param("en", marks=pytest.mark.long)],
)
def test_closing_is_asked_for_approved_and_read(make_pc: MakePC, language: str) -> None:
    pc = make_pc(language=language)
    pc.sign_in("bek")
    case_id = save_high(pc)
    # The operator asks.
    pc.go_to(Key.Key_3, "cases")
    cases = pc.desk.cases_screen
    assert cases is not None
    pc.wait(lambda: cases.model.rowCount() == 1, "the case is listed")
    pc.press(Key.Key_Return)
    pc.wait(lambda: cases.opened_case is not None, "the case is open")
    pc.press(Key.Key_F9, SHIFT)
    pc.hands.answer("1")
    pc.hands.write("Көчүп кетти. She lives elsewhere.")
    assert fits(pc) == []
    pc.press(Key.Key_Return, CONTROL)
    pc.wait(lambda: cases.case_page.card is None, "it is asked for")
    # The supervisor sees how much waits, and decides.
    another(pc, "aida")
    pc.wait(lambda: "2" in pc.desk.window.rail_buttons["reports"].accessibleName(), "a badge")
    page = review_page(pc)
    to_page(pc, page)
    pc.wait(lambda: page.list.model.rowCount() == 2, "the queue")
    pc.press(Key.Key_Down)
    pc.press(Key.Key_Return)
    pc.wait(lambda: page.desk.waiting is not None, "the case is before her")
    assert fits(pc) == []
    pc.hands.answer("13")
    pc.press(Key.Key_Escape)
    pc.press(Key.Key_Down)
    pc.press(Key.Key_Return)
    pc.wait(page.desk.asked.isVisible, "what is asked for")
    assert "Көчүп кетти" in pc.words(page)
    assert fits(pc) == []
    pc.hands.answer("1")
    pc.hands.write("Well done, Bek")
    pc.press(Key.Key_Return, CONTROL)
    pc.wait(lambda: page.list.model.rowCount() == 0, "nothing waits")
    closed = case_of(pc, case_id)
    assert (closed.is_closed, closed.closed_by) == (True, pc.desk.actor.user_id)
    # The operator reads, after the call that is going on.
    another(pc, "bek")
    bar = pc.desk.supervision.review_bar
    assert bar is not None
    pc.wait(bar.isVisible, "the strip")
    assert fits(pc) == []
    pc.start_call()
    assert not bar.isVisible()
    pc.hands.answer("6")
    pc.saved()
    pc.wait(bar.isVisible, "the strip again")
    pc.press(Key.Key_F12, CONTROL)
    mine = my_reviews(pc)
    pc.wait(lambda: "Well done, Bek" in pc.words(mine), "what she said")
    pc.wait(mine.read_button.hasFocus, "the keyboard is on it")
    assert fits(pc) == []
    pc.press(Key.Key_Return, CONTROL)
    pc.wait(lambda: not bar.isVisible(), "it is read")
    assert pc.desk.window.rail_buttons["reports"].accessibleName().isalpha()


def test_a_half_filled_review_survives_the_lock(make_pc: MakePC) -> None:
    pc = make_pc()
    pc.sign_in("aida")
    save_high(pc)
    page = review_page(pc)
    to_page(pc, page)
    pc.wait(lambda: page.list.model.rowCount() == 1, "the queue")
    pc.press(Key.Key_Down)
    pc.press(Key.Key_Return)
    pc.wait(lambda: page.desk.waiting is not None, "the case is before her")
    page.desk.form.comment.setFocus()
    pc.hands.write("Half of a sentence")
    pc.press(Key.Key_L, CONTROL)
    pc.wait(lambda: pc.desk.window.locked, "locked")
    with pc.database.read() as connection:
        (kept,) = connection.execute(select(draft.c.body).where(IS_REVIEW)).scalars()
    assert "Half of a sentence" in kept
    # It is no unfinished call.
    assert pc.desk.calls.draft(pc.desk.actor) is None
