"""Finds strings that a person would see and that nobody marked for translation.

Two nets over the syntax tree. The first: a literal handed to something that shows text (a setter
or a widget's constructor). The second: any literal that reads like a sentence or a label, wherever
it stands, unless it stands where no user looks (logs, exceptions, keys, style).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

MARKERS = {"_", "N_", "ngettext"}
SHOWS_TEXT = {
    "addAction", "addButton", "addItem", "addItems", "addMenu", "addRow", "addTab",
    "appendPlainText", "drawText", "insertItem", "insertTab", "labelled", "setAccessibleDescription",
    "setAccessibleName", "setButtonText", "setDetailedText", "setHeaderLabels", "setHtml",
    "setInformativeText", "setLabelText", "setPlaceholderText", "setPlainText", "setPrefix",
    "setStatusTip", "setSuffix", "setTabText", "setText", "setTitle", "setToolTip", "setWhatsThis",
    "setWindowTitle", "showMessage",
    "QAction", "QCheckBox", "QCommandLinkButton", "QDockWidget", "QGroupBox", "QLabel", "QMenu",
    "QMessageBox", "QProgressDialog", "QPushButton", "QRadioButton", "QTableWidgetItem",
    "QToolButton", "QTreeWidgetItem",
}  # fmt: skip
NOBODY_LOOKS = {
    "debug", "info", "warning", "error", "exception", "critical", "getLogger",
    "setObjectName", "setProperty", "property", "setStyleSheet", "QFont", "QRegularExpression",
    "value", "edit", "compile", "match", "fullmatch", "sub", "split", "strftime", "getattr", "environ", "get",
    "add_argument_group", "set_default",
}  # fmt: skip
MEASURES = {"_WIDEST"}
"""Tables of samples that columns are measured by; nobody sees them."""
NAMES = {
    "117 Operator", "Fusion",
    "Arial", "DejaVu Sans", "Inter", "Noto Sans", "Open Sans", "Segoe UI",
    "Кыргызча", "Русский", "English",
}  # fmt: skip
"""The product, Qt's style, fonts and languages are called the same in every language."""
SAME_EVERYWHERE = re.compile(
    r"\s*((Ctrl|Alt|Shift)\+)*(F\d{1,2}|Enter|Return|Esc|Del|[A-Z0-9])\s*|\s*(Ctrl|Alt|Shift)\+"
    r"|[dMyhHms .:]+|[X-]+|https://"
)
"""Keys as they are printed on the keyboard, patterns of dates and keys, the beginning of a URL."""
LETTER = re.compile(r"[^\W\d_]")
PROSE = re.compile(r"[^\W\d_]{2,}[,.:;!?…]? [^\W\d_]{2,}|^[A-ZА-ЯЁӨҮҢ][a-zа-яёөүң]{2,}[.…:!?]?$")
MARKUP = re.compile(r"[<{}=#]|^\s*(SELECT|PRAGMA|font-|[a-z-]+:)")


def unmarked(tree: ast.Module) -> list[tuple[int, str]]:
    """(line, text) of every visible literal that is not inside _(), N_() or ngettext()."""
    found = {
        (node.lineno, text)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _name(call.func) in SHOWS_TEXT
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]
        for node, text in _literals(argument)
        if LETTER.search(text) and not _is_name(text)
    }
    found |= {
        (node.lineno, text)
        for node, text in _literals(tree)
        if PROSE.search(text) and not MARKUP.search(text) and not _is_name(text)
    }
    return sorted(found)


def formatted_before_lookup(tree: ast.Module) -> list[int]:
    """Lines where a marker gets anything but literals: such a string is never found in a .po."""
    return [
        call.lineno
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and _name(call.func) in MARKERS
        and not all(_is_text(argument) for argument in call.args[: _texts(call)])
    ]


def _is_name(text: str) -> bool:
    return text in NAMES or bool(SAME_EVERYWHERE.fullmatch(text))


def _texts(call: ast.Call) -> int:
    return 2 if _name(call.func) == "ngettext" else 1


def _is_text(node: ast.expr) -> bool:
    # A name is allowed: it holds a message that was marked by N_ where it was written.
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _literals(node: ast.AST) -> Iterator[tuple[ast.Constant, str]]:
    """String constants below a node that could reach the screen from there."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node, node.value
        return
    if isinstance(node, ast.Call) and _name(node.func) in MARKERS | NOBODY_LOOKS:
        return
    if isinstance(node, ast.Raise | ast.Assert | ast.Subscript | ast.Compare | ast.Match):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Assign) and {_name(t) for t in node.targets} & MEASURES:
        return
    for name, field in ast.iter_fields(node):
        if name in {"annotation", "returns", "keys", "decorator_list", "format_spec"}:
            continue
        for child in field if isinstance(field, list) else [field]:
            if isinstance(child, ast.AST):
                yield from _literals(child)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
