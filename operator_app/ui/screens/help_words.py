"""An article or a service as Markdown, short enough to be read aloud beside the form."""

from __future__ import annotations

import datetime as dt

from operator_app.domain.directory import label
from operator_app.domain.reference import Reference
from operator_app.i18n import language
from operator_app.services.directory import ServiceView
from operator_app.services.knowledge import ArticleView
from operator_app.ui.screens import article_words, service_words


def read_aloud_article(view: ArticleView) -> str:
    """Title, how far it can be relied on, and the text with its figures."""
    marks = " · ".join(mark.words for mark in article_words.marks(view))
    title = article_words.plain(view.article.title)
    return f"# {title}\n\n*{article_words.plain(marks)}*\n\n{article_words.source(view.article)}"


def read_aloud_service(view: ServiceView, reference: Reference, now: dt.datetime) -> str:
    """Name, telephones, whether it is open, and what is known of it."""
    plain = article_words.plain
    service = view.service
    parts = [f"# {plain(service.name(language()))}"]
    for phone in service.phones:
        note = service_words.phone_note(phone.kind, label(phone.notes, language()))
        parts.append(f"**{plain(phone.number)}**" + (f" {plain(note)}" if note else ""))
    marks = [
        service_words.open_wording(view.openness, now).words,
        service_words.checked_wording(service, stale=view.stale, today=now.date()).words,
    ]
    if not service.confirmed:
        marks.append(service_words.not_confirmed())
    parts.append(f"*{plain(' · '.join(marks))}*")
    for table in service_words.hours_tables(service, now.date()):
        lines = "\n".join(f"- {plain(day)}: {plain(said)}" for day, _days, said in table.lines)
        parts.append("\n\n".join(filter(None, (plain(table.caption), lines))))
    parts += [plain(said) for said, _hidden in service_words.place_lines(view, reference)]
    for name, said in service_words.facts(view, reference):
        parts.append(f"**{plain(name)}:** {plain(said)}")
    return "\n\n".join(parts)
