"""Facts: what the records add to the figures, kept beside them and made anew when one changes.

They follow the receipts: whatever happens to a record, a receipt is signed for it in the same
transaction. So nothing of this is on the way of a push. `meta` notes how far they came ("facts").
"""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from ministry_server.contact_kinds import asked_kinds
from ministry_server.counted import BROKEN, Counted, counted_call, counted_case, read_counted
from ministry_server.records import bases_of
from ministry_server.schema import event, fact, fact_source, meta, receipt, record
from ministry_server.store import Store, get_all, insert_new, put
from ministry_server.tally import record_kind
from ministry_server.vault import Vault
from operator_app.domain.case_merge import last_common, merged
from operator_app.domain.cases import Case
from operator_app.domain.definitions import VERSION
from operator_app.domain.wire import Kind, case_from_body

log = logging.getLogger("ministry_server.facts")

KEY = "facts"
AT_ONCE = 200
"""Receipts looked at in one step: it holds up a push for a few milliseconds at most."""
_REFS_AT_ONCE = 500
_PADDED_TO = 256


class _State(msgspec.Struct, frozen=True):
    """How far the facts are: of the definitions, of the receipts, and which offices have some."""

    version: int = VERSION
    through: int = 0
    offices: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Made:
    """The facts of a record by month; none where it counts nowhere."""

    record_ref: str
    office: str
    by_month: dict[str, bytes]


