"""Referrals of a case by keys: consent first, then step by step, then the letter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from operator_app.domain.consent import Consent
from operator_app.domain.referrals import NEXT_STEPS
from operator_app.ui.screens.case_parts.contact_part import ContactPart
from operator_app.ui.screens.case_parts.fields import ChipsBox
from operator_app.ui.screens.case_parts.referrals_part import ReferralsPart
from tests.conftest import TestOffice
from tests.ui.case_office import save_violence_call
from tests.ui.case_part_desk import Hands, go_to, paste, problems, save
from tests.ui.door import enter, focused, press, show, words_on, write

CONTROL = Qt.KeyboardModifier.ControlModifier
OFFERED, SENT, DECLINED = "1", "2", "3"
TITLE = "Referrals"


@pytest.fixture
def hands(qtbot: QtBot, office: TestOffice) -> Hands:
    return Hands(qtbot, office)


@pytest.fixture
def case_id(office: TestOffice) -> str:
    return save_violence_call(office)


def agree(hands: Hands, case_id: str, recipient: str = "", value: str = "Y") -> None:
    hands.cases.add_consent(
        hands.office.actor, case_id, Consent("SHARE", value, 0, recipient=recipient)
    )


def begin(hands: Hands, case_id: str, service: str, status: str) -> ReferralsPart:
    """A new referral, as far as to whom and where it stands."""
    part = hands.open(ReferralsPart, case_id)
    press(Qt.Key.Key_N, CONTROL)
    write(service)
    enter()
    go_to(part.new, "status")
    write(status)
    return part


def spoken(part: ReferralsPart, row: int = 0) -> str:
    return str(part.records.list.item(row).data(Qt.ItemDataRole.AccessibleTextRole))


def steps_offered(part: ReferralsPart) -> tuple[str, ...]:
    step = part.step.boxes["step"]
    assert isinstance(step, ChipsBox)
    return tuple(step.group.buttons) if step.isVisible() else ()


def test_a_referral_with_consent_by_keys(hands: Hands, case_id: str) -> None:
    agree(hands, case_id)
    part = begin(hands, case_id, "shelter", SENT)
    assert not part.new.consent.isVisible()
    go_to(part.new, "warm")
    press(Qt.Key.Key_Space)
    go_to(part.new, "organisation")
    paste("Приют «Тест»")
    go_to(part.new, "note")
    write("two nights")
    save()
    (referral,) = hands.case(case_id).referrals
    assert (referral.service_type, referral.status, referral.warm) == ("SHE", "SENT", True)
    assert (referral.organisation, referral.note) == ("Приют «Тест»", "two nights")
    assert "Shelter. Sent. Приют «Тест» · answer due by 25 Nov, 09:01" in spoken(part)
    assert "She was put through to them" in words_on(part)
    assert not hands.unsaved[TITLE]


def test_crisis_centres_of_the_place_are_offered_and_any_words_taken(
    hands: Hands, case_id: str
) -> None:
    part = begin(hands, case_id, "crisis", OFFERED)
    go_to(part.new, "organisation")
    press(Qt.Key.Key_Down)
    field = part.new.boxes["organisation"].field
    offered = [e.label for e in field.entries_for("")]  # type: ignore[attr-defined]
    division = hands.case(case_id).division
    near = hands.office.reference.centres_for(division)[0]
    assert offered[0] == near.label("en")
    write("sez")
    enter()
    assert part.new.boxes["organisation"].value() == 'Crisis centre "Sezim"'
    go_to(part.new, "organisation")
    paste("Дом у реки")
    save()
    assert hands.case(case_id).referrals[0].organisation == "Дом у реки"


def test_without_consent_it_is_said_and_a_button_leads_to_the_question(
    hands: Hands, case_id: str
) -> None:
    part = begin(hands, case_id, "shelter", SENT)
    assert "has not agreed" in part.new.consent.label.text()
    before = hands.case(case_id)
    go_to(part.new, "note")
    write("two nights")
    save()
    assert "has not agreed" in words_on(part)
    assert hands.case(case_id) == before
    assert part.new.boxes["note"].value() == "two nights"
    assert focused() is part.new.consent.button
    press(Qt.Key.Key_Space)
    (contact,) = hands.fronts
    assert isinstance(contact, ContactPart)
    assert contact.consent.values()["purpose"] == "SHARE"
    assert contact.consent.values()["recipient"] == "SHE"
    show(hands.qtbot, contact)
    go_to(contact.consent, "value")
    write("1")
    save()
    assert hands.case(case_id).consents[-1].recipient == "SHE"
    # Back at the referral, which waited as it was typed.
    assert not part.new.consent.isVisible()
    show(hands.qtbot, part)
    assert not problems(part.new)
    go_to(part.new, "note")
    save()
    assert hands.case(case_id).referrals[0].note == "two nights"


@pytest.mark.parametrize("status", sorted(NEXT_STEPS))
def test_only_steps_that_may_follow_are_offered(hands: Hands, case_id: str, status: str) -> None:
    agree(hands, case_id)
    actor, work = hands.office.actor, hands.work
    ways = {
        "OFF": ("OFF",), "DEC": ("DEC",), "SENT": ("SENT",), "ACC": ("SENT", "ACC"),
        "REJ": ("SENT", "REJ"), "DONE": ("SENT", "DONE"), "NOT": ("SENT", "NOT"),
        "UNK": ("SENT", "UNK"),
    }  # fmt: skip
    first, *rest = ways[status]
    referral = work.refer(actor, case_id, "SHE", first, reason="x").referrals[0]
    for step in rest:
        work.step_referral(actor, case_id, referral.referral_id, step, reason="x")
    part = hands.open(ReferralsPart, case_id)
    assert steps_offered(part) == NEXT_STEPS[status]
    assert part.step.save_button.isVisible() is bool(NEXT_STEPS[status])


def test_a_digit_in_the_list_is_the_next_step(hands: Hands, case_id: str) -> None:
    agree(hands, case_id)
    hands.work.refer(hands.office.actor, case_id, "SHE", "SENT")
    part = hands.open(ReferralsPart, case_id)
    part.records.list.setFocus()
    write("1")
    save()
    assert hands.case(case_id).referrals[0].status == "ACC"
    part.records.list.setFocus()
    write("2")
    save()
    assert problems(part.step) == {"reason": "Write why, in a few words."}
    write("did not come")
    save()
    (referral,) = hands.case(case_id).referrals
    assert (referral.status, referral.steps[-1].reason) == ("NOT", "did not come")
    history = part.step.history.text()
    assert [line.split(" · ")[1] for line in history.splitlines()] == [
        "Sent",
        "Accepted by service",
        "Service not received",
    ]
    assert "did not come" in history and "Aida Testova" in history
    assert part.step.boxes["reason"].value() == ""
    assert not hands.unsaved[TITLE]


def test_a_reason_too_long_stays_in_the_field(hands: Hands, case_id: str) -> None:
    agree(hands, case_id)
    hands.work.refer(hands.office.actor, case_id, "SHE", "SENT")
    part = hands.open(ReferralsPart, case_id)
    before = hands.case(case_id)
    part.records.list.setFocus()
    write("2")
    go_to(part.step, "reason")
    paste("Ө" * 10_001)
    save()
    assert "longer than 10000" in problems(part.step)["reason"]
    assert part.step.boxes["reason"].value() == "Ө" * 10_001
    assert hands.case(case_id) == before


def test_a_reason_half_typed_waits_at_its_referral(hands: Hands, case_id: str) -> None:
    agree(hands, case_id)
    for service in ("SHE", "PSY"):
        hands.work.refer(hands.office.actor, case_id, service, "SENT")
    part = hands.open(ReferralsPart, case_id)
    listed = part.records.list
    listed.setFocus()
    write("4")
    go_to(part.step, "reason")
    write("half")
    listed.setFocus()
    press(Qt.Key.Key_Down)
    assert part.step.boxes["reason"].value() == ""
    assert hands.unsaved[TITLE]
    press(Qt.Key.Key_Up)
    assert part.step.boxes["reason"].value() == "half"
    assert part.step.boxes["step"].value() == "NOT"


def test_to_tell_them_again_needs_her_word_again(hands: Hands, case_id: str) -> None:
    agree(hands, case_id)
    actor = hands.office.actor
    sent = hands.work.refer(actor, case_id, "SHE", "SENT").referrals[0]
    hands.work.step_referral(actor, case_id, sent.referral_id, "REJ", reason="full")
    hands.office.clock.forward(minutes=1)
    agree(hands, case_id, value="N")
    part = hands.open(ReferralsPart, case_id)
    part.records.list.setFocus()
    write("1")
    assert "has not agreed" in part.step.consent.label.text()
    save()
    assert focused() is part.step.consent.button
    assert hands.case(case_id).referrals[0].status == "REJ"


def test_an_unanswered_referral_is_said_to_be_late(
    hands: Hands, office: TestOffice, case_id: str
) -> None:
    agree(hands, case_id)
    hands.work.refer(office.actor, case_id, "POL", "SENT")
    office.clock.forward(hours=26)
    part = hands.open(ReferralsPart, case_id)
    assert "answer was due 25 Nov, 09:01, late by 2 h" in spoken(part)


def test_nothing_chosen_is_asked_for(hands: Hands, case_id: str) -> None:
    part = hands.open(ReferralsPart, case_id)
    assert "Nobody was referred to yet." in words_on(part)
    go_to(part.new, "note")
    save()
    assert set(problems(part.new)) == {"service_type", "status"}
    assert focused() is part.new.boxes["service_type"].field


def test_the_letter_is_asked_for_the_referral_chosen(hands: Hands, case_id: str) -> None:
    agree(hands, case_id)
    case = hands.work.refer(hands.office.actor, case_id, "SHE", "SENT")
    part = hands.open(ReferralsPart, case_id)
    part.step.letter_button.setFocus()
    press(Qt.Key.Key_Space)
    assert hands.letters == [(case_id, case.referrals[0].referral_id)]


def test_where_there_are_no_letters_there_is_no_button(
    qtbot: QtBot, office: TestOffice, case_id: str
) -> None:
    hands = Hands(qtbot, office, with_letters=False)
    hands.work.refer(office.actor, case_id, "SHE", "OFF")
    part = hands.open(ReferralsPart, case_id)
    assert not part.step.letter_button.isVisible()
