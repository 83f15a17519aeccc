"""Lives that end by a kill: a worker process does its work and says what it was told is safe;
the parent ends it without warning at a random moment and keeps what it said.

    reports = run_lives(worker, 200, seed=117, facts={"folder": str(folder)}, after=look)

`worker(life)` is a function at the top of an importable module: it runs in a process of its own,
opens what it needs, works until it is killed, and calls `life.say(...)`. Facts that another
worker needs (a port, a key in hex) travel in `facts`: JSON types only.

What a worker says is one JSON object, `{"what": ..., **facts}`. It is sent only when `say`
returned, so an acknowledgement is said AFTER the call it is about. Two are special: after "ready"
and a random number of "done"s, a random moment later, comes the kill; so a slow PC sees as many
acts as a fast one. Every eighth life is killed at a random moment from its very start, so that
opening and recovery are hit too. `after(report, so_far)` runs when the process is dead, before
the next life begins; it may open the same files.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PRELOAD = (
    "pytest",
    "tests.conftest",
    "tests.crash.harness",
    "tests.crash.workers",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "phonenumbers",
    "tests.crash.window_worker",
)
"""Imported once in the server that each life is forked from. Only imports: nothing is opened."""
LONGEST_WAIT_SECONDS = 60


@dataclass
class Life:
    """What a worker is given. `number` counts lives from 1; `seed` makes its choices its own."""

    number: int
    seed: int
    facts: dict[str, Any]
    pipe: Connection

    def say(self, what: str, **facts: Any) -> None:
        """Tell the parent; when this returns it will be heard, whatever happens to us."""
        self.pipe.send_bytes(json.dumps({"what": what, **facts}).encode())


@dataclass
class LifeReport:
    """What was heard of one life, in its order. `killed` is False when it ended by itself."""

    number: int
    said: list[dict[str, Any]] = field(default_factory=list)
    killed: bool = True

    def of(self, *what: str) -> list[dict[str, Any]]:
        """The messages of these kinds."""
        return [m for m in self.said if m["what"] in what]


@dataclass(frozen=True)
class _Plan:
    """When to kill: `seconds` after that many "done"s, or after the start for None."""

    done: int | None
    seconds: float


def run_lives(
    worker: Callable[[Life], None],
    kills: int,
    *,
    seed: int,
    facts: dict[str, Any],
    after: Callable[[LifeReport, Sequence[LifeReport]], None] | None = None,
    most_done: int = 16,
    most_ms: int = 15,
    preload: Sequence[str] = (),
) -> list[LifeReport]:
    """Let `worker` live and be killed `kills` times.

    Each life hears 0..most_done "done"s and then lives for another 0..most_ms (one killed from
    its start: 0..10 times that).
    `preload`: further modules the worker needs, for the first call in a test process.
    """
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    if sys.platform != "win32":
        context.set_forkserver_preload([*PRELOAD, *preload])
    chance = random.Random(seed)
    reports: list[LifeReport] = []
    for number in range(1, kills + 1):
        from_start = number % 8 == 0
        plan = _Plan(
            done=None if from_start else chance.randint(0, most_done),
            seconds=chance.uniform(0, most_ms / 1000) * (10 if from_start else 1),
        )
        report = _one_life(context, worker, number, chance.getrandbits(32), facts, plan)
        reports.append(report)
        if after is not None:
            after(report, reports)
    return reports


def _one_life(
    context: Any,
    worker: Callable[[Life], None],
    number: int,
    seed: int,
    facts: dict[str, Any],
    plan: _Plan,
) -> LifeReport:
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_live, args=(worker, Life(number, seed, facts, theirs)))
    with _importable():
        process.start()
    theirs.close()
    report = LifeReport(number)
    try:
        to_come = plan.done
        kill_at = time.monotonic() + (plan.seconds if to_come is None else LONGEST_WAIT_SECONDS)
        while (left := kill_at - time.monotonic()) > 0 and (message := _hear(ours, left)):
            report.said.append(message)
            if to_come is not None and len(report.of("done")) >= to_come and report.of("ready"):
                to_come = None
                kill_at = time.monotonic() + plan.seconds
        report.killed = process.is_alive()
    finally:
        process.kill()
        process.join()
    # What it said before it died is in the pipe and counts.
    while message := _hear(ours, 0):
        report.said.append(message)
    ours.close()
    process.close()
    if failures := report.of("failed"):
        raise AssertionError(f"life {number} failed by itself: {failures[0]['error']}")
    if plan.done is not None and len(report.of("done")) < plan.done:
        raise AssertionError(f"life {number} did not get to work: {len(report.said)} messages")
    return report


def _hear(pipe: Connection, seconds: float) -> dict[str, Any] | None:
    """The next message, or None when none came in time or the other end is gone."""
    try:
        if not pipe.poll(seconds):
            return None
        message: dict[str, Any] = json.loads(pipe.recv_bytes())
    except (EOFError, OSError, ValueError):
        # A message that was cut by the kill was never said.
        return None
    return message


def _live(worker: Callable[[Life], None], life: Life) -> None:
    try:
        worker(life)
    except BaseException as error:
        life.say("failed", error=f"{type(error).__name__}: {error}")
        raise


@contextmanager
def _importable() -> Iterator[None]:
    """Let the fork server find the tests from whatever folder they were started in."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), before]))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
