"""What an office must say of itself, by hand in the wizard or in the file `office.toml` of IT.

    language = "ru"

    [office]
    code = "0412"
    division = "41708203000000"
    names = { ky = "...", ru = "...", en = "..." }

    [server]                        # may be left out: an office that is never online
    url = "https://117.example.kg"
    enrolment_code = "K7QM-2RXW-9TBH-MFRG-GZDF"

    [supervisor]
    login = "aida"
    name = "..."

    [settings]                      # may be left out: what holds on this PC (domain/policy.py)
    idle_minutes = 10

In the place of `url` may stand a section `[server.xroad]` (domain/xroad.py). Faults name the key by its path ("office.names.ky") and its line, and never repeat a value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from operator_app.domain.enrolment import read_enrolment_code
from operator_app.domain.office import LANGUAGES, Office, OfficeSetup
from operator_app.domain.people import LOGIN_PATTERN
from operator_app.domain.policy import MOST_CHARACTERS, Layer, Source, resolve
from operator_app.domain.policy import SECTION as SETTINGS
from operator_app.domain.reference import Reference
from operator_app.domain.server_url import read_server_url
from operator_app.domain.xroad import KEYS as XROAD_KEYS
from operator_app.domain.xroad import REQUIRED as XROAD_REQUIRED
from operator_app.domain.xroad import SECTION as XROAD
from operator_app.domain.xroad import XRoad, check_xroad, xroad_from, xroad_values
from operator_app.errors import BadInput, Fault

MOST_LINES = 200
LONGEST_NAME = 200
OFFICE_CODE = re.compile(r"[0-9A-Z]([0-9A-Z-]{0,10}[0-9A-Z])?")

REQUIRED = (
    "language",
    "office.code",
    "office.division",
    "office.names.ky",
    "office.names.ru",
    "supervisor.login",
    "supervisor.name",
)
KEYS = (*REQUIRED, "office.names.en", "server.url", "server.enrolment_code", *XROAD_KEYS)
SECTIONS = ("office", "office.names", "server", XROAD, "supervisor", SETTINGS)
_SYNTAX_LINE = re.compile(r"\(at line (\d+), column \d+\)$")


def office_setup(values: Mapping[str, str]) -> OfficeSetup:
    """The set-up that the values (by key path; missing ones are empty) describe, spaces tidied."""
    tidy = {key: " ".join(values.get(key, "").split()) for key in KEYS}
    names = {language: tidy[f"office.names.{language}"] for language in LANGUAGES}
    return OfficeSetup(
        office=Office(
            tidy["office.code"], {k: v for k, v in names.items() if v}, tidy["office.division"]
        ),
        supervisor_login=tidy["supervisor.login"],
        supervisor_name=tidy["supervisor.name"],
        language=tidy["language"],
        server_url=tidy["server.url"].rstrip("/"),
        enrolment_code=tidy["server.enrolment_code"],
        xroad=xroad_from(values),
    )


def setup_values(setup: OfficeSetup) -> dict[str, str]:
    """The opposite of `office_setup`: every key path with its text."""
    return {
        "language": setup.language,
        "office.code": setup.office.code,
        "office.division": setup.office.division,
        **{f"office.names.{key}": setup.office.names.get(key, "") for key in LANGUAGES},
        "server.url": setup.server_url,
        "server.enrolment_code": setup.enrolment_code,
        **xroad_values(setup.xroad),
        "supervisor.login": setup.supervisor_login,
        "supervisor.name": setup.supervisor_name,
    }


def check_setup(setup: OfficeSetup, reference: Reference) -> list[Fault]:
    """Everything that is wrong; `where` is the key path. Empty when all is well."""
    faults = []
    if setup.language not in LANGUAGES:
        faults.append(Fault("language", "setup.language_unknown"))
    if not OFFICE_CODE.fullmatch(setup.office.code):
        faults.append(Fault("office.code", "setup.office_code_form"))
    division = reference.division(setup.office.division)
    if division is None or division.level == 0:
        faults.append(Fault("office.division", "setup.division_unknown"))
    for language in LANGUAGES:
        name = setup.office.names.get(language, "")
        faults += _name_faults(f"office.names.{language}", name, required=language != "en")
    faults += check_server(setup.server_url, setup.enrolment_code, setup.xroad)
    if not LOGIN_PATTERN.fullmatch(setup.supervisor_login):
        faults.append(Fault("supervisor.login", "person.login_form"))
    return faults + _name_faults("supervisor.name", setup.supervisor_name, required=True)


def parse_provisioning(text: str, reference: Reference) -> OfficeSetup:
    """The set-up in the text of an office.toml.

    Raises BadInput("provisioning.faults") with a Fault for every wrong line and missing key, and
    nothing else, whatever the text.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if len(text) > MOST_CHARACTERS or len(lines) > MOST_LINES:
        raise BadInput("provisioning.faults", [Fault("", "provisioning.too_large")])
    data, faults = _read(lines)
    values = {key: value.strip() for key, value in _leaves(data) if isinstance(value, str)}
    # A broken line may be the very one that held a missing key, or the header of an unknown one.
    whole = not faults
    faults += [f for f in _shape_faults(data) if whole or f.code not in _BY_BROKEN_LINES]
    setup = office_setup({key: value for key, value in values.items() if key in KEYS})
    said = {fault.where for fault in faults}
    faults += [
        fault
        for fault in check_setup(setup, reference)
        if fault.where not in said and (fault.where in values or fault.code in _BY_OTHER_KEY)
    ]
    if faults:
        placed = _with_lines(faults, lines)
        raise BadInput("provisioning.faults", sorted(placed, key=lambda f: f.line or 0))
    return setup


