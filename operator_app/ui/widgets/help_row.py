"""One offer of the help panel: its key, its title, and what it comes to in a line or two."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from operator_app.ui.widgets.basic import ShortenedLabel, set_state, text


class HelpRow(QPushButton):
    """Looks like a card and acts like a button: a click reads it."""

    def __init__(self, number: int, title: str, detail: str, *, urgent: bool) -> None:
        super().__init__()
        self.setObjectName("helpRow")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Alt+{number}: {title}. {detail}")
        self.setToolTip(f"{title}\n{detail}" if detail else title)
        set_state(self, "tone", "danger" if urgent else "")
        layout = QGridLayout(self)
        layout.setContentsMargins(10, 5, 8, 5)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(1)
        layout.setColumnStretch(0, 1)
        layout.addWidget(ShortenedLabel(title, "strong"), 0, 0)
        layout.addWidget(text(f"Alt+{number}", "hint"), 0, 1)
        layout.addWidget(ShortenedLabel(detail, "hint"), 1, 0, 1, 2)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())
