"""A service of the directory from its HSDS object; `hsds_object.py` is the way back.

    ours                   HSDS 3.0 service (profile fields marked *)
    service_id, status     id, status
    names                  name, name_ky* name_ru* name_en*; so with every text
    descriptions           description
    eligibility            eligibility_description
    how_to_apply           application_process
    documents              required_documents[].document
    cost                   cost_options[].amount_description, else fees_description
    organization_id, _names  organization.id, .name
    service_type, topics   attributes[].taxonomy_term.code of taxonomy "service_type", "topic_l2"
    phones                 phones[]: number, type, description
    hours                  schedules[]: byday, opens_at, closes_at, valid_from, valid_to, on_holidays*
    places                 service_at_locations[].location: id, external_identifier of type "SOATE",
                           addresses[].address_1, confidential*
    areas                  service_areas[].extent: a SOATE code
    languages              languages[].code
    assured_on, assured_by assured_date, assurer_email (an address) or assured_by* (any words)
    keywords, for_danger, source, confirmed   keywords*, for_danger*, source*, confirmed*

Telephones and hours of a place count for the service. Fields not named here are not kept.
"""

from __future__ import annotations

import re

from operator_app.domain.directory import ACTIVE, DirectoryPhone, Hours, Service
from operator_app.domain.feeds import check_service
from operator_app.domain.hsds_item import MAIN_LANGUAGE, Item
from operator_app.domain.hsds_places import Reading, areas_of, places_of
from operator_app.domain.reference import OTHER_SERVICE, Reference

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SERVICE_TYPES = "service_type"
TOPICS = "topic_l2"
TIME_ZONE = 6
"""Asia/Bishkek, in hours ahead of UTC, all year."""
TEXT_MESSAGES = "text"
"""HSDS's word for what is "sms" here."""

_KINDS = {"voice": "voice", "hotline": "hotline", "fax": "fax", "sms": "sms", TEXT_MESSAGES: "sms"}
_ZONES = ("", "6", "+6", "+06:00")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_OTHER_RULES = ("until", "count", "byweekno", "bymonthday", "byyearday")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_URL = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_FIELDS = {
    "names": "name",
    "descriptions": "description",
    "eligibility": "eligibility_description",
    "how_to_apply": "application_process",
    "assured_on": "assured_date",
}


def service_from(item: Item, known: Reference | None) -> Service:
    """The service; what is wrong with it goes to the item's list, and then it must not be used.

    `known`: codes and places have to be there; without it only their form is checked.
    """
    before = len(item.faults)
    reading = Reading(item, known, {ours: (item, name) for ours, name in _FIELDS.items()})
    kind, topics = _attributes(reading)
    places = places_of(reading, kind)
    organization = item.child("organization") or Item({}, f"{item.place}.organization", item.faults)
    reading.origins["organization_names"] = (organization, "name")
    service = Service(
        service_id=item.entry_id("id"),
        names=item.labels("name"),
        organization_id=organization.entry_id("id"),
        organization_names=organization.labels("name"),
        status=item.code("status") or ACTIVE,
        service_type=kind,
        topics=topics,
        descriptions=item.labels("description"),
        keywords=item.text("keywords"),
        phones=_phones(reading),
        hours=_hours(reading),
        places=places,
        areas=areas_of(reading),
        languages=_languages(item),
        documents=_joined(item.children("required_documents"), "document"),
        cost=_cost(item),
        eligibility=item.labels("eligibility_description"),
        how_to_apply=item.labels("application_process"),
        url=_url(item),
        for_danger=item.yes("for_danger"),
        assured_on=item.code("assured_date"),
        assured_by=item.text("assured_by") or item.text("assurer_email"),
        source=item.text("source"),
        confirmed=item.yes("confirmed"),
    )
    named = {(fault.where, fault.line) for fault in item.faults[before:]}
    for fault in check_service(service):
        origin, name = reading.origins.get(fault.where, (item, fault.where))
        if (origin.where(name), origin.line) not in named:
            origin.complain(name, fault.code, **fault.params)
    return service


def _attributes(reading: Reading) -> tuple[str, tuple[str, ...]]:
    kinds: list[str] = []
    topics: list[str] = []
    for attribute in reading.item.children("attributes"):
        term = attribute.child("taxonomy_term")
        if term is None:
            continue
        taxonomy, code = term.text("taxonomy"), term.code("code")
        if taxonomy not in (SERVICE_TYPES, TOPICS):
            continue
        if not code or (reading.known and reading.known.find(taxonomy, code) is None):
            term.complain("code", "hsds.unknown_code")
        (kinds if taxonomy == SERVICE_TYPES else topics).append(code)
    if len(kinds) > 1:
        reading.item.complain("attributes", "hsds.too_many", most=1)
    return kinds[0] if kinds else OTHER_SERVICE, tuple(topics)


