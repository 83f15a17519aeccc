"""From the overview to the places it leads to, in the whole program."""

from __future__ import annotations

from PySide6.QtCore import Qt

from operator_app.services.follow_ups import Scope
from tests.journeys.office_pc import OfficePC


def test_what_is_seen_leads_to_where_it_is_mended(pc: OfficePC) -> None:
    pc.record("one call")
    pc.go_to(Qt.Key.Key_6, "reports")
    page = pc.desk.supervision.overview
    assert page is not None
    tiles = page.tiles.by_name
    pc.wait(lambda: tiles["calls"].figure.text() == "1", "the figures of today")

    tiles["calls"].setFocus()
    pc.press(Qt.Key.Key_Return)
    pc.wait(lambda: page.side.records.model.rowCount() == 1, "the call behind the figure")
    pc.press(Qt.Key.Key_Return)
    pc.wait(lambda: pc.desk.window.current_place == "journal", "the journal")
    assert pc.desk.journal_screen is not None
    pc.wait(lambda: pc.desk.journal_screen.opened_call is not None, "the call itself")

    pc.go_to(Qt.Key.Key_6, "reports")
    tiles["follow_ups"].setFocus()
    pc.press(Qt.Key.Key_Return)
    assert pc.desk.window.current_place == "follow-ups"
    assert pc.desk.follow_ups_screen is not None
    assert pc.desk.follow_ups_screen.scopes.value == Scope.RISEN

    pc.go_to(Qt.Key.Key_6, "reports")
    tiles["waiting"].setFocus()
    pc.press(Qt.Key.Key_Return)
    assert pc.desk.window.current_place == "administration"

    pc.go_to(Qt.Key.Key_6, "reports")
    page.reviews_asked.emit()
    assert pc.desk.supervision.review is not None
    assert pc.desk.supervision.review.isVisible()
