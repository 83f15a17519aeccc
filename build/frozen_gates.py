"""What a frozen folder must hold, must not hold, and how large it may be.

Each gate returns complaints; an empty list is a pass. Standard library only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

MEGABYTE = 1_000_000
BUDGET = {"linux": 176 * MEGABYTE, "win32": 121 * MEGABYTE}
"""Bytes. Linux: as measured and a tenth more. Windows: of the estimate of 110 MB, until it is
measured there."""
NOT_OURS = (
    *("pytest", "_pytest", "hypothesis", "babel", "openpyxl", "pypdf", "mypy", "ruff"),
    *("importlinter", "grimp", "holidays", "PyInstaller", "tests", "build", "unittest"),
    *("ministry_server", "starlette", "uvicorn", "psycopg", "tkinter", "sqlite3", "pip"),
)
SECRETS = (".pem", ".key", ".p12", ".pfx", ".db", ".117", ".env")
PUBLIC = ("certifi/cacert.pem",)
NEEDED = {
    "the Qt platform": ("qwindows", "qxcb"),
    "the platform without a screen": ("qoffscreen",),
    "SQLCipher": ("sqlcipher3/_sqlite3",),
    "age": ("pyrage/pyrage",),
    "the svg pictures of style sheets": ("qsvg.", "libqsvg."),
    "the Kyrgyz translation": ("resources/i18n/ky/LC_MESSAGES/operator117.mo",),
    "the Russian translation": ("resources/i18n/ru/LC_MESSAGES/operator117.mo",),
    "the style sheets of charts": ("pygal/css/base.css",),
    "the style sheet": ("resources/theme.qss",),
    "the code lists": ("resources/data/code_lists.csv",),
    "env.py of the migrations": ("migrations/env.py",),
}


def complaints(folder: Path, root: Path, modules: Iterable[str] = ()) -> list[str]:
    """Everything wrong with a frozen folder.

    `root`: the source it was made of. `modules`: dotted names in its archive of Python modules.
    """
    files = {f.relative_to(folder).as_posix(): f for f in folder.rglob("*") if f.is_file()}
    if not files:
        return [f"nothing is in {folder.name}"]
    return [
        *_icu(files),
        *_strangers(files, modules),
        *_secrets(files),
        *_svg(files),
        *_missing(files, root),
        *(
            f"{name}: only ASCII in names, for the installers"
            for name in files
            if not name.isascii()
        ),
        *_too_large(files),
    ]


def size_of(folder: Path) -> tuple[int, int]:
    """Bytes and number of the files; a link counts as nothing."""
    sizes = [f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink()]
    return sum(sizes), len(sizes)


def _icu(files: dict[str, Path]) -> list[str]:
    """Qt takes icuuc.dll from the system; a copy of it fails on another Windows."""
    return [
        f"{name}: belongs to Windows and must not be bundled"
        for name in files
        if (base := _base(name)).startswith("icu") and base.endswith(".dll")
    ]


def _strangers(files: dict[str, Path], modules: Iterable[str]) -> list[str]:
    tops = {name.split("/", 1)[-1].split("/")[0] for name in files if name.count("/") > 1}
    tops |= {module.split(".")[0] for module in modules}
    return [f"{name}: is no part of the program" for name in NOT_OURS if name in tops]


def _secrets(files: dict[str, Path]) -> list[str]:
    wrong = []
    for name in files:
        inner = name.split("_internal/", 1)[-1]
        if name.endswith(".py") and not inner.startswith("migrations/"):
            wrong.append(f"{name}: source in the program")
        elif name.endswith((*SECRETS, "office.toml")) and inner not in PUBLIC:
            wrong.append(f"{name}: a key or somebody's data")
    return wrong


def _svg(files: dict[str, Path]) -> list[str]:
    """A plugin whose library is missing is passed over in silence: no arrows, no ticks."""
    has_plugin = any(_base(n).startswith(("qsvg", "libqsvg")) for n in files)
    has_library = any(_base(n).startswith(("qt6svg.", "libqt6svg.")) for n in files)
    return [] if has_library or not has_plugin else ["the svg plugins are there, Qt6Svg is not"]


def _missing(files: dict[str, Path], root: Path) -> list[str]:
    gone = [
        f"{what} is missing"
        for what, anyhow in NEEDED.items()
        if not any(wanted in name for name in files for wanted in anyhow)
    ]
    for migration in sorted((root / "migrations" / "versions").glob("*.py")):
        if not any(name.endswith(f"migrations/versions/{migration.name}") for name in files):
            gone.append(f"migration {migration.stem} is missing")
    return gone


def _too_large(files: dict[str, Path]) -> list[str]:
    most = BUDGET.get(sys.platform, BUDGET["linux"])
    size = sum(file.stat().st_size for file in files.values() if not file.is_symlink())
    if size <= most:
        return []
    return [f"{size / MEGABYTE:.0f} MB, at most {most / MEGABYTE:.0f}"]


def _base(name: str) -> str:
    return name.rsplit("/", 1)[-1].lower()
