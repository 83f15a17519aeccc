"""Reading code lists and divisions: from resources/data, and what the feeds changed in them."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from operator_app.db import feeds
from operator_app.domain.danger import DangerRules
from operator_app.domain.danger_file import read_rules
from operator_app.domain.feeds import CODES, DIVISIONS, CodeEntry, DivisionEntry, entry_from
from operator_app.domain.office import LANGUAGES
from operator_app.domain.reference import (
    Code,
    CrisisCentre,
    Division,
    EmergencyNumber,
    LetterTexts,
    Reference,
)
from operator_app.domain.report_lines import ReportLine, ReportLines
from operator_app.errors import EnvironmentProblem

if TYPE_CHECKING:
    from operator_app.db.engine import Database


def load_reference(resources: Path) -> Reference:
    """Everything in resources/data: UTF-8 CSV files with a header."""
    data = resources / "data"
    short = {
        (row["list"], row["code"]): _labels(row, "label")
        for row in _rows(data / "short_labels.csv")
    }
    codes = [
        Code(
            row["list"],
            row["code"],
            _labels(row, "label"),
            row["note"],
            order,
            short.get((row["list"], row["code"]), {}),
        )
        for order, row in enumerate(_rows(data / "code_lists.csv"))
    ]
    codes += _whole_topics(Reference(codes, []))
    divisions = [
        Division(row["code"], row["parent"], int(row["level"]), _labels(row, "name"))
        for row in _rows(data / "divisions.csv")
    ]
    numbers = [
        EmergencyNumber(row["number"], _labels(row, "name"), row["when"])
        for row in _rows(data / "emergency_numbers.csv")
    ]
    phrases = {
        row["code"]: {language: row[language] for language in LANGUAGES}
        for row in _rows(data / "phrases.csv")
    }
    centres = [
        CrisisCentre(
            _labels(row, "name"),
            row["division"],
            tuple(row["services"].split()),
            row["phone"],
            tuple(row["near"].split()),
        )
        for row in _rows(data / "crisis_centres.csv")
    ]
    rules = _danger_rules(data / "danger_rules.toml")
    letter = _letter_texts(data / "referral_letter.toml")
    holidays = {
        date.fromisoformat(row["day"]): _labels(row, "name") for row in _rows(data / "holidays.csv")
    }
    return Reference(codes, divisions, numbers, phrases, rules, centres, letter, holidays)


def load_report_lines(resources: Path) -> ReportLines:
    """The subjects of the ministry's reports: resources/data/report_lines.csv."""
    return ReportLines(
        tuple(
            ReportLine(
                row["line"],
                {language: row[language] for language in LANGUAGES},
                tuple(row["topics"].split()),
            )
            for row in _rows(resources / "data" / "report_lines.csv")
        )
    )


def with_feeds(delivered: Reference, database: Database, today: date) -> Reference:
    """What was delivered with the program, as ministry and office changed it since.

    An entry that is offered no more stays under its code for old records.
    """
    with database.read() as connection:
        codes = [_code(kept) for kept in feeds.current(connection, CODES, removed=True)]
        divisions = [
            _division(kept, today.isoformat())
            for kept in feeds.current(connection, DIVISIONS, removed=True)
        ]
    changed = delivered.with_changes(codes, divisions)
    said = {c.code for c in codes if c.list_name == "topic_l2"}
    whole = [c for c in _whole_topics(changed) if c.code not in said]
    return changed.with_changes(whole, [])


def _code(kept: feeds.Kept) -> Code:
    entry: CodeEntry = entry_from(CODES, kept.body)
    return Code(
        entry.list_name,
        entry.code,
        entry.labels,
        entry.note,
        entry.order,
        entry.short_labels,
        active=not kept.removed,
    )


def _division(kept: feeds.Kept, today: str) -> Division:
    entry: DivisionEntry = entry_from(DIVISIONS, kept.body)
    begun = not entry.valid_from or entry.valid_from <= today
    over = bool(entry.valid_to) and entry.valid_to < today
    return Division(
        entry.code,
        entry.parent,
        entry.level,
        entry.labels,
        entry.valid_from,
        entry.valid_to,
        entry.replaced_by,
        active=begun and not over and not kept.removed,
    )


def _danger_rules(file: Path) -> DangerRules:
    try:
        source = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentProblem(
            "danger_rules.faulty", line=0, where=file.name, fault="rules.unreadable"
        ) from error
    return read_rules(source)


def _letter_texts(file: Path) -> LetterTexts:
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    return LetterTexts(found["version"], found["words"], found["ask"], found["basis"])


def _whole_topics(reference: Reference) -> list[Code]:
    """Topics of level 1 with nothing below them (complaints, pension, ...) can be chosen as such;
    one that got topics below it can no more."""
    parents = {c.code.split(".")[0] for c in reference.codes("topic_l2") if "." in c.code}
    return [
        replace(c, list_name="topic_l2", active=c.active and c.code not in parents)
        for c in reference.every_code("topic_l1")
        if c.code not in parents or reference.find("topic_l2", c.code)
    ]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _labels(row: dict[str, str], prefix: str) -> dict[str, str]:
    return {language: row[f"{prefix}_{language}"] for language in LANGUAGES}
