"""The daily log as one A4 page, in the part of HTML that Qt's rich text understands.

Fonts and lengths are in pixels of a page 96 dots to the inch; `ui/printing.py` lays it out once,
scales it to screen, printer or PDF, and shrinks it when a day has much to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from operator_app.domain.clock import local
from operator_app.domain.daily_log import DailyLog
from operator_app.domain.reference import Reference
from operator_app.domain.shifts import SHOWN_HANDOVER
from operator_app.export.daily_log_words import (
    PAPER,
    Section,
    delay_text,
    length_text,
    sections,
    share_text,
    span_text,
)
from operator_app.i18n import _, language

ACCENT = "#0e7490"
DANGER = "#b42318"
TEXT = "#1b2733"
MUTED = "#566573"
LINE = "#e1e6ec"
SOFT = "#f1f7f9"

TILE_WIDTHS = (15, 21, 16, 17, 16, 15)
"""Percent; "Asked for help" has its share beside the number."""
NOTE_LINES = 8
MOST_PEOPLE = 30
"""Whose names have their place on the page; in the years of an office there are more."""


@dataclass(frozen=True)
class Page:
    """One sheet of paper: `body` begins at its top, `foot` stands at its bottom; both HTML.

    `title` names the document, without content.
    """

    title: str
    body: str
    foot: str


def daily_log_page(log: DailyLog, reference: Reference, handover_note: str = "") -> Page:
    """The page in the language in use. The note is free text: it is on the page and nowhere else."""
    title = _("Daily log of helpline 117")
    parts = [_head(title, log), _numbers(log), _facts(log)]
    if not log.is_empty:
        parts.append(_columns(sections(log, reference, PAPER)))
    else:
        said = escape(
            _("No calls were recorded in this time.")
            if log.span.shift or log.span.has_several_days
            else _("No calls were recorded on this day.")
        )
        parts.append(f'{gap(40)}<p align="center" style="font-size:15px;color:{MUTED}">{said}</p>')
    return Page(
        f"117 {log.office.code} {log.span.code}",
        wrapped("".join(parts)),
        wrapped(_foot(log, handover_note)),
    )


def wrapped(content: str) -> str:
    """The content as a whole document in the page's letter size and colour."""
    return f'<html><body style="color:{TEXT};font-size:12px">{content}</body></html>'


def _head(title: str, log: DailyLog) -> str:
    return (
        '<table width="100%" cellspacing="0" cellpadding="0"><tr>'
        f'<td><span style="font-size:24px;font-weight:600">{escape(title)}</span><br>'
        f'<span style="font-size:13px;color:{MUTED}">'
        f"{escape(log.office.name(language()))} · {escape(log.office.code)}</span></td>"
        '<td align="right" valign="bottom">'
        f'<span style="font-size:15px;font-weight:600;color:{ACCENT}">{escape(span_text(log.span))}'
        f"</span></td></tr></table>{gap(14)}"
    )


def _numbers(log: DailyLog) -> str:
    tiles = [
        (_("All calls"), log.all_calls, "", TEXT),
        (
            _("Asked for help"),
            log.substantive,
            share_text(log.substantive, log.all_calls),
            ACCENT,
        ),
        (_("Violence"), log.violence, "", TEXT),
        (_("In danger now"), log.danger_now, "", DANGER if log.danger_now else TEXT),
        (_("Complaints"), log.complaints, "", TEXT),
        (_("Missed"), log.missed, "", TEXT),
    ]
    cells = "".join(
        f'<td width="{width}%" valign="top">'
        f'<span style="font-size:26px;font-weight:600;color:{colour}">{number}</span>'
        f'<span style="font-size:12px;color:{MUTED}"> {escape(extra)}</span><br>'
        f'<span style="font-size:11px;color:{MUTED}">{escape(label)}</span></td>'
        for (label, number, extra, colour), width in zip(tiles, TILE_WIDTHS, strict=True)
    )
    return (
        f'<table width="100%" cellspacing="0" cellpadding="8" bgcolor="{SOFT}"><tr>{cells}</tr>'
        f"</table>{gap(10)}"
    )


def _facts(log: DailyLog) -> str:
    response = log.cases.response
    alarms = response.alarms
    facts = [
        *_people(log),
        (
            _("Length of calls for help"),
            _("mean {mean}, longest {longest}").format(
                mean=length_text(log.mean_seconds), longest=length_text(log.longest_seconds)
            ),
        ),
        (
            _("Did not ask for help"),
            _("{count}, of these silent and dropped {silent}").format(
                count=log.not_substantive, silent=log.silent_and_dropped
            ),
        ),
        (_("From danger to 102 or 103"), delay_text(response.emergency, alarms)),
        (_("From danger to a referral"), delay_text(response.referral, alarms)),
        (_("From danger to the ministry's receipt"), delay_text(response.ministry, alarms)),
        (_("Voided, in no other figure"), str(log.voided)),
        (
            _("Waiting to be sent"),
            _("{these} of these calls, {all} in all").format(
                these=log.waiting_of_span, all=log.waiting_in_all
            ),
        ),
    ]
    rows = "".join(
        f'<tr><td width="32%" style="color:{MUTED};padding:1px 8px 1px 0px">{escape(label)}</td>'
        f'<td style="padding:1px 0px">{escape(value)}</td></tr>'
        for label, value in facts
    )
    return f'<table width="100%" cellspacing="0" cellpadding="0">{rows}</table>{gap(8)}'


