"""The official list of places: what it may say, and what is wrong with it by row and column."""

from __future__ import annotations

import pytest

from operator_app.domain.feeds import check_division
from operator_app.domain.soate import is_soate, read_soate
from operator_app.errors import BadInput

RAYON = "41702205000000"
CITY = "41702410000010"
AIMAK = "41702205807000"
VILLAGE = "41702205807010"


def table(*rows: str, header: str = "code,name_ru") -> bytes:
    return "\n".join((header, *rows)).encode()


def faults(data: bytes, reference) -> set[tuple[int | None, str, str]]:
    with pytest.raises(BadInput) as caught:
        read_soate(data, reference)
    assert caught.value.code == "soate.faults"
    return {
        (fault.line, fault.where.removeprefix("soate.csv: "), fault.code)
        for fault in caught.value.faults
    }


@pytest.mark.parametrize(
    ("code", "parent", "level"),
    [
        (AIMAK, RAYON, 3),
        ("41702410600000", CITY, 3),
        ("41702205000020", RAYON, 3),
        ("41702430000010", "41702000000000", 2),
        ("41709000000000", "41700000000000", 1),
        ("41704000000010", "41704000000000", 2),
        (RAYON, "41702000000000", 2),
        (CITY, "41702000000000", 2),
        ("41711201000000", "41711000000000", 2),
        ("41700000000000", "", 0),
    ],
)
def test_the_digits_tell_where_a_place_lies(code, parent, level, reference) -> None:
    (entry,) = read_soate(table(f"{code},Место"), reference)
    assert (entry.parent, entry.level) == (parent, level)
    assert check_division(entry) == []


def test_a_village_lies_in_an_aimak_of_the_same_file_in_any_order(reference) -> None:
    village, aimak = read_soate(table(f"{VILLAGE},Село", f"{AIMAK},Аймак"), reference)
    assert (village.parent, village.level) == (AIMAK, 4)
    assert (aimak.parent, aimak.level) == (RAYON, 3)


def test_what_the_file_says_comes_before_the_digits(reference) -> None:
    data = table(f"{AIMAK},Аймак,{CITY},3", header="code,name_ru,parent,level")
    assert read_soate(data, reference)[0].parent == CITY


@pytest.mark.parametrize(
    "data",
    [
        '\ufeffКод;Наименование;Аталышы\r\n"417 02 205 807 000";Аймак;Айыл\r\n'.encode(),
        f"СОАТЕ;name;name_kg\n'{AIMAK};Аймак;Айыл\n".encode(),
        f"\n{AIMAK}".join(("Код,Наименование,Аталышы", ",Аймак,Айыл")).encode("cp1251"),
        f"code,name_ru,name_ky,население\n{AIMAK},Аймак,Айыл,100\n".encode(),
    ],
)
def test_headers_delimiters_and_encodings_that_offices_have(data, reference) -> None:
    (entry,) = read_soate(data, reference)
    assert (entry.code, dict(entry.labels)) == (AIMAK, {"ru": "Аймак", "ky": "Айыл"})


def test_days_and_what_replaced_a_place(reference) -> None:
    header = "code,name_ru,valid_from,valid_to,replaced_by"
    data = table(f"{AIMAK},Аймак,01.02.2020,2026-01-31 00:00:00,{RAYON}", header=header)
    (entry,) = read_soate(data, reference)
    assert (entry.valid_from, entry.valid_to) == ("2020-02-01", "2026-01-31")
    assert entry.replaced_by == RAYON


def test_a_known_place_keeps_the_names_that_the_file_has_not(reference) -> None:
    (entry,) = read_soate(table(f"{RAYON},Новое имя"), reference)
    assert entry.labels["ru"] == "Новое имя"
    assert entry.labels["ky"] == reference.division(RAYON).labels["ky"]


