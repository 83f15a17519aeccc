"""A newer version is announced while people work: who is told, where it leads, what it leaves alone."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from operator_app.ui.pc_page import PcPage
from tests.journeys.office_pc import OfficePC
from tests.receiver import RunningReceiver
from tests.rollout.releases import NOTES, release


def test_the_supervisor_reads_what_is_new_and_has_heard(
    sending_pc: OfficePC, receiver: RunningReceiver, tmp_path: Path
) -> None:
    desk = sending_pc.desk
    bar = desk.updating.bar
    assert bar.isHidden()
    release(receiver, tmp_path, "1.2.0")
    desk.events.send_now_asked.emit()
    sending_pc.wait(bar.isVisible, "the strip")
    assert "1.2.0" in bar.strip.label.text()
    sending_pc.hands.press(Qt.Key.Key_F2)
    sending_pc.wait(bar.isHidden, "nothing beside a caller")
    sending_pc.hands.press(Qt.Key.Key_Escape)
    if desk.call_screen is not None and desk.call_screen.in_progress:
        sending_pc.hands.press(Qt.Key.Key_6)
    sending_pc.wait(bar.isVisible, "the strip, after the call")
    bar.read_button.setFocus(Qt.FocusReason.TabFocusReason)
    sending_pc.hands.press(Qt.Key.Key_Space)
    page = desk.window.findChild(PcPage)
    assert page is not None
    sending_pc.wait(page.version.isVisible, "the part of the version")
    sending_pc.wait(lambda: page.version.notes.text() == NOTES["en"], "its notes")
    bar.close_button.setFocus(Qt.FocusReason.TabFocusReason)
    sending_pc.hands.press(Qt.Key.Key_Space)
    sending_pc.wait(bar.isHidden, "put away")
    sending_pc.settle()
    assert desk.updating.updates.due(desk.actor) is None
