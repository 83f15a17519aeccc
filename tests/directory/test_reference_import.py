"""Files of reference data: checked, shown, taken whole by those who may, or not at all."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from operator_app.db import audit as audit_chain
from operator_app.db import feeds, settings
from operator_app.db.metadata import metadata
from operator_app.db.models import audit
from operator_app.domain.csv_table import write_table
from operator_app.domain.directory import Service, ServicePlace
from operator_app.domain.feed_pages import PACKAGE_FORMAT, PACKAGE_PURPOSE, PURPOSE, make_pages
from operator_app.domain.feeds import DIRECTORY, DIVISIONS, FeedEntry, entry_body
from operator_app.domain.hsds import read_hsds, write_hsds_json, write_hsds_zip
from operator_app.domain.hsds_flat import COLUMNS
from operator_app.domain.people import Role
from operator_app.domain.wire import canonical_plain
from operator_app.errors import BadInput, EnvironmentProblem, NotAllowed
from operator_app.services.calls import Calls
from operator_app.services.reference import with_feeds
from operator_app.services.reference_import import FileKind, ReferenceImport
from operator_app.sync.feed_package import read_package, take_package_in
from operator_app.sync.receipts import sign
from tests.conftest import ALAMUDUN, information_call
from tests.directory.entries import BISHKEK, service

SECRET = {"ru": "Тайная улица, 7"}
SHELTER = service("shelter", places=(ServicePlace("shelter.place", BISHKEK, SECRET, True),))
AIMAK = "41708203808000"
VILLAGE = "41708203808010"


@pytest.fixture
def imports(office) -> ReferenceImport:
    return ReferenceImport(
        office.database, office.reference, office.clock, read_package, take_package_in
    )


@pytest.fixture
def put(tmp_path):
    def write(data: bytes, name: str = "file") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def everything(office) -> dict[str, list[tuple]]:
    with office.database.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
        }


def current(office, feed: str) -> dict[str, feeds.Kept]:
    with office.database.read() as connection:
        return {kept.entry_id: kept for kept in feeds.current(connection, feed, removed=True)}


def last_audit(office) -> tuple[str, dict]:
    with office.database.read() as connection:
        assert audit_chain.first_broken(connection) is None
        row = connection.execute(select(audit).order_by(audit.c.seq.desc())).mappings().first()
    return row["action"], json.loads(row["details"])


def counts(plan) -> tuple[int, int, int]:
    return plan.new, plan.changed, plan.removed


@pytest.mark.parametrize(
    "data",
    [
        write_hsds_json([SHELTER, service("two")], {"shelter.place": SECRET}),
        write_hsds_zip([SHELTER, service("two")], {"shelter.place": SECRET}),
        write_table(
            COLUMNS,
            [
                {
                    "id": "shelter",
                    "name_ru": "Служба",
                    "name_ky": "Кызмат",
                    "organization_id": "org",
                    "organization_name": "Орган",
                    "division": BISHKEK,
                    "address": SECRET["ru"],
                    "confidential": "yes",
                },
                {"id": "two", "name": "Служба"},
            ],
        ),
    ],
    ids=["json", "zip", "csv"],
)
def test_a_directory_is_checked_and_then_taken(data, office, imports, put) -> None:
    before = everything(office)
    plan = imports.check(office.actor, put(data))
    assert everything(office) == before
    assert (plan.kind, *counts(plan), plan.fingerprint) == (FileKind.DIRECTORY, 2, 0, 0, "")
    taken = imports.carry_out(office.actor, plan)
    assert (taken.new, taken.total) == (2, 2)
    kept = current(office, DIRECTORY)
    assert kept["shelter"].source == "local" and not kept["shelter"].removed
    # The address is kept apart, and in no version of the entry.
    assert SECRET["ru"] not in json.dumps(kept["shelter"].body, ensure_ascii=False)
    with office.database.read() as connection:
        assert feeds.addresses(connection, ["shelter.place"]) == {"shelter.place": SECRET}
    assert last_audit(office) == (
        "reference.imported",
        {
            "kind": "directory",
            "new": 2,
            "changed": 0,
            "removed": 0,
            "sha256": hashlib.sha256(data).hexdigest(),
        },
    )


def test_what_is_the_same_is_not_changed(office, imports, put) -> None:
    data = write_hsds_json([SHELTER, service("two")], {"shelter.place": SECRET})
    imports.carry_out(office.actor, imports.check(office.actor, put(data)))
    before = current(office, DIRECTORY)
    plan = imports.check(office.actor, put(data))
    assert counts(plan) == (0, 0, 0)
    imports.carry_out(office.actor, plan)
    assert current(office, DIRECTORY) == before
    renamed = service("two", names={"ru": "Другое"})
    plan = imports.check(office.actor, put(write_hsds_json([renamed], {})))
    assert counts(plan) == (0, 1, 0)
    imports.carry_out(office.actor, plan)
    # What is not in the file stays.
    assert current(office, DIRECTORY)["shelter"] == before["shelter"]
    assert current(office, DIRECTORY)["two"].body["names"] == {"ru": "Другое"}


def test_a_file_without_the_address_leaves_it_and_another_one_is_a_change(
    office, imports, put
) -> None:
    data = write_hsds_json([SHELTER], {"shelter.place": SECRET})
    imports.carry_out(office.actor, imports.check(office.actor, put(data)))
    assert counts(imports.check(office.actor, put(write_hsds_json([SHELTER], {})))) == (0, 0, 0)
    moved = {"shelter.place": {"ru": "Другая улица, 1"}}
    plan = imports.check(office.actor, put(write_hsds_json([SHELTER], moved)))
    assert counts(plan) == (0, 1, 0)
    imports.carry_out(office.actor, plan)
    with office.database.read() as connection:
        assert feeds.addresses(connection, ["shelter.place"]) == moved


@pytest.mark.parametrize(
    "place",
    [
        ServicePlace("shelter.place", BISHKEK, {"ru": "Улица 1"}),
        ServicePlace("another", BISHKEK),
    ],
)
def test_no_file_makes_a_confidential_place_public(place, office, imports, put) -> None:
    data = write_hsds_json([SHELTER, service("two")], {"shelter.place": SECRET})
    imports.carry_out(office.actor, imports.check(office.actor, put(data)))
    before = everything(office)
    with pytest.raises(BadInput) as caught:
        opened = [service("shelter", places=(place,)), service("two", places=(place,))]
        imports.check(office.actor, put(write_hsds_json(opened, {})))
    assert caught.value.code == "import.faults"
    found = {f.where for f in caught.value.faults}
    assert {f.code for f in caught.value.faults} == {"import.was_confidential"}
    assert "shelter: confidential" in found
    # A place that somebody else shares is guarded by its own id.
    assert ("two: confidential" in found) is (place.place_id == "shelter.place")
    assert everything(office) == before


def test_a_broken_table_of_ten_thousand_rows_changes_nothing(office, imports, put) -> None:
    rows = [{"id": f"s{number}", "name": "Служба"} for number in range(10_000)]
    for number in range(0, 10_000, 7):
        rows[number]["division"] = "здесь"
    before = everything(office)
    with pytest.raises(BadInput) as caught:
        imports.check(office.actor, put(write_table(COLUMNS, rows), "10000.csv"))
    assert [f.line for f in caught.value.faults] == [n + 2 for n in range(0, 10_000, 7)]
    assert {f.where for f in caught.value.faults} == {"services.csv: division"}
    assert everything(office) == before


def test_only_who_manages_reference_data_may(office, imports, put) -> None:
    path = put(write_hsds_json([service()], {}))
    plan = imports.check(office.actor, path)
    operator = office.person(Role.OPERATOR, "operator")
    before = everything(office)
    for act in (
        lambda: imports.check(operator, path),
        lambda: imports.carry_out(operator, plan),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert everything(office) == before
    administrator = office.person(Role.ADMINISTRATOR, "admin")
    imports.carry_out(administrator, imports.check(administrator, path))
    assert "one" in current(office, DIRECTORY)


def test_a_file_that_cannot_be_read_or_is_far_too_large(office, imports, put, tmp_path) -> None:
    for path in (tmp_path / "missing.csv", tmp_path):
        with pytest.raises(EnvironmentProblem) as caught:
            imports.check(office.actor, path)
        assert caught.value.code == "import.unreadable"
    large = put(b"")
    with large.open("wb") as stream:
        stream.truncate(70 * 1024 * 1024)
    with pytest.raises(BadInput) as refused:
        imports.check(office.actor, large)
    assert [f.code for f in refused.value.faults] == ["feed.too_large"]


# Places


def divisions(*rows: tuple[str, ...]) -> bytes:
    columns = ("код", "наименование", "действует до", "заменен на")
    return write_table(columns, [dict(zip(columns, row, strict=False)) for row in rows])


def take(office, imports, put, data: bytes):
    """Import a list of places; what this PC then knows of places."""
    plan = imports.check(office.actor, put(data))
    assert plan.kind is FileKind.SOATE
    imports.carry_out(office.actor, plan)
    return with_feeds(office.reference, office.database, office.clock().date())


def test_the_official_list_brings_levels_three_and_four(office, imports, put) -> None:
    reference = take(office, imports, put, divisions((AIMAK, "Аймак"), (VILLAGE, "Село")))
    assert [d.code for d in reference.divisions(3, ALAMUDUN)] == [AIMAK]
    assert [d.code for d in reference.divisions(4, AIMAK)] == [VILLAGE]
    assert reference.division_path(VILLAGE, "ru").endswith(" › Аймак › Село")
    assert len(reference.divisions(2)) == len(office.reference.divisions(2))
    assert last_audit(office)[1]["new"] == 2


def test_a_place_that_is_no_more_is_not_offered_and_old_calls_keep_its_name(
    office, imports, put
) -> None:
    reference = take(office, imports, put, divisions((AIMAK, "Старый аймак")))
    calls = Calls(office.database, reference, office.clock)
    form = information_call(calls.start(office.actor).form, division=AIMAK)
    saved = calls.save(office.actor, form)
    data = divisions((AIMAK, "Старый аймак", "31.12.2025", "41708203000000"))
    reference = take(office, imports, put, data)
    assert reference.divisions(3, ALAMUDUN) == []
    division = calls.open(office.actor, saved.call_id).form.division
    assert reference.division_path(division, "ru").endswith(" › Старый аймак")
    assert reference.division(division).replaced_by == ALAMUDUN
    # Also where another list knows nothing of it.
    reference = take(office, imports, put, divisions(("41708203812000", "Новый аймак")))
    assert [d.code for d in reference.divisions(3, ALAMUDUN)] == ["41708203812000"]
    assert reference.division(AIMAK).label("ru") == "Старый аймак"


def test_a_broken_list_of_places_changes_nothing(office, imports, put) -> None:
    before = everything(office)
    with pytest.raises(BadInput) as caught:
        imports.check(office.actor, put(divisions((AIMAK, "Аймак"), ("1", "Что-то"))))
    assert [(f.line, f.where) for f in caught.value.faults] == [(3, "soate.csv: код")]
    assert everything(office) == before


# A package of the ministry


def package(key: Ed25519PrivateKey, entries: list[FeedEntry], version: int = 2) -> bytes:
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    pages = make_pages(DIRECTORY, version, 0, entries, 1)
    signed = [canonical_plain(sign(page, key, purpose=PURPOSE)) for page in pages]
    head = canonical_plain({**PACKAGE_FORMAT, "receipt_key": public})
    before = b"".join(line + b"\n" for line in (head, *signed))
    trailer = {"lines": 1 + len(pages), "digest": hashlib.sha256(before).hexdigest()}
    return before + canonical_plain(sign(trailer, key, purpose=PACKAGE_PURPOSE)) + b"\n"


def body(entry: Service) -> FeedEntry:
    return FeedEntry(entry.service_id, entry_body(entry))


def test_a_package_is_compared_by_people_where_no_server_is_known(office, imports, put) -> None:
    key = Ed25519PrivateKey.generate()
    data = package(key, [body(service("one")), body(service("two")), FeedEntry("msec", None)])
    with office.database.write() as connection:
        known = [body(service("one", names={"ru": "Было"})), body(service("msec"))]
        feeds.take(connection, DIRECTORY, known, feeds.PROGRAM, 1)
    plan = imports.check(office.actor, put(data, "ministry.117feeds"))
    assert (plan.kind, *counts(plan)) == (FileKind.PACKAGE, 1, 1, 1)
    assert plan.fingerprint
    imports.carry_out(office.actor, plan)
    kept = current(office, DIRECTORY)
    assert kept["two"].source == kept["one"].source == "ministry"
    assert kept["msec"].removed
    with office.database.read() as connection:
        assert feeds.read_state(connection, DIRECTORY).version == 2
    action, details = last_audit(office)
    assert (action, details["kind"], details["removed"]) == ("reference.imported", "package", 1)
    # The same again is no news.
    assert counts(imports.check(office.actor, put(data))) == (0, 0, 0)


def test_a_package_of_another_server_is_refused_where_one_is_known(office, imports, put) -> None:
    key = Ed25519PrivateKey.generate()
    with office.database.write() as connection:
        public = key.public_key().public_bytes_raw()
        settings.write_server(
            connection, settings.Server("https://117.example.kg", receipt_key=public)
        )
    entries = [body(service("one"))]
    assert imports.check(office.actor, put(package(key, entries))).fingerprint == ""
    before = everything(office)
    other = package(Ed25519PrivateKey.generate(), entries)
    torn = package(key, entries)[:-40]
    for data in (other, torn):
        with pytest.raises(BadInput) as caught:
            imports.check(office.actor, put(data))
        assert caught.value.code == "package.faults"
    assert everything(office) == before


# The directory as a file


@pytest.mark.parametrize("kind", ["json", "zip"])
@pytest.mark.parametrize(
    ("role", "told"),
    [(Role.SUPERVISOR, True), (Role.ADMINISTRATOR, False), (Role.OPERATOR, False)],
)
def test_the_directory_is_written_with_addresses_only_by_right(
    kind, role, told, office, imports, put, tmp_path
) -> None:
    data = write_hsds_json([SHELTER, service("two")], {"shelter.place": SECRET})
    imports.carry_out(office.actor, imports.check(office.actor, put(data)))
    target = tmp_path / f"117_directory.{kind}"
    made = imports.export_directory(office.person(role, "person"), target, kind)
    written = target.read_bytes()
    assert made.file == target and made.sha256 == hashlib.sha256(written).hexdigest()
    found = {s.service_id: s for s in read_hsds(written, target.name).services}
    assert made.records == len(found)
    assert set(found) == set(current(office, DIRECTORY))
    assert found["shelter"].places[0].address == (SECRET if told else {})
    whole = written
    if kind == "zip":
        with zipfile.ZipFile(BytesIO(written)) as archive:
            whole = b"".join(archive.read(name) for name in archive.namelist())
    assert (SECRET["ru"].encode() in whole) is told
    action, details = last_audit(office)
    assert action == "directory.exported"
    assert details == {
        "format": kind,
        "services": len(found),
        "addresses": int(told),
        "sha256": made.sha256,
    }


def test_a_directory_that_was_written_is_no_change(office, imports, put, tmp_path) -> None:
    data = write_hsds_json([SHELTER, service("two")], {"shelter.place": SECRET})
    imports.carry_out(office.actor, imports.check(office.actor, put(data)))
    for kind in ("json", "zip"):
        target = tmp_path / f"again.{kind}"
        imports.export_directory(office.actor, target, kind)
        assert counts(imports.check(office.actor, target)) == (0, 0, 0)


def test_an_export_that_failed_is_audited_as_such(office, imports, tmp_path) -> None:
    with pytest.raises(EnvironmentProblem) as caught:
        imports.export_directory(office.actor, tmp_path / "missing" / "a.json", "json")
    assert caught.value.code == "export.folder_missing"
    assert last_audit(office)[0] == "directory.export_failed"


def test_places_of_the_feed_come_with_their_source(office, imports, put) -> None:
    take(office, imports, put, divisions((AIMAK, "Аймак")))
    assert current(office, DIVISIONS)[AIMAK].source == "local"
