"""The main job, performed through the real window: see `python build/dev.py demo`.

A receiver in a process of its own that publishes what all offices are to know, an office set up
from an office.toml, calls taken by key presses with an answer from the ministry's articles, a
violence case, the line cut and back, a correction, and the day handed over. Exits non-zero if
anything differs from what is expected.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import sqlalchemy  # noqa: E402, F401 - before PySide6, as in main.py
from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402

from build.answers import PHONE, Answers  # noqa: E402
from build.ministry_news import MinistryNews  # noqa: E402
from build.second_pc import SecondPC  # noqa: E402
from build.stage import PASSWORD, STOPPED, Result, Stage  # noqa: E402
from build.supervisor_day import SupervisorDay  # noqa: E402
from build.violence_case import ViolenceCase  # noqa: E402
from operator_app.domain.wire import Kind  # noqa: E402
from operator_app.i18n import _  # noqa: E402
from operator_app.ui.wording import state_wording  # noqa: E402

CALLS = 4


class Demo:
    """One day at an office, in a minute."""

    def __init__(self, stage: Stage, news: MinistryNews) -> None:
        self._stage = stage
        self._hands = stage.hands
        self._result = stage.result
        self._answers = Answers(stage, news)
        self._violence = ViolenceCase(stage)
        self._supervisor = SupervisorDay(stage)
        self._second = SecondPC(stage)

    def run(self) -> None:
        """All steps, in the order of the day."""
        self._answers.publish()
        self._stage.set_up()
        self._sign_in()
        self._answers.arrive()
        self._stage.count("silent call", self._silent_call, most=1)
        self._stage.count("information call", self._information_call, most=13)
        self._answers.remember_call()
        self._stage.count("violence call", self._violence.call)
        self._all_at_ministry("delivered", calls=3)
        self._stage.receiver.stop()
        self._stage.count("call while offline", self._call_while_offline)
        self._offline()
        self._stage.receiver.start()
        self._hands.press(Qt.Key.Key_F9)
        self._all_at_ministry("delivered-after-offline", calls=CALLS)
        self._stage.count("work on the case", self._violence.work_on_the_case)
        self._answers.what_was_told()
        self._stage.count("correction", self._answers.correct)
        self._stage.all_at_ministry()
        self._journal()
        self._conclude()
        self._stage.count("overview", self._supervisor.look)
        self._stage.count("ministry report", self._supervisor.report)
        self._stage.count("review", self._supervisor.review)
        self._stage.count("daily log", self._supervisor.hand_over)
        self._stage.count("backup", self._supervisor.back_up)
        self._second.call_after_backup()
        self._supervisor.figures_agree()
        self._second.lose_and_restore()

    def _sign_in(self) -> None:
        self._stage.picture("sign-in")
        self._stage.sign_in()
        self._stage.picture("ready")

    def _silent_call(self) -> None:
        self._stage.start_call()
        self._stage.picture("kind-of-contact")
        self._hands.presses = 0
        self._hands.answer("6")
        self._stage.saved()
        self._stage.picture("silent-call-saved")

    def _information_call(self) -> None:
        self._stage.start_call()
        for answer in ("1", "2", "1", "2"):  # own matter, no danger, woman, adult
            self._hands.answer(answer)
        self._hands.answer("али")
        self._stage.picture("topic")
        self._hands.press(Qt.Key.Key_Return)
        self._answers.look_up()
        self._answers.tell()
        self._hands.press(Qt.Key.Key_F4)
        self._hands.write(PHONE)
        self._hands.press(Qt.Key.Key_F6)
        self._hands.write(
            "Бывший муж не платит алименты полгода. Объяснён порядок обращения в суд."
        )
        self._stage.picture("information-call")
        self._stage.save_call()

    def _call_while_offline(self) -> None:
        self._stage.start_call()
        for answer in ("1", "2", "1", "2"):
            self._hands.answer(answer)
        self._hands.answer("үй-б")
        self._hands.press(Qt.Key.Key_Return)
        self._hands.press(Qt.Key.Key_Return)
        self._hands.answer("1")
        self._hands.answer("1")
        self._answers.search()
        self._stage.save_call()

    def _offline(self) -> None:
        """The last call waits, and the screen says so in words."""
        desk = self._stage.app.desk_now
        desk.driver.look()
        self._hands.wait(lambda: "· 1 " in desk.window.pill.text(), "one waits")
        waiting = self._stage.waiting()
        words = {state_wording(r.state).words for r in waiting}
        self._result.expect("waiting while offline", len(waiting), 1)
        self._result.expect("words while offline", sorted(words), [_("On its way")])
        self._stage.go_to(Qt.Key.Key_2)
        self._stage.picture("offline-journal")
        self._stage.go_to(Qt.Key.Key_7)
        self._stage.picture("offline-sync-page")

    def _all_at_ministry(self, picture: str, calls: int) -> None:
        self._stage.all_at_ministry()
        arrived = {r.record_id for r in self._stage.revisions() if r.kind is Kind.CALL}
        self._result.expect(f"calls, {picture}", len(arrived), calls)
        self._stage.go_to(Qt.Key.Key_2)
        self._stage.picture(picture)

    def _journal(self) -> None:
        self._stage.go_to(Qt.Key.Key_2)
        self._hands.press(Qt.Key.Key_Down)
        self._hands.press(Qt.Key.Key_Return)
        QTest.qWait(200)
        self._stage.picture("call-opened")

    def _conclude(self) -> None:
        rows = self._stage.revisions()
        calls = [r for r in rows if r.kind is Kind.CALL]
        self._result.expect("calls saved", len({r.record_id for r in calls}), CALLS)
        self._violence.conclude()
        self._answers.conclude()
        self._result.facts["revisions of calls"] = len(calls)
        self._result.facts["revisions of cases"] = sum(r.kind is Kind.CASE for r in rows)
        confirmed = sum(r.confirmed_at is not None for r in rows)
        self._result.expect("receipts verified", confirmed, len(rows))
        self._result.expect("waiting", len(self._stage.waiting()), 0)
        held = self._stage.receiver.records().replace("\n", ", ")
        self._result.facts["at the ministry"] = held


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
        stage = Stage(out, Path(work))
        try:
            Demo(stage, MinistryNews(stage.receiver, Path(work) / "news")).run()
            _report(stage.result, round(time.monotonic() - begun, 1))
            if wanted.stay and os.environ.get("QT_QPA_PLATFORM") != "offscreen":
                print("The window stays open; close it to end. Login aida, password", PASSWORD)
                stage.qt.exec()
        except TimeoutError as error:
            stage.result.wrong.append(str(error))
            stage.picture(STOPPED)
            _report(stage.result, round(time.monotonic() - begun, 1))
        finally:
            stage.close()
    return 1 if stage.result.wrong else 0


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
            print(f"{name:<46} {len(result.files)} in {result.out}")
        elif name == "key presses":
            for work, presses in result.key_presses.items():
                print(f"{'key presses, ' + work:<46} {presses}")
        else:
            print(f"{name:<46} {value}")
    print("demo:", "as expected" if not result.wrong else "NOT as expected")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
