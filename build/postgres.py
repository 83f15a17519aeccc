"""PostgreSQL for the tests of the receiver. Standard library only.

The tests start a server of their own from the programs that are found here; where there are none
those tests are skipped and say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from build.environment import say

PACKAGES = "postgresql"
_DEBIAN = Path("/usr/lib/postgresql")
_NEEDED = ("initdb", "pg_ctl", "postgres")


def programs() -> Path | None:
    """The folder with the server's programs: Debian's newest, else that on the PATH."""
    folders = [f / "bin" for f in _DEBIAN.glob("*")] if _DEBIAN.exists() else []
    folders.sort(key=lambda folder: int(folder.parent.name.partition(".")[0] or 0), reverse=True)
    if found := shutil.which("pg_ctl"):
        folders.append(Path(found).resolve().parent)
    for folder in folders:
        if all((folder / name).exists() for name in _NEEDED):
            return folder
    return None


def account() -> str | None:
    """Under whose name to run them: PostgreSQL refuses to run as root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    return "postgres"


def ensure_postgres() -> None:
    """As root on Debian, install it when it is missing; elsewhere the tests do without."""
    if programs() is not None or not sys.platform.startswith("linux"):
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        say("no PostgreSQL here: the receiver is tested on SQLite only")
        return
    install = f"apt-get install -y --no-install-recommends {PACKAGES}"
    say(f"apt-get update && {install}")
    surroundings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in ("apt-get update", install):
        subprocess.run(command.split(), env=surroundings, check=False, stdout=subprocess.DEVNULL)
    if programs() is None:
        say("PostgreSQL could not be installed: the receiver is tested on SQLite only")
