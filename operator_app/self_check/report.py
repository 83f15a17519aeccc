"""Runs the checks one after the other and says in a table how each ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from operator_app.errors import AppError
from operator_app.i18n import N_, _
from operator_app.self_check.bench import Bench

log = logging.getLogger(__name__)

SENTENCES = {
    "self_check.any_password": N_("A wrong password opened the office."),
    "self_check.file_damaged": N_("The file that was written is not whole."),
    "self_check.file_missing": N_("A part of the program is missing: {found}"),
    "self_check.no_office": N_("There is no office to try it on."),
    "self_check.no_plugin": N_("Qt cannot read pictures of this kind: {found}"),
    "self_check.no_window": N_("No window came."),
    "self_check.not_encrypted": N_("The database is not encrypted."),
    "self_check.not_found": N_("The search does not find what was saved."),
    "self_check.not_read_back": N_("What was saved is not what is read."),
    "self_check.not_sealed": N_("A sealed record can be read or changed without notice."),
    "self_check.not_translated": N_("There is no translation into: {found}"),
    "self_check.phone_not_read": N_("Telephone numbers are not recognised."),
    "self_check.screen_empty": N_("The screen is empty: {screen}"),
    "self_check.screen_failed": N_("The screen failed: {screen} ({found})"),
    "self_check.too_long": N_("It took too long."),
}


class Outcome(StrEnum):
    """How a check ended; SKIPPED: what it needs failed before."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Check:
    """One line of the table. `run` returns what is worth telling, and raises when it fails."""

    name: str
    run: Callable[[Bench], str]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """How it went, in how many seconds; `told` is the detail or the reason."""

    name: str
    outcome: Outcome
    seconds: float
    told: str


def run_all(checks: Iterable[Check], bench: Bench) -> Iterator[Line]:
    """Every check, each one even when an earlier one failed that it does not need."""
    passed: set[str] = set()
    for check in checks:
        if not passed.issuperset(check.needs):
            yield Line(check.name, Outcome.SKIPPED, 0.0, "")
            continue
        start = time.monotonic()
        try:
            told = check.run(bench)
        except Exception as error:
            log.exception("check failed: %s", check.name)
            seconds = time.monotonic() - start
            yield Line(check.name, Outcome.FAILED, seconds, reason(error))
        else:
            passed.add(check.name)
            yield Line(check.name, Outcome.PASSED, time.monotonic() - start, told)


def reason(error: Exception) -> str:
    """Why, in words, without the text of an error that the program does not know."""
    if isinstance(error, AppError) and error.code in SENTENCES:
        return _(SENTENCES[error.code]).format(**error.params)
    if isinstance(error, AppError):
        from operator_app.ui.problems import sentence

        return sentence(error)
    if isinstance(error, ModuleNotFoundError):
        return _(SENTENCES["self_check.file_missing"]).format(found=error.name)
    if isinstance(error, FileNotFoundError) and error.filename:
        name = Path(str(error.filename)).name
        return _(SENTENCES["self_check.file_missing"]).format(found=name)
    return _("A fault of the program: {kind}").format(kind=type(error).__name__)


def as_text(line: Line) -> str:
    """The line as it is printed."""
    words = {
        Outcome.PASSED: _("passed"),
        Outcome.FAILED: _("FAILED"),
        Outcome.SKIPPED: _("not tried"),
    }
    said = f"{_(line.name):<40} {words[line.outcome]:<12} {line.seconds:6.1f} s  {line.told}"
    return said.rstrip()
