"""Pictures of the cases: lists, one case with its sections, letters, versions, follow-ups."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtTest import QTest

from build.sitting import ALT, CONTROL, SHIFT, Sitting
from operator_app.ui.screens.case_page import CasePage
from operator_app.ui.screens.case_parts.contact_part import ContactPart
from operator_app.ui.screens.case_parts.orders_part import OrdersPart
from operator_app.ui.screens.case_parts.part import CasePart
from operator_app.ui.screens.case_parts.person_part import PersonPart
from operator_app.ui.screens.case_parts.referrals_part import ReferralsPart
from operator_app.ui.screens.case_parts.tasks_part import TasksPart
from operator_app.ui.screens.cases_screen import CasesScreen
from operator_app.ui.screens.follow_ups_screen import FollowUpsScreen

Section = TypeVar("Section", bound=CasePart)
ENTER = Qt.Key.Key_Return
NUMBER_OF = {PersonPart: 2, OrdersPart: 3, ReferralsPart: 4, ContactPart: 5, TasksPart: 6}
"""The key of each section, with Alt."""


class CasePictures:
    """What a supervisor sees of the cases, and what somebody without any sees."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._hands = sitting.hands
        self._picture = sitting.picture

    def cases(self) -> None:
        """The list, its filters, a case with all its sections, and its questions."""
        self._sitting.go_to(Qt.Key.Key_3)
        self._hands.wait(lambda: self._screen.model.rowCount() > 0, "cases")
        self._picture("cases")
        for digits, name in (("6", "cases-closed-too"), ("61", "cases-mine"), ("2", "")):
            for digit in digits:
                self._read(self._screen.model.loaded, partial(self._hands.answer, digit))
            if name:
                self._picture(name)
        self._accesses()
        self._open(self._sitting.whole_case)
        self._picture("case")
        self._sections()
        self._questions()
        self._letter()
        self._hands.press(Qt.Key.Key_Escape)
        self._two_versions()

    def follow_ups(self) -> None:
        """Mine, the office's, what rose; another time, another person."""
        self._sitting.go_to(Qt.Key.Key_4)
        screen = self._follow_ups
        self._hands.wait(lambda: screen.model.rowCount() > 0, "follow-ups")
        self._picture("follow-ups-mine")
        for digit, name in (("3", "follow-ups-risen"), ("2", "follow-ups-office")):
            self._read(screen.model.loaded, partial(self._hands.answer, digit))
            self._picture(name)
        self._hands.press(Qt.Key.Key_End)
        self._hands.answer("m")
        self._hands.wait(screen.move_bar.isVisible, "another time")
        self._sitting.focus(screen.move_bar.field)
        self._hands.write("25.11 16:30")
        self._picture("follow-up-move")
        self._hands.press(Qt.Key.Key_Escape)
        self._hands.answer("g")
        self._hands.wait(screen.give_bar.isVisible, "another person")
        self._picture("follow-up-give")
        self._hands.press(Qt.Key.Key_Escape)
        self._sitting.dialogs.name = "follow-up-done"
        self._asked(lambda: self._hands.answer("d"))

    def newcomer(self) -> None:
        """Somebody who has no case yet looks into one of a colleague's."""
        self._sitting.go_to(Qt.Key.Key_3)
        self._hands.wait(lambda: self._screen.list_page.is_empty, "no cases")
        self._picture("cases-empty")
        for digit in "345":
            self._read(self._screen.model.loaded, partial(self._hands.answer, digit))
        self._picture("cases-none-match")
        for digit in "345":
            self._read(self._screen.model.loaded, partial(self._hands.answer, digit))
        self._sitting.go_to(Qt.Key.Key_4)
        self._hands.wait(lambda: self._follow_ups.is_empty, "nothing to follow up")
        self._picture("follow-ups-empty")
        self._sitting.go_to(Qt.Key.Key_3)
        self._hands.answer("2")
        self._hands.wait(lambda: self._screen.model.rowCount() > 0, "cases of others")
        self._hands.wait(self._screen.list_page.table.hasFocus, "the list has the keyboard")
        self._sitting.dialogs.name = "case-reason"
        self._asked(lambda: self._hands.press(ENTER))

    # The list and what is behind it

    def _accesses(self) -> None:
        self._hands.press(Qt.Key.Key_F4)
        page = self._screen.access_page
        self._hands.wait(lambda: bool(page.seen_buttons), "openings with a reason")
        self._picture("case-openings")
        self._hands.press(Qt.Key.Key_Escape)

    def _open(self, case_id: str) -> None:
        self._screen.list_page.table.select_case(case_id)
        self._sitting.focus(self._screen.list_page.table)
        self._hands.press(ENTER)
        self._hands.wait(self._page.overview.timeline.hasFocus, "the case is open")
        QTest.qWait(100)

    def _sections(self) -> None:
        self._section(PersonPart)
        self._picture("case-person")
        orders = self._section(OrdersPart)
        self._picture("case-orders")
        self._hands.press(Qt.Key.Key_N, CONTROL)
        self._hands.answer("4")
        self._hands.press(ENTER, CONTROL)
        self._hands.wait(lambda: bool(orders.form.boxes["issued_at"].isVisible()), "what is asked")
        self._picture("case-order-new")
        orders.form.undo()
        referrals = self._section(ReferralsPart)
        self._picture("case-referrals")
        self._hands.press(Qt.Key.Key_N, CONTROL)
        referrals.new.boxes["service_type"].put("LEG")
        referrals.new.boxes["status"].put("SENT")
        referrals.new.boxes["status"].edited.emit()
        self._sitting.focus(referrals.new.boxes["status"].field)
        self._picture("case-referral-without-consent")
        referrals.new.undo()
        self._section(ContactPart)
        self._picture("case-contact")
        tasks = self._section(TasksPart)
        self._picture("case-tasks")
        self._hands.press(Qt.Key.Key_N, CONTROL)
        self._hands.wait(tasks.new.isVisible, "a new follow-up")
        self._picture("case-task-new")

    def _questions(self) -> None:
        """What stands in the place of the sections."""
        self._hands.press(Qt.Key.Key_F7)
        self._hands.answer("21213")
        self._picture("case-assess")
        self._hands.press(Qt.Key.Key_Escape)
        for key, modifier, name in (
            (Qt.Key.Key_F7, SHIFT, "case-lower"),
            (Qt.Key.Key_F9, SHIFT, "case-close"),
            (Qt.Key.Key_F9, Qt.KeyboardModifier.NoModifier, "case-give"),
        ):
            self._hands.press(key, modifier)
            self._picture(name)
            self._hands.press(Qt.Key.Key_Escape)

    def _letter(self) -> None:
        part = self._section(ReferralsPart)
        case = self._screen.opened_case
        sent = next(r for r in case.referrals if r.service_type == "CRI") if case else None
        part.records.list.select(sent.referral_id if sent else "")
        self._sitting.focus(part.step.letter_button)
        self._hands.press(Qt.Key.Key_Space)
        letter = self._screen.letter_page
        self._hands.wait(letter.pdf_button.isEnabled, "the letter")
        self._picture("letter")
        self._hands.press(Qt.Key.Key_Escape)
        self._hands.wait(self._page.isVisible, "the case")

    def _two_versions(self) -> None:
        self._hands.wait(self._screen.list_page.table.hasFocus, "the list")
        self._open(self._sitting.disputed_case)
        self._picture("case-two-versions")
        self._hands.press(Qt.Key.Key_F8)
        merge = self._screen.merge_page
        self._hands.wait(lambda: bool(merge.choices), "where they disagree")
        self._hands.answer("12")
        self._picture("merge")
        bar = merge.area.verticalScrollBar()
        if bar.maximum():
            bar.setValue(bar.maximum())
            self._picture("merge-below")
        self._hands.press(Qt.Key.Key_Escape)
        self._hands.press(Qt.Key.Key_Escape)

    # Eyes and hands

    def _read(self, loaded: SignalInstance, press: Callable[[], None]) -> None:
        """Until the list that follows was read anew."""
        done: list[None] = []
        slot = loaded.connect(lambda *_counts: done.append(None))
        press()
        self._hands.wait(lambda: bool(done), "the list is read")
        loaded.disconnect(slot)
        QTest.qWait(50)

    def _asked(self, press: Callable[[], None]) -> None:
        """Until the question that follows was pictured."""
        before = self._sitting.dialogs.asked
        press()
        self._hands.wait(lambda: self._sitting.dialogs.asked > before, "a question")

    def _section(self, kind: type[Section]) -> Section:
        found = self._page.findChild(kind)
        if found is None:
            raise RuntimeError(f"the case has no {kind.__name__}")
        self._hands.press(Qt.Key(Qt.Key.Key_0 + NUMBER_OF[kind]), ALT)
        QTest.qWait(100)
        return found

    @property
    def _screen(self) -> CasesScreen:
        screen = self._sitting.desk.cases_screen
        if screen is None:
            raise RuntimeError("no cases screen")
        return screen

    @property
    def _page(self) -> CasePage:
        return self._screen.case_page

    @property
    def _follow_ups(self) -> FollowUpsScreen:
        screen = self._sitting.desk.follow_ups_screen
        if screen is None:
            raise RuntimeError("no follow-ups screen")
        return screen
