"""Offices that were without a line for 14 days come back at the same moment: everything arrives once,
and the receiver, a process of its own, stays small."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ministry_server.clock import now_ms, system_clock
from ministry_server.devices import issue_code
from ministry_server.keys import make_keys, read_intake_keys
from ministry_server.store import make_store, open_store
from operator_app.domain.reference import Reference
from operator_app.sync.carriers.https import HttpsCarrier
from tests.conftest import FrozenClock, Template
from tests.crash.harness import ROOT
from tests.sync.conftest import seat_in
from tests.sync.desk import Desk, arrived
from tests.sync.invariants import check_client, check_nothing_lost

DAYS = 14
CALLS_A_DAY = 8
MOST_ROUNDS = 60
MOST_MEGABYTES = 400


@contextmanager
def _receiver(folder: Path) -> Iterator[tuple[str, int]]:
    """(url, process id) of a receiver over the folder."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = ["-m", "ministry_server", "serve", "--port", str(port), "--data", str(folder)]
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert "Listening on " in process.stdout.readline()
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def _peak_megabytes(process: int) -> float | None:
    """The most memory a process ever had; None where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return None
    (line,) = (x for x in status.read_text().splitlines() if x.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _come_back(
    offices: int, days: int, folder: Path, template: Template, reference: Reference
) -> dict[str, float | int | None]:
    server = folder / "server"
    make_keys(server)
    make_store(server)
    store, keys = open_store(server), read_intake_keys(server)
    desks: list[Desk] = []
    saved: dict[int, set[str]] = {}
    now = datetime.now(UTC)
    try:
        for number in range(offices):
            clock = FrozenClock()
            clock.now = now - timedelta(days=days)
            data = folder / f"office-{number}"
            shutil.copytree(template.data, data)
            desk = seat_in(data, template, clock, reference, f"{1000 + number}")
            desk.open_carrier = lambda url: HttpsCarrier(url, read_seconds=120)
            desks.append(desk)
            saved[number] = set()
            for _ in range(days):
                for _ in range(CALLS_A_DAY - 1):
                    saved[number].add(desk.save().op_id)
                saved[number].add(desk.save_urgent().op_id)
                clock.forward(days=1)
        with _receiver(server) as (url, process):
            for number, desk in enumerate(desks):
                code = issue_code(store, keys, f"{1000 + number}", now_ms(system_clock))
                desk.point_at(url, str(code))
            together = threading.Barrier(offices)
            started = time.monotonic()
            with ThreadPoolExecutor(offices) as pool:
                rounds = list(pool.map(lambda desk: _until_all_is_there(desk, together), desks))
            seconds = time.monotonic() - started
            megabytes = _peak_megabytes(process)
        for number, desk in enumerate(desks):
            assert set(desk.states()) == saved[number]
            assert set(desk.states().values()) == {"applied"}
            check_client(desk)
            check_nothing_lost(desk, store)
        everything = sorted(set().union(*saved.values()))
        assert sorted(arrived(store)) == everything
    finally:
        store.close()
        for desk in desks:
            desk.cycle.close()
            desk.database.close()
    return {
        "offices": offices,
        "records": len(everything),
        "seconds": round(seconds, 1),
        "most_rounds": max(rounds),
        "receiver_megabytes": megabytes and round(megabytes),
    }


def _until_all_is_there(desk: Desk, together: threading.Barrier) -> int:
    """All begin at the same moment; how many rounds it took."""
    together.wait(60)
    for count in range(1, MOST_ROUNDS + 1):
        desk.run()
        if desk.status().waiting == 0:
            return count
        # Each by its own clock: nobody has to wait in real time.
        desk.office.clock.forward(seconds=(desk.cycle.next_due() or 0) + 1)
        time.sleep(0.05)
    raise AssertionError(f"still waiting: {desk.status()}")


def test_six_offices_come_back_after_two_days(
    tmp_path: Path, office_template: Template, reference: Reference
) -> None:
    told = _come_back(6, 2, tmp_path, office_template, reference)
    assert told["records"] == 6 * 2 * CALLS_A_DAY


@pytest.mark.long
def test_all_offices_come_back_after_fourteen_days(
    tmp_path: Path, office_template: Template, reference: Reference
) -> None:
    told = _come_back(74, DAYS, tmp_path, office_template, reference)
    print(json.dumps(told))
    assert told["records"] == 74 * DAYS * CALLS_A_DAY
    megabytes = told["receiver_megabytes"]
    assert megabytes is None or megabytes < MOST_MEGABYTES
