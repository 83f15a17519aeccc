"""What IT staff send to whoever helps: what the check found, the settings' sources and the end of the
log. Codes, counts and versions; no record, no name, no path.

The log holds none by design (log.py); it is looked through all the same, line by line.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from operator_app.config import Paths
from operator_app.db import audit, settings
from operator_app.db.engine import Database
from operator_app.db.models import app_user
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.findings import Finding, exit_code
from operator_app.domain.people import Actor, Right
from operator_app.domain.policy import BY_NAME, SETTINGS, InForce, Kind, Source
from operator_app.services.exports import write_file

LOG_LINES = 400
_LINE = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ operator_app[\w.]*) (.*)", re.DOTALL
)
_PLACE = r"[\w.]+:\d+ [\w<>]+"
_TRACE = re.compile(rf"\w+ [\w.]* at {_PLACE}(?: < {_PLACE})*", re.ASCII)
"""The second line of an unexpected error: its type and places in the program (log.py)."""
_HIDDEN = (
    re.compile(r"[^\x20-\x7e]+"),
    re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    re.compile(r"\+?\d(?:[ ()-]?\d){5,}"),
    re.compile(r"(?:[A-Za-z]:)?[\\/](?:[\w.~ -]+[\\/])+[\w.~-]*"),
)
# Our messages begin small, and names of errors have two capitals (OSError): this is a name.
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+\b")
MARK = "[…]"


def support_file(
    findings: Sequence[Finding], paths: Paths, policy: InForce, database: Database | None, at: int
) -> bytes:
    """The zip. `at`: now, in UTC milliseconds; `database`: the open office, if it is."""
    office, people = _office(database)
    check = {
        "format": 1,
        "at": at,
        "office": office,
        "training": policy.training,
        "grade": exit_code(findings),
        "findings": [asdict(finding) for finding in findings],
        "settings": list(_settings(policy)),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("check.json", json.dumps(check, ensure_ascii=False, indent=1))
        archive.writestr("log.txt", "\n".join(looked_through(_log(paths), people)) + "\n")
    return packed.getvalue()


class SupportFiles:
    """Writes the file where the person chose, and audits it."""

    def __init__(self, database: Database, paths: Paths, policy: InForce, clock: Clock) -> None:
        self._database = database
        self._paths = paths
        self._policy = policy
        self._clock = clock

    def write(self, actor: Actor, file: Path, findings: Sequence[Finding]) -> None:
        """Raises EnvironmentProblem as `write_file`."""
        actor.require(Right.MANAGE_SYNC)
        now = to_ms(self._clock())
        content = support_file(findings, self._paths, self._policy, self._database, now)
        with self._database.write() as connection:
            audit.append(
                connection,
                at=now,
                user_id=actor.user_id,
                action="support_file.written",
                details={"outcome": str(exit_code(findings))},
            )
        write_file(file, content)


def looked_through(lines: Iterable[str], hidden: Iterable[str] = ()) -> list[str]:
    """Lines of the log without whatever could be a name, a telephone, an address or a path.

    `hidden`: words that must not be seen besides.
    """
    words = sorted({word for word in hidden if len(word) > 1}, key=len, reverse=True)
    named = re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None
    kept = []
    for line in (each.rstrip("\r\n") for each in lines):
        found = _LINE.fullmatch(line)
        if _TRACE.fullmatch(line):
            kept.append(line)
            continue
        if found is None:
            # Not ours: nothing of the program writes such a line.
            continue
        said = found[2]
        for pattern in (*_HIDDEN, _CAPITALISED, *([named] if named else ())):
            said = pattern.sub(MARK, said)
        kept.append(f"{found[1]} {said}")
    return kept[-LOG_LINES:]


def _log(paths: Paths) -> list[str]:
    try:
        text = (paths.logs / "117-operator.log").read_text("utf-8", "replace")
    except OSError:
        return []
    return text.split("\n")[-2 * LOG_LINES :]


def _settings(policy: InForce) -> Iterable[dict[str, Any]]:
    """Sources of all; values only where they name nobody and no place on a disk."""
    for setting in SETTINGS:
        held = policy.held.get(setting.name)
        source = held.source if held else Source.DEFAULT
        told: dict[str, Any] = {"name": setting.name, "source": source.value}
        value = policy.value(setting.name)
        if setting.kind is Kind.ADDRESS:
            told["host"] = urlsplit(str(value)).hostname or ""
        elif setting.kind not in (Kind.FOLDER, Kind.PROXY):
            told["value"] = value
        else:
            told["set"] = bool(value)
        yield told
    for problem in policy.problems:
        yield {
            "name": problem.fault.where if problem.fault.where in BY_NAME else "",
            "source": problem.source.value,
            "problem": problem.fault.code,
        }


def _office(database: Database | None) -> tuple[str, list[str]]:
    """The code of the office, and every word of its people's names and logins."""
    if database is None:
        return "", []
    with database.read() as connection:
        code = settings.read_office(connection).code
        rows = connection.execute(select(app_user.c.login, app_user.c.full_name)).all()
    return code, [word for row in rows for word in (row.login, *row.full_name.split())]
