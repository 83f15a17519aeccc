"""Alarms of protection orders: none lost, none twice, through clock moves, restarts and closing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from operator_app.config import paths
from operator_app.db.case_models import case_task
from operator_app.db.keyring import new_recovery_key
from operator_app.domain.cases import Case, ProtectionOrder, Task
from operator_app.domain.clock import from_ms, local, to_ms
from operator_app.domain.follow_ups import order_alarms, with_rule_tasks
from operator_app.domain.people import Role
from operator_app.domain.reference import Reference
from operator_app.errors import BadInput
from operator_app.services.calls import Calls
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.conftest import CHEAP, PASSWORD, FrozenClock, information_call, office_setup

HOUR = 3_600_000
START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
RUNNING = ("ISS3", "EXT30", "BRK", "ELEC")
EVENTS = st.one_of(
    st.tuples(st.just("ask"), st.integers(0, 2), st.integers(0, 40)),
    st.tuples(st.just("issue"), st.integers(0, 2), st.integers(0, 100)),
    st.tuples(st.just("extend"), st.integers(0, 2), st.integers(60, 720)),
    st.tuples(st.just("break"), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("end"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("do"), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("close"), st.just(0), st.just(0)),
    st.tuples(st.just("reopen"), st.just(0), st.just(0)),
    st.tuples(st.just("restart"), st.just(0), st.just(0)),
    st.tuples(
        st.just("clock"),
        st.just(0),
        st.one_of(st.integers(-48, 96), st.sampled_from([-87_600, 87_600])),
    ),
)


@dataclass
class OfficeOfOrders:
    """One office for all examples; each has a case of its own and opens the file again at will."""

    folder: Path
    reference: Reference
    clock: FrozenClock = field(default_factory=FrozenClock)

    def __post_init__(self) -> None:
        where = paths(self.folder)
        set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), self.clock, CHEAP)
        self._sign_in()

    def _sign_in(self) -> None:
        sign_in = SignIn(paths(self.folder), self.clock)
        self.database, self.actor = sign_in.open("aida", PASSWORD)
        assert self.actor.role is Role.SUPERVISOR
        self.cases = Cases(self.database, self.reference, self.clock)
        self.work = CaseWork(self.cases, self.reference, self.clock)

    def restart(self) -> None:
        self.database.close()
        self._sign_in()

    @property
    def now(self) -> int:
        return to_ms(self.clock())

    def new_case(self) -> str:
        self.clock.now = START
        calls = Calls(self.database, self.reference, self.clock)
        form = calls.start(self.actor).form
        saved = calls.save(self.actor, information_call(form, topics=("VIO.DOM",), danger_now="Y"))
        with self.database.read() as connection:
            found = self.cases.files.of_call(connection, saved.call_id)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def desk(reference: Reference) -> Iterator[OfficeOfOrders]:
    with tempfile.TemporaryDirectory() as folder:
        made = OfficeOfOrders(Path(folder), reference)
        yield made
        made.database.close()


class Model:
    """What a person expects of one case, kept without the rules' help."""

    def __init__(self, desk: OfficeOfOrders) -> None:
        self.desk = desk
        self.case_id = desk.new_case()
        self.orders: list[ProtectionOrder] = []
        self.done: set[tuple[str, int | None, int]] = set()
        self.closed = False

    def step(self, event: tuple[str, int, int]) -> None:
        what, which, number = event
        desk = self.desk
        if what == "clock":
            moved = desk.clock.now + timedelta(hours=number)
            if datetime(2005, 1, 1, tzinfo=UTC) < moved < datetime(2060, 1, 1, tzinfo=UTC):
                desk.clock.now = moved
        elif what == "restart":
            desk.restart()
        elif what == "close" and not self.closed:
            self.closed = True
            desk.cases.close(desk.actor, self.case_id, desk.reference.codes("close_reason")[0].code)
        elif what == "reopen" and self.closed:
            self.closed = False
            desk.cases.set_status(desk.actor, self.case_id, "WORK")
        elif what == "do":
            self._do(which)
        elif what in ("ask", "issue", "extend", "break", "end") and not self.closed:
            self._set_order(what, which, number)

    def _do(self, which: int) -> None:
        open_alarms = [t for t in self.case.open_tasks if t.rule.startswith("ORDER")]
        if which >= len(open_alarms):
            return
        task = open_alarms[which]
        self.desk.work.finish_task(self.desk.actor, self.case_id, task.task_id, "asked the police")
        hours = 48 if task.rule.startswith("ORDER48") else 12
        order = next(o for o in self.orders if o.order_id in task.rule)
        self.done.add((order.order_id, order.ends_at, hours))

    def _set_order(self, what: str, which: int, hours: int) -> None:
        desk = self.desk
        known = self.orders[which] if which < len(self.orders) else None
        before = known or ProtectionOrder(order_id="", status="ASK", recorded_at=0)
        now = desk.now
        if what == "ask":
            wanted = replace(before, status="APPL", asked_at=now - hours * HOUR, ends_at=None)
        elif what == "issue":
            wanted = replace(before, status="ISS3", issued_at=now - hours * HOUR, ends_at=None)
        elif what == "end":
            wanted = replace(before, status=("END", "NONE", "REFP")[hours])
        elif before.issued_at is None:
            return
        elif what == "extend":
            ends_at = before.issued_at + hours * HOUR
            wanted = replace(before, status="EXT30", ends_at=ends_at)
        else:
            wanted = replace(before, status="BRK", broken_at=now)
        try:
            saved = desk.work.set_order(desk.actor, self.case_id, wanted)
        except BadInput:
            # A clock set back: what happened lies in the future now, and is refused.
            return
        self.orders = list(saved.orders)

    @property
    def case(self) -> Case:
        return self.desk.cases.open(self.desk.actor, self.case_id)

    def check(self) -> None:
        case = self.case
        alarms = [t for t in case.tasks if t.rule.startswith("ORDER")]
        assert len({t.rule for t in case.tasks}) == len({t.task_id for t in case.tasks})
        assert len({t.rule for t in case.tasks}) == len(case.tasks), "a task is there twice"
        expected = {
            (order.order_id, order.ends_at, hours)
            for order in self.orders
            if order.status in RUNNING
            for hours in (48, 12)
        }
        found = {_key(t): t for t in alarms}
        waiting = {key for key, task in found.items() if task.is_open}
        done = {key for key, task in found.items() if task.done_at is not None}
        assert done == self.done
        assert waiting == (set() if self.closed else expected - self.done)
        for (_order, ends_at, hours), task in found.items():
            assert ends_at is not None
            at, end = (local(ms).replace(tzinfo=None) for ms in (task.due_at, ends_at))
            assert end - at == timedelta(hours=hours)
        self._check_rows(case)

    def _check_rows(self, case: Case) -> None:
        with self.desk.database.read() as connection:
            rows = connection.execute(
                select(case_task.c.task_id, case_task.c.due_at, case_task.c.dropped_at).where(
                    case_task.c.case_id == self.case_id, case_task.c.done_at.is_(None)
                )
            ).all()
        tasks = {(t.task_id, t.due_at, t.dropped_at) for t in case.tasks if t.done_at is None}
        assert {tuple(row) for row in rows} == tasks