HEADER = "code,name_ru,name_ky,parent,level,valid_from,valid_to,replaced_by"


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("123,Место,,,,,,", "code", "soate.bad_code"),
        ("51702205807000,Место,,,,,,", "code", "soate.bad_code"),
        (",Место,,,,,,", "code", "feed.missing"),
        ('"4,17022E+13",Место,,,,,,', "code", "hsds.spreadsheet_number"),
        (f"{AIMAK},,,,,,,", "name_ru", "feed.missing"),
        (f"{AIMAK},Место,,41799999000000,,,,", "parent", "soate.unknown_parent"),
        (f"{AIMAK},Место,,abc,,,,", "parent", "soate.bad_code"),
        ("41702999807000,Место,,,,,,", "parent", "soate.unknown_parent"),
        (f"{VILLAGE},Место,,,,,,", "parent", "soate.unknown_parent"),
        (f"{AIMAK},Место,,{AIMAK},,,,", "parent", "soate.circular"),
        (f"{AIMAK},Место,,,4,,,", "level", "soate.level_jump"),
        (f"{AIMAK},Место,,41702000000000,3,,,", "level", "soate.level_jump"),
        (f"{AIMAK},Место,,,7,,,", "level", "feed.bad_level"),
        (f"{AIMAK},Место,,,третий,,,", "level", "feed.bad_level"),
        (f"{AIMAK},Место,,,,2026-02-30,,", "valid_from", "feed.bad_day"),
        (f"{AIMAK},Место,,,,,вчера,", "valid_to", "feed.bad_day"),
        (f"{AIMAK},Место,,,,2026-02-01,2026-01-01,", "valid_to", "feed.ends_before_it_begins"),
        (f"{AIMAK},Место,,,,,,{VILLAGE}", "replaced_by", "soate.unknown_replacement"),
        (f"{AIMAK},Место,,,,,,{AIMAK}", "replaced_by", "soate.circular"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(row, field, code, reference) -> None:
    data = table("41702205805000,Хороший,,,,,,", "", row, header=HEADER)
    assert (4, field, code) in faults(data, reference)
    assert all(line == 4 for line, _, _ in faults(data, reference))


def test_every_bad_row_is_named(reference) -> None:
    rows = [f"4170220580{n}000,А,,,,,,{'' if n % 2 else 'x'}" for n in range(1, 10)]
    found = faults(table(*rows, f"{AIMAK},Ещё,,,,,,", header=HEADER), reference)
    bad = {(n + 1, "replaced_by", "soate.bad_code") for n in range(2, 10, 2)}
    # 41702205807000 stands there twice.
    assert found == {*bad, (11, "code", "feed.duplicate")}


def test_circles_of_more_than_one_are_found(reference) -> None:
    first, second = AIMAK, "41702205812000"
    rows = (f"{first},А,,{second},,,,", f"{second},Б,,{first},,,,")
    found = faults(table(*rows, header=HEADER), reference)
    assert found == {(2, "parent", "soate.circular"), (3, "parent", "soate.circular")}
    rows = (
        f"{first},А,,,,,,{second}",
        f"{second},Б,,,,,,{first}",
        f"41702205813000,В,,,,,,{first}",
    )
    found = faults(table(*rows, header=HEADER), reference)
    assert found == {(line, "replaced_by", "soate.circular") for line in (2, 3, 4)}


def test_a_long_chain_is_judged_in_one_go(reference) -> None:
    codes = [f"417022058{n:05}" for n in range(10_000, 50_000)]
    chained = zip(codes, [*codes[1:], codes[0]], strict=True)
    rows = [f"{code},А,,{RAYON},3,,,{following}" for code, following in chained]
    assert len(faults(table(*rows, header=HEADER), reference)) == 20_000


def test_letters_that_the_old_encoding_lost_are_named(reference) -> None:
    data = f"code,name_ru,name_ky\n{AIMAK},Ысык-Көл,Ысык-Көл".encode("cp1251", errors="replace")
    assert faults(data, reference) == {
        (2, "name_ru", "soate.letters_lost"),
        (2, "name_ky", "soate.letters_lost"),
    }


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "csv.bad_header"),
        (b"code,name_ru\n", "feed.empty"),
        (b"name_ru\nx", "csv.missing_column"),
        (b"code\n1", "csv.missing_column"),
        (b"code,\xd0\xba\xd0\xbe\xd0\xb4,name_ru\n1,1,x", "csv.bad_header"),
        (b'code,name_ru\n41702205807000,"x', "csv.syntax"),
        (b"code,name_ru\n41702205807000,x,y", "csv.extra_cells"),
        (b"x" * (16 * 1024 * 1024 + 1), "feed.too_large"),
    ],
)
def test_a_file_that_is_none(data, code, reference) -> None:
    assert code in {found for _, _, found in faults(data, reference)}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("code,name_ru", True),
        ("\ufeffКод;Наименование", True),
        ('"code";"name"', True),
        ("id,name,code", False),
        ("id,name", False),
        ("", False),
    ],
)
def test_the_header_tells_places_from_services(header, expected) -> None:
    assert is_soate(f"{header}\n1,2") is expected
