"""Whether Qt finds its system libraries and a font with Kyrgyz letters. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from build.environment import PYTHON, SetupError, say

PACKAGES = (
    "libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0"
    " fonts-inter fonts-dejavu-core"
)
WITH_SCREEN = (
    " libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0"
    " libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libxkbcommon-x11-0"
)
NO_LIBRARY, NO_FONT = 10, 11
PROBE = f"""
import sys
try:
    from PySide6 import QtGui, QtPrintSupport, QtWidgets
except ImportError as error:
    print(error)
    sys.exit({NO_LIBRARY})
application = QtGui.QGuiApplication(["probe"])
letters = [ord(letter) for letter in "\\u04a3\\u04e9\\u04af"]
for family in QtGui.QFontDatabase.families(QtGui.QFontDatabase.WritingSystem.Cyrillic):
    metrics = QtGui.QFontMetrics(QtGui.QFont(family))
    if all(metrics.inFontUcs4(letter) for letter in letters):
        sys.exit(0)
sys.exit({NO_FONT})
"""


def has_display() -> bool:
    """Whether there is a screen to open windows on."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def ensure_qt(*, on_screen: bool = False) -> None:
    """On Linux, mend or name what Qt lacks. Raises SetupError with exit code 3 when it cannot start.

    `on_screen`: real windows will be opened if there is a display, which takes more libraries.
    """
    if not sys.platform.startswith("linux"):
        return
    platform = {} if on_screen and has_display() else {"QT_QPA_PLATFORM": "offscreen"}
    result, detail = _probe(platform)
    if result == 0:
        return
    say(
        "Qt lacks a font with Kyrgyz letters" if result == NO_FONT else f"Qt cannot start: {detail}"
    )
    install = "apt-get install -y --no-install-recommends " + PACKAGES
    install += WITH_SCREEN if has_display() else ""
    line = f"apt-get update && {install}"
    if shutil.which("apt-get") and os.geteuid() == 0:
        say(line)
        surroundings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in ("apt-get update", install):
            subprocess.run(command.split(), env=surroundings, check=False)
        result, detail = _probe(platform)
    if result == 0:
        return
    if result == NO_FONT:
        say(f"going on without; this installs one: sudo sh -c '{line}'")
        return
    raise SetupError(
        f"Qt's system libraries are missing ({detail}). Install them: sudo sh -c '{line}'", 3
    )


def _probe(platform: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [str(PYTHON), "-c", PROBE],
        env=os.environ | platform,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    text = (done.stdout + done.stderr).strip().splitlines()
    return done.returncode, text[0] if text else f"exit code {done.returncode}"
