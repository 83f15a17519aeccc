"""What an office does with a case, invented: people, orders, plans, referrals, follow-ups, words."""

from __future__ import annotations

import random
from dataclasses import replace

from operator_app.domain.cases import (
    CLOSED,
    Affected,
    Case,
    Incident,
    Offender,
    ProtectionOrder,
    Referral,
    ReferralStep,
    SafetyPlan,
    Task,
)
from operator_app.domain.clock import local_day
from operator_app.domain.consent import STATISTICS, Consent
from operator_app.domain.days import age_band
from operator_app.domain.follow_ups import with_rule_tasks
from operator_app.domain.incidents import with_types
from operator_app.domain.reference import Reference
from operator_app.domain.referrals import FIRST_STEPS, NEXT_STEPS
from tests.figures.year_calls import HOUR

DAY = 24 * HOUR
ORDERS = ("NONE", "ASK", "APPL", "ISS3", "EXT30", "BRK", "ELEC", "REFP", "END")


class Work:
    """Draws what is done after a case was opened; times up to three months later."""

    def __init__(self, dice: random.Random, reference: Reference) -> None:
        self._dice = dice
        self._codes = {
            name: [c.code for c in reference.codes(name)]
            for name in (
                "service_type", "vulnerability", "relation", "age_band", "sex", "violence_form",
                "place_of_incident", "yes_no_unknown", "close_reason", "task_kind", "risk_level",
            )
        }  # fmt: skip

    def done_on(self, case: Case, by: str, new_id: str) -> Case:
        """The case after all of it, the rules' follow-ups made and some of all done."""
        dice, start = self._dice, case.opened_at
        chances = (
            (0.5, self._person),
            (0.4, self._offender),
            (0.4, self._plan),
            (0.6, self._orders),
            (0.6, self._referrals),
            (0.4, self._told_more),
            (0.5, self._words),
            (0.4, self._tasks),
            (0.15, self._risk),
        )
        for n, (chance, step) in enumerate(chances):
            if dice.random() < chance:
                case = step(case, by, f"{new_id}-{n}", start)
        case = with_rule_tasks(with_types(case), start + HOUR)
        case = replace(case, tasks=tuple(self._perhaps_done(task, by) for task in case.tasks))
        if dice.random() < 0.04:
            # The call was seen to belong to another case: this one ends with what it holds.
            case = replace(
                case, calls=(), status=CLOSED, closed_at=start + HOUR, close_reason="DUP"
            )
        elif dice.random() < 0.3:
            closed = replace(
                case,
                status=CLOSED,
                closed_at=start + dice.randrange(1, 60) * DAY,
                closed_by=by,
                close_reason=dice.choice(self._codes["close_reason"]),
            )
            case = with_rule_tasks(closed, start + 2 * HOUR)
        return case

    def _person(self, case: Case, by: str, new_id: str, start: int) -> Case:
        dice = self._dice
        age = dice.choice((None, None, 0, 5, 6, 14, 17, 18, 40, 62, 63, 88, 120))
        band = age_band(age) if age is not None else dice.choice((None, *self._codes["age_band"]))
        return replace(
            case,
            affected=Affected(
                name=dice.choice(("", "Бегимай Мисалова")),
                sex=dice.choice((None, *self._codes["sex"])),
                age=age,
                age_band=band,
                vulnerabilities=tuple(dice.sample(self._codes["vulnerability"], 2)),
            ),
        )

    def _offender(self, case: Case, by: str, new_id: str, start: int) -> Case:
        relation = self._dice.choice((None, *self._codes["relation"]))
        return replace(case, offender=Offender(relation=relation))

    def _plan(self, case: Case, by: str, new_id: str, start: int) -> Case:
        agreed = None if self._dice.random() < 0.1 else start + HOUR
        return replace(case, plan=SafetyPlan(safe_place="у сестры", agreed_at=agreed))

    def _orders(self, case: Case, by: str, new_id: str, start: int) -> Case:
        dice = self._dice
        orders = []
        for n in range(dice.choice((1, 1, 1, 2))):
            status = dice.choice(ORDERS)
            issued = status in ("ISS3", "EXT30", "ELEC") or (
                status in ("BRK", "END") and dice.random() < 0.5
            )
            orders.append(
                ProtectionOrder(
                    order_id=f"{new_id}-{n}",
                    status=status,
                    recorded_at=start + HOUR,
                    asked_at=start if status != "NONE" and dice.random() < 0.5 else None,
                    issued_at=start + 2 * HOUR if issued else None,
                    ends_at=start + 3 * DAY if issued else None,
                    broken_at=start + DAY if status == "BRK" or dice.random() < 0.05 else None,
                )
            )
        return replace(case, orders=tuple(orders))

    def _referrals(self, case: Case, by: str, new_id: str, start: int) -> Case:
        dice = self._dice
        made = []
        for n in range(dice.choice((1, 2, 3, 4))):
            service = dice.choice((*("SHE", "CRI", "POL") * 3, *self._codes["service_type"]))
            # Some are offered in a later month than the one in which the case was opened.
            at = start + dice.choice((0, HOUR, DAY, 20 * DAY, 45 * DAY)) + dice.randrange(HOUR)
            status = dice.choice((*FIRST_STEPS, "SENT"))
            steps = [ReferralStep(status, at, by)]
            while NEXT_STEPS[status] and len(steps) < 7 and dice.random() < 0.75:
                status = dice.choice(NEXT_STEPS[status])
                at += dice.choice((0, DAY - 1, DAY, DAY + 1, dice.randrange(9 * DAY)))
                steps.append(ReferralStep(status, at, by))
            made.append(Referral(f"{new_id}-{n}", service, tuple(steps), due_at=start + 3 * DAY))
        return replace(case, referrals=(*case.referrals, *made))

    def _told_more(self, case: Case, by: str, new_id: str, start: int) -> Case:
        dice = self._dice
        more = Incident(
            incident_id=new_id,
            told_at=start + DAY,
            happened_on=local_day(start).isoformat(),
            forms=tuple(dice.sample(self._codes["violence_form"], dice.choice((0, 1, 2)))),
            place=dice.choice((None, *self._codes["place_of_incident"])),
            children=dice.choice((None, *self._codes["yes_no_unknown"])),
        )
        return replace(case, incidents=(*case.incidents, more))

    def _words(self, case: Case, by: str, new_id: str, start: int) -> Case:
        """Her word on figures, given or taken back later than in the call; at times at once."""
        at = max([start + DAY, *(c.at for c in case.consents)]) + self._dice.choice((0, HOUR))
        said = Consent(STATISTICS, self._dice.choice("YYYGNNX"), at, by)
        return replace(case, consents=(*case.consents, said))

    def _tasks(self, case: Case, by: str, new_id: str, start: int) -> Case:
        dice = self._dice
        made = [
            Task(
                task_id=f"{new_id}-{n}",
                kind=dice.choice(self._codes["task_kind"]),
                way="VISIT",
                due_at=start + dice.randrange(1, 80) * DAY,
                assignee_id=by,
                created_at=start,
            )
            for n in range(dice.choice((1, 2, 3)))
        ]
        return replace(case, tasks=(*case.tasks, *made))

    def _risk(self, case: Case, by: str, new_id: str, start: int) -> Case:
        return replace(case, risk=self._dice.choice(self._codes["risk_level"]))

    def _perhaps_done(self, task: Task, by: str) -> Task:
        dice = self._dice
        chance = dice.random()
        if chance < 0.6 and task.is_open:
            late = dice.choice((-DAY, -HOUR, -1, 0, 1, HOUR, 3 * DAY))
            return replace(task, done_at=task.due_at + late, done_by=by, result="сделано")
        if chance < 0.7 and task.is_open and not task.rule:
            return replace(task, dropped_at=task.due_at - HOUR)
        return task
