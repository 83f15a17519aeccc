"""The main job, performed through the real window: see `python build/dev.py demo`.

A receiver in a process of its own, an office set up from an office.toml, calls taken by key
presses, the line cut and back, and the day handed over. Exits non-zero if anything differs from
what is expected.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import sqlalchemy  # noqa: E402 - before PySide6, as in main.py
from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from build.hands import Hands  # noqa: E402
from build.receiver_process import Receiver  # noqa: E402
from operator_app.app import Application  # noqa: E402
from operator_app.config import paths  # noqa: E402
from operator_app.db import revisions  # noqa: E402
from operator_app.db.keyring import new_recovery_key  # noqa: E402
from operator_app.db.models import revision  # noqa: E402
from operator_app.domain.clock import system_clock  # noqa: E402
from operator_app.domain.provisioning import parse_provisioning  # noqa: E402
from operator_app.domain.wire import State  # noqa: E402
from operator_app.services.set_up import set_up_office  # noqa: E402
from operator_app.ui.dialogs import QtDialogs  # noqa: E402
from operator_app.ui.screens.reports_screen import ReportsScreen  # noqa: E402
from operator_app.ui.wording import state_wording  # noqa: E402

PASSWORD = "tulip-mountain-2026"  # noqa: S105 - of an office that lives as long as the demo
OFFICE_TOML = """
language = "ru"
[office]
code = "0412"
division = "41708203000000"
names = {{ ky = "Аламүдүн району", ru = "Аламудунский район", en = "Alamudun district" }}
[server]
url = "{url}"
enrolment_code = "{code}"
[supervisor]
login = "aida"
name = "Аида Тестова"
"""


@dataclass
class Result:
    """What the demo saw; `wrong` lists what differs from the expected."""

    out: Path
    files: list[str] = field(default_factory=list)
    key_presses: dict[str, int] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Note a figure, and that it is wrong if it is."""
        self.facts[what] = found
        if found != wanted:
            self.wrong.append(f"{what}: {found}, expected {wanted}")


