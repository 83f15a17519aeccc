"""What came of writing or printing a file: one sentence, and the way to the file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.i18n import _
from operator_app.ui.widgets.basic import GRID, Notice, button


class Outcome(QWidget):
    """A notice of success or of trouble, `width` pixels wide; empty until there is something."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width
        self._written: Path | None = None
        self.done = Notice()
        self.problem = Notice("danger")
        self.folder_button = button(_("Open folder"), "link", "Ctrl+O")
        self.folder_button.clicked.connect(self._on_open_folder)
        self.folder_button.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.done)
        layout.addWidget(self.problem)
        layout.addWidget(self.folder_button, alignment=Qt.AlignmentFlag.AlignLeft)

    def say(self, *, done: str = "", problem: str = "") -> None:
        """One sentence of success or of trouble, or neither."""
        self.done.setToolTip("")
        self.done.show_text(done)
        self.problem.show_text(problem)
        self.folder_button.hide()

    def say_written(self, file: Path) -> None:
        """Where the file is, and the way to it."""
        self._written = file
        name, folder = self._shortened(file.name), self._shortened(str(file.parent))
        self.say(done=_("Saved: {file}").format(file=name) + f"\n{folder}")
        self.done.setToolTip(str(file))
        self.folder_button.show()

    def _on_open_folder(self) -> None:
        if self._written is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written.parent)))

    def _shortened(self, path: str) -> str:
        # A path has no blanks to break a line at; the whole of it is in the tool tip.
        label = _("Saved: {file}")
        room = self._width - 7 * GRID - self.fontMetrics().horizontalAdvance(label)
        room = max(room, self._width // 2)
        return self.fontMetrics().elidedText(path, Qt.TextElideMode.ElideMiddle, room)
