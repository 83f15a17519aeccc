"""Pictures of a violence call: the danger strip, the questions, the block, what may go wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from build.sitting import CONTROL, Sitting
from operator_app.training.invented_cases import KNOWN_NUMBER
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.screens.violence_block import ViolenceBlock

ENTER = Qt.Key.Key_Return


class ViolencePictures:
    """Fills a call in from danger right now to its last referral."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._hands = sitting.hands

    def take(self) -> None:
        """One call, in the order in which it is asked."""
        self._danger()
        self._known_case()
        self._block()
        self._consents()
        self._faults()
        self._saved()

    def _danger(self) -> None:
        self._hands.press(Qt.Key.Key_F2)
        self._hands.wait(lambda: self._screen.in_progress, "a call")
        self._hands.answer("11")
        self._sitting.picture("violence-danger")
        self._sitting.later(seconds=25)
        self._hands.press(Qt.Key.Key_F8)
        strip = self._screen.page.strip
        self._hands.wait(lambda: bool(strip.sent_label.text()), "it is in the queue")
        self._sitting.later(seconds=50)
        self._hands.press(Qt.Key.Key_F7)
        self._hands.answer("12")
        self._hands.answer("семейн")
        self._hands.press(ENTER)
        self._hands.press(ENTER)
        self._hands.press(Qt.Key.Key_F3)
        self._hands.answer("1213212232121231")
        self._sitting.picture("violence-questions")

    def _known_case(self) -> None:
        """The number is known: which case is it?"""
        self._hands.press(Qt.Key.Key_F4)
        self._hands.write(KNOWN_NUMBER)
        self._hands.press(ENTER)
        case = self._block_shown.case
        self._hands.wait(lambda: case.chips is not None, "a known case is offered")
        self._hands.press(Qt.Key.Key_F11)
        self._show(case)
        self._sitting.picture("violence-known-case")

    def _block(self) -> None:
        block = self._block_shown
        self._sitting.focus(block.person.affected)
        self._hands.answer("1")
        self._sitting.type("34")
        self._hands.answer("12")
        self._hands.press(ENTER)
        self._hands.answer("1")
        self._hands.press(ENTER)
        self._hands.answer("муж")
        self._hands.press(ENTER)
        self._hands.answer("1")
        self._hands.answer("дом")
        self._hands.press(ENTER)
        self._sitting.type("24.11")
        self._hands.write(
            "Муж вернулся пьяный, ударил дважды, угрожал ножом. Двое детей видели. "
            "Спрашивает, куда уйти на ночь и как получить охранный ордер."
        )
        self._show(block.case)
        self._sitting.picture("violence-block")
        self._hands.press(Qt.Key.Key_Tab)
        self._hands.answer("1")
        for words in ("0400 40 50 60", "будни 9–17", "сестра"):
            self._sitting.type(words)
        self._hands.write("что звонят из поликлиники")
        self._show(block.contact)
        self._sitting.picture("violence-contact")
        self._hands.press(ENTER)

    def _consents(self) -> None:
        """Told without her word; then with the reason, and another service with her consent."""
        for answer in ("3", "1", "1", "1", "2"):
            self._hands.answer(answer)
        QTest.qWait(50)
        self._sitting.picture("violence-without-consent")
        self._hands.answer("4")
        self._hands.press(ENTER)
        self._hands.answer("2")
        QTest.qWait(50)
        self._sitting.picture("violence-how-far")
        self._hands.answer("31")
        self._sitting.later(minutes=3)
        QTest.qWait(1100)
        self._sitting.picture("violence-consents")
        self._hands.press(ENTER)

    def _faults(self) -> None:
        """An age and a day that nobody can have, said in words."""
        person, incident = self._block_shown.person, self._block_shown.incident
        for field, wrong in ((person.age, "сто"), (incident.day, "31.02")):
            self._sitting.focus(field)
            self._hands.press(Qt.Key.Key_A, CONTROL)
            self._sitting.type(wrong)
        self._hands.press(ENTER, CONTROL)
        self._show(self._block_shown.case)
        self._sitting.picture("violence-faults")
        for field, right in ((person.age, "34"), (incident.day, "24.11")):
            self._sitting.focus(field)
            self._hands.press(Qt.Key.Key_A, CONTROL)
            self._sitting.type(right)

    def _saved(self) -> None:
        self._hands.press(ENTER, CONTROL)
        self._hands.wait(lambda: not self._screen.in_progress, "saved")
        QTest.qWait(300)
        self._sitting.picture("violence-saved")

    @property
    def _screen(self) -> CallScreen:
        screen = self._sitting.desk.call_screen
        if screen is None:
            raise RuntimeError("no call screen")
        return screen

    @property
    def _block_shown(self) -> ViolenceBlock:
        return self._screen.fields.violence

    def _show(self, part: QWidget) -> None:
        self._sitting.scroll_to(self._screen.page.scroll_area, part)
