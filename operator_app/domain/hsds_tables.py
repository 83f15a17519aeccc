"""HSDS as tables: the files of its tabular data package, joined into services and taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from operator_app.domain.csv_table import Table, read_table, write_table
from operator_app.domain.hsds_item import Item
from operator_app.domain.office import LANGUAGES
from operator_app.errors import Fault

SERVICES = "services.csv"
ORGANIZATIONS = "organizations.csv"
LOCATIONS = "locations.csv"
AT_LOCATION = "service_at_location.csv"
ADDRESSES = "addresses.csv"
PHONES = "phones.csv"
SCHEDULES = "schedules.csv"
ATTRIBUTES = "attributes.csv"
TERMS = "taxonomy_terms.csv"
DATA_PACKAGE = "datapackage.json"

_OF_SERVICE = {
    "service_areas.csv": "service_areas",
    "languages.csv": "languages",
    "required_documents.csv": "required_documents",
    "cost_options.csv": "cost_options",
}
_NEEDED = {
    SERVICES: ("id", "organization_id"),
    ORGANIZATIONS: ("id",),
    LOCATIONS: ("id",),
    AT_LOCATION: ("service_id", "location_id"),
    ADDRESSES: ("location_id",),
    PHONES: ("number",),
    SCHEDULES: ("opens_at", "closes_at"),
    ATTRIBUTES: ("link_id", "taxonomy_term_id"),
    TERMS: ("id", "code"),
    "service_areas.csv": ("service_id", "extent"),
    "languages.csv": ("service_id", "code"),
    "required_documents.csv": ("service_id",),
    "cost_options.csv": ("service_id",),
}
TABLES = frozenset(_NEEDED)


def with_languages(name: str) -> tuple[str, ...]:
    """The columns of a text: HSDS's own, and one for each language."""
    return (name, *(f"{name}_{language}" for language in LANGUAGES))


COLUMNS: Mapping[str, tuple[str, ...]] = {
    ORGANIZATIONS: ("id", *with_languages("name"), "description"),
    SERVICES: (
        "id",
        "organization_id",
        *with_languages("name"),
        *with_languages("description"),
        "url",
        "status",
        *with_languages("application_process"),
        *with_languages("eligibility_description"),
        "assured_date",
        "assurer_email",
        "assured_by",
        "keywords",
        "for_danger",
        "source",
        "confirmed",
    ),
    AT_LOCATION: ("id", "service_id", "location_id"),
    LOCATIONS: (
        "id",
        "location_type",
        "external_identifier",
        "external_identifier_type",
        "confidential",
    ),
    ADDRESSES: (
        "id",
        "location_id",
        *with_languages("address_1"),
        "city",
        "state_province",
        "postal_code",
        "country",
        "address_type",
    ),
    PHONES: ("id", "service_id", "number", "type", *with_languages("description")),
    SCHEDULES: (
        "id",
        "service_id",
        "freq",
        "byday",
        "opens_at",
        "closes_at",
        "timezone",
        "valid_from",
        "valid_to",
        "on_holidays",
    ),
    "service_areas.csv": ("id", "service_id", "name", "extent", "extent_type"),
    "languages.csv": ("id", "service_id", "code", "name"),
    "required_documents.csv": ("id", "service_id", *with_languages("document")),
    "cost_options.csv": ("id", "service_id", *with_languages("amount_description")),
    ATTRIBUTES: ("id", "link_id", "link_entity", "taxonomy_term_id"),
    TERMS: ("id", "code", "name", "description", "taxonomy"),
}
"""What is written, in the order of the files and of their columns."""


def items_from_tables(texts: Mapping[str, str], faults: list[Fault]) -> list[Item]:
    """The services of the tables (file name to text), each with what belongs to it."""
    tables = {name: _table(name, text, faults) for name, text in texts.items()}
    absent = [name for name in (SERVICES, ORGANIZATIONS) if name not in tables]
    faults += [Fault(name, "hsds.missing_table") for name in absent]
    if absent or None in tables.values():
        return []
    rows = {
        name: [Item(dict(row.cells), name, faults, row.line) for row in table.rows]
        for name, table in tables.items()
        if table is not None
    }
    return _joined(rows)


