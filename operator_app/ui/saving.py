"""Where to write a file: the system's dialog, and the ending of the name that it may lose."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QWidget

from operator_app.i18n import _
from operator_app.ui.dialogs import Dialogs

_export_folder: Path | None = None


def propose_folder(folder: Path | None) -> None:
    """The folder that IT set for exports; None for none. From now on the first proposal."""
    global _export_folder  # noqa: PLW0603 - one process serves one PC
    _export_folder = folder


def documents_folder() -> Path:
    """The folder that a first file is proposed for."""
    # Not asked whether it is there: a share that is gone takes its time to say so.
    if _export_folder is not None:
        return _export_folder
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
