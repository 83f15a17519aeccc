"""The violence case of the demo: the urgent call, its case, a protection order, a letter."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from build.stage import CONTROL, Stage
from operator_app.domain.cases import Case
from operator_app.domain.clock import local, system_clock, to_ms
from operator_app.domain.orders import ISSUED
from operator_app.domain.span import Span
from operator_app.domain.wire import CONFIRMED, Kind, Lane, State
from operator_app.services.reports import Reports
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.screens.case_parts.orders_part import STATUSES, OrdersPart
from operator_app.ui.screens.case_parts.part import CasePart
from operator_app.ui.screens.case_parts.referrals_part import ReferralsPart
from operator_app.ui.screens.cases_screen import CasesScreen

Section = TypeVar("Section", bound=CasePart)
ALT = Qt.KeyboardModifier.AltModifier
MOST_TABS = 12
ON_ITS_WAY = (State.QUEUED, State.SENDING, *CONFIRMED)


class ViolenceCase:
    """From danger right now to what has to be done tomorrow, by the keyboard."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._hands = stage.hands
        self._result = stage.result

    def call(self) -> None:
        """Danger now: sent while the caller is on the line, 102, the questions, the block."""
        self._stage.start_call()
        self._hands.answer("1")
        self._danger_to_queue()
        self._call_police()
        self._who_and_what()
        self._danger_questions()
        self._block()
        self._contact()
        self._consents_and_referrals()
        self._stage.picture("violence-block-referrals")
        self._hands.press(Qt.Key.Key_F6)
        self._hands.write("Муж пришёл пьяный, ударил дважды. Двое детей дома.")
        self._stage.save_call()
        self._stage.picture("violence-call-saved")

    def work_on_the_case(self) -> None:
        """Find it, open it, write down its protection order, pass on its letter."""
        self._open()
        self._order()
        self._letter()
        self._follow_ups()

    def conclude(self) -> None:
        """What must be in the database by now."""
        desk = self._stage.app.desk_now
        revisions = self._stage.revisions()
        of_cases = {r.record_id for r in revisions if r.kind is Kind.CASE}
        self._result.expect("cases", len(of_cases), 1)
        reports = Reports(desk.database, self._stage.app.reference, system_clock)
        log = reports.daily_log(desk.actor, Span.of_day(local(to_ms(system_clock())).date()))
        response = log.cases.response
        self._result.expect("calls with a response clock", response.alarms, 1)
        for what, delay in (
            ("102 called", response.emergency),
            ("the first referral", response.referral),
            ("the ministry's receipt", response.ministry),
        ):
            # On the sheet of the day it stands in minutes and seconds.
            minutes, seconds = divmod(delay.median_seconds or 0, 60)
            self._result.facts[f"from danger to {what}"] = f"{minutes}:{seconds:02d}"
            if delay.calls != 1:
                self._result.wrong.append(f"from danger to {what}: not measured")

    # The call

    def _danger_to_queue(self) -> None:
        """What counts is how many keys lie between "danger: yes" and a record on its way."""
        before = self._hands.presses
        self._hands.presses = 0
        self._hands.answer("1")
        strip = self._call_screen.page.strip
        self._hands.wait(strip.isVisible, "the guidance is on the screen")
        self._stage.picture("danger-now")
        # The answer itself is not counted: the way begins with it.
        self._hands.presses = 0
        self._hands.press(Qt.Key.Key_F8)
        self._hands.wait(lambda: bool(self._urgent()), "an urgent record is in the queue")
        self._stage.note_presses("from danger to the queue", most=3)
        self._hands.presses += before + 1
        self._result.expect("sent while the call goes on", self._stage.in_call, True)
        self._hands.wait(lambda: bool(strip.sent_label.text()), "the strip says how far it is")
        self._stage.picture("danger-sent")

    def _urgent(self) -> list[State]:
        """How far the urgent calls of this day are."""
        return [
            r.state
            for r in self._stage.revisions()
            if (r.kind, r.lane) == (Kind.CALL, Lane.URGENT) and r.state in ON_ITS_WAY
        ]

    def _call_police(self) -> None:
        self._hands.press(Qt.Key.Key_F7)
        self._hands.wait(self._police_is_noted, "102 is noted as called")

    def _police_is_noted(self) -> bool:
        block = self._call_screen.fields.form().violence
        return block is not None and block.police_at is not None

    def _who_and_what(self) -> None:
        for answer in ("1", "2", "семейн"):  # woman, adult, a topic
            self._hands.answer(answer)
        self._hands.press(Qt.Key.Key_Return)
        self._hands.press(Qt.Key.Key_Return)

    def _danger_questions(self) -> None:
        self._hands.press(Qt.Key.Key_F3)
        self._hands.answer("1213")
        self._stage.picture("danger-questions")
        self._hands.press(Qt.Key.Key_Return)

    def _block(self) -> None:
        enter = Qt.Key.Key_Return
        self._hands.answer("1")  # the caller herself
        self._write("34")
        self._hands.answer("12")
        self._hands.press(enter)
        self._hands.answer("1")
        self._hands.press(enter)
        self._hands.answer("муж")
        self._hands.press(enter)
        self._hands.answer("1")  # children were there
        self._hands.answer("дом")
        self._hands.press(enter)
        self._write(f"{local(to_ms(system_clock())):%d.%m}")
        self._hands.write("Пришёл пьяный, ударил дважды, угрожал ножом. Дети видели.")
        self._stage.picture("violence-block")
        self._hands.press(Qt.Key.Key_Tab)

    def _contact(self) -> None:
        self._hands.answer("1")  # she may be called back
        for words in ("0555 12 34 56", "будни 9–17", "сестра", "звонят из поликлиники"):
            self._write(words)

    def _consents_and_referrals(self) -> None:
        # Not asked about services in general; the ministry and the figures: yes.
        for answer in ("3", "1", "1"):
            self._hands.answer(answer)
        # Police, passed on without her word: danger to life. Its reason is there by itself.
        for answer in ("1", "2", "4"):
            self._hands.answer(answer)
        self._hands.press(Qt.Key.Key_Return)
        # Crisis centre, passed on: she agrees.
        for answer in ("2", "2", "1"):
            self._hands.answer(answer)

    # The case

    def _open(self) -> None:
        self._stage.go_to(Qt.Key.Key_3)
        screen = self._cases
        self._hands.wait(lambda: screen.model.rowCount() > 0, "the case is listed")
        self._hands.wait(screen.list_page.table.hasFocus, "the list has the keyboard")
        self._stage.picture("cases")
        self._hands.press(Qt.Key.Key_Return)
        self._hands.wait(screen.case_page.overview.timeline.hasFocus, "the case is open")
        self._result.expect("risk of the case", self._case.risk, "IMM")
        self._result.facts["referrals of the case"] = len(self._case.referrals)
        self._stage.picture("case")

    def _order(self) -> None:
        """One that the police issued just now."""
        self._hands.press(Qt.Key.Key_3, ALT)
        part = self._section(OrdersPart)
        self._hands.press(Qt.Key.Key_N, CONTROL)
        self._hands.wait(part.form.boxes["status"].isVisible, "a new order")
        self._hands.answer(str(STATUSES.index(ISSUED) + 1))
        self._tab_to(part.form.boxes["issued_at"].field)
        self._hands.write(f"{local(to_ms(system_clock())):%d.%m %H:%M}")
        self._tab_to(part.form.boxes["police_office"].field)
        self._hands.write("ОВД Аламудунского района")
        self._hands.press(Qt.Key.Key_Return, CONTROL)
        self._hands.wait(lambda: bool(self._case.orders), "the order is written down")
        self._result.expect("protection orders", len(self._case.orders), 1)
        order = self._case.orders[0]
        issued, ends = order.issued_at or 0, order.ends_at or 0
        self._result.expect("hours of protection", (ends - issued) // 3_600_000, 72)
        self._stage.picture("protection-order")

    def _letter(self) -> None:
        """To the crisis centre, as a PDF, with what she allowed."""
        self._hands.press(Qt.Key.Key_4, ALT)
        part = self._section(ReferralsPart)
        self._tab_to(part.step.letter_button)
        self._hands.press(Qt.Key.Key_Space)
        letter = self._cases.letter_page
        self._hands.wait(letter.pdf_button.isEnabled, "the letter")
        self._stage.picture("letter")
        self._hands.press(Qt.Key.Key_D, CONTROL)
        self._hands.wait(lambda: bool(self._letters()), "the letter is written")
        self._hands.wait(letter.pdf_button.isEnabled, "the next letter")
        self._stage.picture("letter-saved")
        (file,) = self._letters()
        self._result.expect("letter is a PDF", file.read_bytes().startswith(b"%PDF-"), True)
        self._result.files.append(file.name)
        self._hands.press(Qt.Key.Key_Escape)

    def _letters(self) -> list[Path]:
        return [f for f in self._stage.written("pdf") if self._case.number in f.name]

    def _follow_ups(self) -> None:
        self._stage.go_to(Qt.Key.Key_4)
        screen = self._stage.app.desk_now.follow_ups_screen
        if screen is None:
            raise RuntimeError("this role has no follow-ups")
        self._hands.wait(lambda: screen.model.rowCount() > 0, "the follow-ups")
        by_rule = [task for task in self._case.open_tasks if task.rule]
        # Is she safe, two referrals to be answered, two alarms before the order ends.
        self._result.expect("follow-ups by rule", len(by_rule), 5)
        self._stage.picture("follow-ups")

    # Eyes and hands

    @property
    def _call_screen(self) -> CallScreen:
        screen = self._stage.app.desk_now.call_screen
        if screen is None:
            raise RuntimeError("this role takes no calls")
        return screen

    @property
    def _cases(self) -> CasesScreen:
        screen = self._stage.app.desk_now.cases_screen
        if screen is None:
            raise RuntimeError("this role has no cases")
        return screen

    @property
    def _case(self) -> Case:
        case = self._cases.opened_case
        if case is None:
            raise RuntimeError("no case is open")
        return case

    def _section(self, kind: type[Section]) -> Section:
        found = self._cases.case_page.findChild(kind)
        if found is None:
            raise RuntimeError(f"the case has no {kind.__name__}")
        return found

    def _write(self, words: str) -> None:
        self._hands.write(words)
        self._hands.press(Qt.Key.Key_Return)

    def _tab_to(self, target: QWidget) -> None:
        for _tab in range(MOST_TABS):
            if target.hasFocus():
                return
            self._hands.press(Qt.Key.Key_Tab)
        raise TimeoutError(f"Tab does not lead to {target.accessibleName()}")
