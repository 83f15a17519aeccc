"""One seed: PCs of two offices, their network and their receiver live through some weeks in which
everything goes wrong; then the faults stop, and nothing may be lost, doubled or told wrongly."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from sqlalchemy import select

from ministry_server.schema import event, intake
from operator_app.sync.cycle import HAVE_PENDING_EVERY_MS
from tests.simulation.entropy import seeded
from tests.simulation.network import Network
from tests.simulation.pc import SimulatedPc
from tests.simulation.server import SimulatedServer
from tests.simulation.stage import OFFICE_OF, Stage
from tests.sync.invariants import check_alike, check_cases, check_client, check_nothing_lost

STEPS = 50
ROUNDS_TO_ARRIVE = 6
LOOK_EVERY = 13
TEN_YEARS = 10 * 365 * 86_400
PAUSES = (5, 60, 900, 7200, 86_400, 6 * 86_400)
"""Seconds; the longest lets what is held be forced."""
TOLD = 14
LIKELY = {
    "work": 9.0,
    "time passes": 7.0,
    "send now": 5.0,
    "late arrival": 2.0,
    "cut off": 0.7,
    "PC stops": 1.0,
    "server in trouble": 2.0,
    "server restarts": 0.5,
    "server keeps house": 1.5,
    "server backed up": 0.8,
    "server restored": 0.6,
    "PC backed up": 0.6,
    "PC restored": 0.5,
    "clock wrong": 0.4,
    "key rotates": 0.4,
    "key retired": 0.4,
    "key lost": 0.3,
}
"""How often each of it happens, against the others."""
HEALED = "faults stop"


@dataclass(frozen=True)
class Bug:
    """`plant` puts it into the product for one seed; `tilt` makes likelier what brings it out."""

    plant: Callable[[World], AbstractContextManager[None]]
    tilt: Callable[[World], None]


@dataclass(frozen=True)
class Outcome:
    """How a seed ended: `fault` is "" when all was well; `trace` is what happened, in order."""

    seed: int
    steps: int
    fault: str
    trace: tuple[str, ...]

    @property
    def mark(self) -> str:
        """Equal when the same happened."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()[:16]

    @property
    def _healed_at(self) -> int:
        return self.trace.index(HEALED) if HEALED in self.trace else len(self.trace)

    def __str__(self) -> str:
        last = "\n  ".join(self.trace[: self._healed_at][-TOLD:])
        return (
            f"seed {self.seed}, {self.steps} steps: {self.fault}\n  {last}\n"
            f"replay: python -m tests.simulation --seed {self.seed} --steps {self.steps}"
        )


def simulate(
    stage: Stage,
    seed: int,
    *,
    steps: int = STEPS,
    bug: Bug | None = None,
    tilt: Callable[[World], None] | None = None,
) -> Outcome:
    """Play one seed; the same seed and steps play the same."""
    stage.reset()
    with seeded(seed):
        world = World(stage, seed)
        tilt = bug.tilt if bug else tilt
        if tilt:
            tilt(world)
        try:
            with bug.plant(world) if bug else nullcontext():
                fault = world.play(steps)
        finally:
            world.close()
    return Outcome(seed, steps, fault, tuple(world.trace))


def shrunk(stage: Stage, failed: Outcome, *, bug: Bug | None = None) -> Outcome:
    """The same seed with as few steps as still fail."""
    best = failed
    for steps in range(1, failed.steps):
        shorter = simulate(stage, failed.seed, steps=steps, bug=bug)
        if shorter.fault:
            return shorter
    return best


