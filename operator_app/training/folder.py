"""Whose data folder it is: an office's or the sandbox's. Read before anything is opened."""

from __future__ import annotations

import contextlib
import json
import shutil

from operator_app.config import Paths
from operator_app.files import replace_file


def refusal(paths: Paths, *, training: bool) -> str:
    """The code of why the folder is not for a start of this kind; "" when it is."""
    if training and paths.is_set_up and not paths.is_training:
        return "training.office_here"
    if paths.is_training and not training:
        return "training.sandbox_here"
    return ""


def is_whole(paths: Paths) -> bool:
    """Whether the sandbox was made up to its end."""
    try:
        return bool(json.loads(paths.training_mark.read_bytes())["whole"]) and paths.is_set_up
    except (OSError, ValueError, KeyError, TypeError):
        return False


def mark(paths: Paths, *, whole: bool) -> None:
    """Say on the disk that this is a sandbox. Raises OSError."""
    replace_file(paths.training_mark, json.dumps({"whole": whole}).encode())


def clear(paths: Paths) -> None:
    """Take the office of a sandbox away, and all that was made of it; of no other folder.

    Raises OSError where something cannot be taken away.
    """
    if refusal(paths, training=True):
        return
    for folder in (paths.office, paths.restored, paths.backups):
        if folder.exists():
            shutil.rmtree(folder)
    with contextlib.suppress(FileNotFoundError):
        paths.sign_in_delay.unlink()
