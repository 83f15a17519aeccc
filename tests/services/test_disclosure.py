"""What lies in the outbox of violence calls and their cases, whatever was said about consent and
in whatever order: words only with consent to RECORD or a recorded reason; here everything."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operator_app.db import revisions
from operator_app.domain.calls import Call, CallForm
from operator_app.domain.cases import (
    Affected,
    Incident,
    Offender,
    ProtectionOrder,
    SafetyPlan,
)
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import RECORD, SHARE, Consent
from operator_app.domain.disclosure import WITHHELD
from operator_app.domain.people import Role
from operator_app.domain.violence import SafeContact, ViolenceForm
from operator_app.services import calls as calls_module
from operator_app.services import case_files as case_files_module
from operator_app.services.case_work import CaseWork
from operator_app.services.cases import Cases
from tests.conftest import TestOffice, information_call

WORD = "ЗЗКАНАРЕЙКА"  # of one script: a PDF splits words where the script changes
PHONE, E164 = "0555 98 76 54", "+996555987654"
WORDS = (WORD, "555987654", PHONE)
CONTACT = SafeContact(PHONE, f"{WORD} 10-12", f"{WORD} sister", f"{WORD} the chemist")
AGAIN = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Said = tuple[str, str]
"""A value of the list `consent` and the reason."""
SAID = st.sampled_from(
    [("Y", ""), ("G", ""), ("N", ""), ("X", ""), ("E", f"{WORD} he is here"), ("L", f"{WORD} law")]
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("case says"), SAID),
        st.tuples(st.just("call says"), SAID),
        st.tuples(
            st.sampled_from(["amend", "no violence", "work", "join", "void"]), st.just(("", ""))
        ),
    ),
    max_size=6,
)


def leaks(payload: bytes) -> list[str]:
    text = payload.decode()
    return [word for word in WORDS if word in text]


@dataclass
class Told:
    """A case in the making, and by its own book-keeping what may leave now."""

    office: TestOffice
    call: Call = field(init=False)
    case_id: str = field(init=False)
    allowed: bool = False
    said: list[Consent] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    is_void: bool = False

    def __post_init__(self) -> None:
        self.cases = Cases(self.office.database, self.office.reference, self.office.clock)
        self.work = CaseWork(self.cases, self.office.reference, self.office.clock)

    @property
    def actor(self) -> Any:
        return self.office.actor

    def begin(self, said: Said | None) -> None:
        self._say(said)
        form = self._violence(self.office.calls.start(self.actor).form)
        self.call = self.office.calls.save(self.actor, form)
        with self.office.database.read() as connection:
            found = self.cases.files.of_call(connection, self.call.call_id)
        assert found is not None
        self.case_id = found

    def _say(self, said: Said | None) -> None:
        if said is None:
            return
        value, reason = said
        self.said.append(Consent(RECORD, value, to_ms(self.office.clock()), "u", reason=reason))
        self.allowed = value in "YG" or (value in "EL" and bool(reason))

    def _violence(self, form: CallForm) -> CallForm:
        block = ViolenceForm(
            affected="CALLER",
            affected_name=f"{WORD} Name",
            affected_age="31",
            forms=("PHY",),
            happened=f"{WORD} happened",
            answers={"KILL": "Y"},
            contact=CONTACT,
            consents=tuple(self.said),
        )
        return information_call(
            form,
            topics=("VIO.DOM",),
            caller_name=f"{WORD} Caller",
            phone=PHONE,
            note=f"{WORD} note",
            violence=block,
        )

    def step(self, name: str, said: Said) -> None:
        self.office.clock.forward(minutes=1)
        if name == "case says":
            self.case_says(said)
        elif name == "work":
            self.write_everywhere()
        elif self.is_void:
            return
        elif name == "call says":
            self._say(said)
            self._amend(self._violence(self.call.form))
        elif name == "amend":
            self._amend(replace(self._violence(self.call.form), note=f"{WORD} other note"))
        elif name == "no violence":
            self._amend(replace(self.call.form, topics=("BEN.UBK",), danger_now="N", violence=None))
        elif name == "join":
            form = self._violence(self.office.calls.start(self.actor).form)
            block = ViolenceForm(affected_name=f"{WORD} Joined", joins=self.case_id)
            joined = self.office.calls.save(self.actor, replace(form, violence=block))
            self.check_record(joined.call_id)
        elif name == "void":
            self.call = self.office.calls.void(self.actor, self.call.call_id, f"{WORD} twice")
            self.is_void = True

    def case_says(self, said: Said) -> None:
        value, reason = said
        self.cases.add_consent(self.actor, self.case_id, Consent(RECORD, value, 0, reason=reason))
        self.allowed = value in "YG" or (value in "EL" and bool(reason))

    def _amend(self, form: CallForm) -> None:
        self.call = self.office.calls.amend(self.actor, self.call.call_id, form, self.call.op_id)

    def write_everywhere(self) -> None:
        """Words into every field of the case that takes words."""
        actor, case_id, now = self.actor, self.case_id, to_ms(self.office.clock())
        self.cases.set_status(actor, case_id, "WORK")
        person = Affected(f"{WORD} Name", "F", 31, "A18_34", PHONE, f"{WORD} street")
        self.cases.set_person(actor, case_id, person)
        self.cases.set_offender(actor, case_id, Offender("HUSB", "Y", name=f"{WORD} He"))
        self.cases.set_contact(actor, case_id, CONTACT)
        texts = [f"{WORD} {n}" for n in range(3)]
        self.cases.set_plan(
            actor, case_id, SafetyPlan(*texts, "Y", f"{WORD} children", f"{WORD} steps")
        )
        self.cases.add_note(actor, case_id, f"{WORD} note of the case")
        self.cases.assess(actor, case_id, {"THROAT": "Y"}, reason=f"{WORD} assessed")
        self.work.set_incident(
            actor, case_id, Incident("", now, forms=("PSY",), happened=f"{WORD} again")
        )
        self.work.set_order(
            actor,
            case_id,
            ProtectionOrder("", "APPL", now, asked_at=now, police_office=f"{WORD} ward"),
        )
        self.work.refer(
            actor,
            case_id,
            "POL",
            "OFF",
            organisation=f"{WORD} police",
            note=f"{WORD} please",
        )
        referral = self.cases.open(actor, case_id).referrals[-1].referral_id
        self.work.step_referral(actor, case_id, referral, "DEC", reason=f"{WORD} afraid")
        due = now + 3_600_000
        self.work.add_task(
            actor, case_id, kind="OTHER", way="OTHER", due_at=due, text=f"{WORD} see to it"
        )
        task = self.cases.open(actor, case_id).open_tasks[0]
        self.work.finish_task(actor, case_id, task.task_id, f"{WORD} result")
        self.cases.close(actor, case_id, "SAFE", f"{WORD} closed")

    def check(self) -> None:
        self.check_record(self.call.call_id)
        self.check_record(self.case_id)

    def check_record(self, record_id: str) -> None:
        """Of what was written since the last look: what may be sent, and what is kept here."""
        with self.office.database.read() as connection:
            history = revisions.history(connection, record_id)
        for revision in history:
            if revision.op_id in self.seen:
                continue
            self.seen.add(revision.op_id)
            found = leaks(revision.payload)
            assert bool(found) is self.allowed, (revision.kind, self.allowed, found)
            assert leaks(json.dumps(revision.body, ensure_ascii=False).encode())
            sent = json.loads(revision.payload)["body"]
            assert ("withheld" in sent) is not self.allowed
            if revision.kind == "void":
                reason = f"{WORD} twice" if self.allowed else WITHHELD
                assert sent["void_reason"] == reason

    def check_kept_here(self) -> None:
        """The histories on this PC show every word."""
        assert self.office.calls.history(self.actor, self.call.call_id)[-1].call.form == (
            self.call.form
        )
        assert self.call.form.note.startswith(WORD)
        case = self.cases.open(self.actor, self.case_id)
        assert case.affected.name in (f"{WORD} Name", f"{WORD} Joined")
        assert case.contact == CONTACT
        assert case.incidents[0].happened == f"{WORD} happened"
        versions = self.cases.versions(self.actor, self.case_id)
        assert case.incidents in [v.case.incidents for v in versions]
        assert all(v.case.contact == CONTACT for v in versions)


def tell(office: TestOffice, first: Said | None, steps: list[tuple[str, Said]]) -> None:
    office.clock.forward(minutes=1)
    told = Told(office)
    told.begin(first)
    told.check()
    for name, said in steps:
        told.step(name, said)
        told.check()
    told.check_kept_here()


@AGAIN
@given(st.none() | SAID, STEPS)
def test_words_leave_only_with_consent_and_all_of_them_stay(
    office: TestOffice, first: Said | None, steps: list[tuple[str, Said]]
) -> None:
    tell(office, first, steps)


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("case", lambda body, _out: body),
        ("call", lambda body, _out: body),
        ("call", lambda body, out: {**out, "void_reason": body["void_reason"]}),
        ("call", lambda body, out: {**out, "phone_e164": body["phone_e164"]}),
        ("case", lambda body, out: {**out, "orders": body["orders"]}),
    ],
    ids=["a case goes whole", "a call goes whole", "void reason", "phone", "police office"],
)
def test_a_planted_leak_is_caught(
    office: TestOffice,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    wrong: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]],
) -> None:
    module: Any = calls_module if where == "call" else case_files_module
    name = f"{where}_outgoing"
    right = getattr(module, name)

    def leaking(record: Any, body: dict[str, Any], *args: Any, **words: Any) -> dict[str, Any]:
        return wrong(body, right(record, body, *args, **words))

    monkeypatch.setattr(module, name, leaking)
    with pytest.raises(AssertionError):
        tell(office, ("N", ""), [("work", ("", "")), ("void", ("", ""))])


@pytest.mark.parametrize("forgotten", ["the case", "earlier violence"])
def test_forgetting_what_was_said_before_is_caught(
    office: TestOffice, monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    right = calls_module.call_outgoing

    def forgetful(call: Call, body: dict[str, Any], **known: Any) -> dict[str, Any]:
        if forgotten == "the case":
            known["of_case"] = ()
        else:
            known["was_violence"] = False
        return right(call, body, **known)

    monkeypatch.setattr(calls_module, "call_outgoing", forgetful)
    steps: dict[str, list[tuple[str, Said]]] = {
        "the case": [("case says", ("N", "")), ("void", ("", ""))],
        "earlier violence": [("no violence", ("", ""))],
    }
    first = ("Y", "") if forgotten == "the case" else ("N", "")
    with pytest.raises(AssertionError):
        tell(office, first, steps[forgotten])


def test_a_withdrawal_counts_also_after_the_clock_was_put_back(office: TestOffice) -> None:
    told = Told(office)
    told.begin(("Y", ""))
    told.check()
    office.clock.forward(days=-400)
    told.case_says(("N", ""))
    told.check()
    assert not told.allowed


def test_a_colleague_sees_the_words_that_do_not_leave(office: TestOffice) -> None:
    told = Told(office)
    told.begin(("N", ""))
    bek = office.person(Role.OPERATOR, "bek")
    assert told.cases.open(bek, told.case_id, "she rang again").affected.name == f"{WORD} Name"
    assert office.calls.open(bek, told.call.call_id, "she rang again").form.phone == PHONE


def test_consent_to_tell_a_service_is_none_to_tell_the_ministry(office: TestOffice) -> None:
    told = Told(office)
    told.said.append(Consent(SHARE, "Y", to_ms(office.clock()), "u"))
    told.begin(None)
    told.check()
