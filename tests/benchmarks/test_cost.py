"""What sending one record costs the office's PC in processor time, by steps, against nothing but
sealing and signing it."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from operator_app.db import revisions, settings
from operator_app.db.engine import Database
from operator_app.db.models import revision
from operator_app.sync import envelope, link
from operator_app.sync import push as push_module
from tests.benchmarks.measure import Result, settle
from tests.benchmarks.test_push import Recorder, cycle_to, running, save_calls, send_all
from tests.conftest import TestOffice

CALLS = 400
ROUNDS = 5
STEPS = ("seal", "sign", "request as JSON", "verify", "database")


@pytest.mark.bench
def test_cost(
    office: TestOffice, tmp_path: Path, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: Counter[str] = Counter()
    watch(monkeypatch, spent)
    rounds: dict[str, list[float]] = {}
    with running(tmp_path / "receiver") as receiver:
        cycle = cycle_to(office, Recorder(receiver["url"]), receiver["code"])
        assert cycle.run_once().problem is None
        for number in range(ROUNDS + 1):
            save_calls(office, CALLS)
            settle()
            bare = alone(office)
            spent.clear()
            began = time.process_time()
            send_all(cycle, office)
            whole = time.process_time() - began
            # What is watched in `seal` holds the signing, too.
            spent["sign"] -= spent["seal"]
            found = {"sealing and signing alone": bare, "all": whole, **spent}
            found["HTTP and the rest"] = whole - sum(spent.values())
            if number:
                for name, value in found.items():
                    rounds.setdefault(name, []).append(value / CALLS * 1000)
        cycle.close()
    medians = {name: statistics.median(values) for name, values in rounds.items()}
    floor = medians.pop("sealing and signing alone")
    for name in ("all", *STEPS, "HTTP and the rest"):
        remark = "to sealing and signing alone" if name == "all" else ""
        results.append(
            Result(
                f"processor time of a record: {name}",
                "ms",
                medians[name],
                floor,
                None,
                remark=remark,
            )
        )


def alone(office: TestOffice) -> float:
    """Processor seconds for sealing and signing what waits, and nothing else."""
    with office.database.read() as connection:
        device, server = settings.read_device(connection), settings.read_server(connection)
        rows = connection.execute(select(revision).where(revision.c.state == "queued")).mappings()
        due = [revisions.from_row(row) for row in rows]
    assert len(due) == CALLS
    began = time.process_time()
    for one in due:
        push_module.seal_revision(one, device, server)
    return time.process_time() - began


def watch(monkeypatch: pytest.MonkeyPatch, spent: Counter[str]) -> None:
    """Count the processor time of the steps, on whatever thread they run."""

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            began = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent[name] += time.thread_time() - began  # type: ignore[assignment]

        return run

    def timed_block(function: Callable[[Database], Any]) -> Callable[[Database], Any]:
        @contextmanager
        def block(database: Database) -> Iterator[Any]:
            began = time.thread_time()
            try:
                with function(database) as connection:
                    yield connection
            finally:
                spent["database"] += time.thread_time() - began  # type: ignore[assignment]

        return block

    for module, name, step in (
        (envelope, "sealed_for", "seal"),
        (push_module, "seal", "sign"),
        (push_module, "confirmation_of", "verify"),
        (link, "sign", "request as JSON"),
        (link, "canonical_plain", "request as JSON"),
    ):
        monkeypatch.setattr(module, name, timed(step, getattr(module, name)))
    monkeypatch.setattr(Database, "read", timed_block(Database.read))
    monkeypatch.setattr(Database, "write", timed_block(Database.write))
