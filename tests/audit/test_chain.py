"""Whoever has the key can change the audit log, but not without being found: by the service, the
page and the command."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from operator_app import cli
from operator_app.db import audit, settings, sync_state
from operator_app.domain.wire import canonical
from operator_app.services import audit_check
from operator_app.services.audit_check import AuditCheck
from operator_app.services.audit_log import AuditFilter
from operator_app.services.sign_in import SignIn
from operator_app.ui.audit_page import AuditPage
from tests.architecture.source import ROOT
from tests.audit.watched import Watched, lines, page_of
from tests.conftest import PASSWORD, TestOffice
from tests.ui.door import press, show

COLUMNS = "at, user_id, action, entity, entity_id, details, prev_hash, hash"
SWAP = ("UPDATE audit SET seq = -seq WHERE seq IN (3, 4)",
        "UPDATE audit SET seq = 7 + seq WHERE seq < 0")  # fmt: skip
ROOM = (
    "UPDATE audit SET seq = -seq - 1 WHERE seq >= 4",
    "UPDATE audit SET seq = -seq WHERE seq < 0",
)
AGAIN = f"INSERT INTO audit (seq, {COLUMNS}) SELECT 4, {COLUMNS} FROM audit WHERE seq = 3"
TAMPERINGS = {
    "edited": (("UPDATE audit SET user_id = 'somebody' WHERE seq = 4",), 4, 3),
    "deleted": (("DELETE FROM audit WHERE seq = 4",), 5, 3),
    "the first one deleted": (("DELETE FROM audit WHERE seq = 1",), 2, 0),
    "inserted": ((*ROOM, AGAIN), 4, 3),
    "inserted in front": ((AGAIN.replace("SELECT 4", "SELECT 0"),), 0, 0),
    "reordered": (SWAP, 3, 2),
    "no text any more": (("UPDATE audit SET action = CAST(x'ff00' AS TEXT) WHERE seq = 4",), 4, 3),
}
"""What is done to the rows, the first that does not fit then, and how many before it do."""


def tamper(watched: Watched, *statements: str) -> None:
    """Past the triggers, as somebody with the key of the database can."""
    with watched.office.database.bare_connection() as bare:
        for trigger in ("audit_write_once", "audit_kept"):
            bare.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        for statement in statements:
            bare.execute(statement)


@pytest.fixture
def own(watched: Watched, tmp_path: Path) -> Iterator[Watched]:
    """The office with files of its own."""
    made = watched.copied(tmp_path / "own")
    yield made
    made.office.database.close()


def check_of(watched: Watched) -> AuditCheck:
    return AuditCheck(watched.office.database, watched.office.clock)


def told(page: AuditPage) -> str:
    """What the page says of the chain."""
    chain = page.chain
    shown = [n.label.text() for n in (chain.good, chain.bad) if n.isVisible()]
    return "\n".join([chain.state.text(), *shown])


def command(office: TestOffice, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """`main.py verify-audit` within this process."""
    monkeypatch.setattr(cli, "start_logging", lambda _folder: None)
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    said = io.StringIO()
    arguments = ["verify-audit", "--data", str(office.paths.data), "--login", "vera"]
    with contextlib.redirect_stdout(said):
        code = cli.main([*arguments, "--language", "en"])
    return code, said.getvalue().strip()


@pytest.mark.parametrize("kind", TAMPERINGS)
def test_every_tampering_is_found_everywhere(
    own: Watched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    statements, row, fitting = TAMPERINGS[kind]
    tamper(own, *statements)
    verdict = check_of(own).check(own.auditor)
    assert not verdict.whole
    assert verdict.broken is not None
    assert (verdict.broken.seq, verdict.rows) == (row, fitting)
    assert lines(own.log, own.auditor)[0].action == "audit.checked"

    page = page_of(own, own.auditor)
    show(qtbot, page)
    assert f"not whole at row {row} when checked" in told(page)
    press(Qt.Key.Key_F8)
    qtbot.waitUntil(page.chain.bad.isVisible)
    assert f"row {row} does not fit" in told(page)

    own.office.database.close()
    code, said = command(own.office, monkeypatch)
    assert code == 1
    assert f"row {row} does not fit" in said
    assert len(said.splitlines()) == 1


def test_what_is_named_is_number_time_and_act(
    own: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    [opened] = lines(own.log, own.auditor, AuditFilter(actions=("case.glass_broken",)))
    tamper(own, f"UPDATE audit SET details = '{{}}' WHERE seq = {opened.seq}")
    own.office.database.close()
    code, said = command(own.office, monkeypatch)
    assert code == 1
    assert f"row {opened.seq} does not fit (24 November 2026, 09:05, Opened a case" in said
    assert f"that fit: {opened.seq - 1}." in said


def test_a_whole_chain_is_said_to_be_whole(
    own: Watched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(own, own.auditor)
    show(qtbot, page)
    assert told(page).endswith("never checked")
    rows = lines(own.log, own.auditor)[0].seq
    press(Qt.Key.Key_F8)
    qtbot.waitUntil(page.chain.good.isVisible)
    assert told(page) == (
        f"{rows + 1} rows · whole when checked today, 09:10\nThe audit log is whole: {rows} rows."
    )
    own.office.database.close()
    # The sign-in of the command is a row of its own.
    assert command(own.office, monkeypatch) == (0, f"The audit log is whole: {rows + 2} rows.")


def test_a_row_forged_with_a_hash_that_fits_breaks_the_next(own: Watched) -> None:
    import hashlib

    with own.office.database.read() as connection:
        row = dict(connection.exec_driver_sql("SELECT * FROM audit WHERE seq = 4").mappings().one())
    row["user_id"] = "somebody"
    forged = hashlib.sha256(canonical({k: v for k, v in row.items() if k != "hash"})).hexdigest()
    tamper(own, f"UPDATE audit SET user_id = 'somebody', hash = '{forged}' WHERE seq = 4")
    broken = check_of(own).check(own.auditor).broken
    assert broken is not None
    assert broken.seq == 5


@pytest.mark.parametrize("written_anew", [False, True])
def test_rows_cut_from_the_end_are_missed_after_a_check(own: Watched, written_anew: bool) -> None:
    check = check_of(own)
    before = check.check(own.auditor)
    assert before.whole
    tamper(own, f"DELETE FROM audit WHERE seq > {before.rows - 2}")
    if written_anew:
        with own.office.database.write() as connection:
            for _row in range(5):
                audit.append(connection, at=1, user_id="somebody", action="sign_in")
    for _again in range(2):
        # Also the next time: what was once known is not forgotten over it.
        verdict = check.check(own.auditor)
        assert not verdict.whole
        assert (verdict.broken, verdict.missing) == (None, before.rows)
        assert check.state(own.auditor).broken == before.rows


def test_rows_the_ministry_was_told_of_are_missed(own: Watched, qtbot: QtBot) -> None:
    with own.office.database.write() as connection:
        seq, _hash = audit.head(connection)
        ledger = sync_state.read_ledger(connection)
        sync_state.write_ledger(
            connection, sync_state.Ledger(**{**vars(ledger), "audit_told": seq})
        )
    assert check_of(own).check(own.auditor).whole
    tamper(own, f"DELETE FROM audit WHERE seq > {seq - 3}")
    with own.office.database.write() as connection:
        settings.put(connection, "audit_check", {"at": 1, "rows": 1, "broken": 0})
    page = page_of(own, own.auditor)
    show(qtbot, page)
    press(Qt.Key.Key_F8)
    qtbot.waitUntil(page.chain.bad.isVisible)
    assert f"as far as row {seq} before" in told(page)


def test_calls_are_saved_between_the_steps_of_a_check(
    own: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_check, "STEP", 3)
    check, office = check_of(own), own.office
    walk = check.begin(own.auditor)
    while not walk.ended:
        before = walk
        walk = check.step(own.auditor, walk)
        assert walk.seq - before.seq <= 3
        if walk.seq < 9:
            office.calls.open(office.actor, own.call_id)
    assert check.finish(own.auditor, walk).whole
    assert walk.seq > before.rows


def test_a_check_can_be_stopped(
    own: Watched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_check, "STEP", 1)
    page = page_of(own, own.auditor)
    show(qtbot, page)
    press(Qt.Key.Key_F8)
    assert page.chain.work.isVisible()
    press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.chain.work.isVisible())
    assert told(page).endswith("never checked")
    assert page.chain.check_button.hasFocus()
    assert check_of(own).state(own.auditor).checked_at is None


def test_the_command_as_it_staff_run_it(own: Watched) -> None:
    """A process of its own; an operator may not, and a running program is in the way."""
    data = own.office.paths.data
    own.office.for_another_process("aida", "bek")
    own.office.database.close()

    def run(login: str) -> subprocess.CompletedProcess[str]:
        arguments = ["verify-audit", "--data", str(data), "--login", login, "--language", "en"]
        return subprocess.run(
            [sys.executable, str(ROOT / "main.py"), *arguments],
            input=f"{PASSWORD}\n",
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            env={**os.environ, "PYTHONUTF8": "1"},
        )

    good = run("aida")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("The audit log is whole: ")
    refused = run("bek")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Your role does not allow this.\n"
    database, aida = SignIn(own.office.paths, own.office.clock).open("aida", PASSWORD)
    own.office.database = database
    assert [x.action for x in lines(own.log, aida)[:4]] == [
        "sign_in", "sign_in", "audit.checked", "sign_in",
    ]  # fmt: skip
