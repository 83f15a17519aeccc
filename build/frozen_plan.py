"""What goes into the frozen program, and what stays out. Read by build/117-operator.spec.

Standard library only: PyInstaller runs the recipe in a process of its own.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

Entry = tuple[str, str, str]
"""A file as PyInstaller lists it: where it goes, where it comes from, of what kind it is."""
BINARIES = ("BINARY", "EXTENSION")

NAME = "117-operator"
CONSOLE_NAME = "117-operator-console"
"""On Windows only: the same program for commands of IT, which write to the console."""

EXCLUDES = (
    # The other end, the tools and what they need.
    *("ministry_server", "build", "tests", "starlette", "uvicorn", "psycopg", "prometheus_client"),
    *("pytest", "_pytest", "hypothesis", "babel", "openpyxl", "pypdf", "mypy", "ruff", "yaml"),
    *("importlinter", "grimp", "holidays", "PyInstaller", "rich", "pygments", "xdist"),
    # Of the standard library: what a window never asks for.
    *("tkinter", "test", "unittest", "pydoc", "pydoc_data", "doctest", "lib2to3", "ensurepip"),
    *("turtle", "idlelib", "distutils", "setuptools", "pkg_resources", "pip", "sqlite3"),
    # Other databases than SQLCipher.
    *("MySQLdb", "pymysql", "psycopg2", "pysqlite2", "asyncpg", "oracledb", "cx_Oracle"),
    *("sqlalchemy.testing", "alembic.testing", "PySide6.scripts"),
    *(f"sqlalchemy.dialects.{name}" for name in ("mssql", "mysql", "oracle")),
    *(f"phonenumbers.{name}" for name in ("geocoder", "geodata", "carrier", "carrierdata")),
    *("phonenumbers.timezone", "phonenumbers.tzdata"),
    *("pygal.test", "lxml", "cairosvg", "PIL", "numpy", "OpenSSL", "simplejson", "chardet"),
    *(f"PySide6.Qt{name}" for name in ("Qml", "Quick", "QuickWidgets", "OpenGL", "OpenGLWidgets")),
    *(f"PySide6.Qt{name}" for name in ("Sql", "Test", "Designer", "Help", "Xml", "UiTools")),
    *(f"PySide6.Qt{name}" for name in ("Network", "DBus", "Concurrent", "SvgWidgets")),
)

PLUGINS = {
    "platforms": ("qwindows", "qoffscreen", "qxcb"),
    "platforminputcontexts": ("compose", "ibus"),
    "styles": ("qmodernwindowsstyle", "qwindowsvistastyle"),
    "imageformats": ("qsvg", "qico", "qjpeg"),
    "iconengines": ("qsvgicon",),
    "printsupport": ("",),
}
"""Folders of Qt's plugins that are needed, and beginnings of the names in them."""

RUNTIME = ("sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.sqlite.pysqlcipher")


def hidden_imports(root: Path) -> list[str]:
    """What is imported by name at run time: by Alembic, by its migrations, by phonenumbers."""
    found = {"alembic.ddl.sqlite", "sqlcipher3.dbapi2", "phonenumbers.data.region_KG", *RUNTIME}
    for file in sorted((root / "migrations").rglob("*.py")):
        found |= set(_imports(file))
    return sorted(found)


def data_files(root: Path) -> list[tuple[str, str]]:
    """(source, folder in the program) of resources and migrations, sources of translations apart."""
    pairs = []
    for folder in ("resources", "migrations"):
        for file in sorted((root / folder).rglob("*")):
            if file.is_file() and file.suffix not in (".po", ".pyc"):
                pairs.append((str(file), file.relative_to(root).parent.as_posix()))
    return pairs


def is_wanted(destination: str) -> bool:
    """Whether a file that PyInstaller collected goes into the program."""
    path = destination.replace("\\", "/")
    name = _name(path)
    if "/plugins/" in path:
        folder = path.split("/plugins/", 1)[1].split("/")[0]
        return any(_plain(name).startswith(wanted) for wanted in PLUGINS.get(folder, ()))
    if "/translations/" in path and "PySide6" in path:
        return name in ("qtbase_ru.qm", "qtbase_en.qm")
    # Software OpenGL, which widgets do not draw with; and metadata nobody reads at run time.
    return not name.startswith(("opengl32sw", "d3dcompiler")) and not _is_metadata(path)


def reached(
    entries: Iterable[Entry], imports_of: Callable[[str], Iterable[str]]
) -> Iterator[Entry]:
    """The entries without the libraries that nothing kept asks for.

    PyInstaller follows the libraries of every plugin before the unwanted ones are taken out (GTK
    for one theme). `imports_of(source)` names the libraries that a binary is linked to.
    """
    entries = list(entries)
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(_name(entry[0]), []).append(entry)
    kept: set[str] = set()
    to_visit = [entry for entry in entries if _is_root(entry)]
    while to_visit:
        destination, source, kind = to_visit.pop()
        if destination in kept:
            continue
        kept.add(destination)
        if kind in BINARIES:
            for name in imports_of(source):
                to_visit += by_name.get(_name(name), [])
    return (entry for entry in entries if entry[0] in kept)


def _is_root(entry: Entry) -> bool:
    """Whether it is there by itself: everything but a library, and Python's own."""
    destination, _source, kind = entry
    path = destination.replace("\\", "/")
    if kind not in (*BINARIES, "SYMLINK"):
        return True
    python = _plain(_name(path)).startswith("python3")
    return kind == "EXTENSION" or "/plugins/" in path or python


def _name(path: str) -> str:
    """Of a file; Windows does not tell capitals from small letters."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    return name.lower() if on_windows() else name


def _plain(name: str) -> str:
    """A library's name as on Windows: "libQt6Core.so.6" and "Qt6Core.dll" are "qt6core..."."""
    return name.removeprefix("lib").lower()


def _is_metadata(path: str) -> bool:
    return ".dist-info/" in path and not path.endswith(("/METADATA", "/entry_points.txt"))


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif (
            isinstance(node, ast.ImportFrom) and node.module and node.module not in ("__future__",)
        ):
            yield node.module


def on_windows() -> bool:
    """Whether the program is being frozen for Windows: PyInstaller freezes only where it runs."""
    return sys.platform == "win32"
