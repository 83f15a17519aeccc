"""Collects the results of the benchmarks and shows them as one table."""

from __future__ import annotations

import pytest

from tests.benchmarks.measure import RESULTS, Result, table, write

RESULTS_KEY = pytest.StashKey[list[Result]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bench-calls",
        type=int,
        default=1_000_000,
        help="how many calls the journal of the benchmark holds",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RESULTS_KEY] = []


@pytest.fixture
def results(request: pytest.FixtureRequest) -> list[Result]:
    """Where a benchmark puts what it measured."""
    return request.config.stash[RESULTS_KEY]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    measured = config.stash[RESULTS_KEY]
    if measured:
        write(measured)
        terminalreporter.write_line("")
        terminalreporter.write_line(table(measured))
        terminalreporter.write_line(f"written to {RESULTS.parent.name}/{RESULTS.name}")
