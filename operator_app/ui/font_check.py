"""Whether the letters of Kyrgyz can be shown: part of the check of the PC that only Qt can do."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import qVersion
from PySide6.QtGui import QFont, QFontInfo, QGuiApplication, QTextLayout

from operator_app.domain.findings import Finding, Grade

KYRGYZ = "ҢңӨөҮү"


def qt_version() -> str:
    """Of Qt, as it runs."""
    return str(qVersion())


def fonts(font: QFont | None = None, letters: str = KYRGYZ) -> Finding:
    """Laid out as the screens do it; on the main thread. `font`: the program's unless given."""
    used = font or QGuiApplication.font()
    family = QFontInfo(used).family()
    drawn = {letter: _drawn_by(letter, used) for letter in letters}
    missing = [letter for letter, by in drawn.items() if not by]
    told: dict[str, str | int] = {"font": family}
    if missing:
        return Finding(
            "fonts", Grade.PROBLEM, "fonts.missing", told | {"letters": " ".join(missing)}
        )
    others = {by for by in drawn.values() if by and by != family}
    if others:
        return Finding("fonts", Grade.WARNING, "fonts.lent", told)
    return Finding("fonts", Grade.OK, "fonts.good", told)


def fonts_without_window() -> Finding:
    """For a command: on the fonts that windows would have; without a screen painted in memory."""
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform == "linux" and not screen:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Held until the letters were laid out.
    running = QGuiApplication.instance() or QGuiApplication(["117-operator"])
    found = fonts()
    del running
    return found


def _drawn_by(letter: str, font: QFont) -> str:
    """The family that the glyph is taken from; "" when there is none."""
    layout = QTextLayout(letter, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    runs = layout.glyphRuns()
    if not runs or any(0 in run.glyphIndexes() for run in runs):
        return ""
    return str(runs[0].rawFont().familyName())
