"""The search index: a file of its own beside the database, under the same key.

It is derived: it can be thrown away and made anew at any time, and a fault of it never touches a
save (design/architecture.md, Database). Nothing in it is in the clear; the words of a record are
there, folded, but not its text (contentless FTS5).
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from operator_app.db.engine import connect_derived, is_fault_of_file
from operator_app.errors import EnvironmentProblem

log = logging.getLogger(__name__)

VERSION = "2"
"""Of the tables and of the folding: an index of another version is made anew."""

# Without an index of prefixes of 4 and 5 letters, all words with a common beginning are read and
# merged at each key: a tenth of a second and more at a million calls.
_SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE call_doc (doc_id INTEGER PRIMARY KEY, call_id TEXT NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE call_words USING fts5(words, scope, content='', contentless_delete=1, "
    "tokenize='unicode61 remove_diacritics 0', prefix='2 3 4 5', detail=column)",
    "CREATE VIRTUAL TABLE call_phone USING fts5(phone, content='', contentless_delete=1, "
    "tokenize='trigram', detail=none)",
    "CREATE TABLE case_doc (doc_id INTEGER PRIMARY KEY, case_id TEXT NOT NULL UNIQUE, "
    "heads TEXT NOT NULL, owner_id TEXT NOT NULL)",
    "CREATE VIRTUAL TABLE case_words USING fts5(words, scope, content='', contentless_delete=1, "
    "tokenize='unicode61 remove_diacritics 0', prefix='2 3 4 5', detail=column)",
    "CREATE TABLE entry_doc (doc_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, entry_id TEXT NOT NULL)",
    "CREATE VIRTUAL TABLE entry_words USING fts5(title, keywords, summary, body, content='', "
    # Full detail: without positions and without content bm25 counts nothing.
    "contentless_delete=1, tokenize='unicode61 remove_diacritics 0', prefix='2 3 4')",
    "CREATE VIRTUAL TABLE entry_vocabulary USING fts5vocab(entry_words, row)",
    "CREATE TABLE misspelling (remains TEXT NOT NULL, word TEXT NOT NULL, "
    "PRIMARY KEY (remains, word)) WITHOUT ROWID",
)
CACHE_KB = 16_000


class SearchFile:
    """One connection to the index, made when first needed. For one thread at a time."""

    def __init__(self, file: Path, key: Callable[[], bytes]) -> None:
        """`key()`: that of the database now; it changes when somebody has left."""
        self.file = file
        self._key = key
        self._connection: Any = None

    def connection(self) -> Any:
        """The driver's connection; the tables are there. A damaged or old file is replaced."""
        if self._connection is None:
            try:
                self._connection = self._open()
            except Exception as error:
                if not (isinstance(error, OldIndex) or is_fault_of_file(error)):
                    raise
                log.warning("search index cannot be opened, made anew: %s", type(error).__name__)
                self.remove()
                self._connection = self._open()
        return self._connection

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Any]:
        """A transaction that changes the index; undone if it raises."""
        connection = self.connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            with contextlib.suppress(Exception):
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def get(self, key: str) -> int:
        """A number that the index remembers; 0 when it does not."""
        row = self.connection().execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return int(row[0]) if row else 0

    def put(self, key: str, value: int) -> None:
        """Remember a number, in the transaction under way."""
        self.connection().execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, str(value)))

    def size_bytes(self) -> int:
        """What the index takes on the disk."""
        return sum(file.stat().st_size for file in self._files() if file.exists())

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def remove(self) -> None:
        """Throw the index away."""
        self.close()
        for file in self._files():
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise EnvironmentProblem("search.file_held") from error

    def _files(self) -> list[Path]:
        return [self.file.with_name(self.file.name + suffix) for suffix in ("", "-wal", "-shm")]

    def _open(self) -> Any:
        connection = connect_derived(self.file, self._key(), cache_kb=CACHE_KB)
        try:
            exists = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'meta'"
            ).fetchone()
            if exists:
                row = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
                if row is None or row[0] != VERSION:
                    raise OldIndex
                return connection
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('version', ?)", (VERSION,))
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection


class OldIndex(Exception):
    """The file was made by another version of the program."""
