"""Feeds: what the ministry publishes for all offices, and the form in which it travels.

A feed is a set of entries under ids, and a version that only grows. A page is signed; the pages
of an answer together are the changes since a version, or everything (`after` 0). An entry without
a body is a tombstone: it is offered no more, and old records still find what it said.

Everything of an answer is judged before anything of it is taken (design/sync.md, Rules).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from operator_app.domain.articles import Article, check_article
from operator_app.domain.calls import NUISANCE_KINDS
from operator_app.domain.days import iso_day
from operator_app.domain.directory import STATUSES, Service, is_clock
from operator_app.domain.office import LANGUAGES
from operator_app.domain.program_versions import ProgramVersion, check_program_version
from operator_app.domain.wire import canonical
from operator_app.errors import Fault

DIRECTORY = "directory"
ARTICLES = "articles"
CODES = "codes"
DIVISIONS = "divisions"
OFFICES = "offices"
HOLIDAYS = "holidays"
ANNOUNCEMENTS = "announcements"
KEYS = "keys"
PROGRAM = "program"
FEEDS = (DIRECTORY, ARTICLES, CODES, DIVISIONS, OFFICES, HOLIDAYS, ANNOUNCEMENTS, KEYS, PROGRAM)

MOST_BODY_BYTES = 200_000
MOST_FAULTS = 1_000

_ENTRY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,79}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]{0,31}")
_SOATE = re.compile(r"\d{14}")
_OFFICE = re.compile(r"[0-9A-Z]([0-9A-Z-]{0,10}[0-9A-Z])?")
_AT_FIELD = re.compile(r"`\$\.?([A-Za-z0-9_.\[\]]+)`$|required field `([a-z_]+)`|field `([a-z_]+)`")

Labels = Mapping[str, str]


@dataclass(frozen=True)
class CodeEntry:
    """An entry of a code list: see domain.reference.Code. `order` places it in its list."""

    list_name: str
    code: str
    labels: Labels
    note: str = ""
    order: int = 0
    short_labels: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class DivisionEntry:
    """A division: see domain.reference.Division."""

    code: str
    parent: str
    level: int
    labels: Labels
    valid_from: str = ""
    valid_to: str = ""
    replaced_by: str = ""


@dataclass(frozen=True)
class OfficeEntry:
    """An office of the ministry: its code, SOATE division, names by language, telephone."""

    code: str
    division: str
    names: Labels
    phone: str = ""


@dataclass(frozen=True)
class HolidayEntry:
    """A day on which services are closed (or, moved by decree, open) against the calendar."""

    day: str
    closed: bool
    names: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class Announcement:
    """Word from the ministry to every operator, shown once to each until `valid_to`.

    `important`: shown in red, and has to be confirmed before it goes away.
    """

    announcement_id: str
    published_on: str
    titles: Labels
    texts: Labels
    valid_to: str = ""
    important: bool = False


@dataclass(frozen=True)
class KeyEntry:
    """A sealing key: its id and age recipients ("age1..."), the ministry's first."""

    kid: str
    recipients: tuple[str, ...]
    current: bool = False


@dataclass(frozen=True)
class FeedEntry:
    """An entry as it travels; `body` None is a tombstone."""

    entry_id: str
    body: Mapping[str, Any] | None


@dataclass(frozen=True)
class _Kind:
    """What an entry of a feed is: its type, how its id follows from it, what else must hold."""

    type: type
    entry_id: Callable[[Any], str]
    check: Callable[[Any], list[Fault]]


def entry_id_of(feed: str, entry: Any) -> str:
    """The id under which an entry travels and is kept."""
    return _KINDS[feed].entry_id(entry)


def entry_from(feed: str, body: Mapping[str, Any]) -> Any:
    """The typed entry of a body that was checked. Fields of a newer program are left out."""
    return msgspec.convert(body, _KINDS[feed].type)


def entry_body(entry: Any) -> dict[str, Any]:
    """The body of a typed entry, as plain JSON types, every field written out."""
    # msgspec alone leaves out what was not in the body that an entry was read from.
    body: dict[str, Any] = msgspec.to_builtins(asdict(entry))
    return body


