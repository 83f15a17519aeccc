"""What every file of the tree keeps to: its size, a docstring, no path of somebody's machine."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import EVERYTHING, PROGRAM, ROOT, Module, modules, within

SCREEN_LINES = 300
OTHER_LINES = 400
TEXT_FILES = {".py", ".toml", ".md", ".csv", ".json", ".yaml", ".yml", ".po", ".qss", ".txt", ".sh"}
FOLDERS = ("operator_app", "ministry_server", "build", "migrations", "resources", "tests")
HOME_OF_SOMEBODY = re.compile(
    r"(?<![\w.~/-])/(?:home|root|work|Users|mnt)/[\w.]|[A-Za-z]:\\{1,2}Users\\{1,2}\w"
)


def too_long(module: Module) -> str | None:
    """The complaint about a module that has grown past its size; it should become two."""
    most = SCREEN_LINES if within(module.name, ("operator_app.ui.screens",)) else OTHER_LINES
    lines = module.text.count("\n")
    return f"{module.name}: {lines} lines, at most {most}" if lines > most else None


def machine_paths(text: str) -> list[str]:
    """Absolute paths that exist on one machine only."""
    return HOME_OF_SOMEBODY.findall(text)


def test_every_file_parses() -> None:
    names = [module.name for module in modules(*EVERYTHING) if module.tree is not None]
    assert "operator_app.errors" in names


def test_modules_are_small() -> None:
    assert [too_long(m) for m in modules(*PROGRAM) if too_long(m)] == []


def test_modules_say_what_they_are() -> None:
    silent = [m.name for m in modules(*PROGRAM, "migrations") if not ast.get_docstring(m.tree)]
    assert silent == []


def test_no_path_of_a_machine() -> None:
    files = [file for name in FOLDERS for file in (ROOT / name).rglob("*")] + list(ROOT.glob("*.*"))
    found = {
        file.relative_to(ROOT).as_posix(): machine_paths(file.read_text("utf-8"))
        for file in files
        if file.suffix in TEXT_FILES and file.is_file()
    }
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_faults_are_seen() -> None:
    lines = "\n" * (SCREEN_LINES + 1)
    assert too_long(Module("operator_app.ui.screens.call", lines))
    assert not too_long(Module("operator_app.ui.theme", lines))
    for somebody in ("/home" + "/x", "C:" + "\\Users\\x", '"/root' + '/.cache"'):
        assert machine_paths(f"open({somebody})"), somebody
    assert not machine_paths("https://example.org/home/x  ~/work/x")
    with pytest.raises(SyntaxError):
        Module("broken", "def f(:").tree  # noqa: B018
