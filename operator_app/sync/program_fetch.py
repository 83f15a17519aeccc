"""Fetching the file of a newer version into the folder that IT named, one piece at a time.

Slow lines carry calls first: a piece is asked for only when nothing waits to be sent, and is small
enough that what is saved meanwhile hardly waits for it. What is here of a file stays over cuts and
restarts. Only a file whose hash is the signed one gets its name; nothing is ever run.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import hashlib
import logging
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from operator_app.db import outbox, settings, sync_state
from operator_app.db.engine import Database
from operator_app.db.program_state import FetchState, published, read_fetch, write_fetch
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.program_versions import ProgramVersion, newest_for
from operator_app.domain.wire import canonical_plain
from operator_app.errors import AppError, EnvironmentProblem, NetworkProblem
from operator_app.files import sync_folder
from operator_app.sync.answers import content, new_nonce
from operator_app.sync.carriers.base import BASE_PATH, Carrier
from operator_app.sync.receipts import sign
from operator_app.sync.status import LinkState

log = logging.getLogger(__name__)

LEAST_PIECE, FIRST_PIECE, MOST_PIECE = 16 << 10, 64 << 10, 1 << 20
LONG_MS, SHORT_MS = 8_000, 2_000
"""A piece that took longer is halved, one that took less is doubled."""
LEFT_FREE = 500 << 20
"""Of the disk: fetching stops before it fills it up."""
SOON_MS, LATER_MS, NEXT_DAY_MS = 15 * 60_000, 3_600_000, 24 * 3_600_000
_REST_MS = {
    "program.disk_full": LATER_MS,
    "program.folder_gone": LATER_MS,
    "program.folder_not_writable": LATER_MS,
    "program.not_there": LATER_MS,
    "program.wrong_hash": NEXT_DAY_MS,
    "program.no_pieces": NEXT_DAY_MS,
}
"""After which it is tried again; after anything of the way, SOON_MS."""
_PIECE, _WHOLE, _NOT_THERE, _PAST_END = 206, 200, 404, 416


class ProgramFetch:
    """One piece a call, on the network worker. Nothing it meets is raised: the state says it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        open_carrier: Callable[[str], Carrier],
        *,
        folder: Path,
        running: str,
        build: int | None,
    ) -> None:
        """`folder`: IT's; `running`: the version of this program; `build`: of Windows."""
        self._database = database
        self._clock = clock
        self._open_carrier = open_carrier
        self._folder = folder
        self._running = running
        self._build = build
        self._carrier: Carrier | None = None
        self._piece = FIRST_PIECE
        self._stopped = threading.Event()
        self.goes_on = False
        """Whether the piece of before calls for another at once."""

    def stop(self) -> None:
        """Ask for nothing more; safe from any thread."""
        self._stopped.set()

    def close(self) -> None:
        """Let go of connections; on the network worker."""
        self.stop()
        self._hang_up()

    def folder_is_there(self) -> bool:
        """Whether IT's folder answers. Not on the network worker: a share that is away takes its
        time to say so."""
        return self._folder.is_dir()

    def next_piece(self, *, folder_there: bool = True) -> FetchState:
        """Fetch a piece if it is the moment for one; how it stands now.

        `folder_there`: what `folder_is_there` said just before.
        """
        self.goes_on = False
        now = to_ms(self._clock())
        with self._database.read() as connection:
            before = read_fetch(connection)
            wanted = self._wanted(connection)
            quiet = _is_quiet(connection, now)
        if wanted is None and before.version and not before.ready:
            # Taken back by the ministry, or installed by now from elsewhere.
            self._forget(before)
            before = self._remember(before, FetchState())
        if wanted is None or self._stopped.is_set():
            return before
        state = before
        folder = str(self._folder)
        mine = (wanted.version, wanted.sha256, folder)
        if (before.version, before.sha256, before.folder) != mine:
            self._forget(before)
            state = FetchState(*mine[:2], wanted.file_name, folder, 0, wanted.size)
        if state.ready or not quiet or _rests(state, now):
            return state
        try:
            if not folder_there:
                raise EnvironmentProblem("program.folder_gone")
            state = self._advance(wanted, state)
        except AppError as problem:
            state = replace(state, problem=problem.code, tried_at=now)
        except OSError as error:
            state = replace(state, problem=_code_of(error, self._folder), tried_at=now)
        self.goes_on = not state.ready and state.problem is None
        return self._remember(before, state)

    def _wanted(self, connection: Connection) -> ProgramVersion | None:
        office = settings.read_office(connection).code
        return newest_for(
            published(connection), running=self._running, office=office, build=self._build
        )

    def _advance(self, wanted: ProgramVersion, state: FetchState) -> FetchState:
        """Raises AppError with a code for the state, and OSError."""
        if not self._folder.is_dir():
            raise EnvironmentProblem("program.folder_gone")
        final = self._folder / wanted.file_name
        part = self._part(self._folder, wanted.file_name)
        if not part.exists() and _is_file(final, wanted):
            return replace(state, done=wanted.size, ready=True, problem=None)
        have = part.stat().st_size if part.exists() else 0
        if have > wanted.size:
            part.unlink()
            have = 0
        if have < wanted.size:
            missing = wanted.size - have
            if shutil.disk_usage(self._folder).free < missing + LEFT_FREE:
                raise EnvironmentProblem("program.disk_full")
            piece = self._fetch(wanted, have, min(self._piece, missing))
            with part.open("ab") as stream:
                stream.write(piece)
                stream.flush()
                os.fsync(stream.fileno())
            have += len(piece)
        if have < wanted.size:
            return replace(state, done=have, problem=None)
        if not _is_file(part, wanted):
            part.unlink()
            raise EnvironmentProblem("program.wrong_hash")
        part.replace(final)
        sync_folder(self._folder)
        log.info("version %s lies in the folder for updates", wanted.version)
        return replace(state, done=wanted.size, ready=True, problem=None)

    def _fetch(self, wanted: ProgramVersion, first: int, length: int) -> bytes:
        """Bytes of the file from `first`. Raises NetworkProblem, ServerRefused,
        EnvironmentProblem."""
        with self._database.read() as connection:
            server = settings.read_server(connection)
            device = settings.read_device(connection)
        if self._carrier is None:
            self._carrier = self._open_carrier(server.url)
        message = {"dev": device.device_id, "n": new_nonce(), "sha256": wanted.sha256}
        shown = canonical_plain(sign(message, device.signing_key, purpose="program"))
        headers = {
            "Authorization": f"Device {base64.b64encode(shown).decode()}",
            "Range": f"bytes={first}-{first + length - 1}",
            "Accept": "application/octet-stream",
        }
        begun = to_ms(self._clock())
        try:
            answer = self._carrier.exchange(
                "GET", f"{BASE_PATH}/program/{wanted.sha256}", headers=headers
            )
        except AppError as problem:
            self._hang_up()
            if problem.code == "net.answer_too_large":
                # Somebody on the way takes the range out of the request.
                raise EnvironmentProblem("program.no_pieces") from problem
            self._piece = max(LEAST_PIECE, self._piece // 2)
            raise
        self._fit(to_ms(self._clock()) - begun)
        expected = f"bytes {first}-{first + length - 1}/{wanted.size}"
        if answer.status == _PIECE:
            if answer.headers.get("content-range") != expected or len(answer.body) != length:
                raise NetworkProblem("net.bad_answer")
            return answer.body
        if answer.status == _WHOLE:
            if answer.headers.get("content-type") != "application/octet-stream":
                raise NetworkProblem("net.portal")
            if len(answer.body) != wanted.size:
                raise EnvironmentProblem("program.wrong_hash")
            return answer.body[first:]
        if answer.status == _NOT_THERE:
            raise EnvironmentProblem("program.not_there")
        if answer.status == _PAST_END:
            raise EnvironmentProblem("program.wrong_hash")
        content(answer)
        raise NetworkProblem("net.bad_answer")

    def _hang_up(self) -> None:
        if self._carrier is not None:
            self._carrier.close()
            self._carrier = None

    def _fit(self, took_ms: int) -> None:
        if took_ms > LONG_MS:
            self._piece = max(LEAST_PIECE, self._piece // 2)
        elif took_ms < SHORT_MS:
            self._piece = min(MOST_PIECE, self._piece * 2)

    def _part(self, folder: Path, file_name: str) -> Path:
        """Where a file grows; other PCs may fetch into the same folder."""
        with self._database.read() as connection:
            device = settings.read_device(connection).device_id
        mark = hashlib.sha256(device.encode()).hexdigest()[:8]
        return folder / f"{file_name}.{mark}.part"

    def _forget(self, before: FetchState) -> None:
        """Of a version that is no longer the newest, or in another folder, no part stays behind."""
        if before.file_name and not before.ready:
            with contextlib.suppress(OSError):
                self._part(Path(before.folder), before.file_name).unlink(missing_ok=True)

    def _remember(self, before: FetchState, state: FetchState) -> FetchState:
        """Write changes only: how far it is, the folder tells."""
        same = replace(before, done=0, tried_at=0) == replace(state, done=0, tried_at=0)
        if same and state.problem is None:
            return state
        if state.problem and state.problem != before.problem:
            log.warning("version %s not fetched: %s", state.version, state.problem)
        with self._database.write() as connection:
            write_fetch(connection, state)
        return state


def _is_quiet(connection: Connection, now: int) -> bool:
    """Whether the way is known to be open and nothing waits for it."""
    server = settings.read_server(connection)
    online = sync_state.read_contact(connection).state == LinkState.ONLINE.value
    due = outbox.next_due_at(connection, now)
    return server.enrolled and online and (due is None or due > now)


def _rests(state: FetchState, now: int) -> bool:
    if state.problem is None:
        return False
    # A clock that was set meanwhile does not make it wait for years.
    return abs(now - state.tried_at) < _REST_MS.get(state.problem, SOON_MS)


def _is_file(file: Path, wanted: ProgramVersion) -> bool:
    if not file.is_file() or file.stat().st_size != wanted.size:
        return False
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == wanted.sha256


def _code_of(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return "program.disk_full"
    return "program.folder_not_writable" if folder.is_dir() else "program.folder_gone"
