"""A suggested correction is kept with its audit row, and goes its way like any other record."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from operator_app.db import audit, feeds
from operator_app.db.models import audit as audit_table
from operator_app.db.models import revision
from operator_app.db.reference_models import feed_entry
from operator_app.domain.feeds import DIRECTORY, FeedEntry
from operator_app.domain.people import Actor, Role
from operator_app.domain.suggestions import LONGEST_TEXT
from operator_app.domain.wire import State, check_payload
from operator_app.errors import BadInput, NotAllowed, NotFound
from operator_app.services.suggestions import Suggestions
from tests.conftest import TestOffice

WORDS = "Номер давно другой: отвечает магазин"


@pytest.fixture
def suggestions(office: TestOffice) -> Suggestions:
    return Suggestions(office.database, office.clock)


def an_entry(office: TestOffice) -> tuple[str, str]:
    """(id, content) of some service that the program was delivered with, or is made up here."""
    with office.database.write() as connection:
        body = {
            "service_id": "invented-1",
            "names": {"ru": "Служба"},
            "organization_id": "o1",
            "organization_names": {"ru": "Управление"},
        }
        entries = [FeedEntry("invented-1", body)]
        feeds.take(connection, DIRECTORY, entries, feeds.MINISTRY, 1)
        kept = feeds.find(connection, DIRECTORY, "invented-1")
    assert kept is not None
    return kept.entry_id, kept.content


def counts(office: TestOffice) -> tuple[int, int]:
    with office.database.read() as connection:
        return (
            len(connection.execute(select(revision.c.op_id)).all()),
            audit.head(connection)[0],
        )


def test_it_is_kept_and_audited_without_its_words(
    office: TestOffice, suggestions: Suggestions
) -> None:
    entry_id, content = an_entry(office)
    operator = office.person(Role.OPERATOR, "bermet")
    op_id = suggestions.suggest(operator, "service", entry_id, content, "phones", f"  {WORDS}\n")
    with office.database.read() as connection:
        payload = json.loads(connection.execute(select(revision.c.payload)).scalar_one())
        last = connection.execute(
            select(audit_table).order_by(audit_table.c.seq.desc()).limit(1)
        ).one()
        assert audit.first_broken(connection) is None
    assert check_payload(payload) == []
    assert (payload["kind"], payload["bases"], payload["op_id"]) == ("suggestion", [], op_id)
    assert payload["body"] == {
        "office": "0412",
        "operator": operator.user_id,
        "entry_kind": "service",
        "entry_id": entry_id,
        "content": content,
        "field": "phones",
        "text": WORDS,
    }
    assert (last.action, last.entity, last.entity_id, last.user_id) == (
        "directory.correction_suggested",
        "service",
        entry_id,
        operator.user_id,
    )
    assert json.loads(last.details) == {"field": "phones"}


def test_everybody_sees_their_own_the_newest_first(
    office: TestOffice, suggestions: Suggestions
) -> None:
    entry = an_entry(office)
    operator = office.person(Role.OPERATOR, "bermet")
    first = suggestions.suggest(operator, "service", *entry, "", "Первое")
    office.clock.forward(minutes=1)
    second = suggestions.suggest(operator, "service", *entry, "hours", "Второе")
    suggestions.suggest(office.actor, "service", *entry, "", "Чужое")
    mine = suggestions.mine(operator)
    assert [(s.op_id, s.text, s.field, s.state) for s in mine] == [
        (second, "Второе", "hours", State.QUEUED),
        (first, "Первое", "", State.QUEUED),
    ]
    assert mine[0].at - mine[1].at == 60_000
    assert [s.text for s in suggestions.mine(office.actor)] == ["Чужое"]


def test_the_list_is_read_by_its_index(office: TestOffice, suggestions: Suggestions) -> None:
    """Among a million revisions of calls."""
    from operator_app.services import suggestions as module

    query = select(revision.c.op_id).where(
        module._IS_SUGGESTION, revision.c.author_id == office.actor.user_id
    )
    with office.database.read() as connection:
        text = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
    assert "ix_revision_suggestion" in str(plan)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"text": ""}, [("text", "suggestion.empty")]),
        ({"text": " \n\t"}, [("text", "suggestion.empty")]),
        ({"text": "ө" * (LONGEST_TEXT + 1)}, [("text", "call.too_long")]),
        ({"text": "half \ud800"}, [("text", "call.bad_text")]),
        ({"kind": "call"}, [("entry_kind", "suggestion.unknown_kind")]),
        ({"content": "no hash"}, [("content", "wire.bad_id")]),
        ({"entry_id": "../1"}, [("entry_id", "wire.bad_id")]),
        ({"field": "Phones; --"}, [("field", "wire.bad_id")]),
    ],
)
def test_what_is_refused_changes_nothing(
    office: TestOffice,
    suggestions: Suggestions,
    changes: dict[str, str],
    faults: list[tuple[str, str]],
) -> None:
    entry_id, content = an_entry(office)
    values = {"kind": "service", "entry_id": entry_id, "content": content, "field": "", "text": "x"}
    before = counts(office)
    with pytest.raises(BadInput) as caught:
        suggestions.suggest(office.actor, **{**values, **changes})
    assert [(f.where, f.code) for f in caught.value.faults] == faults
    assert counts(office) == before


def test_the_longest_text_is_taken(office: TestOffice, suggestions: Suggestions) -> None:
    longest = "ө" * LONGEST_TEXT
    suggestions.suggest(office.actor, "service", *an_entry(office), "", longest)
    assert suggestions.mine(office.actor)[0].text == longest


def test_there_has_to_be_such_an_entry(office: TestOffice, suggestions: Suggestions) -> None:
    entry_id, content = an_entry(office)
    before = counts(office)
    for kind, wanted, version in (
        ("service", "nothing", content),
        ("service", entry_id, "0" * 16),
        ("article", entry_id, content),
    ):
        with pytest.raises(NotFound):
            suggestions.suggest(office.actor, kind, wanted, version, "", "x")
    assert counts(office) == before
    # A version that is offered no more was on somebody's screen all the same.
    with office.database.write() as connection:
        feeds.take(connection, DIRECTORY, [FeedEntry(entry_id, None)], feeds.MINISTRY, 2)
    suggestions.suggest(office.actor, "service", entry_id, content, "", "x")
    with office.database.read() as connection:
        assert connection.execute(select(feed_entry.c.entry_id)).first()


def test_only_by_right(office: TestOffice, suggestions: Suggestions) -> None:
    entry = an_entry(office)
    administrator: Actor = office.person(Role.ADMINISTRATOR, "talant")
    before = counts(office)
    with pytest.raises(NotAllowed):
        suggestions.suggest(administrator, "service", *entry, "", "x")
    with pytest.raises(NotAllowed):
        suggestions.mine(administrator)
    assert counts(office) == before
