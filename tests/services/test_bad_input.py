"""What people type, paste and drop: kept to the last byte, or refused by name with nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from operator_app.db.models import audit, call, revision
from operator_app.domain.calls import Call, CallForm
from operator_app.domain.cases import Affected, Case, Offender, SafetyPlan
from operator_app.domain.consent import Consent
from operator_app.domain.violence import SafeContact, ViolenceForm
from operator_app.domain.wire import canonical, canonical_plain, check_payload
from operator_app.errors import BadInput
from operator_app.services.call_drafts import Draft
from operator_app.services.case_list import CaseList
from operator_app.services.cases import Cases
from operator_app.services.journal import Journal, JournalFilter
from operator_app.ui.problems import SENTENCES
from tests.conftest import TestOffice, information_call
from tests.samples import examples

MEGABYTE = "ө" * 1_000_000
STRANGE = {
    "emoji": "\U0001f469\u200d\U0001f467 \U0001f6a8\U0001f1f0\U0001f1ec",
    "right to left": "\u202b\u05e9\u05dc\u05d5\u05dd \u0639\u0644\u064a\u0643\u0645\u202c \u202etxet",
    "NUL": "before\x00after",
    "controls": "\x01\x1f\x7f\x85\u2028\u2029\u200b\ufeff\ttab",
    "lines": "one\r\ntwo\rthree\nfour",
    "combining": "e\u0301 \u0418\u0306 " + "\u0308" * 50,
    "looks like": "'; DROP TABLE call; -- =1+1 \" \\ {} %s <b>",
    "rarest": "\U0010ffff\uffff\ufffe",
}
HALF = {"high": "a\ud800b", "low": "\udc00", "two in the wrong order": "\udc00\ud83d"}


def block(form: CallForm, **changes: object) -> CallForm:
    told = form.violence or ViolenceForm()
    return replace(form, violence=replace(told, **changes))  # type: ignore[arg-type]


def contact(form: CallForm, **changes: str) -> CallForm:
    told = form.violence or ViolenceForm()
    return block(form, contact=replace(told.contact, **changes))


def _reason(form: CallForm, text: str) -> CallForm:
    return block(form, consents=(Consent("SHARE", "E", 1, recipient="POL", reason=text),))


FIELDS: dict[str, tuple[int, Callable[[CallForm, str], CallForm]]] = {
    "note": (10_000, lambda form, text: replace(form, note=text)),
    "caller_name": (200, lambda form, text: replace(form, caller_name=text)),
    "phone": (200, lambda form, text: replace(form, phone=text)),
    "affected_name": (200, lambda form, text: block(form, affected_name=text)),
    "happened": (10_000, lambda form, text: block(form, happened=text)),
    "contact.phone": (1_000, lambda form, text: contact(form, phone=text)),
    "contact.hours": (1_000, lambda form, text: contact(form, hours=text)),
    "contact.who_may_answer": (1_000, lambda form, text: contact(form, who_may_answer=text)),
    "contact.what_to_say": (1_000, lambda form, text: contact(form, what_to_say=text)),
    "consents": (500, _reason),
}
"""Every free text of a violence call: its longest, and a form that has it."""


@dataclass
class Desk:
    """An operator's hands, and eyes on what is in the file."""

    office: TestOffice

    @property
    def form(self) -> CallForm:
        start = self.office.calls.start(self.office.actor).form
        return information_call(start, topics=("VIO.DOM",), violence=ViolenceForm(forms=("PHY",)))

    def save(self, form: CallForm) -> Call:
        return self.office.calls.save(self.office.actor, form)

    def counts(self) -> list[int]:
        with self.office.database.read() as connection:
            return [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (call, revision, audit)
            ]

    def refused(self, act: Callable[[], object]) -> list[tuple[str, str]]:
        """(field, code) of the faults; each has a sentence, and nothing was written."""
        before = self.counts()
        with pytest.raises(BadInput) as caught:
            act()
        assert self.counts() == before
        assert {f.code for f in caught.value.faults} <= set(SENTENCES)
        return [(f.where, f.code) for f in caught.value.faults]

    def case_of(self, saved: Call) -> Case:
        case_id = CaseList(self.office.database, self.office.clock).of_call(
            self.office.actor, saved.call_id
        )
        assert case_id is not None
        given = (self.office.database, self.office.reference, self.office.clock)
        return Cases(*given).open(self.office.actor, case_id)


