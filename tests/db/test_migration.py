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
