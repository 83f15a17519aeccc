"""Two versions of a case: nothing that either knows is lost, the safer value is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.case_merge import Decision, merged
from operator_app.domain.cases import (
    CLOSED,
    STATUSES,
    Assessment,
    Case,
    Incident,
    Note,
    Offender,
    ProtectionOrder,
    Referral,
    ReferralStep,
    Task,
)
from operator_app.domain.consent import CALL_BACK, SHARE, Consent, allows
from operator_app.domain.danger import LEVELS, more_cautious
from operator_app.domain.violence import SafeContact

BASE = Case(
    case_id="c",
    number="0412-2026-C00001",
    office_code="0412",
    kind="VIOLENCE",
    opened_at=1,
    opened_by="a",
    owner_id="a",
    risk="MED",
    contact=SafeContact(hours="10-12"),
    consents=(Consent(CALL_BACK, "Y", 1),),
    orders=(ProtectionOrder("o", "ISS3", 1, issued_at=1, ends_at=100),),
    referrals=(Referral("r", "POL", (ReferralStep("OFF", 1, "a"),)),),
    tasks=(Task("t", "SAFE", "OTHER", 50, "a", 1),),
    op_id="base",
    saved_at=1,
)


def _two(left: Case, right: Case) -> tuple[Case, Case]:
    return replace(left, op_id="l", saved_at=2), replace(right, op_id="r", saved_at=3)


def _differing(left: Case, right: Case, decision: Decision | None = None) -> tuple[Case, set[str]]:
    found = merged(_two(left, right), BASE, decision)
    return found.case, {d.field for d in found.differences}


def test_what_one_side_changed_is_taken_over() -> None:
    left = replace(BASE, owner_id="b", notes=(Note("n", 2, "b", "seen"),))
    right = replace(BASE, status="WORK", offender=Offender(relation="HUSB"))
    case, differences = _differing(left, right)
    assert (case.owner_id, case.status, case.offender.relation) == ("b", "WORK", "HUSB")
    assert [n.note_id for n in case.notes] == ["n"]
    assert differences == set()


@pytest.mark.parametrize(
    ("left", "right", "field", "shown"),
    [
        ({"risk": "HIGH"}, {"risk": "STD"}, "risk", "HIGH"),
        ({"status": CLOSED, "closed_at": 5}, {"status": "WORK"}, "status", "WORK"),
        (
            {"offender": Offender(has_weapon="N")},
            {"offender": Offender(has_weapon="Y")},
            "offender.has_weapon",
            "Y",
        ),
        (
            {"contact": SafeContact(hours="9-10")},
            {"contact": SafeContact(hours="evenings")},
            "contact.hours",
            "",
        ),
    ],
)
def test_the_more_cautious_value_is_shown(
    left: dict[str, object], right: dict[str, object], field: str, shown: object
) -> None:
    for one, other in ((left, right), (right, left)):
        case, differences = _differing(replace(BASE, **one), replace(BASE, **other))
        value: object = case
        for name in field.split("."):
            value = getattr(value, name)
        assert value == shown
        assert field in differences


def test_an_order_keeps_the_earlier_end_and_the_worse_status() -> None:
    order = BASE.orders[0]
    case, differences = _differing(
        replace(BASE, orders=(replace(order, status="EXT30", ends_at=900),)),
        replace(BASE, orders=(replace(order, status="BRK", ends_at=120, broken_at=7),)),
    )
    assert (case.orders[0].status, case.orders[0].ends_at, case.orders[0].broken_at) == (
        "BRK",
        120,
        7,
    )
    assert differences == {"orders.o.status", "orders.o.ends_at"}


def test_a_closed_side_does_not_close_the_case() -> None:
    left = replace(BASE, status=CLOSED, closed_at=5, closed_by="a", close_reason="SAFE")
    case, _differences = _differing(left, replace(BASE, status="WAIT"))
    assert (case.status, case.closed_at, case.close_reason) == ("WAIT", None, None)


def test_consent_withdrawn_on_one_side_counts() -> None:
    given_again = Consent(SHARE, "Y", 9, recipient="POL")
    refused = Consent(SHARE, "N", 5, recipient="POL")
    left = replace(BASE, consents=(*BASE.consents, given_again))
    right = replace(BASE, consents=(*BASE.consents, refused))
    case, differences = _differing(left, right)
    assert not allows(case.consents, SHARE, "POL")
    assert allows(case.consents, CALL_BACK)
    assert differences == {"consents.SHARE.POL"}


def test_a_supervisor_decides_and_every_word_is_kept() -> None:
    given_again = Consent(SHARE, "Y", 9, recipient="POL")
    refused = Consent(SHARE, "N", 5, recipient="POL")
    left = replace(BASE, risk="HIGH", consents=(*BASE.consents, given_again))
    right = replace(BASE, risk="STD", consents=(*BASE.consents, refused))
    decision = Decision({"risk": 1, "consents.SHARE.POL": 0}, "s", 20)
    case, _differences = _differing(left, right, decision)
    assert case.risk == "STD"
    assert allows(case.consents, SHARE, "POL")
    assert {given_again, refused} < set(case.consents)
    assert case.consents[-1] == replace(given_again, at=20, by="s")


def test_steps_of_a_referral_come_together() -> None:
    referral = BASE.referrals[0]
    sent = replace(referral, steps=(*referral.steps, ReferralStep("SENT", 2, "a")))
    declined = replace(referral, steps=(*referral.steps, ReferralStep("DEC", 3, "b", "afraid")))
    case, differences = _differing(
        replace(BASE, referrals=(sent,)), replace(BASE, referrals=(declined,))
    )
    assert [s.status for s in case.referrals[0].steps] == ["OFF", "SENT", "DEC"]
    assert differences == set()


def test_a_finished_task_that_another_moved_is_finished() -> None:
    task = BASE.tasks[0]
    case, differences = _differing(
        replace(BASE, tasks=(replace(task, done_at=40, done_by="a", result="safe"),)),
        replace(BASE, tasks=(replace(task, due_at=90),)),
    )
    assert (case.tasks[0].done_at, case.tasks[0].due_at) == (40, 90)
    assert differences == set()


def test_what_was_withheld_is_no_statement() -> None:
    ours = replace(BASE, affected=replace(BASE.affected, name="Aida Testova", age=31))
    theirs = replace(
        BASE,
        withheld=("affected.name", "contact.hours"),
        contact=SafeContact(),
        affected=replace(BASE.affected, sex="F"),
    )
    case, differences = _differing(ours, theirs)
    assert (case.affected.name, case.affected.sex, case.contact.hours) == (
        "Aida Testova",
        "F",
        "10-12",
    )
    assert differences == set()


def test_forms_of_violence_are_united_and_the_type_follows() -> None:
    told = Incident("i", 1, forms=("PSY",), gbv_type="PSYCH")
    base = replace(BASE, incidents=(told,))
    left = replace(base, incidents=(replace(told, forms=("PSY", "PHY"), gbv_type="PHYSICAL"),))
    right = replace(base, incidents=(replace(told, forms=("PSY", "RAP"), gbv_type="RAPE"),))
    found = merged(_two(left, right), base)
    assert set(found.case.incidents[0].forms) == {"PSY", "PHY", "RAP"}
    assert found.case.incidents[0].gbv_type == "RAPE"


def _versions() -> st.SearchStrategy[Case]:
    answers = st.sampled_from(["Y", "N", "U", None])
    return st.builds(
        lambda risk, status, weapon, hours, words, at, ends: replace(
            BASE,
            risk=risk,
            status=status,
            offender=Offender(has_weapon=weapon),
            contact=SafeContact(hours=hours),
            assessments=tuple(
                Assessment(f"a{n}", n, "a", answers={"KILL": "Y"}, final=risk)
                for n in sorted(words)
            ),
            notes=tuple(Note(f"n{n}", n, "a", "words") for n in sorted(words)),
            orders=(replace(BASE.orders[0], ends_at=ends),),
            saved_at=at,
        ),
        st.sampled_from(LEVELS),
        st.sampled_from(STATUSES),
        answers,
        st.sampled_from(["", "10-12", "evening"]),
        st.sets(st.integers(0, 9)),
        st.integers(2, 5),
        st.integers(50, 150),
    )


@given(_versions(), _versions(), _versions())
def test_no_order_of_arrival_changes_what_is_shown(one: Case, two: Case, three: Case) -> None:
    named = [replace(c, op_id=name) for c, name in ((one, "x"), (two, "y"), (three, "z"))]
    found = merged(named, BASE)
    assert merged(list(reversed(named)), BASE) == found
    assert {n.note_id for c in named for n in c.notes} == {n.note_id for n in found.case.notes}
    assert {a.assessment_id for c in named for a in c.assessments} == {
        a.assessment_id for a in found.case.assessments
    }
    changed = [c.risk for c in named if c.risk != BASE.risk]
    assert found.case.risk == (more_cautious(*changed) if changed else BASE.risk)
    contested = {c.offender.has_weapon for c in named} - {None}
    if "Y" in contested:
        assert found.case.offender.has_weapon == "Y"


@given(_versions())
def test_the_same_version_twice_is_that_version(one: Case) -> None:
    left, right = replace(one, op_id="x"), replace(one, op_id="y")
    found = merged([left, right], BASE)
    assert found.differences == ()
    assert replace(found.case, op_id="", saved_at=0) == replace(one, op_id="", saved_at=0)
