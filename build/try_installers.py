"""Both installers tried in Wine, on a small stand-in for the frozen program.

    python build/dev.py test-installers

On Debian as root it installs what lacks; elsewhere it says what, and tries nothing (exit code 0:
it is no fault of the installers). It takes some minutes, and ends only what it started.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from build import msi_trials, setup_trials, wine
from build.environment import SetupError, say
from build.trial_certificate import trial_certificate
from build.trial_ground import Ground, TrialFailed, make_installers

TOOLS = {
    "wine": "wine wine64",
    "makensis": "nsis",
    "wixl": "wixl",
    "msibuild": "msitools",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-win32",
    "osslsigncode": "osslsigncode",
    "localedef": "locales",
}


def main(arguments: list[str]) -> int:
    """0: all passed, or it could not be tried; 1: something failed."""
    if arguments:
        print(__doc__)
        return 2
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if lacking := ensure_tools():
        print(f"not tried, because this is missing: {lacking}")
        return 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        try:
            make_installers(work, trial_certificate(work))
            with wine.wine(work / "prefix") as windows:
                failed = _try_all(Ground(windows, work))
        except (SetupError, wine.WineTrouble) as error:
            print(error, file=sys.stderr)
            return 1
    return 1 if failed else 0


def ensure_tools() -> str:
    """Install what lacks where that is possible; what lacks still, as packages."""
    if missing := _missing():
        if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
            say(f"apt-get install {missing}")
            surroundings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            install = ["apt-get", "install", "-y", "--no-install-recommends", *missing.split()]
            for command in (["apt-get", "update"], install):
                subprocess.run(command, env=surroundings, check=False, stdout=subprocess.DEVNULL)
        return _missing()
    return ""


def _missing() -> str:
    return " ".join(package for tool, package in TOOLS.items() if shutil.which(tool) is None)


def _try_all(ground: Ground) -> int:
    failed = 0
    trials = (*setup_trials.TRIALS, *msi_trials.TRIALS)
    for name, trial in trials:
        start = time.monotonic()
        told = ""
        try:
            trial(ground)
        except (TrialFailed, wine.WineTrouble, OSError) as error:
            failed += 1
            told = str(error)
        outcome = "FAILED" if told else "passed"
        print(
            f"{name:<36} {outcome} {time.monotonic() - start:6.1f} s  {told}".rstrip(), flush=True
        )
    print(f"installers: {len(trials) - failed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
