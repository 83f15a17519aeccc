"""What has to be there before a call can be saved, and what follows from what was entered."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.calls import (
    MAX_TEXT,
    MAX_TOPICS,
    NUISANCE_KINDS,
    REQUIRED,
    UNKNOWN_PLACE,
    Call,
    CallForm,
    call_number,
    check_form,
    new_form,
    nuisance,
    with_phone_hidden,
)
from tests.conftest import ALAMUDUN, information_call

EMPTY = new_form(1_790_000_000_000, "ky", ALAMUDUN)
FULL = information_call(EMPTY)


def _faults(form: CallForm, reference) -> set[tuple[str, str]]:
    return {(f.where, f.code) for f in check_form(form, reference)}


def test_a_filled_core_can_be_saved(reference) -> None:
    assert check_form(FULL, reference) == []


@pytest.mark.parametrize("name", REQUIRED)
def test_each_core_field_is_asked_for_by_name(reference, name) -> None:
    nothing = () if name in ("topics", "actions") else None
    assert _faults(replace(FULL, **{name: nothing}), reference) == {(name, "call.missing")}


def test_all_that_is_missing_is_told_at_once(reference) -> None:
    form = CallForm(started_at=1, contact_kind="SELF")
    missing = {(n, "call.missing") for n in REQUIRED if n != "contact_kind"}
    assert _faults(form, reference) == missing


@pytest.mark.parametrize("kind", NUISANCE_KINDS)
def test_the_kind_alone_is_a_whole_nuisance_record(reference, kind) -> None:
    assert reference.find("contact_kind", kind) is not None
    assert not reference.is_substantive(kind)
    assert check_form(CallForm(started_at=1, contact_kind=kind), reference) == []
    kept = nuisance(replace(FULL, phone="0555123456", note="blows a whistle"), kind)
    assert (kept.phone, kept.note, kept.started_at) == (
        "0555123456",
        "blows a whistle",
        FULL.started_at,
    )
    assert (kept.topics, kept.danger_now, kept.division, kept.actions) == ((), None, None, ())


def test_every_conversation_needs_the_core_and_thanks_do_not(reference) -> None:
    kinds = {c.code for c in reference.codes("contact_kind")} - set(NUISANCE_KINDS)
    without = {
        kind
        for kind in kinds
        if not check_form(CallForm(started_at=1, contact_kind=kind), reference)
    }
    assert without == {"THANKS"}
    assert len(kinds) > 1


def test_not_knowing_is_an_answer(reference) -> None:
    form = replace(FULL, danger_now="U", division=UNKNOWN_PLACE)
    assert check_form(form, reference) == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"contact_kind": "XX"}, "contact_kind"),
        ({"channel": "XX"}, "channel"),
        ({"danger_now": "XX"}, "danger_now"),
        ({"language": "XX"}, "language"),
        ({"topics": ("BEN.UBK", "XX.XX")}, "topics"),
        ({"benefit_issue": "XX"}, "benefit_issue"),
        ({"caller_sex": "XX"}, "caller_sex"),
        ({"caller_age_group": "XX"}, "caller_age_group"),
        ({"relation": "XX"}, "relation"),
        ({"actions": ("INF", "XX")}, "actions"),
        ({"division": "41700000000001"}, "division"),
    ],
)
def test_a_code_that_no_list_has_is_named(reference, changes, where) -> None:
    assert _faults(replace(FULL, **changes), reference) == {(where, "call.unknown_code")}


def test_text_is_refused_only_beyond_its_bound(reference) -> None:
    assert check_form(replace(FULL, note="ң" * MAX_TEXT, caller_name="ө" * 200), reference) == []
    long = replace(FULL, note="ң" * (MAX_TEXT + 1), caller_name="ө" * 201)
    assert _faults(long, reference) == {("note", "call.too_long"), ("caller_name", "call.too_long")}


def test_more_topics_than_fit_are_refused(reference) -> None:
    topics = tuple(c.code for c in reference.codes("topic_l2")[: MAX_TOPICS + 1])
    assert check_form(replace(FULL, topics=topics[:MAX_TOPICS]), reference) == []
    assert ("topics", "call.too_many_topics") in _faults(replace(FULL, topics=topics), reference)


@pytest.mark.parametrize(
    ("changes", "violence", "urgent"),
    [
        ({}, False, False),
        ({"danger_now": "Y"}, True, True),
        ({"danger_now": "U"}, False, False),
        ({"topics": ("VIO.DOM",)}, True, False),
        ({"topics": ("BEN.UBK", "VIO.STK")}, True, False),
        ({"topics": ("CHI.ABU",)}, True, True),
        ({"topics": ("CHI.NEG",)}, True, False),
        ({"topics": ("OLD.ABU",)}, True, False),
    ],
)
def test_what_counts_as_violence_and_what_goes_first(changes, violence, urgent) -> None:
    form = replace(FULL, **changes)
    assert (form.is_violence, form.is_urgent) == (violence, urgent)


def test_presets_alone_are_no_content() -> None:
    assert not EMPTY.has_content
    assert not replace(EMPTY, note=" \n", phone=" ", caller_name=" ").has_content
    for name in ("note", "phone", "caller_name", "contact_kind", "danger_now", "caller_sex"):
        assert replace(EMPTY, **{name: "x"}).has_content
    assert replace(EMPTY, topics=("BEN.UBK",)).has_content
    assert replace(EMPTY, actions=("INF",)).has_content


def test_who_called_can_be_hidden() -> None:
    told = replace(FULL, phone="0555123456", caller_name="Aida Testova", note="at her mother's")
    hidden = with_phone_hidden(told)
    assert (hidden.phone, hidden.caller_name, hidden.note) == ("", "", "")
    assert hidden.topics == told.topics


def test_a_call_is_anonymous_until_a_name_is_typed() -> None:
    def call(name: str) -> Call:
        form = replace(FULL, caller_name=name)
        return Call("c", "n", "0412", "u", form, 0, 0, 0, 1, "o")

    assert call("").anonymous
    assert call("  ").anonymous
    assert not call("Aida").anonymous


def test_the_number_is_said_in_three_parts() -> None:
    assert call_number("0412", 2026, 3187) == "0412-2026-003187"
    assert call_number("0412", 2026, 1_234_567) == "0412-2026-1234567"


_CODE = st.none() | st.text(max_size=12)
_FORMS = st.builds(
    CallForm,
    started_at=st.integers(0, 2**53 - 1),
    danger_at=st.none() | st.integers(0, 2**53 - 1),
    channel=st.text(max_size=8),
    topics=st.lists(st.text(max_size=8), max_size=5).map(tuple),
    actions=st.lists(st.text(max_size=8), max_size=5).map(tuple),
    caller_name=st.text(),
    phone=st.text(),
    note=st.text(),
    **{f.name: _CODE for f in fields(CallForm) if str(f.type) == "str | None"},
)


@given(form=_FORMS)
def test_a_form_survives_being_written_and_read(form) -> None:
    import json

    kept = json.loads(json.dumps(form.as_dict(), ensure_ascii=False))
    assert CallForm.from_dict(kept) == form
    # A draft of a later version of the program, with a field that is not known here.
    assert CallForm.from_dict({**kept, "of_later": [1]}) == form


@given(form=_FORMS)
def test_checking_never_raises(form, reference) -> None:
    for fault in check_form(form, reference):
        assert fault.where in {f.name for f in fields(CallForm)}
