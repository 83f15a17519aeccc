"""Who may import what. The layers are in pyproject.toml; here is who may know which library."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.source import PROGRAM, ROOT, Module, modules, within

MAY_IMPORT = {
    "PySide6": (
        "operator_app.ui",
        "operator_app.app",
        "operator_app.desk",
        "operator_app.administration",
        "operator_app.casework",
        "operator_app.supervision",
        "operator_app.cli",
        "operator_app.self_check.screens",
        "operator_app.self_check.quiet_dialogs",
        "operator_app.self_check.counted_tasks",
        "main",
        "build",
    ),
    "sqlalchemy": (
        "operator_app.db",
        "operator_app.services",
        "operator_app.sync",
        "ministry_server",
        "build",
    ),
    "alembic": ("operator_app.db",),
    "sqlcipher3": ("operator_app.db.engine",),
    "requests": ("operator_app.sync.carriers",),
    "truststore": ("operator_app.sync.carriers",),
    "pyrage": (
        "operator_app.sync",
        "operator_app.domain.feeds",
        "operator_app.self_check.checks",
        "ministry_server",
    ),
    "pygal": ("operator_app.export.charts",),
    "xlsxwriter": ("operator_app.export",),
    "starlette": ("ministry_server",),
    "uvicorn": ("ministry_server", "build"),
    "phonenumbers": ("operator_app.domain.phone",),
    "babel": ("build.catalogues",),
}
RECEIVER_MAY_IMPORT = (
    "operator_app.domain.wire",
    "operator_app.domain.fold",
    "operator_app.domain.enrolment",
    "operator_app.domain.feeds",
    "operator_app.domain.feed_pages",
    "operator_app.domain.articles",
    "operator_app.domain.hsds",
    "operator_app.domain.calls",
    "operator_app.domain.call_figures",
    "operator_app.domain.case_check",
    "operator_app.domain.case_facts",
    "operator_app.domain.case_merge",
    "operator_app.domain.cases",
    "operator_app.domain.clock",
    "operator_app.domain.csv_table",
    "operator_app.domain.danger",
    "operator_app.domain.definitions",
    "operator_app.domain.figures",
    "operator_app.domain.lookup",
    "operator_app.domain.office",
    "operator_app.domain.pin",
    "operator_app.domain.program_versions",
    "operator_app.domain.suppression",
    "operator_app.domain.violence",
    "operator_app.domain.xroad",
    "operator_app.sync.bundle",
    "operator_app.sync.carriers.folder",
    "operator_app.sync.carriers",
    "operator_app.sync.envelope",
    "operator_app.sync.office_card",
    "operator_app.sync.receipts",
    "operator_app.errors",
    "operator_app.files",
)
NEVER = {
    "sqlalchemy.orm": "its import alone costs more than opening the window (performance.md)",
    "PySide6.QtNetwork": "only the carriers know HTTP, through requests",
    "PySide6.QtSql": "only the database side knows the database",
}


def strangers(module: Module) -> list[str]:
    """Libraries that this module imports and may not."""
    found = module.imports()
    wrong = [
        f"{module.name} imports {library}"
        for library, allowed in MAY_IMPORT.items()
        if any(within(name, (library,)) for name in found) and not within(module.name, allowed)
    ]
    return wrong + [
        f"{module.name} imports {library}: {reason}"
        for library, reason in NEVER.items()
        if any(within(name, (library,)) for name in found)
    ]


def foreign(module: Module) -> list[str]:
    """What a module of the receiver imports of the program and may not."""
    packages = {name.rpartition(".")[0] for name in RECEIVER_MAY_IMPORT}
    return sorted(
        name
        for name in module.imports()
        if within(name, ("operator_app",))
        and name not in packages
        and not within(name, RECEIVER_MAY_IMPORT)
    )


def test_layers_of_pyproject() -> None:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_libraries_are_known_only_where_they_belong() -> None:
    assert [line for module in modules(*PROGRAM) for line in strangers(module)] == []


def test_receiver_knows_only_the_wire() -> None:
    assert {m.name: foreign(m) for m in modules("ministry_server") if foreign(m)} == {}


def test_migrations_import_nothing_of_the_program() -> None:
    for module in modules("migrations"):
        found = {name for name in module.imports() if within(name, ("operator_app",))}
        assert found == set(), module.name


def test_only_tasks_has_threads() -> None:
    for module in modules("operator_app/ui"):
        threads = module.imports() & {
            "threading",
            "concurrent.futures",
            "multiprocessing",
            "asyncio",
            "PySide6.QtCore.QThread",
            "PySide6.QtCore.QThreadPool",
            "PySide6.QtCore.QRunnable",
        }
        assert not threads or module.name == "operator_app.ui.tasks", module.name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("operator_app.services.calls", "def f():\n    from PySide6 import QtWidgets"),
        ("operator_app.ui.screens.call", "import sqlalchemy as sa"),
        ("operator_app.db.backup", "import sqlcipher3.dbapi2"),
        ("operator_app.sync.push", "from requests import Session"),
        ("operator_app.db.models", "from sqlalchemy.orm import Session"),
    ],
)
def test_a_planted_import_is_seen(name: str, text: str) -> None:
    assert len(strangers(Module(name, text))) == 1


def test_a_planted_import_of_the_receiver_is_seen() -> None:
    planted = Module(
        "ministry_server.app",
        "from operator_app.domain.wire import Kind\nfrom operator_app.db import models",
    )
    assert foreign(planted) == ["operator_app.db", "operator_app.db.models"]
