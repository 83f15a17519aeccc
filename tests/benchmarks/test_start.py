"""The start: process to painted sign-in window, against an empty window with SQLAlchemy."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from operator_app.config import paths
from operator_app.db.keyring import KdfCost, new_recovery_key
from operator_app.domain.clock import system_clock
from operator_app.services.set_up import set_up_office
from tests.benchmarks.measure import ROOT, Result, by_turns, medians
from tests.conftest import PASSWORD, office_setup

ROUNDS = 15
SURROUNDINGS = {
    **os.environ,
    "QT_QPA_PLATFORM": "offscreen",
    "OPERATOR117_EXIT_WHEN_READY": "1",
    "PYTHONPATH": str(ROOT),
}


@pytest.mark.bench
def test_start(tmp_path: Path, results: list[Result]) -> None:
    """Both ends are counted: the start of the process and, with nothing to save, its end."""
    where = paths(tmp_path)
    set_up_office(where, office_setup(), PASSWORD, new_recovery_key(), system_clock, KdfCost())
    memory: tuple[list[int], list[int]] = ([], [])

    def ours() -> float:
        took, most = _run(str(ROOT / "main.py"), "--data", str(tmp_path))
        memory[0].append(most)
        return took

    def floor() -> float:
        took, most = _run(str(ROOT / "tests" / "benchmarks" / "bare_window.py"))
        memory[1].append(most)
        return took

    one, other = medians(by_turns(ours, floor, rounds=ROUNDS, warm=2))
    results.append(Result("start to sign-in window", "ms", one * 1e3, other * 1e3, 1.25))
    if any(memory[1]):
        one, other = (statistics.median(most) / 1024 for most in memory)
        results.append(Result("memory at the sign-in window", "MB", one, other, 1.2))


def _run(*arguments: str) -> tuple[float, int]:
    """(seconds, most resident memory in KB or 0 where the system does not tell)."""
    timed = str(ROOT / "tests" / "benchmarks" / "timed.py")
    done = subprocess.run(
        [sys.executable, "-S", timed, sys.executable, *arguments],
        env=SURROUNDINGS,
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    took, memory, code = json.loads(done.stdout)
    assert code == 0
    return took, memory
