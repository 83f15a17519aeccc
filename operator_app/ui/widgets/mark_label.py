"""A sign and words on a soft ground: how far something can be relied on."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout

from operator_app.ui.widgets.basic import set_state, text
from operator_app.ui.wording import Wording


class MarkLabel(QFrame):
    """Shows one mark. Colour only adds to what sign and words say."""

    def __init__(self, mark: Wording) -> None:
        super().__init__()
        self.setObjectName("mark")
        self.label = text(f"{mark.sign}  {mark.words}".strip())
        self.label.setAccessibleName(mark.words)
        set_state(self, "tone", mark.tone)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 4)
        layout.addWidget(self.label)
