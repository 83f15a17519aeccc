"""Behind every figure are as many records as it says, and only for those who may see them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

import pytest

from operator_app.domain.figures import Figures, Period
from operator_app.domain.people import RIGHTS, Actor, Right, Role
from operator_app.domain.reference import Reference
from operator_app.errors import NotAllowed
from operator_app.services.figures import Behind, FigureBook
from tests.conftest import TestOffice
from tests.figures.year import Year
from tests.figures.year_calls import Mix
from tests.figures.year_office import office_of_year, touch_elsewhere

MONTH = Period(date(2026, 12, 1), date(2026, 12, 31))
SEVERAL_OF_ONE_RECORD = {"follow_up_due", "follow_up_on_time", "referral", "referral_days", "gap"}
"""A case may have several of these; of the others a record is one or none."""
OF_CASES = {
    "cases", "cases_told_apart", "cases_not_told_apart", "affected", "risk", "gbv_type", "form",
    "relation", "incident_place", "part_of_day", "children", "vulnerability", "report", "order",
    "police_told", "shelter", "acute", "acute_with_plan", "referral", "referral_days",
    "follow_up_due", "follow_up_on_time",
}  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Iterator[TestOffice]:
    year = Year(150, date(2026, 11, 15), 44, Mix(nuisance=0.25, violent=0.5))
    made = office_of_year(tmp_path_factory.mktemp("records") / "data", reference, year)
    touch_elsewhere(made, 4)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def book(office: TestOffice) -> FigureBook:
    return FigureBook(office.database, office.clock)


@pytest.fixture(scope="module")
def figures(office: TestOffice, book: FigureBook) -> Figures:
    return book.of(office.actor, MONTH)


def check(office: TestOffice, book: FigureBook, cell: tuple[str, ...], number: int) -> None:
    found = book.records(office.actor, MONTH, cell)
    if cell[0] in SEVERAL_OF_ONE_RECORD:
        assert 1 <= len(found) <= number, cell
    else:
        assert len(found) == number, cell
    assert len({record.record_id for record in found}) == len(found), cell
    assert found == sorted(found, key=lambda record: (record.at, record.record_id)), cell
    if cell[0] != "gap":
        kind = Behind.CASE if cell[0] in OF_CASES else Behind.CALL
        assert {record.kind for record in found} == {kind}, cell


def test_a_cell_of_every_indicator(office: TestOffice, book: FigureBook, figures: Figures) -> None:
    dice = random.Random(5)
    by_indicator: dict[str, list[tuple[str, ...]]] = {}
    for cell in figures.counts:
        by_indicator.setdefault(cell[0], []).append(cell)
    assert len(by_indicator) > 45
    for cells in by_indicator.values():
        cell = dice.choice(cells)
        check(office, book, cell, figures.counts[cell])


@pytest.mark.long
def test_every_cell(office: TestOffice, book: FigureBook, figures: Figures) -> None:
    for cell, number in figures.counts.items():
        check(office, book, cell, number)


def test_fewer_codes_and_several_cells_find_each_record_once(
    office: TestOffice, book: FigureBook, figures: Figures
) -> None:
    actions = {record.record_id for record in book.records(office.actor, MONTH, ("action",))}
    asked = {record.record_id for record in book.records(office.actor, MONTH, ("asked",))}
    assert actions and actions <= asked
    both = book.records(office.actor, MONTH, ("danger_now",), ("alarm",))
    assert len(both) == len({record.record_id for record in both})
    assert len(both) >= max(figures.number("danger_now"), figures.number("alarm"))


def test_nothing_of_another_period_stands_behind_a_figure(
    office: TestOffice, book: FigureBook
) -> None:
    empty = Period(date(2026, 7, 1), date(2026, 7, 31))
    for cell in (("calls",), ("cases",), ("follow_up_due",), ("referral",)):
        assert book.records(office.actor, empty, cell) == []


@pytest.mark.parametrize("role", list(Role))
def test_who_may_see_figures_and_the_records_behind(
    office: TestOffice, book: FigureBook, role: Role
) -> None:
    actor = Actor("somebody", "somebody", "Somebody Testova", role)
    for act, rights in (
        (lambda: book.of(actor, MONTH), {Right.SEE_FIGURES}),
        (lambda: book.days_to_count(actor, MONTH), {Right.SEE_FIGURES}),
        (lambda: book.count(actor, [MONTH.first]), {Right.SEE_FIGURES}),
        (
            lambda: book.records(actor, MONTH, ("calls",)),
            {Right.SEE_FIGURES, Right.SEE_CALLS},
        ),
    ):
        if rights <= RIGHTS[role]:
            act()
        else:
            with pytest.raises(NotAllowed):
                act()


def test_an_analyst_sees_figures_and_no_record(office: TestOffice, book: FigureBook) -> None:
    analyst = Actor("somebody", "somebody", "Somebody Testova", Role.ANALYST)
    assert book.of(analyst, MONTH).number("calls") > 50
    with pytest.raises(NotAllowed):
        book.records(analyst, MONTH, ("calls",))
