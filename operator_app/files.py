"""Writing a small file so that a power cut leaves the old one or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
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
