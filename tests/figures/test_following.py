"""Kept figures of days follow what changes: they are what counting all anew gives."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from operator_app.db.engine import Database
from operator_app.db.models import call, foreign_revision, revision
from operator_app.db.supervisor_models import figure_day
from operator_app.domain.calls import Call
from operator_app.domain.cases import Case
from operator_app.domain.clock import local_day, to_ms
from operator_app.domain.consent import STATISTICS, Consent
from operator_app.domain.figures import Figures, Period
from operator_app.domain.ids import new_op_id
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ViolenceForm
from operator_app.domain.wire import State, case_body
from operator_app.services import figure_days
from operator_app.services.case_exchange import fold_foreign
from operator_app.services.cases import Cases
from operator_app.services.figures import DAYS_AT_ONCE, FigureBook
from tests.conftest import TestOffice, information_call
from tests.figures.year import Year, fill
from tests.figures.year_calls import Mix

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


class Stop(Exception):
    """Somebody pressed Esc."""


@dataclass
class Desk:
    """An office with some days of calls before today, the 24th of November."""

    office: TestOffice

    def __post_init__(self) -> None:
        self.cases = Cases(self.office.database, self.office.reference, self.office.clock)
        self.book = FigureBook(self.office.database, self.office.clock)

    @property
    def now(self) -> int:
        return to_ms(self.office.clock())

    def figures(self) -> Figures:
        return self.book.of(self.office.actor, NOVEMBER)

    def anew(self) -> Figures:
        with self.office.database.write() as connection:
            connection.execute(delete(figure_day))
        return FigureBook(self.office.database, self.office.clock).of(self.office.actor, NOVEMBER)

    def violence(self, *, yes: bool = True, early: bool = False, **changes: object) -> Call:
        """A violence call of now, whose person agreed to be counted or said nothing."""
        said = (Consent(STATISTICS, "Y", self.now),) if yes else ()
        form = information_call(
            self.office.calls.start(self.office.actor).form,
            danger_now="Y",
            topics=("VIO.DOM",),
            violence=ViolenceForm(affected="CALLER", forms=("PHY",), consents=said),
        )
        return self.office.calls.save(self.office.actor, replace(form, **changes), early=early)

    def case_of(self, saved: Call) -> Case:
        with self.office.database.read() as connection:
            case_id = self.cases.files.of_call(connection, saved.call_id)
            assert case_id is not None
            return self.cases.files.read(connection, case_id)

    def from_elsewhere(self, base: Case, make: Callable[[Case], Case]) -> None:
        """A revision of another PC comes in; it is not taken into the rows yet."""
        op_id = new_op_id()
        body = case_body(replace(make(base), op_id=op_id))
        row = {
            "op_id": op_id,
            "record_id": base.case_id,
            "kind": "case",
            "dev": "0" * 16,
            "bases": json.dumps([base.op_id]),
            "author_id": "somebody-else",
            "created_at": self.now,
            "payload": json.dumps({"body": body}).encode(),
            "received_at": self.now,
        }
        with self.office.database.write() as connection:
            connection.execute(insert(foreign_revision), row)

    def take_in(self) -> int:
        with self.office.database.write() as connection:
            return fold_foreign(connection, self.cases.files)

    def refused(self, case: Case) -> Case:
        """What the other PC wrote: she does not want to be counted."""
        at = max(c.at + 1 for c in case.consents)
        return replace(case, consents=(*case.consents, Consent(STATISTICS, "N", at)))

    def some_call(self) -> str:
        """A call for help that is about no violence, of the second week."""
        with self.office.database.read() as connection:
            return (
                connection.execute(
                    select(call.c.call_id).where(
                        call.c.local_day.between("2026-11-08", "2026-11-14"),
                        call.c.substantive == 1,
                        call.c.violence == 0,
                        call.c.voided_at.is_(None),
                        call.c.complete == 1,
                    )
                )
                .scalars()
                .first()
            )

    def all_sent(self, *but: Case) -> None:
        """The ministry has everything, but for the revisions of these cases."""
        unsent = [case.case_id for case in but]
        with self.office.database.write() as connection:
            connection.execute(
                update(revision)
                .where(revision.c.record_id.not_in(unsent))
                .values(state=State.APPLIED.value)
            )


def plain(figures: Figures) -> tuple[dict[tuple[str, ...], int], int, int]:
    return dict(+figures.counts), figures.seconds, figures.longest


@pytest.fixture
def desk(office: TestOffice, reference: Reference) -> Desk:
    days = Year(120, date(2026, 11, 1), 23, Mix(nuisance=0.3, violent=0.2))
    fill(office.database, reference, [office.actor], days)
    return Desk(office)


Story = Iterator[None]
"""Does what was before, is asked again, and then does what changes the figures."""


def _amended(desk: Desk) -> Story:
    call_id = desk.some_call()
    yield
    opened = desk.office.calls.open(desk.office.actor, call_id)
    form = replace(opened.form, topics=("FAM.HOM",), language="tg")
    desk.office.calls.amend(desk.office.actor, call_id, form, opened.op_id)


def _voided(desk: Desk) -> Story:
    call_id = desk.some_call()
    yield
    desk.office.calls.void(desk.office.actor, call_id, "entered twice")


def _saved(desk: Desk) -> Story:
    form = information_call(desk.office.calls.start(desk.office.actor).form)
    yield
    desk.office.calls.save(desk.office.actor, form)


def _saved_after_midnight(desk: Desk) -> Story:
    desk.office.clock.forward(hours=14, minutes=59)
    form = information_call(desk.office.calls.start(desk.office.actor).form)
    yield
    assert local_day(desk.now) == local_day(form.started_at) + timedelta(days=1)
    desk.office.calls.save(desk.office.actor, form)


def _taken_back(desk: Desk) -> Story:
    case = desk.case_of(desk.violence())
    desk.office.clock.forward(days=1)
    yield
    desk.cases.add_consent(desk.office.actor, case.case_id, Consent(STATISTICS, "N", 0))


def _given_later(desk: Desk) -> Story:
    case = desk.case_of(desk.violence(yes=False))
    desk.office.clock.forward(days=1)
    yield
    desk.cases.add_consent(desk.office.actor, case.case_id, Consent(STATISTICS, "G", 0))


def _taken_back_in_another_call(desk: Desk) -> Story:
    case = desk.case_of(desk.violence())
    desk.office.clock.forward(days=1)
    yield
    said = Consent(STATISTICS, "N", desk.now)
    desk.violence(violence=ViolenceForm(consents=(said,), joins=case.case_id))


def _taken_back_elsewhere(desk: Desk) -> Story:
    case = desk.case_of(desk.violence())
    desk.all_sent()
    desk.from_elsewhere(case, desk.refused)
    yield
    assert desk.take_in() == 1


def _taken_back_elsewhere_against_what_is_here(desk: Desk) -> Story:
    case = desk.case_of(desk.violence())
    desk.cases.add_note(desk.office.actor, case.case_id, "her sister phoned")
    desk.all_sent()
    desk.from_elsewhere(case, desk.refused)
    yield
    assert desk.take_in() == 1


def _taken_in_later_than_what_came_later(desk: Desk) -> Story:
    """It waited until what was written here on the same case had been sent."""
    waits, other = desk.case_of(desk.violence()), desk.case_of(desk.violence())
    desk.all_sent(waits)
    desk.from_elsewhere(waits, desk.refused)
    desk.from_elsewhere(other, lambda case: replace(case, status="WAIT"))
    assert desk.take_in() == 1
    yield
    desk.all_sent()
    assert desk.take_in() == 1


def _joined(desk: Desk) -> Story:
    known = desk.case_of(desk.violence())
    desk.office.clock.forward(days=1)
    second = desk.violence(yes=False, early=True)
    yield
    assert second.form.violence is not None
    block = replace(second.form.violence, joins=known.case_id)
    form = replace(second.form, violence=block)
    desk.office.calls.amend(desk.office.actor, second.call_id, form, second.op_id)
    assert len(desk.case_of(second).calls) == 2


def _completed(desk: Desk) -> Story:
    sent = desk.violence(early=True, caller_sex=None, caller_age_group=None, actions=())
    yield
    form = information_call(sent.form, danger_now="Y", topics=("VIO.DOM",), actions=("E102",))
    desk.office.calls.amend(desk.office.actor, sent.call_id, form, sent.op_id, in_call=True)


@pytest.mark.parametrize(
    "story",
    [
        _amended, _voided, _saved, _saved_after_midnight, _taken_back, _given_later,
        _taken_back_in_another_call, _taken_back_elsewhere,
        _taken_back_elsewhere_against_what_is_here, _taken_in_later_than_what_came_later,
        _joined, _completed,
    ],
)  # fmt: skip
def test_the_figures_follow(desk: Desk, story: Callable[[Desk], Story]) -> None:
    told = story(desk)
    next(told)
    before = plain(desk.figures())
    desk.office.clock.forward(minutes=5)
    next(told, None)
    after = plain(desk.figures())
    assert after != before
    assert after == plain(desk.anew())


def book_that(desk: Desk, counted: Callable[[], None]) -> FigureBook:
    """A book of figures that does this after each step of counting."""

    class Told(FigureBook):
        def count(self, actor: Actor, days: Sequence[date]) -> None:
            super().count(actor, days)
            counted()

    return Told(desk.office.database, desk.office.clock)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_count_that_was_ended_loses_nothing(desk: Desk, step: int) -> None:
    steps: list[int] = []

    def counted() -> None:
        steps.append(1)
        if len(steps) == step:
            raise Stop

    with pytest.raises(Stop):
        book_that(desk, counted).of(desk.office.actor, NOVEMBER)
    assert len(steps) == step
    kept = plain(desk.figures())
    assert kept == plain(desk.anew())
    assert kept[0]["calls",] > 100


def test_a_look_of_somebody_else_in_the_middle_takes_no_day_away(desk: Desk) -> None:
    """A call is saved, and another page forgets its day, before the days are summed up."""
    other = Database(desk.office.paths.database, desk.office.database.key)
    whole = plain(desk.figures())[0]["calls",]

    def counted() -> None:
        seen.append(1)
        if len(seen) == NOVEMBER.days // DAYS_AT_ONCE:
            form = information_call(desk.office.calls.start(desk.office.actor).form)
            desk.office.calls.save(desk.office.actor, form)
            FigureBook(other, desk.office.clock).days_to_count(desk.office.actor, NOVEMBER)

    seen: list[int] = []
    with desk.office.database.write() as connection:
        connection.execute(delete(figure_day))
    found = book_that(desk, counted).of(desk.office.actor, NOVEMBER)
    other.close()
    assert seen
    assert found.number("calls") == whole + 1


def test_a_change_between_reading_and_keeping_is_not_kept_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call is amended while its day is counted, and another page looks at that moment."""
    other = Database(desk.office.paths.database, desk.office.database.key)
    real, changed, call_id = figure_days.calls_of_day, [], desk.some_call()
    opened = desk.office.calls.open(desk.office.actor, call_id)

    def reading(connection: object, day: date) -> object:
        facts = list(real(connection, day))  # type: ignore[arg-type]
        if day == local_day(opened.form.started_at) and not changed:
            changed.append(day)
            form = replace(opened.form, language="sgn")
            desk.office.calls.amend(desk.office.actor, call_id, form, opened.op_id)
            FigureBook(other, desk.office.clock).of(desk.office.actor, NOVEMBER)
        return facts

    monkeypatch.setattr(figure_days, "calls_of_day", reading)
    desk.figures()
    other.close()
    assert changed
    assert plain(desk.figures()) == plain(desk.anew())


def test_two_at_once_see_every_call(desk: Desk) -> None:
    """Somebody counts over and over while calls are saved: no look ever shows fewer than before."""
    other = Database(desk.office.paths.database, desk.office.database.key)
    book, over, seen = FigureBook(other, desk.office.clock), threading.Event(), []

    def look() -> None:
        while not over.is_set():
            seen.append(book.of(desk.office.actor, NOVEMBER).number("calls"))

    looker = threading.Thread(target=look)
    looker.start()
    try:
        for _ in range(30):
            form = information_call(desk.office.calls.start(desk.office.actor).form)
            desk.office.calls.save(desk.office.actor, form)
            seen.append(desk.figures().number("calls"))
    finally:
        over.set()
        looker.join()
        other.close()
    assert min(seen) >= 100
    assert plain(desk.figures()) == plain(desk.anew())
