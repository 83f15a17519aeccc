"""The band over every window of the sandbox, and the title that goes with it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QMainWindow, QWidget

from operator_app.i18n import _
from operator_app.ui.widgets.basic import text

HEIGHT = 32


class TrainingBand(QFrame):
    """Says that nothing is real; buttons may be added to `line`, behind the words."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("training")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self.words = text("")
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(20, 0, 12, 0)
        self.line.addWidget(self.words, 1)
        self.say()

    def say(self) -> None:
        """Say it in the language in use."""
        said = _("TRAINING: invented people, nothing is sent. Here you can do nothing wrong.")
        self.words.setText(said)
        self.setAccessibleName(said)
        if self.window() is not self:
            self.window().setWindowTitle(_training_title())


def mark_window(window: QWidget) -> TrainingBand:
    """Put the band over everything in the window, also over its lock page, and name it so."""
    band = TrainingBand()
    if isinstance(window, QMainWindow):
        window.setMenuWidget(band)
    else:
        layout = window.layout()
        if not isinstance(layout, QBoxLayout):
            raise TypeError("a window of training has its parts below one another")
        layout.insertWidget(0, band)
    window.setWindowTitle(_training_title())
    return band


def _training_title() -> str:
    return "117 · " + _("Training")
