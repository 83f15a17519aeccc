"""The PC of the demo is lost after its backup: restored on another one, and what the ministry has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from sqlalchemy import select

from build.receiver_process import ROOT
from build.stage import CONTROL, PASSWORD, Stage
from operator_app.db.models import call
from operator_app.domain.clock import system_clock
from operator_app.domain.wire import Kind, State
from operator_app.sync.status import SyncStatus, read_status
from operator_app.ui.restore_pages import RestoredPage, SeePage
from operator_app.ui.restore_wizard import RestoreWizard
from operator_app.ui.sign_in_window import SignInWindow


class SecondPC:
    """One call more is sent after the backup; then nothing is left of the PC but the backup."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._hands = stage.hands
        self._result = stage.result

    def call_after_backup(self) -> None:
        """It is at the ministry, and in no backup."""
        self._stage.start_call()
        self._hands.answer("6")
        self._stage.saved()
        self._stage.all_at_ministry()

    def lose_and_restore(self) -> None:
        """By the recovery key, in the wizard of a new PC; then work goes on there."""
        held = self._held()
        here = {r.op_id for r in self._stage.revisions()}
        calls = self._calls()
        lost = self._stage.leave_pc()
        self._verify("audit log of the first PC", lost)
        (self._stage.dialogs.file,) = (lost / "backups").glob("*.117backup")
        self._stage.new_pc()
        self._restore()
        self._stage.sign_in()
        self._hands.wait(lambda: len(self._calls()) == len(calls), "the call that no backup has")
        self._stage.all_at_ministry()
        kept = {r.op_id for r in self._stage.revisions()}
        self._result.expect("revisions that the first PC did not have", len(kept - here), 0)
        self._result.expect("calls that came back differ", len(self._calls() ^ calls), 0)
        self._result.expect("entries at the ministry only", self._status.only_there, 0)
        self._result.expect("the ministry holds what it held", self._held(), held)
        self._stage.go_to(Qt.Key.Key_2)
        self._stage.picture("restored-journal")
        self._go_on(held)

    def _restore(self) -> None:
        self._hands.press(Qt.Key.Key_B, CONTROL)
        self._hands.wait(lambda: isinstance(self._stage.window, RestoreWizard), "the wizard")
        wizard = self._stage.window
        if not isinstance(wizard, RestoreWizard):
            raise RuntimeError("no wizard")
        self._hands.press(Qt.Key.Key_O, CONTROL)
        self._hands.wait(lambda: wizard.page is wizard.prove, "the backup is looked at")
        self._hands.write(self._stage.recovery_key)
        self._stage.picture("restore-key")
        self._hands.press(Qt.Key.Key_Return)
        self._hands.wait(lambda: isinstance(wizard.page, SeePage), "what is in it")
        self._stage.picture("restore-see")
        self._hands.press(Qt.Key.Key_Return)
        self._hands.wait(lambda: isinstance(wizard.page, RestoredPage), "the office is in place")
        self._stage.picture("restored")
        self._hands.press(Qt.Key.Key_Return)
        self._hands.wait(lambda: isinstance(self._stage.window, SignInWindow), "the sign-in")

    def _go_on(self, held: dict[str, int]) -> None:
        """A call on the new PC arrives, and nothing arrives a second time."""
        before = {r.op_id for r in self._stage.revisions()}
        self._stage.start_call()
        self._hands.answer("6")
        self._stage.saved()
        self._stage.all_at_ministry()
        new = [r for r in self._stage.revisions() if r.op_id not in before]
        calls = sum(r.kind is Kind.CALL and r.state is State.APPLIED for r in new)
        self._result.expect("calls of the new PC at the ministry", calls, 1)
        now = self._held()
        for name, more in (("calls", 1), ("cases", 0), ("revisions_conflict", 0)):
            self._result.expect(
                f"at the ministry after the restore: {name}", now[name], held[name] + more
            )
        alarms = self._stage.receiver.alarms()
        self._result.expect("alarms of a mismatch", alarms["mismatch"], 0)
        self._result.facts["alarms of a shorter audit log"] = alarms["audit"]
        self._verify("audit log of the new PC", self._stage.leave_pc())

    def _verify(self, what: str, data: Path) -> None:
        """`main.py verify-audit`, as IT staff call it."""
        done = subprocess.run(
            [sys.executable, "main.py", "verify-audit", "--data", str(data), "--login", "aida"],
            cwd=ROOT, capture_output=True, text=True, check=False, input=PASSWORD + "\n",
        )  # fmt: skip
        self._result.expect(f"{what} is whole", done.returncode, 0)
        self._result.facts[what] = done.stdout.strip()

    def _held(self) -> dict[str, int]:
        lines = self._stage.receiver.records().splitlines()
        return {name: int(number) for name, number in (line.split() for line in lines)}

    def _calls(self) -> set[str]:
        """The calls in the journal of the PC of now, by their ids."""
        with self._stage.app.desk_now.database.read() as connection:
            return set(connection.execute(select(call.c.call_id)).scalars())

    @property
    def _status(self) -> SyncStatus:
        return read_status(self._stage.app.desk_now.database, system_clock)
