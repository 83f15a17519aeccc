"""The frozen program: one folder that needs no Python.

    python build/dev.py freeze [--out DIR] [--compare FOLDER] [--no-check]

PyInstaller freezes for the system it runs on. The same commit and lock give the same files
(`--compare` says which differ); the gates and the program's own check decide whether it is good.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from build import frozen_gates
from build.environment import ROOT
from build.frozen_plan import CONSOLE_NAME, NAME, on_windows
from operator_app import __version__

WORK = ROOT / ".cache" / "freeze"
BEGINNING = "1795480000"
"""The date of a build outside a git checkout: any will do that does not move."""


def main(arguments: list[str]) -> int:
    """0 when the folder is made and good."""
    parser = argparse.ArgumentParser(prog="dev.py freeze")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the folder")
    parser.add_argument("--compare", type=Path, help="another frozen folder of the same commit")
    parser.add_argument("--no-check", action="store_true", help="do not start what was frozen")
    wanted = parser.parse_args(arguments)
    folder = wanted.out.resolve() / NAME
    if code := _freeze(wanted.out.resolve()):
        return code
    wrong = frozen_gates.complaints(folder, ROOT, modules_of(folder))
    size, number = frozen_gates.size_of(folder)
    print(f"{folder}: {size / frozen_gates.MEGABYTE:.1f} MB in {number} files", flush=True)
    for complaint in wrong:
        print(f"not good: {complaint}", file=sys.stderr)
    if wanted.compare is not None:
        different = differing(folder, wanted.compare)
        print(f"files that differ: {', '.join(different) or 'none'}", flush=True)
    if wrong:
        return 1
    return 0 if wanted.no_check else check(folder, wanted.out.resolve() / "self-check")


def program_of(folder: Path) -> Path:
    """The executable that writes to a console."""
    return folder / (f"{CONSOLE_NAME}.exe" if on_windows() else NAME)


def check(folder: Path, out: Path) -> int:
    """The frozen program's check of itself; its table and log go to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    command = [str(program_of(folder)), "--self-check", "--out", str(out), "--language", "en"]
    # Nothing of this environment: an office PC has no Python either.
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(command, env=surroundings, check=False, cwd=folder.parent).returncode


def differing(one: Path, other: Path) -> list[str]:
    """Names of the files that are in one of the folders only, or not the same in both."""
    names = {
        file.relative_to(folder).as_posix()
        for folder in (one, other)
        for file in folder.rglob("*")
        if file.is_file()
    }
    return sorted(
        name
        for name in names
        if not (one / name).is_file()
        or not (other / name).is_file()
        or not filecmp.cmp(one / name, other / name, shallow=False)
    )


def modules_of(folder: Path) -> list[str]:
    """The dotted names in the archive of Python modules inside the program."""
    from PyInstaller.archive.readers import CArchiveReader

    archive = CArchiveReader(str(program_of(folder)))
    inner = next(name for name in archive.toc if name.startswith("PYZ"))
    return list(archive.open_embedded_archive(inner).toc)


def _freeze(out: Path) -> int:
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    if on_windows():
        from build.windows_resources import write_icon, write_version

        write_icon(WORK / f"{NAME}.ico")
        write_version(WORK / "version.txt", __version__)
    surroundings = os.environ | {
        "OPERATOR117_FREEZE": str(WORK),
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": _commit_time(),
        "QT_QPA_PLATFORM": "offscreen",
    }
    places = ["--distpath", str(out), "--workpath", str(WORK / "work")]
    recipe = str(ROOT / "build" / f"{NAME}.spec")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    return subprocess.run(
        [*command, *places, recipe], env=surroundings, cwd=ROOT, check=False
    ).returncode


def _commit_time() -> str:
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    return done.stdout.strip() or BEGINNING


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
