"""Articles, and other texts in Markdown, laid out for paper."""

from __future__ import annotations

import datetime as dt
import re

from operator_app.export.entry_sheet import article_sheet
from operator_app.export.html import Page
from operator_app.services.knowledge import ArticleView
from operator_app.ui import theme
from operator_app.ui.screens import article_words as words
from operator_app.ui.widgets.article_text import ClosedDocument, set_markdown

PAPER_PIXELS = 12
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL)


def article_page(view: ArticleView, printed_at: dt.datetime) -> Page:
    """The article with its dates and its basis; `printed_at` in Bishkek time."""
    return article_sheet(
        title=view.article.title,
        lead=words.validity(view.article),
        note="" if view.article.approved_by else words.approval(view.article),
        body=paper_body(words.source(view.article)),
        printed_at=printed_at,
    )


def paper_body(source: str, pixels: int = PAPER_PIXELS) -> str:
    """Markdown as the body of a page of paper, in HTML; `pixels` is the size of its letters."""
    document = ClosedDocument()
    # Paper is light, whatever the screen is.
    set_markdown(document, source, theme.LIGHT, pixels=pixels)
    found = _BODY.search(document.toHtml())
    # The size of the letters stood in what is around the body.
    return f'<div style="font-size:{pixels}px">{found[1] if found else ""}</div>'
