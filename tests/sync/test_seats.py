"""Several seats of one office through a shared folder: the station holds the whole office's journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from operator_app.domain.clock import local_day, to_ms
from operator_app.domain.figures import Period
from operator_app.services import figure_days
from operator_app.services.journal import JournalFilter
from tests.sync.desk import Desk
from tests.sync.seats import SeatPC, make_station, pair, quiet


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


def calls_counted(pc: SeatPC) -> int:
    """The calls of today in the figures, as the overview and the ministry's report count them."""
    day = local_day(to_ms(pc.desk.office.clock()))
    period = Period(day - timedelta(days=1), day)
    figure_days.count(pc.desk.database, figure_days.to_count(pc.desk.database, period))
    with pc.desk.database.read() as connection:
        cells = figure_days.of_calls(connection, period)
    return cells.count("calls") if hasattr(cells, "count") else 0


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