def check_body(feed: str, entry_id: str, body: Any) -> list[Fault]:
    """What is wrong with one entry; each fault names "entry: field"."""
    try:
        entry: Any = msgspec.convert(body, _KINDS[feed].type)
    except msgspec.ValidationError as error:
        # The message ends with the names of the fields that lead there, never with a value.
        found = _AT_FIELD.search(str(error))
        place = next(filter(None, found.groups()), "") if found else ""
        return [Fault(f"{entry_id}: {place}", "feed.wrong_type")]
    faults = _KINDS[feed].check(entry)
    if _KINDS[feed].entry_id(entry) != entry_id:
        faults.append(Fault("id", "feed.other_id"))
    return [Fault(f"{entry_id}: {f.where}", f.code, f.params) for f in faults]


def check_entries(feed: str, entries: Sequence[FeedEntry]) -> list[Fault]:
    """What is wrong with a set of entries as a whole; at most MOST_FAULTS are named."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for entry in entries:
        if not _ENTRY_ID.fullmatch(entry.entry_id):
            faults.append(Fault(entry.entry_id[:80], "feed.bad_id"))
        elif entry.entry_id in seen:
            faults.append(Fault(entry.entry_id, "feed.duplicate"))
        elif entry.body is not None:
            faults += _check_size(entry) or check_body(feed, entry.entry_id, entry.body)
        elif entry.entry_id in _NEVER_REMOVED.get(feed, ()):
            faults.append(Fault(entry.entry_id, "feed.needed"))
        seen.add(entry.entry_id)
        if len(faults) >= MOST_FAULTS:
            return faults[:MOST_FAULTS]
    if feed == KEYS and sum(1 for e in entries if e.body and e.body.get("current")) != 1:
        faults.append(Fault("current", "feed.one_current_key"))
    if feed == DIVISIONS and not faults:
        faults += _check_order(entries)
    return faults[:MOST_FAULTS]


def _check_order(entries: Sequence[FeedEntry]) -> list[Fault]:
    """A place lies in one of a smaller level: so no way up goes round in a circle."""
    levels = {e.entry_id: e.body["level"] for e in entries if e.body is not None}
    return [
        Fault(f"{e.entry_id}: level", "feed.bad_level")
        for e in entries
        if e.body is not None and levels.get(e.body["parent"], -1) >= e.body["level"]
    ]


def _check_size(entry: FeedEntry) -> list[Fault]:
    try:
        fits = len(canonical(entry.body)) <= MOST_BODY_BYTES
    except (ValueError, RecursionError):
        # Numbers beyond what JSON has in common, half characters, a thousand brackets.
        return [Fault(entry.entry_id, "feed.wrong_type")]
    return [] if fits else [Fault(entry.entry_id, "feed.too_large")]


def _check_labels(where: str, labels: Labels, *, needed: bool = True) -> list[Fault]:
    faults = [
        Fault(where, "feed.unknown_language", {"language": language[:10]})
        for language in labels
        if language not in LANGUAGES
    ]
    if needed and not any(text.strip() for text in labels.values()):
        faults.append(Fault(where, "feed.missing"))
    return faults


def _check_days(entry: Any, *names: str) -> list[Fault]:
    return [
        Fault(name, "feed.bad_day")
        for name in names
        if getattr(entry, name) and iso_day(getattr(entry, name)) is None
    ]


def check_service(service: Service) -> list[Fault]:
    """What is wrong with a service beyond the types of its fields."""
    faults = _check_labels("names", service.names)
    faults += _check_labels("organization_names", service.organization_names)
    for name in ("descriptions", "documents", "cost", "eligibility", "how_to_apply"):
        faults += _check_labels(name, getattr(service, name), needed=False)
    if service.status not in STATUSES:
        faults.append(Fault("status", "feed.unknown_status"))
    faults += [
        Fault(f"phones[{n}].number", "feed.missing")
        for n, phone in enumerate(service.phones)
        if not phone.number.strip()
    ]
    for n, line in enumerate(service.hours):
        where = f"hours[{n}]"
        if not line.days or any(not 0 <= day <= 6 for day in line.days):
            faults.append(Fault(f"{where}.days", "feed.bad_weekday"))
        faults += [
            Fault(f"{where}.{name}", "feed.bad_time")
            for name in ("opens", "closes")
            if not is_clock(getattr(line, name))
        ]
        faults += [
            Fault(f"{where}.{f.where}", f.code) for f in _check_days(line, "valid_from", "valid_to")
        ]
    faults += [
        Fault(f"places[{n}].division", "feed.bad_division")
        for n, place in enumerate(service.places)
        if not _SOATE.fullmatch(place.division)
    ]
    faults += [
        Fault("areas", "feed.bad_division") for area in service.areas if not _SOATE.fullmatch(area)
    ]
    return faults + _check_days(service, "assured_on")


def _check_code(entry: CodeEntry) -> list[Fault]:
    faults = _check_labels("labels", entry.labels)
    faults += _check_labels("short_labels", entry.short_labels, needed=False)
    if not _CODE.fullmatch(entry.code) or not _CODE.fullmatch(entry.list_name):
        faults.append(Fault("code", "feed.bad_id"))
    return faults


def check_division(entry: DivisionEntry) -> list[Fault]:
    """What is wrong with a division beyond the types of its fields."""
    faults = _check_labels("labels", entry.labels)
    for name in ("code", "parent", "replaced_by"):
        value = getattr(entry, name)
        if (value or name == "code") and not _SOATE.fullmatch(value):
            faults.append(Fault(name, "feed.bad_division"))
    if not 0 <= entry.level <= 4:
        faults.append(Fault("level", "feed.bad_level"))
    if entry.level > 0 and not entry.parent:
        faults.append(Fault("parent", "feed.missing"))
    if entry.code in (entry.parent, entry.replaced_by):
        faults.append(Fault("parent", "feed.own_parent"))
    faults += _check_days(entry, "valid_from", "valid_to")
    if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
        faults.append(Fault("valid_to", "feed.ends_before_it_begins"))
    return faults


def _check_office(entry: OfficeEntry) -> list[Fault]:
    faults = _check_labels("names", entry.names)
    if not _OFFICE.fullmatch(entry.code):
        faults.append(Fault("code", "feed.bad_id"))
    if not _SOATE.fullmatch(entry.division):
        faults.append(Fault("division", "feed.bad_division"))
    return faults


def _check_holiday(entry: HolidayEntry) -> list[Fault]:
    faults = _check_labels("names", entry.names, needed=False)
    if iso_day(entry.day) is None:
        faults.append(Fault("day", "feed.bad_day"))
    return faults


def _check_announcement(entry: Announcement) -> list[Fault]:
    faults = _check_labels("titles", entry.titles) + _check_labels("texts", entry.texts)
    if not entry.published_on:
        faults.append(Fault("published_on", "feed.missing"))
    return faults + _check_days(entry, "published_on", "valid_to")


def _check_key(entry: KeyEntry) -> list[Fault]:
    import pyrage

    faults = []
    if not entry.recipients:
        faults.append(Fault("recipients", "feed.missing"))
    for recipient in entry.recipients:
        try:
            pyrage.x25519.Recipient.from_str(recipient)
        except pyrage.RecipientError:
            faults.append(Fault("recipients", "feed.bad_key"))
    return faults


_KINDS: Mapping[str, _Kind] = {
    DIRECTORY: _Kind(Service, lambda e: e.service_id, check_service),
    ARTICLES: _Kind(Article, lambda e: e.entry_id, check_article),
    CODES: _Kind(CodeEntry, lambda e: f"{e.list_name}/{e.code}", _check_code),
    DIVISIONS: _Kind(DivisionEntry, lambda e: e.code, check_division),
    OFFICES: _Kind(OfficeEntry, lambda e: e.code, _check_office),
    HOLIDAYS: _Kind(HolidayEntry, lambda e: e.day, _check_holiday),
    ANNOUNCEMENTS: _Kind(Announcement, lambda e: e.announcement_id, _check_announcement),
    KEYS: _Kind(KeyEntry, lambda e: e.kid, _check_key),
    PROGRAM: _Kind(ProgramVersion, lambda e: e.version, check_program_version),
}
_NEVER_REMOVED: Mapping[str, frozenset[str]] = {
    CODES: frozenset(
        {f"contact_kind/{kind}" for kind in (*NUISANCE_KINDS, "SELF", "OTHER", "PROF")}
        | {f"yes_no_unknown/{code}" for code in "YNU"}
        | {"sex/F", "sex/M", "sex/U"}
    )
}
"""What the program itself counts on: a list without it cannot be right."""
