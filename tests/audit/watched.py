"""An office in which things were done that are audited, and pages over its log."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from operator_app.config import paths
from operator_app.db.engine import Database
from operator_app.domain.people import Actor, Role
from operator_app.domain.violence import ViolenceForm
from operator_app.services.audit_check import AuditCheck
from operator_app.services.audit_export import AuditExport
from operator_app.services.audit_log import AuditFilter, AuditLine, AuditLog
from operator_app.services.calls import Calls
from operator_app.services.case_access import Accesses
from operator_app.services.cases import Cases
from operator_app.ui import audit_wording
from operator_app.ui.audit_page import AuditPage
from operator_app.ui.tasks import InlineTaskRunner, Tasks
from tests.conftest import TestOffice, information_call

REASON = "Ответ из суда: неповторимаяпричина"
CALLER = "Неповторимова"
PHONE = "0555 987 321"


@dataclass
class Watched:
    """The office; who took the violence call, who opened it and its case with a reason."""

    office: TestOffice
    taker: Actor
    opener: Actor
    auditor: Actor
    analyst: Actor
    call_id: str = ""
    call_number: str = ""
    case_id: str = ""
    case_number: str = ""

    @property
    def log(self) -> AuditLog:
        return AuditLog(self.office.database)

    def copied(self, folder: Path) -> Watched:
        """The same office with files of its own."""
        with self.office.database.bare_connection() as bare:
            bare.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        where = paths(Path(shutil.copytree(self.office.paths.data, folder)))
        database = Database(where.database, self.office.database.key)
        calls = Calls(database, self.office.reference, self.office.clock)
        return replace(
            self, office=replace(self.office, paths=where, database=database, calls=calls)
        )


def watch(office: TestOffice) -> Watched:
    """A violence call with its case, both opened by somebody else for a reason."""
    seen = Watched(
        office,
        taker=office.person(Role.OPERATOR, "bek"),
        opener=office.person(Role.OPERATOR, "dana"),
        auditor=office.person(Role.AUDITOR, "vera"),
        analyst=office.person(Role.ANALYST, "ulan"),
    )
    form = information_call(
        office.calls.start(seen.taker).form,
        topics=("VIO.DOM",),
        caller_name=CALLER,
        phone=PHONE,
        violence=ViolenceForm(answers={"KILL": "Y", "HURT": "N"}),
    )
    call = office.calls.save(seen.taker, form)
    seen.call_id, seen.call_number = call.call_id, call.number
    cases = Cases(office.database, office.reference, office.clock)
    with office.database.read() as connection:
        seen.case_id, seen.case_number = connection.exec_driver_sql(
            "SELECT case_id, number FROM case_file"
        ).one()
    office.clock.forward(minutes=5)
    office.calls.open(seen.opener, seen.call_id, REASON)
    cases.open(seen.opener, seen.case_id, REASON)
    office.clock.forward(minutes=5)
    accesses = Accesses(office.database, office.clock)
    accesses.mark_seen(office.actor, accesses.unseen(office.actor)[0].access_id)
    office.clock.forward(days=1)
    cases.open(office.actor, seen.case_id)
    return seen


def lines(log: AuditLog, actor: Actor, wanted: AuditFilter | None = None) -> list[AuditLine]:
    """All rows of a filter, as a person who scrolls to the end sees them."""
    found: list[AuditLine] = []
    before: int | None = None
    while True:
        page = log.page(actor, wanted or AuditFilter(), before)
        found += page.lines
        if page.before is None:
            return found
        before = page.before


def exporter(watched: Watched) -> AuditExport:
    reference = watched.office.reference

    def words(line: AuditLine, names: Mapping[str, str]) -> tuple[str, str, str]:
        told = audit_wording.detail_words(line, names, reference)
        return (
            audit_wording.action_words(line.action),
            audit_wording.about(line, names),
            " · ".join(told),
        )

    return AuditExport(watched.office.database, watched.log, watched.office.clock, words)


def page_of(
    watched: Watched, actor: Actor, dialogs: Any = None, tasks: Tasks | None = None
) -> AuditPage:
    """The page, not shown yet."""
    office = watched.office
    return AuditPage(
        watched.log,
        AuditCheck(office.database, office.clock),
        exporter(watched),
        office.reference,
        actor,
        tasks or InlineTaskRunner(),
        dialogs,
        office.clock,
    )
