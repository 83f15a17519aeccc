"""Safe contact, consents and safety plan: each word is kept, the newest one counts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from operator_app.domain.cases import Case
from operator_app.domain.consent import Consent, allowed_parts, allows
from operator_app.ui.screens.case_parts.contact_part import ContactPart
from tests.conftest import TestOffice
from tests.ui.case_office import save_violence_call
from tests.ui.case_part_desk import EMOJI, RIGHT_TO_LEFT, Hands, go_to, paste, problems, save
from tests.ui.door import enter, focused, press, words_on, write

CALL_BACK, SHARE, RECORD = "1", "2", "3"
YES, NO, DANGER, LAW = "1", "2", "3", "4"
TITLE = "Contact and consent"


@pytest.fixture
def hands(qtbot: QtBot, office: TestOffice) -> Hands:
    return Hands(qtbot, office)


@pytest.fixture
def case_id(office: TestOffice) -> str:
    return save_violence_call(office)


def say(
    hands: Hands, part: ContactPart, purpose: str, value: str, service: str = "", reason: str = ""
) -> None:
    """Add a word by keys, a minute after the last one."""
    hands.office.clock.forward(minutes=1)
    go_to(part.consent, "purpose")
    write(purpose)
    if service:
        go_to(part.consent, "recipient")
        write(service)
        enter()
    go_to(part.consent, "value")
    write(value)
    if reason:
        go_to(part.consent, "reason")
        write(reason)
    save()


def spoken(part: ContactPart) -> list[str]:
    """What a screen reader says of each line."""
    role = Qt.ItemDataRole.AccessibleTextRole
    listed = part.words.list
    return [str(listed.item(row).data(role)) for row in range(listed.count())]


def test_how_she_may_be_reached(hands: Hands, case_id: str) -> None:
    part = hands.open(ContactPart, case_id)
    assert "may not be phoned" in words_on(part)
    go_to(part.contact, "hours")
    for words in ("weekdays 10-12", "0555 12-34-56", "only she", "about the benefit"):
        write(words)
        enter()
    assert hands.unsaved[TITLE]
    go_to(part.contact, "hours")
    save()
    contact = hands.case(case_id).contact
    assert (contact.phone, contact.hours) == ("0555 12-34-56", "weekdays 10-12")
    assert (contact.who_may_answer, contact.what_to_say) == ("only she", "about the benefit")
    assert "may not be phoned" in words_on(part), "nobody has her word yet"
    say(hands, part, CALL_BACK, YES)
    assert "She may be phoned, at the time she named." in words_on(part)


def test_the_newest_word_stands_first_and_the_earlier_ones_below(
    hands: Hands, case_id: str
) -> None:
    part = hands.open(ContactPart, case_id)
    assert "nothing may be told" in words_on(part)
    say(hands, part, SHARE, YES, "shelter")
    say(hands, part, CALL_BACK, YES)
    say(hands, part, SHARE, NO, "shelter")
    assert spoken(part) == [
        "Shelter. Refused. Today, 09:04 · Aida Testova",
        "We may call her back. Given by word. Today, 09:03 · Aida Testova",
        "earlier: Shelter. Given by word. Today, 09:02 · Aida Testova",
    ]
    case = hands.case(case_id)
    assert not allows(case.consents, "SHARE", "SHE")
    assert len(case.consents) == 3
    assert not hands.unsaved[TITLE]


def test_only_the_parts_she_named_may_be_told(hands: Hands, case_id: str) -> None:
    part = hands.open(ContactPart, case_id)
    go_to(part.consent, "purpose")
    write(SHARE)
    go_to(part.consent, "recipient")
    write("psych")
    enter()
    go_to(part.consent, "value")
    write(YES)
    go_to(part.consent, "parts")
    write("1")
    write("2")
    save()
    assert allowed_parts(hands.case(case_id).consents, "PSY") == {"NAME", "CONTACT"}
    assert "only: Name and age, How to reach her" in spoken(part)[0]


def test_all_services_at_once(hands: Hands, case_id: str) -> None:
    part = hands.open(ContactPart, case_id)
    say(hands, part, SHARE, YES, "all s")
    (word,) = hands.case(case_id).consents
    assert (word.recipient, allows([word], "SHARE", "LEG")) == ("", True)
    assert "All services" in spoken(part)[0]


def test_against_her_word_only_with_a_reason_the_law_knows(hands: Hands, case_id: str) -> None:
    part = hands.open(ContactPart, case_id)
    say(hands, part, SHARE, DANGER, "police")
    assert "a reason is needed" in problems(part.consent)["reason"]
    assert focused() is part.consent.boxes["reason"].field
    assert hands.case(case_id).consents == ()
    write("knife, line cut")
    save()
    (word,) = hands.case(case_id).consents
    assert (word.value, word.recipient, word.reason) == ("E", "POL", "knife, line cut")
    assert "knife, line cut" in spoken(part)[0]


@pytest.mark.parametrize(
    ("purpose", "value", "service"),
    [(SHARE, DANGER, "lawyer"), (SHARE, LAW, "shelter"), (CALL_BACK, DANGER, "")],
)
def test_where_the_law_does_not_allow_it_her_word_is_needed(
    hands: Hands, case_id: str, purpose: str, value: str, service: str
) -> None:
    part = hands.open(ContactPart, case_id)
    say(hands, part, purpose, value, service.replace("lawyer", "free legal"), "danger")
    assert "only with her word" in problems(part.consent)["value"]
    assert part.consent.boxes["reason"].value() == "danger"
    assert hands.case(case_id).consents == ()


def test_what_is_missing_is_asked_for(hands: Hands, case_id: str) -> None:
    part = hands.open(ContactPart, case_id)
    go_to(part.consent, "purpose")
    save()
    assert set(problems(part.consent)) == {"purpose"}
    write(SHARE)
    save()
    assert set(problems(part.consent)) == {"recipient"}
    assert hands.case(case_id).consents == ()


def test_a_word_taken_back_stops_the_phone_call(hands: Hands, case_id: str) -> None:
    part = hands.open(ContactPart, case_id)
    go_to(part.contact, "hours")
    write("10-12")
    save()
    say(hands, part, CALL_BACK, YES)

    def added() -> Case:
        return hands.work.add_task(
            hands.office.actor, case_id, kind="CALLBACK", way="PHONE", due_at=2_000_000_000_000
        )

    hands.office.clock.now = hands.office.clock.now.replace(year=2033, month=1)
    assert added().tasks[-1].way == "PHONE"
    part.show_case(hands.case(case_id), True)
    say(hands, part, CALL_BACK, NO)
    assert hands.case(case_id).tasks[-1].way == "OTHER"
    assert "may not be phoned" in words_on(part)


def test_the_safety_plan_in_her_words(hands: Hands, case_id: str) -> None:
    part = hands.open(ContactPart, case_id)
    assert "Not agreed yet." in words_on(part)
    go_to(part.plan, "safe_person")
    for words in ("sister", "her house", "salt"):
        write(words)
        enter()
    press(Qt.Key.Key_Space)
    go_to(part.plan, "steps")
    paste(f"1. {EMOJI}\n2. {RIGHT_TO_LEFT}")
    save()
    plan = hands.case(case_id).plan
    assert (plan.safe_person, plan.code_word, plan.safe_place) == ("sister", "salt", "her house")
    assert (plan.documents_ready, plan.steps) == ("Y", f"1. {EMOJI}\n2. {RIGHT_TO_LEFT}")
    assert "Agreed: Today, 09:01" in words_on(part)


@pytest.mark.parametrize(
    ("block", "where", "most"), [("contact", "hours", 1_000), ("plan", "steps", 10_000)]
)
def test_texts_too_long_stay_in_the_field(
    hands: Hands, case_id: str, block: str, where: str, most: int
) -> None:
    part = hands.open(ContactPart, case_id)
    before = hands.case(case_id)
    form = getattr(part, block)
    go_to(form, where)
    paste("ү" * (most + 1))
    save()
    assert f"longer than {most}" in problems(form)[where]
    assert form.boxes[where].value() == "ү" * (most + 1)
    assert hands.case(case_id) == before
    press(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    press(Qt.Key.Key_Backspace)
    save()
    assert not problems(form)


def test_a_word_half_given_is_not_overwritten_by_the_question(hands: Hands, case_id: str) -> None:
    part = hands.open(ContactPart, case_id)
    go_to(part.consent, "purpose")
    write(RECORD)
    part.ask_consent("SHE")
    assert part.consent.values()["purpose"] == "RECORD"
    part.consent.undo_button.click()
    part.ask_consent("SHE")
    assert part.consent.values()["recipient"] == "SHE"


def test_who_may_only_read_sees_the_words_and_no_form(hands: Hands, case_id: str) -> None:
    hands.cases.add_consent(hands.office.actor, case_id, Consent("STATISTICS", "Y", 0))
    part = hands.open(ContactPart, case_id, may_change=False)
    assert not part.consent.isVisible() and not part.words.new_button.isVisible()
    assert "May be counted in figures" in spoken(part)[0]
