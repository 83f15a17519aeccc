"""What is wrong with a directory is named by row and field; nothing of its content is repeated."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from operator_app.domain.csv_table import write_table
from operator_app.domain.hsds import read_hsds, write_hsds_json, write_hsds_zip
from operator_app.domain.hsds_flat import COLUMNS
from operator_app.errors import BadInput, Fault
from tests.directory.entries import ALAMUDUN, BISHKEK, service

CANARY = "КАНАРЕЙКА"


def faults_of(data: bytes, name: str, reference=None) -> list[Fault]:
    with pytest.raises(BadInput) as caught:
        read_hsds(data, name, reference)
    assert caught.value.code == "hsds.faults"
    assert CANARY not in repr(caught.value.faults)
    return caught.value.faults


def named(data: bytes, name: str, reference=None) -> set[tuple[str, str]]:
    return {(fault.where, fault.code) for fault in faults_of(data, name, reference)}


def found_with(**changes: object) -> bytes:
    """A page of one service with other fields."""
    page = json.loads(write_hsds_json([service()], {}))
    page["contents"][0] |= changes
    return json.dumps(page).encode()


@pytest.mark.parametrize(
    ("changes", "where", "code"),
    [
        ({"id": ""}, "id", "feed.missing"),
        ({"id": f"два слова {CANARY}"}, "id", "feed.bad_id"),
        ({"id": 5.5e20}, "id", "hsds.wrong_type"),
        ({"name": "", "name_ru": None, "name_ky": " "}, "name", "feed.missing"),
        ({"name": CANARY}, "name", "hsds.texts_differ"),
        ({"name_ky": {"a": 1}}, "name_ky", "hsds.wrong_type"),
        ({"name_en": "x" * 4001}, "name_en", "hsds.too_long"),
        ({"description": "\x07"}, "description", "hsds.bad_text"),
        ({"status": CANARY}, "status", "feed.unknown_status"),
        ({"for_danger": CANARY}, "for_danger", "hsds.bad_yes_no"),
        ({"url": "javascript:alert(1)"}, "url", "hsds.bad_url"),
        ({"url": "file:///etc/passwd"}, "url", "hsds.bad_url"),
        ({"assured_date": "24.11.2026"}, "assured_date", "feed.bad_day"),
        ({"organization": None}, "organization.id", "feed.missing"),
        ({"organization": {"id": "o"}}, "organization.name", "feed.missing"),
        ({"organization": []}, "organization", "hsds.wrong_type"),
        ({"phones": {"number": 1}}, "phones", "hsds.wrong_type"),
        ({"phones": ["102"]}, "phones[0]", "hsds.wrong_type"),
        ({"phones": [{"number": ""}]}, "phones[0].number", "feed.missing"),
        ({"phones": [{"number": CANARY}]}, "phones[0].number", "hsds.bad_phone"),
        ({"phones": [{"number": "9,96E+11"}]}, "phones[0].number", "hsds.spreadsheet_number"),
        ({"phones": [{"number": "1"}] * 1001}, "phones", "hsds.too_many"),
        ({"schedules": [{"byday": "МО"}]}, "schedules[0].byday", "feed.bad_weekday"),
        ({"schedules": [{"byday": ""}]}, "schedules[0].byday", "feed.bad_weekday"),
        ({"schedules": [{"opens_at": "25:00"}]}, "schedules[0].opens_at", "feed.bad_time"),
        ({"schedules": [{"closes_at": ""}]}, "schedules[0].closes_at", "feed.bad_time"),
        ({"schedules": [{"opens_at": "09:00Z"}]}, "schedules[0].opens_at", "hsds.other_time_zone"),
        ({"schedules": [{"timezone": 3}]}, "schedules[0].timezone", "hsds.other_time_zone"),
        ({"schedules": [{"freq": "MONTHLY"}]}, "schedules[0].freq", "hsds.only_weekly"),
        ({"schedules": [{"interval": 2}]}, "schedules[0].freq", "hsds.only_weekly"),
        ({"schedules": [{"until": "2026-01-01"}]}, "schedules[0].until", "hsds.only_weekly"),
        (
            {"schedules": [{"valid_from": "2026-02-01", "valid_to": "2026-01-01"}]},
            "schedules[0].valid_to",
            "feed.ends_before_it_begins",
        ),
        ({"service_areas": [{"name": CANARY}]}, "service_areas[0].extent", "hsds.not_soate"),
        ({"languages": [{"code": CANARY}]}, "languages[0].code", "hsds.bad_language"),
        (
            {"service_at_locations": [{"location": {"id": "p"}}]},
            "service_at_locations[0].location.external_identifier",
            "feed.bad_division",
        ),
        (
            {"locations": [{"id": "p", "external_identifier": BISHKEK}] * 2},
            "locations[1].id",
            "feed.duplicate",
        ),
        (
            {"attributes": [{"taxonomy_term": {"taxonomy": "topic_l2", "code": ""}}]},
            "attributes[0].taxonomy_term.code",
            "hsds.unknown_code",
        ),
        (
            {"attributes": [{"taxonomy_term": {"taxonomy": "service_type", "code": "X"}}] * 2},
            "attributes",
            "hsds.too_many",
        ),
    ],
)
def test_a_wrong_field_of_json_is_named(changes, where, code) -> None:
    assert (f"services[0].{where}", code) in named(found_with(**changes), "a.json")


def test_codes_and_places_have_to_be_known_where_they_can_be_looked_up(reference) -> None:
    place = {"id": "p", "external_identifier": "41799999000000"}
    changes = {
        "attributes": [{"taxonomy_term": {"taxonomy": "service_type", "code": "NEW"}}],
        "service_areas": [{"extent": "41799999000000"}],
        "locations": [place],
    }
    assert read_hsds(found_with(**changes), "a.json").services
    assert named(found_with(**changes), "a.json", reference) == {
        ("services[0].attributes[0].taxonomy_term.code", "hsds.unknown_code"),
        ("services[0].service_areas[0].extent", "hsds.unknown_division"),
        ("services[0].locations[0].external_identifier", "hsds.unknown_division"),
    }


def test_two_services_with_one_id(reference) -> None:
    data = write_hsds_json([service("a"), service("b"), service("a")], {})
    assert named(data, "a.json") == {("services[2].id", "feed.duplicate")}


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.json", "feed.empty"),
        (b"  \n", "a.csv", "feed.empty"),
        (b"[]", "a.json", "feed.empty"),
        (b'{"contents": []}', "a.json", "feed.empty"),
        (b"[1]", "a.json", "hsds.wrong_form"),
        (b'{"services": []}', "a", "hsds.wrong_form"),
        (b'{"contents": {}}', "a", "hsds.wrong_form"),
        (b"not json", "a.json", "hsds.json_syntax"),
        (b"[{]", "a", "hsds.json_syntax"),
        (b"[" * 100_000, "a", "hsds.json_syntax"),
        (b'["\xff"]', "a", "hsds.json_syntax"),
        (b'[{"id": "\\ud800"}]', "a", "hsds.json_syntax"),
        (b" " * (64 * 1024 * 1024 + 1), "a", "feed.too_large"),
        ("id;name\n1;Кызмат".encode("cp1251"), "a.csv", "csv.not_utf8"),
        ("id,name\n1,x".encode("utf-16"), "a.csv", "csv.not_utf8"),
        (b"id,name\n", "a.csv", "feed.empty"),
        (b'id,name\n1,"x', "a.csv", "csv.syntax"),
        (b"id,id,name\n1,1,x", "a.csv", "csv.bad_header"),
        (b",\n1,2", "a.csv", "csv.bad_header"),
        (b"id\n1", "a.csv", "csv.missing_column"),
        (b"id,name,adress\n1,x,y", "a.csv", "csv.unknown_column"),
    ],
)
def test_a_file_that_is_no_directory(data, name, code) -> None:
    assert code in {fault.code for fault in faults_of(data, name)}


# One table


def flat(*rows: dict[str, str]) -> bytes:
    return write_table(COLUMNS, rows)


FULL = {
    "id": "crisis-example",
    "name": "Центр",
    "name_ky": "Борбор",
    "organization_id": "org",
    "organization_name_ru": "Организация",
    "service_type": "CRI",
    "topics": "VIO.DOM, VIO.SHL",
    "description": "=Помощь",
    "keywords": "приют",
    "phones": "+996 312 00 00 00 (hotline) | (0312) 00-00-01\n102",
    "hours": "MO-FR 9:00-18:00 | СБ 10:00–14:00\nMO-SU 00:00-24:00 holidays",
    "division": ALAMUDUN,
    "address": "Улица 1",
    "address_ky": "Көчө 1",
    "confidential": "да",
    "service_areas": f"{ALAMUDUN} {BISHKEK}",
    "languages": "ky ru",
    "required_documents_ru": "Паспорт",
    "fees_description": "Бесплатно",
    "eligibility_description": "Все",
    "application_process_ky": "Келүү",
    "url": "https://example.kg",
    "for_danger": "yes",
    "assured_date": "2026-11-01",
    "assured_by": "Проверил отдел",
    "source": "письмо",
    "confirmed": "ИСТИНА",
}


def test_a_row_says_all_of_a_service(reference) -> None:
    (found,) = read_hsds(flat(FULL), "a.csv", reference).services
    assert found.names == {"ru": "Центр", "ky": "Борбор"}
    assert (found.organization_id, found.organization_names) == ("org", {"ru": "Организация"})
    assert (found.service_type, found.topics) == ("CRI", ("VIO.DOM", "VIO.SHL"))
    assert found.descriptions == {"ru": "=Помощь"}
    assert [(p.number, p.kind) for p in found.phones] == [
        ("+996 312 00 00 00", "hotline"),
        ("(0312) 00-00-01", "voice"),
        ("102", "voice"),
    ]
    assert [(line.days, line.opens, line.closes, line.on_holidays) for line in found.hours] == [
        ((0, 1, 2, 3, 4), "09:00", "18:00", False),
        ((5,), "10:00", "14:00", False),
        ((0, 1, 2, 3, 4, 5, 6), "00:00", "24:00", True),
    ]
    (place,) = found.places
    assert (place.place_id, place.division) == ("crisis-example.place", ALAMUDUN)
    assert place.confidential and place.address == {"ru": "Улица 1", "ky": "Көчө 1"}
    assert (found.areas, found.languages) == ((ALAMUDUN, BISHKEK), ("ky", "ru"))
    assert (found.documents, found.cost) == ({"ru": "Паспорт"}, {"ru": "Бесплатно"})
    assert (found.eligibility, found.how_to_apply) == ({"ru": "Все"}, {"ky": "Келүү"})
    assert (found.url, found.assured_on) == ("https://example.kg", "2026-11-01")
    assert (found.assured_by, found.source) == ("Проверил отдел", "письмо")
    assert found.for_danger and found.confirmed and found.is_active


@pytest.mark.parametrize("data", [b"id;name\r\n117;\xd0\xa1;;\r\n", b"id,name\n'117,\xd0\xa1\n"])
def test_an_id_and_a_name_are_enough(data) -> None:
    (found,) = read_hsds(data, "a.csv").services
    assert (found.service_id, found.organization_id) == ("117", "117")
    assert found.names == found.organization_names == {"ru": "С"}


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("id", "", "feed.missing"),
        ("name", "", "feed.missing"),
        ("phones", f"102 | {CANARY}", "hsds.bad_phone"),
        ("phones", "9.96E+11", "hsds.spreadsheet_number"),
        ("hours", CANARY, "hsds.bad_hours"),
        ("hours", "MO-XX 09:00-18:00", "hsds.bad_hours"),
        ("hours", "FR-MO 09:00-18:00", "hsds.bad_hours"),
        ("hours", "MO-FR 09:00-25:00", "feed.bad_time"),
        ("division", "4,17E+13", "hsds.spreadsheet_number"),
        ("division", "", "feed.bad_division"),
        ("division", "41799999000000", "hsds.unknown_division"),
        ("service_areas", CANARY, "hsds.not_soate"),
        ("service_type", CANARY, "hsds.unknown_code"),
        ("topics", f"VIO.DOM {CANARY}", "hsds.unknown_code"),
        ("languages", "русский", "hsds.bad_language"),
        ("confidential", CANARY, "hsds.bad_yes_no"),
        ("confidential", "", "hsds.confidential_unsaid"),
        ("for_danger", "maybe", "hsds.bad_yes_no"),
        ("status", CANARY, "feed.unknown_status"),
        ("assured_date", "вчера", "feed.bad_day"),
        ("url", "example.kg", "hsds.bad_url"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(column, value, code, reference) -> None:
    row = {**FULL, column: value}
    if column == "name":
        row["name_ky"] = ""
    found = faults_of(flat({**FULL, "id": "first"}, {}, row), "мой файл.csv", reference)
    # The empty row counts: so does a spreadsheet.
    assert (f"services.csv: {column}", code, 4) in {(f.where, f.code, f.line) for f in found}
    assert {fault.line for fault in found} == {4}


def test_a_cell_with_a_new_line_is_one_row() -> None:
    data = flat({"id": "a", "name": "Две\nстроки"}, {"id": "b"})
    assert [(f.line, f.where) for f in faults_of(data, "a.csv")] == [(3, "services.csv: name")]


def test_a_cell_beyond_the_header_is_a_fault() -> None:
    (fault,) = faults_of(b"id,name\na,x\nb,y,z\n", "a.csv")
    assert (fault.where, fault.code, fault.line) == ("services.csv", "csv.extra_cells", 3)


def test_every_bad_row_of_ten_thousand_is_named(reference) -> None:
    rows = []
    bad = {}
    for number in range(10_000):
        row = {"id": f"s{number}", "name": "Служба", "division": BISHKEK}
        if number % 3 == 1:
            column, value = [
                ("phones", CANARY), ("division", "417"), ("hours", "всегда"), ("for_danger", "x")
            ][number % 4]  # fmt: skip
            row[column] = value
            bad[number + 2] = f"services.csv: {column}"
        rows.append(row)
    found = faults_of(flat(*rows), "a.csv", reference)
    assert {fault.line: fault.where for fault in found} == bad


def test_faults_are_named_up_to_twenty_thousand() -> None:
    data = b"id,name\n" + b"!,x\n" * 30_000
    assert len(faults_of(data, "a.csv")) == 20_000


# Tables in a zip


def package(**changes: str | None) -> bytes:
    """The zip of one service, with tables replaced, or left out."""
    files = {name.replace("__", "."): text for name, text in changes.items()}
    stream = io.BytesIO()
    full = service(phones=(), areas=(BISHKEK,))
    with (
        zipfile.ZipFile(io.BytesIO(write_hsds_zip([full], {}))) as source,
        zipfile.ZipFile(stream, "w") as target,
    ):
        for name in source.namelist():
            text = files.pop(name, source.read(name).decode("utf-8-sig"))
            if text is not None:
                target.writestr(name, text)
    assert not files
    return stream.getvalue()


def test_another_program_may_leave_out_tables_and_add_columns() -> None:
    data = package(
        services__csv="id,organization_id,name,status,alert\none,org,Служба,active,Новое\n",
        phones__csv="id,location_id,number,type,extension\n1,p,0312 000001,cell,12\n",
        locations__csv="id,location_type,external_identifier,latitude\n"
        f"p,physical,{BISHKEK},42.8\n",
        addresses__csv="id,location_id,address_1,address_2,city\n1,p,Улица 1,кв. 2,Бишкек\n",
        service_at_location__csv="id,service_id,location_id\nx,one,p\n",
        schedules__csv="id,service_at_location_id,byday,opens_at,closes_at\n"
        '1,x,"MO,TU",09:00:00+06:00,18:00:00\n',
        cost_options__csv="id,service_id,option,currency,amount\n1,one,взрослый,kgs,100\n",
        attributes__csv=None,
        taxonomy_terms__csv=None,
        languages__csv=None,
        datapackage__json=None,
    )
    (found,) = read_hsds(data, "a.zip").services
    assert found.names == {"ru": "Служба"}
    assert [p.number for p in found.phones] == ["0312 000001 доб. 12"]
    assert found.places[0].address == {"ru": "Улица 1, кв. 2, Бишкек"}
    assert [(line.days, line.opens, line.closes) for line in found.hours] == [
        ((0, 1), "09:00", "18:00")
    ]
    assert found.cost == {"ru": "взрослый 100 KGS"}


@pytest.mark.parametrize(
    ("table", "text", "where", "code", "line"),
    [
        ("services__csv", None, "services.csv", "hsds.missing_table", None),
        ("organizations__csv", None, "organizations.csv", "hsds.missing_table", None),
        ("organizations__csv", "id\n", "services.csv: organization_id", "hsds.unknown_link", 2),
        ("organizations__csv", "id,name\norg,\n", "organizations.csv: name", "feed.missing", 2),
        ("phones__csv", "id,number\n1,102\n", "phones.csv: service_id", "feed.missing", 2),
        (
            "phones__csv",
            f"service_id,number\none,102\n{CANARY},102\n",
            "phones.csv: service_id",
            "hsds.unknown_link",
            3,
        ),
        (
            "phones__csv",
            f"service_id,number\none,102\n\none,{CANARY}\n",
            "phones.csv: number",
            "hsds.bad_phone",
            4,
        ),
        ("phones__csv", "service_id\none\n", "phones.csv: number", "csv.missing_column", 1),
        (
            "service_at_location__csv",
            "service_id,location_id\none,p\n",
            "service_at_location.csv: location_id",
            "hsds.unknown_link",
            2,
        ),
        (
            "service_areas__csv",
            f"service_id,extent\none,{CANARY}\n",
            "service_areas.csv: extent",
            "hsds.not_soate",
            2,
        ),
        (
            "attributes__csv",
            "link_id,taxonomy_term_id\none,nothing\n",
            "attributes.csv: taxonomy_term_id",
            "hsds.unknown_link",
            2,
        ),
        (
            "services__csv",
            "id,organization_id,name\none,org,А\none,org,Б\n",
            "services.csv: id",
            "feed.duplicate",
            3,
        ),
        ("addresses__csv", '"', "addresses.csv", "csv.syntax", 1),
    ],
)
def test_a_wrong_row_of_a_table_is_named(table, text, where, code, line) -> None:
    found = faults_of(package(**{table: text}), "a.zip")
    assert (where, code, line) in {(f.where, f.code, f.line) for f in found}


def test_what_many_services_share_is_wrong_once() -> None:
    entries = [service(f"s{number}") for number in range(50)]
    written = io.BytesIO(write_hsds_zip(entries, {}))
    with zipfile.ZipFile(written, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("organizations.csv", "id,name\norg,\n")
    assert named(written.getvalue(), "a.zip") == {("organizations.csv", "zip.twice")}
    data = package(
        services__csv="id,organization_id,name\n" + "".join(f"s{n},org,А\n" for n in range(50)),
        organizations__csv="id,name\norg,\n",
        service_areas__csv=None,
        attributes__csv=None,
    )
    (fault,) = faults_of(data, "a.zip")
    assert (fault.where, fault.line) == ("organizations.csv: name", 2)
