"""A state machine over one PC and one receiver: any order of saving, sending, losing, crashing,
restoring and clock jumps keeps the invariants, and everything arrives in the end.

The carrier goes straight into the receiver's web application: same code, no sockets.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ministry_server.keys import make_keys
from ministry_server.receiver import Receiver
from ministry_server.store import make_store, new_epoch
from ministry_server.web import build_app
from operator_app.config import paths
from operator_app.db.engine import Database
from operator_app.domain.calls import Call
from operator_app.domain.reference import Reference
from operator_app.errors import NetworkProblem
from operator_app.services.calls import Calls
from operator_app.sync.carriers.base import Answer
from tests.conftest import FrozenClock, TestOffice
from tests.sync.conftest import Template
from tests.sync.desk import AppCarrier, Desk, arrived, copy_database
from tests.sync.invariants import (
    _check_store,
    check_bases_sent,
    check_client,
    check_nothing_lost,
)

ROUNDS_TO_ARRIVE = 6


class FaultyCarrier(AppCarrier):
    """Each push may be lost, answered into the void, doubled, or replayed later."""

    plan: str = "pass"

    def __init__(self, machine: SyncMachine) -> None:
        super().__init__(lambda: machine.app)
        self._machine = machine
        self._old: list[bytes] = []

    def exchange(self, method: str, path: str, body: bytes = b"") -> Answer:
        plan, self.plan = (self.plan, "pass") if path.endswith("/push") else ("pass", self.plan)
        if path.endswith("/push"):
            check_bases_sent(self._machine.desk, body)
        if plan == "lose request":
            raise NetworkProblem("net.cut")
        if plan == "replay" and self._old:
            for earlier in reversed(self._old):
                super().exchange("POST", path, earlier)
        answer = super().exchange(method, path, body)
        if path.endswith("/push"):
            self._old = [*self._old[-2:], body]
        if plan == "duplicate":
            answer = super().exchange(method, path, body)
        if plan == "lose answer":
            raise NetworkProblem("net.cut")
        if plan == "kill":
            raise KeyboardInterrupt
        return answer


class SyncMachine(RuleBasedStateMachine):
    folder_to_copy: Path
    """An office and a server; copied for every example."""
    template: Template
    reference: Reference

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(self.folder_to_copy, self.folder, dirs_exist_ok=True)
        self.clock = FrozenClock()
        where = paths(self.folder / "data")
        database, reference = Database(where.database, self.template.key), self.reference
        actor = self.template.actor
        office = TestOffice(
            where,
            database,
            actor,
            Calls(database, reference, self.clock),
            self.clock,
            reference,
            "",
        )
        self.stack = ExitStack()
        self.server_clock = FrozenClock()
        self.start_server()
        self.carrier = FaultyCarrier(self)
        self.desk = Desk(office, lambda url: self.carrier)
        self.desk.point_at("http://127.0.0.1:1", str(self.receiver.new_code("0412")))
        assert self.desk.run().problem is None
        self.saved: list[Call] = []
        self.heads: list[Call] = []
        self.backups = 0

    def start_server(self) -> None:
        self.receiver = Receiver(self.folder / "server", clock=self.server_clock)
        self.app = build_app(self.receiver)

    def teardown(self) -> None:
        try:
            self.carrier.plan = "pass"
            self.arrive()
        finally:
            self.desk.cycle.close()
            self.carrier.close()
            self.desk.database.close()
            self.receiver.close()
            shutil.rmtree(self.folder)

    def arrive(self) -> None:
        """I6, I7: when faults stop, all that was saved is with the server, applied, and known so.

        The clock stands still: nothing of it may wait for a time of day.
        """
        for _ in range(ROUNDS_TO_ARRIVE):
            self.desk.cycle.send_now()
            self.desk.run()
        assert self.desk.status().waiting == 0, self.desk.rows()
        assert set(arrived(self.receiver.store)) == {c.op_id for c in self.saved}
        assert set(self.desk.states().values()) <= {"applied"}
        self.everything_holds()

    @rule(urgent=st.booleans())
    def save(self, urgent: bool) -> None:
        call = self.desk.save_urgent() if urgent else self.desk.save()
        self.saved.append(call)
        self.heads.append(call)

    @precondition(lambda self: self.heads)
    @rule(data=st.data(), urgent=st.booleans())
    def amend(self, data: st.DataObject, urgent: bool) -> None:
        index = data.draw(st.integers(0, len(self.heads) - 1))
        changes = {"danger_now": "Y" if urgent else "N", "note": "amended"}
        call = self.desk.amend(self.heads[index], **changes)
        self.heads[index] = call
        self.saved.append(call)

    @precondition(lambda self: self.heads)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        call = self.desk.void(self.heads.pop(data.draw(st.integers(0, len(self.heads) - 1))))
        self.saved.append(call)

    @rule(
        plan=st.sampled_from(["pass", "pass", "lose request", "lose answer", "duplicate", "replay"])
    )
    def send(self, plan: str) -> None:
        self.carrier.plan = plan
        self.desk.run()

    @rule(during_answer=st.booleans())
    def crash(self, during_answer: bool) -> None:
        if during_answer:
            self.carrier.plan = "kill"
            with suppress(KeyboardInterrupt):
                self.desk.run()
            self.carrier.plan = "pass"
        self.desk.reopen()
        self.carrier.close()
        self.carrier = FaultyCarrier(self)

    @rule()
    def back_up_server(self) -> None:
        self.backups += 1
        copy_database(self.server_file, self.folder / f"backup-{self.backups}.db")

    @precondition(lambda self: self.backups)
    @rule(data=st.data())
    def restore_server(self, data: st.DataObject) -> None:
        which = data.draw(st.integers(1, self.backups))
        self.receiver.close()
        copy_database(self.folder / f"backup-{which}.db", self.server_file)
        self.start_server()
        new_epoch(self.receiver.store)

    @rule(seconds=st.sampled_from([60, 3600, 86_400, 10 * 365 * 86_400, -10 * 365 * 86_400]))
    def clock_jumps(self, seconds: int) -> None:
        if abs((self.clock.now - self.server_clock.now).days + seconds / 86_400) < 4000:
            self.clock.forward(seconds=seconds)

    @property
    def server_file(self) -> Path:
        return self.folder / "server" / "ministry.db"

    @invariant()
    def everything_holds(self) -> None:
        check_client(self.desk)
        _check_store(self.receiver.store, {c.op_id for c in self.saved})
        check_nothing_lost(self.desk, self.receiver.store)


@pytest.fixture
def machine(
    template: Template, reference: Reference, tmp_path: Path
) -> type[RuleBasedStateMachine]:
    make_keys(tmp_path / "server")
    make_store(tmp_path / "server")
    shutil.copytree(template.folder, tmp_path / "data")
    given = {"folder_to_copy": tmp_path, "template": template, "reference": reference}
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
