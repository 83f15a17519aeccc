"""Pictures of all screens, in three languages, light and dark, and at 150 %.

    python build/dev.py shots DIR [--only ru-light]

Each combination is a process of its own: the scale of Qt is set before it starts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

COMBINATIONS = {
    "ru-light": ("ru", "light", "1"),
    "ru-dark": ("ru", "dark", "1"),
    "ky-light": ("ky", "light", "1"),
    "ky-dark": ("ky", "dark", "1"),
    "en-light": ("en", "light", "1"),
    "en-dark": ("en", "dark", "1"),
    "ru-150": ("ru", "light", "1.5"),
}


def main(arguments: list[str]) -> int:
    """All combinations, or one of them."""
    parser = argparse.ArgumentParser(prog="dev.py shots")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=list(COMBINATIONS))
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args(arguments)
    if wanted.here:
        language, appearance, _scale = COMBINATIONS[wanted.only]
        take_pictures(wanted.folder.resolve(), language, appearance)
        return 0
    failed = 0
    for name in [wanted.only] if wanted.only else COMBINATIONS:
        folder = wanted.folder.resolve() / name
        surroundings = os.environ | {
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR": COMBINATIONS[name][2],
        }
        command = [sys.executable, __file__, str(folder), "--only", name, "--here"]
        code = subprocess.run(command, env=surroundings, check=False).returncode
        failed += code != 0
        print(f"{name:<10} {len(list(folder.glob('*.png')))} pictures in {folder}")
    return 1 if failed else 0


def take_pictures(folder: Path, language: str, appearance: str) -> None:
    """One combination."""
    import sqlalchemy  # noqa: F401 - before PySide6, as in main.py

    from build.studio import Studio

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        studio = Studio(Path(work), folder, language, appearance)
        steps: tuple[Callable[[], None], ...] = (
            studio.set_up,
            studio.sign_in,
            studio.call,
            studio.violence_call,
            studio.journal,
            studio.cases,
            studio.directory,
            studio.search,
            studio.reports,
            studio.administration,
            studio.lock,
            studio.newcomer,
            studio.others,
            studio.restore,
            studio.training,
        )
        try:
            for step in steps:
                step()
        finally:
            studio.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
