"""A small folder of real Windows executables that stands in for the frozen program in Wine.

PyInstaller freezes for the system it runs on, and Qt's windows do not come up in Wine: what the
installers do with files, registry and a running program needs neither.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from build.environment import ROOT, SetupError
from build.product import PROGRAM

COMPILER = "x86_64-w64-mingw32-gcc"
SOURCES = ROOT / "build" / "windows"
STAND_IN, RUN_LINE = "stand_in", "run_line"


def compiled(name: str, folder: Path) -> Path:
    """A program of Windows out of `build/windows`, compiled in the folder once.

    Raises SetupError without a compiler.
    """
    if shutil.which(COMPILER) is None:
        raise SetupError(f"{COMPILER} is missing: apt-get install gcc-mingw-w64-x86-64-win32")
    made = folder / f"{name}.exe"
    if not made.exists():
        flags = ["-O2", "-s", "-municode", "-mwindows", "-static-libgcc"]
        source = str(SOURCES / f"{name}.c")
        subprocess.run([COMPILER, *flags, "-o", str(made), source], check=True)
    return made


def make_stand_in(folder: Path, version: str, program: Path) -> Path:
    """A folder as `freeze` makes it, `program` in it as the program itself.

    Files of one version only stand for what an upgrade removes.
    """
    inner = folder / "_internal"
    (inner / "resources").mkdir(parents=True)
    shutil.copyfile(program, folder / PROGRAM)
    (inner / "version.txt").write_text(version, "utf-8")
    (inner / f"only-in-{version}.dll").write_bytes(b"MZ" + version.encode() * 100)
    (inner / "resources" / "theme.qss").write_text("/* ңөү */\n", "utf-8")
    return folder
