"""What goes into the frozen program: nothing it needs stays out, nothing it does not need goes in."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from build import frozen_plan as plan
from tests.architecture.source import ROOT, modules, within


def test_imports_of_migrations_are_hidden_imports(tmp_path: Path) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_first.py").write_text("from logging.config import fileConfig\n")
    (tmp_path / "migrations" / "env.py").write_text("import json.tool\n")
    assert {"logging.config", "json.tool"} <= set(plan.hidden_imports(tmp_path))


def test_every_import_of_the_migrations_is_listed() -> None:
    wanted = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for file in (ROOT / "migrations").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert wanted - {"__future__"} <= set(plan.hidden_imports(ROOT))
    assert "alembic" in wanted


def test_nothing_the_program_imports_is_left_out() -> None:
    imported = {name for m in modules("operator_app", "main.py") for name in m.imports()}
    assert sorted(name for name in imported if within(name, plan.EXCLUDES)) == []


def test_data_are_resources_and_migrations_without_sources_of_translations() -> None:
    pairs = plan.data_files(ROOT)
    sources = {Path(source).relative_to(ROOT).as_posix() for source, _folder in pairs}
    versions = {
        f"migrations/versions/{f.name}" for f in (ROOT / "migrations/versions").glob("*.py")
    }
    assert versions <= sources
    assert "resources/theme.qss" in sources
    assert ("resources/data") in {folder for _source, folder in pairs}
    assert [name for name in sources if name.endswith((".po", ".pyc"))] == []


@pytest.mark.parametrize(
    ("destination", "wanted"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/plugins/platforms/qoffscreen.dll", True),
        ("PySide6/plugins/platforms/qminimal.dll", False),
        ("PySide6/plugins/imageformats/qsvg.dll", True),
        ("PySide6/plugins/imageformats/qwebp.dll", False),
        ("PySide6/plugins/iconengines/qsvgicon.dll", True),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", False),
        ("PySide6/translations/qtbase_ru.qm", True),
        ("PySide6/translations/qtbase_de.qm", False),
        ("PySide6/opengl32sw.dll", False),
        ("certifi/cacert.pem", True),
        ("cryptography-50.dist-info/RECORD", False),
        ("cryptography-50.dist-info/METADATA", True),
        ("resources/i18n/ru/LC_MESSAGES/operator117.mo", True),
    ],
)
def test_files_that_go_in(destination: str, wanted: bool) -> None:
    assert plan.is_wanted(destination) is wanted


def test_libraries_nobody_asks_for_stay_out() -> None:
    entries = [
        ("module.so", "/lib/module.so", "EXTENSION"),
        ("PySide6/plugins/platforms/libqxcb.so", "/lib/libqxcb.so", "BINARY"),
        ("libQt6Gui.so.6", "PySide6/Qt/lib/libQt6Gui.so.6", "SYMLINK"),
        ("PySide6/Qt/lib/libQt6Gui.so.6", "/lib/libQt6Gui.so.6", "BINARY"),
        ("libpng.so", "/lib/libpng.so", "BINARY"),
        ("libgtk-3.so.0", "/lib/libgtk-3.so.0", "BINARY"),
        ("libpango.so", "/lib/libpango.so", "BINARY"),
        ("libpython3.11.so.1.0", "/lib/libpython3.11.so.1.0", "BINARY"),
        ("resources/theme.qss", "theme.qss", "DATA"),
    ]
    asks = {
        "/lib/libqxcb.so": ["libQt6Gui.so.6"],
        "/lib/libQt6Gui.so.6": ["libpng.so", "libc.so"],
        "/lib/libgtk-3.so.0": ["libpango.so"],
    }
    kept = [entry[0] for entry in plan.reached(entries, lambda source: asks.get(source, []))]
    assert kept == [e[0] for e in entries if e[0] not in ("libgtk-3.so.0", "libpango.so")]
