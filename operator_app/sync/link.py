"""One run's connection with the server: who we are, who it is, and a note of every exchange."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from operator_app.db import settings, sync_state
from operator_app.db.engine import Database
from operator_app.db.settings import Device, Server
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.wire import canonical_plain
from operator_app.errors import AppError
from operator_app.sync.answers import Hello, content, new_nonce, public_key, read_hello
from operator_app.sync.carriers.base import BASE_PATH, Answer, Carrier
from operator_app.sync.ministry_key import use_key
from operator_app.sync.receipts import sign


@dataclass
class Link:
    """What the parts of a run share. The database is never held while the network is waited for."""

    database: Database
    clock: Clock
    carrier: Carrier
    device: Device
    server: Server
    app_version: str
    _notes: list[sync_state.Attempt] = field(default_factory=list)

    @property
    def now(self) -> int:
        """UTC milliseconds by this PC's clock."""
        return to_ms(self.clock())

    def hello(self) -> Hello:
        """Ask who is there; remember the clock's difference, and keys and recipients in use.

        Raises what `read_hello` and the carrier raise.
        """
        nonce = new_nonce()
        before = self.now
        try:
            answer = self.carrier.exchange("GET", f"{BASE_PATH}/hello?n={nonce}")
            hello = read_hello(answer, nonce, public_key(self.server.receipt_key))
        except AppError as problem:
            self.note("hello", problem.code, 0)
            raise
        self.note("hello", "ok", 0)
        skew = (before + self.now) // 2 - hello.now
        known = replace(self.server, kid=hello.kid, recipients=hello.recipients)
        told_at, now = hello.now, self.now
        with self.database.write() as connection:
            if known != self.server:
                # The address may have been changed by a person meanwhile.
                stored = settings.read_server(connection)
                if stored.receipt_key == self.server.receipt_key:
                    use_key(connection, hello.kid, hello.recipients, told_at=told_at, now=now)
                known = replace(known, keys_at=told_at)
            contact = sync_state.read_contact(connection)
            sync_state.write_contact(
                connection, replace(contact, last_contact_at=self.now, skew_ms=skew)
            )
            ledger = sync_state.read_ledger(connection)
            if ledger.durable_through != hello.durable_through:
                sync_state.write_ledger(
                    connection, replace(ledger, durable_through=hello.durable_through)
                )
            self.write_notes(connection)
        self.server = known
        return hello

    def ask(self, action: str, message: dict[str, Any], *, items: int = 0) -> dict[str, Any]:
        """Post a message signed by this device; the answer's JSON, its signatures not yet checked.

        Raises what `content` and the carrier raise.
        """
        body = canonical_plain(sign(message, self.device.signing_key, purpose=action))
        try:
            answer: Answer = self.carrier.exchange("POST", f"{BASE_PATH}/{action}", body)
            data = content(answer)
        except AppError as problem:
            self.note(action, problem.code, items)
            raise
        self.note(action, "ok", items)
        return data

    def write_notes(self, connection: Connection) -> None:
        """Put the notes of the last exchanges into the caller's transaction."""
        for note in self._notes:
            sync_state.add_attempt(connection, note)
        self._notes.clear()

    def note(self, action: str, outcome: str, items: int) -> None:
        """Remember an exchange, or a part of it; `write_notes` keeps it."""
        self._notes.append(sync_state.Attempt(self.now, self.carrier.name, action, outcome, items))
