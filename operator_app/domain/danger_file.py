"""The file of the danger rules: read whole, or refused with its line and what is wrong there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from operator_app.domain.danger import QUESTION_CODE, DangerRules, Question
from operator_app.domain.office import LANGUAGES
from operator_app.errors import EnvironmentProblem, Fault

GROUPS = ("A", "B")
LONGEST_LABEL = 60
"""Characters of a question; more do not fit the two lines of the danger panel."""
_HEADER = re.compile(r"\s*\[\[\s*question\s*\]\]")
_SYNTAX_LINE = re.compile(r"at line (\d+)")


def read_rules(source: str) -> DangerRules:
    """The rules of a TOML text.

    Raises EnvironmentProblem("danger_rules.faulty") with `line` (0 where there is none), `where`
    (the code of the question or the name of the field) and `fault`, the code of what is wrong.
    """
    try:
        found = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        line = _SYNTAX_LINE.search(str(error))
        raise _problem(Fault("file", "toml.syntax", line=int(line[1]) if line else 0)) from error
    for fault in _faults(found, source):
        raise _problem(fault)
    questions = tuple(
        Question(entry["code"], entry["group"], {lang: entry[lang] for lang in LANGUAGES})
        for entry in found["question"]
    )
    return DangerRules(found["version"], questions, found["medium_from"], found["high_from"])


def _problem(fault: Fault) -> EnvironmentProblem:
    return EnvironmentProblem(
        "danger_rules.faulty", line=fault.line or 0, where=fault.where, fault=fault.code
    )


def _faults(found: dict[str, Any], source: str) -> Iterator[Fault]:
    """What is wrong, in the order of the file."""
    version, entries = found.get("version"), found.get("question")
    if not isinstance(version, str) or not version.strip():
        yield Fault("version", "rules.version_missing", line=_line_of(source, "version"))
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        yield Fault("question", "rules.no_questions")
        return
    yield from _question_faults(entries, source)
    groups = [entry["group"] for entry in entries]
    if set(groups) != set(GROUPS):
        yield Fault("question", "rules.group_empty")
    thresholds = []
    for name in ("medium_from", "high_from"):
        value = found.get(name)
        if type(value) is not int:
            yield Fault(name, "rules.not_a_number", line=_line_of(source, name))
            return
        thresholds.append(value)
    # Never from no yes at all, and never out of reach.
    medium_from, high_from = thresholds
    if not 1 <= medium_from < high_from <= groups.count("B"):
        yield Fault("high_from", "rules.thresholds", line=_line_of(source, "high_from"))


def _question_faults(entries: list[dict[str, Any]], source: str) -> Iterator[Fault]:
    lines = [n for n, line in enumerate(source.splitlines(), start=1) if _HEADER.match(line)]
    known: set[str] = set()
    for number, entry in enumerate(entries):
        # Questions may be written inline, too; then there is no line to name.
        line = lines[number] if len(lines) == len(entries) else 0
        code = entry.get("code")
        if not isinstance(code, str) or not QUESTION_CODE.fullmatch(code):
            yield Fault(f"question {number + 1}", "rules.code_form", line=line)
            return
        if code in known:
            yield Fault(code, "rules.code_twice", line=line)
        known.add(code)
        if entry.get("group") not in GROUPS:
            yield Fault(code, "rules.group_unknown", line=line)
        for language in LANGUAGES:
            label = entry.get(language)
            if not isinstance(label, str) or not label.strip():
                yield Fault(code, "rules.words_missing", line=line)
            elif len(label) > LONGEST_LABEL:
                yield Fault(code, "rules.words_long", line=line)


def _line_of(source: str, name: str) -> int:
    """The line on which the field is set; 0 when it is not there."""
    starts = re.compile(rf"\s*{name}\s*=")
    lines = enumerate(source.splitlines(), start=1)
    return next((n for n, line in lines if starts.match(line)), 0)
