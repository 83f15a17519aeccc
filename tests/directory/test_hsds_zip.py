"""A zip that was made to do harm, or came in pieces, is refused whole."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile

import pytest

from operator_app.domain import hsds
from operator_app.domain.hsds import read_hsds, write_hsds_zip
from operator_app.errors import BadInput
from tests.directory.entries import service

GOOD = write_hsds_zip([service()], {})


def codes(data: bytes) -> set[str]:
    with pytest.raises(BadInput) as caught:
        read_hsds(data, "a.zip")
    return {fault.code for fault in caught.value.faults}


def with_member(name: str, content: bytes = b"", **changes: int) -> bytes:
    stream = io.BytesIO(GOOD)
    with zipfile.ZipFile(stream, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        member = zipfile.ZipInfo(name)
        member.filename = name
        for field, value in changes.items():
            setattr(member, field, value)
        archive.writestr(member, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "../services.csv",
        "a/../../etc/passwd",
        "/etc/passwd",
        "C:/Windows/x.csv",
        "..\\x.csv",
        "a\\b.csv",
        "ok.csv\x00.exe",
        "line\nbreak.csv",
    ],
)
def test_a_path_that_leads_out_makes_the_whole_zip_wrong(name) -> None:
    assert codes(with_member(name)) == {"zip.bad_path"}


def test_files_may_lie_in_a_folder_among_others() -> None:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(GOOD)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        target.writestr("directory/", "")
        target.writestr("directory/README.txt", "notes")
        for name in source.namelist():
            target.writestr(f"directory/{name}", source.read(name))
    assert read_hsds(stream.getvalue(), "a.zip").services == (service(),)


def test_a_bomb_does_not_go_off(monkeypatch) -> None:
    monkeypatch.setattr(hsds, "MOST_BYTES", 1_000_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"\n" * 5_000_000)
    assert len(bomb.getvalue()) < 20_000
    assert codes(bomb.getvalue()) == {"feed.too_large"}


def test_a_bomb_that_lies_about_its_size_does_not_go_off(monkeypatch) -> None:
    monkeypatch.setattr(hsds, "MOST_BYTES", 1_000_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"\n" * 5_000_000)
    size = struct.pack("<I", 5_000_000)
    data = bomb.getvalue()
    assert data.count(size) == 2
    assert codes(data.replace(size, struct.pack("<I", 100))) == {"zip.damaged"}


def test_many_files_that_fit_alone_do_not_fit_together(monkeypatch) -> None:
    monkeypatch.setattr(hsds, "MOST_BYTES", 1_000_000)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("services.csv", "phones.csv"):
            archive.writestr(name, b"\n" * 600_000)
    assert codes(stream.getvalue()) == {"feed.too_large"}


def test_a_long_list_of_files_is_not_even_read() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(201):
            archive.writestr(f"{number}.txt", "")
    assert codes(stream.getvalue()) == {"zip.too_many_files"}
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(6_000):
            archive.writestr(f"more{number}.txt", "")
    assert codes(stream.getvalue()) == {"zip.too_many_files"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04", "zip.damaged"),
        (b"PK\x05\x06" + b"\0" * 18, "hsds.missing_table"),
        (GOOD[: len(GOOD) // 2], "zip.damaged"),
        (GOOD[:-10], "zip.damaged"),
        (GOOD[:200] + b"\xff" * 50 + GOOD[250:], "zip.damaged"),
    ],
)
def test_a_zip_that_is_cut_or_damaged(data, code) -> None:
    assert code in codes(data)


def test_a_zip_with_a_password_or_another_packing() -> None:
    encrypted = bytearray(GOOD)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = encrypted.find(sign)
        while place >= 0:
            encrypted[place + offset] |= 1
            place = encrypted.find(sign, place + 4)
    assert codes(bytes(encrypted)) == {"zip.encrypted"}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("services.csv", "id\n")
    assert codes(stream.getvalue()) == {"zip.damaged"}


def test_a_table_in_another_encoding() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("services.csv", "id,name\n1,Служба".encode("cp1251"))
    assert codes(stream.getvalue()) == {"csv.not_utf8"}
