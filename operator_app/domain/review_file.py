"""The file of the review checklists: read whole, or refused with its place and what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from operator_app.domain.office import LANGUAGES
from operator_app.domain.review import CALL, CASE, Checklists, Point
from operator_app.errors import EnvironmentProblem, Fault

MOST_BYTES = 65_536
MOST_POINTS = 9
"""More do not fit the screen beside what is reviewed."""
LONGEST_LABEL = 80
_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,19}")
_SYNTAX_LINE = re.compile(r"at line (\d+)")


def read_checklists(source: str) -> Checklists:
    """The checklists of a TOML text: `version`, `[[call]]` and `[[case]]` with code, ky, ru, en.

    Raises EnvironmentProblem("review_checklist.faulty") with `line` (0 where there is none),
    `where` and `fault`, the code of what is wrong.
    """
    if len(source.encode("utf-8", "replace")) > MOST_BYTES:
        raise problem(Fault("file", "rules.unreadable"))
    try:
        found = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        line = _SYNTAX_LINE.search(str(error))
        raise problem(Fault("file", "toml.syntax", line=int(line[1]) if line else 0)) from error
    for fault in _faults(found):
        raise problem(fault)
    return Checklists(
        found["version"],
        {
            kind: tuple(
                Point(entry["code"], {lang: entry[lang] for lang in LANGUAGES})
                for entry in found[kind]
            )
            for kind in (CALL, CASE)
        },
    )


def problem(fault: Fault) -> EnvironmentProblem:
    """The file cannot be used: for the person at the desk."""
    return EnvironmentProblem(
        "review_checklist.faulty", line=fault.line or 0, where=fault.where, fault=fault.code
    )


def _faults(found: dict[str, Any]) -> Iterator[Fault]:
    version = found.get("version")
    if not isinstance(version, str) or not version.strip():
        yield Fault("version", "rules.version_missing")
    for kind in (CALL, CASE):
        entries = found.get(kind)
        sound = isinstance(entries, list) and all(isinstance(e, dict) for e in entries)
        if not sound or not entries or len(entries) > MOST_POINTS:
            yield Fault(kind, "rules.no_questions")
            return
        yield from _point_faults(kind, entries)


def _point_faults(kind: str, entries: list[dict[str, Any]]) -> Iterator[Fault]:
    known: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        code = entry.get("code")
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            yield Fault(f"{kind} {number}", "rules.code_form")
            return
        if code in known:
            yield Fault(code, "rules.code_twice")
        known.add(code)
        for language in LANGUAGES:
            label = entry.get(language)
            if not isinstance(label, str) or not label.strip():
                yield Fault(code, "rules.words_missing")
            elif len(label) > LONGEST_LABEL:
                yield Fault(code, "rules.words_long")
