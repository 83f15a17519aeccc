"""Starts the training beside the office: a process of its own, with a folder of its own."""

from __future__ import annotations

import sys

from PySide6.QtCore import QProcess

from operator_app.config import program_root
from operator_app.errors import EnvironmentProblem


def start_training(language: str) -> None:
    """It shows its own window, in that language. Raises EnvironmentProblem("training.not_started")."""
    program, arguments = command(language)
    if not QProcess.startDetached(program, arguments)[0]:
        raise EnvironmentProblem("training.not_started")


def command(language: str) -> tuple[str, list[str]]:
    """The program and its arguments, frozen or not."""
    wanted = ["--training", "--language", language]
    if getattr(sys, "frozen", False):
        return sys.executable, wanted
    return sys.executable, [str(program_root() / "main.py"), *wanted]
