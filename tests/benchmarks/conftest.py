"""Collects the results of the benchmarks and shows them as one table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from operator_app.db.engine import Database
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from tests.benchmarks.big_office import open_big_office
from tests.benchmarks.measure import RESULTS, Result, table, write

RESULTS_KEY = pytest.StashKey[list[Result]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bench-calls",
        type=int,
        default=1_000_000,
        help="how many calls the office of the benchmark holds",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RESULTS_KEY] = []


@pytest.fixture
def results(request: pytest.FixtureRequest) -> list[Result]:
    """Where a benchmark puts what it measured."""
    return request.config.stash[RESULTS_KEY]


@pytest.fixture
def big(
    request: pytest.FixtureRequest, reference: Reference
) -> Iterator[tuple[Database, Actor, int]]:
    """An office with many calls, its supervisor, and how many."""
    number: int = request.config.getoption("--bench-calls")
    database, actor = open_big_office(reference, number)
    yield database, actor, number
    database.close()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    measured = config.stash[RESULTS_KEY]
    if measured:
        write(measured)
        terminalreporter.write_line("")
        terminalreporter.write_line(table(measured))
        terminalreporter.write_line(f"written to {RESULTS.parent.name}/{RESULTS.name}")
