"""Where a service is and whom it serves, from its HSDS object."""

from __future__ import annotations

from dataclasses import dataclass, field

from operator_app.domain.directory import ServicePlace
from operator_app.domain.hsds_item import MAIN_LANGUAGE, Item
from operator_app.domain.reference import Reference

SOATE = "SOATE"
SHELTERS = ("CRI", "SHE")
"""Kinds of service whose address must be said to be confidential or not: silence could kill."""


@dataclass
class Reading:
    """One service being read. `known`: the codes and places that may be used, if they can be looked
    up. `origins`: which field of which object each of its parts is from."""

    item: Item
    known: Reference | None
    origins: dict[str, tuple[Item, str]] = field(default_factory=dict)


def places_of(reading: Reading, kind: str) -> tuple[ServicePlace, ...]:
    """The places of a service of that kind; a virtual one is none."""
    found: list[ServicePlace] = []
    for location in _locations(reading.item):
        if location.code("location_type").lower() == "virtual":
            continue
        code = location.code("external_identifier")
        if location.code("external_identifier_type").upper() not in ("", SOATE):
            location.complain("external_identifier_type", "hsds.not_soate")
        _check_division(reading, location, "external_identifier", code)
        where = f"places[{len(found)}].division"
        reading.origins[where] = (location, "external_identifier")
        place_id = location.entry_id("id")
        if place_id in [place.place_id for place in found]:
            location.complain("id", "feed.duplicate")
        confidential = location.yes("confidential")
        address = _address(location)
        if kind in SHELTERS and address and location.fields.get("confidential") in (None, ""):
            location.complain("confidential", "hsds.confidential_unsaid")
        found.append(ServicePlace(place_id, code, address, confidential))
    return tuple(found)


def _locations(item: Item) -> list[Item]:
    linked = [each.child("location") for each in item.children("service_at_locations")]
    return [each for each in linked if each is not None] + item.children("locations")


def _address(location: Item) -> dict[str, str]:
    addresses = location.children("addresses")
    physical = [a for a in addresses if a.code("address_type").lower() in ("", "physical")]
    if not addresses:
        return {}
    address = (physical or addresses)[0]
    texts = address.labels("address_1")
    rest = ", ".join(filter(None, (address.text("address_2"), address.text("city"))))
    if not rest:
        return texts
    return {language: f"{text}, {rest}" for language, text in texts.items()} or {
        MAIN_LANGUAGE: rest
    }


def areas_of(reading: Reading) -> tuple[str, ...]:
    """The divisions whose people it serves."""
    found = []
    for each in reading.item.children("service_areas"):
        code = each.code("extent")
        if len(code) != 14 or not code.isdigit():
            each.complain("extent", "hsds.not_soate")
            continue
        _check_division(reading, each, "extent", code)
        found.append(code)
    return tuple(found)


def _check_division(reading: Reading, item: Item, name: str, code: str) -> None:
    if reading.known and code and reading.known.division(code) is None:
        item.complain(name, "hsds.unknown_division")