_BY_BROKEN_LINES = ("provisioning.missing", "provisioning.unknown_key")
_BY_OTHER_KEY = (
    "setup.server_url_missing",
    "setup.xroad_fingerprint_missing",
)


def _name_faults(where: str, name: str, *, required: bool) -> list[Fault]:
    if required and not name:
        return [Fault(where, "setup.name_missing")]
    if len(name) > LONGEST_NAME:
        return [Fault(where, "setup.name_too_long", {"most": LONGEST_NAME})]
    return [] if name.isprintable() else [Fault(where, "setup.name_unprintable")]


def check_server(url: str, enrolment_code: str, xroad: XRoad | None = None) -> list[Fault]:
    """What is wrong with the way to the server and the code; all may be empty."""
    faults = check_xroad(xroad) if xroad else []
    if xroad and url:
        faults.append(Fault("server.url", "setup.server_two_ways"))
    elif enrolment_code and not (url or xroad):
        faults.append(Fault("server.url", "setup.server_url_missing"))
    elif url and read_server_url(url) is None:
        faults.append(Fault("server.url", "setup.server_url_form"))
    if enrolment_code:
        try:
            read_enrolment_code(enrolment_code)
        except BadInput as error:
            faults += [Fault("server.enrolment_code", fault.code) for fault in error.faults]
    return faults


def _read(lines: list[str]) -> tuple[dict[str, Any], list[Fault]]:
    """The data, and a fault for each line that TOML refuses: such a line is left out and the rest
    read again, so that one look at the message is enough to mend the file."""
    faults: list[Fault] = []
    kept = list(lines)
    for _attempt in range(len(lines)):
        data, problem = _loads(kept)
        if data is not None:
            return data, faults
        found = _SYNTAX_LINE.search(problem)
        line = int(found[1]) if found else 0
        if not 1 <= line <= len(kept) or not kept[line - 1]:
            break
        faults.append(Fault("", "provisioning.syntax", line=line))
        kept[line - 1] = ""
    # The end came inside a value: the file was cut, or quotation marks were never closed.
    good = max((n for n in range(len(kept) + 1) if _loads(kept[:n])[0] is not None), default=0)
    faults.append(Fault("", "provisioning.cut_off", line=_first_said(kept, good)))
    return _loads(kept[:good])[0] or {}, faults


