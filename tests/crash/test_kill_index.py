"""A kill while the search index is written: no call is lost, and the index catches up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pytest
from sqlalchemy import select

from operator_app.db.models import call
from operator_app.services.search_index import SearchIndex
from tests.crash.conftest import ClosedOffice
from tests.crash.harness import LifeReport, run_lives
from tests.crash.history import faults_in_file, lost
from tests.crash.workers import index_of, operator_with_an_index

KILLS = 14
MOST_MORE = 100
LOOK_EVERY = 7


def _behind(office: ClosedOffice) -> int:
    """How many revisions the kill left the index behind."""
    database = office.open()
    index = index_of(database)
    try:
        return index.behind()
    finally:
        index.close()
        database.close()


def _look(office: ClosedOffice, reports: Sequence[LifeReport]) -> None:
    """Nothing is lost, and the index catches up."""
    database = office.open()
    index = index_of(database)
    try:
        assert lost(database, reports) == []
        assert faults_in_file(database, reports) == []
        for _ in range(20):
            if not index.step():
                break
        assert (index.problem, index.behind()) == (None, 0)
        with database.read() as connection:
            notes = {r.call_id: r.note for r in connection.execute(select(call))}
        assert _indexed(index) == set(notes)
        for call_id, note in list(notes.items())[-20:]:
            assert call_id in _found(index, note)
    finally:
        index.close()
        database.close()


def _indexed(index: SearchIndex) -> set[str]:
    return {row[0] for row in index.file.connection().execute("SELECT call_id FROM call_doc")}


def _found(index: SearchIndex, note: str) -> set[str]:
    life, number, act, nth = note.split()[:4]
    match = " AND ".join(f'words : "{word}"' for word in (life, number, act, nth))
    rows = index.file.connection().execute(
        "SELECT call_id FROM call_words JOIN call_doc ON doc_id = call_words.rowid "
        "WHERE call_words MATCH ?",
        (match,),
    )
    return {row[0] for row in rows}


class _Enough(Exception):
    """There were so many kills, and one came before the index had everything."""


def _live_and_look(office: ClosedOffice, kills: int, seed: int) -> None:
    """So many kills, and as many more as it takes until one of them came in between."""
    behind: list[int] = []
    reports: list[LifeReport] = []

    def after(report: LifeReport, so_far: Sequence[LifeReport]) -> None:
        reports.append(report)
        behind.append(_behind(office))
        if report.number % LOOK_EVERY == 0:
            _look(office, so_far)
        if report.number >= kills and any(behind):
            raise _Enough

    with suppress(_Enough):
        run_lives(
            operator_with_an_index,
            kills + MOST_MORE,
            seed=seed,
            facts=office.facts,
            after=after,
            most_done=8,
        )
    _look(office, reports)
    assert all(r.killed for r in reports)
    assert sum(len(r.of("done")) for r in reports) > 3 * kills
    # Worth something only when some kills came before the index had everything.
    assert any(behind)


def test_a_kill_while_indexing_loses_no_call_and_the_index_catches_up(closed_office) -> None:
    _live_and_look(closed_office, KILLS, seed=4)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_hundreds_of_kills_while_indexing(closed_office, seed: int) -> None:
    _live_and_look(closed_office, 200, seed)
