"""A button that is an arrow, with a key: to the day, week or month before and after."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton

from operator_app.ui import theme
from operator_app.ui.icons import icon


def arrow_button(icon_name: str, label: str, key: str) -> QPushButton:
    """`label` is for the tool tip, which tells the key too, and for screen readers."""
    made = QPushButton(icon(icon_name, theme.current().text, 16), "")
    QShortcut(QKeySequence(key), made).activated.connect(made.click)
    made.setAccessibleName(label)
    made.setToolTip(f"{label} ({key})")
    made.setAutoDefault(False)
    made.setFixedWidth(40)
    return made
