"""A long working day: PySide6 6.12.0 on Python 3.11 loses a reference to True with each signal and
to None with each slot, and the program ends after some thousand of them. That is why it is pinned
below 6.12."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EMITS = """
import operator_app.ui
from PySide6.QtCore import QObject, Signal

class Bell(QObject):
    rang = Signal()

bell = Bell()
bell.rang.connect(lambda: None)
for _ in range(20_000):
    bell.rang.emit()
"""


def test_twenty_thousand_signals_do_not_end_the_program() -> None:
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run([sys.executable, "-c", EMITS], cwd=root, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
