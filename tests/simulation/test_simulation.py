"""Seeds of the simulation: a small sample here, thousands by `build/dev.py prove`."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.__main__ import IN_MEMORY
from tests.simulation.bugs import BUGS
from tests.simulation.stage import Stage
from tests.simulation.world import shrunk, simulate

STEPS = 25
SEEDS = 3
ENOUGH_SEEDS = 12
"""In which each planted bug shows."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        made = Stage.make(Path(folder))
        yield made
        made.close()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What the receiver logs of its planned failures is no news."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def test_nothing_is_lost_doubled_or_told_wrongly(stage: Stage) -> None:
    for seed in range(SEEDS):
        outcome = simulate(stage, seed)
        if outcome.fault:
            pytest.fail(str(shrunk(stage, outcome)))


def test_a_seed_plays_the_same_again(stage: Stage) -> None:
    played = simulate(stage, 117, steps=STEPS)
    assert simulate(stage, 117, steps=STEPS) == played
    assert simulate(stage, 118, steps=STEPS).mark != played.mark


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found_in_a_few_seeds(name: str, stage: Stage) -> None:
    bug = BUGS[name]
    faults = (simulate(stage, seed, steps=STEPS, bug=bug).fault for seed in range(ENOUGH_SEEDS))
    found = next((seed for seed, fault in enumerate(faults) if fault), None)
    assert found is not None
    # The same seed without the bug is sound: it was not something else that was found.
    assert simulate(stage, found, steps=STEPS, tilt=bug.tilt).fault == ""
