"""Play seeds: python -m tests.simulation --seed 4711 | --first 0 --count 500 [--seconds S]."""

from __future__ import annotations

import argparse
import gc
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.simulation.bugs import BUGS
from tests.simulation.stage import Stage
from tests.simulation.world import STEPS, Outcome, shrunk, simulate

IN_MEMORY = Path("/dev/shm")
MOST_SHRUNK = 3


def main(arguments: list[str]) -> int:
    """Exit code 1 when a seed failed. The last line is a summary in JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one and print what happens")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--bug", choices=sorted(BUGS), help="with a bug planted")
    told = parser.parse_args(arguments)
    # What the receiver logs of its planned failures is no news.
    logging.disable()
    # The tests collect between tests (tests/conftest.py); here there are none.
    gc.enable()
    bug = BUGS[told.bug] if told.bug else None
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        stage = Stage.make(Path(folder))
        try:
            if told.seed is not None:
                outcome = simulate(stage, told.seed, steps=told.steps, bug=bug)
                print(*outcome.trace, sep="\n")
                print(outcome if outcome.fault else f"all is well ({outcome.mark})")
                return int(bool(outcome.fault))
            started = time.monotonic()
            played, failed = 0, list[Outcome]()
            for seed in range(told.first, told.first + told.count):
                outcome = simulate(stage, seed, steps=told.steps, bug=bug)
                played += 1
                if outcome.fault:
                    failed.append(outcome)
                    short = len(failed) <= MOST_SHRUNK
                    print(shrunk(stage, outcome, bug=bug) if short else outcome, flush=True)
                if time.monotonic() - started > told.seconds:
                    break
        finally:
            stage.close()
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({"tried": played, "broke": [o.seed for o in failed], "seconds": seconds}))
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
