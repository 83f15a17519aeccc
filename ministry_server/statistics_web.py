"""The statistics over HTTP: who asks, what is asked, what is told; without Starlette's part of it.

Every answer is counted with its token and logged by period and size, never with its figures.
"""

from __future__ import annotations

import gettext
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ministry_server.bearer import Doorkeeper
from ministry_server.contact_kinds import RESOURCES
from ministry_server.figure_rows import Row, as_csv, as_json, cells_of
from ministry_server.publishing import ALL, published
from ministry_server.questions import By, Format, Question, read_language, read_question, refusal
from ministry_server.statistics import Statistics, months_of
from ministry_server.throttle import Throttle
from ministry_server.tokens import Token, TokenRole, Tokens
from operator_app.domain.definitions import DEFINITIONS, VERSION
from operator_app.domain.figures import Figures
from operator_app.domain.suppression import LEAST

log = logging.getLogger("ministry_server.statistics")

_CATALOGUE = "operator117"
_CSV, _JSON = "text/csv; charset=utf-8", "application/json"


@dataclass(frozen=True)
class Told:
    """An answer."""

    body: str
    media_type: str


class StatisticsDesk:
    """Answers those who hold a token."""

    def __init__(self, statistics: Statistics, tokens: Tokens, throttle: Throttle) -> None:
        self.statistics = statistics
        self._tokens = tokens
        self._door = Doorkeeper(tokens, throttle, (TokenRole.ANALYST, TokenRole.PUBLISHER))

    def figures(
        self, authorization: str, query: Sequence[tuple[str, str]], address: str, now: int
    ) -> Told:
        """Figures of a period. Raises Refusal."""
        asking = self._door.recognise(authorization, address, now)
        question = read_question(query, asking.role)
        if question.office is not None and not self.statistics.knows_office(question.office):
            raise refusal(400, "statistics.unknown_office")
        rows = list(self._rows(question, asking.role, now))
        self._note(asking, question, len(rows), now)
        if question.format is Format.CSV:
            titles = _titles(question.language) if question.language else None
            return Told(as_csv(rows, titles), _CSV)
        answer: dict[str, object] = {
            "definitions": VERSION,
            "made_at": now,
            "epoch": self.statistics.epoch(),
            "from": question.period.first.isoformat(),
            "to": question.period.last.isoformat(),
            "hidden_below": LEAST if asking.role is TokenRole.PUBLISHER else 0,
            "rows": as_json(rows),
        }
        if question.language:
            used = {row.cell[0] for row in rows}
            titles = _titles(question.language)
            answer["titles"] = {name: titles[name] for name in titles if name in used}
        return Told(json.dumps(answer, ensure_ascii=False, separators=(",", ":")), _JSON)

    def definitions(
        self, authorization: str, query: Sequence[tuple[str, str]], address: str, now: int
    ) -> Told:
        """What each indicator counts, in words. Raises Refusal."""
        asking = self._door.recognise(authorization, address, now)
        translate = _translator(read_language(query))
        log.info("definitions told to token %s (%s)", asking.token_id, asking.role)
        answer = {
            "definitions": VERSION,
            "indicators": [
                {
                    "indicator": name,
                    "title": translate(words.title),
                    "text": translate(words.text),
                }
                for name, words in DEFINITIONS.items()
            ],
        }
        return Told(json.dumps(answer, ensure_ascii=False, separators=(",", ":")), _JSON)

    def _rows(self, question: Question, role: TokenRole, now: int) -> Iterator[Row]:
        if role is TokenRole.PUBLISHER:
            return self._published(question, now)
        statistics, office, period = self.statistics, question.office, question.period
        if question.by is By.OFFICE:
            return _all_rows(statistics.by_office(period, now, only=office), "")
        if question.by is By.MONTH:
            return (
                row
                for month in months_of(period)
                for row in _all_rows(
                    {office or "": statistics.figures(office, month, now)},
                    month.first.strftime("%Y-%m"),
                )
            )
        return _all_rows({office or "": statistics.figures(office, period, now)}, "")

    def _published(self, question: Question, now: int) -> Iterator[Row]:
        """By months in any case: what is hidden in one would come out of sums over several."""
        for month in months_of(question.period):
            shown = published(self.statistics.by_office(month, now))
            if question.office is not None:
                wanted = [question.office]
            elif question.by is By.OFFICE:
                wanted = sorted(shown.keys() - {ALL})
            else:
                wanted = [ALL]
            for office in wanted:
                for cell, value in shown.get(office, {}).items():
                    yield Row(office, month.first.strftime("%Y-%m"), cell, value)

    def _note(self, asking: Token, question: Question, rows: int, now: int) -> None:
        self._tokens.note_question(asking, rows, now)
        log.info(
            "figures of %s to %s told to token %s (%s): by %s, %d rows",
            question.period.first,
            question.period.last,
            asking.token_id,
            asking.role,
            question.by,
            rows,
        )


def _all_rows(figures: Mapping[str, Figures], month: str) -> Iterator[Row]:
    for office in sorted(figures):
        for cell, value in cells_of(figures[office]).items():
            yield Row(office, month, cell, value)


def _titles(language: str) -> dict[str, str]:
    translate = _translator(language)
    return {name: translate(words.title) for name, words in DEFINITIONS.items()}


def _translator(language: str) -> Callable[[str], str]:
    # English is the source, and what there is where the catalogues were not compiled.
    folder = RESOURCES / "i18n"
    return gettext.translation(_CATALOGUE, folder, [language], fallback=True).gettext