@pytest.fixture
def desk(shared_office: TestOffice) -> Desk:
    return Desk(shared_office)


def test_no_free_text_of_a_call_is_forgotten_here() -> None:
    """A new text in the form fails here until it has its longest."""
    named = {name.partition(".")[2] or name for name in FIELDS}
    texts = {
        name
        for holder in (CallForm, ViolenceForm, SafeContact)
        for name, field in holder.__dataclass_fields__.items()
        if field.type == "str" and field.default == ""
    }
    # As typed, but understood or refused; and what the rules write themselves.
    assert texts - {"affected_age", "happened_on", "rules_version"} == named - {"consents"}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("kind", STRANGE)
def test_strange_text_is_kept_as_it_was_typed(desk: Desk, name: str, kind: str) -> None:
    most, put = FIELDS[name]
    form = put(desk.form, (STRANGE[kind] * 3)[:most])
    saved = desk.save(form)
    kept = desk.office.calls.open(desk.office.actor, saved.call_id).form
    assert replace(kept, violence=None) == replace(form, violence=None)
    assert _told(kept) == _told(form)
    (version,) = desk.office.calls.history(desk.office.actor, saved.call_id)
    assert version.call.form == kept
    records = (saved.call_id, desk.case_of(saved).case_id)
    with desk.office.database.read() as connection:
        payloads = connection.execute(
            select(revision.c.payload).where(revision.c.record_id.in_(records))
        ).scalars()
        found = list(payloads)
    assert len(found) == 2
    for payload in found:
        data = json.loads(payload)
        assert check_payload(data) == []
        assert canonical(data) == canonical_plain(data) == payload
    journal = Journal(desk.office.database, desk.office.reference)
    journal.page(desk.office.actor, JournalFilter(text=STRANGE[kind]))


def _told(form: CallForm) -> ViolenceForm:
    """What a person told; the level is the rules' business."""
    assert form.violence is not None
    return replace(form.violence, computed_level="", rules_version="")


@pytest.mark.parametrize("name", FIELDS)
def test_the_longest_is_kept_and_one_more_is_refused(desk: Desk, name: str) -> None:
    most, put = FIELDS[name]
    # Four bytes each: as many bytes as so many characters can have.
    longest = "\U0001f6a8" * most
    for too_much in (longest + "x", MEGABYTE):
        assert desk.refused(lambda text=too_much: desk.save(put(desk.form, text))) == [
            (name, "call.too_long")
        ]
    form = put(desk.form, longest)
    saved = desk.save(form)
    assert _told(desk.office.calls.open(desk.office.actor, saved.call_id).form) == _told(form)
    too_long = put(saved.form, longest + "x")
    amend = lambda: desk.office.calls.amend(  # noqa: E731
        desk.office.actor, saved.call_id, too_long, saved.op_id
    )
    assert desk.refused(amend) == [(name, "call.too_long")]


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("kind", HALF)
def test_half_a_character_is_refused_and_its_draft_is_kept(
    desk: Desk, name: str, kind: str
) -> None:
    form = FIELDS[name][1](desk.form, HALF[kind])
    desk.office.calls.save_draft(desk.office.actor, Draft(form))
    assert desk.refused(lambda: desk.save(form)) == [(name, "call.bad_text")]
    found = desk.office.calls.draft(desk.office.actor)
    assert found is not None and found.form == form


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(st.sampled_from([*FIELDS]), st.text(st.characters(codec=None), max_size=40)))
def test_any_text_is_kept_or_refused_and_never_breaks(desk: Desk, texts: dict[str, str]) -> None:
    form = desk.form
    for name, text in texts.items():
        form = FIELDS[name][1](form, text)
    desk.office.calls.save_draft(desk.office.actor, Draft(form))
    found = desk.office.calls.draft(desk.office.actor)
    assert found is not None and found.form == form
    try:
        saved = desk.save(form)
    except BadInput as problem:
        named = {f.where for f in problem.faults}
        assert named <= set(texts)
        assert all(_is_half(texts[n]) or not texts[n].strip() for n in named)
        desk.office.calls.discard_draft(desk.office.actor, Draft(form))
        return
    assert _told(desk.office.calls.open(desk.office.actor, saved.call_id).form) == _told(form)


