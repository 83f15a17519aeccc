"""Days and ages as people type them: understood or refused with a code, never guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.config import paths
from operator_app.domain.days import (
    age_band,
    check_age,
    check_past_day,
    read_age,
    read_day,
    read_day_in,
)
from operator_app.domain.violence import OLDEST
from operator_app.services.reference import load_reference

TODAY = date(2026, 11, 24)
REFERENCE = load_reference(paths().resources)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("24.11.2026", date(2026, 11, 24)),
        (" 24.11.2026 ", date(2026, 11, 24)),
        ("24.11.2026.", date(2026, 11, 24)),
        ("24/11/26", date(2026, 11, 24)),
        ("24-11-2026", date(2026, 11, 24)),
        ("24 11 2026", date(2026, 11, 24)),
        ("2026-11-24", date(2026, 11, 24)),
        ("2026-1-2", date(2026, 1, 2)),
        ("1.1", date(2026, 1, 1)),
        ("24.11", date(2026, 11, 24)),
        # The last such day, not the next.
        ("25.11", date(2025, 11, 25)),
        ("31.12.", date(2025, 12, 31)),
        ("29.02", date(2024, 2, 29)),
        ("29.02.2024", date(2024, 2, 29)),
        ("01.01.99", date(2099, 1, 1)),
    ],
)
def test_days_that_are_understood(typed: str, wanted: date) -> None:
    assert read_day(typed, TODAY) == wanted


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("9.3", date(2027, 3, 9)),
        (" 31.12. ", date(2027, 12, 31)),
        ("9.3.2028", date(2028, 3, 9)),
        ("2026-03-09", date(2026, 3, 9)),
        # Not that of another year, which has one.
        ("29.2", None),
        ("31.4", None),
        ("", None),
        ("вчера", None),
    ],
)
def test_a_day_without_its_year_is_of_the_year_meant(typed: str, wanted: date | None) -> None:
    assert read_day_in(typed, 2027) == wanted


@pytest.mark.parametrize(
    "typed",
    [
        "31.02", "31.02.2026", "29.02.2025", "32.01", "0.1", "1.0", "1.13", "24", "24.", "вчера",
        "24.11.202", "24.11.02026", "24..11", "24.11 14:30", "2026-13-01", "2026-02-30", "0000-01-01",
        "1.1.0000", "٢٤.١١.٢٠٢٦", "24.11.2026\x00", "-1.-1", "1e1.1", "\U0001f600", "1" * 1_000_000,
        "\ud800", "24․11․2026",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(typed: str) -> None:
    assert read_day(typed, TODAY) is None
    (fault,) = check_past_day("happened_on", typed, TODAY)
    assert (fault.where, fault.code) == ("happened_on", "day.not_understood")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", None),
        ("   ", None),
        ("24.11.2026", None),
        ("25.11.2026", "day.in_future"),
        ("01.01.2199", "day.in_future"),
        ("31.12.9999", "day.in_future"),
        ("01.01.27", "day.in_future"),
        ("01.01.1906", None),
        ("31.12.1905", "day.too_long_ago"),
        ("01.01.0001", "day.too_long_ago"),
    ],
)
def test_a_day_on_which_something_happened_is_past(typed: str, code: str | None) -> None:
    assert [f.code for f in check_past_day("happened_on", typed, TODAY)] == ([code] if code else [])


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_a_whole_day_is_read_as_written(day: date) -> None:
    assert read_day(f"{day.day}.{day.month}.{day.year:04}", TODAY) == day
    assert read_day(f"{day.year:04}-{day.month:02}-{day.day:02}", TODAY) == day


@given(st.dates(date(1905, 1, 1), date(2120, 12, 31)), st.integers(0, 365))
def test_a_day_without_a_year_is_the_last_such_day(today: date, days_ago: int) -> None:
    meant = today - timedelta(days=days_ago)
    found = read_day(f"{meant.day}.{meant.month}", today)
    assert found is not None
    assert (found.day, found.month) == (meant.day, meant.month)
    assert found <= today
    # Nothing of that name lies between it and today.
    assert meant <= found or (meant.day, meant.month) == (29, 2)


@given(st.text(max_size=20), st.dates(date(1905, 1, 1), date(2120, 12, 31)))
def test_nothing_that_is_typed_is_more_than_refused(typed: str, today: date) -> None:
    found = read_day(typed, today)
    faults = check_past_day("d", typed, today)
    assert (found is None or found > today or found.year < today.year - OLDEST) == bool(faults) or (
        not typed.strip()
    )
    assert len(faults) <= 1


@pytest.mark.parametrize("typed", ["0", "7", " 34 ", "007", "120"])
def test_ages_that_are_understood(typed: str) -> None:
    assert read_age(typed) == int(typed)
    assert check_age("affected_age", typed) == []


@pytest.mark.parametrize(
    "typed",
    ["-1", "999", "121", "сорок", "12.5", "12,5", "٤٠", "४०", "²", "1 2", "0034", "40 лет", "1e2",
     "+5", "4\x000", "\ud800", "9" * 1_000_000],
)  # fmt: skip
def test_absurd_ages_are_refused_with_the_most_there_is(typed: str) -> None:
    assert read_age(typed) is None
    (fault,) = check_age("affected_age", typed)
    assert (fault.where, fault.code) == ("affected_age", "age.not_understood")
    assert fault.params == {"most": OLDEST}


def test_an_age_that_was_not_typed_is_no_fault() -> None:
    assert check_age("a", "") == check_age("a", "  ") == []
    assert read_age("") is None
    assert age_band(None) is None


@given(st.integers(0, OLDEST))
def test_every_age_has_the_band_that_names_it(years: int) -> None:
    band = REFERENCE.find("age_band", str(age_band(years)))
    assert band is not None
    first, _, last = band.label("en").rstrip("+").partition("-")
    assert int(first) <= years <= int(last or OLDEST)


def test_the_bands_follow_each_other() -> None:
    bands = [age_band(years) for years in range(OLDEST + 1)]
    assert bands == sorted(bands, key=bands.index)
    listed = [c.code for c in REFERENCE.codes("age_band")]
    assert list(dict.fromkeys(bands)) == [code for code in listed if code != "AU"]
