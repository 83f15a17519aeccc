"""What may be asked of the statistics, read strictly: see resources/protocol/openapi.yaml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ministry_server.messages import Refusal
from ministry_server.tokens import TokenRole
from operator_app.domain.figures import Period
from operator_app.domain.office import LANGUAGES

MOST_YEARS = 5
_YEARS = (1900, 2999)
_MOST_PUBLISHED_DAYS = 366
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OFFICE = re.compile(r"[0-9A-Za-z-]{1,12}", re.ASCII)

SENTENCES = {
    "token.missing": "Send your token: Authorization: Bearer TOKEN.",
    "token.wrong": "This token is not known.",
    "token.revoked": "This token was revoked.",
    "token.other_role": "This token was made for something else.",
    "statistics.bad_question": "The question has a parameter that is unknown, missing, repeated or "
    "not of its form: see `parameter`.",
    "statistics.bad_dates": "The period ends before it begins.",
    "statistics.too_long": f"The period is longer than {MOST_YEARS} years.",
    "statistics.whole_months": "Figures for publication are told by whole months only, at most "
    "twelve at a time: from the first day of a month to the last of one.",
    "statistics.unknown_office": "There is no office of this code.",
}


class By(StrEnum):
    """What figures are told apart by."""

    NONE = "none"
    OFFICE = "office"
    MONTH = "month"


class Format(StrEnum):
    """How figures are written down."""

    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True)
class Question:
    """A question about figures. `language` "" where no names of the indicators are wanted."""

    period: Period
    office: str | None
    by: By
    format: Format
    language: str


def refusal(status: int, code: str, **params: str | int) -> Refusal:
    """A refusal that says in a sentence what is wrong."""
    return Refusal(status, code, title=SENTENCES[code], **params)


def read_question(query: Sequence[tuple[str, str]], role: TokenRole) -> Question:
    """The question of a query string. Raises Refusal(400, 403)."""
    asked = _once(query, ("from", "to", "office", "by", "format", "lang"))
    period = Period(_day(asked, "from"), _day(asked, "to"))
    if period.last < period.first:
        raise refusal(400, "statistics.bad_dates")
    if (period.last.year - period.first.year, *_in_year(period.last)) >= (
        MOST_YEARS,
        *_in_year(period.first),
    ):
        raise refusal(400, "statistics.too_long")
    if role is TokenRole.PUBLISHER and not _may_be_published(period):
        raise refusal(403, "statistics.whole_months")
    office = asked.get("office")
    if office is not None and not _OFFICE.fullmatch(office):
        raise _bad("office")
    return Question(
        period=period,
        office=office,
        by=By(_one_of(asked, "by", tuple(By), By.NONE)),
        format=Format(_one_of(asked, "format", tuple(Format), Format.JSON)),
        language=_one_of(asked, "lang", LANGUAGES, ""),
    )


def read_language(query: Sequence[tuple[str, str]]) -> str:
    """The language in which definitions are wanted; English where nothing is said."""
    return _one_of(_once(query, ("lang",)), "lang", LANGUAGES, "en")


def _once(query: Sequence[tuple[str, str]], names: Sequence[str]) -> dict[str, str]:
    asked = dict(query)
    for name in asked:
        if name not in names:
            # What was sent is not repeated: it may be anything.
            raise _bad("unknown")
    if len(asked) < len(query):
        raise _bad("repeated")
    return asked


def _day(asked: dict[str, str], name: str) -> date:
    text = asked.get(name, "")
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not _YEARS[0] <= day.year <= _YEARS[1]:
        raise _bad(name)
    return day


def _one_of(asked: dict[str, str], name: str, known: Sequence[str], otherwise: str) -> str:
    value = asked.get(name, otherwise)
    if name in asked and value not in known:
        raise _bad(name)
    return value


def _bad(name: str) -> Refusal:
    return refusal(400, "statistics.bad_question", parameter=name)


def _in_year(day: date) -> tuple[int, int]:
    return day.month, day.day


def _may_be_published(period: Period) -> bool:
    whole = period.first.day == 1 and (period.last + timedelta(days=1)).day == 1
    return whole and period.days <= _MOST_PUBLISHED_DAYS
