"""Cards side by side in as many columns as the width allows; read down, then to the right."""

from __future__ import annotations

from itertools import combinations, pairwise

from PySide6.QtCore import QMargins, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from operator_app.ui.widgets.basic import GRID
from operator_app.ui.widgets.fitting_scroll import FittingScroll

LEAST_WIDTH = 352
"""Of a column, in pixels; a card needs it for its chips."""
GAP = 2 * GRID


class ColumnsLayout(QLayout):
    """The order of the cards is kept; breaks are set so that the highest column is lowest.

    What is left of the height goes to the cards that can grow.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(QMargins(0, 0, 0, 0))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal | Qt.Orientation.Vertical

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        shown = self._shown()
        across = self._across(width, len(shown))
        column_width = (width - (across - 1) * GAP) // across
        return max(
            (_height(c, column_width) for c in _columns(shown, across, column_width)), default=0
        )

    def sizeHint(self) -> QSize:
        return QSize(LEAST_WIDTH, self.heightForWidth(LEAST_WIDTH))

    def minimumSize(self) -> QSize:
        return QSize(LEAST_WIDTH, 0)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        shown = self._shown()
        across = self._across(rect.width(), len(shown))
        column_width = (rect.width() - (across - 1) * GAP) // across
        for number, column in enumerate(_columns(shown, across, column_width)):
            x = rect.x() + number * (column_width + GAP)
            _stack(column, QRect(x, rect.y(), column_width, rect.height()))

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _across(self, width: int, cards: int) -> int:
        return max(1, min(cards, (width + GAP) // (LEAST_WIDTH + GAP)))


def columns(cards: list[QWidget]) -> FittingScroll:
    """The cards in columns, scrolling only where the screen is too low for them."""
    content = QWidget()
    layout = ColumnsLayout(content)
    for card in cards:
        layout.addWidget(card)
    return FittingScroll(content, LEAST_WIDTH)


def _columns(items: list[QLayoutItem], across: int, width: int) -> list[list[QLayoutItem]]:
    if not items:
        return []
    best: list[list[QLayoutItem]] = [items]
    for breaks in combinations(range(1, len(items)), across - 1):
        ends = (0, *breaks, len(items))
        made = [items[a:b] for a, b in pairwise(ends)]
        if max(_height(c, width) for c in made) < max(_height(c, width) for c in best) or (
            len(best) < len(made)
        ):
            best = made
    return best


def _height(column: list[QLayoutItem], width: int) -> int:
    return sum(_height_of(item, width) for item in column) + GAP * max(0, len(column) - 1)


def _height_of(item: QLayoutItem, width: int) -> int:
    if item.hasHeightForWidth():
        return max(item.heightForWidth(width), item.minimumSize().height())
    return item.sizeHint().height()


def _stack(column: list[QLayoutItem], area: QRect) -> None:
    grown = [i for i in column if i.expandingDirections() & Qt.Orientation.Vertical]
    spare = max(0, area.height() - _height(column, area.width()))
    y = area.y()
    for item in column:
        height = _height_of(item, area.width())
        if item in grown:
            height += spare // len(grown)
        item.setGeometry(QRect(area.x(), y, area.width(), height))
        y += height + GAP
