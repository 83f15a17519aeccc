"""office.toml: whole or refused, each wrong line named, nothing else ever raised."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from operator_app.config import paths
from operator_app.domain.provisioning import (
    KEYS,
    check_setup,
    office_setup,
    parse_provisioning,
    setup_values,
)
from operator_app.domain.reference import Reference
from operator_app.errors import BadInput, Fault
from operator_app.services.provisioning import find_provisioning, read_provisioning
from operator_app.services.reference import load_reference
from tests.samples import examples

REFERENCE = load_reference(paths().resources)

GOOD = """\
# Office of Alamudun
language = "ky"

[office]
code = "0412"
division = "41708203000000"

[office.names]
ky = "Аламүдүн башкармалыгы"
ru = "Аламудунское управление"
en = "Alamudun office"

[server]
url = "https://117.example.kg/intake/"
enrolment_code = "K7QM-2RXW-9TBH-MFRG-GZDF"

[supervisor]
login = "aida"
name = "Аида  Тестова"
"""


def faults_of(text: str) -> list[Fault]:
    with pytest.raises(BadInput) as caught:
        parse_provisioning(text, REFERENCE)
    assert caught.value.code == "provisioning.faults"
    return caught.value.faults


def told(text: str) -> list[tuple[int | None, str, str]]:
    return [(f.line, f.where, f.code) for f in faults_of(text)]


def test_a_good_file_is_read_whole() -> None:
    setup = parse_provisioning(GOOD, REFERENCE)
    assert setup.office.code == "0412"
    assert setup.office.division == "41708203000000"
    assert setup.office.names["ky"] == "Аламүдүн башкармалыгы"
    assert setup.server_url == "https://117.example.kg/intake"
    assert setup.enrolment_code == "K7QM-2RXW-9TBH-MFRG-GZDF"
    assert (setup.supervisor_login, setup.supervisor_name) == ("aida", "Аида Тестова")
    assert setup.language == "ky"
    assert "K7QM" not in repr(setup)
    assert office_setup(setup_values(setup)) == setup


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_notepad_marks_and_line_ends_do_not_matter(ending: str) -> None:
    text = "\ufeff" + GOOD.replace("\n", ending)
    assert parse_provisioning(text, REFERENCE) == parse_provisioning(GOOD, REFERENCE)


def test_an_office_that_is_never_online_needs_no_server_and_no_english_name() -> None:
    start, end = GOOD.index("[server]"), GOOD.index("[supervisor]")
    text = (GOOD[:start] + GOOD[end:]).replace('en = "Alamudun office"\n', "")
    setup = parse_provisioning(text, REFERENCE)
    assert (setup.server_url, setup.enrolment_code) == ("", "")


def test_five_wrong_lines_are_named_at_once() -> None:
    text = (
        GOOD.replace('"ky"', '"de"', 1)
        .replace('"0412"', "0412.0")  # TOML refuses a number with a leading nought
        .replace("41708203000000", "41799999999999")
        .replace("https://", "http://")
        .replace("9TBH", "9TB")
    )
    assert [f.line for f in faults_of(text)] == [2, 5, 6, 14, 15]
    assert [f.code for f in faults_of(text)] == [
        "setup.language_unknown",
        "provisioning.syntax",
        "setup.division_unknown",
        "setup.server_url_form",
        "enrolment.code_form",
    ]


def test_each_missing_key_is_named_with_its_section() -> None:
    text = GOOD.replace('code = "0412"\n', "").replace('login = "aida"\n', "")
    assert told(text) == [
        (4, "office.code", "provisioning.missing"),
        (16, "supervisor.login", "provisioning.missing"),
    ]


def test_an_empty_file_names_every_required_key() -> None:
    assert {f.where for f in faults_of("")} == {
        "language", "office.code", "office.division", "office.names.ky", "office.names.ru",
        "supervisor.login", "supervisor.name",
    }  # fmt: skip


def test_wrong_types_and_unknown_keys_are_named() -> None:
    text = (
        GOOD.replace('"0412"', "412")
        .replace("login =", "logn =")
        .replace("[server]\n", "[server]\nport = 443\n")
    )
    assert told(text) == [
        (5, "office.code", "provisioning.not_text"),
        (14, "server.port", "provisioning.unknown_key"),
        (18, "supervisor.login", "provisioning.missing"),
        (19, "supervisor.logn", "provisioning.unknown_key"),
    ]


def test_a_value_where_a_section_belongs() -> None:
    assert told(
        'office = "0412"\n'
        + GOOD[GOOD.index("language") : GOOD.index("[office]")]
        + GOOD[GOOD.index("[server]") :]
    ) == [(1, "office", "provisioning.not_section")]


def test_several_broken_lines_are_all_named() -> None:
    text = GOOD.replace("[server]", "[server").replace('code = "0412"', 'code = "0412')
    assert [(line, code) for line, _where, code in told(text) if code == "provisioning.syntax"] == [
        (5, "provisioning.syntax"),
        (13, "provisioning.syntax"),
    ]


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.97])
def test_half_a_file_is_refused(share: float) -> None:
    assert faults_of(GOOD[: int(len(GOOD) * share)])


def test_a_file_cut_inside_a_long_text_is_said_to_be_cut() -> None:
    text = GOOD.replace('name = "Аида  Тестова"', 'name = """Аида')
    assert (19, "provisioning.cut_off") in [(line, code) for line, _w, code in told(text)]


