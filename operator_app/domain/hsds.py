"""Reading and writing the service directory as Open Referral HSDS 3.0: JSON, or tables in a zip,
or one table that a person edits.

HSDS has each text in one language. This profile keeps it in Russian (`name`) and puts the languages
beside it (`name_ky`, `name_ru`, `name_en`); resources/directory/README.md tells the fields.
Nothing here opens a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from operator_app.domain.directory import Service
from operator_app.domain.feed_pages import MOST_ENTRIES
from operator_app.domain.hsds_flat import items_from_flat
from operator_app.domain.hsds_item import Item
from operator_app.domain.hsds_object import Addresses, service_object
from operator_app.domain.hsds_service import service_from
from operator_app.domain.hsds_tables import TABLES, items_from_tables, tables_from_objects
from operator_app.domain.hsds_zip import MAGIC, read_zip, write_zip
from operator_app.domain.reference import Reference
from operator_app.errors import BadInput, Fault

MOST_BYTES = 64 * 1024 * 1024
MOST_FAULTS = 20_000
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class HsdsImport:
    """What a file brings: services that are right, each whole."""

    services: tuple[Service, ...]


def read_hsds(data: bytes, name: str, known: Reference | None = None) -> HsdsImport:
    """The services of a file: a page or list of the HSDS API as JSON, the tabular data package in
    one zip, or services.csv alone (see `hsds_flat.py`), recognised by what is in it.

    `name`: of the file; ".json" tells a broken JSON file from a table. `known`: the codes and places that may be used; without it only their form
    is checked. Raises BadInput("hsds.faults") with all that is wrong (the first 20,000): `where`
    is "services[12].name", or "phones.csv: number" with `line` as a spreadsheet shows it.
    """
    if len(data) > MOST_BYTES:
        raise _bad(Fault("file", "feed.too_large"))
    if not data.strip():
        raise _bad(Fault("file", "feed.empty"))
    faults: list[Fault] = []
    items = _items(data, name, faults)
    services = _services(items, faults, known)
    if not services and not faults:
        faults.append(Fault("file", "feed.empty"))
    if faults:
        # What several services share is wrong once.
        once = {(fault.where, fault.line, fault.code): fault for fault in faults}
        raise _bad(*list(once.values())[:MOST_FAULTS])
    return HsdsImport(tuple(services))


def write_hsds_json(services: Iterable[Service], addresses: Addresses) -> bytes:
    """A page of the HSDS API with all services. `addresses`: of the confidential places that may
    be told, by place id and language; the others are left out."""
    objects = [service_object(service, addresses) for service in services]
    page = {
        "total_items": len(objects),
        "total_pages": 1,
        "page_number": 1,
        "size": len(objects),
        "first_page": True,
        "last_page": True,
        "empty": not objects,
        "contents": objects,
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=1) + b"\n"


def write_hsds_zip(services: Iterable[Service], addresses: Addresses) -> bytes:
    """The tabular data package with all services, as a zip; `addresses` as above."""
    return write_zip(tables_from_objects(service_object(s, addresses) for s in services))


def _items(data: bytes, name: str, faults: list[Fault]) -> Sequence[Item]:
    if data.startswith(MAGIC):
        texts = read_zip(data, TABLES, MOST_BYTES, faults)
        return () if faults else items_from_tables(texts, faults)
    begin = data.removeprefix(BOM)[:1000].lstrip()[:1]
    if name.lower().endswith(".json") or begin in (b"{", b"["):
        return _json_items(data, faults)
    try:
        return items_from_flat(data.decode("utf-8-sig"), faults)
    except UnicodeDecodeError:
        # Never guessed: the 8-bit code of Russian Windows has no Kyrgyz letters, and a file saved
        # in it has lost them.
        faults.append(Fault("file", "csv.not_utf8"))
        return ()


def _json_items(data: bytes, faults: list[Fault]) -> Sequence[Item]:
    try:
        found: Any = msgspec.json.decode(data.removeprefix(BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        faults.append(Fault("file", "hsds.json_syntax"))
        return ()
    if type(found) is dict:
        found = found.get("contents")
    if type(found) is not list or not all(type(each) is dict for each in found):
        faults.append(Fault("file", "hsds.wrong_form"))
        return ()
    return [Item(each, f"services[{number}]", faults) for number, each in enumerate(found)]


def _services(items: Sequence[Item], faults: list[Fault], known: Reference | None) -> list[Service]:
    if len(items) > MOST_ENTRIES:
        faults.append(Fault("file", "hsds.too_many", {"most": MOST_ENTRIES}))
        return []
    seen: set[str] = set()
    services = []
    for item in items:
        service = service_from(item, known)
        if service.service_id in seen:
            item.complain("id", "feed.duplicate")
        seen.add(service.service_id)
        services.append(service)
    return services


def _bad(*faults: Fault) -> BadInput:
    return BadInput("hsds.faults", list(faults))
