"""What the sync cycle remembers over restarts, and its last attempts: codes and counts only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db.models import sync_attempt, sync_state

KEPT_ATTEMPTS = 200


@dataclass(frozen=True)
class Contact:
    """How the last contact went. Times in UTC milliseconds by this PC's clock.

    `state` is a LinkState value, "" before the first try; `code` says why it is not online.
    `skew_ms` is this PC's clock minus the server's, as last measured.
    """

    state: str = ""
    code: str | None = None
    offline_since: int | None = None
    last_contact_at: int | None = None
    last_verified_at: int | None = None
    skew_ms: int | None = None


@dataclass(frozen=True)
class Retry:
    """When to try again: `failures` in a row, `jitter` drawn at the last one (0 to 1).

    `at` is when the last run ended; `not_before` the moment the server asked us to wait for.
    """

    failures: int = 0
    jitter: float = 0.0
    at: int | None = None
    not_before: int | None = None


@dataclass(frozen=True)
class Ledger:
    """What is known of the server's side.

    `epoch` is the server life with which everything was compared; another one calls for that
    again. `have_at` is when that was last done, None when it must be done now; `audit_told` is the audit
    row last reported.
    """

    epoch: str = ""
    have_at: int | None = None
    durable_through: int = 0
    audit_told: int = 0
    unknown_numbers: int = 0


@dataclass(frozen=True)
class Position:
    """Up to where the other PCs' cases were fetched: in which server life, by which schema of ours,
    and the server's count."""

    epoch: str = ""
    schema: int = 0
    cursor: int = 0


@dataclass(frozen=True)
class Recovery:
    """Fetching back what this PC lost by a restore and the ministry still has.

    `pending` until all was looked through; `epoch` and `cursor` say how far. `only_there`: how
    many entries of this PC stay at the ministry only; `back`: how many came back.
    """

    pending: bool = False
    epoch: str = ""
    cursor: int = 0
    only_there: int = 0
    back: int = 0


@dataclass(frozen=True)
class Carried:
    """A bundle in the shared folder that has no receipts yet: its file's name, and from where to
    where in the order of writing it goes."""

    name: str
    first: int
    last: int


@dataclass(frozen=True)
class FolderState:
    """What is known of the bundles. Times in UTC milliseconds by this PC's clock.

    `folder` is where they are put by themselves, "" for nowhere; `problem` the code of what went
    wrong there last. `last_bundle` is the id of the newest bundle, by hand or by itself: only its
    answer tells what the ministry lacks now.
    """

    folder: str = ""
    problem: str | None = None
    written_at: int | None = None
    read_at: int | None = None
    last_bundle: str = ""
    carried: tuple[Carried, ...] = ()


@dataclass(frozen=True)
class SetAside:
    """A supervisor's word that a revision stays with the office for good: when (UTC ms), whose,
    and why."""

    at: int
    by: str
    reason: str


@dataclass(frozen=True)
class BatchSize:
    """How much is sent at once."""

    items: int = 20
    size: int = 128 * 1024


@dataclass(frozen=True)
class Attempt:
    """One exchange with the server: `action` hello|enrol|push|have|changes|feed|places, or a file
    written or read: bundle|receipts; `outcome` "ok" or a code."""

    at: int
    carrier: str
    action: str
    outcome: str
    items: int


def read_contact(connection: Connection) -> Contact:
    """How the last contact went."""
    return Contact(**(_get(connection, "contact") or {}))


def write_contact(connection: Connection, contact: Contact) -> None:
    """Remember how the last contact went."""
    _put(connection, "contact", asdict(contact))


def read_retry(connection: Connection) -> Retry:
    """When to try again."""
    return Retry(**(_get(connection, "retry") or {}))


def write_retry(connection: Connection, retry: Retry) -> None:
    """Remember when to try again."""
    _put(connection, "retry", asdict(retry))


def read_ledger(connection: Connection) -> Ledger:
    """What is known of the server's side."""
    return Ledger(**(_get(connection, "ledger") or {}))


