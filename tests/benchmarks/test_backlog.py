"""Fourteen days of an office go over a slow line at once, and nobody in danger waits for them."""

from __future__ import annotations

import random
import statistics
from dataclasses import dataclass
from pathlib import Path

import pytest

from operator_app.db import sync_state
from operator_app.domain.clock import to_ms
from operator_app.domain.wire import Lane
from tests.benchmarks.measure import Result
from tests.benchmarks.slow_line import SlowLine
from tests.conftest import FrozenClock, TestOffice
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk

SEATS = 3
FORTNIGHT_OF_A_SEAT = 112
DANGER_EVERY = 25
"""One call in so many is a violence call with a case: urgent, and two records."""
AMENDED_EVERY = 10
PROMISE_SECONDS = 60
LONGEST_DAYS = 2 * 86_400
NOTE = "Сурады: үй-бүлөлүк жөлөкпул эмнеге токтоду. Айтылды: кайрылуу, документтер, мөөнөт. " * 4


@dataclass(frozen=True)
class Passage:
    """How it went, in seconds: until all was confirmed, and each urgent record that came meanwhile
    from its saving to its verified receipt."""

    drained: float
    urgent: list[float]
    line: SlowLine

    @property
    def p95(self) -> float:
        return sorted(self.urgent)[int(len(self.urgent) * 0.95)]


def test_an_urgent_record_does_not_wait_for_a_backlog_on_a_slow_line(
    office: TestOffice, clock: FrozenClock, tmp_path: Path
) -> None:
    """The line was quick until now, so the batches are as large as they get."""
    with RunningReceiver(tmp_path / "server", clock) as receiver:
        passage = pass_over(office, receiver, random.Random(117), calls=90, urgent=6, within=120)
    assert len(passage.urgent) >= 6
    assert max(passage.urgent) < PROMISE_SECONDS
    assert len([size for size, _ in passage.line.pushes if size > 200_000]) <= 1


@pytest.mark.bench
def test_backlog(
    office: TestOffice, clock: FrozenClock, tmp_path: Path, results: list[Result]
) -> None:
    """The whole backlog of an office through one PC, five times over lines of different luck."""
    drained, urgent, size = [], list[float](), 0
    calls = SEATS * FORTNIGHT_OF_A_SEAT
    with RunningReceiver(tmp_path / "server", clock) as receiver:
        for seed in range(5):
            passage = pass_over(
                office, receiver, random.Random(seed), calls=calls, urgent=20, within=300
            )
            drained.append(passage.drained)
            urgent += passage.urgent
            size = passage.line.bytes_up + passage.line.bytes_down
    ordered = sorted(urgent)
    p95 = ordered[int(len(ordered) * 0.95)]
    line = f"{calls} calls, 64 kbit/s, 5 % loss, simulated"
    bare = size * 8 / 64_000
    results.append(
        Result(
            "backlog of 14 days, to its bytes on the line",
            "s",
            statistics.median(drained),
            bare,
            None,
            remark=line,
        )
    )
    spread = f"p50 {statistics.median(ordered):.1f}, max {ordered[-1]:.1f}, {len(ordered)} records"
    results.append(
        Result("urgent p95, to the promised 60 s", "s", p95, PROMISE_SECONDS, 1.0, remark=spread)
    )


def pass_over(
    office: TestOffice,
    receiver: RunningReceiver,
    chance: random.Random,
    *,
    calls: int,
    urgent: int,
    within: float,
) -> Passage:
    """Save the backlog, open the line, and let urgent calls come in at random moments."""
    desk = Desk(office)
    desk.point_at(receiver.url, receiver.new_code())
    assert desk.run().problem is None
    desk.cycle.close()
    save_backlog(desk, calls)
    office.clock.forward(days=14)
    with office.database.write() as connection:
        sync_state.write_batch_size(connection, sync_state.BatchSize(200, 1 << 20))
    line = SlowLine(receiver.url, office.clock, chance)
    opened = to_ms(office.clock())
    new: list[str] = []

    def save() -> None:
        new.append(desk.save_urgent(note=NOTE).op_id)

    line.events = sorted(
        ((chance.uniform(0, within), save) for _ in range(urgent)), key=lambda event: event[0]
    )
    desk.open_carrier = lambda _url: line
    desk.cycle = desk._new_cycle()
    while line.events or desk.status().waiting:
        desk.run()
        assert line.seconds < LONGEST_DAYS
        pause = desk.cycle.next_due() or 0
        if line.events:
            # A save asks when the next run is due.
            pause = min(pause, max(0.0, line.events[0][0] - line.seconds) + 0.001)
        if pause and (line.events or desk.status().waiting):
            line.wait(pause)
    desk.cycle.close()
    rows = {row["op_id"]: row for row in desk.rows()}
    assert all(rows[op_id]["lane"] == Lane.URGENT for op_id in new)
    waited = [(rows[i]["confirmed_at"] - rows[i]["created_at"]) / 1000 for i in new]
    last = max(row["confirmed_at"] for row in rows.values())
    return Passage((last - opened) / 1000, waited, line)


def save_backlog(desk: Desk, calls: int) -> None:
    """What an office writes: information calls, some amended, and violence calls with their cases."""
    for number in range(calls):
        if number % DANGER_EVERY == 0:
            desk.save_danger(note=NOTE)
            continue
        call = desk.save(note=NOTE)
        if number % AMENDED_EVERY == 0:
            desk.amend(call, note=NOTE + " +")
