"""Referral letters: read with the rights of the case, written with what consent allows, audited."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from operator_app.db import audit, settings
from operator_app.db.engine import Database
from operator_app.domain.cases import Case, Referral, find_part
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.follow_ups import referral_due
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.errors import EnvironmentProblem, NotFound
from operator_app.export.html import Page
from operator_app.export.referral_letter import Letter, referral_letter_page
from operator_app.services.case_access import require_access
from operator_app.services.cases import Cases
from operator_app.services.exports import Export, write_file


class Letters:
    """Verbs over the letter of a referral.

    `pdf` turns the page into the bytes of a PDF; it comes from ui/, the only part that can draw.
    Consent is read anew each time: a letter that was seen is not saved after she withdrew it.
    """

    def __init__(
        self,
        database: Database,
        cases: Cases,
        reference: Reference,
        clock: Clock,
        pdf: Callable[[Page], bytes],
    ) -> None:
        self._database = database
        self._cases = cases
        self._reference = reference
        self._clock = clock
        self._pdf = pdf

    def letter(self, actor: Actor, case_id: str, referral_id: str, language: str) -> Page:
        """The page in "ky" or "ru"; after the case was opened.

        Raises CaseReasonNeeded, NotFound("case.part_unknown"), and BadInput
        ("referral.no_consent", "referral.declined") where nothing may be told.
        """
        case, referral = self._read(actor, case_id, referral_id)
        return self._page(actor, case, referral, language)

    def file_name(self, actor: Actor, case_id: str, referral_id: str) -> str:
        """What the file is called: the numbers of case and service, nothing about the person."""
        case, referral = self._read(actor, case_id, referral_id)
        return f"117-{case.number}-{referral.service_type}.pdf"

    def save_pdf(
        self, actor: Actor, case_id: str, referral_id: str, language: str, file: Path
    ) -> Export:
        """Write the letter where the person chose. Raises as `letter` and `write_file` do."""
        case, referral = self._read(actor, case_id, referral_id)
        content = self._pdf(self._page(actor, case, referral, language))
        sha256 = hashlib.sha256(content).hexdigest()
        facts = self._facts(referral, language) | {"sha256": sha256}
        # Audited before the file takes its name, as in services/exports.py.
        self._audited(actor, "case.letter_saved", case_id, facts)
        try:
            write_file(file, content)
        except EnvironmentProblem:
            self._audited(actor, "case.letter_failed", case_id, facts)
            raise
        return Export(file, 1, sha256)

    def printed(self, actor: Actor, case_id: str, referral_id: str, language: str) -> None:
        """Audit that the letter went to a printer."""
        _case, referral = self._read(actor, case_id, referral_id)
        self._audited(actor, "case.letter_printed", case_id, self._facts(referral, language))

    def _read(self, actor: Actor, case_id: str, referral_id: str) -> tuple[Case, Referral]:
        actor.require(Right.WORK_ON_CASES)
        with self._database.read() as connection:
            case = self._cases.files.read(connection, case_id)
            require_access(connection, actor, case, to_ms(self._clock()))
        referral = find_part(case.referrals, "referral_id", referral_id)
        if referral is None:
            raise NotFound("case.part_unknown")
        return case, referral

    def _page(self, actor: Actor, case: Case, referral: Referral, language: str) -> Page:
        now = to_ms(self._clock())
        with self._database.read() as connection:
            office = settings.read_office(connection)
        answer_by = referral.due_at or 0
        if answer_by <= now:
            answer_by = referral_due(referral.service_type, now)
        letter = Letter(case, referral, office, actor.full_name, now, answer_by)
        return referral_letter_page(letter, self._reference, language)

    def _facts(self, referral: Referral, language: str) -> dict[str, str]:
        return {"to": referral.service_type, "language": language}

    def _audited(self, actor: Actor, action: str, case_id: str, facts: dict[str, str]) -> None:
        with self._database.write() as connection:
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action=action,
                entity="case",
                entity_id=case_id,
                details=dict(facts),
            )
