"""Keeping the search index up with the records: in small steps, behind the saves, never in them.

What is indexed follows the revisions: the index remembers up to which one it has come, so that a
crash, a restored file or an older index only means more steps. Whatever goes wrong here is told
as a state, and no record depends on it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, select

from operator_app.db import feeds, revisions
from operator_app.db.case_models import case_file
from operator_app.db.engine import Database, is_fault_of_file
from operator_app.db.models import call, foreign_revision, revision
from operator_app.db.prepared import Prepared
from operator_app.db.revisions import WRITTEN_ORDER
from operator_app.db.search_docs import (
    CallDoc,
    CaseDoc,
    known_cases,
    number_of_calls,
    put_calls,
    put_cases,
)
from operator_app.db.search_entries import ARTICLE, SERVICE, EntryDoc, replace_entries
from operator_app.db.search_file import SearchFile
from operator_app.domain.articles import Article
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.directory import Service
from operator_app.domain.search_text import searchable
from operator_app.domain.wire import Kind
from operator_app.services import call_rows
from operator_app.services.directory import Directory
from operator_app.services.entries import Entry
from operator_app.services.knowledge import Knowledge

log = logging.getLogger(__name__)

STEP = 500
"""Revisions a step takes in: a fifth of a second on a slow PC, between two saves."""
BIG_STEP = 10_000
"""The same while nobody waits for a save: made anew by command or by the button."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_THROUGH, _FOREIGN, _FEEDS, _BUILT_AT = "revision", "foreign", "feeds", "built_at"

_NEW = (
    select(WRITTEN_ORDER.label("number"), revision.c.record_id, revision.c.kind)
    .where(bindparam("through") < WRITTEN_ORDER)
    .order_by(WRITTEN_ORDER)
    .limit(bindparam("most"))
)
_NEWEST = Prepared(select(func.max(WRITTEN_ORDER)).select_from(revision))
_RECEIVED_ORDER: ColumnElement[int] = literal_column("foreign_revision.rowid")
_NEW_FOREIGN = (
    select(_RECEIVED_ORDER.label("number"), foreign_revision.c.record_id, foreign_revision.c.kind)
    .where(bindparam("through") < _RECEIVED_ORDER)
    .order_by(_RECEIVED_ORDER)
    .limit(bindparam("most"))
)
_NEWEST_FOREIGN = Prepared(select(func.max(_RECEIVED_ORDER)).select_from(foreign_revision))
_CALL_COLUMNS = select(
    call.c.call_id,
    call.c.caller_name,
    call.c.note,
    call.c.violence_block,
    call.c.violence,
    call.c.operator_id,
    call.c.phone_key,
    call.c.phone_raw,
)
_SAVED_ORDER: ColumnElement[int] = literal_column("call.rowid")
_CALL_KINDS = frozenset({Kind.CALL.value, Kind.VOID.value})


@dataclass(frozen=True)
class IndexState:
    """How the index stands: calls in it, revisions not yet in it, its size, when it was begun anew
    (UTC ms), the code of what is wrong with it."""

    documents: int
    behind: int
    size_bytes: int
    built_at: int | None
    problem: str | None


