"""Starts the training beside the office: a process of its own, with a folder of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess

from operator_app.config import program_root


def start_training() -> bool:
    """Whether it was started; it shows its own window."""
    return QProcess.startDetached(*command())[0]


def command() -> tuple[str, list[str]]:
    """The program and its arguments, frozen or not."""
    if getattr(sys, "frozen", False):
        return sys.executable, ["--training"]
    return sys.executable, [str(Path(program_root()) / "main.py"), "--training"]
