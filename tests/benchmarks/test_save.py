"""Saving a call against a bare SQLCipher transaction that writes the same rows."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from operator_app.domain.calls import CallForm
from tests.benchmarks.bare_save import LIST_TABLES, ONE_ROW_TABLES, BareSave
from tests.benchmarks.measure import Result, by_turns, medians, p99, seconds, settle
from tests.conftest import TestOffice, information_call

NOTE = "Сурады: үй-бүлөлүк жөлөкпул эмнеге токтоду. Айтылды: кайрылуу, документтер, мөөнөт. " * 4
ROUNDS = 1_000


@pytest.fixture
def form(office: TestOffice) -> CallForm:
    """An information call with a note of ordinary length."""
    empty = office.calls.start(office.actor).form
    return information_call(empty, phone="0555 123456", note=NOTE, topics=("BEN.UBK", ""))


@pytest.fixture
def bare(office: TestOffice, form: CallForm) -> Iterator[BareSave]:
    """The floor, on a copy of the same file."""
    saved = office.calls.save(office.actor, form)
    with office.database.bare_connection() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = Path(shutil.copy(office.paths.database, office.paths.data / "bare.db"))
    with office.database.sibling(copy).bare_connection() as connection:
        yield BareSave(connection, saved)


def test_floor_writes_the_same_rows(office: TestOffice, form: CallForm, bare: BareSave) -> None:
    """Else the ratio would compare two different things."""
    before = _counts(office, None)
    office.calls.save(office.actor, form)
    bare()
    ours, floor = _counts(office, None), _counts(office, bare)
    assert ours == floor
    assert ours - before == {
        "revision": 1, "call": 1, "audit": 1, "call_topic": 2, "call_action": 1
    }  # fmt: skip


@pytest.mark.bench
def test_save(office: TestOffice, form: CallForm, bare: BareSave, results: list[Result]) -> None:
    settle()
    measured = by_turns(
        lambda: seconds(lambda: office.calls.save(office.actor, form)),
        lambda: seconds(bare),
        rounds=ROUNDS,
        warm=50,
    )
    ours, floor = medians(measured)
    results.append(Result("save a call, p50", "ms", ours * 1e3, floor * 1e3, 1.5))
    results.append(
        Result("save a call, p99", "ms", p99(measured[0]) * 1e3, p99(measured[1]) * 1e3, None)
    )


def _counts(office: TestOffice, bare: BareSave | None) -> Counter[str]:
    with office.database.bare_connection() as connection:
        used = bare.connection if bare else connection
        return Counter(
            {
                name: used.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for name in ONE_ROW_TABLES + LIST_TABLES
            }
        )
