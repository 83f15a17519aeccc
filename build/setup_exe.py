"""The set-up for the hand, by NSIS (build/windows/117-operator.nsi)."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from build import product
from build.environment import ROOT, SetupError
from build.signing import Certificate
from build.windows_resources import four_numbers, write_icon

WINDOWS = ROOT / "build" / "windows"


def make_setup(
    frozen: Path, out: Path, version: str, work: Path, with_: Certificate | None
) -> Path:
    """The set-up file of a frozen folder. Raises SetupError when NSIS is not there or fails.

    `with_`: what the uninstaller inside is signed with, or None.
    """
    if shutil.which("makensis") is None:
        raise SetupError("NSIS is missing: apt-get install nsis")
    file = out / f"117-operator-{version}-setup.exe"
    icon = work / "117-operator.ico"
    write_icon(icon)
    defined = {
        "NAME": product.NAME,
        "TRAINING": product.TRAINING,
        "MAKER": product.MAKER,
        "FOLDER": product.FOLDER,
        "PROGRAM": product.PROGRAM,
        "VERSION": version,
        "VERSION4": four_numbers(version),
        "MARK": product.RUNNING,
        "REGISTRY": product.REGISTRY,
        "RIGHTS": product.DATA_RIGHTS,
        "BUILD": str(product.LEAST_WINDOWS_BUILD),
        "SOURCE": str(frozen),
        "OUT": str(file),
        "LANGUAGES": str(WINDOWS),
        "ICON": str(icon),
    }
    if with_ is not None:
        defined["SIGN"] = f"{shlex.quote(sys.executable)} -m build.signing"
    command = ["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", "-XTarget amd64-unicode"]
    command += [f"-D{name}={value}" for name, value in defined.items()]
    surroundings = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    surroundings |= with_.environment if with_ else {}
    done = subprocess.run(
        [*command, str(WINDOWS / "117-operator.nsi")],
        check=False,
        capture_output=True,
        text=True,
        env=surroundings,
    )
    if done.returncode:
        raise SetupError(f"NSIS failed:\n{done.stdout}{done.stderr}")
    return file
