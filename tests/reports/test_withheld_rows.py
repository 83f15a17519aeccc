"""Rows of violence calls in the files that leave: codes only where she agreed to be in figures."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operator_app.domain.clock import to_ms
from operator_app.domain.consent import STATISTICS, Consent
from operator_app.domain.span import Span
from operator_app.domain.violence import ViolenceForm
from operator_app.services import record_rows
from operator_app.services import reports as module
from operator_app.services.cases import Cases
from operator_app.services.exports import ExportFormat, Exports
from tests.conftest import TestOffice, information_call
from tests.reports.conftest import DAY, words_of

WORD = "ЗЗКАНАРЕЙКА"  # of one script: a PDF splits words where the script changes
PLAIN = ["Number", "Date", "Start", "Length, seconds", "Kind of contact", "Asked for help"]
OF_THE_RECORD = [*PLAIN, "Waiting to be sent", "Voided", "Withheld: no consent to figures"]
WITHHELD = "Withheld: no consent to figures"
SAID = st.none() | st.sampled_from(["Y", "G", "N", "X", "E", "L"])
CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "in_call": SAID,
            "in_case": st.lists(SAID, max_size=2),
            "told": st.booleans(),
            "no_violence_after": st.booleans(),
            "voided": st.booleans(),
        }
    ),
    min_size=1,
    max_size=3,
)


def consent(value: str, at: int) -> Consent:
    return Consent(STATISTICS, value, at, "u", reason=f"{WORD} reason" if value in "EL" else "")


def record(office: TestOffice, wanted: dict[str, Any]) -> tuple[str, bool]:
    """A violence call as told; its number, and whether its codes may be in a file."""
    office.clock.forward(seconds=1)
    actor, now = office.actor, to_ms(office.clock())
    given_word = wanted["in_call"] if wanted["in_call"] not in ("E", "L") else None
    block = ViolenceForm(
        affected_name=f"{WORD} name" if wanted["told"] else "",
        happened=f"{WORD} happened" if wanted["told"] else "",
        consents=(consent(given_word, now),) if given_word else (),
    )
    form = information_call(
        office.calls.start(actor).form,
        topics=("VIO.DOM",),
        caller_name=f"{WORD} caller",
        phone="0555987654",
        note=f"{WORD} note",
        violence=block if block != ViolenceForm() else None,
    )
    call = office.calls.save(actor, form)
    allowed = given_word is not None and given_word in "YG"
    cases = Cases(office.database, office.reference, office.clock)
    with office.database.read() as connection:
        case_id = cases.files.of_call(connection, call.call_id)
    for value in wanted["in_case"]:
        if case_id is not None and value not in (None, "E", "L"):
            office.clock.forward(seconds=1)
            cases.add_consent(actor, case_id, consent(value, 0))
            allowed = value in "YG"
    if wanted["no_violence_after"]:
        plain = replace(form, topics=("BEN.UBK",), violence=None)
        call = office.calls.amend(actor, call.call_id, plain, call.op_id)
        # Once it is part of a case it stays a call about violence.
        allowed = allowed or case_id is None
    if wanted["voided"]:
        call = office.calls.void(actor, call.call_id, f"{WORD} void")
    return call.number, allowed


def check_files(office: TestOffice, exports: Exports, folder: Path, told: dict[str, bool]) -> None:
    files = {wanted: folder / f"log.{wanted.value}" for wanted in ExportFormat}
    for wanted, file in files.items():
        exports.daily_log(office.actor, Span.of_day(DAY), wanted, file)
    content = {wanted: file.read_bytes() for wanted, file in files.items()}
    book = openpyxl.load_workbook(io.BytesIO(content[ExportFormat.XLSX]))
    whole = [json.dumps([[str(c.value) for c in row] for row in s.rows]) for s in book]
    text = content[ExportFormat.CSV].decode("utf-8-sig")
    for shown in (*map(json.loads, whole), text, words_of(content[ExportFormat.PDF])):
        assert WORD not in str(shown)
        assert "555987654" not in str(shown)
    sheet = [[None if c.value is None else str(c.value) for c in row] for row in book["Records"]]
    table = [[cell or None for cell in row] for row in csv.reader(io.StringIO(text), delimiter=";")]
    for titles, *rows in (sheet, table):
        cells = [dict(zip(titles, row, strict=True)) for row in rows]
        of_number = {row["Number"]: row for row in cells}
        for number, allowed in told.items():
            row = of_number[number]
            assert row[WITHHELD] == ("no" if allowed else "yes")
            filled = {title for title, value in row.items() if value}
            assert allowed or filled <= set(OF_THE_RECORD), filled
            assert (row["Main topic"] is not None) is allowed


AGAIN = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@AGAIN
@given(CALLS)
def test_no_file_holds_words_and_codes_only_with_consent(
    office: TestOffice, exports: Exports, tmp_path: Path, qapp: object, calls: list[dict[str, Any]]
) -> None:
    told = dict(record(office, call) for call in calls)
    check_files(office, exports, tmp_path, told)


@pytest.mark.parametrize("bug", ["nothing withheld", "the case is not asked"])
def test_a_planted_bug_is_caught(
    office: TestOffice,
    exports: Exports,
    tmp_path: Path,
    qapp: object,
    monkeypatch: pytest.MonkeyPatch,
    bug: str,
) -> None:
    right = record_rows._is_withheld

    def wrong(row: Any) -> bool:
        return bug == "the case is not asked" and right({**row, "statistics": None})

    monkeypatch.setattr(record_rows, "_is_withheld", wrong)
    wanted = {"in_call": "Y", "in_case": ["N"], "told": True}
    told = dict([record(office, {**wanted, "no_violence_after": False, "voided": False})])
    with pytest.raises(AssertionError):
        check_files(office, exports, tmp_path, told)


def test_the_page_of_the_office_counts_every_call(office: TestOffice, exports: Exports) -> None:
    wanted = {"in_call": "N", "in_case": [], "told": True}
    record(office, {**wanted, "no_violence_after": False, "voided": False})
    log = module.Reports(office.database, office.reference, office.clock).daily_log(
        office.actor, Span.of_day(DAY)
    )
    assert (log.all_calls, log.violence) == (1, 1)
