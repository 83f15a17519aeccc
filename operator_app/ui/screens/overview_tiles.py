"""The figures that are seen first: troubles as buttons, and tiles that lead on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from operator_app.domain.overview import Concern
from operator_app.i18n import _
from operator_app.ui.overview_wording import NAMES, TileWords, trouble
from operator_app.ui.widgets.basic import GRID, FlowLayout, ShortenedLabel, set_state, text

_HEIGHT = 58
_LEAST_WIDTH = 120
_IN_A_ROW, _IN_A_NARROW_ROW = 5, 4
_NARROW = 840
"""Below this width the names of five tiles have no room."""


class Lead(QPushButton):
    """A button that Enter presses, too: it leads somewhere."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class Tile(Lead):
    """A figure under its name. `definition_asked()`: F1 or "?"."""

    definition_asked = Signal()

    def __init__(self, label: str) -> None:
        super().__init__("tile")
        self._label = label
        self.setAccessibleName(label)
        self.setFixedHeight(_HEIGHT)
        self.figure, self.before = text("", "tileFigure"), text("", "hint")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 5, 12, 5)
        layout.setSpacing(0)
        layout.addWidget(ShortenedLabel(label, "hint"))
        line = QGridLayout()
        line.setColumnStretch(1, 1)
        line.addWidget(self.figure, 0, 0)
        line.addWidget(
            self.before, 0, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        )
        layout.addLayout(line)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_words(self, words: TileWords) -> None:
        """The figure, and that of before."""
        self.figure.setText(words.figure)
        self.before.setText(words.before)
        set_state(self.figure, "tone", "danger" if words.is_bad else "")
        said = f"{self._label}: {words.figure}"
        self.setAccessibleName(f"{said}, {words.before}" if words.before else said)
        self.setToolTip(f"{self._label}\n" + _("Enter: what is behind it. F1: what is counted."))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F1 or event.text() == "?":
            self.definition_asked.emit()
        else:
            super().keyPressEvent(event)


class Tiles(QWidget):
    """`asked(name)`: what is behind a tile; `definition_asked(name)`: what it counts."""

    asked = Signal(str)
    definition_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.by_name = {name: Tile(_(label)) for name, label in NAMES.items()}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GRID)
        self._in_a_row = 0
        self._arrange(_IN_A_ROW)
        for name, tile in self.by_name.items():
            tile.clicked.connect(partial(self.asked.emit, name))
            tile.definition_asked.connect(partial(self.definition_asked.emit, name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(_IN_A_NARROW_ROW if self.width() < _NARROW else _IN_A_ROW)

    def _arrange(self, in_a_row: int) -> None:
        if in_a_row == self._in_a_row:
            return
        self._in_a_row = in_a_row
        for number, tile in enumerate(self.by_name.values()):
            self._grid.addWidget(tile, number // in_a_row, number % in_a_row)
        for column in range(_IN_A_ROW):
            self._grid.setColumnStretch(column, 1 if column < in_a_row else 0)

    def show_words(self, words: Mapping[str, TileWords]) -> None:
        """Fill the tiles."""
        for name, tile in self.by_name.items():
            tile.show_words(words[name])


class Troubles(QWidget):
    """What is wrong, the worst first. `asked(Concern)`: lead to where it is mended."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[Concern, Lead] = {}
        self._wrong = QWidget()
        flow = FlowLayout(self._wrong, GRID)
        for concern in Concern:
            made = Lead("trouble")
            made.clicked.connect(partial(self.asked.emit, concern))
            made.hide()
            flow.addWidget(made)
            self.buttons[concern] = made
        self.calm = text(_("Nothing urgent is late, unsent or without a plan."), "calm")
        self.calm.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._wrong)
        layout.addWidget(self.calm, 0, Qt.AlignmentFlag.AlignLeft)

    def show_numbers(self, numbers: Mapping[Concern, int]) -> None:
        """Only what there is."""
        for concern, made in self.buttons.items():
            number = numbers.get(concern, 0)
            made.setText("▲  " + trouble(concern, number) + "  ›")
            made.setAccessibleName(trouble(concern, number))
            made.setVisible(number > 0)
        self._wrong.setVisible(bool(numbers))
        self.calm.setVisible(not numbers)
