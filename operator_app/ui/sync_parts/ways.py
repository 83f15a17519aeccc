"""The ways to the ministry, one shown at a time: a screen has no room for all of their forms."""

from __future__ import annotations

from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from operator_app.i18n import _
from operator_app.ui.widgets.basic import GRID


class Ways(QWidget):
    """A tab each above the card that is shown; with one card no tab bar."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = QTabBar()
        self.bar.setAccessibleName(_("Ways to the ministry"))
        self.bar.setExpanding(False)
        self.bar.setDrawBase(False)
        self.bar.hide()
        self._cards: list[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID)
        self._layout.addWidget(self.bar)
        self.bar.currentChanged.connect(self._on_chosen)

    def add(self, name: str, card: QWidget) -> None:
        """A further way; the first is shown until another is chosen."""
        self._cards.append(card)
        self._layout.addWidget(card)
        card.setVisible(len(self._cards) == 1)
        self.bar.addTab(name)
        self.bar.setVisible(self.bar.count() > 1)

    def _on_chosen(self, chosen: int) -> None:
        for number, card in enumerate(self._cards):
            card.setVisible(number == chosen)
