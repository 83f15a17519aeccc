"""The records of a day as columns and cells, the same in the spreadsheet and in the CSV file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from operator_app.domain.calls import UNKNOWN_PLACE
from operator_app.domain.clock import local
from operator_app.domain.daily_log import RecordRow
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language

Cell = str | int | date | time | None
"""Text, number, Bishkek day, Bishkek time of day, or nothing."""


@dataclass(frozen=True)
class Column:
    """A heading and how wide its column is, in characters."""

    title: str
    width: int


def columns() -> list[Column]:
    """The columns in their order."""
    return [
        Column(_("Number"), 18),
        Column(_("Date"), 12),
        Column(_("Start"), 9),
        Column(_("Length, seconds"), 12),
        Column(_("Kind of contact"), 28),
        Column(_("Asked for help"), 12),
        Column(_("Channel"), 18),
        Column(_("In danger now"), 12),
        Column(_("Violence"), 12),
        Column(_("Language"), 14),
        Column(_("Main topic"), 32),
        Column(_("Further topics"), 32),
        Column(_("Question about the benefit"), 24),
        Column(_("Sex"), 12),
        Column(_("Age group"), 18),
        Column(_("Place"), 36),
        Column(_("What was done"), 36),
        Column(_("Waiting to be sent"), 12),
        Column(_("Voided"), 12),
        Column(_("Withheld: no consent to figures"), 18),
    ]


class RecordCells:
    """Turns rows of codes into cells in the language in use."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._language = language()
        self._yes, self._no = _("yes"), _("no")

    def cells(self, row: RecordRow) -> list[Cell]:
        """One cell a column; of a withheld row most are empty, and the last one says why."""
        start: datetime = local(row.started_at)
        topics = self._labels("topic_l2", row.topics)
        return [
            row.number,
            start.date(),
            start.time().replace(microsecond=0),
            row.duration_seconds,
            self._label("contact_kind", row.contact_kind),
            self._yes_no(row.substantive),
            self._label("channel", row.channel),
            self._label("yes_no_unknown", row.danger_now),
            None if row.violence is None else self._yes_no(row.violence),
            self._label("language", row.language),
            topics[0] if topics else None,
            "; ".join(topics[1:]) or None,
            self._label("benefit_issue", row.benefit_issue),
            self._label("sex", row.caller_sex),
            self._label("age_group", row.caller_age_group),
            self._place(row.division),
            "; ".join(self._labels("action", row.actions)) or None,
            self._yes_no(row.waiting),
            self._yes_no(row.voided),
            self._yes_no(row.withheld),
        ]

    def _label(self, list_name: str, code: str | None) -> str | None:
        return self._reference.label(list_name, code, self._language) or None

    def _labels(self, list_name: str, codes: tuple[str, ...]) -> list[str]:
        return [self._reference.label(list_name, code, self._language) for code in codes]

    def _place(self, code: str | None) -> str | None:
        if code == UNKNOWN_PLACE:
            return _("Place not known")
        return self._reference.division_path(code, self._language) or None

    def _yes_no(self, value: bool) -> str:
        return self._yes if value else self._no
