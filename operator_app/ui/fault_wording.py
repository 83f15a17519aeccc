"""Where a fault of an imported file is, in words: which part of the file, row, field."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from operator_app.domain.soate import TABLE as TABLE_OF_PLACES
from operator_app.errors import Fault
from operator_app.i18n import N_, _
from operator_app.ui.problems import fault_sentence
from operator_app.ui.reference_wording import FEED_NAMES, feed_name

_NUMBERED = re.compile(r"(.*)\[(\d+)\]")
_LINE = re.compile(r"line \d+")
_TABLE = ".csv"
_SPOKEN = re.compile(r"(.+)_(ky|ru|en)")

FIELD_NAMES = {
    "services": N_("service"),
    "id": N_("id"),
    "service_id": N_("id of the service"),
    "organization_id": N_("id of the organisation"),
    "location_id": N_("id of the place"),
    "name": N_("name"),
    "names": N_("name"),
    "labels": N_("name"),
    "titles": N_("title"),
    "title": N_("title"),
    "texts": N_("text"),
    "body": N_("text"),
    "organization": N_("organisation"),
    "organization_name": N_("organisation"),
    "organization_names": N_("organisation"),
    "description": N_("description"),
    "descriptions": N_("description"),
    "keywords": N_("words of callers"),
    "status": N_("status"),
    "phones": N_("telephone"),
    "phone": N_("telephone"),
    "number": N_("number"),
    "type": N_("kind"),
    "schedules": N_("hours"),
    "hours": N_("hours"),
    "days": N_("days of the week"),
    "byday": N_("days of the week"),
    "opens": N_("opens"),
    "opens_at": N_("opens"),
    "closes": N_("closes"),
    "closes_at": N_("closes"),
    "valid_from": N_("holds from"),
    "valid_to": N_("holds until"),
    "on_holidays": N_("on holidays"),
    "service_at_locations": N_("place"),
    "location": N_("place"),
    "locations": N_("place"),
    "places": N_("place"),
    "external_identifier": N_("SOATE code"),
    "division": N_("SOATE code"),
    "code": N_("code"),
    "parent": N_("lies in"),
    "level": N_("level"),
    "replaced_by": N_("replaced by"),
    "addresses": N_("address"),
    "address_1": N_("address"),
    "address": N_("address"),
    "confidential": N_("confidential"),
    "service_areas": N_("serves"),
    "areas": N_("serves"),
    "extent": N_("SOATE code"),
    "languages": N_("language"),
    "language": N_("language"),
    "required_documents": N_("documents"),
    "documents": N_("documents"),
    "document": N_("documents"),
    "cost_options": N_("cost"),
    "cost": N_("cost"),
    "amount_description": N_("cost"),
    "fees_description": N_("cost"),
    "place_id": N_("id of the place"),
    "eligibility_description": N_("who may"),
    "eligibility": N_("who may"),
    "application_process": N_("how to apply"),
    "how_to_apply": N_("how to apply"),
    "attributes": N_("kind or topic"),
    "taxonomy_term": N_("kind or topic"),
    "service_type": N_("kind of service"),
    "topics": N_("topics"),
    "url": N_("web page"),
    "for_danger": N_("for danger"),
    "assured_date": N_("last checked"),
    "assured_on": N_("last checked"),
    "assured_by": N_("checked by"),
    "assurer_email": N_("checked by"),
    "source": N_("source"),
    "confirmed": N_("confirmed"),
    "day": N_("day"),
    "published_on": N_("published"),
    "recipients": N_("key"),
}


@dataclass(frozen=True)
class FaultWords:
    """One fault as a person reads it; `row` is "" where the file has no rows."""

    part: str
    row: str
    field: str
    problem: str


def fault_words(fault: Fault) -> FaultWords:
    """The fault in words; the name that the file itself uses for the field stands behind them."""
    part, colon, path = fault.where.rpartition(": ")
    if colon:
        part = ": ".join(_part_words(each) for each in part.split(": "))
    elif entry := _NUMBERED.fullmatch(path.partition(".")[0]):
        # "services[12].phones[0].number": people count from one.
        part = f"{_field_word(entry[1])} {int(entry[2]) + 1}"
        path = path.partition(".")[2]
    elif path == "file":
        part, path = _("the whole file"), ""
    elif _LINE.fullmatch(path):
        path = ""
    elif fault.line is not None or path.endswith(_TABLE):
        # All of a row, or of the table.
        part, path = _part_words(path), ""
    problem = fault_sentence(replace(fault, line=None))
    return FaultWords(part, str(fault.line or ""), _field_words(path), problem)


def _part_words(part: str) -> str:
    if part == TABLE_OF_PLACES:
        # Whatever the file is called.
        return _("the list of places")
    return feed_name(part) if part in FEED_NAMES else part


def _field_words(path: str) -> str:
    steps: list[str] = []
    for step in filter(None, path.split(".")):
        word = _step(step)
        # "service_at_locations[1].location" is one place to people.
        if not (steps and steps[-1].startswith(word)):
            steps.append(word)
    words = " › ".join(steps)
    last = path.rpartition(".")[2]
    return words if not steps or steps[-1] == last else f"{words} ({last})"


def _step(step: str) -> str:
    if numbered := _NUMBERED.fullmatch(step):
        return f"{_field_word(numbered[1])} {int(numbered[2]) + 1}"
    return _field_word(step)


def _field_word(name: str) -> str:
    if name in FIELD_NAMES:
        return _(FIELD_NAMES[name])
    if (spoken := _SPOKEN.fullmatch(name)) and spoken[1] in FIELD_NAMES:
        return f"{_(FIELD_NAMES[spoken[1]])}, {spoken[2]}"
    return name
