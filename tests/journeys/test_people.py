"""What each role finds, one instance per data folder, and faults of the program itself."""

from __future__ import annotations

import logging

import pytest
from PySide6.QtCore import QEventLoop, Qt, QTimer

from tests.conftest import FrozenClock
from tests.journeys.conftest import MakePC
from tests.journeys.office_pc import OfficePC
from tests.samples import first_of


def test_administrator_finds_no_call(make_pc: MakePC) -> None:
    pc = make_pc()
    pc.sign_in("cholpon")
    assert list(pc.desk.window.places) == ["directory", "administration"]
    assert pc.desk.call_screen is None
    pc.press(Qt.Key.Key_F2)
    pc.settle()
    words = pc.words()
    assert "People" in words
    assert "From the ministry" in words
    assert "Start a call" not in words


def test_operator_finds_sending_but_not_people(make_pc: MakePC) -> None:
    pc = make_pc()
    pc.sign_in("bek")
    assert list(pc.desk.window.places) == [
        "call", "journal", "cases", "follow-ups", "directory", "reports", "administration",
    ]  # fmt: skip
    assert pc.desk.window.rail_buttons["reports"].text() == "Reviews"
    assert pc.desk.window.rail_buttons["administration"].text() == "Sending"
    pc.go_to(Qt.Key.Key_7, "administration")
    words = pc.words()
    assert "Waiting to be sent" in words
    assert "People" not in words
    assert "From the ministry" not in words
    assert "Enrolment code" not in words


def test_supervisor_finds_everything(pc: OfficePC) -> None:
    assert list(pc.desk.window.places) == [
        "call", "journal", "cases", "follow-ups", "directory", "reports", "administration",
    ]  # fmt: skip
    pc.go_to(Qt.Key.Key_7, "administration")
    assert {"People", "From the ministry"} <= set(pc.words().splitlines())


def test_a_second_instance_is_refused_with_a_sentence(make_pc: MakePC, pc: OfficePC) -> None:
    second = make_pc(pc.folder, start=False)
    assert not second.start()
    assert second.app.window is None
    second.app.tell_running()
    assert "already open" in second.dialogs.told.pop()
    pc.record("the first one goes on")
    assert len(pc.revisions()) == 1


@pytest.mark.parametrize("left", first_of(b"\x00" * 40, b"", b"12"))
def test_a_lock_file_spoilt_by_a_power_cut_locks_nobody_out(make_pc: MakePC, left: bytes) -> None:
    pc = make_pc(start=False)
    pc.app.paths.lock.write_bytes(left)
    assert pc.start()


def test_a_spoilt_lock_file_lets_no_second_instance_in(make_pc: MakePC, pc: OfficePC) -> None:
    pc.app.paths.lock.write_bytes(b"")
    second = make_pc(pc.folder, start=False)
    assert not second.start()


def test_the_folder_is_free_again_after_the_end(make_pc: MakePC, pc: OfficePC) -> None:
    pc.end()
    again = make_pc(pc.folder)
    again.sign_in("bek")


def test_a_fault_of_the_program_keeps_the_draft_and_goes_on(
    pc: OfficePC, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    pc.start_call()
    pc.write_note("typed before the fault")

    def fault() -> None:
        raise RuntimeError("typed before the fault")

    with caplog.at_level(logging.CRITICAL + 1):
        # As in the program, where nothing of Python waits around the events.
        events = QEventLoop()
        QTimer.singleShot(0, pc.screen, fault)
        QTimer.singleShot(0, events.quit)
        events.exec()
    assert "fault of its own" in pc.dialogs.told.pop()
    kept = pc.desk.calls.draft(pc.desk.actor)
    assert kept is not None
    assert kept.form.note == "typed before the fault"
    # The program goes on.
    pc.press(Qt.Key.Key_F4)
    pc.hands.write("0555")
    assert pc.screen.fields.phone.text() == "0555"
