"""Invented violence cases over five days, for the sandbox, for pictures and for trials.

Nobody in them is real.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from operator_app.db.engine import Database
from operator_app.domain.calls import CallForm
from operator_app.domain.cases import Case, Offender, ProtectionOrder, SafetyPlan
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import CALL_BACK, RECORD, SHARE, STATISTICS, Consent
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ReferralAsk, SafeContact, ViolenceForm
from operator_app.services.calls import Calls
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from operator_app.training.invented import NO_SUBSCRIBER, MovableClock
from operator_app.training.other_pc import changed_elsewhere

OFFICE = "41708203000000"
KNOWN_NUMBER = f"{NO_SUBSCRIBER} 10 20 30"
"""Of the case that a later call from the same number may join."""
HOUR = timedelta(hours=1)
QUIET = dict.fromkeys(("HURT", "WEAPON", "KILL", "THROAT", "FEAR", "CHILD"), "N")


class InventedCases:
    """Cases of three people, as calls open them and as the office works on them.

    The clock goes from four days before `end` up to it.
    """

    def __init__(
        self,
        database: Database,
        reference: Reference,
        clock: MovableClock,
        supervisor: Actor,
        operators: tuple[Actor, Actor],
    ) -> None:
        self._database = database
        self._clock = clock
        self._supervisor = supervisor
        self._first, self._second = operators
        self._calls = Calls(database, reference, clock)
        self._cases = Cases(database, reference, clock)
        self._work = CaseWork(self._cases, reference, clock)
        self.whole = ""
        """The id of the case with something in every section."""
        self.disputed = ""
        """The id of the one with two versions."""

    def make(self, end: datetime) -> None:
        """All of them; the numbers of the cases follow the days."""
        self._at(end - timedelta(days=4, hours=3))
        self._closed()
        self._older_person()
        self._at(end - timedelta(days=3))
        self._waiting()
        self._at(end - timedelta(days=2, hours=1))
        self._child()
        self._whole(end)
        self._at(end - timedelta(hours=20))
        self._not_assessed()
        self._two_versions()
        self._at(end - 2 * HOUR)
        self._without_a_name()
        self._somebody_looked(end)
        self._clock.now = end

    # One case after the other

    def _closed(self) -> None:
        case = self._call(
            self._supervisor,
            answers=QUIET,
            forms=("PSY",),
            offender="EXSP",
            happened="Бывший муж приходил и кричал под окнами.",
        )
        self._cases.close(
            self._supervisor, case.case_id, "SAFE", "Переехала к родителям, он больше не приходит."
        )

    def _older_person(self) -> None:
        case = self._call(
            self._second,
            topic="OLD.ABU",
            answers=QUIET,
            forms=("ECO", "NEG"),
            offender="SON",
            affected="OTHER",
            affected_name="Самара апа Мисалова",
            affected_age="71",
            happened="Уулу пенсиясын алып коёт, тамак-аш жетпейт.",
        )
        self._cases.set_status(self._second, case.case_id, "MON")

    def _waiting(self) -> None:
        case = self._call(
            self._first,
            answers={"WORSE": "Y", "CONTROL": "Y", "HURT": "N"},
            forms=("PSY", "ECO"),
            offender="HUSB",
            affected_age="29",
            consents=self._words((SHARE, "Y"), (STATISTICS, "Y")),
            happened="Отнимает телефон и деньги, не отпускает к родным.",
        )
        self._work.refer(self._first, case.case_id, "LEG", "SENT", note="Просит консультацию.")
        self._cases.set_status(self._first, case.case_id, "WAIT")

    def _child(self) -> None:
        self._call(
            self._second,
            topic="CHI.ABU",
            answers={"CHILD": "Y", "DRUNK": "Y"},
            forms=("PHY", "NEG"),
            offender="STEP",
            affected="OTHER",
            affected_age="9",
            children="Y",
            happened="Учительница видит синяки у ученика, дома отчим пьёт.",
        )

    def _whole(self, end: datetime) -> None:
        self._at(end - timedelta(days=1, hours=22))
        who = self._first
        case = self._call(
            who,
            danger="Y",
            phone=KNOWN_NUMBER,
            caller_name="Асель Примерова",
            answers={"HURT": "Y", "KILL": "Y", "WEAPON": "N", "NOWHERE": "Y"},
            forms=("PHY", "PSY", "THR"),
            offender="HUSB",
            affected_age="34",
            vulnerabilities=("PREG", "MULT"),
            children="Y",
            place="HOME",
            happened="Муж вернулся пьяный, ударил дважды, двое детей дома. "
            "Спрашивает, куда уйти на ночь.",
            contact=SafeContact(
                f"{NO_SUBSCRIBER} 40 50 60",
                "по будням после 18:00",
                "сестра",
                "что звонят из поликлиники",
            ),
            consents=(
                *self._words((CALL_BACK, "Y"), (RECORD, "Y"), (STATISTICS, "Y")),
                Consent(SHARE, "E", self._now, recipient="POL", reason="Угроза жизни"),
                Consent(SHARE, "Y", self._now, recipient="CRI", parts=("NAME", "CONTACT", "RISK")),
            ),
            referrals=(
                ReferralAsk("POL", "SENT", self._now, warm=True),
                ReferralAsk("CRI", "SENT", self._now),
                ReferralAsk("PSY", "OFF", self._now),
            ),
        )
        self._later(hours=6)
        self._work.set_order(
            who,
            case.case_id,
            ProtectionOrder(
                "",
                "ISS3",
                0,
                asked_at=self._now - 5 * 3_600_000,
                issued_at=self._now - 1_800_000,
                police_office="ОВД Аламудунского района",
            ),
        )
        self._cases.set_offender(
            who,
            case.case_id,
            Offender("HUSB", "Y", "M", "A35_49", has_weapon="N", known_to_police="Y"),
        )
        self._later(hours=13)
        self._answered(case, "POL")
        case = self._finished(case, "SAFE", "Говорила с ней: у сестры, дети с ней.")
        self._cases.set_status(who, case.case_id, "WORK")
        self._cases.set_plan(
            who,
            case.case_id,
            SafetyPlan(
                safe_person="сестра, живёт через две улицы",
                code_word="«купи хлеба»",
                safe_place="у сестры",
                documents_ready="Y",
                children_plan="Старшая уводит младшего к соседке.",
                steps="Документы и деньги лежат у соседки. При угрозе сразу звонит 102.",
            ),
        )
        self._later(hours=5)
        self._call(
            who,
            phone=KNOWN_NUMBER,
            joins=case.case_id,
            answers={"HURT": "N", "FOLLOWS": "Y"},
            forms=("STK",),
            offender="HUSB",
            place="STREET",
            happened="Ночь прошла спокойно. Утром ждал её у дома сестры.",
        )
        self._later(hours=16)
        case = self._finished(case, "SAFE", "Спокойна, просит не звонить домой.")
        self._cases.lower_risk(
            self._supervisor, case.case_id, "HIGH", "Живёт у сестры, он задержан на трое суток."
        )
        self._cases.add_note(
            who,
            case.case_id,
            "Завтра в 10:00 приём у юриста; сестра пойдёт с ней. Ключи от квартиры у матери.",
        )
        self._work.add_task(
            who,
            case.case_id,
            kind="CALLBACK",
            way="PHONE",
            due_at=to_ms(end + 7 * HOUR),
            text="Спросить, как прошёл приём у юриста.",
        )
        self.whole = case.case_id

    def _not_assessed(self) -> None:
        self._call(
            self._second,
            kind="OTHER",
            forms=("PSY",),
            affected="OTHER",
            place="HOME",
            happened="Коңшу аял түнкүсүн кыйкырык угат.",
        )

    def _two_versions(self) -> None:
        """Two PCs worked on it without knowing of each other."""
        who = self._supervisor
        base = self._call(
            who,
            answers={"THROAT": "Y", "FEAR": "U"},
            forms=("PHY",),
            offender="PART",
            affected_age="24",
            contact=SafeContact("", "до 17:00", "мама"),
            consents=self._words((CALL_BACK, "Y"), (SHARE, "Y"), (STATISTICS, "Y")),
            referrals=(ReferralAsk("CRI", "SENT", self._now),),
            happened="Сожитель хватал за горло, она ушла к маме.",
        )
        self._later(hours=1)
        self._cases.set_status(who, base.case_id, "WAIT")
        self._cases.set_contact(
            who,
            base.case_id,
            SafeContact(f"{NO_SUBSCRIBER} 60 70 80", "только утром до 10:00", "мама"),
        )
        self._later(hours=1)
        author = self._second.user_id

        def elsewhere(case: Case) -> Case:
            return replace(
                case,
                status="MON",
                affected=replace(case.affected, age=25),
                contact=SafeContact("", "до 17:00, кроме субботы", "никто, только она сама"),
                consents=(*case.consents, Consent(CALL_BACK, "N", self._now, by=author)),
            )

        changed_elsewhere(self._database, self._cases, base, author, self._now, elsewhere)
        self._later(minutes=17)
        self._work.add_task(
            who,
            base.case_id,
            kind="CHECK",
            way="SERVICE",
            due_at=self._now + 24 * 3_600_000,
            text="Есть ли место в кризисном центре.",
        )
        self.disputed = base.case_id

    def _without_a_name(self) -> None:
        self._call(
            self._first,
            danger="Y",
            answers={"HURT": "Y"},
            forms=("PHY",),
            offender="HUSB",
            place="HOME",
            consents=(Consent(SHARE, "E", self._now, recipient="POL", reason="Угроза жизни"),),
            referrals=(ReferralAsk("POL", "SENT", self._now, warm=True),),
            happened="Закрылась в ванной, он ломает дверь.",
        )

    def _somebody_looked(self, end: datetime) -> None:
        for before, reason in (
            (3, "Она позвонила снова, а коллега на больничном."),
            (1, "Звонили из милиции: уточняют, о том ли деле их запрос. Ответила, что передам."),
        ):
            self._clock.now = end - before * HOUR
            self._cases.open(self._second, self.whole, reason)

    # Calls and steps

    def _call(
        self,
        who: Actor,
        *,
        kind: str = "SELF",
        topic: str = "VIO.DOM",
        danger: str = "N",
        phone: str = "",
        caller_name: str = "",
        affected: str = "CALLER",
        answers: dict[str, str] | None = None,
        **block: object,
    ) -> Case:
        """Save a violence call; the case it is in afterwards."""
        started_at = self._now
        said = ViolenceForm(affected=affected, answers=answers or {}, **block)  # type: ignore[arg-type]
        if danger == "Y":
            said = replace(said, high_at=started_at + 15_000, police_at=started_at + 130_000)
        form = CallForm(
            started_at=started_at,
            contact_kind=kind if affected == "CALLER" else "OTHER",
            danger_now=danger,
            danger_at=started_at + 15_000 if danger == "Y" else None,
            language="ky",
            topics=(topic,),
            caller_sex="F",
            caller_age_group="A",
            division=OFFICE,
            caller_name=caller_name,
            phone=phone,
            actions=("E102", "CASE") if danger == "Y" else ("CON", "CASE"),
            violence=said,
        )
        self._later(minutes=8)
        saved = self._calls.save(who, form)
        with self._database.read() as connection:
            case_id = self._cases.files.of_call(connection, saved.call_id)
            if case_id is None:
                raise RuntimeError("the call opened no case")
            return self._cases.files.read(connection, case_id)

    def _words(self, *said: tuple[str, str]) -> tuple[Consent, ...]:
        return tuple(Consent(purpose, value, self._now) for purpose, value in said)

    def _answered(self, case: Case, service: str) -> None:
        referral = next(r for r in case.referrals if r.service_type == service)
        self._work.step_referral(self._first, case.case_id, referral.referral_id, "ACC")

    def _finished(self, case: Case, kind: str, result: str) -> Case:
        """Do every open follow-up of the kind."""
        now = self._cases.open(self._first, case.case_id)
        for task in now.open_tasks:
            if task.kind == kind:
                now = self._work.finish_task(self._first, now.case_id, task.task_id, result)
        return now

    @property
    def _now(self) -> int:
        return to_ms(self._clock.now)

    def _at(self, moment: datetime) -> None:
        self._clock.now = moment

    def _later(self, *, hours: int = 0, minutes: int = 0) -> None:
        self._clock.now += timedelta(hours=hours, minutes=minutes)
