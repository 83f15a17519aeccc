"""What is looked at on the PC itself, each with a fault planted."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operator_app.config import Paths, paths
from operator_app.db.backup import Watch
from operator_app.domain.findings import Check, Finding, Grade, exit_code
from operator_app.domain.policy import Layer, Source, resolve
from operator_app.errors import Cancelled
from operator_app.services.backups import Backups
from operator_app.services.pc_check import disk, office_files, system, windows
from operator_app.services.pc_check.office_toml import office_toml
from operator_app.services.pc_check.runner import run_checks
from operator_app.ui.check_wording import NAMES, check_name, found_words, to_do_words
from operator_app.ui.font_check import fonts
from tests.conftest import FrozenClock, TestOffice
from tests.provisioning.test_provisioning import GOOD

QUIET = Watch(lambda _stage, _done, _total: None, lambda: False)
Usage = namedtuple("Usage", "total used free")


def one(findings: list[Finding]) -> tuple[str, str]:
    """Grade and code of the only line; and it has words."""
    (finding,) = findings
    said = found_words(finding)
    assert said and "{" not in said and said != finding.code
    assert check_name(finding)
    if finding.grade in (Grade.WARNING, Grade.PROBLEM):
        assert to_do_words(finding), finding.code
    return finding.grade.value, finding.code


@pytest.fixture
def nothing(tmp_path: Path) -> Paths:
    return paths(tmp_path / "nothing")


def test_without_an_office_nothing_is_wrong_and_nothing_is_made(
    nothing: Paths, clock: FrozenClock
) -> None:
    for look in (office_files.database, office_files.keys, office_files.rights, disk.speed):
        assert one(look(nothing)) == ("absent", "office.none")
    assert one(office_files.backups(nothing, clock)) == ("absent", "office.none")
    assert one(disk.place(nothing)) == ("ok", "data_place.good")
    assert not nothing.data.exists()


def test_the_database_file(office: TestOffice) -> None:
    office.database.close()
    file = office.paths.database
    whole = file.read_bytes()
    assert one(office_files.database(office.paths)) == ("ok", "database.there")
    plain = office_files.PLAIN_HEADER + whole[16:]
    for content, code in (
        (plain, "database.not_encrypted"),
        (bytes(4096) + whole[4096:], "database.damaged"),
        (whole[:-100], "database.damaged"),
        (b"", "database.damaged"),
    ):
        file.write_bytes(content)
        assert one(office_files.database(office.paths)) == ("problem", code)
    file.write_bytes(whole)
    log = file.with_name(file.name + "-wal")
    with log.open("wb") as stream:
        stream.truncate(office_files.LARGE_WAL + 1)
    assert one(office_files.database(office.paths)) == ("warning", "database.log_large")
    log.unlink()
    file.unlink()
    assert one(office_files.database(office.paths)) == ("problem", "database.missing")
    file.mkdir()
    assert one(office_files.database(office.paths)) == ("problem", "database.cannot_open")


def test_the_key_file(office: TestOffice) -> None:
    keyring = office.paths.keyring
    assert one(office_files.keys(office.paths)) == ("ok", "keys.good")
    known = keyring.read_text()
    keyring.write_text(known[:-20])
    assert one(office_files.keys(office.paths)) == ("problem", "keyring.damaged")
    keyring.unlink()
    assert one(office_files.keys(office.paths)) == ("problem", "keyring.missing")


def test_backups_by_their_age_and_place(office: TestOffice, tmp_path: Path) -> None:
    def codes(further: Path | None = None) -> list[tuple[str, str]]:
        return [one([f]) for f in office_files.backups(office.paths, office.clock, further)]

    assert codes() == [("warning", "backups.none"), ("warning", "backups.only_here")]
    further = tmp_path / "further"
    further.mkdir()
    Backups(office.database, office.paths, office.clock, further).make(office.actor, QUIET)
    assert codes(further) == [("ok", "backups.fresh"), ("ok", "backups.elsewhere")]
    shutil.rmtree(further)
    office.clock.forward(days=4)
    assert codes(further) == [("warning", "backups.old"), ("warning", "backups.none_elsewhere")]
    office.clock.forward(days=20)
    assert codes()[0] == ("problem", "backups.very_old")


def test_room_on_the_disk(office: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, expected in (
        (10 << 30, ("ok", "disk_space.enough")),
        (500 << 20, ("warning", "disk_space.little")),
        (50 << 20, ("problem", "disk_space.none")),
    ):
        monkeypatch.setattr(shutil, "disk_usage", lambda _f, free=free: Usage(1 << 40, 0, free))
        assert one(disk.space(office.paths)) == expected


def test_speed_of_the_disk(office: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    assert disk.speed(office.paths)[0].code.startswith("disk_speed.")
    for took, expected in (
        (0.004, ("ok", "disk_speed.good")),
        (0.2, ("warning", "disk_speed.slow")),
        (0.9, ("problem", "disk_speed.very_slow")),
    ):
        monkeypatch.setattr(disk, "_probe", lambda _file, took=took: took)
        assert one(disk.speed(office.paths)) == expected
    monkeypatch.undo()

    for number, code in (
        (errno.ENOSPC, "disk_speed.full"),
        (errno.EROFS, "disk_speed.not_writable"),
    ):

        def fails(_handle: int, number: int = number) -> None:
            raise OSError(number, "planted")

        monkeypatch.setattr(os, "fsync", fails)
        assert one(disk.speed(office.paths)) == ("problem", code)
    monkeypatch.undo()
    assert not list(office.paths.data.glob(".probe*"))


def test_where_the_data_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for synced in (
        r"E:\OneDrive - Ministry\117",
        r"D:\YandexDisk\117",
        "/srv/Dropbox/117",
        r"C:\Яндекс.Диск\x",
    ):
        assert disk.is_synced(synced), synced
    assert not disk.is_synced(r"C:\ProgramData\117 Operator")
    table = tmp_path / "mounts"
    table.write_text(
        "/dev/sda1 / ext4 rw,relatime 0 0\n"
        f"//server/share {str(tmp_path).replace(' ', chr(92) + '040')}/far cifs rw 0 0\n"
        f"/dev/sdb1 {tmp_path}/bold ext4 rw,nobarrier 0 0\nbroken\n"
    )
    (tmp_path / "far").mkdir()
    (tmp_path / "bold").mkdir()
    real = disk._mount
    monkeypatch.setattr(disk, "_mount", lambda folder: real(folder, table))
    assert one(disk.place(paths(tmp_path / "far" / "data"))) == ("problem", "data_place.network")
    assert one(disk.place(paths(tmp_path / "dropbox"))) == ("problem", "data_place.synced")
    assert one(disk.place(paths(tmp_path / "near"))) == ("ok", "data_place.good")
    bold = disk.write_cache(paths(tmp_path / "bold"))
    assert one(bold) == ("problem", "write_cache.flush_ignored")
    assert one(disk.write_cache(paths(tmp_path / "near"))) == ("ok", "write_cache.good")
    monkeypatch.setattr(disk, "_mount", lambda folder: real(folder, tmp_path / "gone"))
    assert one(disk.write_cache(paths(tmp_path))) == ("absent", "write_cache.unknown")


def test_who_may_read_the_data(office: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    office.paths.data.chmod(0o700)
    assert one(office_files.rights(office.paths)) == ("ok", "rights.good")
    for mode, expected in (
        (0o755, "warning rights.everybody"),
        (0o707, "problem rights.everybody_writes"),
    ):
        office.paths.data.chmod(mode)
        assert " ".join(one(office_files.rights(office.paths))) == expected
    office.paths.data.chmod(0o755)
    office.paths.office.chmod(0o700)
    assert one(office_files.rights(office.paths)) == ("ok", "rights.good")
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    assert one(office_files.rights(office.paths)) == ("problem", "rights.not_writable")


@pytest.mark.parametrize(
    ("sddl", "open_to_all"),
    [
        ("D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;BU)", False),
        ("D:(A;OICI;FA;;;WD)(A;OICI;FA;;;SY)", True),
        ("D:(A;;0x1200a9;;;AN)", True),
        ("D:(D;;FA;;;WD)(A;;FA;;;BA)", False),
        ("D:(XA;;FR;;;WD;(@User.Title==\"x\"))", True),
        ("", False),
    ],
)  # fmt: skip
def test_rights_as_windows_writes_them(sddl: str, open_to_all: bool) -> None:
    assert office_files.everybody_in(sddl) is open_to_all


def test_the_clock_by_the_files(office: TestOffice) -> None:
    now = datetime.now(UTC)
    assert one(office_files.clock_by_files(office.paths, lambda: now)) == ("ok", "clock.plausible")
    back = now - timedelta(hours=9)
    assert one(office_files.clock_by_files(office.paths, lambda: back)) == (
        "warning", "clock.files_ahead",
    )  # fmt: skip
    dead = datetime(2002, 1, 1, tzinfo=UTC)
    assert one(office_files.clock_by_files(office.paths, lambda: dead)) == (
        "problem",
        "clock.long_ago",
    )


def test_memory_restart_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "meminfo"
    for content, expected in (
        ("MemTotal: 1\nMemAvailable: 2000000 kB\n", ("ok", "memory.enough")),
        ("MemAvailable: 100000 kB\n", ("warning", "memory.little")),
        ("", ("absent", "memory.unknown")),
    ):
        file.write_text(content)
        monkeypatch.setattr(system, "MEMORY", file)
        assert one(system.memory()) == expected
    monkeypatch.setattr(system, "RESTART_MARKS", (tmp_path / "reboot-required",))
    assert one(system.restart()) == ("ok", "restart.none")
    (tmp_path / "reboot-required").touch()
    assert one(system.restart()) == ("warning", "restart.pending")
    (found,) = system.versions("6.11.3")
    assert one([found]) == ("ok", "versions.known")
    assert {"program", "qt", "sqlcipher", "sqlite", "system"} <= set(found.params)
    monkeypatch.setattr(windows, "build", lambda: 17134)
    assert one(system.versions("6.11.3")) == ("problem", "versions.windows_old")


def test_the_file_of_the_set_up(nothing: Paths, office: TestOffice) -> None:
    assert one(office_toml(nothing)) == ("absent", "office_toml.none")
    nothing.data.mkdir()
    file = nothing.data / "office.toml"
    file.write_text(GOOD, "utf-8")
    assert one(office_toml(nothing)) == ("ok", "office_toml.good")
    file.write_text(GOOD.replace('"0412"', '"04/12"').replace("login", "log"), "utf-8")
    found = office_toml(nothing)
    assert {one([f]) for f in found} >= {
        ("problem", "setup.office_code_form"), ("problem", "provisioning.unknown_key"),
        ("problem", "provisioning.missing"),
    }  # fmt: skip
    assert found_words(found[0]).startswith("office.code · Line 5: ")
    assert "04/12" not in "".join(found_words(f) for f in found)
    file.write_bytes(b"\xff")
    assert one(office_toml(nothing)) == ("problem", "provisioning.not_utf8")
    assert one(office_toml(office.paths)) == ("absent", "office_toml.done")


def test_every_bad_setting_is_a_line() -> None:
    assert one(system.policy(resolve([]))) == ("ok", "policy.good")
    held = {"idle_minutes": 0, "colour": "red", "updates": "Fetch"}
    found = system.policy(resolve([Layer(Source.MACHINE_POLICY, held)]))
    said = [found_words(finding) for finding in found]
    assert len(said) == 3 and all("{" not in words for words in said)
    assert any("Locks by itself after" in words and "from 1 to 60" in words for words in said)


def test_fonts(qapp: object) -> None:
    assert one([fonts()])[1] in ("fonts.good", "fonts.lent")
    assert one([fonts(letters="Ң\U00098765")]) == ("problem", "fonts.missing")


# Running them


def test_what_does_not_answer_is_given_up_and_what_fails_is_a_line() -> None:
    never = threading.Event()

    def hangs() -> list[Finding]:
        never.wait(30)
        return []

    def fails() -> list[Finding]:
        raise RuntimeError("quoting nobody")

    told: list[tuple[int, int]] = []
    found = run_checks(
        [
            Check("folder", hangs, seconds=0.2),
            Check("memory", fails),
            Check("restart", lambda: [Finding("restart", Grade.OK, "restart.none")]),
        ],
        lambda done, total: told.append((done, total)),
    )
    never.set()
    assert [one([f]) for f in found] == [
        ("problem", "check.no_answer"),
        ("warning", "check.failed"),
        ("ok", "restart.none"),
    ]
    assert found[1].params == {"kind": "RuntimeError"}
    assert (0, 3) in told and told[-1] == (2, 3)


def test_a_check_can_be_ended_while_one_hangs() -> None:
    never = threading.Event()

    def end(_done: int, _total: int) -> None:
        raise Cancelled("work.cancelled")

    with pytest.raises(Cancelled):
        run_checks([Check("folder", lambda: (never.wait(30) and []) or [], seconds=30)], end)
    assert not never.is_set()
    never.set()


def test_the_exit_code_is_that_of_the_worst() -> None:
    def of(*grades: Grade) -> int:
        return exit_code(Finding("memory", grade, "memory.enough") for grade in grades)

    assert (of(), of(Grade.OK, Grade.ABSENT)) == (0, 0)
    assert of(Grade.OK, Grade.WARNING) == 1
    assert of(Grade.WARNING, Grade.PROBLEM, Grade.OK) == 2


def test_every_check_has_a_name() -> None:
    from operator_app.doctor import checks_of

    made = checks_of(
        paths(), resolve([]), FrozenClock(), qt="6", fonts=Finding("fonts", Grade.OK, "fonts.good")
    )
    assert [check.name for check in made] == list(NAMES)
