"""The source tree as the checks see it: modules, their names, text and imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("operator_app", "ministry_server", "build", "main.py")
EVERYTHING = (*PROGRAM, "migrations", "tests")


@dataclass(frozen=True)
class Module:
    """A Python file: its dotted name and its text."""

    name: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name, feature_version=(3, 11))

    def imports(self) -> set[str]:
        """Dotted names imported anywhere in the file, also inside functions.

        `from a import b` gives "a" and "a.b": whether b is a module is not known here.
        """
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        return found

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parents = self.name.split(".")[: -node.level]
        return ".".join([*parents, node.module] if node.module else parents)


def modules(*places: str) -> list[Module]:
    """All Python files in the given folders or files of the project."""
    return [Module(_name(file), file.read_text("utf-8")) for file in _files(places)]


def within(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of the packages or inside one."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def _files(places: tuple[str, ...]) -> Iterator[Path]:
    for place in places:
        path = ROOT / place
        if path.is_file():
            yield path
        else:
            yield from sorted(path.rglob("*.py"))


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
