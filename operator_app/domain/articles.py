"""Knowledge articles: what the operator may answer, with its date, its legal basis and sources.

A file is TOML between two lines "+++", then Markdown:

    +++
    article_id = "bala-yrysy"
    language = "ru"
    topics = ["BEN.BYR"]
    title = "..."
    +++
    ## ...
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass

import msgspec

from operator_app.domain.days import iso_day
from operator_app.domain.office import LANGUAGES
from operator_app.errors import BadInput, Fault

FENCE = "+++"
_ARTICLE_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SYNTAX_LINE = re.compile(r"at line (\d+)")
_AT_FIELD = re.compile(r"`\$\.([a-z_]+)")
_MISSING = re.compile(r"required field `([a-z_]+)`")


@dataclass(frozen=True)
class Fact:
    """A figure of an article: what is said, as of when ("2026", "2026-07", "2026-07-01"), and
    where that was read."""

    text: str
    date: str
    source: str


@dataclass(frozen=True)
class Article:
    """One article in one language. Days are "YYYY-MM-DD" in Bishkek, "" for no limit.

    `topics`: codes of topic_l2, the main one first. `summary`: the answer in one sentence.
    `keywords`: words callers use that the title does not have. `approved_by`: "" until the
    ministry approved it. `for_danger`: belongs to the moment of danger.
    """

    article_id: str
    language: str
    topics: tuple[str, ...]
    title: str
    body: str
    summary: str = ""
    keywords: str = ""
    valid_from: str = ""
    valid_to: str = ""
    legal_basis: str = ""
    approved_by: str = ""
    for_danger: bool = False
    facts: tuple[Fact, ...] = ()

    @property
    def entry_id(self) -> str:
        """Its id among all articles: each language is an entry of its own."""
        return f"{self.article_id}.{self.language}"

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        text = day.isoformat()
        after_begin = not self.valid_from or self.valid_from <= text
        return after_begin and (not self.valid_to or text <= self.valid_to)


def read_article(source: str) -> Article:
    """The article of a file's text.

    Raises BadInput("article.faults"): each fault names its field, or the line of the syntax.
    """
    head, body = _parts(source)
    try:
        found = tomllib.loads(head + "\n")
    except tomllib.TOMLDecodeError as error:
        at = _SYNTAX_LINE.search(str(error))
        line = int(at[1]) if at else len(head.splitlines())
        # The fence is the first line of the file.
        raise _bad(Fault("file", "toml.syntax", line=line + 1)) from error
    try:
        article = msgspec.convert({**found, "body": body.strip() + "\n"}, Article)
    except msgspec.ValidationError as error:
        if place := _AT_FIELD.search(str(error)):
            raise _bad(Fault(place[1], "article.wrong_type")) from error
        missing = _MISSING.search(str(error))
        raise _bad(Fault(missing[1] if missing else "file", "article.missing")) from error
    if unknown := sorted(set(found) - set(Article.__dataclass_fields__)):
        raise _bad(*(Fault(name, "article.unknown_field") for name in unknown))
    if faults := check_article(article):
        raise _bad(*faults)
    return article


def check_article(article: Article) -> list[Fault]:
    """What is wrong with an article; codes of topics are not looked up here."""
    faults = []
    if not _ARTICLE_ID.fullmatch(article.article_id) or len(article.article_id) > 40:
        faults.append(Fault("article_id", "article.bad_id"))
    if article.language not in LANGUAGES:
        faults.append(Fault("language", "article.unknown_language"))
    faults += [
        Fault(name, "article.missing")
        for name in ("topics", "title", "body")
        if not (getattr(article, name) if name == "topics" else getattr(article, name).strip())
    ]
    faults += [
        Fault(name, "article.bad_day")
        for name in ("valid_from", "valid_to")
        if getattr(article, name) and iso_day(getattr(article, name)) is None
    ]
    if article.valid_from and article.valid_to and article.valid_to < article.valid_from:
        faults.append(Fault("valid_to", "article.ends_before_it_begins"))
    return faults


def _parts(source: str) -> tuple[str, str]:
    lines = source.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != FENCE:
        raise _bad(Fault("file", "article.no_head", line=1))
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == FENCE:
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
    raise _bad(Fault("file", "article.no_head", line=len(lines)))


def _bad(*faults: Fault) -> BadInput:
    return BadInput("article.faults", list(faults))
