"""A backup comes back: on the same PC, on an empty one; what cannot be used changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from operator_app.config import Paths, paths
from operator_app.db import audit, settings
from operator_app.db import backup_file as form
from operator_app.db.backup import Stopped, Watch
from operator_app.db.backup_file import read_backup
from operator_app.db.migrate import HEAD
from operator_app.db.models import revision
from operator_app.domain.people import Role
from operator_app.errors import AppError, NotAllowed
from operator_app.services import restore_place
from operator_app.services.restore import Here, Restore, look
from operator_app.services.restore_place import finish_restore
from tests.backup.conftest import QUIET, Kept, copied, opened, spoil
from tests.conftest import PASSWORD, FrozenClock


def op_ids(where: Paths, clock: FrozenClock) -> list[str]:
    database = opened(where, clock)
    with database.read() as connection:
        found = list(connection.execute(select(revision.c.op_id)).scalars())
        assert audit.first_broken(connection) is None
    database.close()
    return found


def everything_in(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "instance" not in file.name and "-shm" not in file.name
    }


def test_on_a_new_pc_everything_of_the_backup_is_there(kept: Kept, elsewhere: Paths) -> None:
    kept.make()
    with kept.office.database.read() as connection:
        before = settings.read_device(connection)
        saved = list(connection.execute(select(revision.c.op_id)).scalars())
    proven = kept.prove(elsewhere)
    assert (proven.here, proven.contents.calls) == (Here.NOTHING, 5)
    assert not elsewhere.data.exists()
    assert kept.restore(elsewhere) is None
    assert op_ids(elsewhere, kept.office.clock) == saved
    database = opened(elsewhere, kept.office.clock)
    with database.read() as connection:
        after = settings.read_device(connection)
        last = connection.execute(
            select(audit.audit.c.details).where(audit.audit.c.action == "office.restored")
        ).scalar_one()
    database.close()
    assert after.device_id == before.device_id
    assert after.inc != before.inc
    assert '"by":"recovery_key"' in last


def test_the_office_before_is_kept_aside_whole(kept: Kept) -> None:
    kept.make()
    late = kept.save(note="after the backup")
    where = kept.office.paths
    kept.office.database.close()
    before = everything_in(where.office)
    assert kept.prove(where).here is Here.SAME
    aside = kept.restore(where)
    assert aside is not None
    assert everything_in(aside) == before
    assert late not in op_ids(where, kept.office.clock)
    assert [f.name for f in where.data.glob("office*")] != []
    assert not where.restored.exists()


def test_a_new_call_gets_a_number_nobody_was_told(kept: Kept, elsewhere: Paths) -> None:
    kept.make()
    start = kept.office.calls.start(kept.office.actor)
    kept.restore(elsewhere)
    database = opened(elsewhere, kept.office.clock)
    with database.read() as connection:
        year_counter = settings.peek_number(connection, "call.2026")
    database.close()
    assert year_counter > int(start.number.rsplit("-", 1)[1]) + 500


def test_by_a_password_of_who_keeps_backups(kept: Kept, elsewhere: Paths) -> None:
    kept.office.person(Role.OPERATOR, "operator")
    kept.make()
    restore = Restore(elsewhere, kept.office.clock)
    backup = read_backup(kept.newest())
    assert restore.prove(backup, "aida", PASSWORD).user_id == kept.office.actor.user_id
    for login, secret, code in (
        ("aida", "wrong-password", "sign_in.refused"),
        ("nobody", PASSWORD, "sign_in.refused"),
        ("operator", PASSWORD, "restore.not_by_role"),
        ("", "ABCD-" * 8, "sign_in.refused"),
    ):
        with pytest.raises(NotAllowed) as raised:
            restore.prove(backup, login, secret)
        assert raised.value.code == code
    assert not elsewhere.data.exists()


def test_another_office_and_a_lost_key_file_are_told_before(
    kept: Kept, elsewhere: Paths, tmp_path: Path
) -> None:
    kept.make()
    shutil.copytree(kept.office.paths.office, elsewhere.office)
    ring = elsewhere.keyring.read_text()
    database_id = read_backup(kept.newest()).head.database_id
    elsewhere.keyring.write_text(ring.replace(database_id, "0" * 36))
    assert kept.prove(elsewhere).here is Here.OTHER
    elsewhere.keyring.unlink()
    assert kept.prove(elsewhere).here is Here.UNREADABLE
    assert kept.restore(elsewhere) is not None
    assert len(op_ids(elsewhere, kept.office.clock)) == 5


def _half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _without_middle(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:4096] + content[8192:])


def _newer_format(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-12:-10] = (99).to_bytes(2, "big")
    file.write_bytes(content)


def _newer_schema(file: Path) -> None:
    backup = read_backup(file)
    now = f'"schema":"{HEAD}"'.encode()
    head = backup.head_bytes.replace(now, b'"schema":"9004"')
    assert head != backup.head_bytes
    file.write_bytes(file.read_bytes().replace(backup.head_bytes, head))


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (_half, "backup.not_one"),
        (_without_middle, "backup.incomplete"),
        (lambda f: f.write_bytes(b""), "backup.not_one"),
        (lambda f: f.write_bytes(b"PK" * 5000), "backup.not_one"),
        (lambda f: f.unlink(), "backup.missing"),
        (_newer_format, "backup.newer"),
        (_newer_schema, "backup.newer"),
        (lambda f: spoil(f, f.stat().st_size - 500), "backup.damaged"),
        (lambda f: spoil(f, 2 * 4096 + 50), "backup.damaged"),
    ],
    ids=["half", "cut", "empty", "other", "gone", "format", "schema", "tail", "page"],
)
def test_what_cannot_be_used_is_told_and_changes_nothing(
    kept: Kept, tmp_path: Path, harm, code: str
) -> None:
    kept.make()
    file = copied(kept.newest(), tmp_path)
    harm(file)
    where = kept.office.paths
    kept.office.database.close()
    before = everything_in(where.data)
    with pytest.raises(AppError) as raised:
        look(file)
        kept.restore(where, file)
    assert raised.value.code == code
    assert everything_in(where.data) == before


def test_a_head_or_key_slots_exchanged_are_noticed(kept: Kept, tmp_path: Path) -> None:
    kept.make()
    file = copied(kept.newest(), tmp_path)
    backup = read_backup(file)
    later = backup.head_bytes.replace(b'"office":"0412"', b'"office":"0413"')
    file.write_bytes(file.read_bytes().replace(backup.head_bytes, later))
    assert look(file).head.office == "0413"
    with pytest.raises(AppError) as raised:
        kept.prove(kept.office.paths, file)
    assert raised.value.code == "backup.damaged"


def test_a_stop_and_a_full_disk_leave_things_as_they_were(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.make()
    where = kept.office.paths
    kept.office.database.close()
    before = everything_in(where.data)
    proven = kept.prove(where)
    restore = Restore(where, kept.office.clock)
    with pytest.raises(Stopped):
        restore.put_in_place(proven, Watch(lambda *_: None, lambda: True))
    assert everything_in(where.data) == before

    def full(*_arguments: object) -> str:
        raise OSError(28, "full")

    monkeypatch.setattr("operator_app.services.restore.copy_bytes", full)
    with pytest.raises(AppError) as raised:
        restore.put_in_place(proven, QUIET)
    assert raised.value.code == "backup.disk_full"
    assert everything_in(where.data) == before


@pytest.mark.parametrize("cut_at", range(3))
def test_cut_between_the_last_steps_one_office_is_there(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, cut_at: int
) -> None:
    kept.make()
    late = kept.save(note="after the backup")
    where = kept.office.paths
    kept.office.database.close()
    left = cut_at

    class PowerCut(BaseException):
        pass

    def sync_folder(_folder: Path) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise PowerCut

    with monkeypatch.context() as cut:
        cut.setattr(restore_place, "sync_folder", sync_folder)
        cut.setattr("operator_app.services.restore.shutil.rmtree", lambda *_a, **_k: None)
        with pytest.raises(PowerCut):
            kept.restore(where)
    finish_restore(where)
    found = op_ids(where, kept.office.clock)
    assert (late in found) == (cut_at == 0)
    assert len(found) in (5, 6)
    kept.restore(where)
    assert late not in op_ids(where, kept.office.clock)
    assert not where.restored.exists()


def test_known_ones_are_listed_newest_first(kept: Kept, tmp_path: Path, elsewhere: Paths) -> None:
    kept.make()
    stick = tmp_path / "stick"
    stick.mkdir()
    older = copied(kept.newest(), stick)
    (stick / "half.117backup").write_bytes(b"x" * 1000)
    kept.office.clock.forward(days=1)
    kept.make()
    restore = Restore(kept.office.paths, kept.office.clock)
    found = restore.known((stick, tmp_path / "nowhere"))
    assert found[0].file == kept.newest()
    assert older in [backup.file for backup in found]
    assert len(found) == 3


def test_the_trailer_is_what_it_was() -> None:
    # The form of files that people keep in safes: a change here needs another FORMAT.
    assert form._TRAILER.format == ">QIIIH10s"
    assert (form.FORMAT, form.SUFFIX) == (1, ".117backup")


def test_damage_that_was_hashed_anew_is_found_by_the_pages_themselves(
    kept: Kept, tmp_path: Path
) -> None:
    """As somebody would do who has the key, or a program that hashed what the disk had spoilt."""
    kept.make()
    backup = read_backup(kept.newest())
    pages = tmp_path / "pages.117backup"
    pages.write_bytes(kept.newest().read_bytes()[: backup.pages_size])
    spoil(pages, 6 * 4096 + 11)
    contents = form.open_contents(backup, kept.office.database.key)
    import hashlib

    import msgspec

    head = msgspec.structs.replace(
        backup.head, pages_sha256=hashlib.sha256(pages.read_bytes()).hexdigest()
    )
    form.append_tail(pages, head, backup.keyring, contents, kept.office.database.key)
    where = paths(tmp_path / "other")
    with pytest.raises(AppError) as raised:
        kept.restore(where, pages)
    assert raised.value.code == "backup.damaged"
    assert not where.office.exists()
