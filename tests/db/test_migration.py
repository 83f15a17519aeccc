"""Migrations: the file becomes what the program expects, or stays what it was."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from operator_app.config import Paths, paths
from operator_app.db import migrate
from operator_app.db.engine import Database
from operator_app.db.metadata import metadata
from operator_app.db.migrate import bring_up_to_date, current_revision
from operator_app.services.sign_in import SignIn
from tests.conftest import PASSWORD, information_call
from tests.db.conftest import code_of

MIGRATIONS = paths().migrations
NEXT = '''"""A planted migration."""
from alembic import op
revision = "9001"
down_revision = "{before}"
def upgrade():
{body}
'''


@pytest.fixture
def saved(office):
    """An office with one call, closed for migration; returns (database, call_id)."""
    form = information_call(office.calls.start(office.actor).form, note="before the migration")
    return office.database, office.calls.save(office.actor, form).call_id


def _plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """A copy of the migrations with one more, and a program that expects it."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    (folder / "versions" / "9001_planted.py").write_text(
        NEXT.format(before=migrate.HEAD, body=lines)
    )
    monkeypatch.setattr(migrate, "KNOWN", (*migrate.KNOWN, "9001"))
    monkeypatch.setattr(migrate, "HEAD", "9001")
    return folder


def _tables(database: Database) -> set[str]:
    with database.read() as connection:
        return set(
            connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).scalars()
        )


def test_migrations_lead_to_the_tables_the_program_knows(office) -> None:
    with office.database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_indexes_and_triggers_are_made_by_migrations(office) -> None:
    """What compare_metadata does not look at: conditions of indexes, and triggers."""
    with office.database.read() as connection:
        made = dict(
            connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')"
            ).all()
        )
    for table in metadata.tables.values():
        for index in table.indexes:
            condition = index.dialect_options["sqlite"]["where"]
            assert index.name in made
            if condition is not None:
                assert str(condition).replace(" ", "") in made[index.name].replace(" ", "")
    triggers = {"revision_write_once", "revision_kept", "audit_write_once", "audit_kept"}
    assert triggers <= set(made)


def test_head_and_known_are_those_of_the_folder() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [migrate.HEAD]
    assert {s.revision for s in scripts.walk_revisions()} == set(migrate.KNOWN)


def test_a_migration_means_the_same_for_ever() -> None:
    """None imports the application: a later version of it would change an old migration."""
    files = [*MIGRATIONS.glob("*.py"), *(MIGRATIONS / "versions").glob("*.py")]
    assert len(files) >= 2
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not [n for n in names if n.split(".")[0] in ("operator_app", "ministry_server")]


def test_a_file_that_is_up_to_date_is_left_alone(office) -> None:
    assert bring_up_to_date(office.database, office.paths.migrations, office.paths.backups)
    assert not office.paths.backups.exists()


def test_a_migration_keeps_what_is_there_and_leaves_a_backup(
    office, saved, tmp_path, monkeypatch
) -> None:
    database, call_id = saved
    before = migrate.HEAD
    folder = _plant(tmp_path, monkeypatch, "op.execute('CREATE TABLE planted (n INTEGER)')")
    assert bring_up_to_date(database, folder, office.paths.backups) == before
    assert current_revision(database) == "9001"
    assert "planted" in _tables(database)
    assert office.calls.open(office.actor, call_id).form.note == "before the migration"
    (backup,) = office.paths.backups.iterdir()
    copy = database.sibling(backup)
    try:
        assert copy.verify() == []
        assert current_revision(copy) == before
        assert "planted" not in _tables(copy)
    finally:
        copy.close()
    assert b"before the migration" not in backup.read_bytes()


@pytest.mark.parametrize(
    "body",
    [
        "op.execute('CREATE TABLE planted (n INTEGER)')\nraise RuntimeError('planted')",
        # Worse: half of it was committed, so that only the backup helps.
        "op.execute('DROP TABLE call_topic')\nop.execute('COMMIT')\nop.execute('BEGIN')\n"
        "raise RuntimeError('planted')",
        # It leaves rows that refer to nothing.
        "op.execute('DELETE FROM call')",
    ],
)
def test_a_failing_migration_puts_everything_back(
    office, saved, tmp_path, monkeypatch, body
) -> None:
    database, call_id = saved
    before, tables = migrate.HEAD, _tables(database)
    folder = _plant(tmp_path, monkeypatch, body)
    code = code_of(bring_up_to_date, database, folder, office.paths.backups)
    assert code == "database.migration_failed"
    assert current_revision(database) == before
    assert _tables(database) == tables
    assert database.verify() == []
    assert office.calls.open(office.actor, call_id).form.note == "before the migration"
    assert office.calls.open(office.actor, call_id).form.topics == ("BEN.UBK",)
    # And the office goes on working.
    office.calls.save(office.actor, information_call(office.calls.start(office.actor).form))


