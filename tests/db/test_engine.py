"""The encrypted file: wrong key, damage, faults of the disk, and the promises of durability."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlcipher3
from sqlalchemy.exc import DatabaseError, IntegrityError

from operator_app.db import engine
from operator_app.db.engine import Database
from operator_app.errors import EnvironmentProblem
from tests.conftest import information_call
from tests.db.conftest import code_of

KEY = bytes(range(32))
PAGE = 4096


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A closed file with a table of some pages."""
    path = tmp_path / "some.db"
    database = Database(path, KEY)
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE word (n INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        for _ in range(300):
            connection.exec_driver_sql("INSERT INTO word (text) VALUES (?)", ("canary " * 30,))
    database.close()
    return path


@pytest.fixture
def database(file: Path):
    opened = Database(file, KEY)
    yield opened
    opened.close()


def _count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM word").scalar_one())


def test_a_wrong_key_is_said_to_be_one(file) -> None:
    other = Database(file, bytes(32))
    try:
        assert code_of(other.prove_key) == "database.key_wrong"
    finally:
        other.close()
    assert code_of(Database, file, b"short") == "database.key_wrong"


def test_nothing_readable_is_on_the_disk(file) -> None:
    database = Database(file, KEY)
    try:
        with database.write() as connection:
            connection.exec_driver_sql("INSERT INTO word (text) VALUES ('canary')")
        for written in file.parent.iterdir():
            assert b"canary" not in written.read_bytes()
            assert b"SQLite format" not in written.read_bytes()
    finally:
        database.close()


def test_every_connection_waits_for_the_disk_at_each_commit(database) -> None:
    """WAL with synchronous=FULL (2): asked of the connections, not of the source."""
    with database.read() as one, database.read() as two:
        for connection in (one, two):
            for pragma, value in (
                ("journal_mode", "wal"),
                ("synchronous", 2),
                ("foreign_keys", 1),
                ("temp_store", 2),
            ):
                assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@pytest.mark.parametrize("page", [2, 3, 7])
@pytest.mark.parametrize("offset", [0, 100, PAGE - 1])
def test_a_tampered_page_is_found(file, page, offset) -> None:
    content = bytearray(file.read_bytes())
    content[(page - 1) * PAGE + offset] ^= 1
    file.write_bytes(content)
    database = Database(file, KEY)
    try:
        damage = database.verify()
        assert any(str(page) in line for line in damage)
    finally:
        database.close()


def test_a_page_put_back_from_an_older_copy_of_another_place_is_found(file) -> None:
    """Two sound pages that changed places: each has a right code, but not for its number."""
    content = bytearray(file.read_bytes())
    third, fourth = content[2 * PAGE : 3 * PAGE], content[3 * PAGE : 4 * PAGE]
    content[2 * PAGE : 4 * PAGE] = fourth + third
    file.write_bytes(content)
    database = Database(file, KEY)
    try:
        assert database.verify() != []
    finally:
        database.close()


def test_a_sound_file_is_said_to_be_sound_while_it_is_in_use(database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM word WHERE n % 2")
    with database.read():
        assert database.verify() == []


@pytest.mark.parametrize("length", [0, 50, PAGE, -PAGE])
def test_a_cut_file_is_never_taken_for_a_new_one(file, length) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:length])
    database = Database(file, KEY)
    try:
        assert code_of(database.prove_key) in ("database.damaged", "database.key_wrong")
    finally:
        database.close()


def test_what_a_failing_block_wrote_is_rolled_back(database) -> None:
    before = _count(database)
    with pytest.raises(RuntimeError), database.write() as connection:
        connection.exec_driver_sql("DELETE FROM word")
        raise RuntimeError
    assert _count(database) == before


def test_a_full_disk_is_a_sentence_and_changes_nothing(database) -> None:
    before = _count(database)

    def fill() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
            for _ in range(1000):
                connection.exec_driver_sql("INSERT INTO word (text) VALUES (?)", ("x" * 900,))

    assert code_of(fill) == "database.disk_full"
    assert _count(database) == before


def test_a_locked_file_is_a_sentence(file, monkeypatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 20)
    database = Database(file, KEY)
    try:
        with database.bare_connection() as other:
            other.execute("BEGIN IMMEDIATE")

            def write() -> None:
                with database.write():
                    pass

            assert code_of(write) == "database.locked"
            assert _count(database) == 300  # reading goes on
            other.execute("ROLLBACK")
    finally:
        database.close()


