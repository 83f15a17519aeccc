"""Dialogs during the check: nobody is there to answer; what would be told is a fault."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget


class QuietDialogs:
    """Answers no to everything. `told`: what the program wanted to say."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def confirm(self, parent: QWidget, question: str, yes: str) -> bool:
        """No."""
        del parent, question, yes
        return False

    def ask_reason(self, parent: QWidget, question: str, yes: str) -> str | None:
        """None."""
        del parent, question, yes
        return None

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        """Nowhere."""
        del parent, title, proposed, file_type
        return None

    def ask_open_path(self, parent: QWidget, title: str, file_type: str) -> Path | None:
        """Nothing."""
        del parent, title, file_type
        return None

    def ask_folder(self, parent: QWidget, title: str) -> Path | None:
        """None."""
        del parent, title
        return None

    def tell(self, parent: QWidget, message: str) -> None:
        """Keep it."""
        del parent
        self.told.append(message)
