"""What is written is read again, whole: as JSON and as tables."""

from __future__ import annotations

import csv
import io
import json
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from operator_app.domain.directory import DirectoryPhone, Service, ServicePlace
from operator_app.domain.hsds import read_hsds, write_hsds_json, write_hsds_zip
from tests.directory.entries import BISHKEK, service, services
from tests.samples import examples

SECRET = "Тайная улица, 7"


def hidden(entries: list[Service]) -> dict[str, dict[str, str]]:
    """The addresses of the confidential places."""
    return {
        place.place_id: dict(place.address)
        for entry in entries
        for place in entry.places
        if place.confidential
    }


@settings(max_examples=examples(60), deadline=None)
@given(services())
def test_json_is_read_as_it_was_written(entries) -> None:
    written = write_hsds_json(entries, hidden(entries))
    assert list(read_hsds(written, "a.json").services) == entries
    assert write_hsds_json(read_hsds(written, "a.json").services, hidden(entries)) == written


@settings(max_examples=examples(60), deadline=None)
@given(services())
def test_tables_are_read_as_they_were_written(entries) -> None:
    written = write_hsds_zip(entries, hidden(entries))
    assert list(read_hsds(written, "a.zip").services) == entries
    assert write_hsds_zip(read_hsds(written, "a.zip").services, hidden(entries)) == written


@settings(max_examples=examples(60), deadline=None)
@given(services(), st.sampled_from([write_hsds_json, write_hsds_zip]))
def test_an_address_that_may_not_be_told_is_not_written(entries, write) -> None:
    for entry in read_hsds(write(entries, {}), "a").services:
        assert not any(place.address for place in entry.places if place.confidential)


def test_a_confidential_address_of_the_entry_itself_is_not_written() -> None:
    entry = service(places=(ServicePlace("p", BISHKEK, {"ru": SECRET}, True),))
    assert SECRET not in write_hsds_json([entry], {}).decode()
    with zipfile.ZipFile(io.BytesIO(write_hsds_zip([entry], {}))) as archive:
        assert not any(SECRET in archive.read(name).decode() for name in archive.namelist())
        assert len(archive.read("addresses.csv").splitlines()) == 1


def test_no_cell_is_run_by_a_spreadsheet_and_none_is_lost() -> None:
    formulas = {"ru": "=HYPERLINK(1)", "ky": "+1", "en": "'=already"}
    entry = service(names=formulas, phones=(DirectoryPhone("+996 312 00-00-00"),), keywords="@a")
    written = write_hsds_zip([entry], {})
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                text = archive.read(name).decode("utf-8-sig")
                cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
                assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert read_hsds(written, "a.zip").services == (entry,)


def test_the_page_has_the_fields_that_hsds_wants() -> None:
    place = ServicePlace("p", BISHKEK, {"ru": "Дом 1"})
    entry = service(phones=(DirectoryPhone("102"),), places=(place,), areas=(BISHKEK,))
    page = json.loads(write_hsds_json([entry], {}))
    assert page["total_items"] == page["size"] == 1
    found = page["contents"][0]
    assert {"id", "name", "status"} <= set(found)
    assert found["name"] == found["name_ru"] == "Служба"
    assert {"id", "name", "description"} <= set(found["organization"])
    assert {"id", "number"} <= set(found["phones"][0])
    location = found["service_at_locations"][0]["location"]
    assert {"id", "location_type"} <= set(location)
    address = {"id", "address_1", "city", "state_province", "postal_code", "country"}
    assert address | {"address_type"} <= set(location["addresses"][0])
    assert found["service_areas"][0]["extent"] == BISHKEK


def test_the_zip_is_a_data_package_that_names_its_tables() -> None:
    with zipfile.ZipFile(io.BytesIO(write_hsds_zip([service()], {}))) as archive:
        package = json.loads(archive.read("datapackage.json"))
        names = [resource["path"] for resource in package["resources"]]
        assert sorted([*names, "datapackage.json"]) == sorted(archive.namelist())
        for resource in package["resources"]:
            header = archive.read(resource["path"]).decode("utf-8-sig").splitlines()[0]
            assert header.split(",") == [f["name"] for f in resource["schema"]["fields"]]