def _loads(lines: list[str]) -> tuple[dict[str, Any] | None, str]:
    try:
        return tomllib.loads("\n".join(lines) + "\n"), ""
    except (ValueError, RecursionError) as error:
        # ValueError: wrong TOML, and numbers or dates that Python cannot hold.
        return None, str(error)


def _leaves(data: Mapping[str, Any], above: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every key path with its value; sections too, with their dict."""
    for key, value in data.items():
        path = f"{above}{key}"
        yield path, value
        if isinstance(value, dict) and depth < 2:
            yield from _leaves(value, f"{path}.", depth + 1)


def _shape_faults(data: Mapping[str, Any]) -> list[Fault]:
    present = dict(_leaves(data))
    faults = []
    for path, value in present.items():
        if path in SECTIONS:
            if not isinstance(value, dict):
                faults.append(Fault(path, "provisioning.not_section"))
        elif path.startswith(f"{SETTINGS}."):
            continue
        elif path not in KEYS:
            if path.rpartition(".")[0] in ("", *SECTIONS):
                faults.append(Fault(path, "provisioning.unknown_key"))
        elif not isinstance(value, str):
            faults.append(Fault(path, "provisioning.not_text"))
    faults += _settings_faults(data.get(SETTINGS))
    crooked = tuple(f"{f.where}." for f in faults if f.code == "provisioning.not_section")
    faults += [
        Fault(key, "provisioning.missing")
        for key in (*REQUIRED, *_required_of_server(present))
        if key not in present and not key.startswith(crooked)
    ]
    return faults


def _settings_faults(said: Any) -> list[Fault]:
    """What is wrong with what IT sets for the PC: other words than for the office."""
    if not isinstance(said, dict):
        return []
    problems = resolve([Layer(Source.FILE, said)]).problems
    return [Fault(f"{SETTINGS}.{p.fault.where}", p.fault.code, p.fault.params) for p in problems]


def _required_of_server(present: Mapping[str, Any]) -> tuple[str, ...]:
    if XROAD in present:
        return XROAD_REQUIRED
    return ("server.url",) if "server" in present else ()


def _with_lines(faults: list[Fault], lines: list[str]) -> list[Fault]:
    """The faults with the line of their key, or of the section in which it is missing, and with
    only harmless signs in the names of keys."""
    broken = {fault.line for fault in faults if fault.code == "provisioning.syntax"}
    known = _key_lines(["" if n in broken else line for n, line in enumerate(lines, start=1)])
    placed = []
    for fault in faults:
        section = fault.where.rpartition(".")[0]
        line = fault.line or known.get(fault.where) or known.get(section)
        where = re.sub(r"[^A-Za-z0-9_.-]", "?", fault.where)[:60]
        placed.append(Fault(where, fault.code, fault.params, line))
    return placed


def _key_lines(lines: list[str]) -> dict[str, int]:
    """The line of every key path: a key begins where the last statement before it ended.

    The TOML reader tells no lines, so ever longer beginnings of the file are read.
    """
    known: dict[str, int] = {}
    good = 0
    for n in range(1, len(lines) + 1):
        if not lines[n - 1].strip():
            continue
        data, _problem = _loads(lines[:n])
        if data is None:
            continue
        begun = _first_said(lines, good)
        for path, _value in _leaves(data):
            known.setdefault(path, begun)
        good = n
    return known


def _first_said(lines: list[str], after: int) -> int:
    """The first line after the first `after` ones that is neither empty nor a remark; from 1."""
    rest = enumerate(lines[after:], start=after + 1)
    return next((n for n, line in rest if line.strip() and not line.strip().startswith("#")), after)
