"""Backups are made while people work, checked before they count, and take turns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select, text

from operator_app.db import backup as backup_module
from operator_app.db.backup import Stopped, Watch
from operator_app.db.backup_file import open_contents, read_backup
from operator_app.db.models import revision
from operator_app.domain.people import Role
from operator_app.errors import AppError, EnvironmentProblem, NotAllowed
from operator_app.services import backup_places, backups
from operator_app.services.backup_places import Where
from operator_app.services.backups import Backups
from tests.backup.conftest import QUIET, Kept, opened, spoil


def code_of(error: pytest.ExceptionInfo[AppError]) -> str:
    return error.value.code


def _names(kept: Kept) -> list[str]:
    return sorted(file.name for file in kept.office.paths.backups.iterdir())


def test_a_backup_made_while_people_save_holds_one_moment(
    kept: Kept, elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_module, "PAGES_AT_ONCE", 4)
    saved: list[str] = []

    def on_progress(stage: str, _done: int, _total: int) -> None:
        if stage == "copy" and len(saved) < 12:
            saved.append(kept.save(note="meanwhile"))

    with kept.office.database.read() as connection:
        before = set(connection.execute(select(revision.c.op_id)).scalars())
    kept.backups.make(kept.office.actor, Watch(on_progress, lambda: False))
    assert len(saved) == 12
    contents = open_contents(read_backup(kept.newest()), kept.office.database.key)
    assert (contents.calls, contents.revisions, contents.audit_broken) == (5, 5, 0)
    kept.restore(elsewhere)
    database = opened(elsewhere, kept.office.clock)
    with database.read() as connection:
        assert set(connection.execute(select(revision.c.op_id)).scalars()) == before
    database.close()
    assert [a for a, _ in kept.audited() if a.startswith("backup")] == ["backup.made"]


def test_two_take_turns_and_the_newer_one_stays(kept: Kept) -> None:
    made = []
    for _day in range(4):
        kept.office.clock.forward(days=1)
        made.append(kept.make().made_at)
        ages = sorted(read_backup(file).head.made_at for file in kept.files())
        assert ages == made[-2:]
    assert len(kept.files()) == 2
    assert not list(kept.office.paths.backups.glob("*.new*"))


def test_a_damaged_one_is_replaced_before_the_good_one(kept: Kept) -> None:
    for _ in range(2):
        kept.office.clock.forward(days=1)
        kept.make()
    newest = kept.newest()
    spoil(newest, newest.stat().st_size - 200)
    (good,) = [file for file in kept.files() if file != newest]
    before = good.read_bytes()
    kept.office.clock.forward(days=1)
    kept.make()
    assert good.read_bytes() == before
    assert read_backup(newest).head.made_at > read_backup(good).head.made_at


def test_one_that_fails_its_check_takes_no_place(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.make()
    kept.office.clock.forward(days=1)
    before = {file: file.read_bytes() for file in kept.files()}
    hashed = backup_module.hash_of_pages

    def and_spoiled(file: Path, size: int, on_bytes: object) -> str:
        spoil(file, 3 * 4096 + 100)
        return hashed(file, size, on_bytes)  # type: ignore[arg-type]

    monkeypatch.setattr(backup_module, "hash_of_pages", and_spoiled)
    with pytest.raises(EnvironmentProblem):
        kept.make()
    assert {file: file.read_bytes() for file in kept.files()} == before
    assert _names(kept) == [f.name for f in before]
    picture = kept.backups.picture(kept.office.actor)
    assert picture.problem in ("backup.failed_check", "backup.damaged")
    assert picture.last_good_at is not None


def test_a_broken_audit_log_is_kept_apart_and_told(kept: Kept) -> None:
    kept.make()
    good = {file: file.read_bytes() for file in kept.files()}
    with kept.office.database.write() as connection:
        connection.execute(text("DROP TRIGGER audit_write_once"))
        connection.execute(text("UPDATE audit SET user_id = 'x' WHERE seq = 2"))
    kept.office.clock.forward(days=1)
    assert kept.make().doubtful
    assert {file: file.read_bytes() for file in good} == good
    picture = kept.backups.picture(kept.office.actor)
    assert [copy.where for copy in picture.copies] == [Where.DOUBTFUL, Where.HERE]
    contents = open_contents(read_backup(kept.newest()), kept.office.database.key)
    assert contents.audit_broken == 2


def test_nothing_of_the_records_is_readable_in_it(kept: Kept) -> None:
    kept.save(note="тайнаясправка", caller_name="Kanykei Kanaryeva")
    kept.make()
    content = kept.newest().read_bytes()
    for word in ("тайнаясправка", "Kanykei", "Аламудунское", "first 1", "Aida"):
        assert word.encode() not in content
    assert kept.office.database.key not in content


def test_a_stop_leaves_nothing(kept: Kept) -> None:
    with pytest.raises(Stopped):
        kept.backups.make(kept.office.actor, Watch(lambda *_: None, lambda: True))
    assert _names(kept) == []
    assert kept.backups.picture(kept.office.actor).problem is None


def test_the_third_lies_where_it_points_and_is_caught_up(kept: Kept, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    actor = kept.office.actor
    kept.backups.set_folder(actor, stick)
    stick.rmdir()
    assert kept.make().folder_problem == "backup.folder_gone"
    assert kept.backups.picture(actor).folder_problem == "backup.folder_gone"
    assert kept.backups.make_if_due(QUIET) is None
    stick.mkdir()
    assert kept.backups.make_if_due(QUIET) is None
    (there,) = stick.iterdir()
    assert there.read_bytes() == kept.newest().read_bytes()
    picture = kept.backups.picture(actor)
    assert picture.folder_problem is None
    assert {copy.where for copy in picture.copies} == {Where.HERE, Where.FOLDER}
    kept.backups.set_folder(actor, None)
    assert kept.backups.picture(actor).folder is None


@pytest.mark.parametrize(
    ("number", "code"),
    [(28, "backup.folder_full"), (30, "backup.folder_read_only"), (5, "backup.folder_gone")],
)
def test_what_the_stick_says_is_a_sentence_and_the_local_ones_are_made(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    kept.backups.set_folder(kept.office.actor, tmp_path)

    def pulled(*_arguments: object) -> None:
        raise OSError(number, "pulled")

    monkeypatch.setattr(backup_module, "copy_bytes", pulled)
    assert kept.make().folder_problem == code
    assert len(kept.files()) == 1
    assert not list(tmp_path.glob("*117backup*"))


def test_no_room_is_said_before_anything_is_written(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = backups.shutil.disk_usage(kept.office.paths.data)
    monkeypatch.setattr(backups.shutil, "disk_usage", lambda _f: usage._replace(free=1000))
    with pytest.raises(EnvironmentProblem) as raised:
        kept.make()
    assert code_of(raised) == "backup.disk_full"
    assert kept.files() == []


def test_a_backup_is_due_by_its_age_and_a_wrong_clock_does_not_put_it_off(kept: Kept) -> None:
    assert kept.backups.make_if_due(QUIET) is not None
    kept.office.clock.forward(hours=19)
    assert kept.backups.make_if_due(QUIET) is None
    kept.office.clock.forward(hours=2)
    assert kept.backups.make_if_due(QUIET) is not None
    kept.office.clock.forward(days=4)
    assert kept.backups.picture(kept.office.actor).overdue
    # Set back by a year: what is here seems to be made in times to come.
    kept.office.clock.forward(days=-365)
    assert kept.backups.make_if_due(QUIET) is not None
    assert kept.backups.make_if_due(QUIET) is None


def test_checked_again_a_whole_one_is_whole_and_a_spoilt_one_is_told(kept: Kept) -> None:
    kept.make()
    file, actor = kept.newest(), kept.office.actor
    kept.office.clock.forward(hours=1)
    kept.backups.check(actor, file, QUIET)
    (copy,) = kept.backups.picture(actor).copies
    assert (copy.checked_at - (copy.made_at or 0), copy.problem) == (3_600_000, None)
    size = file.stat().st_size
    for at in (100, 5 * 4096 + 7, size - 300, size - 60, size - 2):
        whole = file.read_bytes()
        spoil(file, at)
        with pytest.raises(AppError):
            kept.backups.check(actor, file, QUIET)
        assert kept.backups.picture(actor).copies[0].problem is not None
        file.write_bytes(whole)
    # Signed by nobody, but hashed anew: the pages themselves have codes of their own.
    assert json.loads(kept.audited()[-1][1])["outcome"] != "ok"


def test_only_who_keeps_backups_may(kept: Kept, tmp_path: Path) -> None:
    operator = kept.office.person(Role.OPERATOR, "operator")
    for act in (
        lambda: kept.backups.make(operator, QUIET),
        lambda: kept.backups.picture(operator),
        lambda: kept.backups.set_folder(operator, tmp_path),
        lambda: kept.backups.check(operator, tmp_path / "x", QUIET),
    ):
        with pytest.raises(NotAllowed):
            act()
    administrator = kept.office.person(Role.ADMINISTRATOR, "administrator")
    assert kept.backups.make(administrator, QUIET).size > 0


def test_one_at_a_time(kept: Kept) -> None:
    other = Backups(kept.office.database, kept.office.paths, kept.office.clock)
    said: list[str] = []

    def second(_stage: str, _done: int, _total: int) -> None:
        with pytest.raises(EnvironmentProblem) as raised:
            kept.backups.make(kept.office.actor, QUIET)
        said.append(code_of(raised))

    kept.backups.make(kept.office.actor, Watch(second, lambda: False))
    assert set(said) == {"backup.under_way"}
    assert other.picture(kept.office.actor).problem is None


def test_the_folder_may_not_lie_inside_the_office(kept: Kept) -> None:
    with pytest.raises(EnvironmentProblem) as raised:
        kept.backups.set_folder(kept.office.actor, kept.office.paths.backups.parent)
    assert code_of(raised) == "backup.folder_inside"
    assert backup_places.name_elsewhere("0412", "a" * 36) == "0412-aaaaaaaa.117backup"
