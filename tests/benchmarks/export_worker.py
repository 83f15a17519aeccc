"""One export in a process of its own; prints how many seconds it took, without the start.

    export_worker.py ours|bare xlsx|csv CALLS FILE

"bare": the library alone, writing cells of the same office, a thousand of its rows again and again.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterator
from datetime import date
from datetime import time as clock_time
from itertools import cycle, islice
from pathlib import Path

from operator_app.config import paths
from operator_app.domain.clock import local_day, system_clock
from operator_app.domain.span import Span
from operator_app.export.record_table import Cell, RecordCells, columns
from operator_app.services.exports import ExportFormat, Exports
from operator_app.services.reference import load_reference
from operator_app.services.reports import Reports
from tests.benchmarks.big_office import open_big_office
from tests.benchmarks.many_calls import NEWEST_MS, YEAR_MS, YEARS

SAMPLE = 1_000
WHOLE = Span.of_days(local_day(NEWEST_MS - YEARS * YEAR_MS), local_day(NEWEST_MS))


def rows_again_and_again(reports: Reports, actor: object, cells: RecordCells) -> list[list[Cell]]:
    some = islice(reports.records(actor, WHOLE), SAMPLE)  # type: ignore[arg-type]
    return [cells.cells(record) for record in some]


def bare_xlsx(file: Path, rows: Iterator[list[Cell]]) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(file), options) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        clock = book.add_format({"num_format": "hh:mm:ss"})
        sheet = book.add_worksheet("Records")
        for place, column in enumerate(columns()):
            sheet.write_string(0, place, column.title)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif isinstance(cell, int):
                    sheet.write_number(number, place, cell)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, day)
                elif isinstance(cell, clock_time):
                    sheet.write_datetime(number, place, cell, clock)


def bare_csv(file: Path, rows: Iterator[list[Cell]]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerow(column.title for column in columns())
        writer.writerows(rows)


def main(who: str, ending: str, calls: int, file: Path) -> None:
    reference = load_reference(paths().resources)
    database, actor = open_big_office(reference, calls)
    reports = Reports(database, reference, system_clock)
    if who == "ours":
        exports = Exports(database, reports, reference, system_clock, lambda _page: b"")
        start = time.perf_counter()
        made = exports.daily_log(actor, WHOLE, ExportFormat(ending), file)
        took = time.perf_counter() - start
        assert made.records == calls, made.records
    else:
        sample = rows_again_and_again(reports, actor, RecordCells(reference))
        rows = islice(cycle(sample), calls)
        start = time.perf_counter()
        (bare_xlsx if ending == "xlsx" else bare_csv)(file, rows)
        took = time.perf_counter() - start
    print(took)
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
