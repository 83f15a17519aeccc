"""The one table that a person edits in a spreadsheet: services.csv alone, one row a service.

Its columns are told in resources/directory/README.md. A cell of several things separates them by
"|" or by a new line inside the cell: telephones "102 (hotline) | +996 312 00 00 00", hours
"MO-FR 09:00-18:00 | SA 10:00-14:00" (also ПН-ПТ), "MO-SU 00:00-24:00 holidays".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from operator_app.domain.csv_table import Row, read_table
from operator_app.domain.hsds_item import Item
from operator_app.domain.hsds_places import SOATE
from operator_app.domain.hsds_service import SERVICE_TYPES, TOPICS, WEEKDAYS
from operator_app.domain.hsds_tables import SERVICES, with_languages
from operator_app.errors import Fault

COLUMNS = (
    "id",
    "status",
    *with_languages("name"),
    "organization_id",
    *with_languages("organization_name"),
    "service_type",
    "topics",
    *with_languages("description"),
    "keywords",
    "phones",
    "hours",
    "division",
    "place_id",
    *with_languages("address"),
    "confidential",
    "service_areas",
    "languages",
    *with_languages("required_documents"),
    *with_languages("fees_description"),
    *with_languages("eligibility_description"),
    *with_languages("application_process"),
    "url",
    "for_danger",
    "assured_date",
    "assurer_email",
    "assured_by",
    "source",
    "confirmed",
)
_RUSSIAN_WEEKDAYS = ("ПН", "ВТ", "СР", "ЧТ", "ПТ", "СБ", "ВС")
_PHONE = re.compile(r"(.*\S)\s*\((voice|hotline|sms|fax)\)", re.IGNORECASE | re.DOTALL)
_HOURS = re.compile(
    r"(?P<days>[^\d\s][^\d]*?)\s*(?P<opens>\d{1,2}:\d{2})\s*[-–—]\s*(?P<closes>\d{1,2}:\d{2})"
    r"(?P<holidays>\s+holidays)?",
    re.IGNORECASE | re.ASCII,
)


def items_from_flat(text: str, faults: list[Fault]) -> list[Item]:
    """The services of the table's text."""
    table = read_table(text, SERVICES, faults)
    if table is None:
        return []
    unknown = [column for column in table.columns if column and column not in COLUMNS]
    if unknown:
        # By number: what stands in a header may be a row of somebody's data.
        places = [table.columns.index(column) + 1 for column in unknown]
        faults += [
            Fault(SERVICES, "csv.unknown_column", {"column": place}, line=1) for place in places
        ]
    missing = [
        names[0]
        for names in (("id",), with_languages("name"))
        if not any(name in table.columns for name in names)
    ]
    faults += [Fault(f"{SERVICES}: {name}", "csv.missing_column", line=1) for name in missing]
    return [] if unknown or missing else [_item(row, faults) for row in table.rows]


def _item(row: Row, faults: list[Fault]) -> Item:
    """The HSDS object of a row: what HSDS has in other objects is taken out of the row's cells."""
    cells = row.cells

    def inner(fields: dict[str, Any], columns: Mapping[str, str]) -> Item:
        return Item(fields, SERVICES, faults, row.line, columns)

    def renamed(name: str, column: str) -> Item:
        """An object with one text, which stands in the columns of another name."""
        columns = dict(zip(with_languages(name), with_languages(column), strict=True))
        return inner({ours: cells.get(theirs, "") for ours, theirs in columns.items()}, columns)

    item = inner(dict(cells), {})
    organization = renamed("name", "organization_name")
    if not any(organization.fields.values()):
        organization = renamed("name", "name")
    organization.fields["id"] = cells.get("organization_id") or cells.get("id", "")
    item.fields["organization"] = inner(
        organization.fields, {**organization.columns, "id": "organization_id"}
    )
    item.fields["attributes"] = [
        inner({"taxonomy_term": inner({"taxonomy": taxonomy, "code": code}, {"code": column})}, {})
        for taxonomy, column in ((SERVICE_TYPES, "service_type"), (TOPICS, "topics"))
        for code in _words(cells.get(column, ""))
    ]
    item.fields["phones"] = [
        inner(_phone(part), {"number": "phones"}) for part in _parts(cells.get("phones", ""))
    ]
    item.fields["schedules"] = _schedules(item, inner)
    item.fields["service_areas"] = [
        inner({"extent": code}, {"extent": "service_areas"})
        for code in _words(cells.get("service_areas", ""))
    ]
    item.fields["languages"] = [
        inner({"code": code}, {"code": "languages"}) for code in _words(cells.get("languages", ""))
    ]
    item.fields["required_documents"] = [renamed("document", "required_documents")]
    address = renamed("address_1", "address")
    if any(address.fields.values()) or cells.get("division", "").strip():
        item.fields["locations"] = [
            inner(
                {
                    "id": cells.get("place_id") or f"{cells.get('id', '').strip()}.place",
                    "external_identifier": cells.get("division", ""),
                    "external_identifier_type": SOATE,
                    "confidential": cells.get("confidential", ""),
                    "addresses": [address],
                },
                {"id": "place_id", "external_identifier": "division"},
            )
        ]
    return item


def _schedules(item: Item, inner: Any) -> list[Item]:
    found = []
    for part in _parts(item.text("hours")):
        parts = _HOURS.fullmatch(part)
        days = _days(parts["days"]) if parts else []
        if parts is None or not days:
            item.complain("hours", "hsds.bad_hours")
            continue
        fields = {
            "byday": ",".join(days),
            "opens_at": parts["opens"],
            "closes_at": parts["closes"],
            "on_holidays": parts["holidays"] is not None,
        }
        found.append(inner(fields, dict.fromkeys(("byday", "opens_at", "closes_at"), "hours")))
    return found


def _days(text: str) -> list[str]:
    """The HSDS days of "MO-FR,SU"; none where a word of it is no day."""
    found: list[str] = []
    for part in text.upper().replace("–", "-").split(","):
        ends = [_day(end.strip()) for end in part.split("-")]
        if None in ends or len(ends) > 2:
            return []
        first, last = ends[0] or 0, ends[-1] or 0
        found += WEEKDAYS[first : last + 1] if first <= last else ()
        if first > last:
            return []
    return found


def _day(word: str) -> int | None:
    for names in (WEEKDAYS, _RUSSIAN_WEEKDAYS):
        if word in names:
            return names.index(word)
    return None


def _phone(part: str) -> dict[str, str]:
    parts = _PHONE.fullmatch(part)
    return {"number": parts[1], "type": parts[2]} if parts else {"number": part}


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in re.split(r"[|\n]", cell) if part.strip()]


def _words(cell: str) -> list[str]:
    return [word for word in re.split(r"[\s,;|]+", cell.strip().removeprefix("'")) if word]
