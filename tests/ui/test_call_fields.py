"""The form of a call: every answer goes in and comes out as it was; strange texts are kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from operator_app.db.models import revision
from operator_app.domain.calls import UNKNOWN_PLACE, CallForm
from operator_app.domain.reference import Reference
from operator_app.services.call_drafts import Draft
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.screens.call_fields import CallFields
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import FrozenClock, TestOffice, information_call
from tests.finder import finder_of
from tests.samples import examples
from tests.ui.door import AnsweringDialogs, press, show, write

CONTROL = Qt.KeyboardModifier.ControlModifier
FAMILY = "👩‍👧‍👦"
RIGHT_TO_LEFT = "\u202bשלום عليكم\u202c"
# What a line of text keeps: Qt has its own signs for the ends of lines.
LINE = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\u00a0\ufdd0\ufdd1\ufffc"
    ),
    max_size=60,
)
NOTE = st.lists(LINE, max_size=4).map("\n".join)


@pytest.fixture
def fields(qtbot: QtBot, reference: Reference, clock: FrozenClock) -> CallFields:
    made = CallFields(reference, clock)
    qtbot.addWidget(made)
    return made


def forms(reference: Reference) -> st.SearchStrategy[CallForm]:
    def code(list_name: str) -> st.SearchStrategy[str | None]:
        return st.none() | st.sampled_from([c.code for c in reference.codes(list_name)])

    def several(list_name: str, most: int) -> st.SearchStrategy[tuple[str, ...]]:
        known = st.sampled_from([c.code for c in reference.codes(list_name)])
        return st.lists(known, max_size=most, unique=True).map(tuple)

    places = [d.code for d in (*reference.divisions(1), *reference.divisions(2))]
    return st.builds(
        CallForm,
        started_at=st.integers(0, 2**41),
        contact_kind=code("contact_kind"),
        danger_now=st.sampled_from([None, "Y", "N", "U"]),
        danger_at=st.none() | st.integers(0, 2**41),
        language=code("language"),
        topics=several("topic_l2", 4),
        benefit_issue=code("benefit_issue"),
        caller_sex=code("sex"),
        caller_age_group=code("age_group"),
        relation=code("relation"),
        division=st.sampled_from([None, UNKNOWN_PLACE, *places]),
        caller_name=LINE,
        phone=LINE,
        note=NOTE,
        actions=several("action", 8),
    )


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_form_comes_back_as_it_went_in(
    fields: CallFields, reference: Reference, data: st.DataObject
) -> None:
    form = data.draw(forms(reference))
    # What belongs to no question on the screen is not kept.
    if not any(t.startswith("BEN.") for t in form.topics):
        form = replace(form, benefit_issue=None)
    if form.contact_kind not in ("OTHER", "PROF"):
        form = replace(form, relation=None)
    fields.load(form)
    assert fields.form() == form


def test_the_moment_of_the_danger_answer_is_kept(fields: CallFields, clock: FrozenClock) -> None:
    fields.load(CallForm(started_at=1))
    fields.danger.set_value("Y")
    first = fields.form().danger_at
    assert first == int(clock.now.timestamp() * 1000)
    clock.forward(minutes=5)
    assert fields.form().danger_at == first
    fields.danger.set_value("N")
    assert fields.form().danger_at == int(clock.now.timestamp() * 1000)


# The screen around it, with the real database.


@pytest.fixture
def screen(qtbot: QtBot, office: TestOffice) -> CallScreen:
    dialogs: Dialogs = AnsweringDialogs()
    made = CallScreen(
        office.calls,
        finder_of(office).advice,
        office.reference,
        office.actor,
        InlineTaskRunner(),
        Events(),
        dialogs,
        office.clock,
    )
    show(qtbot, made)
    made.start()
    return made


@pytest.fixture
def saved_body(screen: CallScreen, office: TestOffice) -> Callable[[], dict[str, object]]:
    """Answers the core around what is there, saves by the key, and reads what was written."""

    def save() -> dict[str, object]:
        form = screen.fields.form()
        screen.fields.load(
            information_call(form, phone=form.phone, note=form.note, caller_name=form.caller_name)
        )
        press(Qt.Key.Key_Return, CONTROL)
        assert not screen.in_progress, screen.page.problem.label.text()
        with office.database.read() as connection:
            payload = connection.execute(select(revision.c.payload)).scalar_one()
        body: dict[str, object] = json.loads(payload)["body"]
        return body

    return save


def paste(text: str) -> None:
    mime = QMimeData()
    mime.setText(text)
    QApplication.clipboard().setMimeData(mime)
    press(Qt.Key.Key_V, CONTROL)


def test_a_note_too_long_is_refused_with_a_sentence_and_not_lost(
    screen: CallScreen, office: TestOffice
) -> None:
    long = "Ө" * 20_000
    screen.fields.load(information_call(screen.fields.form()))
    press(Qt.Key.Key_F6)
    paste(long)
    press(Qt.Key.Key_Return, CONTROL)
    assert screen.in_progress
    assert "longer than 10000 characters" in screen.page.problem.label.text()
    assert screen.fields.note.toPlainText() == long
    screen.keep_draft_now()
    kept = office.calls.draft(office.actor)
    assert kept is not None
    assert kept.form.note == long
    screen.fields.note.setPlainText("short enough")
    press(Qt.Key.Key_Return, CONTROL)
    assert not screen.in_progress


@pytest.mark.parametrize(
    "text",
    [FAMILY, RIGHT_TO_LEFT, "two\nlines\tand a tab", "ңөү ҢӨҮ ёЁ", "a\u0301e\u0308", "&amp; <b>"],
)
def test_signs_of_any_script_are_kept(
    screen: CallScreen, saved_body: Callable[[], dict[str, object]], text: str
) -> None:
    press(Qt.Key.Key_F6)
    paste(text)
    assert saved_body()["note"] == text


def test_names_of_any_script_are_kept(
    screen: CallScreen, saved_body: Callable[[], dict[str, object]]
) -> None:
    screen.fields.name.setFocus()
    paste(f"{FAMILY} {RIGHT_TO_LEFT}")
    assert saved_body()["caller_name"] == f"{FAMILY} {RIGHT_TO_LEFT}"


@pytest.mark.parametrize(
    "phone",
    [
        "0555 12-34-56", "+996 (555) 123456", "102", "8 800 200 01 22", "+49 30 901820", "hidden",
        "жашыруун", "from a neighbour's, ask Айнура", "٠٥٥٥١٢٣٤٥٦", "++996--", "0" * 200, FAMILY,
    ],
)  # fmt: skip
def test_strange_numbers_are_accepted_as_typed(
    screen: CallScreen, saved_body: Callable[[], dict[str, object]], phone: str
) -> None:
    press(Qt.Key.Key_F4)
    paste(phone)
    press(Qt.Key.Key_Tab)
    assert screen.fields.phone.text() == phone
    assert saved_body()["phone"] == phone


def test_halves_of_signs_do_not_stop_a_save(
    screen: CallScreen, office: TestOffice, saved_body: Callable[[], dict[str, object]]
) -> None:
    """A broken paste: half of an emoji, which no encoding of text can hold."""
    screen.fields.note.setPlainText("before \ud83d after")
    # A limit may cut through the middle of a sign.
    screen.fields.name.setText("n" * 199 + FAMILY)
    screen.fields.phone.setText("0555\ud83d")
    screen.keep_draft_now()
    kept = office.calls.draft(office.actor)
    assert kept is not None
    assert kept.form.caller_name == "n" * 199
    body = saved_body()
    assert str(body["note"]).split() == ["before", "after"]
    assert body["phone"] == "0555"


def test_a_restored_draft_shows_what_was_kept(screen: CallScreen, office: TestOffice) -> None:
    form = information_call(
        screen.fields.form(), note=f"{FAMILY}\n{RIGHT_TO_LEFT}", phone="hidden", danger_now="Y"
    )
    screen._leave_form()
    office.calls.save_draft(office.actor, Draft(form))
    kept = office.calls.draft(office.actor)
    assert kept is not None
    screen.resume(kept)
    assert screen.fields.form() == form
    assert "restored" in screen.page.draft_label.text()


def test_a_nuisance_key_after_answers_asks_first(screen: CallScreen, office: TestOffice) -> None:
    dialogs = screen._dialogs
    assert isinstance(dialogs, AnsweringDialogs)
    dialogs.yes = False
    write("12")
    screen.fields.kind.setFocus()
    write("6")
    assert screen.in_progress
    assert len(dialogs.asked) == 1
    dialogs.yes = True
    write("6")
    assert not screen.in_progress
    assert office.calls.today(office.actor).calls == 1
