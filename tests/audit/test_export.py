"""The audit log as a file: whole, checkable by others, harmless, without a reason or a name."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import insert

from operator_app.db.models import audit
from operator_app.domain.people import Actor, Role
from operator_app.domain.wire import canonical
from operator_app.errors import BadInput, EnvironmentProblem, NotAllowed
from operator_app.services import audit_export
from operator_app.services.audit_export import AuditFormat
from operator_app.services.audit_log import AuditFilter
from tests.audit.watched import CALLER, PHONE, REASON, Watched, exporter, lines

FORMULA = '=HYPERLINK("http://x","y")'


@pytest.fixture
def own(watched: Watched, tmp_path: Path) -> Iterator[Watched]:
    made = watched.copied(tmp_path / "own")
    yield made
    made.office.database.close()


def written(
    watched: Watched, actor: Actor, kind: AuditFormat, file: Path, wanted: AuditFilter | None = None
) -> list[tuple[str, ...]]:
    """The cells of the file, without its header."""
    exporter(watched).write(actor, wanted or AuditFilter(), kind, file)
    if kind is AuditFormat.CSV:
        text = file.read_bytes().decode("utf-8-sig")
        rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=";")]
    else:
        sheet: Any = openpyxl.load_workbook(file).active
        assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}
        rows = [tuple(cell.value or "" for cell in row) for row in sheet]
    assert len({len(row) for row in rows}) == 1
    return rows[1:]


@pytest.mark.parametrize("kind", AuditFormat)
def test_the_chain_can_be_computed_again_from_the_file(
    own: Watched, tmp_path: Path, kind: AuditFormat
) -> None:
    file = tmp_path / f"log.{kind.value}"
    rows = written(own, own.office.actor, kind, file)
    assert [row[0] for row in rows] == [str(n) for n in range(len(rows), 0, -1)]
    before = "0" * 64
    for row in reversed(rows):
        number, at, user_id, action, entity, entity_id, details, prev_hash, digest = (
            row[0], *row[6:],
        )  # fmt: skip
        values = {
            "seq": int(number), "at": int(at), "user_id": user_id, "action": action,
            "entity": entity, "entity_id": entity_id, "details": details, "prev_hash": prev_hash,
        }  # fmt: skip
        assert prev_hash == before
        assert hashlib.sha256(canonical(values)).hexdigest() == digest
        before = digest
    newest = lines(own.log, own.auditor)[0]
    assert newest.action == "audit.exported"
    assert newest.details == {
        "format": kind.value,
        "rows": len(rows),
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }
    assert newest.prev_hash == before


@pytest.mark.parametrize("kind", AuditFormat)
def test_the_auditor_takes_out_no_word_of_a_record(
    own: Watched, tmp_path: Path, kind: AuditFormat
) -> None:
    cells = "\n".join(
        cell
        for row in written(own, own.auditor, kind, tmp_path / f"log.{kind.value}")
        for cell in row
    )
    assert own.case_number in cells
    assert "Opened a case with a reason" in cells
    for word in (REASON, "неповторимаяпричина", CALLER, PHONE, "555987321"):
        assert word not in cells


@pytest.mark.parametrize("kind", AuditFormat)
def test_no_cell_runs(own: Watched, tmp_path: Path, kind: AuditFormat) -> None:
    with own.office.database.write() as connection:
        connection.execute(
            insert(audit).values(
                seq=999, at=1, user_id="@x", action=FORMULA, entity="+1", entity_id="-1",
                details=json.dumps({"=a": "=1+1"}), prev_hash="\t", hash="=2",
            )
        )  # fmt: skip
    forged = written(own, own.auditor, kind, tmp_path / f"log.{kind.value}")[0]
    assert forged[0] == "999"
    assert FORMULA in forged[8]
    if kind is AuditFormat.CSV:
        assert not [cell for cell in forged if cell[:1] in set("=+-@\t\r\n")]


def test_the_rows_of_the_filter_and_no_others(own: Watched, tmp_path: Path) -> None:
    wanted = AuditFilter(user_id=own.opener.user_id)
    rows = written(own, own.auditor, AuditFormat.CSV, tmp_path / "log", wanted)
    assert [row[8] for row in rows] == ["case.glass_broken", "call.glass_broken"]
    assert {row[2] for row in rows} == {"Dana Testova"}


def test_it_staff_see_it_and_do_not_take_it_out(own: Watched, tmp_path: Path) -> None:
    keeper = own.office.person(Role.ADMINISTRATOR, "itman")
    assert own.log.page(keeper, AuditFilter()).lines
    with pytest.raises(NotAllowed) as refused:
        exporter(own).write(keeper, AuditFilter(), AuditFormat.CSV, tmp_path / "log.csv")
    assert refused.value.params["right"] == "export_audit"
    assert not (tmp_path / "log.csv").exists()


def test_more_rows_than_a_file_takes_are_refused(
    own: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_export, "MOST_ROWS", 5)
    with pytest.raises(BadInput) as refused:
        exporter(own).write(own.auditor, AuditFilter(), AuditFormat.CSV, tmp_path / "log.csv")
    assert [(f.code, f.params) for f in refused.value.faults] == [
        ("audit.too_many_rows", {"most": 5})
    ]
    assert not (tmp_path / "log.csv").exists()


def test_a_file_that_cannot_be_written_is_audited_as_such(own: Watched, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem):
        exporter(own).write(own.auditor, AuditFilter(), AuditFormat.CSV, tmp_path / "no" / "log")
    assert [x.action for x in lines(own.log, own.auditor)[:2]] == [
        "audit.export_failed", "audit.exported",
    ]  # fmt: skip
