"""The GBV type and the contexts of an incident: computed, one type, in the order of GBVIMS."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.config import paths
from operator_app.domain.cases import Affected, CallLink, Case, Incident, Offender
from operator_app.domain.days import age_band
from operator_app.domain.gbv import (
    FAMILY,
    OLDER_FROM,
    PARTNERS,
    TYPES,
    contexts,
    gbv_type,
    gravest,
)
from operator_app.domain.incidents import with_types
from operator_app.domain.reference import Reference
from operator_app.services.reference import load_reference

TYPE_OF = {
    "RAP": "RAPE", "SEX": "SEXUAL", "PHY": "PHYSICAL", "FMR": "MARRIAGE", "ECO": "DENIAL",
    "NEG": "DENIAL", "PSY": "PSYCH", "STK": "PSYCH", "THR": "PSYCH", "DIG": "PSYCH", "SUI": "PSYCH",
}  # fmt: skip
ORDER = ("RAPE", "SEXUAL", "PHYSICAL", "MARRIAGE", "DENIAL", "PSYCH")


@pytest.fixture(scope="module")
def lists() -> Reference:
    return load_reference(paths().resources)


def codes(lists: Reference, name: str) -> list[str]:
    return [code.code for code in lists.codes(name)]


def test_the_types_are_the_six_of_gbvims_in_its_order(lists: Reference) -> None:
    assert ORDER == TYPES
    assert tuple(codes(lists, "gbv_type")) == TYPES


def test_every_form_of_violence_has_a_type(lists: Reference) -> None:
    """A new form in the list fails here: somebody has to say what it counts as."""
    assert set(codes(lists, "violence_form")) == set(TYPE_OF)
    for form, wanted in TYPE_OF.items():
        assert gbv_type([form]) == wanted


def test_every_relation_is_known_to_the_contexts(lists: Reference) -> None:
    relations = set(codes(lists, "relation"))
    assert PARTNERS < FAMILY < relations
    noted = {c.code: c.note for c in lists.codes("relation")}
    assert {c for c, note in noted.items() if note == "partner"} == PARTNERS
    outside = {c for c, note in noted.items() if note == "other"}
    assert not outside & FAMILY
    assert outside | FAMILY == relations


@pytest.mark.parametrize("pair", list(combinations(TYPE_OF, 2)))
def test_of_several_forms_the_first_in_the_order_counts(pair: tuple[str, str]) -> None:
    wanted = min((TYPE_OF[form] for form in pair), key=ORDER.index)
    for order in permutations(pair):
        assert gbv_type(order) == wanted


@given(st.lists(st.sampled_from([*TYPE_OF, "NEW_FORM"]), max_size=11), st.sampled_from([*TYPE_OF]))
def test_one_more_form_never_makes_it_lighter(forms: list[str], more: str) -> None:
    before, after = gbv_type(forms), gbv_type([*forms, more])
    assert after in TYPES
    assert before is None or ORDER.index(after) <= ORDER.index(before)
    assert gbv_type([*forms, "NEW_FORM"]) == before


def test_no_form_is_no_type() -> None:
    assert gbv_type([]) is gbv_type(["NEW_FORM"]) is gravest([]) is gravest([None]) is None


def test_each_context(lists: Reference) -> None:
    known = codes(lists, "case_context")
    assert contexts(["PHY"], "HUSB", child=False, older=False) == ("PARTNER", "FAMILY")
    assert contexts(["PHY"], "FATH", child=True, older=False) == ("FAMILY", "CHILD")
    assert contexts(["FMR"], None, child=True, older=False) == ("CHILD", "EARLY_MARRIAGE")
    assert contexts(["FMR"], None, child=False, older=False) == ()
    assert contexts(["NEG"], "SON", child=False, older=True) == ("FAMILY", "OLDER")
    assert contexts(["PHY"], "OFFI", child=False, older=False) == ("OFFICIAL",)
    assert contexts(["PHY"], "STRA", child=False, older=False) == ()
    found = {
        context
        for relation in [None, *codes(lists, "relation")]
        for child in (False, True)
        for context in contexts(["FMR"], relation, child=child, older=not child)
    }
    assert found == set(known), "every context of the list can be found, and no other"


@given(st.sampled_from([None, "HUSB", "OFFI", "FATH"]), st.booleans(), st.booleans())
def test_without_violence_there_is_no_context(relation, child: bool, older: bool) -> None:
    assert contexts([], relation, child=child, older=older) == ()


# In a case: as its facts are now


def _case(**changes: object) -> Case:
    incident = Incident("i", 0, forms=("PHY",))
    return Case("c", "n", "0412", "VIOLENCE", 0, "u", "u", incidents=(incident,), **changes)  # type: ignore[arg-type]


def _contexts(case: Case) -> tuple[str, ...]:
    return with_types(case).incidents[0].contexts


@given(st.integers(0, 120))
def test_the_age_decides_who_is_a_child_and_who_is_old(age: int) -> None:
    wanted = ("CHILD",) if age < 18 else ("OLDER",) if age >= OLDER_FROM else ()
    assert _contexts(_case(affected=Affected(age=age))) == wanted
    assert _contexts(_case(affected=Affected(age_band=age_band(age)))) == wanted


def test_type_and_contexts_follow_what_is_corrected() -> None:
    case = _case(offender=Offender(relation="HUSB"), affected=Affected(age=16))
    (found,) = with_types(case).incidents
    assert (found.gbv_type, found.contexts) == ("PHYSICAL", ("PARTNER", "FAMILY", "CHILD"))
    grown = replace(
        case, affected=Affected(age=19), offender=Offender(relation="NEIG"), incidents=(found,)
    )
    assert _contexts(grown) == ()
    assert with_types(with_types(grown)) == with_types(grown)


def test_a_topic_of_elder_abuse_tells_where_no_age_is_known() -> None:
    link = CallLink("k", "n", 0, "u", topic="OLD.ABU")
    assert _contexts(_case(calls=(link,))) == ("OLDER",)
    assert _contexts(_case(calls=(link,), affected=Affected(age=40))) == ()
