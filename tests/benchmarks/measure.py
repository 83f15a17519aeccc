"""Measuring as ratios: ours and the floor by turns in one run, medians, one table at the end."""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache" / "bench"
RESULTS = FOLDER / "results.json"


@dataclass(frozen=True)
class Result:
    """One line of the table. `ratio` is ours to the floor; `goal` is the most it should be.

    A goal of None is a figure without a goal; `least` turns the goal round (a rate).
    """

    name: str
    unit: str
    ours: float
    floor: float
    goal: float | None
    least: bool = False
    remark: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.floor if self.floor else float("nan")

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        met = self.ratio >= self.goal if self.least else self.ratio <= self.goal
        return "met" if met else "MISSED"


def by_turns(
    ours: Callable[[], float], floor: Callable[[], float], *, rounds: int, warm: int = 1
) -> tuple[list[float], list[float]]:
    """Run both by turns, so that whatever disturbs the machine disturbs both."""
    for _ in range(warm):
        ours()
        floor()
    measured: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        pair = (ours, floor) if number % 2 else (floor, ours)
        for run in pair:
            measured[0 if run is ours else 1].append(run())
    return measured


def seconds(work: Callable[[], object]) -> float:
    """How long one piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(measured: tuple[list[float], list[float]]) -> tuple[float, float]:
    """The median of ours and of the floor."""
    return statistics.median(measured[0]), statistics.median(measured[1])


def p99(values: list[float]) -> float:
    """The value that one in a hundred exceeds."""
    return sorted(values)[int(len(values) * 0.99)]


def settle() -> None:
    """Start from a clean heap, as a freshly started program has."""
    gc.collect()
    gc.freeze()


def table(results: list[Result]) -> str:
    """The results as text."""
    lines = [f"{'':<44}{'ours':>10}{'floor':>10}      {'ratio':>7}{'goal':>8}  verdict"]
    for result in results:
        sign = ">=" if result.least else "<="
        goal = f"{sign}{result.goal:.2f}" if result.goal is not None else "-"
        lines.append(
            f"{result.name:<44}{result.ours:>10.2f}{result.floor:>10.2f} {result.unit:<4}"
            f" {result.ratio:>7.2f}{goal:>8}  {result.verdict}  {result.remark}".rstrip()
        )
    return "\n".join(lines)


def write(results: list[Result], file: Path = RESULTS) -> None:
    """Keep the results as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [{**asdict(r), "ratio": round(r.ratio, 3), "verdict": r.verdict} for r in results]
    file.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
