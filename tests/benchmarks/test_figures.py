"""A month's figures and report, in an office with a million calls of five years."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete

from operator_app.config import paths
from operator_app.db.engine import Database
from operator_app.db.supervisor_models import figure_day
from operator_app.domain.figures import Period
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.services.cases import Cases
from operator_app.services.figures import FigureBook
from operator_app.services.ministry_reports import MinistryReports
from operator_app.services.reference import load_report_lines
from tests.benchmarks.big_office import open_office_of_years
from tests.benchmarks.measure import Result, by_turns, medians, p99, seconds, settle

GOAL_MS = 300
"""A month's report at a million calls (design/performance.md)."""
ROUNDS, ROUNDS_ANEW = 20, 5
BARE = (
    "SELECT topic, count(*) FROM call INDEXED BY ix_call_local_day"
    " WHERE local_day BETWEEN ? AND ? AND voided_at IS NULL GROUP BY topic"
)


def a_clock() -> datetime:
    """Just after the last of the five years."""
    return datetime(2027, 1, 2, 3, 0, tzinfo=UTC)


def months(number: int) -> Iterator[Period]:
    """Months of the last three years, so that each has one a year before."""
    dice = random.Random(12)
    for _ in range(number):
        first = date(dice.choice((2024, 2025, 2026)), dice.randrange(1, 13), 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        yield Period(first, last)


@pytest.fixture
def years(request: pytest.FixtureRequest, reference: Reference) -> Iterator[tuple[Database, Actor]]:
    number: int = request.config.getoption("--bench-calls")
    database, actor = open_office_of_years(reference, number)
    yield database, actor
    database.close()


@pytest.mark.bench
def test_figures_of_a_month(
    years: tuple[Database, Actor],
    reference: Reference,
    results: list[Result],
    request: pytest.FixtureRequest,
) -> None:
    database, actor = years
    book = FigureBook(database, a_clock)
    lines = load_report_lines(paths().resources)
    reports = MinistryReports(
        database,
        reference,
        lines,
        a_clock,
        lambda _page: b"",
        Cases(database, reference, a_clock).files,
    )
    label = f"month's figures at {request.config.getoption('--bench-calls'):,}"
    settle()

    def known(period: Period) -> None:
        book.of(actor, period)

    def anew(period: Period) -> None:
        with database.write() as connection:
            connection.execute(delete(figure_day))
        book.of(actor, period)

    def report(period: Period) -> None:
        figures = [book.of(actor, one) for one in reports.periods(period)]
        assert list(reports.make(actor, period, figures, leaves=False).sections)

    with database.bare_connection() as bare:
        for name, work, rounds in (
            ("nothing known", anew, ROUNDS_ANEW),
            ("days known", known, ROUNDS),
            ("report of three periods", report, ROUNDS),
        ):
            wanted = list(months(rounds + 1))
            for period in wanted if work is not anew else ():
                report(period)
            ours, floor = iter(wanted), iter(wanted)

            def one(ours: Iterator[Period] = ours, work: object = work) -> float:
                period = next(ours)
                return seconds(lambda: work(period))  # type: ignore[operator]

            def other(floor: Iterator[Period] = floor) -> float:
                period = next(floor)
                days = (period.first.isoformat(), period.last.isoformat())
                return seconds(lambda: bare.execute(BARE, days).fetchall())

            measured = by_turns(one, other, rounds=rounds, warm=1)
            p50, bare_p50 = medians(measured)
            met = "met" if p50 * 1e3 <= GOAL_MS else "MISSED"
            remark = f"p99 {p99(measured[0]) * 1e3:.0f} ms; goal {GOAL_MS} ms: {met}"
            results.append(
                Result(f"{label}: {name}", "ms", p50 * 1e3, bare_p50 * 1e3, None, remark=remark)
            )