class World:
    """The PCs, the network and the receiver of one seed."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.trace: list[str] = []
        self.chance = random.Random(seed)
        self.server = SimulatedServer(stage, self.chance, self.note)
        self.network = Network(
            self.chance, self.server.deliver, self.note, self.server.plan_before_write
        )
        self.network.badness = self.chance.choice((0.0, 0.1, 0.3, 0.6))
        names = self.chance.choice(
            (["a1", "a2"], ["a1", "b1"], ["a1", "a2", "b1"], list(OFFICE_OF))
        )
        self.pcs = [
            SimulatedPc(name, stage.desks[name], self.network, self.chance) for name in names
        ]
        self.likely = dict(LIKELY)
        self._ever: dict[str, dict[str, str]] = {office: {} for office in OFFICE_OF.values()}

    def note(self, text: str) -> None:
        """Write into the trace."""
        self.trace.append(text)

    def close(self) -> None:
        """Leave the stage to the next seed."""
        for pc in self.pcs:
            pc.close()
        self.server.close()

    def play(self, steps: int) -> str:
        """What broke, or ""."""
        try:
            for number in range(steps):
                self._step()
                if number % LOOK_EVERY == LOOK_EVERY - 1:
                    self._look()
            self._arrive()
        except Exception as error:  # noqa: BLE001 - whatever breaks is what the seed found
            return f"{type(error).__name__}: {str(error)[:400]}"
        return ""

    def _step(self) -> None:
        doing = self.chance.choices(list(self.likely), list(self.likely.values()))[0]
        doings: dict[str, Callable[[SimulatedPc], object]] = {
            "work": self._work,
            "time passes": self._time_passes,
            "send now": self._send_now,
            "late arrival": self._late,
            "cut off": self._cut_off,
            "PC stops": self._pc_stops,
            "server in trouble": self._server_troubles,
            "server restarts": self._server_restarts,
            "server keeps house": self._server_keeps_house,
            "server backed up": self._server_backed_up,
            "server restored": self._server_restored,
            "PC backed up": self._pc_backed_up,
            "PC restored": self._pc_restored,
            "clock wrong": self._clock_wrong,
            "key rotates": self._key_rotates,
            "key retired": self._key_retired,
            "key lost": self._key_lost,
        }
        doings[doing](self.chance.choice(self.pcs))

    def _work(self, pc: SimulatedPc) -> None:
        pc.act()
        self._ever[OFFICE_OF[pc.name]] |= pc.kept
        self.note(f"{pc.name} works: {len(pc.kept)} revisions")

    def _time_passes(self, pc: SimulatedPc) -> None:
        del pc
        seconds = self.chance.choice(PAUSES)
        self.note(f"{seconds} s pass")
        self._forward(seconds)
        for one in self.chance.sample(self.pcs, 2):
            if one.is_due():
                self._round(one)

    def _forward(self, seconds: float) -> None:
        self.network.now += seconds
        self.server.clock.forward(seconds=seconds)
        for pc in self.pcs:
            pc.desk.office.clock.forward(seconds=seconds)

    def _send_now(self, pc: SimulatedPc) -> bool:
        pc.desk.cycle.send_now()
        return self._round(pc)

    def _round(self, pc: SimulatedPc) -> bool:
        """Whether it brought anything about."""
        report = pc.run()
        if report is None:
            self.note(f"{pc.name} stops in its round")
            return True
        brought = report.confirmed + report.missing + report.cases_changed
        self.note(f"{pc.name} round: {report.problem or brought}")
        return bool(report.problem or brought)

    def _late(self, pc: SimulatedPc) -> None:
        del pc
        self.network.late_arrival()

    def _cut_off(self, pc: SimulatedPc) -> None:
        days = self.chance.choice((0.1, 1, 4, 14))
        self.note(f"{pc.name} is cut off for {days} days")
        self.network.cut_off[pc.name] = self.network.now + days * 86_400

    def _pc_stops(self, pc: SimulatedPc) -> None:
        in_writes = self.chance.randrange(6)
        self.note(f"{pc.name} stops after {in_writes} transactions")
        if in_writes:
            pc.plan_stop(in_writes)
        else:
            pc.restart()

    def _server_troubles(self, pc: SimulatedPc) -> None:
        del pc
        trouble, in_writes = self.chance.choice(self.server.troubles), self.chance.randint(1, 3)
        self.note(f"the receiver {trouble}, in {in_writes} transactions")
        self.server.plan_trouble(trouble, in_writes)

    def _server_restarts(self, pc: SimulatedPc) -> None:
        del pc
        self.note("the receiver restarts")
        self.server.restart()

    def _server_keeps_house(self, pc: SimulatedPc) -> None:
        del pc
        self.server.keep_house()

    def _server_backed_up(self, pc: SimulatedPc) -> None:
        del pc
        self.note("the receiver is backed up")
        self.server.back_up()

    def _server_restored(self, pc: SimulatedPc) -> None:
        del pc
        if self.server.restore(self.chance):
            self.note("the receiver is restored")

    def _pc_backed_up(self, pc: SimulatedPc) -> None:
        self.note(f"{pc.name} is backed up")
        pc.back_up(self.stage.server.parent)

    def _pc_restored(self, pc: SimulatedPc) -> None:
        if pc.restore():
            self.note(f"{pc.name} is restored")

    def _clock_wrong(self, pc: SimulatedPc) -> None:
        clock = pc.desk.office.clock
        clock.now = self.server.clock.now
        clock.forward(seconds=self.chance.choice((-TEN_YEARS, -86_400, 0, 86_400, TEN_YEARS)))
        self.note(f"{pc.name} has its clock set")

    def _key_rotates(self, pc: SimulatedPc) -> None:
        del pc
        self.note(f"a new sealing key, {self.server.rotate_key()}")

    def _key_retired(self, pc: SimulatedPc) -> None:
        del pc
        if kid := self.server.retire_key(self.chance):
            self.note(f"the key {kid} is retired")

    def _key_lost(self, pc: SimulatedPc) -> None:
        del pc
        self.note(f"the key {self.server.lose_key(self.chance)} is lost")

    def _look(self) -> None:
        """I1 to I5, I11, I12, I14, I15 as far as they hold in the middle of everything."""
        with self.stage.store.read() as connection:
            stored = Counter(connection.execute(select(intake.c.op_id)).scalars())
            effects = Counter(connection.execute(select(event.c.op_id)).scalars())
        ever = set().union(*self._ever.values())
        assert set(stored) | set(effects) <= ever, "the receiver has what nobody saved"
        twice = [op_id for count in (stored, effects) for op_id, n in count.items() if n > 1]
        assert not twice, f"doubled: {len(twice)}"
        for pc in self.pcs:
            assert pc.revisions() == pc.kept, f"{pc.name}: a saved revision is lost or changed"
            others = self._ever[OFFICE_OF[pc.name]]
            assert pc.foreign().items() <= others.items(), f"{pc.name}: what nobody there saved"
            check_client(pc.desk)
            check_nothing_lost(pc.desk, self.stage.store)
            check_cases(pc.desk)

    def _arrive(self) -> None:
        """I6, I7, I12: when faults stop, all that was saved has arrived and is known to have."""
        if self.chance.random() < 0.3 and self.server.restore(self.chance):
            self.note("the receiver is restored in the end")
        self.note(HEALED)
        self.network.heal()
        self.server.heal()
        if self.server.lost_a_key:
            # The PCs hear what is asked for again when they compare notes next.
            self._forward(HAVE_PENDING_EVERY_MS / 1000 + 1)
        self._rounds()
        self._nothing_lost("applied", "conflict")
        # What an opener in another process signed later is asked for after a while.
        self._forward(HAVE_PENDING_EVERY_MS / 1000 + 1)
        self._rounds()
        self._merge_all()
        self._rounds()
        self._look()
        self._nothing_lost("applied")
        if self._both_ends_lost:
            return
        for pc in self.pcs:
            states = list(pc.desk.states().values())
            assert set(states) <= {"applied"}, f"{pc.name}: not known to be"
            assert pc.desk.status().needs_you == 0
        self._offices_see_the_same()

    def _merge_all(self) -> None:
        """A supervisor in each office makes one of what contradicts itself."""
        for pc in {OFFICE_OF[pc.name]: pc for pc in self.pcs}.values():
            for case_id in pc.desk.conflicts():
                pc.desk.merge(case_id)
        for pc in self.pcs:
            # What a restore took came back: both versions of a call are here.
            for call_id in pc.desk.doubted_calls():
                pc.desk.amend_now(call_id, note="of both")
            pc.kept = pc.revisions()
            self._ever[OFFICE_OF[pc.name]] |= pc.kept

    @property
    def _both_ends_lost(self) -> bool:
        """What was lost at both is with nobody, or with the one colleague who had it; what was made
        from it stays held. What nobody can open any more is lost at the server."""
        lost = self.server.restored or self.server.lost_a_key
        return lost and any(pc.restored for pc in self.pcs)

    def _nothing_lost(self, *fine: str) -> None:
        if self._both_ends_lost:
            fine = ("applied", "conflict", "held")
        with self.stage.store.read() as connection:
            here = {row.op_id for row in connection.execute(select(intake.c.op_id))}
            query = select(event.c.op_id).where(event.c.stage.in_(fine))
            took_effect = set(connection.execute(query).scalars())
        for pc in self.pcs:
            assert pc.kept.keys() <= here, f"{pc.name}: lost on the way"
            assert pc.kept.keys() <= took_effect, f"{pc.name}: arrived, not applied"

    def _rounds(self) -> None:
        for _ in range(ROUNDS_TO_ARRIVE):
            self.server.keep_house()
            brought = [self._send_now(pc) for pc in self.pcs]
            if not any(brought):
                break
        for pc in self.pcs:
            assert pc.desk.status().waiting == 0, f"{pc.name}: still waiting"

    def _offices_see_the_same(self) -> None:
        desks = {pc.name: pc.desk for pc in self.pcs}
        for one, other in (("a1", "a2"), ("b1", "b2")):
            if one in desks and other in desks:
                check_alike(desks[one], desks[other])
