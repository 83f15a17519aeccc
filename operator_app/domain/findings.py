"""What a check of the PC found: a grade, a code for the words, and params without personal data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Grade(StrEnum):
    """How it stands. ABSENT: not on this system, not set, or not to be seen without signing in."""

    OK = "ok"
    ABSENT = "absent"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One line of the check. `code` leads to the words; `params` are numbers, versions, hosts: never
    a name, a path or a word of a record."""

    check: str
    grade: Grade
    code: str
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """Something to look at. `look` may take a while and never raises for what it finds."""

    name: str
    look: Callable[[], list[Finding]]
    seconds: float = 12.0
    """After which it is given up: a share or a server that does not answer."""


def exit_code(findings: Iterable[Finding]) -> int:
    """0 all is well, 1 a warning, 2 a problem."""
    grades = {finding.grade for finding in findings}
    return 2 if Grade.PROBLEM in grades else 1 if Grade.WARNING in grades else 0
