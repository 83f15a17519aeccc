"""A new version over the data of an older one: it opens, and what waits goes out, each once."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from operator_app.config import Paths
from operator_app.db import migrate
from operator_app.db.engine import Database
from operator_app.db.migrate import BACKUP_PREFIX, HEAD, current_revision
from operator_app.domain import wire
from operator_app.domain.reference import Reference
from operator_app.errors import AppError, EnvironmentProblem
from operator_app.services.calls import Calls
from operator_app.services.entrance import open_office
from operator_app.services.sign_in import SignIn
from operator_app.ui.problems import SENTENCES
from tests.conftest import PASSWORD, FrozenClock, Template, TestOffice
from tests.crash.harness import LifeReport, run_lives
from tests.receiver import RunningReceiver
from tests.rollout.older_office import Waiting, office_of, older, write_waiting
from tests.rollout.upgrade_worker import newly_installed
from tests.sync.conftest import colleague  # noqa: F401
from tests.sync.desk import Desk, arrived

MANY, FEW = 1_000, 60
KILLS, MANY_KILLS = 10, 300
LIFE_MS = 500
"""An upgrade takes less: a life of up to so many is ended before, in the middle of it or after."""


@pytest.fixture(scope="module")
def waiting(
    tmp_path_factory: pytest.TempPathFactory, office_template: Template, reference: Reference
) -> Waiting:
    return write_waiting(
        tmp_path_factory.mktemp("waiting") / "data", office_template, reference, MANY
    )


@pytest.fixture(scope="module")
def few(
    tmp_path_factory: pytest.TempPathFactory, office_template: Template, reference: Reference
) -> Waiting:
    return write_waiting(tmp_path_factory.mktemp("few") / "data", office_template, reference, FEW)


def _upgrade_and_send(
    kept: Waiting,
    folder: Path,
    revision: str,
    receiver: RunningReceiver,
    clock: FrozenClock,
    reference: Reference,
) -> None:
    where = office_of(kept, folder, revision, len(kept.op_ids))
    clock.forward(days=3)
    database, actor = SignIn(where, clock).open("aida", PASSWORD)
    calls = Calls(database, reference, clock)
    desk = Desk(TestOffice(where, database, actor, calls, clock, reference, ""))
    try:
        assert current_revision(database) == HEAD
        assert [file.name for file in where.backups.iterdir()] == [f"{BACKUP_PREFIX}{revision}.db"]
        assert [row["op_id"] for row in desk.rows()] == list(kept.op_ids)
        desk.point_at(receiver.url, receiver.new_code())
        desk.settle()
        assert set(desk.states().values()) == {"applied"}
        assert sorted(arrived(receiver.store)) == sorted(kept.op_ids)
        assert set(receiver.stages().values()) == {"applied"}
        # And work goes on: the next call is numbered on, and goes out as well.
        call = desk.save(note="the first one of the new version")
        desk.settle()
        assert receiver.payloads()[call.op_id]["body"]["number"] == call.number
        assert database.verify() == []
    finally:
        desk.cycle.close()
        database.close()


def test_a_thousand_that_waited_since_the_first_version_go_out_each_once(
    waiting: Waiting,
    tmp_path: Path,
    receiver: RunningReceiver,
    clock: FrozenClock,
    reference: Reference,
) -> None:
    first = older()[0]
    _upgrade_and_send(waiting, tmp_path / "old", first, receiver, clock, reference)


@pytest.mark.parametrize("revision", older()[1:])
def test_what_waited_at_every_other_older_schema_goes_out(
    few: Waiting,
    revision: str,
    tmp_path: Path,
    receiver: RunningReceiver,
    clock: FrozenClock,
    reference: Reference,
) -> None:
    _upgrade_and_send(few, tmp_path / "old", revision, receiver, clock, reference)


@pytest.mark.long
@pytest.mark.parametrize("revision", older()[1:])
def test_a_thousand_at_every_other_older_schema(
    waiting: Waiting,
    revision: str,
    tmp_path: Path,
    receiver: RunningReceiver,
    clock: FrozenClock,
    reference: Reference,
) -> None:
    _upgrade_and_send(waiting, tmp_path / "old", revision, receiver, clock, reference)


def _killed_and_opened(kept: Waiting, folder: Path, revision: str, kills: int) -> list[LifeReport]:
    """Lives of a newly installed program over an older office, and after each what a look finds."""
    where = office_of(kept, folder / "old", revision, len(kept.op_ids))
    fresh = folder / "fresh"
    shutil.copytree(where.data, fresh)
    key = kept.template.key

    def look(report: LifeReport, _so_far: Sequence[LifeReport]) -> None:
        database = Database(where.database, key)
        try:
            reached = current_revision(database)
            assert reached in (revision, HEAD), (report.number, reached)
            assert report.of("opened") == [] or reached == HEAD
            assert database.verify() == []
        finally:
            database.close()
        # The next start opens it, whatever was left.
        opened = open_office(where, key)
        try:
            with opened.read() as connection:
                found = connection.exec_driver_sql(
                    "SELECT op_id FROM revision WHERE state = 'queued' ORDER BY rowid"
                ).scalars()
                assert list(found) == list(kept.op_ids)
                calls = connection.exec_driver_sql("SELECT count(*) FROM call").scalar_one()
                assert calls == kept.calls
            assert current_revision(opened) == HEAD
        finally:
            opened.close()
        names = [file.name for file in where.backups.iterdir()]
        assert names == [f"{BACKUP_PREFIX}{revision}.db"], report.number
        shutil.rmtree(where.data)
        shutil.copytree(fresh, where.data)

    return run_lives(
        newly_installed,
        kills,
        seed=117,
        facts={"data": str(where.data), "key": key.hex()},
        after=look,
        most_done=0,
        most_ms=LIFE_MS,
        preload=("tests.rollout.upgrade_worker", "alembic.command", "operator_app.db.metadata"),
    )


def test_an_upgrade_that_is_killed_at_any_moment_opens_again(few: Waiting, tmp_path: Path) -> None:
    reports = _killed_and_opened(few, tmp_path, older()[0], KILLS)
    assert sum(1 for report in reports if not report.of("opened")) >= KILLS // 4, "too few kills"


@pytest.mark.long
@pytest.mark.parametrize("revision", older())
def test_three_hundred_kills_at_every_older_schema(
    waiting: Waiting, revision: str, tmp_path: Path
) -> None:
    _killed_and_opened(waiting, tmp_path, revision, MANY_KILLS)


@pytest.fixture
def old(few: Waiting, tmp_path: Path) -> Paths:
    return office_of(few, tmp_path / "old", older()[-1], FEW)


def _problem_of(where: Paths, clock: FrozenClock) -> str:
    with pytest.raises(AppError) as caught:
        SignIn(where, clock).open("aida", PASSWORD)
    assert caught.value.code in SENTENCES
    return caught.value.code


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "database.backup_full"), (errno.EIO, "database.backup_failed")]
)  # fmt: skip
def test_without_a_copy_nothing_is_changed(
    old: Paths, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    content = old.database.read_bytes()

    def fails(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:4096])
        raise OSError(number, "planted")

    with monkeypatch.context() as broken:
        broken.setattr(migrate, "_copy", fails)
        assert _problem_of(old, clock) == code
    assert old.database.read_bytes() == content
    assert list(old.backups.iterdir()) == []
    database, _actor = SignIn(old, clock).open("aida", PASSWORD)
    assert current_revision(database) == HEAD
    database.close()


def test_an_upgrade_that_fails_leaves_what_was_and_the_next_one_goes(
    old: Paths, clock: FrozenClock, few: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = migrate._upgrade

    def breaks(database: Database, migrations: Path) -> None:
        original(database, migrations)
        raise EnvironmentProblem("database.foreign_keys_broken")

    with monkeypatch.context() as broken:
        broken.setattr(migrate, "_upgrade", breaks)
        assert _problem_of(old, clock) == "database.migration_failed"
    database = Database(old.database, few.template.key)
    assert current_revision(database) == older()[-1]
    assert database.verify() == []
    database.close()
    database, _actor = SignIn(old, clock).open("aida", PASSWORD)
    assert current_revision(database) == HEAD
    database.close()


def test_only_the_newest_copy_is_kept_and_other_files_stay(old: Paths, clock: FrozenClock) -> None:
    old.backups.mkdir()
    for name in (f"{BACKUP_PREFIX}0001.db", f"{BACKUP_PREFIX}0002.db.new", "daily.117backup"):
        (old.backups / name).write_bytes(b"older")
    database, _actor = SignIn(old, clock).open("aida", PASSWORD)
    database.close()
    names = {file.name for file in old.backups.iterdir()}
    assert names == {f"{BACKUP_PREFIX}{older()[-1]}.db", "daily.117backup"}


def test_a_database_of_a_newer_version_is_refused_byte_for_byte_untouched(
    few: Waiting, tmp_path: Path, clock: FrozenClock
) -> None:
    where = office_of(few, tmp_path / "newer", HEAD, FEW)
    database = Database(where.database, few.template.key)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
    database.close()
    before = {f.name: f.read_bytes() for f in where.office.iterdir()}
    assert _problem_of(where, clock) == "database.newer"
    assert {f.name: f.read_bytes() for f in where.office.iterdir()} == before
    assert not where.backups.exists()


def test_a_newer_and_an_older_pc_of_one_office_both_send(
    desk: Desk,
    colleague: Desk,  # noqa: F811
    receiver: RunningReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ministry holds what the newer one writes until the receiver is updated."""
    with monkeypatch.context() as newer:
        newer.setattr(wire, "SCHEMA", wire.SCHEMA + 1)
        newer.setattr("operator_app.db.revisions.SCHEMA", wire.SCHEMA)
        ahead = desk.save()
    behind = colleague.save()
    for pc in (desk, colleague):
        pc.settle()
        assert pc.status().waiting == 0
    assert receiver.stages() == {ahead.op_id: "held", behind.op_id: "applied"}
    receiver.stop()
    monkeypatch.setattr(wire, "SCHEMA", wire.SCHEMA + 1)
    receiver.start()
    assert set(receiver.stages().values()) == {"applied"}
    desk.office.clock.forward(hours=7)
    desk.run()
    assert desk.states() == {ahead.op_id: "applied"}
    assert sorted(arrived(receiver.store)) == sorted([ahead.op_id, behind.op_id])
