"""The audit chain names the first row that was touched by somebody who has the key."""

from __future__ import annotations

import contextlib
import hashlib

import pytest

from operator_app.db import audit
from operator_app.domain.wire import canonical
from tests.conftest import information_call


@pytest.fixture
def chain(office):
    """An office with some audited acts; triggers dropped, as somebody with the key can."""
    for _ in range(6):
        office.calls.save(office.actor, information_call(office.calls.start(office.actor).form))
    with office.database.write() as connection:
        assert audit.head(connection)[0] >= 6
        for trigger in ("audit_write_once", "audit_kept"):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
    return office


def _hash(values: dict[str, object]) -> str:
    """As security.md describes it: SHA-256 over canonical JSON."""
    return hashlib.sha256(canonical(values)).hexdigest()


class Undo(Exception):
    pass


def _broken_after(office, *statements: str) -> int | None:
    """What is named after the statements, which are then undone."""
    found = None
    with contextlib.suppress(Undo), office.database.write() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        found = audit.first_broken(connection)
        raise Undo
    return found


def test_whatever_is_changed_is_named(chain) -> None:
    assert _broken_after(chain) is None
    columns = ("at", "user_id", "action", "entity", "entity_id", "details", "prev_hash", "hash")
    values = ("'7'", "x'00ff'", "1.5", "9007199254740993", "'' || char(10)")
    for column in columns:
        for value in values:
            change = f"UPDATE audit SET {column} = {value} WHERE seq = 4"
            assert _broken_after(chain, change) == 4, change
    assert _broken_after(chain, "DELETE FROM audit WHERE seq = 3") == 4
    swapped = (
        "UPDATE audit SET seq = -seq WHERE seq IN (3, 4)",
        "UPDATE audit SET seq = 7 + seq WHERE seq < 0",
    )
    assert _broken_after(chain, *swapped) == 3


def test_a_row_whose_own_hash_was_made_to_fit_breaks_the_next(chain) -> None:
    with chain.database.write() as connection:
        row = dict(connection.exec_driver_sql("SELECT * FROM audit WHERE seq = 4").mappings().one())
        row["user_id"] = "somebody else"
        forged = _hash({k: v for k, v in row.items() if k != "hash"})
        connection.exec_driver_sql(
            "UPDATE audit SET user_id = ?, hash = ? WHERE seq = 4", ("somebody else", forged)
        )
        assert audit.first_broken(connection) == 5


def test_rows_cut_from_the_end_show_against_the_head_that_was_told(chain) -> None:
    """The chain alone cannot know of its end: the server was told the head."""
    with chain.database.read() as connection:
        seq, told = audit.head(connection)
    with chain.database.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM audit WHERE seq > {seq - 2}")
    with chain.database.write() as connection:
        for _ in range(2):
            audit.append(connection, at=0, user_id="somebody", action="nothing")
    with chain.database.read() as connection:
        assert audit.first_broken(connection) is None
        assert audit.head(connection)[0] == seq
        assert audit.hash_at(connection, seq) != told
        assert audit.hash_at(connection, seq + 1) is None
        assert audit.hash_at(connection, 0) == audit.GENESIS


def test_an_act_that_fails_leaves_no_row(office) -> None:
    with office.database.read() as connection:
        before = audit.head(connection)
    with pytest.raises(RuntimeError), office.database.write() as connection:
        audit.append(connection, at=1, user_id="x", action="y")
        raise RuntimeError
    with office.database.read() as connection:
        assert audit.head(connection) == before
