"""A service of the directory in words: when it is open, how sure its facts are, what it needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import QLocale

from operator_app.domain.days import iso_day
from operator_app.domain.directory import Hours, Openness, Service, ServicePlace, label
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.directory import Listed, ServiceView
from operator_app.ui import wording
from operator_app.ui.models.entry_model import EntryRow
from operator_app.ui.wording import Wording

DAYS = range(7)
MIDNIGHT = "24:00"


@dataclass(frozen=True)
class HoursTable:
    """Hours by days of the week: (days, first weekday, times); `caption` where they are seasonal."""

    caption: str
    lines: tuple[tuple[str, frozenset[int], str], ...]


def service_row(listed: Listed, reference: Reference, now: dt.datetime) -> EntryRow:
    """The service as the list shows it."""
    service = listed.service
    state = open_wording(listed.openness, now)
    marks = [checked_wording(service, stale=listed.stale, today=now.date())]
    tip = [service.name(language()), where(service, reference), state.words, marks[0].words]
    if not service.confirmed:
        marks.append(Wording(_("to be confirmed"), "waiting", "?"))
        tip.append(not_confirmed())
    return EntryRow(
        key=service.service_id,
        title=service.name(language()),
        line=where(service, reference),
        state=state,
        marks=tuple(marks),
        tip="\n".join(filter(None, tip)),
    )


def not_confirmed() -> str:
    """What is said of everything the ministry has not confirmed."""
    return _("To be confirmed by the ministry")


def where(service: Service, reference: Reference) -> str:
    """The organisation, where it is not the name again, and the place; else the kind of service."""
    organization = label(service.organization_names, language())
    parts = [organization if organization != service.name(language()) else ""]
    found = [wording.place(reference, p.division, whole=False) for p in service.places]
    if found:
        parts.append(found[0] if len(found) == 1 else f"{found[0]} +{len(found) - 1}")
    said = " · ".join(filter(None, parts))
    return said or reference.label("service_type", service.service_type, language())


def open_wording(state: Openness, now: dt.datetime) -> Wording:
    """ "open until 18:00", "opens Mon 09:00", "hours not known"."""
    if state.is_open is None:
        return Wording(_("hours not known"), "void", "–")
    if state.is_open:
        if state.until is None:
            return Wording(_("open day and night"), "calm", "●")
        said = _("open until {time}").format(time=_moment(state.until, now))
        return Wording(said, "calm", "●")
    if state.until is None:
        return Wording(_("closed"), "void", "○")
    return Wording(_("opens {time}").format(time=_moment(state.until, now)), "void", "○")


def checked_wording(service: Service, *, stale: bool, today: dt.date) -> Wording:
    """When its facts were last checked; what is old or never was is marked in words."""
    checked = iso_day(service.assured_on)
    if checked is None:
        return Wording(_("never checked"), "waiting", "▲")
    said = wording.inside(wording.day(checked, today))
    if stale:
        return Wording(_("not checked since {day}").format(day=said), "waiting", "▲")
    return Wording(_("checked {day}").format(day=said), "calm", "✓")


def hours_tables(service: Service, today: dt.date) -> list[HoursTable]:
    """The hours by days of the week; lines that hold between days only stand by themselves."""
    seasons = groupby(
        sorted(service.hours, key=lambda h: (h.valid_from, h.valid_to)),
        key=lambda h: (h.valid_from, h.valid_to),
    )
    return [
        HoursTable(_season(*limits, today), _lines(list(hours)))
        for limits, hours in seasons
        if not limits[1] or limits[1] >= today.isoformat()
    ]


def holidays_line(service: Service, ahead: Sequence[tuple[dt.date, str]], today: dt.date) -> str:
    """What is to be known of holidays; `ahead`: those of the next days with their names."""
    if not service.hours:
        return ""
    if all(line.on_holidays for line in service.hours):
        return _("Also open on public holidays.")
    said = (
        _("On public holidays open at some of these hours only.")
        if any(line.on_holidays for line in service.hours)
        else _("Closed on public holidays.")
    )
    if ahead:
        days = ", ".join(f"{wording.inside(wording.day(d, today))} ({name})" for d, name in ahead)
        said += " " + _("Coming: {days}.").format(days=days)
    return said


def place_lines(view: ServiceView, reference: Reference) -> list[tuple[str, bool]]:
    """Each place with its address, and whether that is to be kept to oneself."""
    return [(_place(place, view, reference), place.confidential) for place in view.service.places]


def facts(view: ServiceView, reference: Reference) -> list[tuple[str, str]]:
    """What else is known, as (label, words); what is not known is left out."""
    service, spoken = view.service, language()
    checked = iso_day(service.assured_on)
    by = f", {service.assured_by}" if service.assured_by else ""
    found = [
        (_("What it does"), label(service.descriptions, spoken)),
        (_("For whom"), label(service.eligibility, spoken)),
        (_("What to bring"), label(service.documents, spoken)),
        (_("How to apply"), label(service.how_to_apply, spoken)),
        (_("Cost"), label(service.cost, spoken)),
        (_("Languages"), _labels(reference, "language", service.languages)),
        (_("Kind of service"), reference.label("service_type", service.service_type, spoken)),
        (_("Topics"), _labels(reference, "topic_l2", service.topics)),
        (_("Serves"), _areas(service, reference)),
        (_("Web page"), service.url),
        (_("Source"), service.source),
        (_("Last checked"), wording.whole_day(checked) + by if checked else _("never")),
    ]
    return [(name, said.strip()) for name, said in found if said.strip()]


def phone_note(kind: str, notes: str) -> str:
    """What kind of number it is, and the note to it."""
    kinds = {"hotline": _("Hotline"), "sms": _("For text messages"), "fax": _("Fax")}
    return " · ".join(filter(None, (kinds.get(kind, ""), notes)))


def _moment(at: dt.datetime, now: dt.datetime) -> str:
    if at.time() == dt.time() and at.date() - now.date() == dt.timedelta(days=1):
        return MIDNIGHT
    clock = f"{at:%H:%M}"
    if at.date() == now.date():
        return clock
    return f"{_weekday(at.weekday())} {clock}"


def _weekday(day: int) -> str:
    # Qt counts the days of the week from 1.
    return wording.locale().standaloneDayName(day + 1, QLocale.FormatType.ShortFormat)


def _season(first: str, last: str, today: dt.date) -> str:
    begin, end = iso_day(first), iso_day(last)
    if begin and end:
        return _("From {first} to {last}").format(
            first=wording.day(begin, today), last=wording.day(end, today)
        )
    if begin:
        return "" if begin <= today else _("From {day}").format(day=wording.day(begin, today))
    return _("Until {day}").format(day=wording.day(end, today)) if end else ""


def _lines(hours: list[Hours]) -> tuple[tuple[str, frozenset[int], str], ...]:
    times = {day: _times([h for h in hours if day in h.days]) for day in DAYS}
    found = []
    for said, run in groupby(DAYS, key=lambda day: times[day]):
        days = list(run)
        name = _weekday(days[0])
        if len(days) > 1:
            name += f"–{_weekday(days[-1])}"
        found.append((name, frozenset(days), said or _("closed")))
    return tuple(found)


def _times(hours: list[Hours]) -> str:
    if any(h.opens == "00:00" and h.closes in ("24:00", "00:00") for h in hours):
        return _("day and night")
    spans = sorted((h.opens, h.closes) for h in hours)
    return ", ".join(f"{opens}–{closes}" for opens, closes in spans)


def _place(place: ServicePlace, view: ServiceView, reference: Reference) -> str:
    path = wording.place(reference, place.division)
    address = label(place.address, language())
    if address:
        return f"{path}, {address}"
    if not place.confidential:
        return path
    said = (
        _("The address is confidential.")
        if view.hidden
        else _("The address is confidential and not known on this PC.")
    )
    return f"{path}. {said}"


def _labels(reference: Reference, list_name: str, codes: Sequence[str]) -> str:
    return ", ".join(reference.label(list_name, code, language()) for code in codes)


def _areas(service: Service, reference: Reference) -> str:
    if not service.areas:
        return _("The whole country")
    return ", ".join(wording.place(reference, area) for area in service.areas)
