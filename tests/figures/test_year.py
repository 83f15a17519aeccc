"""The synthetic year is one the program could have written: the same rows of the same forms."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, select

from operator_app.db.metadata import metadata
from operator_app.db.models import revision, withheld
from operator_app.domain.calls import Call
from operator_app.domain.clock import from_ms
from operator_app.domain.reference import Reference
from operator_app.domain.wire import Kind, check_payload, check_references
from operator_app.services.cases import Cases
from tests.conftest import TestOffice
from tests.figures.bulk import Bulk, Row, call_rows, case_rows, starts_clock
from tests.figures.year import Year
from tests.figures.year_calls import Forms, Mix
from tests.figures.year_office import office_of_year

OF_CALLS = ("call", "call_topic", "call_action", "call_advice", "response")
OF_CASES = ("case_file", "case_call", "case_key", "case_task", "case_referral", "case_order")
NOT_COMPARED = {
    "lane", "state", "lease_until", "attempts", "next_try_at", "last_code", "stored_receipt",
    "final_receipt", "confirmed_at",
}  # fmt: skip
"""How far a revision is on its way."""


def rows(connection: Connection, name: str, key: str, value: str) -> list[Row]:
    """The rows of a record, in the order of all their values."""
    table = metadata.tables[name]
    found = connection.execute(select(table).where(table.c[key] == value)).mappings()
    return in_order([dict(row) for row in found])


def in_order(some: list[Row]) -> list[Row]:
    return sorted(some, key=lambda row: str(sorted(row.items())))


def same_revision(
    connection: Connection, bulk: Bulk, op_id: str, write: Callable[[], None]
) -> None:
    """The revision and what is withheld of it are what `write` makes of the same content."""
    kept = connection.execute(select(revision).where(revision.c.op_id == op_id)).mappings().one()
    whole = connection.execute(select(withheld.c.body).where(withheld.c.op_id == op_id)).scalar()
    bulk.rows.clear()
    bulk.seq = kept["seq"] - 1
    write()
    (made,) = bulk.rows["revision"]
    assert {k: v for k, v in made.items() if k not in NOT_COMPARED} == {
        k: v for k, v in kept.items() if k not in NOT_COMPARED
    }
    assert [row["body"] for row in bulk.rows["withheld"]] == ([] if whole is None else [whole])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Iterator[TestOffice]:
    year = Year(200, date(2026, 11, 1), 28, Mix(nuisance=0.3, violent=0.4))
    made = office_of_year(tmp_path_factory.mktemp("small") / "data", reference, year)
    yield made
    made.database.close()


@pytest.fixture
def taken(office: TestOffice, reference: Reference) -> list[Call]:
    """Forms of the generator, saved by the services: each when its call ended."""
    dice = random.Random(8)
    places = [d.code for d in reference.divisions(2)]
    forms = Forms(dice, reference, places, Mix(nuisance=0.2, violent=0.6))
    calls = []
    for n in range(60):
        form = forms.draw(1_795_000_000_000 + n * 1_000_000)
        office.clock.now = from_ms(form.started_at + 240_500)
        early = form.is_urgent and n % 2 == 0
        drawn = forms.early(form) if early else form
        calls.append(office.calls.save(office.actor, drawn, early=early))
    return calls


def test_services_write_the_same_rows_of_the_same_forms(
    office: TestOffice, taken: list[Call], reference: Reference
) -> None:
    bulk = Bulk(office.database)
    cases = Cases(office.database, reference, office.clock)
    violent = 0
    with office.database.read() as connection:
        for saved in taken:
            clock = saved.form if saved.form.is_violence and starts_clock(saved.form) else None
            complete = bool(rows(connection, "call", "call_id", saved.call_id)[0]["complete"])
            made = call_rows(saved, reference, clock, complete=complete)
            for name in OF_CALLS:
                kept = rows(connection, name, "call_id", saved.call_id)
                assert in_order(made.get(name, [])) == kept, name
            same_revision(connection, bulk, saved.op_id, lambda s=saved: bulk.call_revision(s))
            case_id = cases.files.of_call(connection, saved.call_id)
            if case_id is None:
                continue
            violent += 1
            case = cases.files.read(connection, case_id)
            made = case_rows(case, [case.op_id], 1)
            for name in OF_CASES:
                assert in_order(made[name]) == rows(connection, name, "case_id", case_id), name
            same_revision(
                connection, bulk, case.op_id, lambda c=case: bulk.case_revision(c, c.owner_id, "")
            )
    assert violent > 10
    assert {saved.form.contact_kind for saved in taken} >= {"SELF", "OTHER", "SILENT"}


def test_the_services_find_nothing_to_change_in_the_year(
    small: TestOffice, reference: Reference
) -> None:
    """The rows of every case are what its revisions amount to; every call can be opened."""
    cases = Cases(small.database, reference, small.clock)
    with small.database.write() as connection:
        ids = connection.execute(select(metadata.tables["case_file"].c.case_id)).scalars().all()
        for case_id in ids:
            before = [rows(connection, name, "case_id", case_id) for name in OF_CASES]
            cases.files.project(connection, case_id)
            assert [rows(connection, name, "case_id", case_id) for name in OF_CASES] == before
        calls = connection.execute(select(metadata.tables["call"].c.call_id)).scalars().all()
    assert len(ids) > 20
    for call_id in calls[:50]:
        history = small.calls.history(small.actor, call_id)
        assert history[-1].call.form == small.calls.open(small.actor, call_id).form
        assert (history[-1].kind is Kind.VOID) == (history[-1].call.voided_at is not None)


def test_the_year_is_sound(small: TestOffice) -> None:
    with small.database.bare_connection() as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        seqs = [row[0] for row in connection.execute("SELECT seq FROM revision ORDER BY seq")]
        payloads = connection.execute("SELECT payload FROM revision").fetchall()
    assert seqs == list(range(1, len(seqs) + 1))
    for (plain,) in payloads:
        data = json.loads(plain)
        assert check_payload(data) == []
        assert check_references(data) == []
