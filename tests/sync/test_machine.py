"""A state machine over two PCs of one office, a PC of another, and one receiver: any order of
saving, changing, merging, sending, losing, crashing, restoring and clock jumps keeps the
invariants; in the end everything has arrived, and the office sees the same of its cases.

The carriers go straight into the receiver's web application: same code, no sockets.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ministry_server.keys import make_keys
from ministry_server.receiver import Receiver
from ministry_server.store import make_store, new_epoch
from ministry_server.web import build_app
from operator_app.domain.calls import Call
from operator_app.domain.reference import Reference
from operator_app.errors import NetworkProblem
from operator_app.sync.carriers.base import Answer
from tests.conftest import FrozenClock, Template
from tests.sync.conftest import seat_in
from tests.sync.desk import HER_NAME, URGENT_TOPICS, AppCarrier, Desk, arrived, copy_database
from tests.sync.invariants import (
    _check_store,
    check_alike,
    check_bases_sent,
    check_cases,
    check_client,
    check_given,
    check_nothing_lost,
)

ROUNDS_TO_ARRIVE = 6
OFFICE = ("first", "second")
STRANGER = "stranger"
HOW_URGENT: tuple[dict[str, object], ...] = (
    {"danger_now": "N", "topics": ("BEN.UBK",)},
    {"danger_now": "N", "topics": URGENT_TOPICS},
    # Two revisions: the call and its case.
    {"danger_now": "Y", "topics": ("BEN.UBK",)},
)
PLANS = ("pass", "pass", "lose request", "lose answer", "duplicate", "replay", "old answer")
seats = st.sampled_from([*OFFICE, *OFFICE, STRANGER])
which = st.integers(0, 1_000_000)
"""Picks one of what there is when the rule runs."""


class FaultyCarrier(AppCarrier):
    """The next request to `at` may be lost, answered into the void, doubled, or replayed later."""

    plan = "pass"
    at = "/push"

    def __init__(self, machine: SyncMachine, name: str) -> None:
        super().__init__(lambda: machine.app)
        self._machine = machine
        self._name = name
        self._old: list[tuple[bytes, Answer]] = []

    def exchange(self, method: str, path: str, body: bytes = b"", *, etag: str = "") -> Answer:
        if path.endswith("/push"):
            check_bases_sent(self._machine.seats[self._name].desk, body)
        if not path.endswith(self.at):
            return super().exchange(method, path, body, etag=etag)
        plan, self.plan = self.plan, "pass"
        if plan == "lose request":
            raise NetworkProblem("net.cut")
        if plan == "replay":
            for earlier, _ in reversed(self._old):
                super().exchange("POST", path, earlier)
        answer = super().exchange(method, path, body, etag=etag)
        self._old = [*self._old[-2:], (body, answer)]
        if plan == "duplicate":
            answer = super().exchange(method, path, body, etag=etag)
        if plan == "lose answer":
            raise NetworkProblem("net.cut")
        if plan == "old answer":
            return self._old[0][1]
        if plan == "kill":
            raise KeyboardInterrupt
        return answer


@dataclass
class Seat:
    """One PC; `op_ids` is all that was ever saved there, `heads` its calls as they are."""

    desk: Desk
    carrier: FaultyCarrier
    op_ids: set[str] = field(default_factory=set)
    heads: list[Call] = field(default_factory=list)

    def keep(self) -> None:
        """Write down what was just saved; nothing that was saved before is gone (I1)."""
        now = {row["op_id"] for row in self.desk.rows()}
        assert self.op_ids < now
        self.op_ids = now


class SyncMachine(RuleBasedStateMachine):
    folder_to_copy: Path
    """Three PCs and a server; copied for every example."""
    template: Template
    reference: Reference

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(self.folder_to_copy, self.folder, dirs_exist_ok=True)
        self.server_clock = FrozenClock()
        self.start_server()
        self.seats = {name: self._seat(name) for name in (*OFFICE, STRANGER)}
        for name, seat in self.seats.items():
            code = self.receiver.new_code("0413" if name == STRANGER else "0412")
            seat.desk.point_at("http://127.0.0.1:1", str(code))
            assert seat.desk.run().problem is None
        self.backups = 0

    def _seat(self, name: str) -> Seat:
        code = "0413" if name == STRANGER else "0412"
        folder = self.folder / name
        desk = seat_in(folder, self.template, FrozenClock(), self.reference, code)
        seat = Seat(desk, FaultyCarrier(self, name))
        desk.open_carrier = lambda url: seat.carrier
        return seat

    @property
    def office(self) -> list[Desk]:
        return [self.seats[name].desk for name in OFFICE]

    @property
    def op_ids(self) -> set[str]:
        return set().union(*(seat.op_ids for seat in self.seats.values()))

    def start_server(self) -> None:
        self.receiver = Receiver(self.folder / "server", clock=self.server_clock)
        self.app = build_app(self.receiver)

    def teardown(self) -> None:
        try:
            for seat in self.seats.values():
                seat.carrier.plan = "pass"
            self.arrive()
        finally:
            for seat in self.seats.values():
                seat.desk.cycle.close()
                seat.carrier.close()
                seat.desk.database.close()
            self.receiver.close()
            shutil.rmtree(self.folder)

    def arrive(self) -> None:
        """I6, I7, I12: when faults stop, all that was saved is with the server and known so, and
        both PCs of the office show the same; a supervisor's merging then leaves no conflict.

        The clocks stand still: nothing of it may wait for a time of day.
        """
        self.rounds()
        assert set(arrived(self.receiver.store)) == self.op_ids
        check_alike(*self.office)
        self.everything_holds()
        for case_id in self.office[0].conflicts():
            self.office[0].merge(case_id)
            self.seats["first"].keep()
        self.rounds()
        assert set(arrived(self.receiver.store)) == self.op_ids
        for seat in self.seats.values():
            assert set(seat.desk.states().values()) <= {"applied"}, seat.desk.rows()
            assert (seat.desk.status().needs_you, seat.desk.conflicts()) == (0, [])
        check_alike(*self.office)
        self.everything_holds()

    def rounds(self) -> None:
        for _ in range(ROUNDS_TO_ARRIVE):
            for seat in self.seats.values():
                seat.desk.cycle.send_now()
                seat.desk.run()
        for seat in self.seats.values():
            assert seat.desk.status().waiting == 0, seat.desk.rows()

    @rule(name=seats, changes=st.sampled_from(HOW_URGENT))
    def save(self, name: str, changes: dict[str, object]) -> None:
        seat = self.seats[name]
        call = seat.desk.save(**changes)
        seat.keep()
        assert call.op_id in seat.op_ids
        seat.heads.append(call)

    @rule(name=seats, n=which, changes=st.sampled_from(HOW_URGENT))
    def amend(self, name: str, n: int, changes: dict[str, object]) -> None:
        seat = self.seats[name]
        if seat.heads:
            index = n % len(seat.heads)
            seat.heads[index] = seat.desk.amend(seat.heads[index], note="amended", **changes)
            seat.keep()

    @rule(name=seats, n=which)
    def void(self, name: str, n: int) -> None:
        seat = self.seats[name]
        if seat.heads:
            seat.desk.void(seat.heads.pop(n % len(seat.heads)))
            seat.keep()

    @rule(name=seats, may_leave=st.booleans())
    def open_case(self, name: str, may_leave: bool) -> None:
        seat = self.seats[name]
        seat.desk.open_case(may_leave=may_leave, happened="In the kitchen")
        seat.keep()

    @rule(
        name=st.sampled_from(OFFICE), n=which, what=st.sampled_from(["note", "risk", "wait", "her"])
    )
    def change_case(self, name: str, n: int, what: str) -> None:
        """A case of the office, whoever opened it."""
        seat = self.seats[name]
        desk, actor = seat.desk, seat.desk.office.actor
        cases = sorted(desk.case_rows())
        if not cases:
            return
        case_id = cases[n % len(cases)]
        before = desk.case_rows()[case_id]["op_id"]
        if what == "note":
            desk.note(case_id, "a word")
        elif what == "risk":
            desk.cases.assess(actor, case_id, {}, raised_to="HIGH")
        elif what == "wait":
            desk.cases.set_status(actor, case_id, "WAIT")
        else:
            affected = replace(desk.case(case_id).affected, name=f"{HER_NAME} {n % 3}")
            desk.cases.set_person(actor, case_id, affected)
        if desk.case_rows()[case_id]["op_id"] != before:
            seat.keep()

    @rule(name=st.sampled_from(OFFICE))
    def merge(self, name: str) -> None:
        seat = self.seats[name]
        for case_id in seat.desk.conflicts()[:1]:
            seat.desk.merge(case_id)
            seat.keep()

    @rule(name=seats, plan=st.sampled_from(PLANS), at=st.sampled_from(["/push", "/changes"]))
    def send(self, name: str, plan: str, at: str) -> None:
        seat = self.seats[name]
        seat.carrier.plan, seat.carrier.at = plan, at
        seat.desk.run()

    @rule(name=seats, during_answer=st.booleans(), at=st.sampled_from(["/push", "/changes"]))
    def crash(self, name: str, during_answer: bool, at: str) -> None:
        seat = self.seats[name]
        if during_answer:
            seat.carrier.plan, seat.carrier.at = "kill", at
            with suppress(KeyboardInterrupt):
                seat.desk.run()
        seat.desk.reopen()
        seat.carrier.close()
        seat.carrier = FaultyCarrier(self, name)

    @rule()
    def back_up_server(self) -> None:
        self.backups += 1
        copy_database(self.server_file, self.folder / f"backup-{self.backups}.db")

    @rule(n=which)
    def restore_server(self, n: int) -> None:
        if not self.backups:
            return
        self.receiver.close()
        copy_database(self.folder / f"backup-{1 + n % self.backups}.db", self.server_file)
        self.start_server()
        new_epoch(self.receiver.store)

    @rule(
        name=seats,
        seconds=st.sampled_from([60, 3600, 86_400, 10 * 365 * 86_400, -10 * 365 * 86_400]),
    )
    def clock_jumps(self, name: str, seconds: int) -> None:
        clock = self.seats[name].desk.office.clock
        if abs((clock.now - self.server_clock.now).days + seconds / 86_400) < 4000:
            clock.forward(seconds=seconds)

    @property
    def server_file(self) -> Path:
        return self.folder / "server" / "ministry.db"

    @invariant()
    def everything_holds(self) -> None:
        _check_store(self.receiver.store, self.op_ids)
        for seat in self.seats.values():
            check_client(seat.desk)
            check_nothing_lost(seat.desk, self.receiver.store)
            check_cases(seat.desk)
        for desk in self.office:
            check_given(desk, self.office)
        assert self.seats[STRANGER].desk.foreign() == {}


@pytest.fixture
def machine(
    office_template: Template, reference: Reference, tmp_path: Path
) -> type[RuleBasedStateMachine]:
    make_keys(tmp_path / "server")
    make_store(tmp_path / "server")
    for name in (*OFFICE, STRANGER):
        shutil.copytree(office_template.data, tmp_path / name)
    given = {"folder_to_copy": tmp_path, "template": office_template, "reference": reference}
    return type("Machine", (SyncMachine,), given)


def _run(machine: type[RuleBasedStateMachine], examples: int, steps: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if examples > 100 else [])],
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_any_order_of_events(machine: type[RuleBasedStateMachine]) -> None:
    _run(machine, examples=8, steps=20)


@pytest.mark.long
def test_any_order_of_many_events(machine: type[RuleBasedStateMachine]) -> None:
    _run(machine, examples=300, steps=60)