class Facts:
    """One at a time in a process; the database keeps several processes apart."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._lock = threading.Lock()

    def catch_up(self, most_steps: int) -> bool:
        """Bring the facts up to the records, in small steps; whether that came to its end."""
        with self._lock:
            return any(self._step() for _ in range(most_steps))

    def offices(self, connection: Connection) -> tuple[str, ...]:
        """The offices of which anything was counted."""
        return self._state(_text(connection)).offices

    def read(self, connection: Connection, office: str, months: Sequence[str]) -> Iterator[Counted]:
        """What an office has in these months; a case comes once for each that it is in."""
        buckets = [self._vault.mark("bucket", office, month) for month in months]
        for start in range(0, len(buckets), _REFS_AT_ONCE):
            rows = connection.execute(
                select(fact.c.fact_ref, fact.c.sealed).where(
                    fact.c.bucket.in_(buckets[start : start + _REFS_AT_ONCE])
                )
            )
            for row in rows:
                yield read_counted(self._vault.open_bytes(row.fact_ref, row.sealed))

    def _step(self) -> bool:
        """Take in the next receipts; whether there are no more."""
        with self._store.read() as connection:
            # First how far it goes, then what is there: more may come meanwhile.
            settings = get_all(connection)
            known, head = settings.get(KEY), int(settings["server_seq"])
            state = self._state(known)
            if state.through >= head:
                return True
            rows = connection.execute(
                select(receipt.c.server_seq, event.c.record_ref)
                .join(event, event.c.op_id == receipt.c.op_id)
                .where(
                    receipt.c.server_seq > state.through,
                    receipt.c.server_seq <= head,
                    receipt.c.kept == 1,
                    event.c.record_ref.is_not(None),
                )
                .order_by(receipt.c.server_seq)
                .limit(AT_ONCE)
            ).all()
            made = self._make(connection, sorted({row.record_ref for row in rows}))
        is_last = len(rows) < AT_ONCE
        through = head if is_last else rows[-1].server_seq
        offices = {*state.offices, *(one.office for one in made if one.by_month)}
        after = _State(VERSION, through, tuple(sorted(offices)))
        with self._store.write() as connection:
            if get_all(connection, lock=True).get(KEY) != known:
                # Another process was quicker.
                return False
            if state.through == 0:
                connection.execute(delete(fact))
                connection.execute(delete(fact_source))
            self._write(connection, made)
            self._keep(connection, after)
        return is_last

    def _make(self, connection: Connection, refs: Sequence[str]) -> list[_Made]:
        kinds = asked_kinds(connection)
        rows = connection.execute(select(record).where(record.c.record_ref.in_(refs)))
        return [self._made(connection, row._mapping, kinds) for row in rows.all()]

    def _made(self, connection: Connection, row: Any, kinds: frozenset[str]) -> _Made:
        ref = row["record_ref"]
        nothing = _Made(ref, "", {})
        kind = record_kind(self._vault, ref, row["sealed"])
        if row["shown"] is None or row["voided"] or kind is Kind.SUGGESTION:
            return nothing
        heads = json.loads(row["heads"])
        query = select(event.c.op_id, event.c.bases, event.c.sealed).where(
            event.c.record_ref == ref
        )
        if kind is Kind.CASE and len(heads) == 1:
            # A long history, of which nothing else is needed.
            query = query.where(event.c.op_id == row["shown"])
        events = connection.execute(query).all()
        payloads = {one.op_id: self._vault.open(one.op_id, one.sealed) for one in events}
        shown = payloads[row["shown"]]
        try:
            if kind is Kind.CASE:
                bases = {one.op_id: bases_of(one.bases) for one in events}
                by_month = counted_case(ref, _shown_case(ref, payloads, bases, heads))
            else:
                first = min(payload["at"] for payload in payloads.values())
                by_month = counted_call(shown, asked_kinds=kinds, first_saved_at=first)
        except BROKEN as error:
            log.error("cannot count %s: %s", row["shown"], type(error).__name__)
            return nothing
        return _Made(ref, shown["body"]["office"], by_month)

    def _write(self, connection: Connection, made: Sequence[_Made]) -> None:
        refs = [one.record_ref for one in made]
        sources = connection.execute(
            select(fact_source).where(fact_source.c.record_ref.in_(refs))
        ).all()
        before = [
            fact_ref
            for row in sources
            for fact_ref in self._vault.open(_source(row.record_ref), row.sealed)["facts"]
        ]
        for start in range(0, len(before), _REFS_AT_ONCE):
            some = before[start : start + _REFS_AT_ONCE]
            connection.execute(delete(fact).where(fact.c.fact_ref.in_(some)))
        connection.execute(delete(fact_source).where(fact_source.c.record_ref.in_(refs)))
        facts = []
        for one in made:
            for month, text in one.by_month.items():
                fact_ref = self._vault.mark("fact", one.record_ref, month)
                bucket = self._vault.mark("bucket", one.office, month)
                sealed = self._vault.seal_bytes(fact_ref, text)
                facts.append({"fact_ref": fact_ref, "bucket": bucket, "sealed": sealed})
        if facts:
            connection.execute(insert(fact), facts)
        if made:
            connection.execute(
                insert(fact_source),
                [{"record_ref": one.record_ref, "sealed": self._listed(one)} for one in made],
            )

    def _listed(self, made: _Made) -> bytes:
        refs = [self._vault.mark("fact", made.record_ref, month) for month in made.by_month]
        text = json.dumps({"facts": refs})
        # The length would tell a call from a case.
        padded = text.ljust(-(-len(text) // _PADDED_TO) * _PADDED_TO)
        return self._vault.seal_bytes(_source(made.record_ref), padded.encode())

    def _state(self, text: str | None) -> _State:
        if text is None:
            return _State()
        plain = self._vault.open_bytes(KEY, base64.b64decode(text))
        state = msgspec.json.decode(plain, type=_State)
        return state if state.version == VERSION else _State()

    def _keep(self, connection: Connection, state: _State) -> None:
        sealed = self._vault.seal_bytes(KEY, msgspec.json.encode(state))
        value = base64.b64encode(sealed).decode()
        connection.execute(insert_new(connection, meta), {"key": KEY, "value": value})
        put(connection, KEY, value)


def _shown_case(
    ref: str,
    payloads: Mapping[str, dict[str, Any]],
    bases: Mapping[str, Sequence[str]],
    heads: Sequence[str],
) -> Case:
    """The case as the offices show it: of versions that contradict each other the more cautious
    values, and what she refused in one of them is refused."""

    def version(op_id: str) -> Case:
        payload = payloads[op_id]
        return case_from_body(payload["body"], case_id=ref, op_id=op_id, saved_at=payload["at"])

    if len(heads) == 1:
        return version(heads[0])
    ancestor = last_common(bases, heads)
    before = version(ancestor) if ancestor else None
    return merged([version(head) for head in heads], before).case


def _text(connection: Connection) -> str | None:
    return connection.execute(select(meta.c.value).where(meta.c.key == KEY)).scalar()


def _source(record_ref: str) -> str:
    return f"source {record_ref}"
