"""Every figure of the program is the one that an independent computation gives, cell by cell."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from operator_app.domain.clock import to_ms
from operator_app.domain.definitions import DEFINITIONS
from operator_app.domain.figures import Figures, Period
from operator_app.domain.reference import Reference
from operator_app.services.cases import Cases
from operator_app.services.figures import FigureBook
from tests.conftest import TestOffice
from tests.figures.independent import INDICATORS, Counted, Independent
from tests.figures.year import Year
from tests.figures.year_calls import Mix
from tests.figures.year_office import office_of_year, touch_elsewhere

PERIODS = {
    "year": Period(date(2026, 1, 1), date(2026, 12, 31)),
    "month": Period(date(2026, 3, 1), date(2026, 3, 31)),
    "month with what is to come": Period(date(2026, 12, 1), date(2026, 12, 31)),
    "week": Period(date(2026, 5, 4), date(2026, 5, 10)),
    "day": Period(date(2026, 4, 1), date(2026, 4, 1)),
    "before all": Period(date(2025, 11, 1), date(2025, 11, 30)),
}
Pair = tuple[Figures, Counted]


@dataclass(frozen=True)
class Both:
    """The figures of each period, counted by the program and independently."""

    pairs: dict[str, Pair]
    told: str = ""


def count_both(office: TestOffice) -> Both:
    now = to_ms(office.clock())
    book = FigureBook(office.database, office.clock)
    cases = Cases(office.database, office.reference, office.clock)
    start = time.perf_counter()
    ours = {name: book.of(office.actor, period) for name, period in PERIODS.items()}
    between = time.perf_counter()
    with office.database.read() as connection:
        independent = Independent(connection, cases.files)
        theirs = {name: independent.of(p.first, p.last, now) for name, p in PERIODS.items()}
    end = time.perf_counter()
    told = f"program {between - start:.1f} s, independent {end - between:.1f} s"
    return Both({name: (ours[name], theirs[name]) for name in PERIODS}, told)


def differences(both: Both, indicator: str) -> dict[str, dict[tuple[str, ...], tuple[int, int]]]:
    """By period: the cells that differ, with (program, independent)."""
    found = {}
    for name, (ours, theirs) in both.pairs.items():
        one, other = ours.cells(indicator), theirs.cells(indicator)
        if indicator == "number":
            # The program keeps marks in the place of numbers.
            one = {(str(n),): c for n, c in enumerate(sorted(one.values()))}
            other = {(str(n),): c for n, c in enumerate(sorted(other.values()))}
        cells = one.keys() | other.keys()
        different = {c: (one.get(c, 0), other.get(c, 0)) for c in sorted(cells)}
        found[name] = {cell: pair for cell, pair in different.items() if pair[0] != pair[1]}
    return {name: cells for name, cells in found.items() if cells}


def wrong_summaries(both: Both) -> list[str]:
    """What does not agree of people, lengths and medians."""
    wrong = []
    for name, (ours, theirs) in both.pairs.items():
        if (ours.seconds, ours.longest) != (theirs.seconds, theirs.longest):
            wrong.append(f"{name}: length")
        if (ours.callers, ours.repeat_calls) != (theirs.callers, theirs.repeat_calls):
            wrong.append(f"{name}: callers")
        asked = theirs.cells("asked").get((), 0)
        wrong += _apart(
            f"{name}: mean", ours.mean_seconds, theirs.seconds / asked if asked else None
        )
        starts = [("alarm_seconds",), *(("referral_days", s) for s in theirs.services)]
        for start in starts:
            wrong += _apart(f"{name}: {start}", ours.middle(*start), theirs.middle(*start))
    return wrong


def _apart(name: str, whole: int | None, exact: float | None) -> list[str]:
    if whole is None or exact is None:
        return [] if whole is exact else [name]
    return [] if abs(whole - exact) <= 0.5 else [name]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Iterator[Both]:
    """Dense in what is rare, so that every cell has its turn in so few calls."""
    year = Year(3_000, mix=Mix(nuisance=0.25, violent=0.5))
    office = office_of_year(tmp_path_factory.mktemp("year") / "data", reference, year)
    touch_elsewhere(office, 12)
    yield count_both(office)
    office.database.close()


@pytest.mark.parametrize("indicator", sorted(INDICATORS - {"length"}))
def test_every_cell_is_the_same(both: Both, indicator: str) -> None:
    assert both.pairs["year"][1].cells(indicator), "nothing of it in the year: it proves nothing"
    assert differences(both, indicator) == {}


def test_people_lengths_and_medians_are_the_same(both: Both) -> None:
    assert both.pairs["year"][1].repeat_calls > 0
    assert both.pairs["year"][1].services
    assert wrong_summaries(both) == []


def test_a_period_without_calls_has_no_figures(both: Both) -> None:
    ours, _ = both.pairs["before all"]
    assert not +ours.counts
    assert (ours.seconds, ours.longest, ours.mean_seconds, ours.callers) == (0, 0, None, 0)


def test_every_definition_is_computed_and_every_figure_is_defined(both: Both) -> None:
    assert set(DEFINITIONS) == INDICATORS
    ours, _ = both.pairs["year"]
    assert {cell[0] for cell in ours.counts} <= set(DEFINITIONS)


@pytest.mark.long
@pytest.mark.parametrize("nuisance", [0.5, 0.95])
def test_a_year_of_a_hundred_thousand_calls(
    tmp_path_factory: pytest.TempPathFactory, reference: Reference, nuisance: float
) -> None:
    start = time.perf_counter()
    year = Year(100_000, mix=Mix(nuisance=nuisance))
    office = office_of_year(tmp_path_factory.mktemp("long") / "data", reference, year)
    made = time.perf_counter() - start
    touch_elsewhere(office, 60)
    both = count_both(office)
    office.database.close()
    print(f"\nmade in {made:.1f} s; {both.told}")
    assert {i: found for i in sorted(INDICATORS) if (found := differences(both, i))} == {}
    assert wrong_summaries(both) == []