def _is_half(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)


# Ages, days, codes


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"affected_age": "-1"}, ("affected_age", "age.not_understood")),
        ({"affected_age": "999"}, ("affected_age", "age.not_understood")),
        ({"affected_age": "сорок"}, ("affected_age", "age.not_understood")),
        ({"affected_age": "12.5"}, ("affected_age", "age.not_understood")),
        ({"affected_age": "٤٠"}, ("affected_age", "age.not_understood")),
        ({"affected_age": MEGABYTE}, ("affected_age", "age.not_understood")),
        ({"affected_age": "\ud800"}, ("affected_age", "age.not_understood")),
        ({"happened_on": "31.02"}, ("happened_on", "day.not_understood")),
        ({"happened_on": "вчера"}, ("happened_on", "day.not_understood")),
        ({"happened_on": "1" * 1_000_000}, ("happened_on", "day.not_understood")),
        ({"happened_on": "\x0024.11.2026"}, ("happened_on", "day.not_understood")),
        ({"happened_on": "01.01.2199"}, ("happened_on", "day.in_future")),
        ({"happened_on": "25.11.2026"}, ("happened_on", "day.in_future")),
        ({"happened_on": "01.01.1800"}, ("happened_on", "day.too_long_ago")),
        ({"forms": ("PHY", "XXX")}, ("forms", "call.unknown_code")),
        ({"offender": "HUSB\x00"}, ("offender", "call.unknown_code")),
        ({"offender": "\ud800"}, ("offender", "call.unknown_code")),
        ({"raised_to": "LOW"}, ("raised_to", "call.unknown_code")),
        ({"answers": {"HURT": "yes"}}, ("answers", "call.unknown_code")),
        ({"answers": {"\ud800": "Y"}}, ("answers", "call.unknown_code")),
        ({"answers": {MEGABYTE: "Y"}}, ("answers", "call.unknown_code")),
        ({"consents": (Consent("SHARE", "Y", 1, recipient="XXX"),)},
         ("consents", "call.unknown_code")),
        ({"consents": (Consent("SHARE", "Y", 1, parts=("XXX",)),)},
         ("consents", "call.unknown_code")),
        ({"consents": (Consent("SHARE", "E", 1, recipient="POL"),)},
         ("consents", "consent.reason_missing")),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(desk: Desk, changes: Any, fault: Any) -> None:
    form = block(desk.form, **changes)
    desk.office.calls.save_draft(desk.office.actor, Draft(form))
    assert desk.refused(lambda: desk.save(form)) == [fault]
    kept = desk.office.calls.draft(desk.office.actor)
    assert kept is not None and kept.form == form, "what was typed is still there"


@pytest.mark.parametrize(
    ("typed", "age", "day"),
    [("0", 0, "2026-11-24"), ("120", 120, "2026-11-24"), (" 7 ", 7, "2026-11-24")],
)
def test_what_is_rare_is_kept(desk: Desk, typed: str, age: int, day: str) -> None:
    saved = desk.save(block(desk.form, affected_age=typed, happened_on="24.11"))
    case = desk.case_of(saved)
    assert (case.affected.age, case.incidents[0].happened_on) == (age, day)
    kept = desk.office.calls.open(desk.office.actor, saved.call_id).form.violence
    assert kept is not None and kept.affected_age == typed


def test_all_that_is_wrong_is_named_at_once(desk: Desk) -> None:
    form = block(replace(desk.form, note=MEGABYTE), affected_age="999", happened_on="31.02")
    assert desk.refused(lambda: desk.save(form)) == [
        ("note", "call.too_long"),
        ("affected_age", "age.not_understood"),
        ("happened_on", "day.not_understood"),
    ]


