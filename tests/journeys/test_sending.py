"""The line to the ministry, as the person at the desk sees it."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import Qt

from operator_app.domain.wire import State
from tests.conftest import FrozenClock
from tests.faults.proxy import Exchange, FaultProxy
from tests.journeys.conftest import MakePC
from tests.journeys.office_pc import CONTROL, OfficePC, make_office
from tests.receiver import RunningReceiver


def _calm(pc: OfficePC) -> None:
    pc.wait(lambda: pc.desk.window.pill.property("tone") == "calm", "a calm pill")
    assert "All at the ministry" in pc.pill


def test_offline_is_a_state_with_a_count_and_send_now_ends_it(
    sending_pc: OfficePC, receiver: RunningReceiver
) -> None:
    pc = sending_pc
    _calm(pc)
    receiver.stop()
    pc.record("while the line is cut")
    pc.wait(lambda: "Offline since" in pc.pill, "offline")
    pc.wait(lambda: "1 waiting" in pc.pill, "one waits")
    assert pc.desk.window.pill.accessibleName() in pc.pill
    assert pc.desk.window.pill.property("tone") != "danger"
    (waiting,) = pc.revisions()
    assert waiting.state in (State.QUEUED, State.SENDING)
    assert receiver.folder.exists()
    pc.go_to(Qt.Key.Key_7, "administration")
    pc.wait(lambda: pc.desk.sync_page.waiting.rowCount() == 1, "listed on the page")
    receiver.start()
    pc.press(Qt.Key.Key_F9)
    pc.all_at_ministry(1)
    _calm(pc)
    pc.wait(lambda: pc.desk.sync_page.waiting.rowCount() == 0, "nothing waits")
    assert len(receiver.stages()) == 1


def test_a_server_that_hangs_stops_nobody(
    make_pc: MakePC, receiver: RunningReceiver, tmp_path: Path
) -> None:
    hanging, ended = threading.Event(), threading.Event()
    free = threading.Event()

    def hang(exchange: Exchange) -> None:
        hanging.set()
        free.wait(60)
        exchange.reset()
        ended.set()

    with FaultProxy(receiver.url) as proxy:
        folder = tmp_path / "behind-proxy"
        make_office(folder, proxy.url, receiver.new_code())
        pc = make_pc(folder)
        pc.sign_in()
        _calm(pc)
        proxy.plan(hang)
        pc.record("sent, and no answer comes")
        pc.wait(hanging.is_set, "the request hangs")
        pc.record("another one meanwhile")
        pc.wait(lambda: "2 waiting" in pc.pill, "the honest count")
        pc.desk.window.language_asked.emit("ru")
        pc.desk.window.language_asked.emit("en")
        pc.record("and one more")
        pc.app.sign_out()
        pc.sign_in("bek")
        assert not ended.is_set()
        free.set()
        pc.go_to(Qt.Key.Key_7, "administration")
        pc.press(Qt.Key.Key_F9)
        pc.all_at_ministry(3)
        _calm(pc)


def test_amendments_and_voids_arrive_too(sending_pc: OfficePC, receiver: RunningReceiver) -> None:
    pc = sending_pc
    pc.start_call()
    pc.hands.answer("7")
    pc.saved()
    pc.press(Qt.Key.Key_Z, CONTROL)
    pc.wait(lambda: len(pc.revisions()) == 2, "void")
    pc.all_at_ministry(2)
    (record,) = receiver.records().values()
    assert record["voided"]
    _calm(pc)


def test_no_server_is_said_calmly(pc: OfficePC) -> None:
    pc.record("kept here")
    pc.wait(lambda: "No server: kept on this PC" in pc.pill, "the state")
    pc.wait(lambda: "1 waiting" in pc.pill, "the count")


def test_wrong_enrolment_code_is_said_and_a_new_one_heals_it(
    make_pc: MakePC, receiver: RunningReceiver, tmp_path: Path, clock: FrozenClock
) -> None:
    used = receiver.new_code()
    first = tmp_path / "first"
    make_office(first, receiver.url, used)
    other = make_pc(first)
    other.sign_in()
    _calm(other)
    other.end()

    folder = tmp_path / "second"
    make_office(folder, receiver.url, used)
    pc = make_pc(folder)
    pc.sign_in()
    pc.record("kept meanwhile")
    pc.wait(lambda: "refuses" in pc.pill or "Not enrolled" in pc.pill, "refused")
    pc.go_to(Qt.Key.Key_7, "administration")
    pc.wait(lambda: "did not accept the enrolment code" in pc.words(), "the sentence")
    page = pc.desk.sync_page
    page.server.code.setFocus()
    pc.hands.write("not a code")
    page.server.save_button.setFocus()
    pc.press(Qt.Key.Key_Space)
    pc.wait(lambda: "The enrolment code has 20 signs" in pc.words(page.server), "what is wrong")
    page.server.code.setFocus()
    pc.press(Qt.Key.Key_A, CONTROL)
    pc.hands.write(receiver.new_code().lower().replace("-", " "))
    page.server.save_button.setFocus()
    pc.press(Qt.Key.Key_Space)
    pc.all_at_ministry(1)
    _calm(pc)
    pc.wait(lambda: not page.advice.isVisible(), "no advice is left")


def test_urgent_and_late_asks_for_a_telephone_call_until_phoned(
    sending_pc: OfficePC, receiver: RunningReceiver, clock: FrozenClock
) -> None:
    pc = sending_pc
    _calm(pc)
    receiver.stop()
    pc.record("danger", danger="1")
    clock.forward(minutes=16)
    pc.desk.driver.look()
    window = pc.desk.window
    pc.wait(window.urgent.isVisible, "the red strip")
    assert "duty officer" in window.urgent.label.text()
    window.phoned_button.setFocus()
    pc.press(Qt.Key.Key_Space)
    assert not window.urgent.isVisible()
    pc.desk.driver.look()
    pc.settle()
    assert not window.urgent.isVisible()
