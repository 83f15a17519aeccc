"""Small files that a power cut leaves old or new, never a part; and who may open a folder."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from pathlib import Path


def replace_file(file: Path, content: bytes) -> None:
    """Write to a temporary name beside it, flush to the disk, then take its place."""
    temporary = file.with_name(file.name + ".new")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder durable; Windows does so by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_private(folder: Path) -> None:
    """Make the folder for this account alone, unless it is there already."""
    if sys.platform == "win32":
        # The installer says who may open it; a mode would shut the other people of the PC out.
        folder.mkdir(parents=True, exist_ok=True)
    else:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def share_with_group(folder: Path) -> None:
    """Where IT opened the folder to its group, what this account made in it is the group's as well.

    For a Linux PC with several accounts; SQLite and others make files for their owner only.
    """
    if sys.platform == "win32" or not folder.is_dir():
        return
    if not folder.stat().st_mode & stat.S_IWGRP:
        return
    os.umask(os.umask(0o077) & ~stat.S_IRWXG)
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            found = path.lstat()
            ours = found.st_uid == os.getuid() and not stat.S_ISLNK(found.st_mode)
            shared = found.st_mode | (found.st_mode & stat.S_IRWXU) >> 3
            if ours and shared != found.st_mode:
                path.chmod(stat.S_IMODE(shared))
