"""The journal's statements: what they find, and the way they take through the tables."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.dialects import sqlite

from operator_app.db.models import call, revision
from operator_app.domain.calls import NUISANCE_KINDS
from operator_app.domain.clock import day_bounds_ms, local_day
from operator_app.domain.people import Role
from operator_app.domain.reference import Reference
from operator_app.domain.wire import State
from operator_app.errors import NotAllowed
from operator_app.services import journal as journal_module
from operator_app.services.journal import Journal, JournalFilter, JournalRow
from tests.conftest import TestOffice

FIRST_DAY = date(2026, 10, 1)
CHUI = "41708000000000"
NEEDS_YOU = (State.CONFLICT, State.REJECTED)


@pytest.fixture
def filled(office: TestOffice) -> Iterator[tuple[Journal, list[dict[str, Any]]]]:
    """600 rows by seed, several in the same millisecond, in an office of three people."""
    rows = make_rows(office, 600)
    yield Journal(office.database, office.reference), rows


def make_rows(office: TestOffice, number: int) -> list[dict[str, Any]]:
    r = random.Random(117)
    people = [office.actor.user_id] + [
        office.person(Role.OPERATOR, login).user_id for login in ("bermet", "nurlan")
    ]
    kinds = [c.code for c in office.reference.codes("contact_kind")]
    topics = [c.code for c in office.reference.codes("topic_l2")] + ["BEN.OLD"]
    places = [d.code for d in office.reference.divisions(2)] + [CHUI, "UNKNOWN"]
    at = day_bounds_ms(FIRST_DAY)[0]
    rows, revisions = [], []
    for i in range(number):
        at += r.choice((0, 0, r.randint(1, 7_200_000)))
        kind = r.choice(kinds)
        talked = kind not in NUISANCE_KINDS
        state = r.choices(list(State), weights=[3, 1, 5, 80, 2, 1, 2])[0]
        revisions.append(
            {
                "op_id": f"op-{i}", "record_id": f"call-{i}", "kind": "call", "schema": 1,
                "inc": "planted", "seq": i + 1, "bases": "[]", "author_id": people[0],
                "created_at": at, "payload": b"{}", "tag": b"", "lane": 1, "state": state.value,
            }
        )  # fmt: skip
        phone = r.choice(("", "", "+996555000001", f"+9965551{i:05d}"))
        rows.append(
            {
                "call_id": f"call-{r.getrandbits(64):016x}", "number": f"0412-2026-{i:06d}",
                "office_code": "0412", "operator_id": r.choice(people), "started_at": at,
                "ended_at": at, "duration_seconds": 5, "saved_at": at, "contact_kind": kind,
                "local_day": local_day(at).isoformat(), "substantive": int(talked), "violence": 0,
                "channel": "PHONE", "danger_now": r.choice("NNNYU") if talked else None,
                "topic": r.choice(topics) if talked else None,
                "division": r.choice(places) if talked else None,
                "caller_name": "", "phone_raw": phone, "phone_key": phone, "note": "",
                "revision_no": 1, "op_id": f"op-{i}",
            }
        )  # fmt: skip
    with office.database.write() as connection:
        connection.execute(insert(revision), revisions)
        connection.execute(insert(call), rows)
    for row, stored in zip(rows, revisions, strict=True):
        row["state"] = State(stored["state"])
    return rows


def expected(rows: list[dict[str, Any]], wanted: JournalFilter, reference: Reference) -> list[str]:
    """The same question asked of the rows in memory."""

    def fits(row: dict[str, Any]) -> bool:
        day = local_day(row["started_at"])
        topic, place = row["topic"] or "", row["division"] or ""
        return all(
            (
                wanted.first_day is None or day >= wanted.first_day,
                wanted.last_day is None or day <= wanted.last_day,
                wanted.operator_id in (None, row["operator_id"]),
                wanted.topic is None
                or topic == wanted.topic
                or topic.split(".")[0] == wanted.topic,
                wanted.division in (None, place)
                or reference.is_within(place, str(wanted.division)),
                wanted.contact_kind in (None, row["contact_kind"]),
                wanted.nuisance is None
                or wanted.nuisance == (row["contact_kind"] in NUISANCE_KINDS),
                wanted.danger in (None, row["danger_now"]),
                not wanted.states or row["state"] in wanted.states,
                not wanted.text or row["number"] == wanted.text or row["phone_key"] == wanted.text,
            )
        )

    found = [row for row in rows if fits(row)]
    found.sort(key=lambda row: (row["started_at"], row["call_id"]), reverse=True)
    return [row["number"] for row in found]


def read_all(
    journal: Journal, office: TestOffice, wanted: JournalFilter, size: int
) -> list[JournalRow]:
    found: list[JournalRow] = []
    for _ in range(2000):
        page = journal.page(office.actor, wanted, found[-1].key if found else None, size)
        found += page
        if len(page) < size:
            return found
    raise AssertionError("the pages never end")


def random_filter(r: random.Random, rows: list[dict[str, Any]]) -> JournalFilter:
    """Up to four conditions, taken from a call that is there or from anywhere."""
    row = r.choice(rows)
    first = local_day(row["started_at"]) - timedelta(days=r.randint(0, 5))
    offered: dict[str, Any] = {
        "first_day": first,
        "last_day": first + timedelta(days=r.randint(0, 40)),
        "operator_id": row["operator_id"],
        "topic": r.choice(((row["topic"] or "BEN")[:3], row["topic"] or "VIO", "BEN")),
        "division": r.choice((row["division"] or CHUI, CHUI, "UNKNOWN")),
        "contact_kind": row["contact_kind"],
        "nuisance": r.choice((True, False)),
        "danger": row["danger_now"] or "N",
        "states": r.choice((NEEDS_YOU, (State.QUEUED,), (State.STORED, State.APPLIED, State.HELD))),
        "text": r.choice((row["number"], "+996555000001", row["phone_key"] or "0555999999")),
        "seat": 0,
    }
    assert set(offered) == {f.name for f in fields(JournalFilter)}
    chosen = r.sample(sorted(offered), r.randint(0, 4))
    return JournalFilter(**{name: offered[name] for name in chosen})


@pytest.mark.parametrize("probe", [5, 1000])
def test_any_combination_finds_exactly_what_matches_page_by_page(
    filled: tuple[Journal, list[dict[str, Any]]],
    office: TestOffice,
    monkeypatch: pytest.MonkeyPatch,
    probe: int,
):
    monkeypatch.setattr(journal_module, "PROBE", probe)
    journal, rows = filled
    r = random.Random(probe)
    some_found = 0
    for _ in range(60):
        wanted = random_filter(r, rows)
        found = [row.number for row in read_all(journal, office, wanted, r.choice((29, 100)))]
        assert found == expected(rows, wanted, office.reference), wanted
        some_found += bool(found)
    assert some_found > 20


def test_states_are_those_of_the_current_revisions(
    filled: tuple[Journal, list[dict[str, Any]]], office: TestOffice
):
    journal, rows = filled
    ids = [row["call_id"] for row in rows] + ["gone"]
    assert journal.states(office.actor, ids) == {row["call_id"]: row["state"] for row in rows}


def test_it_staff_sees_no_call(office: TestOffice):
    journal = Journal(office.database, office.reference)
    staff = office.person(Role.ADMINISTRATOR, "admin")
    with pytest.raises(NotAllowed):
        journal.page(staff, JournalFilter())
    with pytest.raises(NotAllowed):
        journal.states(staff, ["any"])


def plan(journal: Journal, office: TestOffice, wanted: JournalFilter, *, later: bool) -> set[str]:
    """The steps SQLite takes for a page; `later` asks for one in the middle."""
    after = (day_bounds_ms(FIRST_DAY + timedelta(days=20))[0], "x") if later else None
    with office.database.read() as connection:
        query = journal.query(connection, wanted, after, 101)
        assert query is not None
        compiled = query.compile(
            dialect=sqlite.dialect(),
            compile_kwargs={"render_postcompile": True, "literal_binds": True},
        )
        found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
        return {str(step[3]) for step in found}


def walks(steps: set[str], index: str) -> bool:
    return any(f"call USING INDEX {index}" in step for step in steps)


BY_INDEX = [
    (JournalFilter(), "ix_call_started_at"),
    (JournalFilter(first_day=FIRST_DAY, last_day=FIRST_DAY + timedelta(days=30)), "ix_call_started_at"),
    (JournalFilter(nuisance=True), "ix_call_started_at"),
    (JournalFilter(nuisance=False, last_day=FIRST_DAY + timedelta(days=30)), "ix_call_started_at"),
    (JournalFilter(states=(State.STORED, State.APPLIED, State.HELD)), "ix_call_started_at"),
    (JournalFilter(topic="BEN.UBK"), "ix_call_topic"),
    (JournalFilter(topic="BEN"), "ix_call_topic"),
    (JournalFilter(topic="BEN", first_day=FIRST_DAY, nuisance=False), "ix_call_topic"),
    (JournalFilter(division=CHUI), "ix_call_division"),
    (JournalFilter(division="UNKNOWN", first_day=FIRST_DAY), "ix_call_division"),
    (JournalFilter(contact_kind="SILENT"), "ix_call_contact_kind"),
    (JournalFilter(danger="Y"), "ix_call_danger"),
    (JournalFilter(danger="Y", nuisance=False, first_day=FIRST_DAY), "ix_call_danger"),
    (JournalFilter(text="+996 555 000 001"), "ix_call_phone_key"),
    (JournalFilter(text="0412-2026-000007"), "ix_call_number"),
]  # fmt: skip


def test_each_filter_walks_along_its_index_and_sorts_nothing_whole(
    filled: tuple[Journal, list[dict[str, Any]]], office: TestOffice
):
    by_operator = JournalFilter(operator_id=office.actor.user_id, first_day=FIRST_DAY)
    for wanted, index in [*BY_INDEX, (by_operator, "ix_call_operator_id")]:
        for later in (False, True):
            steps = plan(filled[0], office, wanted, later=later)
            assert walks(steps, index), (wanted, steps)
            # Calls of one millisecond are put in order by id: only those few are sorted, and those
            # of one number, of which each PC of the office may have one.
            assert wanted.text or "USE TEMP B-TREE FOR ORDER BY" not in steps, wanted
            assert any("revision USING INDEX sqlite_autoindex_revision_1" in s for s in steps)


def test_the_narrowest_of_several_conditions_leads(
    filled: tuple[Journal, list[dict[str, Any]]], office: TestOffice
):
    journal, _rows = filled
    common = {"operator_id": office.actor.user_id}
    for narrow, index in (
        ({"topic": "BEN.UBK", "danger": "N"}, "ix_call_topic"),
        ({"text": "+996555000001", "contact_kind": "SELF"}, "ix_call_contact_kind"),
        ({"text": "0412-2026-000007", "danger": "N"}, "ix_call_number"),
    ):
        steps = plan(journal, office, JournalFilter(**common, **narrow), later=True)
        assert walks(steps, index), (narrow, steps)


def test_few_unsent_calls_are_looked_up_by_their_state(
    filled: tuple[Journal, list[dict[str, Any]]],
    office: TestOffice,
    monkeypatch: pytest.MonkeyPatch,
):
    journal, _rows = filled
    wanted = JournalFilter(states=NEEDS_YOU, first_day=FIRST_DAY)
    for later in (False, True):
        steps = plan(journal, office, wanted, later=later)
        assert any("revision USING INDEX ix_revision_unconfirmed" in s for s in steps), steps
        assert walks(steps, "sqlite_autoindex_call_2"), steps
    monkeypatch.setattr(journal_module, "PROBE", 5)
    # An office that was never online: thousands wait, so the newest are read and looked at.
    for later in (False, True):
        steps = plan(journal, office, wanted, later=later)
        assert walks(steps, "ix_call_started_at"), steps
        assert "USE TEMP B-TREE FOR ORDER BY" not in steps
