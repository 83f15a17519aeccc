"""The daily log in words: one wording of its figures for the paper and for the spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from operator_app.domain.calls import UNKNOWN_PLACE
from operator_app.domain.case_figures import CaseFigures, Delay
from operator_app.domain.daily_log import DailyLog, Line, cut, cut_topics
from operator_app.domain.reference import Reference
from operator_app.domain.shifts import Shift, time_text
from operator_app.domain.span import Span
from operator_app.i18n import _, language


@dataclass(frozen=True)
class Row:
    """A label and a number of calls; `part` rows are a part of the row above them."""

    label: str
    calls: int
    part: bool = False


@dataclass(frozen=True)
class Section:
    """A heading with its rows; `note` says how to read them, if it needs saying."""

    title: str
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True)
class Most:
    """How many topics of level 2 and places are shown; the rest is summed up as "other"."""

    topics: int
    places: int


PAPER = Most(topics=14, places=8)
SPREADSHEET = Most(topics=1000, places=1000)


def day_text(day: date) -> str:
    """ "Tuesday, 24.11.2026": the order of day and month everybody here writes."""
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    return f"{names[day.weekday()]}, {day:%d.%m.%Y}"


def shift_text(shift: Shift) -> str:
    """ "Night 18:00–09:00"."""
    times = f"{time_text(shift.begins)}–{time_text(shift.ends)}"
    return f"{shift.name(language())} {times}"


def span_text(span: Span) -> str:
    """The day in words, with its shift, or the first and the last of several days."""
    if span.has_several_days:
        return f"{span.first:%d.%m.%Y} – {span.last:%d.%m.%Y}"
    day = day_text(span.first)
    return f"{day} · {shift_text(span.shift)}" if span.shift else day


def length_text(seconds: int | None) -> str:
    """ "6:12" in minutes and seconds, "1:02:10" with hours, a dash for None."""
    if seconds is None:
        return "–"
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def delay_text(delay: Delay, alarms: int) -> str:
    """ "median 2:10, longest 5:40, in 3 of 4"; a dash when there was nothing to wait for."""
    if not alarms:
        return "–"
    if not delay.calls:
        return _("in none of {all}").format(all=alarms)
    return _("median {median}, longest {longest}, in {calls} of {all}").format(
        median=length_text(delay.median_seconds),
        longest=length_text(delay.longest_seconds),
        calls=delay.calls,
        all=alarms,
    )


def share_text(part: int, whole: int) -> str:
    """ "3.8 %", with a comma outside English; empty when there is nothing to share."""
    if not whole:
        return ""
    text = f"{100 * part / whole:.1f}"
    return (text if language() == "en" else text.replace(".", ",")) + " %"


def sections(log: DailyLog, reference: Reference, most: Most) -> list[Section]:
    """Cases if there are any, then all splits that have a line, topics first."""
    words = _Words(reference)
    kinds = tuple(x for x in log.kinds if not reference.is_substantive(x.code or ""))
    all_sections = [
        Section(_("Cases and follow-ups"), words.cases(log.cases)),
        Section(_("Topics"), words.topics(log, most.topics), _("by the main topic of each call")),
        Section(
            _("What was done"),
            words.rows("action", log.actions),
            _("a call may have several"),
        ),
        Section(_("Calls that did not ask for help"), words.rows("contact_kind", kinds)),
        Section(_("Places"), words.places(log.places, most.places)),
        Section(_("Languages"), words.rows("language", log.languages)),
        Section(
            _("Who called"),
            (*words.rows("sex", log.sexes), *words.rows("age_group", log.age_groups)),
        ),
    ]
    return [section for section in all_sections if section.rows]


class _Words:
    """Labels of codes in the language in use."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._language = language()

    def rows(self, list_name: str, lines: tuple[Line, ...]) -> tuple[Row, ...]:
        return tuple(Row(self._label(list_name, line.code), line.calls) for line in lines)

    def cases(self, found: CaseFigures) -> tuple[Row, ...]:
        if found.is_empty:
            return ()
        by_risk = [
            Row(self._label("risk_level", line.risk), line.cases, True)
            for line in found.open_by_risk
        ]
        return (
            Row(_("New cases"), found.opened),
            Row(_("Open cases now"), sum(line.cases for line in found.open_by_risk)),
            *by_risk,
            Row(_("High risk without a safety plan, now"), found.without_plan),
            Row(_("Referrals passed on"), found.referrals_sent),
            Row(_("Referrals without an answer in time, now"), found.referrals_overdue),
            Row(_("Follow-ups due"), found.tasks_due),
            Row(_("Follow-ups done"), found.tasks_done),
            Row(_("Follow-ups late, now"), found.tasks_late),
            Row(_("Protection orders that end within 48 hours"), found.orders_ending),
        )

    def places(self, lines: tuple[Line, ...], most: int) -> tuple[Row, ...]:
        shown, left_out = cut(lines, most)
        other = (Row(_("Other"), left_out),) if left_out else ()
        return (*(Row(self._place(line.code), line.calls) for line in shown), *other)

    def topics(self, log: DailyLog, most: int) -> tuple[Row, ...]:
        rows: list[Row] = []
        for group, left_out in cut_topics(log.topics, most):
            rows.append(Row(self._label("topic_l1", group.code), group.calls))
            # A topic with nothing below it stands for itself and needs no second line.
            below = [x for x in group.topics if x.code != group.code]
            rows += [Row(self._label("topic_l2", x.code), x.calls, True) for x in below]
            if group.topics and left_out:
                rows.append(Row(_("other topics"), left_out, True))
        return tuple(rows)

    def _label(self, list_name: str, code: str | None) -> str:
        return self._reference.label(list_name, code, self._language) or _("Not recorded")

    def _place(self, code: str | None) -> str:
        if code == UNKNOWN_PLACE:
            return _("Place not known")
        division = self._reference.division(code)
        return division.label(self._language) if division else (code or _("Not recorded"))
