"""Figures as rows, and rows as CSV and JSON.

A row is an indicator, up to two codes and a number. Marks of telephone numbers never become rows:
of them only how many there are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from operator_app.domain.call_figures import Cell
from operator_app.domain.csv_table import BOM
from operator_app.domain.figures import Figures

COLUMNS = ("office", "month", "indicator", "key1", "key2", "value")
MARKS = "number"
CALLERS, REPEAT_CALLS = (MARKS, "CALLERS"), (MARKS, "REPEAT")
MEAN, LONGEST, TOTAL = ("length", "MEAN"), ("length", "LONGEST"), ("length", "TOTAL")
MEDIAN = "MEDIAN"
ALARM, REFERRAL_DAYS = "alarm_seconds", "referral_days"
NO_CODE = "?"
"""Stands for what is no code: text that a faulty program sent in the place of one."""
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.]{0,31}|")
_MOST_KEYS = 2


@dataclass(frozen=True)
class Row:
    """A figure. `office`, `month`: "" for all of them; `value` None where it is hidden."""

    office: str
    month: str
    cell: Cell
    value: int | None


def cells_of(figures: Figures) -> dict[Cell, int]:
    """All that is told of the figures, in an order that does not depend on the records."""
    found: dict[Cell, int] = {}
    for cell, number in figures.counts.items():
        if cell[0] != MARKS and number:
            named = (cell[0], *map(_code, cell[1:]))
            found[named] = found.get(named, 0) + number
    found |= {cell: number for cell, number in _derived(figures) if number is not None}
    return dict(sorted(found.items()))


def _derived(figures: Figures) -> Iterator[tuple[Cell, int | None]]:
    yield CALLERS, figures.callers or None
    yield REPEAT_CALLS, figures.repeat_calls or None
    if figures.number("asked"):
        yield MEAN, figures.mean_seconds
        yield LONGEST, figures.longest
        yield TOTAL, figures.seconds
    yield (ALARM, MEDIAN), figures.middle(ALARM)
    for service in figures.of(REFERRAL_DAYS):
        yield (REFERRAL_DAYS, _code(service), MEDIAN), figures.middle(REFERRAL_DAYS, service)


def _code(text: str) -> str:
    return text if _CODE.fullmatch(text) else NO_CODE


def as_csv(rows: Iterable[Row], titles: Mapping[str, str] | None) -> str:
    """UTF-8 with BOM, semicolons, a line for each row; an empty value is a hidden one. `titles`:
    the names of the indicators, for a last column."""
    stream = io.StringIO(newline="")
    # Codes and numbers only (see `_code`): nothing a spreadsheet would run.
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([*COLUMNS, *(["title"] if titles is not None else [])])
    for row in rows:
        indicator, *keys = row.cell
        padded = [*keys, *[""] * (_MOST_KEYS - len(keys))]
        value = "" if row.value is None else row.value
        title = [titles[indicator]] if titles is not None else []
        writer.writerow([row.office, row.month, indicator, *padded, value, *title])
    return BOM + stream.getvalue()


def as_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The same as JSON; a hidden value is null."""
    return [
        {
            "office": row.office,
            "month": row.month,
            "indicator": row.cell[0],
            "keys": list(row.cell[1:]),
            "value": row.value,
        }
        for row in rows
    ]
