"""Where to write a file: the system's dialog, and the ending of the name that it may lose."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QWidget

from operator_app.i18n import _
from operator_app.ui.dialogs import Dialogs


def documents_folder() -> Path:
    """The folder that a first file is proposed for."""
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    return Path(QStandardPaths.writableLocation(documents))


def ask_where(
    dialogs: Dialogs, parent: QWidget, title: str, proposed: Path, file_type: str
) -> Path | None:
    """The file to write, with the ending proposed, or None when the person does not want to."""
    file = dialogs.ask_save_path(parent, title, proposed, file_type)
    if file is None or file.suffix.lower() == proposed.suffix:
        return file
    # The dialog asked about the name as typed, without its ending.
    file = file.with_name(file.name + proposed.suffix)
    question = _("This file exists already. Replace it?")
    if file.exists() and not dialogs.confirm(parent, question, _("Replace")):
        return None
    return file
