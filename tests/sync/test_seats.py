"""Several seats of one office through a shared folder: the station holds the whole office's journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from operator_app.db.models import foreign_revision
from operator_app.domain.clock import local_day, to_ms
from operator_app.domain.figures import Figures, Period
from operator_app.domain.people import Role
from operator_app.domain.span import Span
from operator_app.domain.violence import ViolenceForm
from operator_app.errors import NotAllowed
from operator_app.services import figure_days
from operator_app.services.daily_figures import count_calls, on_duty
from operator_app.services.journal import JournalFilter
from operator_app.sync.seat_files import BadSeatFile
from tests.finder import finder_of
from tests.receiver import RunningReceiver
from tests.sync.conftest import enrolled
from tests.sync.desk import HER_NAME, Desk
from tests.sync.seats import SeatPC, join, make_station, pair, quiet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "117"
    made.mkdir()
    return made


@pytest.fixture
def station(new_seat: Callable[..., Desk], folder: Path) -> Iterator[SeatPC]:
    pc = SeatPC(new_seat())
    make_station(pc, folder)
    yield pc
    pc.seats.close()


@pytest.fixture
def seat(new_seat: Callable[..., Desk]) -> Iterator[SeatPC]:
    pc = SeatPC(new_seat())
    yield pc
    pc.seats.close()


def figures_of(pc: SeatPC) -> Figures:
    """The figures of today, as the overview and the ministry's report count them."""
    day = local_day(to_ms(pc.desk.office.clock()))
    period = Period(day, day)
    figure_days.count(pc.desk.database, figure_days.to_count(pc.desk.database, period))
    with pc.desk.database.read() as connection:
        return figure_days.of_calls(connection, period)


def test_the_station_holds_what_was_there_before_and_what_comes(
    station: SeatPC, seat: SeatPC, folder: Path
) -> None:
    old = seat.desk.save(note="before the seat joined")
    seat.desk.amend(old, note="amended before")
    station.desk.save(note="the station's own")
    number = pair(station, seat, folder)
    quiet(station, seat)
    assert station.foreign_revisions() == seat.own_revisions()
    new = seat.desk.save(note="after")
    seat.desk.void(new)
    quiet(station, seat)
    assert station.foreign_revisions() == seat.own_revisions()
    rows = station.journal()
    assert sorted(row.seat for row in rows) == [0, number, number]
    assert {row.call_id for row in station.journal(JournalFilter(seat=number))} == {
        old.call_id,
        new.call_id,
    }
    assert [row.voided for row in rows if row.call_id == new.call_id] == [True]
    opened = station.desk.office.calls.open(station.desk.office.actor, old.call_id)
    assert opened.form.note == "amended before"
    assert len(station.desk.office.calls.history(station.desk.office.actor, old.call_id)) == 2
    # Nothing waits any more, and nothing of it told the ministry anything.
    assert seat.facts.waiting == 0
    assert set(seat.desk.states().values()) == {"queued"}


def test_figures_of_the_station_are_the_sum_of_the_office(
    station: SeatPC, seat: SeatPC, folder: Path
) -> None:
    station.desk.save()
    assert figures_of(station).number("calls") == 1
    pair(station, seat, folder)
    seat.desk.save()
    seat.desk.save_danger(violence=ViolenceForm(affected_name=HER_NAME))
    wrong = seat.desk.save()
    quiet(station, seat)
    assert figures_of(station).number("calls") == 4
    seat.desk.void(wrong)
    quiet(station, seat)
    together, own, theirs = figures_of(station), Figures(), figures_of(seat)
    own.merge(theirs)
    assert together.number("calls") == 3
    for indicator in ("violence", "asked", "not_told_apart", "saved_quickly"):
        plus = int(indicator in ("asked", "saved_quickly"))
        assert together.number(indicator) == theirs.number(indicator) + plus, indicator
    span = Span.of_day(local_day(to_ms(station.desk.office.clock())))
    with station.desk.database.read() as connection:
        tally = count_calls(connection, span, lambda _done, _all: None)
        duty = on_duty(connection, span, tally)
    assert (tally.totals["all_calls"], tally.totals["voided"]) == (3, 1)
    assert sum(each.calls for each in duty) == 3


