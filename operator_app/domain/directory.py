"""The service directory: who helps, where, when, with what to bring (a subset of HSDS 3.0).

An entry is one service with all that belongs to it, as HSDS nests it: its organisation, places,
telephones, hours. Texts are by language ("ky", "ru", "en"); days are "YYYY-MM-DD" in Bishkek.
`domain/hsds.py` tells which HSDS field each one is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from operator_app.domain.days import iso_day
from operator_app.domain.reference import Reference

ACTIVE = "active"
STATUSES = (ACTIVE, "inactive", "defunct", "temporarily closed")
"""HSDS 3.0 `service.status`."""
STALE_AFTER_DAYS = 180
"""What was checked longer ago, or never, is marked: numbers of services change within months."""
NOWHERE_NEAR = 9

Labels = Mapping[str, str]


def label(texts: Labels, language: str) -> str:
    """The text in the language, else in Russian, else in any there is."""
    return texts.get(language) or texts.get("ru") or next((t for t in texts.values() if t), "")


@dataclass(frozen=True)
class DirectoryPhone:
    """A number to call; `kind` is HSDS `phone.type`: "voice", "hotline", "sms", "fax"."""

    number: str
    kind: str = "voice"
    notes: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class Hours:
    """When it is open: `days` 0 (Monday) to 6, "HH:MM" to "HH:MM"; "24:00" is midnight.

    `closes` at or before `opens` means that it closes on the next day. `valid_from`, `valid_to`:
    the days between which the line holds, "" for no limit. `on_holidays`: also on public holidays.
    """

    days: tuple[int, ...]
    opens: str
    closes: str
    valid_from: str = ""
    valid_to: str = ""
    on_holidays: bool = False


@dataclass(frozen=True)
class ServicePlace:
    """Where it is: a SOATE code and an address. A confidential address is shown by right only."""

    place_id: str
    division: str
    address: Labels = field(default_factory=dict)
    confidential: bool = False


@dataclass(frozen=True)
class Service:
    """One entry of the directory. `service_type` is a code of that list, `topics` of topic_l2.

    `areas`: divisions whose people it serves, none for the whole country. `assured_on`: when its
    facts were last checked, and by whom; `confirmed` by the ministry. `source`: where they are from.
    """

    service_id: str
    names: Labels
    organization_id: str
    organization_names: Labels
    status: str = ACTIVE
    service_type: str = "OTH"
    topics: tuple[str, ...] = ()
    descriptions: Labels = field(default_factory=dict)
    keywords: str = ""
    phones: tuple[DirectoryPhone, ...] = ()
    hours: tuple[Hours, ...] = ()
    places: tuple[ServicePlace, ...] = ()
    areas: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    documents: Labels = field(default_factory=dict)
    cost: Labels = field(default_factory=dict)
    eligibility: Labels = field(default_factory=dict)
    how_to_apply: Labels = field(default_factory=dict)
    url: str = ""
    for_danger: bool = False
    assured_on: str = ""
    assured_by: str = ""
    source: str = ""
    confirmed: bool = False

    def name(self, language: str) -> str:
        """Its name in the language, or in Russian where that is missing."""
        return label(self.names, language)

    @property
    def is_active(self) -> bool:
        """Whether people can be sent there at present."""
        return self.status == ACTIVE

    @property
    def is_confidential(self) -> bool:
        """Whether an address of it is not for everybody."""
        return any(place.confidential for place in self.places)


def without_addresses(service: Service) -> Service:
    """The service for those who may not see confidential addresses; the place's district stays."""
    if not service.is_confidential:
        return service
    places = tuple(replace(p, address={}) if p.confidential else p for p in service.places)
    return replace(service, places=places)


@dataclass(frozen=True)
class Openness:
    """Whether it is open: True, False, None where the hours are not known.

    `until`: when that changes next, by the end of this weekday of next week; None where it does
    not, or is not known.
    """

    is_open: bool | None
    until: dt.datetime | None = None


def openness(service: Service, now: dt.datetime, is_holiday: Callable[[dt.date], bool]) -> Openness:
    """How it stands at a moment of Bishkek time."""
    if not service.hours:
        return Openness(None)
    spans = sorted(
        span
        for offset in range(-1, 8)
        for span in _spans(service, now.date() + dt.timedelta(days=offset), now, is_holiday)
    )
    horizon = _moment(now.date() + dt.timedelta(days=8), "00:00", now)
    until = next((end for begin, end in spans if begin <= now < end), None)
    if until is not None:
        for begin, end in spans:
            # What goes on without a gap is one opening.
            if begin <= until < end:
                until = end
        return Openness(True, until if until < horizon else None)
    following = next((begin for begin, _end in spans if now < begin < horizon), None)
    return Openness(False, following)


def _spans(
    service: Service,
    day: dt.date,
    now: dt.datetime,
    is_holiday: Callable[[dt.date], bool],
) -> list[tuple[dt.datetime, dt.datetime]]:
    found = []
    for line in service.hours:
        if day.weekday() not in line.days or (is_holiday(day) and not line.on_holidays):
            continue
        if (line.valid_from and day.isoformat() < line.valid_from) or (
            line.valid_to and day.isoformat() > line.valid_to
        ):
            continue
        begin = _moment(day, line.opens, now)
        end = _moment(day, line.closes, now)
        if end <= begin:
            end += dt.timedelta(days=1)
        found.append((begin, end))
    return found


def _moment(day: dt.date, clock: str, now: dt.datetime) -> dt.datetime:
    hours, minutes = (int(part) for part in clock.split(":"))
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=now.tzinfo)
    return midnight + dt.timedelta(hours=hours, minutes=minutes)


def is_clock(text: str) -> bool:
    """Whether it is a time of the day: "00:00" to "24:00"."""
    hours, colon, minutes = text.partition(":")
    digits = hours + minutes
    if not (colon and len(hours) == len(minutes) == 2 and digits.isascii() and digits.isdecimal()):
        return False
    return int(minutes) < 60 and (int(hours) < 24 or text == "24:00")


def is_stale(service: Service, today: dt.date) -> bool:
    """Whether its facts were never checked, or too long ago."""
    checked = iso_day(service.assured_on)
    return checked is None or (today - checked).days > STALE_AFTER_DAYS


def distance(service: Service, division: str | None, reference: Reference) -> int:
    """How near it is to a place: 0 there, 1 in the same rayon or city, 2 in the same oblast, 3 it
    serves the place from elsewhere or the whole country, NOWHERE_NEAR for others.

    One that is said to be in the oblast or city of level 1 in which the place lies counts as 1.
    Without a place, or one that is not known, everything is equally far.
    """
    if reference.division(division) is None or division is None:
        return 3
    serves = not service.areas or any(reference.is_within(division, area) for area in service.areas)
    found = 3 if serves else NOWHERE_NEAR
    for place in service.places:
        there = reference.division(place.division)
        if there is None or there.level == 0:
            continue
        if reference.is_within(division, place.division):
            found = min(found, 0 if there.level >= 2 else 1)
        elif reference.ancestor(division, 2) == reference.ancestor(place.division, 2):
            found = min(found, 1)
        elif reference.ancestor(division, 1) == reference.ancestor(place.division, 1):
            found = min(found, 2)
    return found
