"""Search as you type over services, articles, calls and cases, within the rights of who asks.

By words one finds one's own violence calls and cases, a supervisor all of them; by its number or a
telephone everybody finds that there is one, without a word of it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, func, or_, select

from operator_app.db import settings
from operator_app.db.case_models import case_file, case_key
from operator_app.db.engine import Database
from operator_app.db.models import call
from operator_app.db.prepared import Prepared
from operator_app.db.search_docs import calls_by_phone, calls_by_words, cases_by_words
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.domain.phone import read_phone
from operator_app.domain.search import LEAST_LETTERS, NOTHING, Found, Group, Hit, Piece
from operator_app.domain.search_text import beginning, query_words, snippet, telling
from operator_app.services.entry_search import EntryHits, EntrySearch
from operator_app.services.search_index import SearchIndex, case_texts

log = logging.getLogger(__name__)

T = TypeVar("T")
LEAST_DIGITS = 3
RUNNING_DIGITS = 6
PHONES_LOOKED_AT = 200
"""Calls whose number has the groups of digits; those that have them in a row are shown."""
MOST_IN_JOURNAL = 500
_NUMBER = re.compile(r"[0-9][0-9A-Z]*(-[0-9]{0,4}(-C?[0-9]{0,6})?)?")

_WANTED = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
_CALL_COLUMNS = (
    call.c.call_id,
    call.c.number,
    call.c.started_at,
    call.c.topic,
    call.c.contact_kind,
    call.c.operator_id,
    call.c.violence,
    call.c.caller_name,
    call.c.note,
    call.c.phone_key,
    call.c.phone_raw,
)
_CALLS = Prepared(select(*_CALL_COLUMNS).where(call.c.call_id.in_(_WANTED)))
_CASES = select(
    case_file.c.case_id,
    case_file.c.number,
    case_file.c.opened_at,
    case_file.c.kind,
    case_file.c.risk,
    case_file.c.owner_id,
    case_file.c.heads,
)


class Search:
    """Finds. Never fails for want of an index: then numbers are still found."""

    def __init__(
        self, database: Database, index: SearchIndex, entries: EntrySearch, clock: Clock
    ) -> None:
        self._database = database
        self._index = index
        self._entries = entries
        self._clock = clock
        with database.read() as connection:
            self._office = settings.read_office(connection).code

    def find(
        self,
        actor: Actor,
        query: str,
        language: str,
        *,
        division: str | None = None,
        limit: int = 5,
    ) -> Found:
        """What begins like the words typed, at most `limit` of each group.

        `division`: services near it come first. The last word may be unfinished.
        """
        words = query_words(query)
        digits = _digits(query)
        if not any(len(w) >= LEAST_LETTERS for w in words) and not digits:
            return replace(NOTHING, query=query)
        typing = not query[-1:].isspace()
        sought = [w for w in telling(words) if len(w) >= LEAST_LETTERS]
        groups: dict[Group, list[Hit]] = {}
        with self._database.read() as connection:
            behind = self._index.behind_of(connection)
            entries = EntryHits()
            if actor.may(Right.SEE_DIRECTORY):
                entries = self._guarded(
                    lambda index: self._entries.find(
                        index, connection, words, language,
                        division=division, still_typing=typing, limit=limit + 1,
                    ),
                    EntryHits(),
                )  # fmt: skip
            groups[Group.SERVICES] = list(entries.of(Group.SERVICES))
            groups[Group.ARTICLES] = list(entries.of(Group.ARTICLES))
            if actor.may(Right.SEE_CALLS):
                groups[Group.CALLS] = self._calls(
                    connection, actor, query, sought, digits, limit + 1
                )
            if actor.may(Right.SEE_CASES):
                groups[Group.CASES] = self._cases(
                    connection, actor, query, sought, digits, limit + 1
                )
        return Found(
            query,
            tuple(hit for hits in groups.values() for hit in hits[:limit]),
            frozenset(group for group, hits in groups.items() if len(hits) > limit),
            entries.spelled,
            -1 if self._index.problem else behind,
        )

    def call_ids(self, actor: Actor, query: str, limit: int = MOST_IN_JOURNAL) -> list[str]:
        """The newest calls that a text finds, as `find` does, for the journal."""
        actor.require(Right.SEE_CALLS)
        sought = [w for w in telling(query_words(query)) if len(w) >= LEAST_LETTERS]
        with self._database.read() as connection:
            hits = self._calls(connection, actor, query, sought, _digits(query), limit)
        return [hit.record_id for hit in hits]

    def _calls(
        self,
        connection: Connection,
        actor: Actor,
        query: str,
        sought: Sequence[str],
        digits: str,
        limit: int,
    ) -> list[Hit]:
        by_number = self._numbered(connection, query, call.c.number, call.c.call_id, "", limit)
        by_phone = self._by_phone(connection, digits, limit)
        viewer = _viewer(actor, Right.OPEN_ANY_VIOLENCE_CALL)
        by_words = self._by_words(calls_by_words, sought, viewer, limit)
        beginnings = [beginning(word) for word in sought]
        rows = _rows(connection, [*by_number, *by_phone, *by_words])
        hits = []
        for call_id in dict.fromkeys((*by_number, *by_phone, *by_words)):
            row = rows.get(call_id)
            if row is None:
                continue
            protected = _is_protected(row, actor)
            if protected and call_id not in by_number and call_id not in by_phone:
                # It became a violence call after it was indexed.
                continue
            hits.append(_call_hit(row, beginnings, digits, protected=protected))
        first = len(by_number)
        return hits[:first] + sorted(hits[first:], key=lambda hit: -(hit.at or 0))

    def _cases(
        self,
        connection: Connection,
        actor: Actor,
        query: str,
        sought: Sequence[str],
        digits: str,
        limit: int,
    ) -> list[Hit]:
        c = case_file.c
        by_number = self._numbered(connection, query, c.number, c.case_id, "C", limit)
        key = read_phone(digits).key if len(digits) > RUNNING_DIGITS else ""
        by_phone: Sequence[str] = ()
        if key:
            keyed = (case_key.c.kind == "phone") & (case_key.c.key == key)
            by_phone = (
                connection.execute(select(case_key.c.case_id).where(keyed).limit(limit))
                .scalars()
                .all()
            )
        viewer = _viewer(actor, Right.OPEN_ANY_CASE)
        found = [*by_number, *by_phone, *self._by_words(cases_by_words, sought, viewer, limit)]
        beginnings = [beginning(word) for word in sought]
        if not found:
            return []
        rows = connection.execute(_CASES.where(c.case_id.in_(found)).order_by(c.opened_at.desc()))
        hits = []
        for row in rows:
            protected = row.owner_id != actor.user_id and not actor.may(Right.OPEN_ANY_CASE)
            texts = [] if protected else case_texts(connection, row.heads)
            pieces = (snippet(text, beginnings) for text in texts)
            hits.append(
                Hit(
                    Group.CASES,
                    row.case_id,
                    row.number,
                    next(filter(None, pieces), ()),
                    (("case_kind", row.kind), ("risk_level", row.risk)),
                    row.opened_at,
                    protected,
                )
            )
        return hits[:limit]

    def _numbered(
        self,
        connection: Connection,
        query: str,
        number: Any,
        record_id: Any,
        letter: str,
        limit: int,
    ) -> list[str]:
        """By the whole number, its beginning, or its running digits of this year or the last."""
        typed = query.strip().upper().removeprefix("117-")
        if not _NUMBER.fullmatch(typed) or len(typed) < LEAST_DIGITS - 1:
            return []
        conditions = []
        if "-" in typed:
            conditions.append((number >= typed) & (number < typed + "\U0010ffff"))
        elif typed.isdecimal() and len(typed) <= RUNNING_DIGITS:
            year = local_day(to_ms(self._clock())).year
            width = RUNNING_DIGITS - len(letter)
            conditions += [
                number == f"{self._office}-{y}-{letter}{int(typed):0{width}d}"
                for y in (year, year - 1)
            ]
        if not conditions:
            return []
        rows = connection.execute(
            select(record_id).where(or_(*conditions)).order_by(number.desc()).limit(limit)
        )
        return list(rows.scalars())

    def _by_phone(self, connection: Connection, digits: str, limit: int) -> list[str]:
        if len(digits) < LEAST_DIGITS:
            return []
        # What people write with 0 in front is kept with the code of the country.
        core = digits.removeprefix("996") if len(digits) > 9 else digits
        core = core.lstrip("0") if len(core.lstrip("0")) >= LEAST_DIGITS else core
        candidates = self._guarded(
            lambda index: calls_by_phone(index, core, PHONES_LOOKED_AT), list[str]()
        )
        rows = _rows(connection, candidates)
        return [i for i in candidates if i in rows and core in _only_digits(rows[i])][:limit]

    def _by_words(
        self,
        find: Callable[[Any, Sequence[str], str | None, int], list[str]],
        sought: Sequence[str],
        viewer: str | None,
        limit: int,
    ) -> list[str]:
        """Records with words that begin as typed; where those are few, with other endings too."""
        if not sought:
            return []
        found = self._guarded(lambda index: find(index, sought, viewer, limit), list[str]())
        wider = [beginning(word) for word in sought]
        if len(found) < limit and wider != list(sought):
            more = self._guarded(lambda index: find(index, wider, viewer, limit), list[str]())
            found = list(dict.fromkeys((*found, *more)))[:limit]
        return found

    def _guarded(self, find: Callable[[Any], T], otherwise: T) -> T:
        """A fault of the index finds nothing; the next step mends it."""
        try:
            return find(self._index.file.connection())
        except Exception as error:  # noqa: BLE001 - derived data: the rest of the search goes on
            self._index.note_fault(error)
            return otherwise


def _digits(query: str) -> str:
    """The digits of something that is typed like a telephone number; "" for anything else."""
    stripped = query.strip()
    if any(not (c.isdecimal() or c in "+-() ") for c in stripped):
        return ""
    digits = "".join(c for c in stripped if c.isdecimal())
    return digits if len(digits) >= LEAST_DIGITS - 1 else ""


def _viewer(actor: Actor, right: Right) -> str | None:
    return None if actor.may(right) else actor.user_id


def _rows(connection: Connection, call_ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    if not call_ids:
        return {}
    rows = _CALLS.run(connection, {"ids": json.dumps(list(call_ids))}).fetchall()
    return {row[0]: row for row in rows}


_OPERATOR, _VIOLENCE, _NAME, _NOTE, _KEY, _RAW = 5, 6, 7, 8, 9, 10


def _is_protected(row: tuple[Any, ...], actor: Actor) -> bool:
    own = row[_OPERATOR] == actor.user_id
    return bool(row[_VIOLENCE]) and not own and not actor.may(Right.OPEN_ANY_VIOLENCE_CALL)


def _only_digits(row: tuple[Any, ...]) -> str:
    return "".join(c for c in (row[_KEY] or row[_RAW]) if c.isdecimal())


def _call_hit(
    row: tuple[Any, ...], beginnings: Sequence[str], digits: str, *, protected: bool
) -> Hit:
    call_id, number, started_at, topic, kind = row[:5]
    pieces: tuple[Piece, ...] = ()
    if not protected:
        pieces = snippet(row[_NOTE], beginnings) or snippet(row[_NAME], beginnings)
        if not pieces and digits and row[_RAW]:
            pieces = snippet(row[_RAW], (row[_RAW].split()[0].lower(),))
    codes = (("topic_l2", topic),) if topic else (("contact_kind", kind),)
    return Hit(Group.CALLS, call_id, number, pieces, codes, started_at, protected)
