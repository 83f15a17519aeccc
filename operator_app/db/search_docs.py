"""What the search index holds of calls and cases: written into it, found in it.

A call of violence, and every case, carries in `scope` whose it is: the filter for what a person
may find by its words lies inside the index, where it costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

CLOSED = "closed"
"""Scope of what only its owner and supervisors find by its words."""


@dataclass(frozen=True)
class CallDoc:
    """A call as the index takes it: folded words, digits of its number, whose it is if protected."""

    call_id: str
    words: str
    phone: str
    owner_id: str | None


@dataclass(frozen=True)
class CaseDoc:
    """A case as the index takes it."""

    case_id: str
    heads: str
    owner_id: str
    words: str


def scope_word(user_id: str) -> str:
    """A person's id as one word of the index."""
    return "u" + "".join(c for c in user_id.lower() if c.isalnum())


def put_calls(connection: Any, docs: Sequence[CallDoc]) -> None:
    """Write calls, new or changed, in the transaction under way."""
    ids = _doc_ids(connection, [d.call_id for d in docs])
    old = [(ids[d.call_id],) for d in docs if d.call_id in ids]
    connection.executemany("DELETE FROM call_words WHERE rowid = ?", old)
    connection.executemany("DELETE FROM call_phone WHERE rowid = ?", old)
    for doc in docs:
        if doc.call_id not in ids:
            cursor = connection.execute("INSERT INTO call_doc (call_id) VALUES (?)", (doc.call_id,))
            ids[doc.call_id] = cursor.lastrowid
    connection.executemany(
        "INSERT INTO call_words (rowid, words, scope) VALUES (?, ?, ?)",
        [(ids[d.call_id], d.words, _scope(d.owner_id)) for d in docs],
    )
    connection.executemany(
        "INSERT INTO call_phone (rowid, phone) VALUES (?, ?)",
        [(ids[d.call_id], d.phone) for d in docs if d.phone],
    )


def put_cases(connection: Any, docs: Iterable[CaseDoc]) -> None:
    """Write cases, new or changed, in the transaction under way."""
    for doc in docs:
        row = connection.execute(
            "SELECT doc_id FROM case_doc WHERE case_id = ?", (doc.case_id,)
        ).fetchone()
        if row:
            connection.execute("DELETE FROM case_words WHERE rowid = ?", row)
            connection.execute(
                "UPDATE case_doc SET heads = ?, owner_id = ? WHERE doc_id = ?",
                (doc.heads, doc.owner_id, row[0]),
            )
            doc_id = row[0]
        else:
            doc_id = connection.execute(
                "INSERT INTO case_doc (case_id, heads, owner_id) VALUES (?, ?, ?)",
                (doc.case_id, doc.heads, doc.owner_id),
            ).lastrowid
        connection.execute(
            "INSERT INTO case_words (rowid, words, scope) VALUES (?, ?, ?)",
            (doc_id, doc.words, scope_word(doc.owner_id)),
        )


def calls_by_words(
    connection: Any, beginnings: Sequence[str], viewer_id: str | None, limit: int
) -> list[str]:
    """Ids of calls with a word for each beginning, newest first.

    `viewer_id`: the person who may not find other people's violence calls by their words; None for
    one who may.
    """
    match = _all_begin(beginnings)
    if viewer_id is not None:
        match = f"({match}) NOT (scope : {CLOSED} NOT scope : {scope_word(viewer_id)})"
    rows = connection.execute(_CALLS, (match, limit))
    return [row[0] for row in rows]


_CALLS = (
    "SELECT call_id FROM (SELECT rowid AS found FROM call_words WHERE call_words MATCH ? "
    "ORDER BY rowid DESC LIMIT ?) JOIN call_doc ON doc_id = found ORDER BY found DESC"
)


def calls_by_phone(connection: Any, digits: str, limit: int) -> list[str]:
    """Ids of calls that may come from a number with these digits (three or more) in a row.

    The index knows only groups of three: the caller looks at the numbers themselves.
    """
    groups = dict.fromkeys(digits[i : i + 3] for i in range(len(digits) - 2))
    match = " AND ".join(f'"{group}"' for group in groups)
    rows = connection.execute(_PHONES, (match, limit))
    return [row[0] for row in rows]


_PHONES = (
    "SELECT call_id FROM (SELECT rowid AS found FROM call_phone WHERE call_phone MATCH ? "
    "ORDER BY rowid DESC LIMIT ?) JOIN call_doc ON doc_id = found ORDER BY found DESC"
)


def cases_by_words(
    connection: Any, beginnings: Sequence[str], viewer_id: str | None, limit: int
) -> list[str]:
    """Ids of cases with a word for each beginning, newest first; only one's own unless `viewer_id`
    is None."""
    match = _all_begin(beginnings)
    if viewer_id is not None:
        match = f"({match}) AND scope : {scope_word(viewer_id)}"
    rows = connection.execute(
        "SELECT case_id FROM (SELECT rowid AS found FROM case_words WHERE case_words MATCH ? "
        "ORDER BY rowid DESC LIMIT ?) JOIN case_doc ON doc_id = found ORDER BY found DESC",
        (match, limit),
    )
    return [row[0] for row in rows]


def known_cases(connection: Any) -> dict[str, tuple[str, str]]:
    """(heads, owner) of every case as the index has it."""
    rows = connection.execute("SELECT case_id, heads, owner_id FROM case_doc")
    return {row[0]: (row[1], row[2]) for row in rows}


def number_of_calls(connection: Any) -> int:
    """How many calls the index holds."""
    return int(connection.execute("SELECT count(*) FROM call_doc").fetchone()[0])


def _doc_ids(connection: Any, call_ids: Sequence[str]) -> dict[str, int]:
    rows = connection.execute(
        "SELECT call_id, doc_id FROM call_doc WHERE call_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(call_ids)),),
    )
    return {row[0]: row[1] for row in rows}


def _scope(owner_id: str | None) -> str:
    return "" if owner_id is None else f"{CLOSED} {scope_word(owner_id)}"


def _all_begin(beginnings: Sequence[str]) -> str:
    """The match expression: folded words are letters and digits only, so nothing is to be quoted
    but what FTS5 would read as an operator."""
    return " AND ".join(f'words : "{word}" *' for word in beginnings)