def tables_from_objects(objects: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """The files of the data package for services as `hsds_object.service_object` makes them.

    An organisation, a place and a term that several services share is written as the first of
    them has it.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {name: [] for name in COLUMNS}
    once: dict[str, dict[str, Mapping[str, Any]]] = {ORGANIZATIONS: {}, LOCATIONS: {}, TERMS: {}}
    for service in objects:
        of = {"service_id": service["id"]}
        rows[SERVICES].append(service)
        once[ORGANIZATIONS].setdefault(service["organization"]["id"], service["organization"])
        for name, inner in {**_OF_SERVICE, PHONES: "phones", SCHEDULES: "schedules"}.items():
            rows[name] += [{**each, **of} for each in service[inner]]
        for link in service["service_at_locations"]:
            rows[AT_LOCATION].append({**link, **of})
            once[LOCATIONS].setdefault(link["location_id"], link["location"])
        for attribute in service["attributes"]:
            term = attribute["taxonomy_term"]
            rows[ATTRIBUTES].append({**attribute, "taxonomy_term_id": term["id"]})
            once[TERMS].setdefault(term["id"], term)
    for name, found in once.items():
        rows[name] += found.values()
    for location in once[LOCATIONS].values():
        rows[ADDRESSES] += [{**a, "location_id": location["id"]} for a in location["addresses"]]
    files = {
        name: write_table(columns, [_cells(row, columns) for row in rows[name]])
        for name, columns in COLUMNS.items()
    }
    return {**files, DATA_PACKAGE: _data_package()}


def _table(name: str, text: str, faults: list[Fault]) -> Table | None:
    table = read_table(text, name, faults)
    if table is None:
        return None
    missing = [column for column in _NEEDED[name] if column not in table.columns]
    faults += [Fault(f"{name}: {column}", "csv.missing_column", line=1) for column in missing]
    return None if missing else table


def _joined(rows: Mapping[str, list[Item]]) -> list[Item]:
    organizations = _by_id(rows.get(ORGANIZATIONS, []))
    services = _by_id(rows[SERVICES])
    locations = _by_id(rows.get(LOCATIONS, []))
    links = _by_id([row for row in rows.get(AT_LOCATION, []) if row.fields.get("id")])
    terms = _by_id(rows.get(TERMS, []))
    for service in services.values():
        service.fields["organization"] = _linked(service, "organization_id", organizations)
    for link in rows.get(AT_LOCATION, []):
        link.fields["location"] = _linked(link, "location_id", locations)
        _linked(link, "service_id", services).adopt("service_at_locations", link)
    for address in rows.get(ADDRESSES, []):
        _linked(address, "location_id", locations).adopt("addresses", address)
    for table, name in ((PHONES, "phones"), (SCHEDULES, "schedules")):
        for row in rows.get(table, []):
            owners = {
                "service_id": services,
                "service_at_location_id": links,
                "location_id": locations,
            }
            named = [column for column in owners if row.fields.get(column)]
            if not named and not row.fields.get("organization_id"):
                row.complain("service_id", "feed.missing")
            for column in named[:1]:
                _linked(row, column, owners[column]).adopt(name, row)
    for table, name in _OF_SERVICE.items():
        for row in rows.get(table, []):
            _linked(row, "service_id", services).adopt(name, row)
    for attribute in rows.get(ATTRIBUTES, []):
        if attribute.code("link_entity").lower() in ("", "service"):
            attribute.fields["taxonomy_term"] = _linked(attribute, "taxonomy_term_id", terms)
            _linked(attribute, "link_id", services).adopt("attributes", attribute)
    return list(services.values())


def _by_id(rows: Iterable[Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for row in rows:
        entry_id = row.code("id")
        if entry_id in found or not entry_id:
            row.complain("id", "feed.duplicate" if entry_id else "feed.missing")
        else:
            found[entry_id] = row
    return found


def _linked(row: Item, column: str, owners: Mapping[str, Item]) -> Item:
    """The row that a column points to; one whose own faults nobody hears where there is none."""
    found = owners.get(row.code(column))
    if found is None:
        row.complain(column, "hsds.unknown_link")
    return found or Item({}, "", [])


def _cells(row: Mapping[str, Any], columns: Iterable[str]) -> dict[str, str]:
    return {column: _cell(row.get(column, "")) for column in columns}


def _cell(value: Any) -> str:
    return str(value).lower() if type(value) is bool else str(value)


def _data_package() -> bytes:
    package = {
        "name": "directory-117",
        "profile": "tabular-data-package",
        "resources": [
            {
                "name": name.removesuffix(".csv"),
                "path": name,
                "profile": "tabular-data-resource",
                "schema": {"fields": [{"name": c, "type": "string"} for c in columns]},
            }
            for name, columns in COLUMNS.items()
        ],
    }
    return msgspec.json.format(msgspec.json.encode(package), indent=1) + b"\n"
