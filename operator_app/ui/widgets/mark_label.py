"""A sign and words on a soft ground: how far something can be relied on."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from operator_app.ui.widgets.basic import set_state, text
from operator_app.ui.wording import Wording

ROOM = 10
"""Above and below the letters together, in pixels."""


def mark_label(mark: Wording) -> QLabel:
    """The mark as a label that keeps its height in a line of them."""
    made = text(f"{mark.sign}  {mark.words}".strip(), "mark")
    set_state(made, "tone", mark.tone)
    made.setAccessibleName(mark.words)
    made.setFixedHeight(made.fontMetrics().height() + ROOM)
    return made
