"""The page of a case: what it shows, what may be done with it, and by whom. By keyboard only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy import update

from operator_app.db.models import app_user
from operator_app.domain.cases import CLOSED, ProtectionOrder
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import Consent
from operator_app.domain.people import Actor, Role
from operator_app.domain.violence import ReferralAsk, SafeContact
from operator_app.i18n import use_language
from operator_app.ui import theme
from tests.conftest import TestOffice
from tests.journeys.fitting import faults, unnamed
from tests.other_seat import changed_elsewhere
from tests.ui.case_office import (
    HIGH,
    MEDIUM,
    ShownCases,
    audited,
    case_of,
    save_violence_call,
    services,
    show_cases,
)

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
STRANGE = "😢 \u200fبيت آمن\u200e <b>тире</b> & 'кавычки'\nвторая строка"


@pytest.fixture
def bermet(office: TestOffice) -> Actor:
    return office.person(Role.OPERATOR, "bermet")


@pytest.fixture
def high(office: TestOffice, bermet: Actor) -> str:
    """A case of the operator Bermet, of high risk."""
    return save_violence_call(
        office,
        bermet,
        answers=HIGH,
        forms=("PHY", "PSY"),
        offender="HUSB",
        affected_age="34",
        affected_name="Asel Primerova",
        happened="He hit her twice.",
    )


@pytest.fixture
def medium(office: TestOffice, bermet: Actor) -> str:
    return save_violence_call(office, bermet, answers=MEDIUM)


def opened(qtbot: Any, office: TestOffice, actor: Actor, case_id: str) -> ShownCases:
    shown = show_cases(qtbot, office, actor)
    shown.events.open_case_asked.emit(case_id)
    assert shown.screen.opened_case is not None
    QApplication.processEvents()
    return shown


def card_says(shown: ShownCases) -> str:
    assert shown.page.card is not None
    return shown.page.card.notice.label.text()


# What is shown


def test_the_head_tells_what_every_visit_begins_with(
    qtbot: Any, office: TestOffice, bermet: Actor, high: str
):
    shown = opened(qtbot, office, bermet, high)
    for said in (
        "Case 0412-2026-C00001",
        "▲  High",
        "Violence",
        "Physical assault",
        "Intimate partner, Family violence",
        "Bermet Testova",
        "25 Nov, 09:00 · Find out whether she is safe",
        "No: consent or a safe time is missing",
        "Asel Primerova",
    ):
        assert said in shown.words
    assert shown.page.head.status.value == "NEW"
    now = to_ms(office.clock())
    cases = services(office)[0]
    cases.add_consent(bermet, high, Consent("CALL_BACK", "Y", now))
    cases.set_contact(bermet, high, SafeContact(hours="after 18:00"))
    office.clock.forward(days=2)
    shown.events.cases_changed.emit(high)
    assert "Yes: after 18:00" in shown.words
    assert "Late: yesterday, 09:00 · Find out whether she is safe" in shown.words


def test_the_timeline_tells_everything_newest_first(qtbot: Any, office: TestOffice, bermet: Actor):
    at = to_ms(office.clock())
    case_id = save_violence_call(
        office,
        bermet,
        danger="Y",
        answers=HIGH,
        happened="He hit her twice.",
        consents=(Consent("SHARE", "Y", at),),
        referrals=(ReferralAsk("POL", "SENT", at),),
    )
    cases, work, _list, _accesses = services(office)

    def later() -> None:
        office.clock.forward(hours=1)

    later()
    work.set_order(bermet, case_id, ProtectionOrder("", "APPL", 0, asked_at=at))
    later()
    referral = case_of(office, case_id).referrals[0]
    work.step_referral(bermet, case_id, referral.referral_id, "REJ", reason="No car today")
    later()
    task = next(t for t in case_of(office, case_id).open_tasks if t.kind == "SAFE")
    work.finish_task(bermet, case_id, task.task_id, "Safe at her sister's")
    later()
    cases.add_note(bermet, case_id, "Neighbour keeps the papers")
    later()
    cases.set_status(bermet, case_id, "WAIT")
    later()
    cases.lower_risk(office.actor, case_id, "MED", "He is in custody")
    later()
    cases.assign(office.actor, case_id, office.actor.user_id)
    shown = opened(qtbot, office, office.actor, case_id)
    expected = [
        ("Given to Aida Testova", "before: Bermet Testova"),
        ("Risk lowered to: Medium", "He is in custody"),
        ("Status: Waiting for service", "Bermet Testova"),
        ("Note", "Neighbour keeps the papers"),
        ("Done: Find out whether she is safe", "Safe at her sister's"),
        ("Police (102, district inspector): Not accepted", "No car today"),
        ("Protection order: Applied", "Bermet Testova"),
    ]
    for line, (heading, said) in zip(shown.timeline, expected, strict=False):
        assert line.startswith(heading)
        assert said in line
    told = "\n".join(shown.timeline[len(expected) :])
    for said in (
        "Call 0412-2026-000001",
        "Danger now",
        "He hit her twice.",
        "Risk: Danger right now",
        next(q for q in office.reference.danger_rules.questions if q.code == "KILL").label("en"),
        "Police (102, district inspector): Sent",
        "We may tell services: Given by word",
    ):
        assert said in told


def test_risk_over_time_has_words(qtbot: Any, office: TestOffice, bermet: Actor, medium: str):
    cases = services(office)[0]
    office.clock.forward(days=1)
    cases.assess(bermet, medium, HIGH)
    shown = opened(qtbot, office, bermet, medium)
    assert shown.page.overview.risk.accessibleName() == (
        "Risk over time: Yesterday, 09:01: Medium; Today, 09:01: High"
    )
    assert not shown.page.overview.risk.grab().isNull()


def test_enter_opens_a_call_and_shows_long_words_whole(
    qtbot: Any, office: TestOffice, bermet: Actor, high: str
):
    services(office)[0].add_note(bermet, high, "word " * 1_000)
    shown = opened(qtbot, office, bermet, high)
    timeline = shown.page.overview.timeline
    short = timeline.sizeHintForRow(0)
    shown.press(Key.Key_Return)
    assert timeline.sizeHintForRow(0) > 3 * short
    shown.press(Key.Key_Return)
    assert timeline.sizeHintForRow(0) == short
    shown.press(Key.Key_End)
    with qtbot.waitSignal(shown.events.open_call_asked) as asked:
        shown.press(Key.Key_Return)
    assert asked.args == [case_of(office, high).calls[0].call_id]


# Notes


def test_a_note_is_added_by_keys(qtbot: Any, office: TestOffice, bermet: Actor, high: str):
    shown = opened(qtbot, office, bermet, high)
    shown.press(Key.Key_F6)
    shown.write("She called from work")
    with qtbot.waitSignal(shown.events.cases_changed) as told:
        shown.press(Key.Key_Return, CONTROL)
    assert told.args == [high]
    assert shown.timeline[0].startswith("Note")
    assert "She called from work" in shown.timeline[0]
    assert shown.page.overview.note.toPlainText() == ""
    assert audited(office, high)[-1] == "case.noted"


def test_emoji_and_right_to_left_are_kept(qtbot: Any, office: TestOffice, bermet: Actor, high: str):
    shown = opened(qtbot, office, bermet, high)
    shown.page.overview.note.setPlainText(STRANGE)
    shown.press(Key.Key_F6)
    shown.press(Key.Key_Return, CONTROL)
    assert case_of(office, high).notes[0].text == STRANGE
    assert STRANGE in shown.timeline[0]
    assert not shown.page.overview.timeline.grab().isNull()


def test_a_note_that_is_too_long_is_refused_and_stays(
    qtbot: Any, office: TestOffice, bermet: Actor, high: str
):
    shown = opened(qtbot, office, bermet, high)
    words = "я" * 10_001
    shown.page.overview.note.setPlainText(words)
    shown.press(Key.Key_F6)
    shown.press(Key.Key_Return, CONTROL)
    assert "longer than 10000 characters" in shown.page.notice.label.text()
    assert shown.page.overview.note.toPlainText() == words
    assert case_of(office, high).notes == ()
    shown.page.overview.note.setPlainText(words[:-1])
    shown.press(Key.Key_Return, CONTROL)
    assert case_of(office, high).notes[0].text == words[:-1]
    assert not shown.page.notice.isVisible()


def test_a_note_being_typed_outlives_the_way_to_the_list(
    qtbot: Any, office: TestOffice, bermet: Actor, high: str, medium: str
):
    shown = opened(qtbot, office, bermet, high)
    shown.press(Key.Key_F6)
    shown.write("half a sen")
    shown.events.open_case_asked.emit(medium)
    assert shown.page.overview.note.toPlainText() == ""
    shown.press(Key.Key_Escape)
    shown.events.open_case_asked.emit(high)
    assert shown.page.overview.note.toPlainText() == "half a sen"


def test_a_note_being_typed_outlives_the_program(
    qtbot: Any, office: TestOffice, bermet: Actor, high: str, medium: str
):
    shown = opened(qtbot, office, bermet, high)
    shown.press(Key.Key_F6)
    shown.write("half a sen")
    shown.screen.hide()  # as locking and leaving do
    for actor, case_id in ((office.actor, high), (bermet, medium)):
        other = opened(qtbot, office, actor, case_id)
        assert other.page.overview.note.toPlainText() == ""
        other.screen.hide()
    again = opened(qtbot, office, bermet, high)
    assert again.page.overview.note.toPlainText() == "half a sen"
    again.press(Key.Key_F6)
    again.press(Key.Key_Return, CONTROL)
    assert [n.text for n in case_of(office, high).notes] == ["half a sen"]
    again.screen.hide()
    assert opened(qtbot, office, bermet, high).page.overview.note.toPlainText() == ""


# Assessing


def test_assessing_again_raises_the_risk(
    qtbot: Any, office: TestOffice, bermet: Actor, medium: str
):
    shown = opened(qtbot, office, bermet, medium)
    shown.press(Key.Key_F7)
    shown.write("2")  # not in danger right now; on to the questions
    shown.write("1")  # hurt or attacked: yes
    shown.press(Key.Key_Return, CONTROL)
    assert case_of(office, medium).risk == "HIGH"
    assert "▲  High" in shown.words
    assert shown.timeline[0].startswith("Risk: High")
    assert shown.page.card is None
    assert shown.page.overview.timeline.hasFocus()


def test_assessing_again_never_lowers(qtbot: Any, office: TestOffice, bermet: Actor, high: str):
    shown = opened(qtbot, office, bermet, high)
    shown.press(Key.Key_F7)
    shown.write("2")
    shown.write("2" * len(office.reference.danger_rules.questions))
    shown.press(Key.Key_Return, CONTROL)
    case = case_of(office, high)
    assert len(case.assessments) == 2
    assert case.risk == "HIGH"


# Lowering, closing, giving


def test_operators_have_no_way_to_lower_or_give(
    qtbot: Any, office: TestOffice, bermet: Actor, high: str
):
    shown = opened(qtbot, office, bermet, high)
    assert not shown.page.lower_button.isVisible()
    assert not shown.page.give_button.isVisible()
    shown.press(Key.Key_F7, SHIFT)
    shown.press(Key.Key_F9)
    assert shown.page.card is None


def test_an_operator_asks_a_supervisor_to_close_high_risk(
    qtbot: Any, office: TestOffice, bermet: Actor, high: str
):
    shown = opened(qtbot, office, bermet, high)
    shown.press(Key.Key_F9, SHIFT)
    assert "a supervisor decides" in shown.words
    shown.press(Key.Key_Return, CONTROL)
    assert card_says(shown) == "Choose why the case is closed."
    shown.write("1")
    shown.press(Key.Key_Return, CONTROL)
    assert card_says(shown) == "Write in a few words why it can be closed."
    shown.write("She lives with her sister")
    shown.press(Key.Key_Return, CONTROL)
    assert shown.page.card is None
    said = "A supervisor is asked to close this case: today, 09:01."
    assert shown.page.notice.label.text() == said
    assert not case_of(office, high).is_closed
    shown.press(Key.Key_F9, SHIFT)
    assert shown.page.card is None
    assert "is asked already" in shown.page.notice.label.text()


def test_risk_that_rose_meanwhile_keeps_an_operator_from_closing(
    qtbot: Any, office: TestOffice, bermet: Actor, medium: str
):
    shown = opened(qtbot, office, bermet, medium)
    shown.press(Key.Key_F9, SHIFT)
    shown.write("1")
    shown.write("She is fine")
    services(office)[0].assess(office.actor, medium, HIGH)
    shown.press(Key.Key_Return, CONTROL)
    assert "only a supervisor closes this case" in card_says(shown)
    assert not case_of(office, medium).is_closed
    assert shown.page.card.note.toPlainText() == "She is fine"


def test_an_operator_closes_what_is_not_high_and_opens_it_again(
    qtbot: Any, office: TestOffice, bermet: Actor, medium: str
):
    shown = opened(qtbot, office, bermet, medium)
    shown.press(Key.Key_F9, SHIFT)
    shown.press(Key.Key_Return, CONTROL)
    assert card_says(shown) == "Choose why the case is closed."
    shown.write("1")
    shown.write("Moved to her mother")
    shown.press(Key.Key_Return, CONTROL)
    case = case_of(office, medium)
    assert (case.status, case.close_reason, case.closed_by) == (CLOSED, "SAFE", bermet.user_id)
    assert shown.timeline[0].startswith("Closed: Help received, person is safe")
    assert "Moved to her mother" in shown.timeline[0]
    assert not shown.page.assess_button.isVisible()
    assert not shown.page.head.status.isVisible()
    shown.press(Key.Key_F6)
    shown.write("A word after the end")
    shown.press(Key.Key_Return, CONTROL)
    assert case_of(office, medium).notes[0].text == "A word after the end"
    shown.press(Key.Key_F9, SHIFT)
    case = case_of(office, medium)
    assert (case.status, case.close_reason, case.close_note) == ("WORK", None, "")
    assert shown.timeline[0].startswith("Opened again: In work")


def test_the_supervisor_lowers_with_a_reason(
    qtbot: Any, office: TestOffice, bermet: Actor, high: str
):
    shown = opened(qtbot, office, office.actor, high)
    shown.press(Key.Key_F7, SHIFT)
    shown.write("1")
    shown.press(Key.Key_Return, CONTROL)
    assert card_says(shown) == "Please give the reason."
    assert case_of(office, high).risk == "HIGH"
    shown.write("He is in custody")
    shown.press(Key.Key_Return, CONTROL)
    case = case_of(office, high)
    assert case.risk == "MED"
    assert (case.assessments[-1].lowered, case.assessments[-1].reason) == (True, "He is in custody")
    assert case.assessments[0].final == "HIGH"
    assert shown.timeline[0].startswith("Risk lowered to: Medium")


def test_the_supervisor_closes_high_risk(qtbot: Any, office: TestOffice, high: str):
    shown = opened(qtbot, office, office.actor, high)
    shown.press(Key.Key_F9, SHIFT)
    shown.write("2")
    shown.press(Key.Key_Return, CONTROL)
    assert case_of(office, high).close_reason == "TRAN"
    assert "case.closed" in audited(office, high)


def test_the_supervisor_gives_it_to_another_person(
    qtbot: Any, office: TestOffice, bermet: Actor, high: str
):
    office.person(Role.ADMINISTRATOR, "cholpon")
    gone = office.person(Role.OPERATOR, "gulzat")
    with office.database.write() as connection:
        connection.execute(
            update(app_user).where(app_user.c.user_id == gone.user_id).values(active=0)
        )
    shown = opened(qtbot, office, office.actor, high)
    shown.press(Key.Key_F9)
    person = shown.page.card.person
    assert list(person.buttons) == [office.actor.user_id]  # no IT staff, nobody who left
    shown.press(Key.Key_Return, CONTROL)
    assert "not known on this PC" in card_says(shown)
    shown.write("1")
    shown.press(Key.Key_Return, CONTROL)
    case = case_of(office, high)
    assert case.owner_id == office.actor.user_id
    assert {t.assignee_id for t in case.open_tasks} == {office.actor.user_id}
    assert shown.timeline[0].startswith("Given to Aida Testova")


def test_status_is_picked_by_digit(qtbot: Any, office: TestOffice, bermet: Actor, high: str):
    shown = opened(qtbot, office, bermet, high)
    shown.page.head.back_button.setFocus()
    shown.press(Key.Key_Tab)
    assert shown.page.head.status.hasFocus()
    shown.write("3")
    assert case_of(office, high).status == "WAIT"
    assert shown.timeline[0].startswith("Status: Waiting for service")


def test_esc_leaves_the_question_first_and_keeps_its_words(
    qtbot: Any, office: TestOffice, high: str
):
    shown = opened(qtbot, office, office.actor, high)
    shown.press(Key.Key_F7, SHIFT)
    shown.write("1")
    shown.write("He is in")
    shown.press(Key.Key_Escape)
    assert shown.page.card is None
    assert shown.screen.opened_case is not None
    shown.press(Key.Key_F7, SHIFT)
    assert shown.page.card.reason.toPlainText() == "He is in"
    shown.press(Key.Key_Escape)
    shown.press(Key.Key_Escape)
    assert shown.screen.opened_case is None


# Sections, versions, what others do meanwhile


def test_sections_change_by_keys_and_share_what_was_saved(
    qtbot: Any, office: TestOffice, bermet: Actor, high: str
):
    shown = opened(qtbot, office, bermet, high)
    page = shown.page
    shown.press(Key.Key_2, ALT)
    assert page.sections.currentIndex() == 1
    shown.press(Key.Key_Tab, CONTROL)
    assert page.sections.currentIndex() == 2
    shown.press(Key.Key_1, ALT)
    assert page.overview.isVisible()
    work = services(office)[1]
    now = to_ms(office.clock())
    saved = work.set_order(bermet, high, ProtectionOrder("", "APPL", 0, asked_at=now))
    part = page.sections.widget(2)
    with qtbot.waitSignal(shown.events.cases_changed) as told:
        part.changed.emit(saved)
    assert told.args == [high]
    assert shown.timeline[0].startswith("Protection order: Applied")
    part.unsaved_changed.emit(True)
    assert page.tabs.tabText(2).endswith("●")
    part.unsaved_changed.emit(False)
    assert not page.tabs.tabText(2).endswith("●")


def conflict(office: TestOffice, case_id: str) -> None:
    base = case_of(office, case_id)
    services(office)[0].add_note(office.actor, case_id, "Said here")
    changed_elsewhere(office, services(office)[0], base, lambda case: replace(case, risk="HIGH"))


def test_two_versions_are_compared_by_the_supervisor(qtbot: Any, office: TestOffice, medium: str):
    conflict(office, medium)
    shown = opened(qtbot, office, office.actor, medium)
    assert "the more cautious values are shown" in shown.words
    assert "▲  High" in shown.words
    shown.press(Key.Key_F9, SHIFT)
    shown.write("1")
    shown.press(Key.Key_Return, CONTROL)
    assert "A supervisor compares them first" in card_says(shown)
    shown.press(Key.Key_Escape)
    shown.press(Key.Key_F8)
    assert shown.screen.merge_page.isVisible()
    shown.press(Key.Key_Return, CONTROL)
    assert shown.page.isVisible()
    assert not shown.page.conflict.isVisible()
    assert len(services(office)[0].heads(office.actor, medium)) == 1
    assert shown.timeline[0].startswith("Two versions became one")


def test_operators_see_the_strip_only(qtbot: Any, office: TestOffice, bermet: Actor, medium: str):
    conflict(office, medium)
    shown = opened(qtbot, office, bermet, medium)
    assert "the more cautious values are shown" in shown.words
    assert not shown.page.compare_button.isVisible()
    shown.press(Key.Key_F8)
    assert not shown.screen.merge_page.isVisible()


def test_what_others_do_meanwhile_is_shown(
    qtbot: Any, office: TestOffice, bermet: Actor, high: str
):
    shown = opened(qtbot, office, bermet, high)
    shown.press(Key.Key_F6)
    shown.write("being typed")
    services(office)[0].add_note(office.actor, high, "From the supervisor")
    shown.events.cases_changed.emit(high)
    assert "From the supervisor" in shown.timeline[0]
    assert shown.page.overview.note.toPlainText() == "being typed"
    assert shown.page.overview.note.hasFocus()


@pytest.fixture
def dressed(qapp: QApplication, office: TestOffice) -> Iterator[None]:
    """The look of the program, for as long as the test runs."""
    before = qapp.style().objectName(), qapp.font(), qapp.palette()
    theme.apply_theme(qapp, theme.LIGHT, office.paths.resources)
    yield
    style, font, palette = before
    qapp.setStyleSheet("")
    qapp.setStyle(style)
    qapp.setFont(font)
    qapp.setPalette(palette)


@pytest.mark.parametrize("spoken", ["ru", "ky", "en"])
def test_everything_fits(qtbot: Any, office: TestOffice, dressed: None, high: str, spoken: str):
    use_language(spoken, office.paths.resources)
    try:
        services(office)[0].set_status(office.actor, high, "WAIT")
        shown = opened(qtbot, office, office.actor, high)
        assert shown.screen.height() == 716
        assert faults(shown.page.head) + faults(shown.page.overview) == []
        assert unnamed(shown.page.head) + unnamed(shown.page.overview) == []
        plain = Qt.KeyboardModifier.NoModifier
        for key, held in ((Key.Key_F7, SHIFT), (Key.Key_F9, SHIFT), (Key.Key_F9, plain)):
            shown.press(key, held)
            QApplication.processEvents()
            assert faults(shown.screen) == []
            assert unnamed(shown.screen) == []
            shown.press(Key.Key_Escape)
    finally:
        use_language("en", office.paths.resources)