def _phones(reading: Reading) -> tuple[DirectoryPhone, ...]:
    found: list[DirectoryPhone] = []
    own = len(reading.item.children("phones"))
    for number, each in enumerate(_of_all(reading.item, "phones")):
        value = each.code("number")
        if value and sum(c.isdigit() for c in value) < 2:
            each.complain("number", "hsds.bad_phone")
        if extension := each.code("extension"):
            value = f"{value} доб. {extension}"
        kind = _KINDS.get(each.code("type").lower(), "voice")
        phone = DirectoryPhone(value, kind, each.labels("description"))
        if number >= own and value in [p.number for p in found]:
            continue
        reading.origins[f"phones[{len(found)}].number"] = (each, "number")
        found.append(phone)
    return tuple(found)


def _hours(reading: Reading) -> tuple[Hours, ...]:
    found = []
    for number, each in enumerate(_of_all(reading.item, "schedules")):
        if each.code("freq") not in ("", "WEEKLY") or each.code("interval") not in ("", "1"):
            each.complain("freq", "hsds.only_weekly")
        for name in _OTHER_RULES:
            if each.text(name):
                each.complain(name, "hsds.only_weekly")
        if each.code("timezone") not in _ZONES:
            each.complain("timezone", "hsds.other_time_zone")
        days = [day.strip().upper() for day in each.code("byday").split(",") if day.strip()]
        # -1 is no day: the check of the whole service says so.
        places = [WEEKDAYS.index(day) if day in WEEKDAYS else -1 for day in days]
        line = Hours(
            tuple(places),
            _clock(each, "opens_at"),
            _clock(each, "closes_at"),
            each.code("valid_from"),
            each.code("valid_to"),
            each.yes("on_holidays"),
        )
        if line.valid_from and line.valid_to and line.valid_to < line.valid_from:
            each.complain("valid_to", "feed.ends_before_it_begins")
        found.append(line)
        reading.origins |= {
            f"hours[{number}].{ours}": (each, name)
            for ours, name in (
                ("days", "byday"),
                ("opens", "opens_at"),
                ("closes", "closes_at"),
                ("valid_from", "valid_from"),
                ("valid_to", "valid_to"),
            )
        }
    return tuple(found)


def _clock(item: Item, name: str) -> str:
    """ "HH:MM" of a time with or without seconds and zone; the text itself where it is none."""
    text = item.code(name)
    parts = _CLOCK.fullmatch(text)
    if parts is None:
        return text
    if (parts[3] or "+06:00").replace(":", "") != "+0600":
        item.complain(name, "hsds.other_time_zone")
    return f"{parts[1]:0>2}:{parts[2]}"


def _languages(item: Item) -> tuple[str, ...]:
    found = []
    for each in item.children("languages"):
        code = each.code("code").lower()
        if not _LANGUAGE.fullmatch(code):
            each.complain("code", "hsds.bad_language")
        found.append(code)
    return tuple(found)


def _cost(item: Item) -> dict[str, str]:
    options = item.children("cost_options")
    texts = _joined(options, "amount_description")
    for option in options:
        if amount := option.text("amount"):
            words = (option.text("option"), amount, option.text("currency").upper())
            said = " ".join(filter(None, words))
            before = texts.get(MAIN_LANGUAGE)
            texts[MAIN_LANGUAGE] = f"{before}\n{said}" if before else said
    return texts or item.labels("fees_description")


def _joined(items: list[Item], name: str) -> dict[str, str]:
    """The texts of several objects, one a line, by language."""
    lines: dict[str, list[str]] = {}
    for each in items:
        for language, text in each.labels(name).items():
            lines.setdefault(language, []).append(text)
    return {language: "\n".join(texts) for language, texts in lines.items()}


def _url(item: Item) -> str:
    url = item.code("url")
    if url and not _URL.fullmatch(url):
        item.complain("url", "hsds.bad_url")
    return url


def _of_all(item: Item, name: str) -> list[Item]:
    """What stands at the service itself, then at its places."""
    found = item.children(name)
    for link in item.children("service_at_locations"):
        found += link.children(name)
        location = link.child("location")
        found += location.children(name) if location else []
    return found
