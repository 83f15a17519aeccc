"""Small building blocks that all screens share; their look is in resources/theme.qss."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

GRID = 8


class Card(QFrame):
    """A white, rounded area with an optional title; put content into `body`."""

    def __init__(self, title: str = "", name: str = "card") -> None:
        super().__init__()
        self.setObjectName(name)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 12, 16, 12)
        self.body.setSpacing(GRID)
        if title:
            self.body.addWidget(text(title, "cardTitle"))


class Notice(QFrame):
    """A coloured strip with a sentence: "notice", "warning" or "danger"; hidden while empty.

    `line` holds the sentence; a button may be added behind it.
    """

    def __init__(self, tone: str = "notice") -> None:
        super().__init__()
        self.setObjectName(tone)
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(12, GRID, 12, GRID)
        self.line.addWidget(self.label, 1)
        self.hide()

    def show_text(self, sentence: str) -> None:
        """Show the sentence, or hide the strip when it is empty."""
        self.label.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))


class ShortenedLabel(QLabel):
    """A label on one line that gives way to its neighbours and ends in "…" then."""

    def __init__(self, content: str, name: str = "") -> None:
        super().__init__(content)
        self.setObjectName(name)
        self.setToolTip(content)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)


def text(content: str, name: str = "", *, wrap: bool = False) -> QLabel:
    """A label dressed by its name: "muted", "hint", "strong", "figure", "screenTitle", ..."""
    label = QLabel(content)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if name:
        label.setObjectName(name)
    return label


def button(label: str, name: str = "", key: str = "") -> QPushButton:
    """A push button; "primary" is the one action of a screen. `key` works while it is shown."""
    made = QPushButton(f"{label}   {key}" if key else label)
    if name:
        made.setObjectName(name)
    if key:
        # Not QPushButton.setShortcut: that clicks 100 ms later, after an animation.
        # What keyboards call Enter is Qt's Return; the keypad has the other one.
        names = {key.replace("Enter", "Return"), key}
        for each in names:
            QShortcut(QKeySequence(each), made).activated.connect(made.click)
    made.setAccessibleName(label)
    made.setAutoDefault(False)
    return made


def labelled(label: str, field: QWidget, hint: QWidget | None = None) -> QWidget:
    """A field under its label; `hint` stands at the right end of the label's line."""
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    line = QHBoxLayout()
    line.setSpacing(GRID)
    caption = text(label, "fieldLabel")
    caption.setBuddy(field)
    line.addWidget(caption)
    line.addStretch(1)
    if hint is not None:
        line.addWidget(hint)
    layout.addLayout(line)
    layout.addWidget(field)
    if not field.accessibleName():
        field.setAccessibleName(label)
    return box


def set_state(widget: QWidget, name: str, value: str | bool) -> None:
    """Set a property that the style sheet looks at, and dress the widget again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class FlowLayout(QLayout):
    """Lays widgets out like words: left to right, then the next line."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._breaks: list[QLayoutItem] = []
        self._gap = spacing
        self.setContentsMargins(QMargins(0, 0, 0, 0))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def insert_widget(self, index: int, widget: QWidget) -> None:
        """Add a widget at a position."""
        self.addWidget(widget)
        self._items.insert(index, self._items.pop())
        self.invalidate()

    def break_before_last(self) -> None:
        """Begin a new line with the widget added last."""
        self._breaks.append(self._items[-1])

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        width = sum(i.sizeHint().width() for i in self._items if not i.isEmpty())
        width += self._gap * max(0, len(self._items) - 1)
        height = max((i.sizeHint().height() for i in self._items), default=0)
        return QSize(width, height)

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        x, y, line_height = rect.x(), rect.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            # A field that can grow takes the rest of the line.
            grows = bool(item.expandingDirections() & Qt.Orientation.Horizontal)
            width = max(hint.width(), rect.right() - x + 1) if grows else hint.width()
            wanted = item.minimumSize().width() if grows else hint.width()
            full = x + wanted > rect.right() + 1 or item in self._breaks
            if full and line_height > 0:
                x, y, line_height = rect.x(), y + line_height + self._gap, 0
                width = rect.width() if grows else hint.width()
            elif grows:
                width = rect.right() - x + 1
            if move:
                # Labels stand on the middle of the chips of their line.
                tall = (
                    max(hint.height(), 30) if isinstance(item.widget(), QLabel) else hint.height()
                )
                item.setGeometry(QRect(QPoint(x, y), QSize(width, tall)))
            x += width + self._gap
            line_height = max(line_height, hint.height())
        return y + line_height - rect.y()
