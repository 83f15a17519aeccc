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
SOURCE = ROOT / "build" / "windows" / "stand_in.c"


def make_stand_in(folder: Path, version: str, compiled: Path) -> Path:
    """A folder as `freeze` makes it. Files of one version only stand for what an upgrade removes.

    `compiled`: the executable is compiled there once. Raises SetupError without a compiler.
    """
    if shutil.which(COMPILER) is None:
        raise SetupError(f"{COMPILER} is missing: apt-get install gcc-mingw-w64-x86-64-win32")
    if not compiled.exists():
        flags = ["-O2", "-s", "-municode", "-mwindows", "-static-libgcc"]
        subprocess.run([COMPILER, *flags, "-o", str(compiled), str(SOURCE)], check=True)
    inner = folder / "_internal"
    (inner / "resources").mkdir(parents=True)
    shutil.copyfile(compiled, folder / PROGRAM)
    (inner / "version.txt").write_text(version, "utf-8")
    (inner / f"only-in-{version}.dll").write_bytes(b"MZ" + version.encode() * 100)
    (inner / "resources" / "theme.qss").write_text("/* ңөү */\n", "utf-8")
    return folder
