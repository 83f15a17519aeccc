"""The charts of the overview: which there are, and what is behind each of their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from operator_app.domain.call_figures import Cell
from operator_app.domain.calls import UNKNOWN_PLACE
from operator_app.domain.figures import Period
from operator_app.domain.overview import LEAST_DAYS
from operator_app.domain.reference import Reference
from operator_app.export.chart_data import Chart, Form, Series
from operator_app.i18n import N_, _, language
from operator_app.services.overview import Overview
from operator_app.ui.wording import inside

MOST = 8
"""Of topics and places that have a bar of their own; the rest are one more."""
_OTHER = ".OTH"
"""Ending of the topics that are called "other" whatever they lie under."""
_DAYS_WITH_NAMES = 2 * LEAST_DAYS
_DAYS_OF_A_MONTH = 31


@dataclass(frozen=True)
class Kind:
    """A chart of the page: its title, the heading of its labels, the indicator it is of."""

    name: str
    title: str
    what: str
    indicator: str


KINDS = (
    Kind("hour", N_("By hour"), N_("Hour"), "hour"),
    Kind("day", N_("By day"), N_("Day"), "calls"),
    Kind("kind", N_("By kind of contact"), N_("Kind of contact"), "kind"),
    Kind("topic", N_("By topic"), N_("Topic"), "subject"),
    Kind("place", N_("By place"), N_("Place"), "district"),
    Kind("language", N_("By language"), N_("Language"), "language"),
)
"""From left to right, from above to below."""


@dataclass(frozen=True)
class Behind:
    """What a value counts: these cells in these days."""

    period: Period
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Drawn:
    """A chart, and what is behind each value of its first series."""

    chart: Chart
    behind: tuple[Behind, ...]
    period: Period


def charts(overview: Overview, reference: Reference) -> dict[str, Drawn]:
    """All charts by the name of their kind."""

    def kind(code: str) -> str:
        entry = reference.find("contact_kind", code)
        return entry.short_label(language()) if entry else code or _("Not recorded")

    def spoken(code: str) -> str:
        return reference.label("language", code, language()) or _("Not recorded")

    def topic(code: str) -> str:
        found = reference.find("topic_l2", code) or reference.find("topic_l1", code)
        if found is None:
            return code or _("Not recorded")
        above = reference.find("topic_l1", code.partition(".")[0])
        if code.endswith(_OTHER) and above is not None:
            return f"{above.short_label(language())}: {inside(found.label(language()))}"
        return found.label(language())

    def district(code: str) -> str:
        if code == UNKNOWN_PLACE:
            return _("Place not known")
        division = reference.district_of_figures(code)
        return division.label(language()) if division else code or _("Not recorded")

    return {
        "hour": _hours(overview),
        "day": _days(overview),
        "kind": _ranks(overview, "kind", kind),
        "topic": _ranks(overview, "subject", topic),
        "place": _ranks(overview, "district", district),
        "language": _ranks(overview, "language", spoken),
    }


def _hours(overview: Overview) -> Drawn:
    found = overview.now.of("hour")
    codes = [f"{hour:02}" for hour in range(24)]
    values = tuple(found.get(code, 0) for code in codes)
    period = overview.shown.period
    return Drawn(
        Chart(Form.BARS, tuple(str(int(c)) for c in codes), (Series(_("Calls"), values),)),
        tuple(Behind(period, (("hour", code),)) for code in codes),
        period,
    )


def _days(overview: Overview) -> Drawn:
    days = [day for day, _calls in overview.by_day]
    series = (
        Series(_("These days"), tuple(calls for _day, calls in overview.by_day)),
        Series(_("The days before"), tuple(calls for _day, calls in overview.by_day_before)),
    )
    return Drawn(
        Chart(Form.LINES, tuple(_day_label(day, len(days)) for day in days), series),
        tuple(Behind(Period(day, day), (("calls",),)) for day in days),
        overview.shown.line,
    )


def _ranks(overview: Overview, indicator: str, label: Callable[[str], str]) -> Drawn:
    found = overview.now.of(indicator)
    order = sorted(found, key=lambda code: (-found[code], label(code)))
    # One bar for a single one that is left over would say less than its name.
    most = MOST if len(order) > MOST + 1 else MOST + 1
    groups: list[Sequence[str]] = [[code] for code in order[:most]]
    labels = [label(code) for code in order[:most]]
    if len(order) > most:
        groups.append(order[most:])
        labels.append(_("All others"))
    values = tuple(sum(found[code] for code in group) for group in groups)
    period = overview.shown.period
    return Drawn(
        Chart(Form.RANKS, tuple(labels), (Series(_("Calls"), values),)),
        tuple(Behind(period, tuple((indicator, code) for code in group)) for group in groups),
        period,
    )


def _day_label(day: date, number: int) -> str:
    if number <= _DAYS_WITH_NAMES:
        names = (_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su"))
        return f"{names[day.weekday()]} {day.day}"
    return str(day.day) if number <= _DAYS_OF_A_MONTH else f"{day:%d.%m}"
