"""Which actions the program audits, read from its source: written out, or handed on by name."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

PARAMETER = "action"
"""Whoever hands an action on to the audit takes it under this name."""


@dataclass
class Found:
    """`actions`: where each is written; `unseen`: where the action cannot be read off the source."""

    actions: dict[str, str] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Carrier:
    """A function that hands an action on: its module, and the place of the argument."""

    module: str
    name: str
    place: int


def audited(sources: Mapping[str, str]) -> Found:
    """All actions of these modules, by name of the module and its text."""
    trees = {name: ast.parse(text) for name, text in sources.items()}
    carriers: set[_Carrier] = set()
    while True:
        more = {
            _Carrier(module, function.name, _place(function))
            for module, tree in trees.items()
            for function in _functions(tree)
            if any(_is_parameter(g, function) for g in _given(function, module, carriers))
        }
        if more <= carriers:
            break
        carriers |= more
    found = Found()
    for module, tree in trees.items():
        for function in _functions(tree):
            for given in _given(function, module, carriers):
                if not _is_parameter(given, function):
                    _note(found, given, function, f"{module}:{given.lineno}")
    return found


def sources_of(folder: Path) -> dict[str, str]:
    """All modules of a package."""
    return {
        file.relative_to(folder.parent).as_posix(): file.read_text("utf-8")
        for file in sorted(folder.rglob("*.py"))
    }


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _place(function: ast.FunctionDef) -> int:
    names = [arg.arg for arg in function.args.args if arg.arg != "self"]
    return names.index(PARAMETER) if PARAMETER in names else -1


def _given(function: ast.FunctionDef, module: str, carriers: set[_Carrier]) -> list[ast.expr]:
    """What the function gives to the audit, or to those who hand it on, as the action."""
    found = []
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
            continue
        named = {k.arg: k.value for k in node.keywords}
        if ast.unparse(node.func) == "audit.append":
            found.append(named.get(PARAMETER, node))
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        near = [c for c in carriers if c.name == name and c.module == module]
        far = [c for c in carriers if c.name == name and not name.startswith("_")]
        for carrier in near or far:
            if PARAMETER in named:
                found.append(named[PARAMETER])
            elif 0 <= carrier.place < len(node.args):
                found.append(node.args[carrier.place])
    return found


def _is_parameter(given: ast.expr, function: ast.FunctionDef) -> bool:
    every = [*function.args.args, *function.args.kwonlyargs]
    return (
        isinstance(given, ast.Name)
        and given.id == PARAMETER
        and any(arg.arg == PARAMETER for arg in every)
    )


def _note(found: Found, given: ast.expr, function: ast.FunctionDef, where: str) -> None:
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        found.actions.setdefault(given.value, where)
    elif isinstance(given, ast.IfExp):
        _note(found, given.body, function, where)
        _note(found, given.orelse, function, where)
    elif isinstance(given, ast.Dict):
        for value in given.values:
            _note(found, value, function, where)
    elif _is_look_up(given):
        # {...}.get(outcome, "otherwise")
        for part in (given.func.value, *given.args[1:]):
            _note(found, part, function, where)
    elif isinstance(given, ast.Name) and (assigned := list(_assigned(given.id, function))):
        for value in assigned:
            _note(found, value, function, where)
    else:
        found.unseen.append(where)


def _is_look_up(given: ast.expr) -> TypeGuard[Any]:
    return (
        isinstance(given, ast.Call)
        and isinstance(given.func, ast.Attribute)
        and given.func.attr == "get"
    )


def _assigned(name: str, function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == name:
                yield node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for each, value in zip(target.elts, node.value.elts, strict=True):
                    if isinstance(each, ast.Name) and each.id == name:
                        yield value
