"""All questions that stop the user, behind one object, so that tests never hang."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from operator_app.i18n import _


class Dialogs(Protocol):
    """What screens may ask."""

    def confirm(self, parent: QWidget, question: str, yes: str) -> bool:
        """A question with the verb `yes` and Cancel."""

    def ask_reason(self, parent: QWidget, question: str, yes: str) -> str | None:
        """A short text, or None when cancelled."""

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        """Where to write a file, by the system's own dialog, or None."""

    def ask_open_path(self, parent: QWidget, title: str, file_type: str) -> Path | None:
        """Which file to read, by the system's own dialog, or None."""

    def ask_folder(self, parent: QWidget, title: str) -> Path | None:
        """Which folder, by the system's own dialog, or None."""

    def tell(self, parent: QWidget, message: str) -> None:
        """A sentence to be read before going on."""


class QtDialogs:
    """The dialogs as people see them."""

    def confirm(self, parent: QWidget, question: str, yes: str) -> bool:
        box = QMessageBox(QMessageBox.Icon.Question, "117", question, parent=parent)
        accept = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(cancel)
        box.exec()
        return box.clickedButton() is accept

    def ask_reason(self, parent: QWidget, question: str, yes: str) -> str | None:
        dialog = ReasonDialog(parent, question, yes)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            return dialog.reason.toPlainText().strip()
        return None

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        chosen, _filter = QFileDialog.getSaveFileName(parent, title, str(proposed), file_type)
        return Path(chosen) if chosen else None

    def ask_open_path(self, parent: QWidget, title: str, file_type: str) -> Path | None:
        chosen, _filter = QFileDialog.getOpenFileName(parent, title, "", file_type)
        return Path(chosen) if chosen else None

    def ask_folder(self, parent: QWidget, title: str) -> Path | None:
        chosen = QFileDialog.getExistingDirectory(parent, title)
        return Path(chosen) if chosen else None

    def tell(self, parent: QWidget, message: str) -> None:
        box = QMessageBox(QMessageBox.Icon.Information, "117", message, parent=parent)
        box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
        box.exec()


class ReasonDialog(QDialog):
    """A question that needs a typed reason; the button wakes when there is one."""

    def __init__(self, parent: QWidget, question: str, yes: str) -> None:
        super().__init__(parent)
        self.setWindowTitle("117")
        self.setMinimumWidth(440)
        label = QLabel(question)
        label.setWordWrap(True)
        self.reason = QPlainTextEdit()
        self.reason.setObjectName("reason")
        self.reason.setAccessibleName(_("Reason"))
        self.reason.setTabChangesFocus(True)
        self.reason.setFixedHeight(80)
        buttons = QDialogButtonBox()
        self.accept_button = buttons.addButton(yes, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.accept_button.setEnabled(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.reason.textChanged.connect(self._on_text_changed)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.addWidget(label)
        layout.addWidget(self.reason)
        layout.addWidget(buttons, alignment=Qt.AlignmentFlag.AlignRight)
        self.reason.setFocus()

    def _on_text_changed(self) -> None:
        self.accept_button.setEnabled(bool(self.reason.toPlainText().strip()))
