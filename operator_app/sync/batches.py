"""What goes next: chosen anew for every request, and sealed ahead while the one before is awaited.

Sealing ahead decides nothing: an urgent revision that is saved meanwhile still goes first.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence

import pyrage

from operator_app.db import outbox
from operator_app.db.engine import Database
from operator_app.db.revisions import Revision
from operator_app.db.settings import Device, Server
from operator_app.db.sync_state import BatchSize
from operator_app.domain.wire import Lane
from operator_app.sync.link import Link
from operator_app.sync.push import Envelope, Sealed, seal_batch, seal_revision
from operator_app.sync.status import URGENT_AGE_MS

FAIRNESS_SLOT = 10
MOST_LOOKED_THROUGH = 500
"""Urgent revisions, for one that was saved just now."""


class Batches:
    """The batches of one database. Used by one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._slot = 0
        self._ready: dict[str, Envelope] = {}
        self._sealed_for: tuple[str, Server] | None = None

    def forget(self) -> None:
        """Drop what was sealed ahead."""
        self._ready.clear()

    def next(self, link: Link, allowed: BatchSize) -> list[Sealed]:
        """What the next request carries; empty when nothing is due."""
        with self._database.read() as connection:
            due = self._pick(
                lambda lanes, most: outbox.due(
                    connection, lanes=lanes, now_ms=link.now, most_items=most
                ),
                allowed.items,
                link.now,
            )
        whom = (link.device.device_id, link.server)
        if whom != self._sealed_for:
            # The ministry's key was changed meanwhile.
            self._ready.clear()
            self._sealed_for = whom
        return seal_batch(due, link.device, link.server, allowed.size, self._ready)

    @contextlib.contextmanager
    def sealing_ahead(
        self, link: Link, batch: Sequence[Sealed], allowed: BatchSize
    ) -> Iterator[None]:
        """While the block waits for the answer to `batch`, seal what is likely to follow."""
        coming = self._coming(link, batch, allowed)
        if not coming:
            yield
            return
        enough = threading.Event()
        worker = threading.Thread(
            target=_seal, args=(coming, link.device, link.server, self._ready, enough)
        )
        worker.start()
        try:
            yield
        finally:
            enough.set()
            worker.join()

    def _coming(self, link: Link, batch: Sequence[Sealed], allowed: BatchSize) -> list[Revision]:
        if len(self._ready) >= allowed.items:
            return []
        going = {sealed.revision.op_id for sealed in batch}
        with self._database.read() as connection:
            due = outbox.due(
                connection,
                lanes=tuple(Lane),
                now_ms=link.now,
                most_items=len(going) + allowed.items,
            )
        return [r for r in due if r.op_id not in going and r.op_id not in self._ready]

    def _pick(
        self, due: Callable[[tuple[Lane, ...], int], list[Revision]], most: int, now: int
    ) -> list[Revision]:
        """Urgent ones first and one at a time; every tenth request is for who else waits."""
        found = due(tuple(Lane), most)
        if not found:
            return []
        first = found[0].lane
        self._slot = (self._slot + 1) % FAIRNESS_SLOT
        if self._slot == 0:
            others = due(tuple(lane for lane in Lane if lane is not first), most)
            if others:
                return others
        if first is not Lane.URGENT:
            return found
        if _is_stale(found[0], now):
            found = _fresh_first(due((Lane.URGENT,), MOST_LOOKED_THROUGH) or found, now)
        return found[:1]


def _is_stale(revision: Revision, now: int) -> bool:
    """Whether it waits for so long that somebody was told to phone instead."""
    return now - revision.created_at > URGENT_AGE_MS


def _fresh_first(urgent: Sequence[Revision], now: int) -> list[Revision]:
    """Who is in danger now does not wait for the urgent ones of two weeks without a line.

    By records: of one record the earlier revision goes first, however old it is (I11).
    """
    fresh = {r.record_id for r in urgent if r.lane is Lane.URGENT and not _is_stale(r, now)}
    return sorted(urgent, key=lambda r: (r.lane, r.record_id not in fresh))


def _seal(
    coming: Sequence[Revision],
    device: Device,
    server: Server,
    ready: dict[str, Envelope],
    enough: threading.Event,
) -> None:
    for revision in coming:
        if enough.is_set():
            return
        try:
            ready[revision.op_id] = seal_revision(revision, device, server)
        except pyrage.RecipientError:
            # It is said when the batch is made.
            return
