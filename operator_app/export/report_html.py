"""The ministry's report on paper: as many A4 sheets as it takes (ui/printing.py lays them out)."""

from __future__ import annotations

from html import escape

from operator_app.domain.clock import local
from operator_app.domain.reference import Reference
from operator_app.domain.report_lines import ReportLines
from operator_app.domain.report_parts import Line, Report, Section
from operator_app.domain.suppression import LEAST
from operator_app.export.html import ACCENT, LINE, MUTED, SOFT, Page, gap, wrapped
from operator_app.export.report_words import (
    HIDDEN,
    ReportRow,
    ReportWords,
    RowKind,
    period_text,
    title,
)
from operator_app.i18n import _, language

MOST_OF_A_COLUMN, MOST_OF_ALL = 20, 66
"""Percent of a table with columns of its own: the names of its rows get the rest."""
WIDTHS = (50, 11, 11, 14, 14)
"""Percent: label, number, share, the period before, a year ago."""


def report_page(report: Report, reference: Reference, lines: ReportLines) -> Page:
    """The report in the language in use."""
    words = ReportWords(reference, lines)
    parts = [_head(report), _legend(report)]
    rows = list(words.rows(report))
    starts = [at for at, row in enumerate(rows) if row.kind is RowKind.SECTION]
    for section, start, end in zip(report.sections, starts, [*starts[1:], len(rows)], strict=True):
        parts.append(_section(rows[start].label, section, rows[start + 1 : end], words))
    first, last = report.period.first.isoformat(), report.period.last.isoformat()
    return Page(f"117 {report.office.code} {first} {last}", wrapped("".join(parts)), _foot(report))


def _head(report: Report) -> str:
    return (
        '<table width="100%" cellspacing="0" cellpadding="0"><tr>'
        f'<td><span style="font-size:22px;font-weight:600">{escape(title(report))}</span><br>'
        f'<span style="font-size:13px;color:{MUTED}">'
        f"{escape(report.office.name(language()))} · {escape(report.office.code)}</span></td>"
        '<td align="right" valign="bottom">'
        f'<span style="font-size:14px;font-weight:600;color:{ACCENT}">'
        f"{escape(period_text(report.period))}</span></td></tr></table>{gap(8)}"
    )


def _legend(report: Report) -> str:
    compared = _("Compared with {before} and with {year_ago}.").format(
        before=period_text(report.before), year_ago=period_text(report.year_ago)
    )
    small = _("{mark} a figure under {least}, or one that would give it away.").format(
        mark=HIDDEN, least=LEAST
    )
    said = f"{compared} {small}" if report.leaves else compared
    return f'<p style="font-size:10px;color:{MUTED};margin:0px">{escape(said)}</p>'


def _section(heading: str, section: Section, rows: list[ReportRow], words: ReportWords) -> str:
    top = (
        f'<p style="font-size:14px;font-weight:600;color:{ACCENT};margin:12px 0px 2px 0px">'
        f"{escape(heading)}</p>"
    )
    if not section.lines:
        nothing = escape(_("Nothing was recorded."))
        return f'{top}<p style="color:{MUTED};margin:0px">{nothing}</p>'
    if section.columns:
        return top + _table(section, words)
    columns = (_("Now"), _("Share"), _("Before"), _("A year ago"))
    head = "".join(
        f'<td width="{width}%" align="right" style="color:{MUTED};font-size:10px">'
        f"{escape(column)}</td>"
        for column, width in zip(columns, WIDTHS[1:], strict=True)
    )
    body = "".join(_row(row) for row in rows)
    return (
        f'{top}<table width="100%" cellspacing="0" cellpadding="0">'
        # The head stands again on each sheet that the table goes on to.
        f'<thead><tr><td width="{WIDTHS[0]}%"></td>{head}</tr></thead>{body}</table>'
    )


def _row(row: ReportRow) -> str:
    if row.kind is RowKind.HEADING:
        return (
            f'<tr><td colspan="5" style="font-weight:600;padding:5px 0px 1px 0px">'
            f"{escape(row.label)}</td></tr>"
        )
    indent = 12 if row.kind is RowKind.PART else 0
    cell = f"border-bottom:1px solid {LINE};padding:2px 0px"
    figures = "".join(
        f'<td align="right" style="{cell}">{escape(value)}</td>'
        for value in (row.now, row.share, row.before, row.year_ago)
    )
    return (
        f'<tr><td style="border-bottom:1px solid {LINE};padding:2px 8px 2px {indent}px">'
        f"{escape(row.label)}</td>{figures}</tr>"
    )


def _table(section: Section, words: ReportWords) -> str:
    rows: dict[str, list[Line]] = {}
    for line in section.lines:
        rows.setdefault(words.table_row(line), []).append(line)
    width = min(MOST_OF_A_COLUMN, MOST_OF_ALL // len(section.columns))
    head = "".join(
        f'<td width="{width}%" align="right" valign="bottom" bgcolor="{SOFT}" '
        f'style="font-size:10px;color:{MUTED};padding:3px 4px">'
        f"{escape(words.column(section, code))}</td>"
        for code in section.columns
    )
    body = "".join(
        f'<tr><td style="border-bottom:1px solid {LINE};padding:2px 8px 2px 0px">'
        f"{escape(name)}</td>"
        + "".join(
            f'<td align="right" style="border-bottom:1px solid {LINE};padding:2px 4px">'
            f"{escape(words.value(line.values.now, line))}</td>"
            for line in cells
        )
        + "</tr>"
        for name, cells in rows.items()
    )
    return (
        '<table width="100%" cellspacing="0" cellpadding="0">'
        f'<thead><tr><td bgcolor="{SOFT}"></td>{head}</tr></thead>{body}</table>'
    )


def _foot(report: Report) -> str:
    made = _("Made {moment}").format(moment=f"{local(report.made_at):%d.%m.%Y %H:%M}")
    return wrapped(
        f'<p style="font-size:10px;color:{MUTED};margin:0px">117 · '
        f"{escape(report.office.code)} · {escape(period_text(report.period))} · "
        f"{escape(made)}</p>"
    )
