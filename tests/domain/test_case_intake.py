"""What a call adds to its case: nothing twice, nothing blanked, nothing put back that was put right."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from operator_app.config import paths
from operator_app.domain.calls import Call, CallForm, new_form
from operator_app.domain.case_intake import absorb, case_kind
from operator_app.domain.cases import Affected, Case, Offender, ReferralStep
from operator_app.domain.consent import Consent, allows
from operator_app.domain.danger import HIGH, IMMEDIATE, LEVELS, MEDIUM, NOT_ASSESSED
from operator_app.domain.violence import ReferralAsk, SafeContact, ViolenceForm
from operator_app.services.case_files import needs_case
from operator_app.services.reference import load_reference
from tests.conftest import ALAMUDUN, information_call
from tests.samples import examples

AT = 1_795_489_200_000
"""2026-11-24 09:00 in Bishkek."""
RULES = load_reference(paths().resources).danger_rules
NEW = Case("case", "0412-2026-C00001", "0412", "VIOLENCE", AT, "op", "op")
FULL = ViolenceForm(
    affected="OTHER",
    affected_name=" Айгүл Сынакова ",
    affected_sex="F",
    affected_age="34",
    vulnerabilities=("PREG",),
    forms=("PHY", "THR"),
    offender="HUSB",
    children="Y",
    place="HOME",
    happened="Ударил, угрожал ножом",
    happened_on="20.11",
    answers={"WEAPON": "Y", "KILL": "U"},
    contact=SafeContact("0555 123456", "10:00-12:00", "никто", "из поликлиники"),
    consents=(
        Consent("CALL_BACK", "Y", AT),
        Consent("SHARE", "Y", AT, recipient="POL"),
        Consent("RECORD", "N", AT),
        Consent("RECORD", "Y", AT + 5),
    ),
    referrals=(ReferralAsk("POL", "OFF", AT), ReferralAsk("POL", "SENT", AT + 9, warm=True)),
)


def call(block: ViolenceForm | None = FULL, call_id: str = "k1", **changes: object) -> Call:
    form = information_call(
        new_form(AT, "ru", ALAMUDUN), **{"topics": ("VIO.DOM",), "violence": block, **changes}
    )
    return _saved(form, call_id)


def _saved(form: CallForm, call_id: str) -> Call:
    return Call(call_id, f"0412-{call_id}", "0412", "op", form, AT, 0, AT, 1, f"o-{call_id}")


def ids() -> Callable[[], str]:
    numbers: Iterator[int] = itertools.count(1)
    return lambda: f"a{next(numbers)}"


def told(case: Case, said: Call, *, now: int = AT + 60_000, before: Call | None = None) -> Case:
    return absorb(case, said, RULES, by="op", now=now, new_id=ids(), before=before)


def amended(said: Call, **changes: object) -> Call:
    block = said.form.violence or ViolenceForm()
    return replace(said, form=replace(said.form, violence=replace(block, **changes)))  # type: ignore[arg-type]


def test_a_case_knows_all_that_its_call_told() -> None:
    case = told(NEW, call())
    assert [link.call_id for link in case.calls] == ["k1"]
    assert case.division == ALAMUDUN
    assert case.affected == Affected(
        name="Айгүл Сынакова", sex="F", age=34, age_band="A18_34", vulnerabilities=("PREG",)
    )
    assert case.offender == Offender(relation="HUSB")
    assert case.contact == FULL.contact
    (incident,) = case.incidents
    assert (incident.happened_on, incident.happened) == ("2026-11-20", "Ударил, угрожал ножом")
    assert (incident.gbv_type, incident.contexts) == ("PHYSICAL", ("PARTNER", "FAMILY"))
    assert (case.risk, [a.computed for a in case.assessments]) == (HIGH, [HIGH])
    (referral,) = case.referrals
    assert [s.status for s in referral.steps] == ["OFF", "SENT"]
    assert referral.warm and referral.due_at is not None
    assert [c.value for c in case.consents if c.purpose == "RECORD"] == ["N", "Y"]
    assert all(c.by == "op" for c in case.consents)
    assert {task.kind for task in case.open_tasks} == {"SAFE", "REFER"}


codes = st.sampled_from
consents = st.builds(
    Consent,
    codes(["CALL_BACK", "SHARE", "RECORD"]),
    codes(["Y", "N", "X", "E"]),
    st.integers(AT, AT + 3),
    recipient=codes(["", "POL", "LEG"]),
    reason=codes(["", "danger"]),
)
blocks = st.builds(
    ViolenceForm,
    affected=codes([None, "CALLER", "OTHER"]),
    affected_name=codes(["", " ", "Айгүл", "Гүлнара"]),
    affected_sex=codes([None, "F", "M", "U"]),
    affected_age=codes(["", "7", "34", "70", "сорок"]),
    vulnerabilities=st.lists(codes(["PREG", "DIS"]), max_size=2).map(tuple),
    forms=st.lists(codes(["PHY", "PSY", "FMR"]), max_size=3).map(tuple),
    offender=codes([None, "HUSB", "STRA"]),
    children=codes([None, "Y", "N"]),
    place=codes([None, "HOME"]),
    happened=codes(["", "one", "two"]),
    happened_on=codes(["", "20.11", "not a day"]),
    answers=st.dictionaries(codes(["WEAPON", "WORSE", "DRUNK", "GUN"]), codes("YNU"), max_size=4),
    raised_to=codes([None, None, "MED", "HIGH"]),
    contact=st.builds(SafeContact, codes(["", "0555 1"]), codes(["", "9-10"])),
    consents=st.lists(consents, max_size=4).map(tuple),
    referrals=st.lists(
        st.builds(
            ReferralAsk, codes(["POL", "LEG"]), codes(["OFF", "DEC", "SENT"]), st.integers(AT, AT + 9)
        ),
        max_size=3,
    ).map(tuple),
)  # fmt: skip
calls = st.builds(
    lambda block, danger, name, division, which: call(
        block, which, danger_now=danger, caller_name=name, division=division, phone="0700 111222"
    ),
    st.one_of(st.none(), blocks),
    codes(["Y", "N", "U"]),
    codes(["", "Бермет"]),
    codes([ALAMUDUN, "UNKNOWN"]),
    codes(["k1", "k2", "k3"]),
)


def history(said: list[Call]) -> tuple[Case, dict[str, Call]]:
    """The case after these calls; those of one id are amendments. And the last of each."""
    case, last = NEW, {}
    for number, one in enumerate(said):
        case = told(case, one, now=AT + number, before=last.get(one.call_id))
        last[one.call_id] = one
    return case, last


def by_a_clock_that_goes_forward(said: list[Call]) -> list[Call]:
    """The same calls, each word of consent a moment after the one before."""
    moments = itertools.count(AT)
    return [
        replace(one, form=replace(one.form, violence=replace(block, consents=tuple(
            replace(word, at=next(moments)) for word in block.consents
        ))))
        if (block := one.form.violence) is not None
        else one
        for one in said
    ]  # fmt: skip


@settings(max_examples=examples(300))
@given(st.lists(calls, max_size=3), calls, st.booleans())
def test_saying_the_same_call_twice_changes_nothing(earlier, said: Call, remembered: bool) -> None:
    """With what it said before at hand, and also without: a call that came from elsewhere.

    By a clock that goes forward: a refusal from one that was put back counts anew each time.
    """
    *earlier, said = by_a_clock_that_goes_forward([*earlier, said])
    case, last = history(earlier)
    once = told(case, said, now=AT + 99, before=last.get(said.call_id))
    twice = told(once, said, now=AT + 999, before=said if remembered else None)
    if not remembered and said.call_id in last:
        # Without memory an amended call speaks anew; but never again after that.
        once, twice = twice, told(twice, said, now=AT + 9999)
    assert twice == once


@settings(max_examples=examples(300))
@given(st.lists(calls, max_size=3), calls)
def test_silence_blanks_nothing(earlier, said: Call) -> None:
    before, last = history(earlier)
    silent = replace(said, form=replace(said.form, violence=ViolenceForm(), division="UNKNOWN"))
    after = told(before, silent, now=AT + 99, before=last.get(said.call_id))
    assert after.division == before.division
    assert (after.affected, after.offender, after.contact) == (
        before.affected,
        before.offender,
        before.contact,
    )
    assert after.consents == before.consents
    assert [_words(i) for i in after.incidents] == [_words(i) for i in before.incidents]
    assert [r.steps for r in after.referrals] == [r.steps for r in before.referrals]


def _words(incident: object) -> list[object]:
    names = ("forms", "happened_on", "place", "children", "happened")
    return [getattr(incident, name) for name in names]


@settings(max_examples=examples(300))
@given(st.lists(calls, min_size=1, max_size=5))
def test_what_grows_only_grows_and_risk_never_falls(said: list[Call]) -> None:
    case, last = NEW, {}
    for number, one in enumerate(said):
        after = told(case, one, now=AT + number, before=last.get(one.call_id))
        last[one.call_id] = one
        assert after.assessments[: len(case.assessments)] == case.assessments
        assert after.consents[: len(case.consents)] == case.consents
        for referral in case.referrals:
            now = next(r for r in after.referrals if r.referral_id == referral.referral_id)
            assert now.steps[: len(referral.steps)] == referral.steps
        if case.risk != NOT_ASSESSED:
            assert LEVELS.index(after.risk) >= LEVELS.index(case.risk)
        assert len({link.call_id for link in after.calls}) == len(after.calls)
        assert len({task.task_id for task in after.tasks}) == len(after.tasks)
        case = after


@settings(max_examples=examples(200))
@given(st.lists(calls, min_size=2, max_size=4, unique_by=lambda c: c.call_id), st.data())
def test_the_order_of_calls_changes_no_risk_and_loses_nothing(said, data: st.DataObject) -> None:
    case, _ = history(said)
    other, _ = history(data.draw(st.permutations(said)))
    assert other.risk == case.risk
    assert {link.call_id for link in other.calls} == {link.call_id for link in case.calls}
    assert {i.incident_id: _words(i) for i in other.incidents} == {
        i.incident_id: _words(i) for i in case.incidents
    }
    for name in ("name", "sex", "age", "phone"):
        told_any = {bool(getattr(c.affected, name)) for c in (case, other)}
        assert len(told_any) == 1, "known in the one order, and not in the other"
    assert {(a.call_id, tuple(sorted(a.answers.items()))) for a in other.assessments} == {
        (a.call_id, tuple(sorted(a.answers.items()))) for a in case.assessments
    }


def test_the_newest_call_decides_where_two_differ() -> None:
    first = call(replace(FULL, affected_age="34", offender="HUSB"), "k1")
    second = call(ViolenceForm(affected_age="36", offender="EXSP"), "k2")
    case = told(told(NEW, first), second)
    assert (case.affected.age, case.offender.relation) == (36, "EXSP")
    assert case.affected.name == "Айгүл Сынакова"


def test_amending_an_older_call_does_not_put_back_what_a_newer_one_said() -> None:
    first = call(FULL, "k1")
    case = told(told(NEW, first), call(ViolenceForm(affected_age="36", offender="EXSP"), "k2"))
    better = amended(first, place="STREET")
    case = told(case, better, before=first)
    assert (case.affected.age, case.offender.relation) == (36, "EXSP")
    assert next(i for i in case.incidents if i.call_id == "k1").place == "STREET"
    again = amended(better, affected_age="35")
    assert told(case, again, before=better).affected.age == 35


def test_amending_a_call_does_not_put_back_what_was_put_right_on_the_case() -> None:
    first = call()
    case = told(NEW, first)
    case = replace(
        case,
        affected=replace(case.affected, name="Айгүль Сынакова", phone="0700 999888"),
        offender=replace(case.offender, relation="EXSP"),
        contact=replace(case.contact, hours="18:00"),
        incidents=(replace(case.incidents[0], forms=("PHY", "SEX"), happened="as she wrote"),),
    )
    after = told(case, amended(first, children="N"), before=first)
    assert (after.affected, after.offender, after.contact) == (
        case.affected,
        case.offender,
        case.contact,
    )
    (incident,) = after.incidents
    assert (incident.forms, incident.happened, incident.children) == (
        ("PHY", "SEX"),
        "as she wrote",
        "N",
    )
    assert incident.gbv_type == "SEXUAL"


def test_an_amended_call_updates_its_incident_and_no_other() -> None:
    first = call(FULL, "k1")
    case = told(told(NEW, first), call(replace(FULL, happened="again"), "k2"))
    better = amended(first, forms=("PHY", "RAP"), happened="more of it", happened_on="19.11.2026")
    case = told(case, better, before=first)
    assert [(i.call_id, i.forms, i.happened) for i in case.incidents] == [
        ("k1", ("PHY", "RAP"), "more of it"),
        ("k2", ("PHY", "THR"), "again"),
    ]
    assert case.incidents[0].happened_on == "2026-11-19"
    assert case.gbv_type == "RAPE"


@pytest.mark.parametrize(
    ("changes", "danger", "adds"),
    [
        ({"happened": "more"}, "N", 0),
        ({"raised_to": None}, "N", 0),
        ({"answers": {"WEAPON": "Y", "KILL": "U"}}, "N", 0),
        ({"answers": {"WEAPON": "Y", "KILL": "N"}}, "N", 1),
        ({"answers": {}}, "N", 1),
        ({"raised_to": "IMM"}, "N", 1),
        ({}, "Y", 1),
        ({}, "U", 1),
    ],
)
def test_an_amendment_adds_an_assessment_only_when_answers_changed(
    changes, danger: str, adds: int
) -> None:
    first = call(danger_now="N")
    case = told(NEW, first)
    better = amended(first, **changes)
    better = replace(better, form=replace(better.form, danger_now=danger))
    after = told(case, better, before=first)
    assert len(after.assessments) - len(case.assessments) == adds
    if danger == "Y":
        assert after.risk == IMMEDIATE


def test_a_call_corrected_to_no_danger_is_kept_as_such_and_lowers_nothing() -> None:
    first = call(None, danger_now="Y")
    case = told(NEW, first)
    calm = replace(first, form=replace(first.form, danger_now="N"))
    after = told(case, calm, before=first)
    assert after.calls[0].danger_now == "N"
    assert [a.danger_now for a in after.assessments] == ["Y", "N"]
    assert after.risk == IMMEDIATE


def test_after_a_supervisor_lowered_it_the_same_call_does_not_raise_it_again() -> None:
    first = call(replace(FULL, raised_to="HIGH"), danger_now="N")
    case = told(NEW, first)
    decision = replace(case.assessments[-1], lowered=True, final=MEDIUM, call_id="", answers={})
    case = replace(case, risk=MEDIUM, assessments=(*case.assessments, decision))
    better = amended(first, happened="spelled better")
    case = told(case, better, before=first)
    assert case.risk == MEDIUM
    # New answers are weighed by themselves, without those from before.
    fresh = told(case, call(ViolenceForm(answers={"WORSE": "Y"}), "k2"))
    assert fresh.risk == MEDIUM
    raised = told(case, amended(better, answers={**FULL.answers, "THROAT": "Y"}), before=better)
    assert raised.risk == HIGH


def test_one_who_calls_again_after_a_lowering_and_raises_is_heard() -> None:
    first = call(replace(FULL, answers={}, raised_to="HIGH"), danger_now="N")
    case = told(NEW, first)
    decision = replace(case.assessments[-1], lowered=True, final=MEDIUM, call_id="")
    case = replace(case, risk=MEDIUM, assessments=(*case.assessments, decision))
    assert told(case, amended(first, raised_to="IMM"), before=first).risk == IMMEDIATE


def test_the_number_of_a_caller_is_hers_only_as_long_as_she_is_the_caller() -> None:
    wrong = call(replace(FULL, affected="CALLER", affected_name=""), caller_name="Сосед",
                 phone="0700 111222", caller_sex="M")  # fmt: skip
    case = told(NEW, wrong)
    assert (case.affected.name, case.affected.phone) == ("Сосед", "0700 111222")
    case = told(case, amended(wrong, affected="OTHER"), before=wrong)
    assert (case.affected.name, case.affected.phone, case.affected.is_caller) == ("", "", False)
    # Among several calls one of which was hers nothing is taken away.
    hers = call(replace(FULL, affected="CALLER"), "k1", phone="0555 123456")
    case = told(told(NEW, hers), call(replace(FULL, affected="OTHER"), "k2", phone="0700 111222"))
    assert (case.affected.phone, case.affected.is_caller) == ("0555 123456", True)


@pytest.mark.parametrize(
    ("topics", "kind"),
    [(("VIO.DOM",), "VIOLENCE"), (("CHI.ABU",), "CHILD"), (("BEN.UBK", "CHI.NEG"), "CHILD"),
     (("OLD.ABU",), "VIOLENCE"), ((), "VIOLENCE")],
)  # fmt: skip
def test_the_kind_follows_the_topics(topics: tuple[str, ...], kind: str) -> None:
    assert case_kind(call(topics=topics)) == kind


@pytest.mark.parametrize(
    ("block", "changes", "contexts"),
    [
        ({}, {"caller_age_group": "C"}, ("CHILD",)),
        ({"affected": "OTHER"}, {"caller_age_group": "C"}, ()),
        ({}, {"topics": ("CHI.ABU",)}, ("CHILD",)),
        ({}, {"topics": ("OLD.ABU",)}, ("OLDER",)),
        ({"affected_age": "40"}, {"topics": ("OLD.ABU",)}, ()),
        ({"affected_age": "16"}, {}, ("CHILD",)),
        ({"affected_age": "63"}, {}, ("OLDER",)),
        ({}, {}, ()),
    ],
)
def test_who_is_affected_is_told_by_the_age_or_else_by_the_call(block, changes, contexts) -> None:
    said = call(ViolenceForm(affected="CALLER", forms=("PHY",)), **changes)
    case = told(NEW if "CHI.ABU" not in said.form.topics else replace(NEW, kind="CHILD"),
                amended(said, **block))  # fmt: skip
    assert case.incidents[0].contexts == contexts


# Consents


def test_a_later_word_on_the_case_is_not_undone_by_the_call() -> None:
    first = call()
    case = told(NEW, first)
    case = replace(case, consents=(*case.consents, Consent("CALL_BACK", "N", AT + 500, "sup")))
    for again in (told(case, first, before=first), told(case, first)):
        assert not allows(again.consents, "CALL_BACK")
    better = amended(first, consents=(*FULL.consents, Consent("CALL_BACK", "Y", AT + 900)))
    assert allows(told(case, better, before=first).consents, "CALL_BACK")


@settings(max_examples=examples(1_000))
@example(tuple(Consent("CALL_BACK", value, AT) for value in "NYN"), "")
@given(st.lists(consents, max_size=6).map(tuple), st.sampled_from(["", "POL", "LEG"]))
def test_what_the_call_allows_the_case_allows(words, recipient: str) -> None:
    ordered = tuple(sorted(words, key=lambda c: c.at))
    case = told(NEW, call(ViolenceForm(consents=ordered)))
    for purpose in ("CALL_BACK", "SHARE", "RECORD"):
        assert allows(case.consents, purpose, recipient) == allows(ordered, purpose, recipient)


# Referrals


def test_a_referral_goes_on_from_where_the_case_has_it() -> None:
    first = call()
    case = told(NEW, first)
    (referral,) = case.referrals
    step = ReferralStep("REJ", AT + 70, "sup", "no room")
    case = replace(case, referrals=(replace(referral, steps=(*referral.steps, step)),))
    after = told(case, amended(first, happened="more"), before=first)
    assert [s.status for s in after.referrals[0].steps] == ["OFF", "SENT", "REJ"]
    more = amended(first, referrals=(*FULL.referrals, ReferralAsk("POL", "DONE", AT + 99)))
    assert told(case, more, before=first).referrals[0].status == "DONE"
    other = call(ViolenceForm(referrals=(ReferralAsk("POL", "SENT", AT),)), "k2")
    assert len(told(case, other).referrals) == 2, "another call, another referral"


# Whether a case is needed


@pytest.mark.parametrize(
    ("block", "changes", "needed"),
    [
        (None, {}, False),
        (ViolenceForm(), {}, False),
        (ViolenceForm(computed_level="NA", rules_version="1", high_at=5), {}, False),
        (None, {"danger_now": "Y", "topics": ("BEN.UBK",)}, True),
        (None, {"danger_now": "U"}, False),
        (None, {"actions": ("CASE",)}, True),
        (None, {"actions": ("CASE",), "topics": ("BEN.UBK",)}, False),
        (ViolenceForm(forms=("PHY",)), {"topics": ("BEN.UBK",)}, True),
        (ViolenceForm(answers={"HURT": "U"}), {}, True),
        (ViolenceForm(joins="case"), {}, True),
        (ViolenceForm(contact=SafeContact(hours="9-10")), {}, True),
        (ViolenceForm(consents=(Consent("RECORD", "N", AT),)), {}, True),
    ],
)
def test_which_calls_need_a_case(block, changes, needed: bool) -> None:
    assert needs_case(call(block, **changes)) is needed
