"""The dialogs of the sandbox: what is saved is named so."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from operator_app.ui.dialogs import Dialogs

PREFIX = "TRAINING-"
"""In no language: it is looked for by eye in a folder of any."""


class TrainingDialogs:
    """Asks as `dialogs` does; the name proposed for a file begins with the mark."""

    def __init__(self, dialogs: Dialogs) -> None:
        self._dialogs = dialogs

    def confirm(self, parent: QWidget, question: str, yes: str) -> bool:
        return self._dialogs.confirm(parent, question, yes)

    def ask_reason(self, parent: QWidget, question: str, yes: str) -> str | None:
        return self._dialogs.ask_reason(parent, question, yes)

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        named = proposed.with_name(PREFIX + proposed.name)
        return self._dialogs.ask_save_path(parent, title, named, file_type)

    def ask_open_path(self, parent: QWidget, title: str, file_type: str) -> Path | None:
        return self._dialogs.ask_open_path(parent, title, file_type)

    def ask_folder(self, parent: QWidget, title: str) -> Path | None:
        return self._dialogs.ask_folder(parent, title)

    def tell(self, parent: QWidget, message: str) -> None:
        self._dialogs.tell(parent, message)
