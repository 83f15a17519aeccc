"""Figures about cases and the response clock: against moments chosen here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest
from sqlalchemy import update

from operator_app.db.models import revision
from operator_app.domain.calls import Call, CallForm
from operator_app.domain.case_figures import Delay, RiskLine, delay
from operator_app.domain.cases import ProtectionOrder
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import SHARE, Consent
from operator_app.domain.daily_log import DailyLog
from operator_app.domain.span import Span
from operator_app.domain.violence import ReferralAsk, ViolenceForm
from operator_app.export.daily_log_words import delay_text
from operator_app.export.html import daily_log_page
from operator_app.services.case_list import CaseList
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.services.reports import Reports
from tests.conftest import TestOffice, information_call
from tests.reports.conftest import AFTER, DAY

MINUTE_MS = 60_000


@dataclass
class Desk:
    office: TestOffice
    cases: Cases
    work: CaseWork

    @property
    def now(self) -> int:
        return to_ms(self.office.clock())

    def danger_call(self, **block: object) -> Call:
        form = information_call(
            self.office.calls.start(self.office.actor).form,
            danger_now="Y",
            danger_at=self.now,
            topics=("VIO.DOM",),
            violence=ViolenceForm(**block),
        )
        return self.save(form)

    def save(self, form: CallForm) -> Call:
        return self.office.calls.save(self.office.actor, form)

    def case_of(self, call: Call) -> str:
        found = CaseList(self.office.database, self.office.clock).of_call(
            self.office.actor, call.call_id
        )
        assert found is not None
        return found

    def log(self, day: date = DAY) -> DailyLog:
        reports = Reports(self.office.database, self.office.reference, self.office.clock)
        return reports.daily_log(self.office.actor, Span.of_day(day))

    def confirm(self, call: Call, at: int) -> None:
        with self.office.database.write() as connection:
            connection.execute(
                update(revision)
                .where(revision.c.op_id == call.op_id)
                .values(state="applied", confirmed_at=at)
            )


@pytest.fixture
def desk(office: TestOffice) -> Desk:
    cases = Cases(office.database, office.reference, office.clock)
    return Desk(office, cases, CaseWork(cases, office.reference, office.clock))


def test_minutes_from_danger_to_help(desk: Desk) -> None:
    now = desk.now
    told = (Consent(SHARE, "Y", now),)
    first = desk.danger_call(
        police_at=now + 2 * MINUTE_MS,
        ambulance_at=now + 1 * MINUTE_MS,
        consents=told,
        referrals=(ReferralAsk("CRI", "SENT", now + 10 * MINUTE_MS),),
    )
    desk.danger_call(police_at=now + 5 * MINUTE_MS)
    desk.danger_call(police_at=now + 9 * MINUTE_MS)
    desk.danger_call()
    desk.confirm(first, now + 3 * MINUTE_MS)
    response = desk.log().cases.response
    assert response.alarms == 4
    assert response.emergency == Delay(3, 5 * 60, 9 * 60)
    assert response.referral == Delay(1, 600, 600)
    assert response.ministry == Delay(1, 180, 180)


def test_high_risk_starts_the_clock_too(desk: Desk) -> None:
    now = desk.now
    form = information_call(
        desk.office.calls.start(desk.office.actor).form,
        topics=("VIO.DOM",),
        violence=ViolenceForm(
            answers={"THROAT": "Y"}, high_at=now, ambulance_at=now + 4 * MINUTE_MS
        ),
    )
    desk.save(form)
    response = desk.log().cases.response
    assert (response.alarms, response.emergency) == (1, Delay(1, 240, 240))


def test_a_referral_made_later_in_the_case_counts(desk: Desk) -> None:
    call = desk.danger_call()
    desk.office.clock.forward(hours=2)
    case_id = desk.case_of(call)
    desk.cases.add_consent(desk.office.actor, case_id, Consent(SHARE, "Y", 0))
    desk.work.refer(desk.office.actor, case_id, "SHE", "SENT")
    assert desk.log().cases.response.referral == Delay(1, 7200, 7200)


def test_a_void_call_is_not_measured(desk: Desk) -> None:
    call = desk.danger_call(police_at=desk.now + MINUTE_MS)
    desk.office.calls.void(desk.office.actor, call.call_id, "entered twice")
    assert desk.log().cases.response.alarms == 0


def test_an_amended_call_keeps_its_one_clock(desk: Desk) -> None:
    call = desk.danger_call()
    now = desk.now
    block = call.form.violence
    assert block is not None
    later = replace(call.form, violence=replace(block, police_at=now + 3 * MINUTE_MS))
    desk.office.calls.amend(desk.office.actor, call.call_id, later, call.op_id)
    response = desk.log().cases.response
    assert (response.alarms, response.emergency) == (1, Delay(1, 180, 180))


def test_cases_referrals_follow_ups_and_orders(desk: Desk) -> None:
    actor = desk.office.actor
    acute = desk.case_of(desk.danger_call())
    calm = desk.case_of(
        desk.save(
            information_call(
                desk.office.calls.start(actor).form,
                topics=("VIO.DOM",),
                violence=ViolenceForm(forms=("PSY",)),
            )
        )
    )
    desk.cases.add_consent(actor, calm, Consent(SHARE, "Y", 0))
    desk.work.refer(actor, calm, "PSY", "SENT")
    desk.work.set_order(
        actor, acute, ProtectionOrder("", "ISS3", 0, issued_at=desk.now - 30 * 3_600_000)
    )
    figures = desk.log().cases
    assert figures.opened == 2
    assert figures.open_by_risk == (RiskLine("IMM", 1), RiskLine("NA", 1))
    assert figures.without_plan == 1
    assert (figures.referrals_sent, figures.referrals_overdue) == (1, 0)
    assert figures.orders_ending == 1
    assert figures.tasks_late == 1, "the 48-hour alarm of an order that ends in 42"

    desk.office.clock.forward(days=5)
    figures = desk.log(AFTER).cases
    assert (figures.opened, figures.referrals_sent, figures.referrals_overdue) == (0, 0, 1)
    assert figures.tasks_due >= 1, "the visit of the next morning"
    assert figures.tasks_late >= 2
    case = desk.cases.open(actor, acute)
    late = next(t for t in case.open_tasks if t.kind == "SAFE")
    desk.work.finish_task(actor, acute, late.task_id, "she is at her sister's")
    today = desk.log(desk.office.clock().date()).cases
    assert today.tasks_done == 1
    assert today.tasks_late == figures.tasks_late - 1


def test_the_page_says_it_without_a_word_of_the_case(desk: Desk) -> None:
    desk.danger_call(police_at=desk.now + 130_000, happened="CANARY words")
    log = desk.log()
    page = daily_log_page(log, desk.office.reference)
    assert "median 2:10, longest 2:10, in 1 of 1" in page.body
    assert "New cases" in page.body
    assert "CANARY" not in page.body


def test_nothing_to_wait_for_is_a_dash() -> None:
    assert delay_text(delay([]), 0) == "–"
    assert delay_text(delay([(0, None)]), 1) == "in none of 1"
    assert delay([(5_000, 1_000)]) == Delay(1, 0, 0), "a clock that was set back"
