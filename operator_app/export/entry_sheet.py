"""An entry of the directory on paper: a service on one sheet, an article on as many as it takes.

In the part of HTML that Qt's rich text understands; see export/html.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from operator_app.export.html import ACCENT, MUTED, Page, gap, wrapped
from operator_app.i18n import _


@dataclass(frozen=True)
class SheetPhone:
    """A number to call and the note to it."""

    number: str
    note: str


def service_sheet(
    *,
    title: str,
    lead: str,
    phones: Sequence[SheetPhone],
    hours: Sequence[tuple[str, str]],
    facts: Sequence[tuple[str, str]],
    note: str,
    printed_at: dt.datetime,
) -> Page:
    """A service: its numbers large, its hours, what else is known as (label, words)."""
    numbers = "".join(
        f'<p style="margin:2px 0px"><span style="font-size:22px;font-weight:600">'
        f"{escape(phone.number)}</span>&nbsp; "
        f'<span style="color:{MUTED}">{escape(phone.note)}</span></p>'
        for phone in phones
    )
    parts = [_head(title, lead, note), numbers, gap(10)]
    if hours:
        parts += [_heading(_("Hours")), _table(hours), gap(10)]
    parts.append(_table(facts))
    return Page("117", wrapped("".join(parts)), wrapped(_foot(printed_at)))


def article_sheet(*, title: str, lead: str, note: str, body: str, printed_at: dt.datetime) -> Page:
    """An article; `body` is HTML that was made from its text here, not HTML from elsewhere."""
    return Page("117", wrapped(_head(title, lead, note) + body), wrapped(_foot(printed_at)))


def _head(title: str, lead: str, note: str) -> str:
    said = f'<p style="font-size:22px;font-weight:600;margin:0px">{escape(title)}</p>'
    if lead:
        said += f'<p style="font-size:13px;color:{MUTED};margin:2px 0px">{escape(lead)}</p>'
    if note:
        said += f'<p style="font-weight:600;margin:4px 0px">{escape(note)}</p>'
    return said + gap(12)


def _heading(words: str) -> str:
    return (
        f'<p style="font-size:13px;font-weight:600;color:{ACCENT};margin:0px 0px 2px 0px">'
        f"{escape(words)}</p>"
    )


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(
        f'<tr><td width="26%" style="color:{MUTED};padding:2px 8px 2px 0px">{escape(name)}</td>'
        f'<td style="padding:2px 0px">{escape(said)}</td></tr>'
        for name, said in rows
    )
    return f'<table width="100%" cellspacing="0" cellpadding="0">{cells}</table>'


def _foot(printed_at: dt.datetime) -> str:
    printed = _("Printed {moment}. It may read differently by now.").format(
        moment=f"{printed_at:%d.%m.%Y %H:%M}"
    )
    return f'<p style="font-size:10px;color:{MUTED};margin:0px">117 · {escape(printed)}</p>'
