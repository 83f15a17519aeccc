"""Writing the file: whole or not at all, by right, audited."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest
from sqlalchemy import select

from operator_app.db import audit
from operator_app.db.models import audit as audit_table
from operator_app.domain.people import Role
from operator_app.domain.span import Span
from operator_app.errors import EnvironmentProblem, NotAllowed
from operator_app.services.exports import ExportFormat, Exports
from operator_app.ui.problems import SENTENCES, sentence
from tests.conftest import TestOffice, information_call
from tests.reports.conftest import DAY

SPAN = Span.of_day(DAY)
OLD = b"what was there before"


def audited(office: TestOffice) -> list[tuple[str, dict[str, object]]]:
    with office.database.read() as connection:
        assert audit.first_broken(connection) is None
        rows = connection.execute(
            select(audit_table.c.action, audit_table.c.details)
            .where(audit_table.c.entity == "export")
            .order_by(audit_table.c.seq)
        ).all()
    return [(row.action, json.loads(row.details)) for row in rows]


@pytest.fixture(autouse=True)
def two_calls(office: TestOffice) -> None:
    for _ in range(2):
        form = information_call(office.calls.start(office.actor).form)
        office.calls.save(office.actor, form)


@pytest.mark.parametrize("wanted", ExportFormat)
def test_an_export_is_written_and_audited_with_its_hash(
    office: TestOffice, exports: Exports, wanted: ExportFormat, tmp_path: Path, qapp: object
) -> None:
    file = tmp_path / f"log.{wanted.value}"
    file.write_bytes(OLD)

    made = exports.daily_log(office.actor, SPAN, wanted, file, "Secret handover words")

    content = file.read_bytes()
    assert content != OLD
    records = 0 if wanted is ExportFormat.PDF else 2
    assert (made.file, made.records) == (file, records)
    assert made.sha256 == hashlib.sha256(content).hexdigest()
    begun = {"span": "2026-11-24", "format": wanted.value}
    written = {**begun, "records": records, "sha256": made.sha256}
    assert audited(office) == [
        ("daily_log.export_begun", begun),
        ("daily_log.exported", written),
    ]
    assert [p.name for p in tmp_path.glob("log*")] == [file.name]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_who_lacks_the_right_gets_no_file(
    office: TestOffice, exports: Exports, role: Role, tmp_path: Path
) -> None:
    person = office.person(role, "nur")
    file = tmp_path / "log.xlsx"

    for wanted in ExportFormat:
        with pytest.raises(NotAllowed):
            exports.daily_log(person, SPAN, wanted, file)
    with pytest.raises(NotAllowed):
        exports.printed(person, SPAN)

    assert not file.exists()
    assert audited(office) == []


def refuse(code: int) -> object:
    def refused(*_args: object, **_kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    return refused


@pytest.mark.parametrize(
    ("step", "code", "expected"),
    [
        (("os", "fsync"), errno.ENOSPC, "export.disk_full"),
        (("Path", "replace"), errno.EACCES, "export.not_writable"),
        (("Path", "open"), errno.EROFS, "export.not_writable"),
        (("Path", "open"), errno.EIO, "export.not_written"),
    ],
    ids=["disk full", "open in Excel", "read-only folder", "disk error"],
)
def test_a_failure_leaves_the_old_file_and_says_so(
    office: TestOffice,
    exports: Exports,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: tuple[str, str],
    code: int,
    expected: str,
) -> None:
    file = tmp_path / "log.xlsx"
    file.write_bytes(OLD)
    with monkeypatch.context() as patched:
        patched.setattr({"os": os, "Path": Path}[step[0]], step[1], refuse(code))
        with pytest.raises(EnvironmentProblem) as caught:
            exports.daily_log(office.actor, SPAN, ExportFormat.XLSX, file)

    assert caught.value.code == expected
    assert sentence(caught.value) == SENTENCES[expected]
    assert str(file) not in str(caught.value)
    assert file.read_bytes() == OLD
    assert [p.name for p in tmp_path.glob("log*")] == ["log.xlsx"]
    actions = [action for action, _ in audited(office)]
    assert actions[0] == "daily_log.export_begun"
    assert actions[-1] == "daily_log.export_failed"
    # A hash is told only of content that was whole.
    assert ("daily_log.exported" in actions) is (step == ("Path", "replace"))


def test_a_folder_that_went_away_is_named_as_the_reason(
    office: TestOffice, exports: Exports, tmp_path: Path
) -> None:
    with pytest.raises(EnvironmentProblem) as caught:
        exports.daily_log(office.actor, SPAN, ExportFormat.CSV, tmp_path / "gone" / "log.csv")

    assert caught.value.code == "export.folder_missing"


def test_a_folder_of_that_name_is_not_replaced(
    office: TestOffice, exports: Exports, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    file.mkdir()

    with pytest.raises(EnvironmentProblem) as caught:
        exports.daily_log(office.actor, SPAN, ExportFormat.CSV, file)

    assert caught.value.code == "export.not_writable"
    assert list(tmp_path.glob("log*")) == [file]


def test_no_plain_copy_lies_anywhere_else(
    office: TestOffice, exports: Exports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setattr(tempfile, "mkstemp", refuse(errno.EPERM))

    exports.daily_log(office.actor, SPAN, ExportFormat.XLSX, tmp_path / "log.xlsx")

    assert list(scratch.iterdir()) == []


def test_printing_is_audited(office: TestOffice, exports: Exports) -> None:
    exports.printed(office.actor, SPAN)

    assert audited(office) == [("daily_log.printed", {"span": "2026-11-24"})]
