"""A frozen folder that is not good is named as such."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from build import frozen_gates
from tests.architecture.source import ROOT

GOOD = (
    "117-operator.exe",
    "_internal/PySide6/Qt6Svg.dll",
    "_internal/PySide6/plugins/platforms/qwindows.dll",
    "_internal/PySide6/plugins/platforms/qoffscreen.dll",
    "_internal/PySide6/plugins/imageformats/qsvg.dll",
    "_internal/sqlcipher3/_sqlite3.cp311-win_amd64.pyd",
    "_internal/pyrage/pyrage.pyd",
    "_internal/certifi/cacert.pem",
    "_internal/resources/i18n/ky/LC_MESSAGES/operator117.mo",
    "_internal/resources/i18n/ru/LC_MESSAGES/operator117.mo",
    "_internal/resources/theme.qss",
    "_internal/pygal/css/base.css",
    "_internal/resources/data/code_lists.csv",
    "_internal/migrations/env.py",
    *(
        f"_internal/migrations/versions/{f.name}"
        for f in (ROOT / "migrations/versions").glob("*.py")
    ),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in GOOD:
        put(tmp_path, name)
    return tmp_path


def put(folder: Path, name: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")


def test_a_good_folder_passes(folder: Path) -> None:
    assert frozen_gates.complaints(folder, ROOT, ["operator_app.app", "alembic"]) == []


def test_nothing_is_not_good(tmp_path: Path) -> None:
    assert len(frozen_gates.complaints(tmp_path, ROOT)) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: put(f, "_internal/icuuc.dll"), "icuuc.dll"),
        (lambda f: put(f, "_internal/PySide6/ICU74.dll"), "ICU74.dll"),
        (lambda f: put(f, "_internal/pytest/__init__.pyc"), "pytest"),
        (lambda f: put(f, "_internal/operator_app/app.py"), "source in the program"),
        (lambda f: put(f, "_internal/device.pem"), "device.pem"),
        (lambda f: put(f, "office.toml"), "office.toml"),
        (lambda f: put(f, "_internal/resources/жазуу.txt"), "ASCII"),
        (lambda f: (f / "_internal/PySide6/Qt6Svg.dll").unlink(), "Qt6Svg is not"),
        (
            lambda f: (f / "_internal/PySide6/plugins/imageformats/qsvg.dll").unlink(),
            "svg pictures",
        ),
        (lambda f: (f / "_internal/pyrage/pyrage.pyd").unlink(), "age is missing"),
        (lambda f: next((f / "_internal/migrations/versions").glob("0002*")).unlink(), "0002"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, change: Callable[[Path], object], said: str) -> None:
    change(folder)
    found = frozen_gates.complaints(folder, ROOT)
    assert len(found) == 1 and said in found[0], found


def test_tools_among_the_modules_are_found(folder: Path) -> None:
    assert "hypothesis" in frozen_gates.complaints(folder, ROOT, ["hypothesis.core"])[0]


def test_the_budget_of_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(frozen_gates.BUDGET, sys.platform, len(GOOD) - 1)
    assert "at most" in frozen_gates.complaints(folder, ROOT)[0]
