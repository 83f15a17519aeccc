"""A violence case over five days: by the keyboard alone, in Russian and in Kyrgyz.

Tuesday a call with danger now; Wednesday the visit and a protection order; Thursday she calls
again; Friday night the order is about to end; Saturday the supervisor lowers the risk and closes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from operator_app.domain.cases import Case
from operator_app.domain.clock import to_ms
from operator_app.domain.span import Span
from operator_app.domain.wire import Kind, Lane, State
from operator_app.i18n import _
from operator_app.services.case_list import CaseFilter, CaseList
from operator_app.services.reports import Reports
from tests.conftest import FrozenClock
from tests.journeys.conftest import MakePC
from tests.journeys.office_pc import CONTROL, SHIFT, OfficePC, make_office
from tests.receiver import RunningReceiver
from tests.samples import first_of

ALT = Qt.KeyboardModifier.AltModifier
WORDS = "Урду, муунтту. Балдар көрдү."
HOURS = "10:00-12:00, ал жумушта"
MOST_TABS = 80


class Operator:
    """A person who has no mouse. Pictures of every step go to `pictures`."""

    def __init__(self, pc: OfficePC, pictures: Path) -> None:
        self.pc = pc
        self._pictures = pictures
        self.taken: list[Path] = []

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        self.pc.press(key, modifier or Qt.KeyboardModifier.NoModifier)
        self.pc.settle()

    def keys(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.key(key)

    def type(self, text: str) -> None:
        self.pc.hands.answer(text)

    def reach(self, english: str) -> None:
        """Press Tab until the control of that name has the focus."""
        name = _(english)
        for _tab in range(MOST_TABS):
            if self._focused().accessibleName().startswith(name):
                return
            self.pc.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not lead to {name!r}")

    def picture(self, name: str) -> None:
        self.pc.settle()
        file = self._pictures / f"{len(self.taken) + 1:02d}-{name}.png"
        self.pc.hands.picture(self.pc.desk.window, file)
        self.taken.append(file)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        self.pc.wait(condition, what)

    def open_first_case(self) -> None:
        """Ctrl+3 and Enter on the first line of the list."""
        screen = self.pc.desk.cases_screen
        assert screen is not None
        self.pc.go_to(Qt.Key.Key_3, "cases")
        if screen.opened_case is None:
            self.wait(lambda: screen.model.rowCount() > 0, "a case in the list")
            self.key(Qt.Key.Key_Home)
            self.key(Qt.Key.Key_Return)
        self.wait(lambda: screen.opened_case is not None, "the case is open")
        self.pc.settle()

    def section(self, number: int) -> None:
        """Alt and a digit."""
        self.key(Qt.Key(Qt.Key.Key_0 + number), ALT)

    def save(self) -> None:
        self.key(Qt.Key.Key_Return, CONTROL)
        self.pc.settle()

    @property
    def case(self) -> Case:
        """The case as it is on the disk."""
        desk = self.pc.desk
        row = CaseList(self.pc.database, self.pc.clock).page(desk.actor, CaseFilter(open=False))[0]
        with self.pc.database.read() as connection:
            return desk.cases.files.read(connection, row.case_id)

    def _focused(self) -> QWidget:
        focused = QApplication.focusWidget()
        assert focused is not None
        return focused


@pytest.fixture
def ministry_pc(
    request: pytest.FixtureRequest, make_pc: MakePC, receiver: RunningReceiver, tmp_path: Path
) -> OfficePC:
    folder = tmp_path / "pc"
    make_office(folder, receiver.url, receiver.new_code())
    return make_pc(folder, language=request.param)


@pytest.mark.parametrize("ministry_pc", first_of("ru", "ky"), indirect=True)
def test_five_days(
    ministry_pc: OfficePC, clock: FrozenClock, tmp_path: Path, receiver: RunningReceiver
) -> None:
    pc = ministry_pc
    me = Operator(pc, tmp_path / "pictures")
    pc.sign_in("bek")
    _tuesday(me, clock)
    _wednesday(me, clock)
    _thursday(me, clock)
    _friday(me, clock, tmp_path)
    _saturday(me, clock)

    # Everything is at the ministry, and nothing of what she said: she agreed to services only.
    me.wait(
        lambda: all(r.state is State.APPLIED for r in pc.revisions()), "every receipt is verified"
    )
    assert {r.kind for r in pc.revisions()} == {Kind.CALL, Kind.CASE}
    with pc.database.read() as connection:
        payloads = [bytes(p) for (p,) in connection.exec_driver_sql("SELECT payload FROM revision")]
    for word in (WORDS, HOURS, "555123456", "Сестра"):
        assert not [p for p in payloads if word.encode() in p], word
    assert len(me.taken) >= 12
    assert all(picture.stat().st_size > 10_000 for picture in me.taken)


def _tuesday(me: Operator, clock: FrozenClock) -> None:
    """The call: guidance at once, urgent at the ministry while she is still on the line."""
    pc = me.pc
    pc.start_call()
    me.type("1")
    pc.hands.presses = 0
    me.type("1")
    assert pc.screen.page.strip.isVisible(), "the guidance is on the screen"
    me.key(Qt.Key.Key_F8)
    urgent = [r for r in pc.revisions() if r.kind is Kind.CALL]
    assert [r.lane for r in urgent] == [Lane.URGENT]
    assert pc.hands.presses <= 3
    me.picture("danger")
    clock.forward(minutes=2)
    me.key(Qt.Key.Key_F7)
    me.key(Qt.Key.Key_F4)
    pc.hands.write("0555 12 34 56")
    me.reach("Caller's sex")
    me.type("12")
    me.type("али" if pc.app.preferences.language == "en" else "VIO")
    _topic(me)
    me.key(Qt.Key.Key_F3)
    me.type("222122")
    me.key(Qt.Key.Key_Return)
    me.picture("danger-screen")
    me.reach("Who is affected")
    me.type("1")
    pc.hands.write("34")
    me.key(Qt.Key.Key_Return)
    me.type("1")  # physical
    me.key(Qt.Key.Key_Return)
    me.reach("The offender is to her")
    me.type("куй" if pc.app.preferences.language == "ky" else "муж")
    me.key(Qt.Key.Key_Return)
    me.reach("Children were there")
    me.type("1")
    me.reach("What happened, in short")
    pc.hands.write(WORDS)
    me.key(Qt.Key.Key_Tab)
    me.type("1")  # she may be called back
    me.reach("When it is safe")
    pc.hands.write(HOURS)
    me.reach(_purpose(me, "SHARE"))
    me.type("1")
    me.reach(_purpose(me, "STATISTICS"))
    me.type("1")
    me.reach("Referrals")
    me.type("1")  # the police
    me.type("2")  # sent
    me.type("2")  # a crisis centre
    me.type("3")  # put through
    me.picture("block")
    me.key(Qt.Key.Key_Return, CONTROL)
    pc.saved()
    pc.settle()

    case = me.case
    assert case.risk == "IMM"
    assert case.owner_id == pc.desk.actor.user_id
    assert (case.affected.age, case.gbv_type) == (34, "PHYSICAL")
    assert {(r.service_type, r.status, r.warm) for r in case.referrals} == {
        ("POL", "SENT", False),
        ("CRI", "SENT", True),
    }
    assert {t.kind for t in case.open_tasks} == {"SAFE", "REFER"}
    safe = next(t for t in case.open_tasks if t.kind == "SAFE")
    assert safe.way == "PHONE", "she agreed, and said when"
    assert safe.due_at == to_ms(datetime(2026, 11, 25, 3, 0, tzinfo=UTC))
    me.open_first_case()
    me.picture("case")


def _wednesday(me: Operator, clock: FrozenClock) -> None:
    """The follow-up of the next day, and a protection order."""
    pc = me.pc
    clock.now = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
    _unlock(me, "bek")
    pc.go_to(Qt.Key.Key_4, "follow-ups")
    me.picture("follow-ups")
    pc.dialogs.reason = "Сестра ответила: она в безопасности."
    screen = pc.desk.follow_ups_screen
    assert screen is not None
    me.key(Qt.Key.Key_Home)
    me.key(Qt.Key.Key_D)
    me.wait(lambda: any(t.done_at for t in me.case.tasks), "a follow-up is done")
    done = [t for t in me.case.tasks if t.done_at]
    assert [(t.kind, t.result) for t in done] == [("SAFE", pc.dialogs.reason)]

    me.open_first_case()
    me.section(3)
    me.key(Qt.Key.Key_N, CONTROL)
    me.type(_digit_of(me, "order_status", "ISS3"))
    me.reach("Issued")
    pc.hands.write("25.11 10:00")
    me.picture("order")
    me.save()
    order = me.case.orders[0]
    assert order.issued_at == to_ms(datetime(2026, 11, 25, 4, 0, tzinfo=UTC))
    assert order.ends_at == to_ms(datetime(2026, 11, 28, 4, 0, tzinfo=UTC))
    alarms = [t.due_at for t in me.case.open_tasks if t.kind == "ORDER"]
    assert alarms == [
        to_ms(datetime(2026, 11, 26, 4, 0, tzinfo=UTC)),
        to_ms(datetime(2026, 11, 27, 16, 0, tzinfo=UTC)),
    ]


def _thursday(me: Operator, clock: FrozenClock) -> None:
    """She calls again: the number is known, the operator joins the case. A service answered."""
    pc = me.pc
    clock.now = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
    _unlock(me, "bek")
    pc.start_call()
    me.type("12")
    me.key(Qt.Key.Key_F4)
    pc.hands.write("+996 555 123456")
    me.reach("Caller's sex")
    me.type("12")
    me.type("VIO")
    _topic(me)
    pc.settle()
    me.key(Qt.Key.Key_F11)
    me.picture("join")
    me.reach("Forms of violence")
    me.type("2")
    me.key(Qt.Key.Key_Return)
    me.reach("Action taken")
    me.type("2")
    me.key(Qt.Key.Key_Return, CONTROL)
    pc.saved()
    pc.settle()
    case = me.case
    assert len(case.calls) == 2
    assert len(case.incidents) == 2
    assert case.risk == "IMM", "a calmer call lowers nothing"

    me.open_first_case()
    me.section(4)
    me.reach("Referrals")
    me.type("1")  # accepted
    me.picture("referral")
    me.save()
    assert {r.status for r in me.case.referrals} == {"SENT", "ACC"}


def _friday(me: Operator, clock: FrozenClock, folder: Path) -> None:
    """The order ends in twelve hours: the supervisor sees it, has it extended, writes a letter."""
    pc = me.pc
    clock.now = datetime(2026, 11, 27, 16, 5, tzinfo=UTC)
    _unlock(me, "aida")
    pc.go_to(Qt.Key.Key_4, "follow-ups")
    me.type("3")
    pc.settle()
    me.picture("risen")
    assert "0412-2026-C00001" in _listed(me)
    me.key(Qt.Key.Key_Home)
    me.key(Qt.Key.Key_Return)
    screen = pc.desk.cases_screen
    assert screen is not None
    me.wait(lambda: screen.opened_case is not None, "the case is open")
    me.section(3)
    me.reach("Protection orders")
    me.key(Qt.Key.Key_Return)
    me.type(_digit_of(me, "order_status", "EXT30"))
    me.reach("Holds until")
    me.key(Qt.Key.Key_A, CONTROL)
    pc.hands.write("20.12.2026 10:00")
    me.save()
    order = me.case.orders[0]
    assert (order.status, order.ends_at) == (
        "EXT30",
        to_ms(datetime(2026, 12, 20, 4, 0, tzinfo=UTC)),
    )
    alarms = [t for t in me.case.open_tasks if t.kind == "ORDER"]
    assert [t.due_at for t in alarms] == [
        to_ms(datetime(2026, 12, 18, 4, 0, tzinfo=UTC)),
        to_ms(datetime(2026, 12, 19, 16, 0, tzinfo=UTC)),
    ]

    me.section(4)
    me.reach("Letter…")
    me.key(Qt.Key.Key_Space)
    pc.settle()
    me.picture("letter")
    pc.dialogs.folder = folder
    me.key(Qt.Key.Key_D, CONTROL)
    me.wait(lambda: bool(list(folder.glob("117-*.pdf"))), "the letter is written")
    me.key(Qt.Key.Key_Escape)


def _saturday(me: Operator, clock: FrozenClock) -> None:
    """She is safe: the supervisor lowers the risk with a reason and closes the case."""
    pc = me.pc
    clock.now = datetime(2026, 11, 28, 5, 0, tzinfo=UTC)
    _unlock(me, "aida")
    me.open_first_case()
    me.key(Qt.Key.Key_F7, SHIFT)
    me.type("3")
    pc.hands.write("Живёт у сестры, он под наблюдением.")
    me.picture("lower")
    me.save()
    case = me.case
    assert case.risk == "STD"
    assert [a.lowered for a in case.assessments][-1]
    assert not any(a.lowered for a in case.assessments[:-1]), "every assessment is kept"
    me.key(Qt.Key.Key_F9, SHIFT)
    me.type("1")
    me.save()
    case = me.case
    assert (case.status, case.close_reason) == ("CLOSED", "SAFE")
    assert case.open_tasks == ()
    me.picture("closed")

    pc.go_to(Qt.Key.Key_6, "reports")
    me.key(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    me.picture("daily-log")
    reports = Reports(pc.database, pc.app.reference, clock)
    response = reports.daily_log(pc.desk.actor, Span.of_day(date(2026, 11, 24))).cases.response
    assert (response.alarms, response.emergency.median_seconds) == (1, 120)
    assert response.ministry.calls == 1


def _unlock(me: Operator, login: str) -> None:
    me.wait(lambda: me.pc.desk.window.locked, "nobody was there for a night: it is locked")
    me.pc.unlock(login)
    me.pc.settle()


def _topic(me: Operator) -> None:
    """Family violence, whatever the language: the first of the list for these letters."""
    me.key(Qt.Key.Key_Return)
    me.key(Qt.Key.Key_Return)


def _purpose(me: Operator, code: str) -> str:
    return me.pc.app.reference.label("consent_purpose", code, me.pc.app.preferences.language)


def _digit_of(me: Operator, _list_name: str, code: str) -> str:
    from operator_app.ui.screens.case_parts.orders_part import STATUSES

    return str(STATUSES.index(code) + 1)


def _listed(me: Operator) -> str:
    screen = me.pc.desk.follow_ups_screen
    assert screen is not None
    model = screen.table.model()
    return "\n".join(
        str(model.index(row, column).data())
        for row in range(model.rowCount())
        for column in range(model.columnCount())
    )
