"""The HSDS object of a service of the directory (see `hsds_service.py` for what becomes of what)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from operator_app.domain.directory import Hours, Service, ServicePlace
from operator_app.domain.hsds_item import MAIN_LANGUAGE
from operator_app.domain.hsds_places import SOATE
from operator_app.domain.hsds_service import (
    SERVICE_TYPES,
    TEXT_MESSAGES,
    TIME_ZONE,
    TOPICS,
    WEEKDAYS,
)
from operator_app.domain.office import LANGUAGES

COUNTRY_CODE = "KG"

Addresses = Mapping[str, Mapping[str, str]]
"""Of confidential places, by place id and language."""


def service_object(service: Service, addresses: Addresses) -> dict[str, Any]:
    """The service as the HSDS API gives it, whole.

    `addresses` of confidential places that may be told; others are left empty.
    """
    of = service.service_id
    return {
        "id": of,
        "organization_id": service.organization_id,
        **_texts("name", service.names),
        **_texts("description", service.descriptions),
        "url": service.url,
        "status": service.status,
        **_texts("application_process", service.how_to_apply),
        **_texts("eligibility_description", service.eligibility),
        "assured_date": service.assured_on,
        **_assurer(service.assured_by),
        "keywords": service.keywords,
        "for_danger": service.for_danger,
        "source": service.source,
        "confirmed": service.confirmed,
        "organization": {
            "id": service.organization_id,
            **_texts("name", service.organization_names),
            # HSDS wants one; ours are known by their services.
            "description": _plain(service.organization_names),
        },
        "phones": [
            {
                "id": f"{of}.phone.{n}",
                "number": phone.number,
                "type": TEXT_MESSAGES if phone.kind == "sms" else phone.kind,
                **_texts("description", phone.notes),
            }
            for n, phone in enumerate(service.phones, start=1)
        ],
        "schedules": [
            _schedule(f"{of}.schedule.{n}", line) for n, line in enumerate(service.hours, start=1)
        ],
        "service_areas": [
            {"id": f"{of}.area.{n}", "name": code, "extent": code, "extent_type": "text"}
            for n, code in enumerate(service.areas, start=1)
        ],
        "service_at_locations": [
            {
                "id": f"{of}.at.{n}",
                "location_id": place.place_id,
                "location": _location(place, addresses),
            }
            for n, place in enumerate(service.places, start=1)
        ],
        "languages": [
            {"id": f"{of}.language.{n}", "code": code, "name": code}
            for n, code in enumerate(service.languages, start=1)
        ],
        "required_documents": _one(f"{of}.document.1", "document", service.documents),
        "cost_options": _one(f"{of}.cost.1", "amount_description", service.cost),
        "attributes": _attributes(service),
    }


def _texts(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The field of HSDS, and one beside it for each language there is."""
    found = {f"{name}_{code}": texts[code] for code in LANGUAGES if texts.get(code)}
    return {name: _plain(texts), **found}


def _plain(texts: Mapping[str, str]) -> str:
    """The Russian text, or the first there is: of equal texts always the same."""
    in_order = (texts.get(code, "") for code in (MAIN_LANGUAGE, *LANGUAGES))
    return next(filter(None, in_order), "")


def _one(entry_id: str, name: str, texts: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"id": entry_id, **_texts(name, texts)}] if any(texts.values()) else []


def _assurer(assured_by: str) -> dict[str, str]:
    return {"assurer_email" if "@" in assured_by else "assured_by": assured_by}


def _schedule(entry_id: str, line: Hours) -> dict[str, Any]:
    return {
        "id": entry_id,
        "freq": "WEEKLY",
        "byday": ",".join(WEEKDAYS[day] for day in line.days),
        "opens_at": line.opens,
        "closes_at": line.closes,
        "timezone": TIME_ZONE,
        "valid_from": line.valid_from,
        "valid_to": line.valid_to,
        "on_holidays": line.on_holidays,
    }


def _location(place: ServicePlace, addresses: Addresses) -> dict[str, Any]:
    address = addresses.get(place.place_id, {}) if place.confidential else place.address
    lines = [{"id": f"{place.place_id}.address", **_texts("address_1", address)}]
    return {
        "id": place.place_id,
        "location_type": "physical",
        "external_identifier": place.division,
        "external_identifier_type": SOATE,
        "confidential": place.confidential,
        "addresses": [
            {
                **line,
                # HSDS wants these; the division tells them.
                "city": "",
                "state_province": "",
                "postal_code": "",
                "country": COUNTRY_CODE,
                "address_type": "physical",
            }
            for line in lines
            if any(address.values())
        ],
    }


def _attributes(service: Service) -> list[dict[str, Any]]:
    codes = [(SERVICE_TYPES, service.service_type), *((TOPICS, code) for code in service.topics)]
    return [
        {
            "id": f"{service.service_id}.attribute.{n}",
            "link_id": service.service_id,
            "link_entity": "service",
            "taxonomy_term": {
                "id": f"{taxonomy}:{code}",
                "code": code,
                "name": code,
                "description": code,
                "taxonomy": taxonomy,
            },
        }
        for n, (taxonomy, code) in enumerate(codes, start=1)
    ]
