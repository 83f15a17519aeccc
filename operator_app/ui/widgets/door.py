"""What stands before the door: a calm page with one card in its middle."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from operator_app.i18n import _, language
from operator_app.ui.widgets.basic import GRID, Card, text
from operator_app.ui.widgets.chips import Chip, ChipGroup

LANGUAGE_NAMES = (("ky", "Кыргызча"), ("ru", "Русский"), ("en", "English"))
"""Each language in its own words; never translated."""
MARGIN = 3 * GRID


class DoorCard(Card):
    """A card of fixed width, as high as what it holds."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.setFixedWidth(width)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self.body.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        self.body.setSpacing(2 * GRID)


class DoorPage(QWidget):
    """Brand and language above, `card` in the middle."""

    def __init__(self, card: QWidget, subtitle: str, languages: ChipGroup | None) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(text("117", "brand"))
        top.addWidget(text(subtitle, "muted"))
        top.addStretch(1)
        if languages is not None:
            top.addWidget(languages)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card)
        middle.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        layout.addStretch(2)
        layout.addLayout(middle)
        layout.addStretch(3)


def language_switch(*, keys: bool = False) -> ChipGroup:
    """The three languages, the one in use marked; `keys`: picked by 1, 2, 3, which are shown."""
    chips = [
        Chip(code, name, str(number) if keys else "")
        for number, (code, name) in enumerate(LANGUAGE_NAMES, start=1)
    ]
    group = ChipGroup(chips, _("Language"))
    group.set_value(language())
    return group