def write_ledger(connection: Connection, ledger: Ledger) -> None:
    """Remember what is known of the server's side."""
    _put(connection, "ledger", asdict(ledger))


def read_batch_size(connection: Connection) -> BatchSize:
    """How much to send at once."""
    return BatchSize(**(_get(connection, "batch") or {}))


def write_batch_size(connection: Connection, batch: BatchSize) -> None:
    """Remember how much went well."""
    _put(connection, "batch", asdict(batch))


def read_cursor(connection: Connection) -> int:
    """The server's count up to which all receipts for this device were fetched."""
    return int(_get(connection, "cursor") or 0)


def write_cursor(connection: Connection, cursor: int) -> None:
    """Remember up to where receipts were fetched."""
    _put(connection, "cursor", cursor)


def read_position(connection: Connection) -> Position:
    """Up to where the other PCs' cases were fetched."""
    return Position(**(_get(connection, "changes") or {}))


def write_position(connection: Connection, position: Position) -> None:
    """Remember up to where the other PCs' cases were fetched."""
    _put(connection, "changes", asdict(position))


def read_recovery(connection: Connection) -> Recovery:
    """What is known of entries that a restore took from this PC."""
    return Recovery(**(_get(connection, "recovery") or {}))


def write_recovery(connection: Connection, recovery: Recovery) -> None:
    """Remember how far the fetching back is."""
    _put(connection, "recovery", asdict(recovery))


def read_folder(connection: Connection) -> FolderState:
    """What is known of the bundles."""
    data = _get(connection, "folder") or {}
    carried = tuple(Carried(**c) for c in data.pop("carried", ()))
    return FolderState(**data, carried=carried)


def write_folder(connection: Connection, state: FolderState) -> None:
    """Remember it."""
    _put(connection, "folder", asdict(state))


def read_set_aside(connection: Connection) -> dict[str, SetAside]:
    """What stays here for good, by op_id."""
    return {op_id: SetAside(**d) for op_id, d in (_get(connection, "set_aside") or {}).items()}


def write_set_aside(connection: Connection, aside: Mapping[str, SetAside]) -> None:
    """Remember it."""
    _put(connection, "set_aside", {op_id: asdict(word) for op_id, word in aside.items()})


def start_anew(connection: Connection) -> None:
    """After a restore: nothing is believed of the way to the server, everything is compared, and
    what was lost here is asked for."""
    write_contact(connection, Contact())
    write_retry(connection, Retry())
    write_folder(connection, FolderState(folder=read_folder(connection).folder))
    write_recovery(connection, Recovery(pending=True))
    write_ledger(connection, replace(read_ledger(connection), have_at=None, unknown_numbers=0))


def compare_soon(connection: Connection) -> None:
    """Let notes be compared in this very run: receipts of ours lie ready there."""
    write_ledger(connection, replace(read_ledger(connection), have_at=None))


def add_attempt(connection: Connection, attempt: Attempt) -> None:
    """Note an exchange; only the last KEPT_ATTEMPTS are kept."""
    connection.execute(insert(sync_attempt).values(**asdict(attempt)))
    newest = select(func.max(sync_attempt.c.attempt_id)).scalar_subquery()
    connection.execute(
        delete(sync_attempt).where(sync_attempt.c.attempt_id <= newest - KEPT_ATTEMPTS)
    )


def attempts(connection: Connection, limit: int) -> list[Attempt]:
    """The last exchanges, newest first."""
    rows = connection.execute(
        select(sync_attempt).order_by(sync_attempt.c.attempt_id.desc()).limit(limit)
    )
    return [Attempt(r.at, r.carrier, r.action, r.outcome, r.items) for r in rows]


def _get(connection: Connection, key: str) -> Any:
    text = connection.execute(select(sync_state.c.value).where(sync_state.c.key == key)).scalar()
    return None if text is None else json.loads(text)


def _put(connection: Connection, key: str, value: Any) -> None:
    text = json.dumps(value)
    connection.execute(
        upsert(sync_state)
        .values(key=key, value=text)
        .on_conflict_do_update(index_elements=["key"], set_={"value": text})
    )
