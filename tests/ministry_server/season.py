"""Invented work of an office, drawn by chance: calls, violence calls, cases, second thoughts."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from operator_app.domain.calls import CallForm
from operator_app.domain.cases import (
    Affected,
    Case,
    Incident,
    Offender,
    ProtectionOrder,
    SafetyPlan,
)
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import Consent
from operator_app.domain.referrals import NEXT_STEPS
from operator_app.domain.violence import ReferralAsk, SafeContact, ViolenceForm
from operator_app.errors import AppError, NotFound
from operator_app.services.case_work import CaseWork
from tests.conftest import information_call
from tests.sync.desk import Desk

T = TypeVar("T")
CANARIES = ("ZZKANARYNAME", "ZZKANARYNOTE", "ZZКАНАРЕЙКА", "555987654")
HOUR = 3_600_000
PLACES = ("41708203000000", "41708203800010", "41711000000000", "41702215000000", "UNKNOWN")


class Season:
    """An office at work. Every word that is typed has a canary in it."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.dice = random.Random(seed)
        self.actor = desk.office.actor
        self.calls: list[str] = []
        self.done = Counter[str]()
        self._codes = {
            name: [c.code for c in desk.office.reference.codes(name)]
            for name in (
                "contact_kind", "topic_l2", "action", "language", "sex", "age_group", "benefit_issue",
                "violence_form", "relation", "place_of_incident", "vulnerability", "service_type",
                "age_band", "order_status", "task_kind",
            )
        }  # fmt: skip
        self.acts: Sequence[Callable[[], object]] = (
            *[self.nuisance] * 2, *[self.information] * 5, *[self.violence] * 4, *[self.amend] * 2,
            self.void, self.person, self.incident, self.offender, self.plan, *[self.order] * 2,
            *[self.refer] * 3, *[self.step] * 4, *[self.task] * 2, *[self.finish] * 3,
            *[self.word] * 3, self.close,
        )  # fmt: skip

    def work(self, acts: int) -> None:
        """Do so many things; what the rules refuse is left undone."""
        for _ in range(acts):
            act = self.dice.choice(self.acts)
            try:
                act()
            except AppError:
                continue
            self.done[act.__name__] += 1

    def one_of_each(self) -> None:
        """Something for every indicator, and nothing left to chance."""
        clock, actor = self.desk.office.clock, self.actor
        form = information_call(self._start())
        self._save(
            form, topics=("COM",), actions=("NONE",), benefit_issue="REF", caller_age_group="C",
            caller_name="", phone="0555987654", danger_now="U",
        )  # fmt: skip
        self.nuisance()
        form = information_call(self._start())
        said = [Consent(purpose, "Y", form.started_at) for purpose in ("RECORD", "STATISTICS")]
        block = ViolenceForm(
            affected="CALLER", affected_sex="F", affected_age="31", vulnerabilities=("PREG",),
            forms=("PHY",), offender="HUSB", children="Y", place="HOME", happened=self._text(),
            answers={"KILL": "Y"}, high_at=form.started_at, police_at=form.started_at + 90_000,
            consents=tuple(said),
        )  # fmt: skip
        self._save(
            form, topics=("VIO.DOM",), danger_now="Y", danger_at=form.started_at,
            actions=("E102",), violence=block,
        )  # fmt: skip
        (case_id,) = self.desk.case_rows()
        self.plan()
        now = to_ms(clock())
        order = ProtectionOrder("", "ISS3", 0, asked_at=now - HOUR, issued_at=now)
        self.case_work.set_order(actor, case_id, order)
        for service, *steps in (("POL", "SENT", "DONE"), ("SHE", "SENT", "NOT")):
            self._say(self.desk.case(case_id), "SHARE", "Y", service)
            self.case_work.refer(actor, case_id, service, "OFF", organisation=CANARIES[2])
            for status in steps:
                clock.forward(hours=40)
                made = self.desk.case(case_id).referrals[-1]
                self.case_work.step_referral(
                    actor, case_id, made.referral_id, status, reason=self._text()
                )
        self.task(), self.finish(), self.finish()
        form = information_call(self._start())
        refused = replace(block, consents=(Consent("STATISTICS", "N", form.started_at),))
        self._save(form, topics=("VIO.SEX",), violence=refused)
        clock.forward(days=70)

    # Calls

    def nuisance(self) -> None:
        kind = self.dice.choice(("SILENT", "DROP", "WRONG", "PRANK", "MISSED", "TEST"))
        self._save(self._start(), contact_kind=kind)

    def information(self) -> None:
        self._save(information_call(self._start()), **self._core(self.one("topic_l2")))

    def violence(self) -> None:
        """A violence call, into a known case or a new one; sometimes sent while it is going on."""
        form = self._start()
        values = self._core(self.dice.choice(("VIO.DOM", "VIO.SEX", "CHI.ABU", "VIO.ORD")))
        values["danger_now"] = self.dice.choice(("Y", "Y", "N", "U"))
        values["violence"] = self._block(form.started_at)
        if values["danger_now"] == "Y":
            values["danger_at"] = form.started_at
            values["actions"] = ("E102", "INF")
        if self.dice.random() < 0.3:
            early = self.desk.office.calls.save(
                self.actor, replace(form, danger_now="Y", danger_at=form.started_at), early=True
            )
            self.calls.append(early.call_id)
            self.desk.office.clock.forward(seconds=self.dice.randrange(200))
            whole = replace(early.form, **{**values, "danger_now": "Y"})
            self.desk.office.calls.amend(
                self.actor, early.call_id, whole, early.op_id, in_call=True
            )
        else:
            self._save(form, **values)

    def amend(self) -> None:
        call = self.desk.office.calls.open(self.actor, self._call())
        changes: dict[str, Any] = {"note": self._text()}
        if not call.form.is_nuisance:
            changes |= self._core(self.one("topic_l2"))
        self.desk.office.calls.amend(
            self.actor, call.call_id, replace(call.form, **changes), call.op_id
        )

    def void(self) -> None:
        if self.dice.random() < 0.6:
            self.desk.office.calls.void(self.actor, self._call(), self._text())

    # Cases

    def person(self) -> None:
        self.desk.cases.set_person(
            self.actor,
            self._case().case_id,
            Affected(
                CANARIES[0], self.one("sex"), 33, self.one("age_band"),
                vulnerabilities=tuple(self.several("vulnerability", 2)),
            ),
        )  # fmt: skip

    def offender(self) -> None:
        offender = Offender(relation=self.one("relation"), name=CANARIES[2])
        self.desk.cases.set_offender(self.actor, self._case().case_id, offender)

    def incident(self) -> None:
        told = Incident(
            "", 0, forms=tuple(self.several("violence_form", 3)),
            place=self.one("place_of_incident"), children=self.dice.choice(("Y", "N", "U", None)),
            happened=self._text(),
        )  # fmt: skip
        self.case_work.set_incident(self.actor, self._case().case_id, told)

    def plan(self) -> None:
        self.desk.cases.set_plan(
            self.actor,
            self._case().case_id,
            SafetyPlan(steps=self._text(), safe_person=CANARIES[0]),
        )

    def order(self) -> None:
        now = to_ms(self.desk.office.clock())
        order = ProtectionOrder(
            "", self.one("order_status"), 0,
            asked_at=self.dice.choice((None, now - HOUR)),
            issued_at=self.dice.choice((None, now)),
        )  # fmt: skip
        self.case_work.set_order(self.actor, self._case().case_id, order)

    def refer(self) -> None:
        case, service = self._case(), self.dice.choice(("SHE", "CRI", "POL", "PSY", "LEG"))
        if self.dice.random() < 0.8:
            self._say(case, "SHARE", "Y", service)
        status = self.dice.choice(("OFF", "OFF", "DEC", "SENT"))
        self.case_work.refer(
            self.actor, case.case_id, service, status, organisation=CANARIES[2], note=self._text()
        )

    def step(self) -> None:
        case = self._case()
        referral = self.dice.choice(case.referrals or [None])
        steps = NEXT_STEPS[referral.status] if referral else ()
        if referral and steps:
            # Most of them come to their end.
            last = next((s for s in ("DONE", "SENT") if s in steps), steps[0])
            status = last if self.dice.random() < 0.6 else self.dice.choice(steps)
            self.case_work.step_referral(
                self.actor, case.case_id, referral.referral_id, status, reason=self._text()
            )

    def task(self) -> None:
        due_at = to_ms(self.desk.office.clock()) + self.dice.randrange(1, 24 * 40) * HOUR
        self.case_work.add_task(
            self.actor, self._case().case_id, kind=self.one("task_kind"), way="OTHER",
            due_at=due_at, text=self._text(),
        )  # fmt: skip

    def finish(self) -> None:
        case = self._case()
        if case.open_tasks:
            task = self.dice.choice(case.open_tasks[:3])
            self.case_work.finish_task(self.actor, case.case_id, task.task_id, self._text())

    def word(self) -> None:
        """She agrees to be in figures, or takes it back; also long after."""
        self._say(self._case(), "STATISTICS", self.dice.choice("YYN"))

    def close(self) -> None:
        self.desk.cases.close(self.actor, self._case().case_id, "SAFE", self._text())

    # What they are made of

    @property
    def case_work(self) -> CaseWork:
        office = self.desk.office
        return CaseWork(self.desk.cases, office.reference, office.clock)

    def one(self, name: str) -> str:
        return self.dice.choice(self._codes[name])

    def several(self, name: str, most: int) -> list[str]:
        return self.dice.sample(self._codes[name], self.dice.randrange(most + 1))

    def _start(self) -> CallForm:
        """A call begins some time after the last one, and takes its time."""
        clock = self.desk.office.clock
        clock.forward(hours=self.dice.randrange(30), minutes=self.dice.randrange(60))
        form = self.desk.office.calls.start(self.actor).form
        clock.forward(seconds=self.dice.randrange(5, 900))
        return form

    def _core(self, topic: str) -> dict[str, Any]:
        return {
            "contact_kind": self.dice.choice(("SELF", "SELF", "OTHER", "PROF", "FOLLOW", "THANKS")),
            "danger_now": self.dice.choice(("N", "U")),
            "language": self.one("language"),
            "topics": tuple(dict.fromkeys([topic, *self.several("topic_l2", 2)])),
            "benefit_issue": self.dice.choice((None, self.one("benefit_issue"))),
            "caller_sex": self.one("sex"),
            "caller_age_group": self.one("age_group"),
            "division": self.dice.choice(PLACES),
            "actions": tuple(self.several("action", 3)) or ("INF",),
            "caller_name": self.dice.choice(("", CANARIES[0])),
            "phone": self.dice.choice(("", "0555987654", "0555112233", "0700445566", "112")),
            "note": self._text(),
        }

    def _block(self, now: int) -> ViolenceForm:
        said = [
            Consent(purpose, value, now)
            for purpose, values in (("RECORD", "YN "), ("STATISTICS", "YYN "), ("SHARE", "YN "))
            if (value := self.dice.choice(values)) != " "
        ]
        known = sorted(self.desk.case_rows())
        answers = {q: self.dice.choice("YNU") for q in ("KILL", "HURT", "WORSE", "LEAVING")}
        return ViolenceForm(
            affected="CALLER", affected_name=CANARIES[0], affected_sex=self.one("sex"),
            affected_age=str(self.dice.randrange(80)),
            vulnerabilities=tuple(self.several("vulnerability", 2)),
            forms=tuple(self.several("violence_form", 3)), offender=self.one("relation"),
            children=self.dice.choice(("Y", "N", "U", None)), place=self.one("place_of_incident"),
            happened=self._text(), answers=answers, contact=SafeContact(phone="0555987654"),
            high_at=self.dice.choice((None, now)),
            police_at=self.dice.choice((None, now + self.dice.randrange(900) * 1000)),
            consents=tuple(said),
            referrals=tuple(
                ReferralAsk(service, "OFF", now) for service in self.several("service_type", 1)
            ),
            joins=self.dice.choice(known) if known and self.dice.random() < 0.4 else None,
        )  # fmt: skip

    def _say(self, case: Case, purpose: str, value: str, recipient: str = "") -> None:
        word = Consent(purpose, value, 0, recipient=recipient)
        self.desk.cases.add_consent(self.actor, case.case_id, word)

    def _save(self, form: CallForm, **changes: Any) -> None:
        saved = self.desk.office.calls.save(self.actor, replace(form, **changes))
        self.calls.append(saved.call_id)

    def _call(self) -> str:
        if not self.calls:
            raise NotFound("call.unknown")
        return self.dice.choice(self.calls)

    def _case(self) -> Case:
        known = sorted(self.desk.case_rows())
        if not known:
            raise NotFound("case.unknown")
        return self.desk.case(self.dice.choice(known))

    def _text(self) -> str:
        return f"{CANARIES[1]} {CANARIES[2]} {self.dice.randrange(99)}"
