"""How many records there are of each kind, kept sealed: it is nobody's business but the opener's.

Counted along with every change, in the same transaction: opening all records to count them would
take seconds after a year.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from ministry_server.schema import meta, record
from ministry_server.store import insert_new, put
from ministry_server.vault import Vault
from operator_app.domain.wire import Kind

KEY = "tally"
_BEFORE_CASES = Kind.CALL.value
"""What a record is whose sealed part does not say it: it was written when there were calls only."""


@dataclass(frozen=True)
class Tally:
    """Records, and those of them in conflict. Suggestions are neither calls nor cases."""

    calls: int = 0
    cases: int = 0
    calls_in_conflict: int = 0
    cases_in_conflict: int = 0

    def plus(self, kind: Kind, *, records: int, conflicts: int) -> Tally:
        """With so many more, or fewer."""
        if kind is Kind.CASE:
            return replace(
                self,
                cases=self.cases + records,
                cases_in_conflict=self.cases_in_conflict + conflicts,
            )
        if kind is Kind.SUGGESTION:
            return self
        return replace(
            self,
            calls=self.calls + records,
            calls_in_conflict=self.calls_in_conflict + conflicts,
        )


def read_tally(settings: dict[str, str], vault: Vault) -> Tally:
    """The tally among the values of `meta`; nothing counted when there is none yet."""
    text = settings.get(KEY)
    return Tally(**vault.open(KEY, base64.b64decode(text))) if text else Tally()


def write_tally(connection: Connection, vault: Vault, tally: Tally) -> None:
    """Keep it; there must be one already (`begin_tally`)."""
    put(connection, KEY, _sealed(vault, tally))


def begin_tally(connection: Connection, vault: Vault) -> None:
    """Count what is here, in a database that has no tally yet."""
    there = connection.execute(select(meta.c.value).where(meta.c.key == KEY)).first()
    if there is None:
        connection.execute(
            insert_new(connection, meta),
            {"key": KEY, "value": _sealed(vault, recount(connection, vault))},
        )


def recount(connection: Connection, vault: Vault) -> Tally:
    """The tally by looking at every record."""
    tally = Tally()
    rows = connection.execute(select(record.c.record_ref, record.c.conflict, record.c.sealed))
    for row in rows:
        kind = record_kind(vault, row.record_ref, row.sealed)
        tally = tally.plus(kind, records=1, conflicts=row.conflict)
    return tally


def record_kind(vault: Vault, record_ref: str, sealed: bytes) -> Kind:
    """Whether a record is a call, a case or a suggestion."""
    return Kind(vault.open(record_ref, sealed).get("kind", _BEFORE_CASES))


def _sealed(vault: Vault, tally: Tally) -> str:
    return base64.b64encode(vault.seal(KEY, vars(tally))).decode()