class ChosenPath(QtDialogs):
    """The dialogs as they are, but for the system's file dialog: it cannot be typed into here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        del parent, title, file_type
        return self._folder / proposed.name


class Demo:
    """One day at an office, in a minute."""

    def __init__(self, out: Path, work: Path) -> None:
        self._work = work
        self.result = Result(out)
        self.qt = QApplication(["demo"])
        self.hands = Hands(self.qt)
        self.receiver = Receiver(work / "ministry")
        self._paths = paths(work / "office-pc")
        self.app = Application(self.qt, self._paths, system_clock, ChosenPath(out))
        self._step = 0

    def run(self) -> None:
        """All steps, in the order of the day."""
        self._set_up()
        self._sign_in()
        self._count("silent call", self._silent_call, most=1)
        self._count("information call", self._information_call, most=16)
        self._count("danger now", self._danger_call)
        self._all_at_ministry("delivered", records=3)
        self.receiver.stop()
        self._count("call while offline", self._call_while_offline)
        self._offline()
        self.receiver.start()
        self._press_send_now()
        self._all_at_ministry("delivered-after-offline", records=4)
        self._daily_log()
        self._journal()
        self._conclude()

    def close(self) -> None:
        """Take everything down."""
        self.app.shut_down()
        self.receiver.stop()

    def _set_up(self) -> None:
        text = OFFICE_TOML.format(url=self.receiver.url, code=self.receiver.new_code())
        setup = parse_provisioning(text, self.app.reference)
        set_up_office(self._paths, setup, PASSWORD, new_recovery_key(), system_clock)
        self.app.preferences.appearance = "light"
        if not self.app.start():
            raise RuntimeError("another instance holds the data folder")

    def _sign_in(self) -> None:
        self._window().resize(1366, 768)
        self._picture("sign-in")
        self.hands.write("aida")
        self.hands.press(Qt.Key.Key_Return)
        self.hands.write(PASSWORD)
        self.hands.press(Qt.Key.Key_Return)
        self.hands.wait(lambda: self.app.desk is not None, "signed in")
        self._picture("ready")

    def _silent_call(self) -> None:
        self._start_call()
        self._picture("kind-of-contact")
        self.hands.presses = 0
        self.hands.answer("6")
        self._saved()
        self._picture("silent-call-saved")

    def _information_call(self) -> None:
        self._start_call()
        for answer in ("1", "2", "1", "2"):  # own matter, no danger, woman, adult
            self.hands.answer(answer)
        self.hands.answer("али")
        self._picture("topic")
        self.hands.press(Qt.Key.Key_Return)
        self.hands.press(Qt.Key.Key_Return)
        self.hands.answer("1")
        self.hands.press(Qt.Key.Key_F6)
        self.hands.write("Бывший муж не платит алименты полгода. Объяснён порядок обращения в суд.")
        self._picture("information-call")
        self.hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self._saved()

    def _danger_call(self) -> None:
        self._start_call()
        for answer in ("1", "1", "1", "2"):  # own matter, danger now, woman, adult
            self.hands.answer(answer)
        self.hands.answer("семейн")
        self.hands.press(Qt.Key.Key_Return)
        self.hands.press(Qt.Key.Key_Return)
        self.hands.answer("4")
        self.hands.press(Qt.Key.Key_F4)
        self.hands.write("0555 12 34 56")
        self.hands.press(Qt.Key.Key_F6)
        self.hands.write("Муж пришёл пьяный, ударил дважды. Двое детей дома.")
        self._picture("danger-now")
        self.hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self._saved()

    def _call_while_offline(self) -> None:
        self._start_call()
        for answer in ("1", "2", "1", "2"):
            self.hands.answer(answer)
        self.hands.answer("үй-б")
        self.hands.press(Qt.Key.Key_Return)
        self.hands.press(Qt.Key.Key_Return)
        self.hands.answer("1")
        self.hands.answer("1")
        self.hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self._saved()

    def _offline(self) -> None:
        """The last call waits, and the screen says so in words."""
        self.app.desk_now.driver.look()
        self.hands.wait(lambda: "· 1 " in self.app.desk_now.window.pill.text(), "one waits")
        waiting = [r for r in self._revisions() if r.state in (State.QUEUED, State.SENDING)]
        words = {state_wording(r.state).words for r in waiting}
        self.result.expect("waiting while offline", len(waiting), 1)
        self.result.expect("words while offline", sorted(words), [self._words("On its way")])
        self._go_to(Qt.Key.Key_2)
        self._picture("offline-journal")
        self._go_to(Qt.Key.Key_6)
        self._picture("offline-sync-page")

    def _press_send_now(self) -> None:
        self.hands.press(Qt.Key.Key_F9)

    def _all_at_ministry(self, picture: str, records: int) -> None:
        self.hands.wait(
            lambda: all(r.state is State.APPLIED for r in self._revisions()),
            "verified receipts for everything",
        )
        self.app.desk_now.driver.look()
        self.hands.wait(
            lambda: self.app.desk_now.window.pill.property("tone") == "calm", "a calm counter"
        )
        self.result.expect(f"applied, {picture}", len(self._revisions()), records)
        self._go_to(Qt.Key.Key_2)
        self._picture(picture)

    def _daily_log(self) -> None:
        self._go_to(Qt.Key.Key_5)
        excel_button = self._reports().panel.excel_button
        self.hands.wait(excel_button.isEnabled, "the daily log")
        self._picture("daily-log")
        control = Qt.KeyboardModifier.ControlModifier
        keys = (
            (Qt.Key.Key_E, control, "xlsx"),
            (Qt.Key.Key_D, control, "pdf"),
            (Qt.Key.Key_E, control | Qt.KeyboardModifier.ShiftModifier, "csv"),
        )
        for key, modifier, ending in keys:
            before = set(self.result.out.glob(f"*.{ending}"))
            for old in before:
                old.unlink()
            self.hands.press(key, modifier)
            self.hands.wait(partial(self._written, ending), f"the {ending} file")
            self.hands.wait(excel_button.isEnabled, "the next export")
        exports = sorted(
            f.name for e in ("xlsx", "pdf", "csv") for f in self.result.out.glob(f"*.{e}")
        )
        self.result.expect("exports", len(exports), 3)
        self.result.files += exports
        self._picture("daily-log-exported")

    def _journal(self) -> None:
        self._go_to(Qt.Key.Key_2)
        self.hands.press(Qt.Key.Key_Down)
        self.hands.press(Qt.Key.Key_Return)
        QTest.qWait(200)
        self._picture("call-opened")

    def _conclude(self) -> None:
        rows = self._revisions()
        self.result.expect("records saved", len(rows), 4)
        self.result.expect("receipts verified", sum(r.confirmed_at is not None for r in rows), 4)
        self.result.expect(
            "waiting", sum(r.state in (State.QUEUED, State.SENDING) for r in rows), 0
        )
        self.result.facts["at the ministry"] = self.receiver.records().replace("\n", ", ")

    def _count(self, name: str, call: Any, most: int | None = None) -> None:
        self.hands.presses = 0
        call()
        self.result.key_presses[name] = self.hands.presses
        if most is not None and self.hands.presses > most:
            self.result.wrong.append(f"{name}: {self.hands.presses} key presses, at most {most}")

    def _start_call(self) -> None:
        self.hands.press(Qt.Key.Key_F2)
        self.hands.wait(self._in_progress, "a call in progress")

    def _saved(self) -> None:
        self.hands.wait(lambda: not self._in_progress(), "the call is saved")

    def _in_progress(self) -> bool:
        screen = self.app.desk_now.call_screen
        return screen is not None and screen.in_progress

    def _go_to(self, key: Qt.Key) -> None:
        self.hands.press(key, Qt.KeyboardModifier.ControlModifier)
        QTest.qWait(200)

    def _revisions(self) -> list[revisions.Revision]:
        database = self.app.desk_now.database
        with database.read() as connection:
            rows = connection.execute(sqlalchemy.select(revision)).mappings()
            return [revisions.from_row(row) for row in rows]

    def _written(self, ending: str) -> bool:
        return any(self.result.out.glob(f"*.{ending}"))

    def _reports(self) -> ReportsScreen:
        screen = self.app.desk_now.reports_screen
        if screen is None:
            raise RuntimeError("this role has no reports")
        return screen

    def _window(self) -> QWidget:
        if self.app.window is None:
            raise RuntimeError("there is no window")
        return self.app.window

    def _words(self, english: str) -> str:
        from operator_app.i18n import _

        return _(english)

    def _picture(self, name: str) -> None:
        self._step += 1
        file = self.result.out / f"{self._step:02d}-{name}.png"
        self.hands.picture(self._window(), file)
        self.result.files.append(file.name)


def main(arguments: list[str]) -> int:
    """Run the demo; 1 when something differs from what is expected."""
    parser = argparse.ArgumentParser(prog="dev.py demo")
    parser.add_argument("--out", type=Path, default=ROOT / "demo-out")
    parser.add_argument("--stay", action="store_true", help="leave the window open")
    wanted = parser.parse_args(arguments)
    out: Path = wanted.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        demo = Demo(out, Path(work))
        try:
            demo.run()
            seconds = round(time.monotonic() - begun, 1)
            _report(demo.result, seconds)
            if wanted.stay and os.environ.get("QT_QPA_PLATFORM") != "offscreen":
                print("The window stays open; close it to end. Login aida, password", PASSWORD)
                demo.qt.exec()
        except TimeoutError as error:
            demo.result.wrong.append(str(error))
            _report(demo.result, round(time.monotonic() - begun, 1))
        finally:
            demo.close()
    return 1 if demo.result.wrong else 0


def _report(result: Result, seconds: float) -> None:
    summary = {
        **result.facts,
        "key presses": result.key_presses,
        "seconds": seconds,
        "files": result.files,
        "wrong": result.wrong,
    }
    text = json.dumps(summary, ensure_ascii=False, indent=1)
    (result.out / "summary.json").write_text(text, encoding="utf-8")
    for name, value in summary.items():
        if name == "files":
            print(f"{name:<36} {len(result.files)} in {result.out}")
        elif name == "key presses":
            for call, presses in result.key_presses.items():
                print(f"{'key presses, ' + call:<36} {presses}")
        else:
            print(f"{name:<36} {value}")
    print("demo:", "as expected" if not result.wrong else "NOT as expected")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
