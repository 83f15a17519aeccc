"""Opening the office with a login and a password; waiting after wrong ones.

What opens the database is imported when a password was typed: the first window does not need it,
and SQLAlchemy's import alone takes longer than painting the window.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operator_app.config import Paths
from operator_app.db.keyring import RECOVERY_LOGIN, Keyring, read_keyring, write_keyring
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor
from operator_app.errors import AppError, EnvironmentProblem, NotAllowed
from operator_app.files import replace_file

if TYPE_CHECKING:
    from operator_app.db.engine import Database

FREE_TRIES = 3
LONGEST_DELAY_SECONDS = 300

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Failures:
    """Wrong passwords since the last right one: their times in UTC milliseconds."""

    at: tuple[int, ...] = ()

    @property
    def latest(self) -> int:
        return self.at[-1] if self.at else 0

    @property
    def delay_seconds(self) -> int:
        extra = len(self.at) - FREE_TRIES
        return 0 if extra < 0 else min(2 ** (extra + 1), LONGEST_DELAY_SECONDS)


class SignIn:
    """Turns a login and a password into an open database and the person using it."""

    def __init__(self, paths: Paths, clock: Clock) -> None:
        self._paths = paths
        self._clock = clock
        self._failures = self._read_failures()
        self._waiting_since = self._failures.latest

    def seconds_to_wait(self) -> int:
        """How long the next try has to wait; grows with each wrong password, survives restarts.

        A clock set back cannot lock people out for longer than the delay itself.
        """
        if not self._failures.at:
            return 0
        now = to_ms(self._clock())
        self._waiting_since = min(self._waiting_since, now)
        delay = self._failures.delay_seconds
        return max(0, round(delay - (now - self._waiting_since) / 1000))

    def open(self, login: str, password: str) -> tuple[Database, Actor]:
        """The database, brought up to date, and the person.

        Raises NotAllowed ("sign_in.refused", "sign_in.wait"), EnvironmentProblem, Outdated.
        """
        key = self._key(login, password)
        from operator_app.services.entrance import open_office

        database = open_office(self._paths, key)
        try:
            self._bring_starter(database)
            actor = self._enter(database, login)
            freshen_slot(self._paths, login, password, key)
            return database, actor
        except BaseException:
            database.close()
            raise

    def unlock(self, database: Database, login: str, password: str) -> Actor:
        """Let a person in while the database is open: after the idle lock, or the next shift."""
        if self._key(login, password) != database.key:
            # A key file put there while the screen was locked, with a password of its own.
            raise EnvironmentProblem("database.key_wrong")
        actor = self._enter(database, login, unlocks=True)
        freshen_slot(self._paths, login, password, database.key)
        return actor

    def _bring_starter(self, database: Database) -> None:
        """What came with the program; without it the office still opens."""
        from operator_app.services.starter import bring_starter

        try:
            bring_starter(database, self._paths.resources, self._clock)
        except AppError as error:
            log.warning("starter content not brought in: %s", error)

    def _key(self, login: str, password: str) -> bytes:
        if wait := self.seconds_to_wait():
            raise NotAllowed("sign_in.wait", seconds=wait)
        keyring = read_keyring(self._paths.keyring)
        try:
            if login == RECOVERY_LOGIN:
                raise NotAllowed("sign_in.refused")
            return opened(self._paths, keyring, login, password)
        except NotAllowed:
            self._write_failures(_Failures((*self._failures.at, to_ms(self._clock()))))
            log.warning("sign-in refused, %d in a row", len(self._failures.at))
            raise

    def _enter(self, database: Database, login: str, *, unlocks: bool = False) -> Actor:
        from operator_app.services.entrance import enter

        now = to_ms(self._clock())
        actor = enter(database, login, self._failures.at, now, unlocks=unlocks)
        self._write_failures(_Failures())
        if actor is None:
            raise NotAllowed("sign_in.refused")
        return actor

    def _read_failures(self) -> _Failures:
        try:
            data = json.loads(self._paths.sign_in_delay.read_bytes())
            return _Failures(tuple(int(at) for at in data["failed_at"] if 0 <= at < 2**53))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            # A missing or damaged file only forgets a delay; the passwords themselves hold.
            return _Failures()

    def _write_failures(self, failures: _Failures) -> None:
        changed = failures != self._failures
        self._failures = failures
        self._waiting_since = failures.latest
        if changed:
            content = json.dumps({"failed_at": failures.at[-50:]}).encode()
            try:
                replace_file(self._paths.sign_in_delay, content)
            except OSError as error:
                # The delay is then not kept over a restart; that must not keep anybody out.
                log.warning("sign-in delay not written: %s", type(error).__name__)


def opened(paths: Paths, keyring: Keyring, login: str, secret: str) -> bytes:
    """The key that fits the database. Raises as `Keyring.keys`, and EnvironmentProblem."""
    keys = keyring.keys(login, secret)
    if keyring.pending and paths.database.exists():
        from operator_app.db.rekey import settle

        return settle(paths.database, paths.keyring, keyring, keys)
    return keys[0]


def freshen_slot(paths: Paths, login: str, secret: str, key: bytes) -> None:
    """Wrap the slot anew if it holds a former key: now, when its secret is known."""
    try:
        keyring = read_keyring(paths.keyring)
        slot = keyring.slot(login)
        if slot is not None and not slot.is_fresh:
            write_keyring(keyring.with_slot(login, secret, key, slot.cost), paths.keyring)
    except (AppError, OSError) as error:
        # The slot opens as it is.
        log.warning("slot not wrapped anew: %s", type(error).__name__)