class SearchIndex:
    """One index over one database. For one thread at a time: the database worker."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        knowledge: Knowledge,
        clock: Clock,
    ) -> None:
        self._database = database
        self._directory = directory
        self._knowledge = knowledge
        self._clock = clock
        self.file = SearchFile(database.file.with_name("search.db"), lambda: database.key)
        self.problem: str | None = None

    def step(self) -> int:
        """Take in what is new, at most STEP revisions; how many wait after that.

        Never raises: a damaged index is thrown away and begun anew; what else goes wrong is told
        by `problem` and tried again at the next step.
        """
        try:
            behind = self._step(STEP)
        except Exception as error:  # noqa: BLE001 - derived data: told as a state, see above
            self.note_fault(error)
            return 0
        self.problem = None
        return behind

    def behind(self) -> int:
        """How many revisions the index does not hold yet; -1 when it cannot be read."""
        with self._database.read() as connection:
            return self.behind_of(connection)

    def behind_of(self, connection: Connection) -> int:
        """The same, as the transaction sees it."""
        try:
            through, foreign = self.file.get(_THROUGH), self.file.get(_FOREIGN)
        except Exception as error:  # noqa: BLE001 - as in `step`
            self.note_fault(error)
            return -1
        newest, came = _newest(connection)
        return max(0, newest - through) + max(0, came - foreign)

    def state(self) -> IndexState:
        """How the index stands."""
        behind = self.behind()
        if behind < 0:
            return IndexState(0, -1, self.file.size_bytes(), None, self.problem)
        documents = number_of_calls(self.file.connection())
        built_at = self.file.get(_BUILT_AT) or None
        return IndexState(documents, behind, self.file.size_bytes(), built_at, self.problem)

    def begin_anew(self) -> None:
        """Throw the index away; the next steps make it again. Raises EnvironmentProblem."""
        self.file.remove()
        self.problem = None

    def rebuild(
        self,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> int:
        """Make the index anew at once; how many revisions it holds. `progress(done, all)`.

        Unlike `step` it raises what goes wrong.
        """
        self.begin_anew()
        with self._database.read() as connection:
            newest = sum(_newest(connection))
        behind = newest
        while not stopped():
            behind = self._step(BIG_STEP)
            progress(newest - behind, newest)
            if not behind:
                break
        return newest - behind

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()

    def note_fault(self, error: Exception) -> None:
        """Tell of a fault of the index; a file that is damaged goes, the next step makes another."""
        self.problem = "search.index_fault"
        log.warning("search index: %s", type(error).__name__)
        if is_fault_of_file(error):
            try:
                self.file.remove()
            except Exception as held:  # noqa: BLE001 - as in `step`
                log.warning("search index not removed: %s", type(held).__name__)

    def _step(self, most: int) -> int:
        through, foreign = self.file.get(_THROUGH), self.file.get(_FOREIGN)
        with self._database.read() as connection:
            newest, came = _newest(connection)
            if through > newest or foreign > came:
                # An older database was put back: what the index knows is of another life.
                through = foreign = 0
            rows = connection.execute(_NEW, {"through": through, "most": most}).all()
            others = connection.execute(_NEW_FOREIGN, {"through": foreign, "most": most}).all()
            calls = _call_docs(
                connection, {row.record_id for row in (*rows, *others) if row.kind in _CALL_KINDS}
            )
            cases = self._changed_cases(connection)
            changes = feeds.changes_so_far(connection)
        reached = rows[-1].number if rows else through
        reached_foreign = others[-1].number if others else foreign
        entries = None if self.file.get(_FEEDS) == changes + 1 else self._entry_docs()
        with self.file.transaction() as index:
            if calls:
                put_calls(index, calls)
            put_cases(index, cases)
            if entries is not None:
                replace_entries(index, entries)
                self.file.put(_FEEDS, changes + 1)
            if not self.file.get(_BUILT_AT):
                self.file.put(_BUILT_AT, to_ms(self._clock()))
            self.file.put(_THROUGH, reached)
            self.file.put(_FOREIGN, reached_foreign)
        return max(0, newest - reached) + max(0, came - reached_foreign)

    def _changed_cases(self, connection: Connection) -> list[CaseDoc]:
        """Cases change by revisions of this PC and of others: their heads tell."""
        known = known_cases(self.file.connection())
        rows = connection.execute(
            select(case_file.c.case_id, case_file.c.heads, case_file.c.owner_id)
        )
        return [
            CaseDoc(
                row.case_id,
                row.heads,
                row.owner_id,
                searchable(" ".join(case_texts(connection, row.heads))),
            )
            for row in rows
            if known.get(row.case_id) != (row.heads, row.owner_id)
        ]

    def _entry_docs(self) -> list[EntryDoc]:
        docs = [_service_doc(entry) for entry in self._directory.entries.all().values()]
        articles: dict[str, list[Article]] = {}
        for entry in self._knowledge.entries.all().values():
            articles.setdefault(entry.value.article_id, []).append(entry.value)
        return docs + [_article_doc(name, versions) for name, versions in articles.items()]


def _newest(connection: Connection) -> tuple[int, int]:
    """The newest revision of this PC and the one that came last from the others."""
    own, foreign = (p.run(connection, {}).fetchone()[0] for p in (_NEWEST, _NEWEST_FOREIGN))
    return int(own or 0), int(foreign or 0)


def _call_docs(connection: Connection, call_ids: set[str]) -> list[CallDoc]:
    if not call_ids:
        return []
    wanted = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
    rows = connection.execute(
        _CALL_COLUMNS.where(call.c.call_id.in_(wanted)).order_by(_SAVED_ORDER),
        {"ids": json.dumps(sorted(call_ids))},
    )
    docs = []
    for row in rows:
        words = [row.caller_name, row.note]
        if (block := call_rows.block(row.violence_block)) is not None:
            words += [block.affected_name, block.happened]
        digits = "".join(c for c in (row.phone_key or row.phone_raw) if c.isdecimal())
        owner = row.operator_id if row.violence else None
        docs.append(CallDoc(row.call_id, searchable(" ".join(filter(None, words))), digits, owner))
    return docs


def case_texts(connection: Connection, heads: str) -> list[str]:
    """What people wrote in all versions of a case that count; `heads` as in case_file."""
    found: list[str] = []
    for op_id in json.loads(heads):
        own = revisions.find(connection, op_id)
        if own is not None:
            body = own.body
        else:
            payload = connection.execute(
                select(foreign_revision.c.payload).where(foreign_revision.c.op_id == op_id)
            ).scalar()
            body = json.loads(payload)["body"] if payload else {}
        found += _texts(body)
    return list(dict.fromkeys(found))


def _texts(value: Any) -> list[str]:
    """Everything in a snapshot that a person wrote: not its codes, identifiers and numbers."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, str) and value.upper() != value and not _UUID.fullmatch(value):
        return [value]
    return []


def _service_doc(entry: Entry[Service]) -> EntryDoc:
    service = entry.value
    of_place = [t for p in service.places if not p.confidential for t in p.address.values()]
    return EntryDoc(
        SERVICE,
        service.service_id,
        _joined(service.names.values()),
        _joined((service.keywords, *service.organization_names.values())),
        _joined(service.descriptions.values()),
        _joined(
            (
                *of_place,
                *service.eligibility.values(),
                *service.documents.values(),
                *service.how_to_apply.values(),
                *(phone.number for phone in service.phones),
            )
        ),
    )


def _article_doc(article_id: str, versions: Sequence[Article]) -> EntryDoc:
    return EntryDoc(
        ARTICLE,
        article_id,
        _joined(v.title for v in versions),
        _joined(v.keywords for v in versions),
        _joined(v.summary for v in versions),
        _joined(v.body for v in versions),
    )


def _joined(texts: Any) -> str:
    return searchable(" ".join(texts))
