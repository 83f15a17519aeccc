"""Letters by right: who gets one, what is audited, and that consent is asked at that moment."""

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
from operator_app.domain.consent import SHARE, Consent
from operator_app.domain.people import Actor, Role
from operator_app.domain.violence import SafeContact, ViolenceForm
from operator_app.errors import BadInput, EnvironmentProblem, NotAllowed, NotFound
from operator_app.services.case_access import CaseReasonNeeded
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.services.letters import Letters
from operator_app.ui.printing import page_pdf
from operator_app.ui.problems import SENTENCES
from tests.conftest import TestOffice, information_call
from tests.reports.conftest import words_of

NAME = "Zzname Primerova"


class Bench:
    """An operator's case with a referral to the psychologist that she agreed to."""

    def __init__(self, office: TestOffice) -> None:
        self.office = office
        self.bek = office.person(Role.OPERATOR, "bek")
        self.cases = Cases(office.database, office.reference, office.clock)
        self.work = CaseWork(self.cases, office.reference, office.clock)
        self.letters = Letters(
            office.database, self.cases, office.reference, office.clock, page_pdf
        )
        block = ViolenceForm(
            affected_name=NAME,
            happened="Zzhappened",
            contact=SafeContact("0555 987654", "Zzhours"),
        )
        form = information_call(
            office.calls.start(self.bek).form, topics=("VIO.DOM",), violence=block
        )
        call = office.calls.save(self.bek, form)
        with office.database.read() as connection:
            self.case_id = self.cases.files.of_call(connection, call.call_id) or ""
        self.say("Y")
        case = self.work.refer(self.bek, self.case_id, "PSY", "OFF")
        self.referral_id = case.referrals[-1].referral_id

    def say(self, value: str) -> None:
        self.office.clock.forward(minutes=1)
        self.cases.add_consent(self.bek, self.case_id, Consent(SHARE, value, 0, recipient="PSY"))

    @property
    def where(self) -> tuple[str, str]:
        return self.case_id, self.referral_id

    def audited(self) -> list[tuple[str, str, dict[str, str]]]:
        with self.office.database.read() as connection:
            assert audit.first_broken(connection) is None
            rows = connection.execute(
                select(audit_table.c.action, audit_table.c.entity_id, audit_table.c.details)
                .where(audit_table.c.action.like("case.letter%"))
                .order_by(audit_table.c.seq)
            ).all()
        return [(row.action, row.entity_id, json.loads(row.details)) for row in rows]


@pytest.fixture
def bench(office: TestOffice) -> Bench:
    return Bench(office)


def test_a_letter_is_written_and_audited_with_its_hash(
    bench: Bench, tmp_path: Path, qapp: object
) -> None:
    for language, title in (("ru", "Направление"), ("ky", "жолдомо")):
        file = tmp_path / f"{language}.pdf"
        made = bench.letters.save_pdf(bench.bek, *bench.where, language, file)
        content = file.read_bytes()
        assert made.sha256 == hashlib.sha256(content).hexdigest()
        assert title in words_of(content)
        assert NAME in words_of(content)
        for word in (b"Zzname", b"Zzhappened", b"Zzhours"):
            assert word not in content, "outside the page, in the clear"
        facts = {"to": "PSY", "language": language, "sha256": made.sha256}
        assert bench.audited()[-1] == ("case.letter_saved", bench.case_id, facts)
    bench.letters.printed(bench.bek, *bench.where, "ky")
    assert bench.audited()[-1][0] == "case.letter_printed"
    assert "Zz" not in str(bench.audited())


def test_the_file_is_named_by_numbers_only(bench: Bench) -> None:
    name = bench.letters.file_name(bench.bek, *bench.where)
    assert name == "117-0412-2026-C00001-PSY.pdf"


def test_consent_is_asked_again_when_the_letter_is_written(
    bench: Bench, tmp_path: Path, qapp: object
) -> None:
    assert NAME in bench.letters.letter(bench.bek, *bench.where, "ru").body
    bench.say("N")
    for ask in (
        lambda: bench.letters.letter(bench.bek, *bench.where, "ru"),
        lambda: bench.letters.save_pdf(bench.bek, *bench.where, "ru", tmp_path / "letter.pdf"),
    ):
        with pytest.raises(BadInput) as caught:
            ask()
        assert caught.value.code == "referral.no_consent"
        assert caught.value.code in SENTENCES
    assert list(tmp_path.glob("*.pdf")) == []
    assert bench.audited() == []


def test_who_may_not_open_the_case_gets_no_letter(bench: Bench, tmp_path: Path) -> None:
    office = bench.office
    other = office.person(Role.OPERATOR, "dana")
    administrator = office.person(Role.ADMINISTRATOR, "nur")
    file = tmp_path / "letter.pdf"

    def asks(actor: Actor) -> list[object]:
        return [
            lambda: bench.letters.letter(actor, *bench.where, "ru"),
            lambda: bench.letters.file_name(actor, *bench.where),
            lambda: bench.letters.save_pdf(actor, *bench.where, "ru", file),
            lambda: bench.letters.printed(actor, *bench.where, "ru"),
        ]

    for actor, refusal in ((other, CaseReasonNeeded), (administrator, NotAllowed)):
        for ask in asks(actor):
            with pytest.raises(refusal):
                ask()  # type: ignore[operator]
    assert not file.exists()
    assert bench.audited() == []
    assert bench.letters.letter(office.actor, *bench.where, "ru"), "the supervisor may"
    bench.cases.open(other, bench.case_id, "she rang again")
    assert bench.letters.letter(other, *bench.where, "ru"), "with a reason, for an hour"
    office.clock.forward(minutes=61)
    with pytest.raises(CaseReasonNeeded):
        bench.letters.letter(other, *bench.where, "ru")


def test_a_referral_that_is_not_there_is_said(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.letters.letter(bench.bek, bench.case_id, "nothing", "ru")


def test_a_full_disk_leaves_no_part_and_is_audited(
    bench: Bench, tmp_path: Path, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    file = tmp_path / "letter.pdf"
    file.write_bytes(b"before")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(EnvironmentProblem) as caught:
            bench.letters.save_pdf(bench.bek, *bench.where, "ru", file)
    assert caught.value.code == "export.disk_full"
    assert file.read_bytes() == b"before"
    assert [p.name for p in tmp_path.glob("letter*")] == ["letter.pdf"]
    actions = [action for action, _id, _facts in bench.audited()]
    assert actions == ["case.letter_saved", "case.letter_failed"]


def test_an_answer_is_asked_for_in_the_days_the_service_has(bench: Bench) -> None:
    assert "27.11.2026" in bench.letters.letter(bench.bek, *bench.where, "ru").foot
    bench.office.clock.forward(days=10)
    bench.cases.open(bench.bek, bench.case_id)
    assert "07.12.2026" in bench.letters.letter(bench.bek, *bench.where, "ru").foot