def _key(task: Task) -> tuple[str, int, int]:
    alarm, order_id, ends_at = task.rule.split(":")
    return order_id, int(ends_at), int(alarm.removeprefix("ORDER"))


SLOW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SLOW
@given(st.lists(EVENTS, min_size=3, max_size=14))
def test_every_running_order_has_its_alarms_once(
    desk: OfficeOfOrders, events: list[tuple[str, int, int]]
) -> None:
    model = Model(desk)
    for event in events:
        model.step(event)
        model.check()


@pytest.mark.long
@settings(SLOW, max_examples=600)
@given(st.lists(EVENTS, min_size=3, max_size=40))
def test_every_running_order_has_its_alarms_once_at_length(
    desk: OfficeOfOrders, events: list[tuple[str, int, int]]
) -> None:
    model = Model(desk)
    for event in events:
        model.step(event)
        model.check()


def bare_case(*orders: ProtectionOrder) -> Case:
    return Case("c1", "0412-2026-C00001", "0412", "VIOLENCE", 0, "u1", "u1", orders=orders)


MOMENTS = st.integers(
    to_ms(datetime(2006, 1, 1, tzinfo=UTC)), to_ms(datetime(2056, 1, 1, tzinfo=UTC))
)


@given(st.sampled_from(RUNNING), MOMENTS, MOMENTS, MOMENTS)
def test_alarms_depend_on_no_clock_and_no_pc(
    status: str, ends_at: int, now: int, later: int
) -> None:
    case = bare_case(ProtectionOrder("o1", status, now, ends_at=ends_at))
    here, there = with_rule_tasks(case, now), with_rule_tasks(case, later)
    assert [(t.task_id, t.due_at) for t in here.tasks] == [
        (t.task_id, t.due_at) for t in there.tasks
    ]
    assert [t.due_at for t in here.tasks] == [ends_at - 48 * HOUR, ends_at - 12 * HOUR]
    assert with_rule_tasks(here, later) == here, "saying it again changes nothing"


def test_they_ring_at_the_hour_of_the_wall_clock_in_bishkek() -> None:
    """Bishkek has had no summer time since 2005; a PC set to another zone must not matter."""
    ends = datetime.fromisoformat("2026-03-29T14:30:00+06:00")
    alarms = order_alarms(ProtectionOrder("o1", "ISS3", 0, ends_at=to_ms(ends)))
    said = [(hours, local(at).strftime("%d.%m %H:%M")) for hours, at in alarms]
    assert said == [(48, "27.03 14:30"), (12, "29.03 02:30")]


def test_an_order_recorded_hours_before_its_end_alarms_at_once() -> None:
    now = to_ms(START)
    case = with_rule_tasks(bare_case(ProtectionOrder("o1", "ISS3", now, ends_at=now + HOUR)), now)
    assert [t.due_at < now for t in case.open_tasks] == [True, True]


def test_an_extension_put_back_brings_the_old_alarms_back_and_no_third() -> None:
    now = to_ms(START)
    short = ProtectionOrder("o1", "ISS3", now, issued_at=now, ends_at=now + 72 * HOUR)
    long = replace(short, status="EXT30", ends_at=now + 720 * HOUR)
    case = with_rule_tasks(bare_case(short), now)
    first = [t.task_id for t in case.open_tasks]
    case = with_rule_tasks(replace(case, orders=(long,)), now + HOUR)
    assert [from_ms(t.due_at) for t in case.open_tasks] == [
        from_ms(now + (720 - hours) * HOUR) for hours in (48, 12)
    ]
    case = with_rule_tasks(replace(case, orders=(short,)), now + 2 * HOUR)
    assert [t.task_id for t in case.open_tasks] == first
    assert len(case.tasks) == 4
