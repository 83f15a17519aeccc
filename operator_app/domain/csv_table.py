"""Tables as people keep them in spreadsheets: comma or semicolon, quoted, with a header.

A cell that a spreadsheet would run as a formula is written with an apostrophe before it, and read
without it, so that nothing is run and nothing is lost.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from operator_app.errors import Fault

DANGEROUS_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so may be run as a formula by a spreadsheet program."""
MOST_ROWS = 200_000
BOM = "\ufeff"


@dataclass(frozen=True)
class Row:
    """A row: its number as a spreadsheet shows it (the header is 1), its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A table: its file's name, its columns in small letters, its rows that are not empty."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(text: str, name: str, faults: list[Fault]) -> Table | None:
    """The table of a file's text, or None when it cannot be understood at all.

    Every wrong row goes to `faults` with its line; a cell beyond the header is one.
    """
    text = text.removeprefix(BOM)
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=_delimiter(text), strict=True)
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    line = 0
    try:
        for line, cells in enumerate(reader, start=1):
            if line == 1:
                columns = tuple(cell.strip().lower() for cell in cells)
                continue
            if any(cell.strip() for cell in cells[len(columns) :]):
                faults.append(Fault(name, "csv.extra_cells", line=line))
            if any(cell.strip() for cell in cells):
                found = dict(zip(columns, map(_without_apostrophe, cells), strict=False))
                rows.append(Row(line, found))
            if len(rows) > MOST_ROWS:
                faults.append(Fault(name, "csv.too_many_rows", {"most": MOST_ROWS}))
                return None
    except csv.Error:
        faults.append(Fault(name, "csv.syntax", line=line + 1))
        return None
    twice = {c for c in columns if c and columns.count(c) > 1} if len(columns) < 1_000 else {""}
    if twice or not any(columns):
        faults.append(Fault(name, "csv.bad_header", line=1))
        return None
    return Table(name, columns, tuple(rows))


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """The bytes of a table: UTF-8 with BOM, commas, CRLF. A cell that a row has not is empty."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_with_apostrophe(row.get(column, "")) for column in columns])
    return (BOM + stream.getvalue()).encode()


def _delimiter(text: str) -> str:
    header = text[: text.find("\n")] if "\n" in text else text
    return ";" if header.count(";") > header.count(",") else ","


def _with_apostrophe(text: str) -> str:
    # Also before "'=": else reading would take away an apostrophe that was there.
    return "'" + text if text.lstrip("'").startswith(DANGEROUS_STARTS) else text


def _without_apostrophe(text: str) -> str:
    escaped = text.startswith("'") and text.lstrip("'").startswith(DANGEROUS_STARTS)
    return text[1:] if escaped else text