def test_a_failing_first_migration_leaves_an_empty_file(tmp_path, monkeypatch) -> None:
    folder = _plant(tmp_path, monkeypatch, "raise RuntimeError('planted')")
    database = Database(tmp_path / "new.db", bytes(32))
    try:
        code = code_of(bring_up_to_date, database, folder, tmp_path / "backups")
        assert code == "database.migration_failed"
        assert _tables(database) == set()
    finally:
        database.close()


def test_a_newer_file_is_refused_and_not_touched(office) -> None:
    with office.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    office.database.close()
    content = office.paths.database.read_bytes()
    assert code_of(SignIn(office.paths, office.clock).open, "aida", PASSWORD) == "database.newer"
    assert office.paths.database.read_bytes() == content
    assert not office.paths.backups.exists()


def test_signing_in_migrates(office, saved, tmp_path, monkeypatch) -> None:
    database, _ = saved
    database.close()
    folder = _plant(tmp_path, monkeypatch, "op.execute('CREATE TABLE planted (n INTEGER)')")
    where = Paths(office.paths.data, office.paths.resources, folder)
    opened, _ = SignIn(where, office.clock).open("aida", PASSWORD)
    try:
        assert current_revision(opened) == "9001"
    finally:
        opened.close()


def test_calls_and_what_came_from_other_pcs_go_over_to_0005(tmp_path, monkeypatch) -> None:
    """The table of calls is made anew: rows, their order and what refers to them stay."""
    database = Database(tmp_path / "old.db", bytes(32))
    monkeypatch.setattr(migrate, "HEAD", "0004")
    bring_up_to_date(database, MIGRATIONS, tmp_path / "backups")
    text_columns = "contact_kind, channel, caller_name, phone_raw, phone_key, note"
    numbers = "started_at, ended_at, duration_seconds, saved_at, substantive, violence, revision_no"
    sent = b'{"inc":"i1","seq":7,"body":{}}'
    with database.write() as connection:
        run = connection.exec_driver_sql
        run("INSERT INTO app_user VALUES ('u', 'aida', 'Aida', 'supervisor', 1, 1)")
        for rowid, call_id in ((3, "b"), (5, "a")):
            run(
                "INSERT INTO revision (op_id, record_id, kind, schema, inc, seq, bases, author_id,"
                " created_at, payload, tag, lane) VALUES (?, ?, 'call', 1, 'i', ?, '[]', 'u', 1,"
                " x'00', x'00', 1)",
                (f"op-{call_id}", call_id, rowid),
            )
            run(
                "INSERT INTO call (rowid, call_id, number, office_code, operator_id, local_day,"
                f" op_id, {text_columns}, {numbers}) VALUES (?, ?, ?, '0412', 'u', '2026-11-24',"
                " ?, 'SELF', 'PHONE', '', '', '', 'ң', 1, 1, 1, 1, 1, 0, 1)",
                (rowid, call_id, f"0412-{call_id}", f"op-{call_id}"),
            )
            run("INSERT INTO call_topic VALUES (?, 0, 'BEN.UBK')", (call_id,))
        for op_id, payload in (("f", sent), ("g", b"no json"), ("h", sent)):
            run(
                "INSERT INTO foreign_revision (op_id, record_id, kind, dev, bases, author_id,"
                " created_at, payload, received_at) VALUES (?, 'c', 'case', 'd', '[]', 'u', 1, ?, 1)",
                (op_id, payload),
            )
    monkeypatch.setattr(migrate, "HEAD", "0005")
    bring_up_to_date(database, MIGRATIONS, tmp_path / "backups")
    try:
        with database.read() as connection:
            run = connection.exec_driver_sql
            calls = run("SELECT rowid, call_id, op_id, note, device FROM call ORDER BY rowid").all()
            came = run("SELECT op_id, inc, seq FROM foreign_revision ORDER BY op_id").all()
            topics = run("SELECT count(*) FROM call JOIN call_topic USING (call_id)").scalar()
        assert calls == [(3, "b", "op-b", "ң", ""), (5, "a", "op-a", "ң", "")]
        assert came == [("f", "i1", 7), ("g", "", 0), ("h", "i1", 0)]
        assert topics == 2
        assert database.verify() == []
    finally:
        database.close()
