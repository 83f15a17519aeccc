"""Code lists and divisions: as shipped, and what a PC does with a code it does not know."""

from __future__ import annotations

import pytest

from operator_app.domain.calls import NUISANCE_KINDS, VIOLENCE_TOPICS
from operator_app.domain.reference import COUNTRY, Code, Division, Reference
from tests.conftest import ALAMUDUN

CHUI = "41708000000000"


def test_every_division_leads_up_to_the_country(reference) -> None:
    divisions = reference.divisions(1) + reference.divisions(2)
    assert len(reference.divisions(1)) == 9
    for division in divisions:
        assert reference.is_within(division.code, COUNTRY)
        assert reference.division_path(division.code, "ru")
        assert all(division.labels[language] for language in ("ky", "ru", "en"))


def test_a_place_is_inside_its_oblast_and_not_the_reverse(reference) -> None:
    assert reference.is_within(ALAMUDUN, CHUI)
    assert reference.is_within(CHUI, CHUI)
    assert not reference.is_within(CHUI, ALAMUDUN)
    assert not reference.is_within("nowhere", CHUI)
    assert {d.parent for d in reference.divisions(2, CHUI)} == {CHUI}


def test_a_path_names_places_from_large_to_small(reference) -> None:
    oblast, rayon = reference.division_path(ALAMUDUN, "en").split(" › ")
    assert (oblast, rayon) == (
        reference.division(CHUI).label("en"),
        reference.division(ALAMUDUN).label("en"),
    )
    assert reference.division_path(None, "en") == ""


def test_places_that_lie_in_each_other_are_no_endless_way(reference) -> None:
    """Two lists of places, taken at different times, may say so together."""
    one, two, three = "41708203800000", "41708203810000", "41708203800010"
    mixed = reference.with_changes(
        [],
        [
            Division(one, two, 3, {"ru": "Один"}),
            Division(two, one, 3, {"ru": "Два"}),
            Division(three, one, 4, {"ru": "Три"}),
        ],
    )
    assert mixed.division_path(three, "ru") == "Один › Три"
    assert not mixed.is_within(three, two)
    assert mixed.inside(one) == [one, three]
    assert mixed.ancestor(three, 2) == three


def test_an_unknown_code_is_shown_as_it_is(reference) -> None:
    """A newer list elsewhere: the record must not become unreadable here."""
    assert reference.label("topic_l2", "NEW.ONE", "ky") == "NEW.ONE"
    assert reference.label("no_such_list", "X", "ky") == "X"
    assert reference.label("topic_l2", None, "ky") == ""
    assert reference.division_path("99", "ky") == "99"
    assert not reference.is_substantive("NEW")


@pytest.mark.parametrize(
    "name",
    ["contact_kind", "channel", "yes_no_unknown", "language", "topic_l1", "topic_l2",
     "benefit_issue", "sex", "age_group", "age_band", "relation", "action"],
)  # fmt: skip
def test_lists_that_the_form_uses_are_there_in_all_languages(reference, name) -> None:
    codes = reference.codes(name)
    assert codes
    assert [c.order for c in codes] == sorted(c.order for c in codes)
    for code in codes:
        assert all(code.labels[language] for language in ("ky", "ru", "en")), code.code


def test_each_topic_belongs_to_a_chapter(reference) -> None:
    chapters = {c.code for c in reference.codes("topic_l1")}
    for topic in reference.codes("topic_l2"):
        assert topic.code.split(".")[0] in chapters


def test_rules_in_code_name_codes_that_exist(reference) -> None:
    for topic in VIOLENCE_TOPICS:
        assert reference.find("topic_l2", topic)
    for kind in NUISANCE_KINDS:
        assert reference.find("contact_kind", kind)
        assert not reference.is_substantive(kind)
    assert reference.is_substantive("SELF")
    for answer in ("Y", "N", "U"):
        assert reference.find("yes_no_unknown", answer)


def test_a_missing_translation_falls_back_to_english() -> None:
    only = Reference([Code("l", "c", {"en": "Help", "ky": ""}, "", 0)], [])
    assert only.label("l", "c", "ky") == "Help"
