"""The mark on everything that leaves the sandbox: nobody may take it for an office's.

One process works on an office or on the sandbox, never on both: the switch is the process's own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from operator_app.i18n import _

if TYPE_CHECKING:
    from operator_app.export.html import Page

COLOUR = "#6D28D9"
_stamps = False
_BODY = re.compile(r"<body[^>]*>")


def stamp_everything(on: bool) -> None:
    """Whether what leaves the program from now on is of the sandbox."""
    global _stamps  # noqa: PLW0603 - see above
    _stamps = on


def stamp() -> str:
    """The line that everything carries; "" of an office."""
    return _("TRAINING – nothing here is real") if _stamps else ""


def stamped_page(page: Page) -> Page:
    """The page with the line at its top and above its foot; as it is of an office."""
    if not stamp():
        return page
    return replace(
        page,
        title=f"{stamp()} · {page.title}",
        body=_with_band(page.body),
        foot=_with_band(page.foot),
    )


def _with_band(html: str) -> str:
    band = (
        f'<table width="100%" cellspacing="0" cellpadding="6"><tr><td align="center" '
        f'bgcolor="{COLOUR}"><span style="font-size:14px;font-weight:600;color:#ffffff">'
        f"{escape(stamp())}</span></td></tr></table>"
    )
    found = _BODY.search(html)
    at = found.end() if found else 0
    return html[:at] + band + html[at:]


def add_stamp_sheet(book: Any) -> None:
    """The first sheet of an Excel file of the sandbox: the one that opens."""
    if not stamp():
        return
    sheet = book.add_worksheet(_("TRAINING")[:31])
    big = book.add_format({"bold": True, "font_size": 20, "font_color": COLOUR})
    sheet.write_string(0, 0, stamp(), big)
    sheet.set_column(0, 0, 80)


def stamp_sheets(book: Any) -> None:
    """The line at the head of every printed sheet, and the colour of every tab."""
    if not stamp():
        return
    for sheet in book.worksheets():
        sheet.set_header(f"&C&B{stamp().replace('&', '&&')}")
        sheet.set_tab_color(COLOUR)
