"""A record the ministry refused: seen, opened at the wrong field, put right, arrived."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from operator_app.domain.wire import State
from operator_app.services import calls
from tests.journeys.office_pc import CONTROL, SHIFT, OfficePC
from tests.receiver import RunningReceiver


def test_a_refused_call_is_mended_by_the_keyboard(
    sending_pc: OfficePC, receiver: RunningReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = sending_pc
    real = calls.call_body
    with monkeypatch.context() as spoilt:
        spoilt.setattr(calls, "call_body", lambda call: {**real(call), "note": 7})
        pc.record("what she asked")
    pc.wait(lambda: "need you: 1" in pc.pill, "refused")
    pc.go_to(Qt.Key.Key_7, "administration")
    refused = pc.desk.sync_page.refused
    pc.wait(lambda: refused.table.rowCount() == 1, "listed")
    assert "note" in refused.explanation.text()
    pc.press(Qt.Key.Key_F2, SHIFT)
    pc.wait(lambda: pc.screen.in_progress, "on the call screen")
    pc.wait(pc.screen.fields.note.hasFocus, "the note has the focus")
    pc.hands.write(" about")
    pc.press(Qt.Key.Key_Return, CONTROL)
    pc.wait(lambda: not pc.screen.in_progress, "saved")
    pc.wait(lambda: pc.desk.window.pill.property("tone") == "calm", "a calm pill")
    assert [r.state for r in pc.revisions()] == [State.REJECTED, State.APPLIED]
    (record,) = receiver.records().values()
    assert (record["held"], record["conflict"]) == (0, False)
