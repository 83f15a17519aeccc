"""The sheet of Excel's own charts: each beside the small table that it is drawn from.

One colour, and the number at each bar: readable in print and for eyes that mix colours up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from operator_app.domain.daily_log import DailyLog, Line, cut
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language

ACCENT = "#0E7490"
PALE = "#94B8C3"
LINE = "#E1E6EC"
A4 = 9
"""Excel's number for the paper."""
PRINT_PERCENT = 50
"""Table and chart side by side on upright A4."""
ROWS_OF_PAGE = 90
"""So many fit then; a chart is not cut in two."""
MOST_BARS = 12
MOST_DAYS = 400
"""More days than these are no chart any more; they are in the records."""
FIRST_ROW = 2
ROW_PIXELS = 20
WIDTH_PIXELS = 560
BAR_PIXELS = 26
AROUND_BARS_PIXELS = 110
COLUMN_CHART_PIXELS = 300


@dataclass(frozen=True)
class Table:
    """What a chart shows: a heading, the names of its series, and rows of a label and numbers.

    `across`: the labels have an order of their own (hours, days) and stand below the columns.
    """

    title: str
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    across: bool = False


def tables(log: DailyLog, reference: Reference) -> list[Table]:
    """Hours, days of a longer span, topics, kinds of contact, languages; those that have calls."""

    def named(list_name: str) -> Callable[[Line], str]:
        return lambda line: reference.label(list_name, line.code, language()) or _("Not recorded")

    both = (_("All calls"), _("Asked for help"))
    hours = tuple((moment.code, (moment.calls, moment.asked)) for moment in log.hours)
    days = tuple(
        (f"{date.fromisoformat(moment.code):%d.%m.%Y}", (moment.calls, moment.asked))
        for moment in log.days
    )
    topics = tuple(Line(group.code, group.calls) for group in log.topics)
    found = [
        Table(_("Calls by hour of the day"), both, hours, across=True),
        Table(_("Calls by day"), both, days if len(days) <= MOST_DAYS else (), across=True),
        Table(_("Topics"), (_("Asked for help"),), _bars(topics, named("topic_l1"))),
        Table(_("Kinds of contact"), both[:1], _bars(log.kinds, named("contact_kind"))),
        Table(_("Languages"), (_("Asked for help"),), _bars(log.languages, named("language"))),
    ]
    return [table for table in found if any(number for _, each in table.rows for number in each)]


def add_chart_sheet(book: Any, log: DailyLog, reference: Reference) -> None:
    """The sheet; nothing where there were no calls."""
    found = tables(log, reference)
    if not found:
        return
    sheet = book.add_worksheet(_("Charts")[:31])
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 2, 14)
    sheet.set_column(3, 3, 3)
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4)
    sheet.set_print_scale(PRINT_PERCENT)
    heading = book.add_format({"bold": True, "font_color": ACCENT, "text_wrap": True})
    right = book.add_format(
        {"bold": True, "font_color": ACCENT, "align": "right", "text_wrap": True}
    )
    line = book.add_format({"bottom": 1, "bottom_color": LINE})
    title = book.add_format({"bold": True, "font_size": 16, "font_color": ACCENT})
    sheet.write_string(0, 0, _("Charts"), title)
    row, page_begins, breaks = FIRST_ROW, 0, []
    for table in found:
        chart, height = _chart(book, sheet.get_name(), table, row)
        if row + height - page_begins > ROWS_OF_PAGE and row > FIRST_ROW:
            page_begins = row
            # In the gap before it: a heading on two lines moves what follows a little.
            breaks.append(row - 1)
        sheet.write_string(row, 0, table.title, heading)
        for place, name in enumerate(table.series, start=1):
            sheet.write_string(row, place, name, right)
        for number, (label, values) in enumerate(table.rows, start=row + 1):
            sheet.write_string(number, 0, label, line)
            for place, value in enumerate(values, start=1):
                sheet.write_number(number, place, value, line)
        sheet.insert_chart(row, 4, chart, {"object_position": 3, "description": table.title})
        row += height
    sheet.set_h_pagebreaks(breaks)


def _chart(book: Any, sheet: str, table: Table, row: int) -> tuple[Any, int]:
    """The chart, and how many rows it takes with its table and a gap."""
    chart = book.add_chart({"type": "column" if table.across else "bar"})
    first, last = row + 1, row + len(table.rows)
    for place, name in enumerate(table.series, start=1):
        fill = ACCENT if place == len(table.series) else PALE
        chart.add_series(
            {
                "name": name,
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, place, last, place],
                "fill": {"color": fill},
                "border": {"none": True},
                "gap": 40,
                "overlap": 100 if table.across else 0,
                **({} if table.across else {"data_labels": {"value": True}}),
            }
        )
    chart.set_title({"name": table.title, "name_font": {"size": 12}, "overlay": False})
    grid = {"visible": table.across, "line": {"color": LINE}}
    values = {"major_gridlines": grid, "num_format": "0", "line": {"none": True}, "min": 0}
    if table.across:
        chart.set_y_axis(values)
        chart.set_x_axis({"num_font": {"size": 8}})
        chart.set_legend({"position": "bottom"})
        pixels = COLUMN_CHART_PIXELS
    else:
        # Of a bar chart the axis of the categories is "x" too; the most calls stand on top.
        chart.set_x_axis({"visible": False, **values})
        chart.set_y_axis({"reverse": True, "line": {"color": LINE}})
        chart.set_legend({"none": True})
        pixels = AROUND_BARS_PIXELS + BAR_PIXELS * len(table.rows)
    chart.set_size({"width": WIDTH_PIXELS, "height": pixels})
    return chart, max(len(table.rows), pixels // ROW_PIXELS) + 2


def _bars(
    lines: Sequence[Line], name: Callable[[Line], str]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    shown, left_out = cut(tuple(lines), MOST_BARS)
    rows = [(name(line), (line.calls,)) for line in shown]
    if left_out:
        rows.append((_("Other"), (left_out,)))
    return tuple(rows)