@pytest.mark.parametrize(
    "url",
    [
        "http://117.example.kg", "https://", "ftp://117.example.kg", "117.example.kg",
        "https://user:secret@117.example.kg", "https://117.example.kg?x=1", "https://117.example.kg#x",
        "https://[::1", "https://117.example.kg:99999", "https://a b", "http://127.0.0.1.example.kg",
        "https://соц.кг", "javascript:alert(1)", "https://117.example.kg:0",
    ],
)  # fmt: skip
def test_addresses_that_are_not_safe_are_refused(url: str) -> None:
    text = GOOD.replace("https://117.example.kg/intake/", url)
    assert told(text) == [(14, "server.url", "setup.server_url_form")]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8117",
        "http://localhost:8117",
        "http://[::1]:8117",
        "https://10.1.2.3:8443/a",
    ],
)
def test_addresses_that_are_fine(url: str) -> None:
    text = GOOD.replace("https://117.example.kg/intake/", url)
    assert parse_provisioning(text, REFERENCE).server_url == url


def test_a_code_without_an_address_is_half_a_server() -> None:
    text = GOOD.replace('url = "https://117.example.kg/intake/"\n', "")
    assert told(text) == [(13, "server.url", "provisioning.missing")]
    values = {**setup_values(parse_provisioning(GOOD, REFERENCE)), "server.url": ""}
    assert [(f.where, f.code) for f in check_setup(office_setup(values), REFERENCE)] == [
        ("server.url", "setup.server_url_missing")
    ]


def test_control_signs_and_endless_names_are_refused() -> None:
    assert told(GOOD.replace("Alamudun office", r"Ala\u0007mudun")) == [
        (11, "office.names.en", "setup.name_unprintable")
    ]
    assert told(GOOD.replace("Alamudun office", "x" * 201)) == [
        (11, "office.names.en", "setup.name_too_long")
    ]


def test_faults_and_log_never_repeat_what_the_file_says(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    text = "".join(
        f'{line.partition("=")[0]}= "CANARY-{n}\\u0007"\n' if "=" in line else line + "\n"
        for n, line in enumerate(GOOD.splitlines())
    )
    text += '"Каныкей Канарейка" = 1\n'
    faults = faults_of(text)
    assert len(faults) > 8
    assert "CANARY" not in repr(faults) and "Канарейка" not in repr(faults)
    assert not caplog.records


@pytest.mark.parametrize(
    "text",
    [
        "x" * 20_000, "\n" * 300, "a = " + "[" * 5000, "a = " + "1" * 5000, "a=2020-99-99", "\x00",
        "[[office]]\n", "office.names.ky.x = 1", "office = {names = {ky = {a = {b = 1}}}}", "\ud800",
    ],
)  # fmt: skip
def test_hostile_files_are_only_refused(text: str) -> None:
    assert faults_of(text)


def parsed_or_refused(text: str, reference: Reference) -> None:
    try:
        setup = parse_provisioning(text, reference)
    except BadInput as error:
        assert error.faults
        assert all(f.line is None or 1 <= f.line <= text.count("\n") + 1 for f in error.faults)
    else:
        assert check_setup(setup, reference) == []


@settings(max_examples=examples(150), deadline=None)
@given(st.text(max_size=200))
@example('"')
def test_any_text_is_parsed_or_refused(text: str) -> None:
    parsed_or_refused(text, REFERENCE)


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [*KEYS, "office", "server", "[office]", "[office.names]", "[a.b]", "x.y"]
            ),
            st.sampled_from(["=", " = ", "", "=="]),
            st.sampled_from(
                ['"ru"', '"', "1", "[", "{}", "{ky = 'x'}", '"""', "true", "'0412'", "\\"]
            )
            | st.text(max_size=12),
        ),
        max_size=14,
    )
)
def test_files_made_of_its_own_parts_are_parsed_or_refused(
    parts: list[tuple[str, str, str]],
) -> None:
    parsed_or_refused("\n".join("".join(part) for part in parts), REFERENCE)


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 8), st.text(max_size=5))
def test_a_file_with_a_damaged_spot_is_parsed_or_refused(at: int, length: int, new: str) -> None:
    parsed_or_refused(GOOD[:at] + new + GOOD[at + length :], REFERENCE)


def test_the_file_is_found_in_the_data_folder(tmp_path: Path) -> None:
    where = paths(tmp_path)
    assert find_provisioning(where) is None
    file = tmp_path / "office.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert find_provisioning(where) == file
    assert read_provisioning(file) == GOOD


def test_unreadable_files_are_said_so(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    with pytest.raises(BadInput) as missing:
        read_provisioning(file)
    file.write_bytes("Каныкей".encode("cp1251"))
    with pytest.raises(BadInput) as not_text:
        read_provisioning(file)
    assert [missing.value.faults[0].code, not_text.value.faults[0].code] == [
        "provisioning.unreadable",
        "provisioning.not_utf8",
    ]
