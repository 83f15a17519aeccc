"""Pages of the journal against the bare SQL, in an office with a million calls."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest

from operator_app.db.engine import Database
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.services.journal import PAGE, Journal, JournalFilter
from tests.benchmarks import many_calls
from tests.benchmarks.measure import Result, by_turns, medians, p99, seconds, settle
from tests.conftest import TestOffice, information_call

PAGES = 300
COLUMNS = (
    "call.call_id, call.number, started_at, duration_seconds, operator_id, contact_kind, topic,"
    " division, language, danger_now, violence, revision_no, voided_at, state, last_code"
)
BARE = (
    f"SELECT {COLUMNS} FROM call JOIN revision ON revision.op_id = call.op_id"
    " WHERE (started_at, call_id) < (?, ?) ORDER BY started_at DESC, call_id DESC LIMIT ?"
)
NEWEST = (2**62, "")


def test_the_generated_office_is_one_the_program_can_use(
    office: TestOffice, reference: Reference
) -> None:
    """A small sample of what the benchmark measures: same rows from both, and a sound file."""
    many_calls.fill(office.database, reference, office.actor, 1_000)
    journal = Journal(office.database, reference)
    page = journal.page(office.actor, JournalFilter())
    second = journal.page(office.actor, JournalFilter(), page[-1].key)
    with office.database.bare_connection() as connection:
        bare = connection.execute(BARE, (*NEWEST, 2 * PAGE)).fetchall()
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert [row.call_id for row in page + second] == [row[0] for row in bare]
    assert office.database.verify() == []
    saved = office.calls.save(office.actor, information_call(office.calls.start(office.actor).form))
    assert saved.number.endswith("001001")


@pytest.mark.bench
def test_journal_pages(
    big: tuple[Database, Actor, int], reference: Reference, results: list[Result]
) -> None:
    database, actor, number = big
    journal = Journal(database, reference)
    with database.bare_connection() as connection:
        somewhere = _keys(connection, PAGES)
        settle()
        for name, keys in (("first page", [NEWEST]), ("a page in the middle", somewhere)):
            ours = cycle(None if key == NEWEST else key for key in keys)
            floor = cycle(keys)

            def page(ours: Iterator[Any] = ours) -> float:
                key = next(ours)
                return seconds(lambda: journal.page(actor, JournalFilter(), key))

            def bare(floor: Iterator[Any] = floor) -> float:
                key = next(floor)
                return seconds(lambda: connection.execute(BARE, (*key, PAGE)).fetchall())

            measured = by_turns(page, bare, rounds=PAGES, warm=10)
            one, other = medians(measured)
            label = f"journal of {number:,}: {name}"
            remark = f"p99 {p99(measured[0]) * 1e3:.1f} ms"
            results.append(Result(label, "ms", one * 1e3, other * 1e3, 2.0, remark=remark))


def _keys(connection: Any, number: int) -> list[tuple[int, str]]:
    dice = random.Random(7)
    first, last = connection.execute("SELECT min(started_at), max(started_at) FROM call").fetchone()
    return [(dice.randrange(first, last), "") for _ in range(number)]
