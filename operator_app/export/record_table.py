"""Records as columns and cells, the same in the spreadsheet and in the CSV file."""

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
    """Turns rows of codes into cells in the language in use.

    The same few labels come in every row: each is looked up once.
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._language = language()
        self._yes_no = (_("no"), _("yes"))
        self._known: dict[tuple[str, str | None], str | None] = {}
        self._places: dict[str | None, str | None] = {}

    def cells(self, row: RecordRow) -> list[Cell]:
        """One cell a column; of a withheld row most are empty, and the last one says why."""
        start: datetime = local(row.started_at)
        topics, yes_no = row.topics, self._yes_no
        return [
            row.number,
            start.date(),
            time(start.hour, start.minute, start.second),
            row.duration_seconds,
            self._label("contact_kind", row.contact_kind),
            yes_no[row.substantive],
            self._label("channel", row.channel),
            self._label("yes_no_unknown", row.danger_now),
            None if row.violence is None else yes_no[row.violence],
            self._label("language", row.language),
            self._label("topic_l2", topics[0]) if topics else None,
            self._labels("topic_l2", topics[1:]),
            self._label("benefit_issue", row.benefit_issue),
            self._label("sex", row.caller_sex),
            self._label("age_group", row.caller_age_group),
            self._place(row.division),
            self._labels("action", row.actions),
            yes_no[row.waiting],
            yes_no[row.voided],
            yes_no[row.withheld],
        ]

    def _label(self, list_name: str, code: str | None) -> str | None:
        key = (list_name, code)
        if key not in self._known:
            self._known[key] = self._reference.label(list_name, code, self._language) or None
        return self._known[key]

    def _labels(self, list_name: str, codes: tuple[str, ...]) -> str | None:
        if not codes:
            return None
        labels = (self._label(list_name, code) or "" for code in codes)
        return "; ".join(labels) or None

    def _place(self, code: str | None) -> str | None:
        if code not in self._places:
            path = self._reference.division_path(code, self._language) or None
            self._places[code] = _("Place not known") if code == UNKNOWN_PLACE else path
        return self._places[code]
