"""`main.py reindex`, as IT staff run it: a process of its own over a real office."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile

from operator_app.db.engine import Database
from tests.conftest import PASSWORD, TestOffice, information_call
from tests.finder import finder_of
from tests.samples import first_of

ROOT = Path(__file__).resolve().parents[1]
WORD = "неповторимаясправка"


@pytest.fixture
def office(office: TestOffice) -> Iterator[TestOffice]:
    """An office with three calls that were never indexed, let go of."""
    for _ in range(3):
        form = information_call(office.calls.start(office.actor).form, note=WORD)
        office.calls.save(office.actor, form)
    office.for_another_process("aida")
    office.database.close()
    yield office


def run(*arguments: str, typed: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "reindex", *arguments],
        input=f"{typed}\n",
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def reindex(
    office: TestOffice, *more: str, typed: str = PASSWORD
) -> subprocess.CompletedProcess[str]:
    return run("--data", str(office.paths.data), "--login", "aida", *more, typed=typed)


def said(done: subprocess.CompletedProcess[str]) -> str:
    whole = done.stdout + done.stderr
    assert "Traceback" not in whole
    assert PASSWORD not in whole
    assert WORD not in whole
    return whole.strip()


def index_file(office: TestOffice) -> Path:
    return office.paths.database.with_name("search.db")


@pytest.mark.parametrize("language", first_of("ru", "ky", "en"))
def test_the_index_is_made_and_one_line_says_so(office: TestOffice, language: str) -> None:
    done = reindex(office, "--language", language)
    assert done.returncode == 0, said(done)
    assert "3" in said(done)
    assert len(said(done).splitlines()) == 1
    assert (language == "en") == said(done).isascii()
    finder = finder_of(_reopened(office))
    try:
        assert finder.index.behind() == 0
        assert len(finder.search.call_ids(office.actor, WORD)) == 3
    finally:
        finder.index.close()


def test_a_damaged_index_is_thrown_away(office: TestOffice) -> None:
    index_file(office).write_bytes(b"not a database" * 1000)
    assert reindex(office).returncode == 0
    finder = finder_of(_reopened(office))
    try:
        assert len(finder.search.call_ids(office.actor, WORD)) == 3
    finally:
        finder.index.close()


@pytest.mark.parametrize("language", first_of("ky", "ru", "en"))
def test_a_wrong_password_opens_nothing(office: TestOffice, language: str) -> None:
    done = reindex(office, "--language", language, typed="another-password")
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(said(done).splitlines()) == 1
    assert (language == "en") == said(done).isascii()
    assert not index_file(office).exists()


def test_not_while_the_program_runs(office: TestOffice) -> None:
    held = QLockFile(str(office.paths.lock))
    assert held.tryLock(100)
    try:
        sentences = {}
        for language in ("ru", "ky", "en"):
            done = reindex(office, "--language", language)
            assert done.returncode == 1
            sentences[language] = said(done)
    finally:
        held.unlock()
    assert sentences["en"].startswith("The program is already open")
    assert len(set(sentences.values())) == 3
    assert all(len(s.splitlines()) == 1 for s in sentences.values())
    assert not index_file(office).exists()
    assert reindex(office).returncode == 0


@pytest.mark.parametrize("left", first_of(b"\0" * 64, b""))
def test_what_a_power_cut_left_of_the_lock_is_no_hindrance(office: TestOffice, left: bytes) -> None:
    office.paths.lock.write_bytes(left)
    done = reindex(office)
    assert done.returncode == 0, said(done)


def test_where_there_is_no_office(tmp_path: Path) -> None:
    done = run("--data", str(tmp_path / "nothing"), "--login", "aida", "--language", "en")
    assert done.returncode == 1
    assert said(done) == "This database holds no office. Call your IT staff."
    assert not (tmp_path / "nothing").exists()


def test_what_happened_is_in_the_log_without_a_word_of_the_records(office: TestOffice) -> None:
    reindex(office, typed="another-password")
    log = (office.paths.logs / "117-operator.log").read_text(encoding="utf-8")
    assert "sign-in refused" in log
    for word in (WORD, PASSWORD, "another-password", "aida"):
        assert word not in log


def test_a_command_that_says_too_little_is_told_how_it_is_used() -> None:
    done = run()
    assert done.returncode == 2
    assert "--login" in done.stderr


def _reopened(office: TestOffice) -> TestOffice:
    office.database = Database(office.paths.database, office.database.key)
    return replace(office)
