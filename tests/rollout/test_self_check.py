"""The program's check of itself: passes here, and says in words what a broken copy lacks."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from operator_app import config
from operator_app.domain.clock import system_clock
from operator_app.self_check import checks, command, screens
from operator_app.self_check.bench import Bench
from operator_app.self_check.report import Check, Line, Outcome, run_all
from operator_app.ui import icons

Broken = tuple[Bench, Path]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only temporary folder there is."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Over a copy of resources and migrations, to be broken."""
    real = config.paths(tmp_path / "data")
    resources, migrations = tmp_path / "resources", tmp_path / "migrations"
    shutil.copytree(real.resources, resources, ignore=shutil.ignore_patterns("*.png", "*.po"))
    shutil.copytree(real.migrations, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    return Bench(replace(real, resources=resources, migrations=migrations), system_clock, None)


def lines(bench: Bench, *names: str) -> dict[str, Line]:
    wanted = [check for check in command.TABLE if check.name in names]
    return {line.name: line for line in run_all(wanted, bench)}


@pytest.mark.usefixtures("qapp")
def test_everything_but_the_screens_passes_and_nothing_is_left(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "screens", lambda _bench, _language: "not today")
    assert command.main(["--language", "en"]) == 0
    printed = capsys.readouterr().out
    assert printed.count(" passed ") == 14
    assert "All is well." in printed
    assert list(here.iterdir()) == []


@pytest.mark.usefixtures("qapp")
def test_a_failure_is_a_line_an_exit_code_and_a_log(
    here: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_bench: Bench) -> str:
        raise ModuleNotFoundError("No module named 'planted'", name="planted")

    monkeypatch.setattr(
        command, "TABLE", (Check("Planted", broken), Check("After", broken, ("Planted",)))
    )
    monkeypatch.setattr(command, "_drawn", list)
    out = tmp_path / "out"
    assert command.main(["--language", "en", "--out", str(out)]) == 1
    printed = capsys.readouterr().out
    assert "FAILED" in printed and "A part of the program is missing: planted" in printed
    assert "not tried" in printed and "Traceback" not in printed
    assert "ModuleNotFoundError" in (out / command.LOG_NAME).read_text("utf-8")
    assert "FAILED" in (out / "self-check.txt").read_text("utf-8")
    assert list(here.iterdir()) == []
    assert command.main(["--language", "en"]) == 1
    assert [file.name for file in here.iterdir()] == [command.LOG_NAME]


def test_a_missing_translation_is_named(bench: Bench) -> None:
    shutil.rmtree(bench.paths.resources / "i18n" / "ru")
    line = lines(bench, command.RESOURCES)[command.RESOURCES]
    assert line.outcome is Outcome.FAILED
    assert "operator117" in line.told or "ru" in line.told


def test_a_missing_code_list_is_named(bench: Bench) -> None:
    (bench.paths.resources / "data" / "code_lists.csv").unlink()
    assert "code_lists.csv" in lines(bench, command.RESOURCES)[command.RESOURCES].told


def test_a_missing_quick_card_is_named(bench: Bench) -> None:
    (bench.paths.resources / "help" / "cards" / "operator.ky.md").unlink()
    assert "operator.ky.md" in lines(bench, command.RESOURCES)[command.RESOURCES].told


def test_a_missing_migration_is_named(bench: Bench) -> None:
    next((bench.paths.migrations / "versions").glob("0003*.py")).unlink()
    line = lines(bench, "All migrations")["All migrations"]
    assert line.outcome is Outcome.FAILED and "0003" in line.told


def test_a_migration_that_fails_is_a_line(bench: Bench) -> None:
    file = next((bench.paths.migrations / "versions").glob("0002*.py"))
    file.write_text("import not_in_the_program\n" + file.read_text("utf-8"), "utf-8")
    assert lines(bench, "All migrations")["All migrations"].outcome is Outcome.FAILED


def test_a_database_in_the_clear_is_noticed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from operator_app.db import engine

    monkeypatch.setattr(engine, "_key_statements", lambda _key: ())
    line = lines(bench, "Encrypted database")["Encrypted database"]
    assert line.outcome is Outcome.FAILED


@pytest.mark.usefixtures("qapp")
def test_a_picture_qt_cannot_read_is_noticed(bench: Bench) -> None:
    assert "svg" in screens.pictures(bench)
    (bench.paths.resources / "icons" / "tick-light.svg").unlink()
    with pytest.raises(checks.CheckFailed):
        screens.pictures(bench)


@pytest.mark.usefixtures("qapp")
def test_a_screen_that_fails_is_named(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for check in (checks.resources, checks.sign_in, checks.save):
        check(bench)
    bench.close()
    (tmp_path / "no-icons").mkdir()
    icons.icon.cache_clear()
    monkeypatch.setattr(icons, "_FOLDER", tmp_path / "no-icons")
    (line,) = run_all([Check("Screens", lambda b: screens.screens(b, "en"))], bench)
    icons.icon.cache_clear()
    assert line.outcome is Outcome.FAILED


@pytest.mark.long
@pytest.mark.usefixtures("qapp")
def test_all_screens_in_three_languages(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--language", "en"]) == 0
    assert capsys.readouterr().out.count(" passed ") == 14
    assert list(here.iterdir()) == []
