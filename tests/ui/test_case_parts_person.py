"""Person, incidents and offender of a case: typed, saved, refused, and never lost on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from operator_app.domain.people import Role
from operator_app.services.case_drafts import CaseDrafts
from operator_app.ui.screens.case_parts.person_part import PersonPart
from operator_app.ui.tasks import TaskRunner
from tests.conftest import TestOffice
from tests.ui.case_office import save_violence_call
from tests.ui.case_part_desk import (
    EMOJI,
    RIGHT_TO_LEFT,
    Hands,
    all_words,
    go_to,
    paste,
    problems,
    save,
)
from tests.ui.door import enter, focused, press, rewrite, words_on, write

TITLE = "Person and incident"


@pytest.fixture
def hands(qtbot: QtBot, office: TestOffice) -> Hands:
    return Hands(qtbot, office)


@pytest.fixture
def case_id(office: TestOffice) -> str:
    return save_violence_call(office, offender="HUSB", happened="Ударил дважды")


def test_the_person_is_written_down_by_keys(hands: Hands, case_id: str) -> None:
    part = hands.open(PersonPart, case_id)
    go_to(part.person, "name")
    write("Гүлнара Тестова")
    enter()
    write("1")
    press(Qt.Key.Key_Tab)
    write("31")
    enter()
    write("0555 12-34-56")
    enter()
    write("Лебединовка")
    enter()
    write("pregn")
    enter()
    assert hands.unsaved[TITLE] and part.person.mark.isVisible()
    save()
    affected = hands.case(case_id).affected
    assert (affected.name, affected.sex, affected.age) == ("Гүлнара Тестова", "F", 31)
    assert (affected.phone, affected.address) == ("0555 12-34-56", "Лебединовка")
    assert (affected.age_band, affected.vulnerabilities) == ("A18_34", ("PREG",))
    assert not hands.unsaved[TITLE] and not part.person.mark.isVisible()


@pytest.mark.parametrize("age", ["121", "-1", "3.5", "двадцать", "1e2", EMOJI, "٣١"])
def test_an_absurd_age_is_said_to_be_one_and_stays_in_the_field(
    hands: Hands, case_id: str, age: str
) -> None:
    part = hands.open(PersonPart, case_id)
    before = hands.case(case_id)
    go_to(part.person, "age")
    paste(age)
    save()
    assert "0 to 120" in problems(part.person)["age"]
    assert focused() is part.person.boxes["age"].field
    assert part.person.boxes["age"].value() == age
    assert hands.case(case_id) == before
    rewrite("31")
    assert not problems(part.person)
    save()
    assert hands.case(case_id).affected.age == 31


@pytest.mark.parametrize("name", ["ң" * 201, EMOJI * 60])
def test_a_name_too_long_is_refused_and_stays(hands: Hands, case_id: str, name: str) -> None:
    part = hands.open(PersonPart, case_id)
    go_to(part.person, "name")
    paste(name)
    save()
    assert "longer than 200" in problems(part.person)["name"]
    assert part.person.boxes["name"].value() == name
    assert hands.case(case_id).affected.name == ""
    assert hands.unsaved[TITLE]


def test_a_newer_version_changes_only_what_nobody_edits(hands: Hands, case_id: str) -> None:
    part = hands.open(PersonPart, case_id)
    go_to(part.person, "name")
    write("Гүл")
    elsewhere = replace(hands.case(case_id).affected, phone="102", name="Another")
    newer = hands.cases.set_person(hands.office.actor, case_id, elsewhere)
    part.show_case(newer, True)
    assert part.person.boxes["name"].value() == "Гүл"
    assert part.person.boxes["phone"].value() == "102"
    assert part.person.unsaved
    save()
    affected = hands.case(case_id).affected
    assert (affected.name, affected.phone) == ("Гүл", "102")


def test_unsaved_words_wait_while_another_case_is_looked_at(
    hands: Hands, office: TestOffice, case_id: str
) -> None:
    other = save_violence_call(office, affected_name="Another Testova", affected="OTHER")
    part = hands.open(PersonPart, case_id)
    go_to(part.person, "name")
    write("Гүлнара")
    part.show_case(hands.case(other), True)
    assert part.person.boxes["name"].value() == "Another Testova"
    assert not part.has_unsaved
    part.show_case(hands.case(case_id), True)
    assert part.person.boxes["name"].value() == "Гүлнара"
    assert part.has_unsaved and hands.unsaved[TITLE]
    part.person.undo_button.click()
    assert part.person.boxes["name"].value() == ""
    assert not part.has_unsaved and not hands.unsaved[TITLE]


def test_what_is_typed_while_the_save_is_under_way_is_not_lost(
    qtbot: QtBot, office: TestOffice, case_id: str
) -> None:
    runner = TaskRunner()
    hands = Hands(qtbot, office, tasks=runner)
    part = hands.open(PersonPart, case_id)
    go_to(part.person, "name")
    write("Gul")
    save()
    # The answer is delivered by the event loop, which has not turned yet.
    write("nara")
    qtbot.waitUntil(part.person.save_button.isEnabled)
    assert hands.case(case_id).affected.name == "Gul"
    assert part.person.boxes["name"].value() == "Gulnara"
    assert part.person.unsaved
    runner.shut_down()


def test_an_incident_is_corrected_and_its_type_only_shown(hands: Hands, case_id: str) -> None:
    part = hands.open(PersonPart, case_id)
    assert "Computed: Physical assault; Intimate partner, Family violence" in words_on(part)
    assert not any(
        "assault" in edit.text() for edit in part.findChildren(QLineEdit) if edit.isEnabled()
    )
    go_to(part.incidents, "happened_on")
    write("23.11")
    go_to(part.incidents, "forms")
    write("rape")
    enter()
    save()
    (incident,) = hands.case(case_id).incidents
    assert (incident.happened_on, incident.forms) == ("2026-11-23", ("PHY", "RAP"))
    assert incident.gbv_type == "RAPE"
    assert part.incidents.boxes["happened_on"].value() == "23.11.2026"
    assert "Computed: Rape" in words_on(part)


def test_a_new_incident_is_added_beside_the_old_one(hands: Hands, case_id: str) -> None:
    part = hands.open(PersonPart, case_id)
    assert part.incidents.picker is not None
    part.incidents.picker.setFocus()
    write("0")
    assert part.incidents.boxes["happened"].value() == ""
    go_to(part.incidents, "happened")
    paste(f"{EMOJI} {RIGHT_TO_LEFT}")
    save()
    told = [i.happened for i in hands.case(case_id).incidents]
    assert told == ["Ударил дважды", f"{EMOJI} {RIGHT_TO_LEFT}"]
    assert part.incidents.boxes["happened"].value() == f"{EMOJI} {RIGHT_TO_LEFT}"
    assert not part.has_unsaved
    part.incidents.picker.setFocus()
    write("1")
    assert part.incidents.boxes["happened"].value() == "Ударил дважды"


def test_half_an_incident_waits_while_another_one_is_read(hands: Hands, case_id: str) -> None:
    part = hands.open(PersonPart, case_id)
    picker = part.incidents.picker
    assert picker is not None
    picker.setFocus()
    write("0")
    go_to(part.incidents, "happened")
    write("half")
    picker.setFocus()
    write("1")
    assert part.incidents.boxes["happened"].value() == "Ударил дважды"
    assert hands.unsaved[TITLE], "the new one is not saved, though another one is shown"
    write("0")
    assert part.incidents.boxes["happened"].value() == "half"


@pytest.mark.parametrize(
    ("day", "said"),
    [("25.11.2026", "still to come"), ("31.02", "no day"), ("1.1.1066", "too long ago")],
)
def test_a_wrong_day_is_said_to_be_one(hands: Hands, case_id: str, day: str, said: str) -> None:
    part = hands.open(PersonPart, case_id)
    before = hands.case(case_id)
    go_to(part.incidents, "happened_on")
    write(day)
    save()
    assert said in problems(part.incidents)["happened_on"]
    assert part.incidents.boxes["happened_on"].value() == day
    assert hands.case(case_id) == before


def test_words_are_kept_up_to_ten_thousand_signs(hands: Hands, case_id: str) -> None:
    part = hands.open(PersonPart, case_id)
    go_to(part.incidents, "happened")
    paste("Ө" * 10_001)
    save()
    assert "longer than 10000" in problems(part.incidents)["happened"]
    assert part.incidents.boxes["happened"].value() == "Ө" * 10_001
    press(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    press(Qt.Key.Key_Backspace)
    save()
    assert hands.case(case_id).incidents[0].happened == "Ө" * 10_000


def test_facts_of_the_offender_and_no_name_unless_needed(hands: Hands, case_id: str) -> None:
    part = hands.open(PersonPart, case_id)
    assert not part.offender.boxes["offender_name"].isVisible()
    go_to(part.offender, "has_weapon")
    press(Qt.Key.Key_Space)
    go_to(part.offender, "known_to_police")
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Space)
    save()
    offender = hands.case(case_id).offender
    assert (offender.relation, offender.has_weapon, offender.known_to_police) == ("HUSB", "Y", "N")
    assert offender.name == ""
    part.name_button.setFocus()
    press(Qt.Key.Key_Space)
    assert focused() is part.offender.boxes["offender_name"].field
    write("Тест Тестов")
    save()
    assert hands.case(case_id).offender.name == "Тест Тестов"


def test_who_may_only_read_changes_nothing(hands: Hands, case_id: str) -> None:
    part = hands.open(PersonPart, case_id, may_change=False)
    assert "Save" not in all_words(part)
    go_to(part.person, "name")
    write("x")
    save()
    assert hands.case(case_id).affected.name == ""


def test_a_refusal_of_the_service_is_said_and_the_words_stay(
    qtbot: QtBot, office: TestOffice, case_id: str
) -> None:
    """The hour of a stated reason is over while the section is still on the screen."""
    guest = office.person(Role.OPERATOR, "guest")
    hands = Hands(qtbot, office, actor=guest)
    hands.cases.open(guest, case_id, "Дежурный")
    part = hands.open(PersonPart, case_id)
    office.clock.forward(hours=2)
    go_to(part.person, "name")
    write("Gulnara")
    save()
    assert "State a reason" in problems(part.person)[""]
    assert part.person.boxes["name"].value() == "Gulnara"
    assert hands.case(case_id).affected.name == ""


def test_words_that_were_not_saved_are_there_after_a_power_cut(
    qtbot: QtBot, office: TestOffice, case_id: str
) -> None:
    hands = Hands(qtbot, office)
    part = hands.open(PersonPart, case_id)
    go_to(part.person, "name")
    write("Gulnara")
    go_to(part.person, "vulnerabilities")
    write("pregn")
    enter()
    assert part.incidents.picker is not None
    part.incidents.picker.setFocus()
    write("0")
    go_to(part.incidents, "happened")
    write("half a word")
    drafts = CaseDrafts(office.database, office.clock)
    qtbot.waitUntil(lambda: "half a word" in str(drafts.read(office.actor, case_id)))
    # Another program on the same disk; the one before never ended properly.
    after = Hands(qtbot, office).open(PersonPart, case_id)
    assert after.person.boxes["name"].value() == "Gulnara"
    assert after.person.boxes["vulnerabilities"].value() == ("PREG",)
    assert after.person.mark.isVisible() and after.has_unsaved
    assert after.incidents.boxes["happened"].value() == "Ударил дважды"
    assert after.incidents.picker is not None
    after.incidents.picker.setFocus()
    write("0")
    assert after.incidents.boxes["happened"].value() == "half a word"
    assert hands.case(case_id).affected.name == ""


def test_what_was_saved_or_taken_back_leaves_no_draft(
    qtbot: QtBot, office: TestOffice, case_id: str
) -> None:
    hands = Hands(qtbot, office)
    drafts = CaseDrafts(office.database, office.clock)
    part = hands.open(PersonPart, case_id)
    go_to(part.person, "name")
    write("Gulnara")
    part.keep_typed()
    assert drafts.read(office.actor, case_id)
    save()
    part.keep_typed()
    assert not drafts.read(office.actor, case_id)
    go_to(part.person, "address")
    write("x")
    part.keep_typed()
    part.person.undo_button.click()
    part.hide()
    assert not drafts.read(office.actor, case_id)
    assert not Hands(qtbot, office).open(PersonPart, case_id).has_unsaved
