"""Tokens of those who may ask for figures, or watch the receiver.

Made once, shown once; only a hash is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import insert, select, update

from ministry_server.keys import IntakeKeys
from ministry_server.schema import token
from ministry_server.store import Store
from operator_app.errors import AppError

MOST_NAME = 80
_BEGINNING = "117-"
"""So that one that was left lying about is recognised for what it is."""


class TokenRole(StrEnum):
    """What its holder may see: all figures, only what may be published, or how the receiver does."""

    ANALYST = "analyst"
    PUBLISHER = "publisher"
    MONITOR = "monitor"


@dataclass(frozen=True)
class Token:
    """A token that was made here."""

    token_id: str
    role: TokenRole
    revoked: bool


@dataclass(frozen=True)
class TokenLine:
    """A token as it is listed. Times in UTC milliseconds."""

    token_id: str
    role: TokenRole
    name: str
    created_at: int
    revoked_at: int | None
    last_used_at: int | None
    questions: int
    rows_told: int


class Tokens:
    """Verbs over the tokens of a receiver."""

    def __init__(self, store: Store, keys: IntakeKeys) -> None:
        self._store = store
        self._pepper = hashlib.sha256(b"tokens" + keys.receipt_key.private_bytes_raw()).digest()

    def add(self, role: TokenRole, name: str, now: int) -> tuple[str, str]:
        """A new token: its id, and what its holder has to send. `name`: for whom it is.

        Raises AppError("token.bad_name").
        """
        name = name.strip()
        if not name or len(name) > MOST_NAME or not name.isprintable():
            raise AppError("token.bad_name", most=MOST_NAME)
        secret = _BEGINNING + secrets.token_urlsafe(32)
        token_id = secrets.token_hex(4)
        with self._store.write() as connection:
            connection.execute(
                insert(token),
                {
                    "token_id": token_id,
                    "token_hash": self._hash(secret),
                    "role": role.value,
                    "name": name,
                    "created_at": now,
                },
            )
        return token_id, secret

    def revoke(self, token_id: str, now: int) -> None:
        """Refuse it from now on. Raises AppError("token.unknown_id")."""
        with self._store.write() as connection:
            changed = connection.execute(
                update(token)
                .where(token.c.token_id == token_id, token.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )
        if changed.rowcount != 1:
            raise AppError("token.unknown_id")

    def every(self) -> list[TokenLine]:
        """All there are and were, the oldest first."""
        columns = [column for column in token.c if column.name != "token_hash"]
        with self._store.read() as connection:
            rows = connection.execute(
                select(*columns).order_by(token.c.created_at, token.c.token_id)
            ).mappings()
            return [TokenLine(**{**row, "role": TokenRole(row["role"])}) for row in rows]

    def recognise(self, secret: str) -> Token | None:
        """The token of this secret; None when there is none."""
        given = self._hash(secret)
        found = None
        with self._store.read() as connection:
            rows = connection.execute(
                select(token.c.token_id, token.c.token_hash, token.c.role, token.c.revoked_at)
            )
            for row in rows:
                # All are compared, however early one fits.
                if hmac.compare_digest(row.token_hash, given):
                    revoked = row.revoked_at is not None
                    found = Token(row.token_id, TokenRole(row.role), revoked)
        return found

    def note_question(self, asked: Token, rows: int, now: int) -> None:
        """Count an answer."""
        with self._store.write() as connection:
            connection.execute(
                update(token)
                .where(token.c.token_id == asked.token_id)
                .values(
                    last_used_at=now,
                    questions=token.c.questions + 1,
                    rows_told=token.c.rows_told + rows,
                )
            )

    def _hash(self, secret: str) -> str:
        return hmac.digest(self._pepper, secret.encode(), "sha256").hex()
