"""Every string a person sees is marked for translation."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.strings.visible import formatted_before_lookup, unmarked

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "operator_app"
SHOWN = sorted(
    [
        *(PROGRAM / "ui").rglob("*.py"),
        *(PROGRAM / "export").rglob("*.py"),
        *PROGRAM.glob("app.py"),
        *PROGRAM.glob("cli.py"),
    ]
)


def test_no_visible_string_is_unmarked() -> None:
    found = [
        f"{file.relative_to(ROOT).as_posix()}:{line} {text!r}"
        for file in SHOWN
        for line, text in unmarked(ast.parse(file.read_text("utf-8")))
    ]
    assert found == []


def test_markers_get_literals_only() -> None:
    found = [
        f"{file.relative_to(ROOT).as_posix()}:{line}"
        for file in sorted(PROGRAM.rglob("*.py"))
        for line in formatted_before_lookup(ast.parse(file.read_text("utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        'label.setText("Save")',
        'QLabel("Жабуу")',
        'QPushButton(text="save")',
        'label.setText(f"{n} calls")',
        'label.setText("calls: " + str(n))',
        'label.setText(_("Saved") if ok else "lost")',
        'Card("Place")',
        'TITLES = {"a": "Sent to the ministry"}',
        'return "Try again in a minute."',
    ],
)
def test_a_planted_string_is_seen(source: str) -> None:
    assert len(unmarked(ast.parse(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        'label.setText(_("Save"))',
        'label.setText(ngettext("{n} call", "{n} calls", n).format(n=n))',
        'label.setText("—")',
        'button.setObjectName("Primary button")',
        'log.info("batch sent to server")',
        'raise AssertionError("no such page")',
        'button.setText(_("Save") + "   Ctrl+Enter")',
        'def f() -> None:\n    """Says what it does."""',
    ],
)
def test_what_needs_no_translation_is_left_alone(source: str) -> None:
    assert unmarked(ast.parse(source)) == []


@pytest.mark.parametrize(
    "source", ['_(f"{n} calls")', '_("a" + b)', '_("{n}".format(n=n))', 'ngettext("a", f"{b}", n)']
)
def test_a_planted_format_before_lookup_is_seen(source: str) -> None:
    assert formatted_before_lookup(ast.parse(source)) == [1]