def test_a_case_comes_once_by_both_ways_and_her_words_only_by_her_consent(
    receiver: RunningReceiver, new_seat: Callable[..., Desk], folder: Path
) -> None:
    station, seat = (SeatPC(enrolled(new_seat(), receiver)) for _ in range(2))
    make_station(station, folder)
    pair(station, seat, folder)
    told = seat.desk.open_case()
    silent = seat.desk.open_case(may_leave=False)
    seat.desk.settle()
    station.desk.settle()
    assert set(station.desk.case_rows()) == {told, silent}
    by_network = station.foreign_revisions()
    quiet(station, seat)
    assert by_network < station.foreign_revisions() == seat.own_revisions()
    assert {c: r["revision_no"] for c, r in station.desk.case_rows().items()} == {
        c: r["revision_no"] for c, r in seat.desk.case_rows().items()
    }
    assert len(station.journal()) == 2
    query = select(foreign_revision.c.payload).where(foreign_revision.c.kind == "call")
    with station.desk.database.read() as connection:
        came = [bytes(row.payload).decode() for row in connection.execute(query)]
    assert sorted(HER_NAME in words for words in came) == [False, True]
    assert HER_NAME in str(station.desk.case(told))
    assert HER_NAME not in str(station.desk.case(silent))
    # Nothing of it moved what the ministry's receipts say.
    assert set(seat.desk.states().values()) == {"applied"}
    for pc in (station, seat):
        pc.seats.close()


def test_what_another_pc_took_is_read_by_right_and_changed_there_only(
    station: SeatPC, seat: SeatPC, folder: Path
) -> None:
    pair(station, seat, folder)
    theirs = seat.desk.save(note="words of a caller")
    quiet(station, seat)
    calls, actor = station.desk.office.calls, station.desk.office.actor
    found = calls.open(actor, theirs.call_id)
    assert not calls.may_change(actor, found)
    for change in (
        lambda: calls.amend(actor, found.call_id, found.form, found.op_id),
        lambda: calls.void(actor, found.call_id, "by mistake"),
    ):
        with pytest.raises(NotAllowed, match=r"call\.other_seat"):
            change()
    finder = finder_of(station.desk.office)
    while finder.index.step():
        pass
    assert finder.search.call_ids(actor, "caller") == [theirs.call_id]
    finder.index.close()


def test_two_calls_of_one_number_are_told_apart_by_their_pc(
    station: SeatPC, seat: SeatPC, folder: Path
) -> None:
    ours = station.desk.save()
    number = pair(station, seat, folder)
    theirs = seat.desk.save()
    quiet(station, seat)
    assert ours.number == theirs.number
    rows = station.journal(JournalFilter(text=ours.number))
    assert {(r.call_id, r.seat) for r in rows} == {(ours.call_id, 0), (theirs.call_id, number)}


def test_a_stranger_is_never_taken_and_it_is_said(
    station: SeatPC, seat: SeatPC, folder: Path
) -> None:
    seat.desk.save()
    join(seat, folder)
    quiet(station, seat)
    assert station.journal() == []
    assert station.problem == "seats.stranger"
    (card,) = station.facts.newcomers
    assert card.fingerprint == seat.facts.fingerprint
    station.seats.refuse(station.desk.office.actor, card)
    quiet(station, seat)
    assert station.journal() == [] and station.facts.newcomers == ()
    assert seat.problem == "seats.stopped"
    station.seats.resume(station.desk.office.actor, station.facts.seats[0].seat)
    quiet(station, seat)
    assert len(station.journal()) == 1
    assert (station.problem, seat.problem) == (None, None)


def test_fingerprints_are_the_same_at_both_screens_and_of_no_other(
    station: SeatPC, seat: SeatPC, folder: Path
) -> None:
    card = join(seat, folder)
    assert card.fingerprint == station.facts.fingerprint
    assert station.facts.newcomers[0].fingerprint == seat.facts.fingerprint
    assert card.fingerprint != seat.facts.fingerprint
    assert all(len(group) == 5 and group.isdecimal() for group in card.fingerprint.split())


def test_only_a_supervisor_decides(station: SeatPC, seat: SeatPC, folder: Path) -> None:
    for role in (Role.OPERATOR, Role.ADMINISTRATOR):
        actor = seat.desk.office.person(role, role.value)
        for decide in (
            lambda actor=actor: seat.seats.become_station(actor, folder),
            lambda actor=actor: seat.seats.look(actor, folder),
            lambda actor=actor: seat.seats.leave(actor),
        ):
            with pytest.raises(NotAllowed):
                decide()


def test_another_office_and_another_station_are_refused(
    station: SeatPC, new_seat: Callable[..., Desk], folder: Path
) -> None:
    other = SeatPC(new_seat("0413"))
    with pytest.raises(BadSeatFile, match=r"seats\.other_office"):
        other.seats.look(other.desk.office.actor, folder)
    second = SeatPC(new_seat())
    with pytest.raises(BadSeatFile, match=r"seats\.station_there"):
        make_station(second, folder)
    for pc in (other, second):
        pc.seats.close()
