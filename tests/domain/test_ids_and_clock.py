"""Identifiers made on the PC, and days as Bishkek counts them."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.clock import day_bounds_ms, from_ms, local, local_day, to_ms
from operator_app.domain.ids import new_incarnation, new_op_id, new_record_id

MOMENTS = st.integers(
    to_ms(datetime(2006, 1, 1, tzinfo=UTC)), to_ms(datetime(2100, 1, 1, tzinfo=UTC))
)


def test_a_record_id_is_a_uuid_of_version_7_that_sorts_by_time(clock) -> None:
    ids = []
    for _ in range(200):
        ids.append(new_record_id(clock))
        clock.forward(milliseconds=1)
    assert ids == sorted(ids)
    for text in ids:
        value = uuid.UUID(text)
        assert (value.version, value.variant) == (7, uuid.RFC_4122)
    first = uuid.UUID(ids[0])
    assert first.int >> 80 == to_ms(clock.now) - 200


def test_ids_of_one_moment_differ(clock) -> None:
    assert len({new_record_id(clock) for _ in range(1000)}) == 1000
    assert len({new_op_id() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("year", [1970, 2016, 2036])
def test_a_wrong_clock_still_gives_an_id(year) -> None:
    value = uuid.UUID(new_record_id(lambda: datetime(year, 1, 1, tzinfo=UTC)))
    assert value.version == 7


def test_an_op_id_does_not_tell_when(clock) -> None:
    assert uuid.UUID(new_op_id()).version == 4


def test_an_incarnation_is_eight_hex_digits() -> None:
    made = {new_incarnation() for _ in range(50)}
    assert len(made) > 45
    assert all(len(m) == 8 and int(m, 16) >= 0 for m in made)


@given(ms=MOMENTS)
def test_a_day_holds_its_moments_and_days_touch(ms) -> None:
    day = local_day(ms)
    first, after = day_bounds_ms(day)
    assert first <= ms < after
    assert day_bounds_ms(day + timedelta(days=1))[0] == after
    assert to_ms(from_ms(ms)) == ms
    assert to_ms(local(ms)) == ms


def test_the_day_begins_at_midnight_in_bishkek() -> None:
    assert local_day(to_ms(datetime(2026, 11, 23, 17, 59, 59, tzinfo=UTC))) == date(2026, 11, 23)
    assert local_day(to_ms(datetime(2026, 11, 23, 18, 0, tzinfo=UTC))) == date(2026, 11, 24)
