"""A long working day: the program outlives more signals than Python 3.11 with PySide6 bears."""

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
for _ in range(20_000):
    bell.rang.emit()
"""


def test_twenty_thousand_signals_do_not_end_the_program() -> None:
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run([sys.executable, "-c", EMITS], cwd=root, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