@pytest.mark.parametrize(
    ("reason", "code"),
    [("x" * 500, None), ("x" * 501, "call.too_long"), ("\ud800", "call.bad_text"),
     ("\x00\U0001f6a8", None)],
)  # fmt: skip
def test_a_reason_to_void_is_kept_whole_or_refused(desk: Desk, reason: str, code: str) -> None:
    saved = desk.save(desk.form)
    void = lambda: desk.office.calls.void(desk.office.actor, saved.call_id, reason)  # noqa: E731
    if code:
        assert desk.refused(void) == [("reason", code)]
    else:
        assert void().void_reason == reason


# The same on a case


TEXTS_OF_A_CASE: dict[str, tuple[int, Callable[[Cases, TestOffice, str, str], object]]] = {
    "note": (10_000, lambda c, o, i, t: c.add_note(o.actor, i, t)),
    "close_note": (10_000, lambda c, o, i, t: c.close(o.actor, i, "SAFE", t)),
    "name": (200, lambda c, o, i, t: c.set_person(o.actor, i, Affected(name=t))),
    "phone": (200, lambda c, o, i, t: c.set_person(o.actor, i, Affected(phone=t))),
    "address": (500, lambda c, o, i, t: c.set_person(o.actor, i, Affected(address=t))),
    "offender_name": (200, lambda c, o, i, t: c.set_offender(o.actor, i, Offender(name=t))),
    **{
        name: (1_000, lambda c, o, i, t, n=name: c.set_contact(o.actor, i, SafeContact(**{n: t})))
        for name in ("hours", "who_may_answer", "what_to_say")
    },
    **{
        name: (10_000, lambda c, o, i, t, n=name: c.set_plan(o.actor, i, SafetyPlan(**{n: t})))
        for name in ("safe_person", "code_word", "safe_place", "children_plan", "steps")
    },
    "reason": (10_000, lambda c, o, i, t: c.assess(o.actor, i, {"GUN": "Y"}, reason=t)),
    "consents": (
        500,
        lambda c, o, i, t: c.add_consent(
            o.actor, i, Consent("SHARE", "E", 0, recipient="POL", reason=t)
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS_OF_A_CASE)
def test_texts_of_a_case_are_kept_whole_or_refused(desk: Desk, name: str) -> None:
    most, write = TEXTS_OF_A_CASE[name]
    office = desk.office
    cases = Cases(office.database, office.reference, office.clock)
    case_id = desk.case_of(desk.save(desk.form)).case_id
    for text, code in (("\U0001f6a8" * most + "x", "call.too_long"), (MEGABYTE, "call.too_long"),
                       *((half, "call.bad_text") for half in HALF.values())):  # fmt: skip
        refused = desk.refused(lambda text=text: write(cases, office, case_id, text))
        assert refused == [(name, code)]
    for text in ("\U0001f6a8" * most, *(s.strip()[:most] for s in STRANGE.values())):
        case_id = desk.case_of(desk.save(desk.form)).case_id
        write(cases, office, case_id, text)
        kept = json.dumps(_snapshot(cases, office, case_id), ensure_ascii=False)
        assert json.dumps(text, ensure_ascii=False) in kept


def _snapshot(cases: Cases, office: TestOffice, case_id: str) -> dict[str, Any]:
    import msgspec

    found: dict[str, Any] = msgspec.to_builtins(cases.open(office.actor, case_id))
    return found


@pytest.mark.parametrize("age", [-1, 121, 999, 10**18])
def test_an_age_that_nobody_has_is_refused_on_the_case_too(desk: Desk, age: int) -> None:
    office = desk.office
    cases = Cases(office.database, office.reference, office.clock)
    case_id = desk.case_of(desk.save(desk.form)).case_id
    write = lambda: cases.set_person(office.actor, case_id, Affected(age=age))  # noqa: E731
    assert desk.refused(write) == [("age", "age.not_understood")]
