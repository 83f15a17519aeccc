"""One round of synchronisation, and when the next is due.

A run greets the server, enrols when needed, compares notes when the server's epoch is new, and
sends what waits. It runs on a worker thread, one at a time, and can be stopped between requests.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import Connection

from operator_app.db import foreign, outbox, revisions, settings, sync_state
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.wire import Lane, State
from operator_app.errors import AppError, BadInput, NetworkProblem, ServerRefused
from operator_app.sync import pacing
from operator_app.sync.answers import BUSY, NEVER_ARRIVED, TOO_LARGE, Hello
from operator_app.sync.batches import Batches
from operator_app.sync.carriers.base import Carrier
from operator_app.sync.changes import pull, pull_gently
from operator_app.sync.enrol import enrol
from operator_app.sync.envelope import KEY_ENDED
from operator_app.sync.feeds import pull_feeds
from operator_app.sync.have import reconcile
from operator_app.sync.link import Link
from operator_app.sync.push import Sealed, give_back, push, set_aside
from operator_app.sync.recovery import recover
from operator_app.sync.status import LinkState, state_after

log = logging.getLogger(__name__)

MOST_REQUESTS = 100
"""Pushes in one run; the next run follows at once when more waits."""
MOST_BAD_PUSHES = 8
HAVE_EVERY_MS = 6 * 3_600_000
HAVE_PENDING_EVERY_MS = 10 * 60_000


@dataclass(frozen=True)
class CycleReport:
    """How a run ended: the state it found, what was confirmed and refused, the code of its problem.

    `cases_changed`: how many cases look different, by what other PCs of the office wrote.
    `feeds_changed`: the names of the ministry's feeds that brought something new. `stopped`: it was
    asked to end, or another run was under way.
    """

    state: LinkState | None = None
    confirmed: int = 0
    rejected: int = 0
    missing: int = 0
    problem: str | None = None
    stopped: bool = False
    cases_changed: int = 0
    feeds_changed: tuple[str, ...] = ()


class Cycle:
    """The synchronisation of one database with its server."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        open_carrier: Callable[[str], Carrier],
        *,
        app_version: str,
        take_in: Callable[[Connection], int] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        """`open_carrier` makes the carrier for a server address; it is kept over runs.

        `take_in` brings what other PCs wrote into cases into the rows that screens read, within
        the transaction it is given, and tells how many cases changed by that.
        """
        self._database = database
        self._clock = clock
        self._open_carrier = open_carrier
        self._app_version = app_version
        self._take_in = take_in
        self._random = rng or random.Random()  # noqa: S311 - jitter, no secret
        self._running = threading.Lock()
        self._stop = threading.Event()
        self._carrier: Carrier | None = None
        self._carrier_way: object = None
        self._first_run = True
        self._batches = Batches(database)

    def stop(self) -> None:
        """End a run at its next request, and let no other begin; safe from any thread."""
        self._stop.set()

    def close(self) -> None:
        """Stop, wait for the request under way, let go of connections."""
        self.stop()
        with self._running:
            self._drop_carrier()

    def send_now(self) -> None:
        """Forget backoff, breaker and what was put aside: the next run is due at once."""
        with self._database.write() as connection:
            retry = sync_state.read_retry(connection)
            sync_state.write_retry(connection, pacing.hurried(retry))
            outbox.hurry(connection)

    def next_due(self) -> float | None:
        """Seconds until the next run should begin; None while there is no server to go to.

        Ask again after every save: an urgent call shortens the wait.
        """
        now = to_ms(self._clock())
        with self._database.read() as connection:
            server = settings.read_server(connection)
            if not server.url or not (server.enrolled or server.enrolment_code):
                return None
            counts = revisions.counts(connection)
            wait = pacing.wait_ms(
                sync_state.read_retry(connection),
                now,
                next_due_at=outbox.next_due_at(connection, now),
                urgent=counts.urgent_waiting_at is not None,
            )
        return wait / 1000

    def run_once(self) -> CycleReport:
        """One round. Never raises for the network or the server: the report and the status say it.

        Raises EnvironmentProblem when the database cannot be written; nothing is lost by that.
        """
        if not self._running.acquire(blocking=False):
            return CycleReport(stopped=True)
        try:
            return CycleReport(stopped=True) if self._stop.is_set() else self._run()
        finally:
            self._running.release()

    def _run(self) -> CycleReport:
        with self._database.read() as connection:
            server = settings.read_server(connection)
            device = settings.read_device(connection)
        if self._first_run:
            with self._database.write() as connection:
                outbox.reclaim(connection, code="sending.interrupted")
        if not server.url:
            return CycleReport(LinkState.NOT_CONFIGURED)
        if not server.enrolled and not server.enrolment_code:
            return CycleReport(LinkState.NOT_ENROLLED)
        link: Link | None = None
        done = _Tally()
        try:
            carrier = self._carrier_for(server)
            link = Link(self._database, self._clock, carrier, device, server, self._app_version)
            self._round(link, done)
        except (NetworkProblem, ServerRefused, BadInput) as problem:
            return self._ended_badly(link, problem, done)
        return self._ended_well(link, done)

    def _round(self, link: Link, done: _Tally) -> None:
        not_enrolled_again: AppError | None = None
        if link.server.enrolment_code:
            try:
                link.server = enrol(link)
            except (ServerRefused, BadInput) as problem:
                # A wrong new code must not stop a PC that is enrolled already.
                if not link.server.enrolled:
                    raise
                not_enrolled_again = problem
        hello = link.hello()
        if self._must_compare(link, hello):
            done.missing += reconcile(link, hello).missing
        self._first_run = False
        new_epoch = self._send(link, hello, done)
        if (new_epoch or self._must_compare_now()) and not self._stop.is_set():
            done.missing += reconcile(link, link.hello()).missing
        self._take_changes(link, hello, done)
        if not self._stop.is_set():
            for feed in pull_feeds(link, hello, self._has_to_stop):
                done.feeds_changed[feed] = True
        if not_enrolled_again is not None:
            raise not_enrolled_again

    def _take_changes(self, link: Link, hello: Hello, done: _Tally) -> None:
        """What other PCs of the office wrote into cases; after a restore, what this one did."""
        if self._stop.is_set():
            return
        for fetch in (pull, recover):
            problem = pull_gently(link, partial(fetch, link, hello.epoch, self._stop.is_set))
            done.problem = problem or done.problem
        if self._take_in is not None:
            with self._database.read() as connection:
                waiting = foreign.may_be_folded(connection)
            if waiting:
                with self._database.write() as connection:
                    done.cases_changed += self._take_in(connection)
        if self._must_compare_now() and not self._stop.is_set():
            done.missing += reconcile(link, link.hello()).missing

    def _has_to_stop(self) -> bool:
        """Whether a long fetching ends here: an urgent record does not wait for it."""
        if self._stop.is_set():
            return True
        with self._database.read() as connection:
            return revisions.counts(connection).urgent_waiting_at is not None

    def _must_compare(self, link: Link, hello: Hello) -> bool:
        with self._database.read() as connection:
            ledger = sync_state.read_ledger(connection)
            pending = revisions.unconfirmed(
                connection, [State.STORED, State.HELD, State.CONFLICT], 1
            )
        if self._first_run or ledger.have_at is None or _epoch_changed(ledger.epoch, hello.epoch):
            return True
        age = abs(link.now - ledger.have_at)
        return age > (HAVE_PENDING_EVERY_MS if pending else HAVE_EVERY_MS)

    def _must_compare_now(self) -> bool:
        with self._database.read() as connection:
            return sync_state.read_ledger(connection).have_at is None

    def _send(self, link: Link, hello: Hello, done: _Tally) -> bool:
        """Send until nothing is due. True when an answer came from another epoch.

        A failed push is followed by a greeting: it tells whether the way or the batch is to blame.
        """
        with self._database.read() as connection:
            failures = sync_state.read_retry(connection).failures
            size = sync_state.read_batch_size(connection)
        half_open = failures >= pacing.BREAKER_FAILURES
        if half_open:
            size = replace(size, items=1)
        bad_pushes = 0
        new_epoch = False
        self._batches.forget()
        for _request in range(MOST_REQUESTS):
            if self._stop.is_set():
                break
            allowed = pacing.within(size, hello.max_items, hello.max_bytes)
            batch = self._batches.next(link, allowed)
            if not batch:
                break
            begun = link.now
            try:
                with self._batches.sealing_ahead(link, batch, allowed):
                    pushed = push(link, batch)
            except (NetworkProblem, ServerRefused) as problem:
                hello = self._judge(link, batch, problem, hello)
                size = self._isolate(link, batch, size, problem.code)
                done.problem = problem.code
                bad_pushes += 1
                if half_open or bad_pushes >= MOST_BAD_PUSHES:
                    raise
                continue
            half_open, bad_pushes, done.problem = False, 0, None
            done.confirmed += pushed.confirmed
            done.rejected += pushed.rejected
            new_epoch = new_epoch or _epoch_changed(hello.epoch, pushed.epoch)
            if pushed.key_ended:
                kid = link.server.kid
                hello = link.hello()
                if link.server.kid == kid:
                    # It names the key that it takes no more; asking again would go on for ever.
                    done.problem = KEY_ENDED
                    break
            sent = sync_state.BatchSize(len(batch), sum(sealed.size for sealed in batch))
            took = link.now - begun
            if batch[0].revision.lane is Lane.URGENT:
                fitting = pacing.shortened(size, sent, took)
            else:
                fitting = pacing.fitted(size, sent, took, hello.max_items)
            size = self._remember(size, fitting)
        return new_epoch

    def _judge(self, link: Link, batch: list[Sealed], problem: AppError, hello: Hello) -> Hello:
        """Whether the batch may be the cause of the failed push; a new greeting if it may.

        Otherwise the batch goes back as it is, and the problem of the way is raised.
        """
        try:
            if not isinstance(problem, NetworkProblem) or problem.code in {*NEVER_ARRIVED, BUSY}:
                raise problem
            return hello if problem.code == TOO_LARGE else link.hello()
        except (NetworkProblem, ServerRefused):
            give_back(link, batch, problem.code)
            raise

    def _isolate(
        self, link: Link, batch: list[Sealed], size: sync_state.BatchSize, code: str
    ) -> sync_state.BatchSize:
        """Halve until the one that cannot pass is alone, then let it step aside."""
        if len(batch) == 1:
            set_aside(link, batch[0], code)
            return size
        give_back(link, batch, code)
        return self._remember(size, pacing.halved(size, len(batch)))

    def _remember(
        self, old: sync_state.BatchSize, new: sync_state.BatchSize
    ) -> sync_state.BatchSize:
        if new != old:
            with self._database.write() as connection:
                sync_state.write_batch_size(connection, new)
        return new

    def _ended_well(self, link: Link, done: _Tally) -> CycleReport:
        with self._database.write() as connection:
            contact = sync_state.read_contact(connection)
            sync_state.write_contact(
                connection,
                replace(
                    contact, state=LinkState.ONLINE.value, code=done.problem, offline_since=None
                ),
            )
            sync_state.write_retry(connection, pacing.succeeded(link.now))
            link.write_notes(connection)
        return done.report(LinkState.ONLINE, done.problem, stopped=self._stop.is_set())

    def _ended_badly(self, link: Link | None, problem: AppError, done: _Tally) -> CycleReport:
        state = state_after(problem)
        now = to_ms(self._clock())
        seconds = problem.params.get("seconds") if problem.code == BUSY else None
        with self._database.write() as connection:
            contact = sync_state.read_contact(connection)
            sync_state.write_contact(
                connection,
                replace(
                    contact,
                    state=state.value,
                    code=problem.code,
                    offline_since=contact.offline_since or now,
                ),
            )
            retry = pacing.failed(
                sync_state.read_retry(connection),
                now,
                self._random.random(),
                seconds if isinstance(seconds, int) else None,
            )
            sync_state.write_retry(connection, retry)
            if link is not None:
                link.write_notes(connection)
        log.info("sync run ended: %s, failure %d in a row", problem.code, retry.failures)
        return done.report(state, problem.code, stopped=self._stop.is_set())

    def _carrier_for(self, server: settings.Server) -> Carrier:
        way = (server.url, server.xroad)
        if self._carrier is None or way != self._carrier_way:
            self._drop_carrier()
            self._carrier, self._carrier_way = self._open_carrier(server.url), way
        return self._carrier

    def _drop_carrier(self) -> None:
        if self._carrier is not None:
            self._carrier.close()
            self._carrier = None


@dataclass
class _Tally:
    confirmed: int = 0
    rejected: int = 0
    missing: int = 0
    cases_changed: int = 0
    feeds_changed: dict[str, bool] = field(default_factory=dict)
    problem: str | None = None
    """Code of the last request that failed although the server greets."""

    def report(self, state: LinkState, problem: str | None, *, stopped: bool) -> CycleReport:
        return CycleReport(
            state,
            self.confirmed,
            self.rejected,
            self.missing,
            problem,
            stopped,
            self.cases_changed,
            tuple(self.feeds_changed),
        )


def _epoch_changed(known: str, met: str) -> bool:
    return known != met
