"""An article in words: from when to when it holds, who approved it, its text as it is read."""

from __future__ import annotations

import datetime as dt
import re

from operator_app.domain.articles import Article
from operator_app.domain.days import iso_day
from operator_app.i18n import _
from operator_app.services.knowledge import ArticleView
from operator_app.ui import wording
from operator_app.ui.models.entry_model import EntryRow
from operator_app.ui.wording import LANGUAGE_NAMES, Wording

_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~])")


def article_row(view: ArticleView, wanted: str, today: dt.date) -> EntryRow:
    """The article as the list shows it; `wanted` is the language asked for."""
    article = view.article
    marks = []
    state = None if view.valid else Wording(_("not valid today"), "waiting", "▲")
    if span := short_span(article, today):
        marks.append(Wording(span, "void", ""))
    if article.language != wanted:
        marks.append(Wording(LANGUAGE_NAMES[article.language], "void", ""))
    said = [article.title, article.summary, validity(article)]
    if state is not None:
        said.append(_("Not valid today"))
    if not article.approved_by:
        said.append(approval(article))
    return EntryRow(
        key=article.article_id,
        title=article.title,
        line=article.summary,
        state=state,
        marks=tuple(marks),
        tip="\n".join(filter(None, said)),
    )


def short_span(article: Article, today: dt.date) -> str:
    """ "from 1 Jan", "until 31 Dec", the one that says more; "" where there is no limit."""
    first, last = iso_day(article.valid_from), iso_day(article.valid_to)
    if last is not None:
        return _("until {day}").format(day=wording.inside(wording.day(last, today)))
    if first is not None:
        return _("from {day}").format(day=wording.inside(wording.day(first, today)))
    return ""


def validity(article: Article) -> str:
    """From when to when it holds, in whole days."""
    first, last = iso_day(article.valid_from), iso_day(article.valid_to)
    if first and last:
        return _("Valid from {first} to {last}").format(
            first=wording.whole_day(first), last=wording.whole_day(last)
        )
    if first:
        return _("Valid from {day}").format(day=wording.whole_day(first))
    if last:
        return _("Valid until {day}").format(day=wording.whole_day(last))
    return _("No date of validity given")


def approval(article: Article) -> str:
    """Who approved it."""
    if article.approved_by:
        return _("Approved by {name}").format(name=article.approved_by)
    return _("To be confirmed by the ministry")


def marks(view: ArticleView) -> list[Wording]:
    """How far it can be relied on, each with its sign."""
    dated = bool(view.article.valid_from or view.article.valid_to)
    valid = Wording(validity(view.article), "calm" if dated else "", "✓" if dated else "–")
    if not view.valid:
        said = _("Not valid today")
        valid = Wording(f"{said} · {wording.inside(validity(view.article))}", "waiting", "▲")
    approved = Wording(approval(view.article), "calm", "✓")
    if not view.article.approved_by:
        approved = Wording(approval(view.article), "waiting", "?")
    return [valid, approved]


def source(article: Article) -> str:
    """All that is read of it, in Markdown: the answer first, then its basis and its figures."""
    parts = []
    if article.summary:
        parts.append(f"**{plain(article.summary)}**")
    parts.append(article.body)
    if article.legal_basis:
        heading = _("Legal basis")
        parts.append(f"## {heading}\n\n{plain(article.legal_basis)}")
    if article.facts:
        heading = _("Figures and where they are from")
        lines = "\n".join(
            f"- {plain(fact.text)} – {plain(fact.date)} – {plain(fact.source)}"
            for fact in article.facts
        )
        parts.append(f"## {heading}\n\n{lines}")
    return "\n\n".join(parts)


def copied(words: str, article: Article) -> str:
    """What goes to the clipboard: the words, and where they are from."""
    return f"{words}\n\n— {article.title}. {validity(article)}."


def plain(text: str) -> str:
    """A text in which Markdown finds no sign of its own."""
    return _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))