def test_a_folder_that_is_gone_is_a_sentence(tmp_path) -> None:
    database = Database(tmp_path / "gone" / "some.db", KEY)
    assert code_of(database.prove_key) == "database.cannot_open"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("disk I/O error", "database.disk_error"),
        ("attempt to write a readonly database", "database.read_only"),
        ("database disk image is malformed", "database.damaged"),
        ("database or disk is full", "database.disk_full"),
    ],
)
def test_errors_of_the_library_are_converted_once(database, message, code) -> None:
    def fail() -> None:
        with database.read():
            raise sqlcipher3.dbapi2.OperationalError(message)

    assert code_of(fail) == code


def test_a_fault_of_the_program_stays_what_it_is(database) -> None:
    with pytest.raises(DatabaseError), database.read() as connection:
        connection.exec_driver_sql("SELECT nothing FROM nowhere")


def test_writers_in_many_threads_wait_for_each_other(database) -> None:
    def write() -> None:
        for _ in range(20):
            with database.write() as connection:
                last = connection.exec_driver_sql("SELECT max(n) FROM word").scalar_one()
                connection.exec_driver_sql("INSERT INTO word (n, text) VALUES (?, '')", (last + 1,))

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(write) for _ in range(4)]:
            done.result()
    assert _count(database) == 300 + 80


def test_a_library_that_loses_commits_is_refused(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(sqlcipher3.dbapi2, "sqlite_version_info", (3, 51, 2))
    assert code_of(Database, tmp_path / "x.db", KEY) == "database.library_old"


def test_a_library_without_encryption_is_refused(monkeypatch, tmp_path) -> None:
    import sqlite3

    class Plain:
        sqlite_version_info = (3, 53, 0)
        connect = staticmethod(sqlite3.connect)

    monkeypatch.setattr(engine.sqlcipher3, "dbapi2", Plain)
    assert code_of(Database, tmp_path / "x.db", KEY) == "database.library_plain"
    assert not (tmp_path / "x.db").exists()


WRITE_ONCE = [
    "UPDATE revision SET payload = x'00'",
    "UPDATE revision SET tag = x'00'",
    "UPDATE revision SET seq = seq + 1",
    "UPDATE revision SET op_id = 'other'",
    "UPDATE revision SET inc = 'other'",
    "UPDATE revision SET bases = '[]'",
    "UPDATE revision SET created_at = 0",
    "UPDATE revision SET author_id = 'other'",
    "UPDATE revision SET record_id = 'other'",
    "UPDATE revision SET kind = 'void'",
    "DELETE FROM revision",
    "UPDATE audit SET action = 'nothing'",
    "DELETE FROM audit",
    "REPLACE INTO revision SELECT * FROM revision",
    "REPLACE INTO audit SELECT * FROM audit",
]


def test_history_and_audit_are_write_once(office) -> None:
    form = information_call(office.calls.start(office.actor).form)
    saved = office.calls.save(office.actor, form)
    for statement in WRITE_ONCE:
        with pytest.raises(DatabaseError), office.database.write() as connection:
            connection.exec_driver_sql("DELETE FROM call_topic")
            connection.exec_driver_sql(statement)
            raise AssertionError(f"not refused: {statement}")
        # The whole transaction is gone, not only its refused statement.
        assert office.calls.open(office.actor, saved.call_id).form.topics == ("BEN.UBK",)


def test_the_way_of_a_revision_may_change(office) -> None:
    """The counterpart: what is not write-once is not refused."""
    office.calls.save(office.actor, information_call(office.calls.start(office.actor).form))
    with office.database.write() as connection:
        connection.exec_driver_sql("UPDATE revision SET state = 'sending', attempts = 1, lane = 0")
    with pytest.raises(IntegrityError), office.database.write() as connection:
        connection.exec_driver_sql("UPDATE revision SET state = 'nonsense'")


def test_problems_carry_their_cause_for_the_log(file) -> None:
    other = Database(file, bytes(32))
    try:
        with pytest.raises(EnvironmentProblem) as caught:
            other.prove_key()
        assert caught.value.__cause__ is not None
    finally:
        other.close()
