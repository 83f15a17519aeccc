"""Follow-ups and notes of a case: made by hand and by rule, done, moved, given; refused in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from operator_app.domain.cases import Case, Task
from operator_app.domain.clock import local, to_ms
from operator_app.domain.consent import Consent
from operator_app.domain.people import Role
from operator_app.domain.violence import SafeContact
from operator_app.ui.screens.case_parts.tasks_part import TasksPart
from tests.conftest import TestOffice
from tests.ui.case_office import HIGH, save_violence_call
from tests.ui.case_part_desk import EMOJI, RIGHT_TO_LEFT, Hands, go_to, paste, problems, save
from tests.ui.door import enter, focused, press, rewrite, words_on, write

CONTROL = Qt.KeyboardModifier.ControlModifier
HOUR = 3_600_000
PHONE, VISIT, SERVICE, OTHERWISE = "1", "2", "3", "4"
DONE, MOVE, GIVE, WAY = "1", "2", "3", "4"
TITLE = "Tasks and notes"


@pytest.fixture
def hands(qtbot: QtBot, office: TestOffice) -> Hands:
    return Hands(qtbot, office)


@pytest.fixture
def case_id(office: TestOffice) -> str:
    return save_violence_call(office)


def add(hands: Hands, case_id: str, hours: int = 24, **changes: str) -> Case:
    values = {"kind": "CHECK", "way": "VISIT", **changes}
    due = to_ms(hands.office.clock()) + hours * HOUR
    return hands.work.add_task(hands.office.actor, case_id, due_at=due, **values)


def last_task(hands: Hands, case_id: str) -> Task:
    return hands.case(case_id).tasks[-1]


def begin(hands: Hands, case_id: str, way: str, when: str) -> TasksPart:
    part = hands.open(TasksPart, case_id)
    press(Qt.Key.Key_N, CONTROL)
    write("call")
    enter()
    go_to(part.new, "way")
    write(way)
    go_to(part.new, "due_at")
    write(when)
    return part


def choose(part: TasksPart, act: str) -> None:
    part.records.list.setFocus()
    write(act)


def spoken(part: TasksPart) -> list[str]:
    role = Qt.ItemDataRole.AccessibleTextRole
    listed = part.records.list
    return [str(listed.item(row).data(role)) for row in range(listed.count())]


def test_a_follow_up_by_hand(hands: Hands, case_id: str) -> None:
    part = begin(hands, case_id, VISIT, "25.11 10:00")
    go_to(part.new, "text")
    paste(f"{EMOJI} {RIGHT_TO_LEFT}")
    save()
    task = last_task(hands, case_id)
    assert (task.kind, task.way, task.text) == ("CALLBACK", "VISIT", f"{EMOJI} {RIGHT_TO_LEFT}")
    assert f"{local(task.due_at):%d.%m.%Y %H:%M}" == "25.11.2026 10:00"
    assert task.assignee_id == hands.office.actor.user_id
    assert "Call back. tomorrow 10:00. Aida Testova · Visit" in spoken(part)
    assert not hands.unsaved[TITLE]


def test_a_phone_call_is_refused_without_her_word_and_a_safe_time(
    hands: Hands, case_id: str
) -> None:
    part = begin(hands, case_id, PHONE, "25.11 10:00")
    go_to(part.new, "text")
    write("ask her")
    actor, cases, before = hands.office.actor, hands.cases, hands.case(case_id)
    save()
    assert "phoned only if she agreed" in problems(part.new)["way"]
    assert hands.case(case_id) == before
    cases.add_consent(actor, case_id, Consent("CALL_BACK", "Y", 0))
    part.show_case(hands.case(case_id), True)
    go_to(part.new, "text")
    save()
    assert "phoned only if she agreed" in problems(part.new)["way"], "no safe time yet"
    part.show_case(cases.set_contact(actor, case_id, SafeContact("0555", "10–12")), True)
    assert part.new.values()["text"] == "ask her"
    go_to(part.new, "text")
    save()
    assert last_task(hands, case_id).way == "PHONE"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("", "not understood"),
        ("soon", "not understood"),
        ("25.11 25:00", "not understood"),
        ("32.11", "not understood"),
        ("24.11 08:00", "gone by already"),
        ("23.11.2026", "gone by already"),
        ("25.11.2126", "Look at the year"),
    ],
)
def test_a_time_that_cannot_be_is_said_and_stays(
    hands: Hands, case_id: str, when: str, said: str
) -> None:
    part = begin(hands, case_id, VISIT, when)
    before = hands.case(case_id)
    save()
    assert said in problems(part.new)["due_at"]
    assert part.new.boxes["due_at"].value() == when
    assert part.new.boxes["way"].value() == "VISIT"
    assert hands.case(case_id) == before


def test_done_with_what_came_of_it(hands: Hands, case_id: str) -> None:
    add(hands, case_id)
    part = hands.open(TasksPart, case_id)
    choose(part, DONE)
    save()
    assert "Say what came of it" in problems(part.task)["result"]
    assert focused() is part.task.boxes["result"].field
    paste("Ө" * 10_001)
    save()
    assert "longer than 10000" in problems(part.task)["result"]
    assert part.task.boxes["result"].value() == "Ө" * 10_001
    paste("She is with her sister")
    save()
    task = last_task(hands, case_id)
    assert (task.result, task.done_by) == ("She is with her sister", hands.office.actor.user_id)
    assert "Done" in spoken(part)[0] and "She is with her sister" in spoken(part)[0]
    assert not part.task.boxes["act"].isVisible(), "nothing is left to do with it"
    assert not hands.unsaved[TITLE]


def test_another_time_another_way_another_person(
    hands: Hands, office: TestOffice, case_id: str
) -> None:
    bek = office.person(Role.OPERATOR, "bek")
    office.person(Role.ADMINISTRATOR, "it")
    add(hands, case_id)
    part = hands.open(TasksPart, case_id)
    choose(part, MOVE)
    go_to(part.task, "due_at")
    write("23.11 10:00")
    save()
    assert "gone by already" in problems(part.task)["due_at"]
    rewrite("26.11 10:00")
    save()
    assert "26 Nov, 10:00" in spoken(part)[0]
    choose(part, WAY)
    go_to(part.task, "way")
    write(PHONE)
    save()
    assert "phoned only if she agreed" in problems(part.task)["way"]
    write(SERVICE)
    save()
    choose(part, GIVE)
    go_to(part.task, "assignee")
    field = part.task.boxes["assignee"].field
    offered = [e.label for e in field.entries_for("")]  # type: ignore[attr-defined]
    assert offered == ["Aida Testova", "Bek Testova"], "who keeps the PC is given no case"
    write("bek")
    enter()
    save()
    task = last_task(hands, case_id)
    assert (task.way, task.assignee_id) == ("SERVICE", bek.user_id)
    assert f"{local(task.due_at):%d.%m %H:%M}" == "26.11 10:00"
    assert "Bek Testova · Through the service" in spoken(part)[0]


def test_open_ones_in_order_with_how_late_they_are_then_the_done_ones(
    hands: Hands, office: TestOffice, case_id: str
) -> None:
    for hours, kind in ((50, "OTHER"), (1, "CHECK"), (30, "CALLBACK")):
        add(hands, case_id, hours, kind=kind)
    done = next(t for t in hands.case(case_id).tasks if t.kind == "OTHER")
    hands.work.finish_task(office.actor, case_id, done.task_id, "answered")
    office.clock.forward(hours=6)
    part = hands.open(TasksPart, case_id)
    heads = [line.split(".")[0] for line in spoken(part)]
    assert heads == ["Check with the service", "Call back", "Other"]
    assert "late by 5 h" in spoken(part)[0]
    assert "tomorrow 15:01" in spoken(part)[1]
    office.clock.forward(hours=2)
    part.retell()
    assert "late by 7 h" in spoken(part)[0]


def test_what_a_rule_made_says_so(hands: Hands, office: TestOffice) -> None:
    case_id = save_violence_call(office, answers=HIGH)
    part = hands.open(TasksPart, case_id)
    assert "Find out whether she is safe" in words_on(part)
    assert "Made by a rule" in words_on(part)


def test_nothing_chosen_is_asked_for(hands: Hands, case_id: str) -> None:
    part = hands.open(TasksPart, case_id)
    press(Qt.Key.Key_N, CONTROL)
    save()
    assert set(problems(part.new)) == {"kind", "way", "due_at"}
    add(hands, case_id)
    part.show_case(hands.case(case_id), True)
    part.records.list.setFocus()
    press(Qt.Key.Key_Down)
    enter()
    save()
    assert set(problems(part.task)) == {"act"}


def test_a_result_half_typed_waits_at_its_follow_up(hands: Hands, case_id: str) -> None:
    add(hands, case_id, 10)
    add(hands, case_id, 20)
    part = hands.open(TasksPart, case_id)
    choose(part, DONE)
    go_to(part.task, "result")
    write("half")
    part.records.list.setFocus()
    press(Qt.Key.Key_Down)
    assert part.task.boxes["result"].value() == ""
    assert hands.unsaved[TITLE]
    press(Qt.Key.Key_Up)
    assert part.task.boxes["result"].value() == "half"


def test_notes_stand_newest_first_as_they_were_written(
    hands: Hands, office: TestOffice, case_id: str
) -> None:
    part = hands.open(TasksPart, case_id)
    for words in ("first", f"<b>&amp;</b> {EMOJI}\n{RIGHT_TO_LEFT}"):
        office.clock.forward(minutes=1)
        go_to(part.notes, "note")
        paste(words)
        save()
    assert part.notes.earlier.toPlainText() == (
        f"Today, 09:03 · Aida Testova\n<b>&amp;</b> {EMOJI}\n{RIGHT_TO_LEFT}\n\n"
        "Today, 09:02 · Aida Testova\nfirst"
    )
    assert part.notes.boxes["note"].value() == ""


def test_a_note_may_have_ten_thousand_signs(hands: Hands, case_id: str) -> None:
    part = hands.open(TasksPart, case_id)
    go_to(part.notes, "note")
    save()
    assert problems(part.notes) == {"note": "The note is empty. Write it first."}
    paste("Ө" * 10_001)
    save()
    assert "longer than 10000" in problems(part.notes)["note"]
    assert part.notes.boxes["note"].value() == "Ө" * 10_001
    assert hands.case(case_id).notes == ()
    press(Qt.Key.Key_End, CONTROL)
    press(Qt.Key.Key_Backspace)
    save()
    assert hands.case(case_id).notes[0].text == "Ө" * 10_000


def test_a_closed_case_takes_words_and_nothing_else(hands: Hands, case_id: str) -> None:
    add(hands, case_id)
    hands.cases.close(hands.office.actor, case_id, "SAFE")
    part = hands.open(TasksPart, case_id)
    assert not part.records.new_button.isVisible()
    assert not part.task.boxes["act"].isVisible()
    assert "Not needed any more" in spoken(part)[0]
    go_to(part.notes, "note")
    write("she called to thank")
    save()
    assert hands.case(case_id).notes[0].text == "she called to thank"
