"""The full figures: what a default test run samples is tried here as often as the time allows.

    python build/dev.py prove [--hours N] [--out DIR] [--only PART]...

Runs behind other work (low priority, one thing at a time), ends by itself, and goes on where it
was when it is started again. `prove-out/table.md` and `table.json` say what was tried and what
broke. Exit code 1 when anything broke.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "prove-out"
SEEDS_AT_A_TIME = 25
LONGEST_SECONDS = 3600.0
POLITENESS = 15
LINES_KEPT = 40


@dataclass(frozen=True)
class Part:
    """One row of the table. `unit` is what is counted, `goal` how many are wanted.

    `tests` are pytest's arguments that choose its tests, each of which tries `each` units; without
    tests it is the simulation.
    """

    name: str
    unit: str
    goal: int
    tests: tuple[str, ...] = ()
    each: int = 1


LONG = ("-m", "long")
PARTS = (
    Part("leak scan", "scans", 3, ("tests/sync/test_canary.py", "-k", "word or planted")),
    Part("planted bugs found", "bugs", 5, ("tests/simulation", "-k", "planted")),
    Part(
        "contract fuzzed",
        "requests",
        12_000,
        (*LONG, "tests/ministry_server/test_contract_fuzz.py"),
        1_000,
    ),
    Part("PC restored", "drills", 4, ("tests/backup/test_drill.py",)),
    Part("simulation", "seeds", 10_000),
    Part(
        "faults, 13 in 2 directions", "records", 13_000, (*LONG, "tests/faults/test_matrix.py"), 500
    ),
    Part("receiver restored", "drills", 60, (*LONG, "tests/ministry_server", "-k", "sixty"), 60),
    Part("client killed", "kills", 1_232, (*LONG, "tests/crash/test_kill.py"), 176),
    Part("power cut", "images", 20_000, (*LONG, "tests/crash/test_powercut.py"), 2_000),
    Part("offices back after 14 days", "offices", 74, (*LONG, "tests/sync/test_return.py"), 74),
    Part(
        "server killed", "kills", 500, (*LONG, "tests/ministry_server", "-k", "five_hundred"), 500
    ),
    Part("state machine", "runs", 300, (*LONG, "tests/sync/test_machine.py"), 300),
    Part("window killed", "kills", 1_000, (*LONG, "tests/crash", "-k", "kills_of_the_window"), 200),
)
"""What takes a short time comes first: all are tried by turns."""


@dataclass
class Progress:
    """What was done up to now: per part, its finished steps and what broke in them."""

    file: Path
    done: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Progress:
        """As it was left; empty at first."""
        return cls(file, json.loads(file.read_text("utf-8")) if file.exists() else {})

    def of(self, part: Part) -> dict[str, Any]:
        """{"steps": names of what is done, "tried": units, "broke": texts,
        "told": what tests said in figures, "seconds": spent}."""
        fresh = {"steps": [], "tried": 0, "broke": [], "told": [], "seconds": 0.0}
        return self.done.setdefault(part.name, fresh)

    def add(self, part: Part, step: str, tried: int, broke: Sequence[str], seconds: float) -> None:
        """Keep the result of one step."""
        row = self.of(part)
        row["steps"].append(step)
        row["tried"] += tried
        row["broke"] += broke
        row["seconds"] = round(row["seconds"] + seconds, 1)
        self.file.write_text(json.dumps(self.done, indent=1), "utf-8")


def prove(arguments: list[str]) -> int:
    """Try all parts by turns until each has its figure or the time is over."""
    parser = argparse.ArgumentParser(prog="dev.py prove", description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0, help="at most so long")
    parser.add_argument("--out", type=Path, default=OUT, help="where the table goes")
    parser.add_argument(
        "--only",
        action="append",
        choices=[part.name for part in PARTS],
        help="these parts and no others, for a machine that can do several at once",
    )
    told = parser.parse_args(arguments)
    told.out.mkdir(parents=True, exist_ok=True)
    ends = time.monotonic() + told.hours * 3600
    progress = Progress.read(told.out / "table.json")
    chosen = [part for part in PARTS if told.only is None or part.name in told.only]
    waiting = {part.name: (part, _steps(part)) for part in chosen}
    while waiting and time.monotonic() < ends:
        for name, (part, steps) in list(waiting.items()):
            step = next((s for s in steps if s not in progress.of(part)["steps"]), None)
            if step is None:
                del waiting[name]
                continue
            if time.monotonic() >= ends:
                break
            _try(part, step, progress, ends)
            (told.out / "table.md").write_text(table(progress), "utf-8")
    text = table(progress)
    (told.out / "table.md").write_text(text, "utf-8")
    print(text)
    return int(any(row["broke"] for row in progress.done.values()))


def table(progress: Progress) -> str:
    """What was tried and what broke, as Markdown."""
    lines = ["| what | tried | wanted | broke | seconds |", "|---|---|---|---|---|"]
    broken = []
    for part in PARTS:
        row = progress.of(part)
        lines.append(
            f"| {part.name} | {row['tried']:,} {part.unit} | {part.goal:,} "
            f"| {len(row['broke'])} | {row['seconds']:,.0f} |"
        )
        broken += [f"\n## {part.name}\n\n```\n{text}\n```" for text in row["broke"]]
    return "\n".join([*lines, *broken]) + "\n"


def _steps(part: Part) -> Iterator[str]:
    """Names of what a part consists of: runs of seeds, or tests."""
    if not part.tests:
        for first in range(0, part.goal, SEEDS_AT_A_TIME):
            yield f"{first}+{SEEDS_AT_A_TIME}"
        return
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-o", "addopts="]
    listed = subprocess.run(
        [*command, *part.tests],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=_surroundings(),
        check=False,
    )
    for line in listed.stdout.splitlines():
        if "::" in line:
            yield line.strip()


def _try(part: Part, step: str, progress: Progress, ends: float) -> None:
    """One step; it is left for another time when the time is over before it ends."""
    started = time.monotonic()
    if part.tests:
        command = ["pytest", "-q", "-x", "-s", "--tb=short", "-m", "long or not long", step]
    else:
        first, count = step.split("+")
        command = ["tests.simulation", "--first", first, "--count", count]
    try:
        ran = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=_surroundings(),
            timeout=min(LONGEST_SECONDS, max(1.0, ends - started)),
            check=False,
        )
    except subprocess.TimeoutExpired:
        if time.monotonic() < ends:
            progress.add(part, step, 0, [f"{step}: took too long"], LONGEST_SECONDS)
        return
    seconds = time.monotonic() - started
    # What a test tells in figures, it tells as a line of JSON.
    progress.of(part)["told"] += [line for line in ran.stdout.splitlines() if line[:1] == "{"]
    tail = "\n".join(ran.stdout.splitlines()[-LINES_KEPT:])
    tried = part.each if part.tests else int(step.split("+")[1])
    if part.tests and "skipped" in tail and "passed" not in tail:
        tried = 0
    progress.add(part, step, tried, [f"{step}\n{tail}"] if ran.returncode else [], seconds)
    print(
        f"{part.name}: {step}: {'BROKE' if ran.returncode else 'ok'} ({seconds:.0f} s)", flush=True
    )


def _surroundings() -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(POLITENESS)
    sys.exit(prove(sys.argv[1:]))
