"""The last steps of a restore, such that a power cut leaves the older office or the restored one.

Imported before the first window: standard library only.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from operator_app.config import Paths
from operator_app.files import sync_folder

WORKPLACE = "restoring-"
ASIDE = "office-before-restore-"


def clear_left_overs(paths: Paths) -> None:
    """Take away what an interrupted restore left, as long as the office itself is there."""
    for left_over in paths.data.glob(f"{WORKPLACE}*"):
        shutil.rmtree(left_over, ignore_errors=True)
    if paths.office.exists():
        shutil.rmtree(paths.restored, ignore_errors=True)


def swap_in(paths: Paths, workplace: Path, now: datetime) -> Path | None:
    """Put a whole office in place of the one that is here; where that is kept, None if there was
    none. Raises OSError; the office that was here stays then.

    When the power is cut after it was put aside, `finish_restore` goes on from there.
    """
    workplace.replace(paths.restored)
    sync_folder(paths.data)
    aside = None
    if paths.office.exists():
        aside = _free_name(paths.data, f"{ASIDE}{now:%Y%m%d-%H%M%S}")
        try:
            paths.office.replace(aside)
        except OSError:
            # On Windows a file in use cannot be moved.
            shutil.rmtree(paths.restored, ignore_errors=True)
            raise
        sync_folder(paths.data)
    paths.restored.replace(paths.office)
    sync_folder(paths.data)
    return aside


def finish_restore(paths: Paths) -> None:
    """At the start of the program: end a restore that was cut after the older office was put
    aside. A restored office is whole as soon as it has its name. Raises OSError."""
    if paths.restored.exists() and not paths.office.exists():
        paths.restored.replace(paths.office)
        sync_folder(paths.data)


def _free_name(folder: Path, name: str) -> Path:
    found = folder / name
    number = 1
    while found.exists():
        number += 1
        found = folder / f"{name}-{number}"
    return found