def _people(log: DailyLog) -> list[tuple[str, str]]:
    """Who was on duty by the roster, and who else took calls; without a roster who took calls."""
    rostered, others = (
        [f"{p.full_name} ({p.calls})" for p in log.on_duty if p.rostered is by_roster]
        for by_roster in (True, False)
    )
    rostered, others = _shortened(rostered), _shortened(others)
    if not rostered:
        return [(_("Recorded calls (how many)"), ", ".join(others) or "–")]
    lines = [(_("On duty (calls)"), ", ".join(rostered))]
    return [*lines, (_("Also recorded calls"), ", ".join(others))] if others else lines


def _shortened(people: list[str]) -> list[str]:
    more = len(people) - MOST_PEOPLE
    return [*people[:MOST_PEOPLE], _("{n} more").format(n=more)] if more > 0 else people


def _columns(found: list[Section]) -> str:
    """Two columns: topics begin the left one, each further section goes where there is room."""
    sides: tuple[list[Section], list[Section]] = ([], [])
    heights = [0, 0]
    for section in found:
        side = 0 if heights[0] <= heights[1] else 1
        sides[side].append(section)
        heights[side] += len(section.rows) + 3
    left, right = ("".join(_section(s) for s in side) for side in sides)
    return (
        '<table width="100%" cellspacing="0" cellpadding="0"><tr>'
        f'<td width="48%" valign="top">{left}</td><td width="4%"></td>'
        f'<td width="48%" valign="top">{right}</td></tr></table>'
    )


def _section(section: Section) -> str:
    note = f' <span style="font-size:10px;color:{MUTED}">{escape(section.note)}</span>'
    heading = (
        f'<tr><td colspan="2" style="border-bottom:1px solid {ACCENT};padding:10px 0px 3px 0px">'
        f'<span style="font-size:13px;font-weight:600;color:{ACCENT}">{escape(section.title)}'
        f"</span>{note if section.note else ''}</td></tr>"
    )
    has_parts = any(row.part for row in section.rows)
    rows = []
    for row in section.rows:
        weight = "600" if has_parts and not row.part else "400"
        indent = 12 if row.part else 0
        cell = f"border-bottom:1px solid {LINE};font-weight:{weight}"
        rows.append(
            f'<tr><td width="86%" style="{cell};padding:2px 8px 2px {indent}px">'
            f"{escape(row.label)}</td>"
            f'<td width="14%" align="right" style="{cell};padding:2px 0px">{row.calls}</td></tr>'
        )
    return (
        '<table width="100%" cellspacing="0" cellpadding="0" style="border-collapse:collapse">'
        f"{heading}{''.join(rows)}</table>"
    )


def _foot(log: DailyLog, handover_note: str) -> str:
    lines = handover_note.strip()[:SHOWN_HANDOVER].splitlines()
    # A few lines keep their breaks; what follows runs on, so that the page stays one.
    lines = [*lines[: NOTE_LINES - 1], " ".join(lines[NOTE_LINES - 1 :])]
    note = "<br>".join(escape(line) for line in lines if line.strip())
    made = _("Made {moment}").format(moment=f"{local(log.made_at):%d.%m.%Y %H:%M}")
    line = "_" * 28
    # Outside the f-strings below: the extraction of strings does not look into them.
    heading, handed, taken = _("Handover note"), _("Handed over"), _("Taken over")
    words = (
        f'<table width="100%" cellspacing="0" cellpadding="8"><tr><td bgcolor="{SOFT}">'
        f'<span style="font-size:11px;color:{MUTED}">{escape(heading)}</span><br>'
        f"{note or '<br><br>'}</td></tr></table>{gap(22)}"
    )
    return (
        # Several days together are handed over to nobody: each has its own words.
        f"{'' if log.span.has_several_days else words}"
        '<table width="100%" cellspacing="0" cellpadding="0"><tr>'
        f'<td width="38%" style="color:{MUTED}">{escape(handed)} {line}</td>'
        f'<td width="38%" style="color:{MUTED}">{escape(taken)} {line}</td>'
        f'<td align="right" style="color:{MUTED};font-size:10px">{escape(made)}</td>'
        "</tr></table>"
    )


def gap(pixels: int) -> str:
    """Empty height between two parts."""
    return f'<p style="font-size:1px;margin:{pixels - 1}px 0px 0px 0px">&nbsp;</p>'
