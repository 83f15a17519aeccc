"""The violence block of the call screen: opens by the rules, loses nothing, works by keys alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from operator_app.domain.calls import CallForm, check_form, with_level
from operator_app.domain.consent import OVERRIDES, PURPOSES, Consent
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ReferralAsk, SafeContact, ViolenceForm
from operator_app.services.case_list import CaseFilter, CaseList
from operator_app.ui.events import Events
from operator_app.ui.screens.call_fields import CallFields
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.screens.violence_case import KnownCases
from operator_app.ui.tasks import InlineTaskRunner
from operator_app.ui.widgets.type_ahead import TypeAhead
from tests.conftest import FrozenClock, TestOffice, information_call
from tests.finder import finder_of
from tests.samples import examples
from tests.ui.door import AnsweringDialogs, enter, focused, press, rewrite, show, words_on, write
from tests.ui.journal_office import save_call, show_journal
from tests.ui.test_call_fields import FAMILY, LINE, NOTE, RIGHT_TO_LEFT

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
BY_KEY = Qt.FocusReason.TabFocusReason


@pytest.fixture
def fields(qtbot: QtBot, reference: Reference, clock: FrozenClock) -> CallFields:
    made = CallFields(reference, clock)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def screen(qtbot: QtBot, office: TestOffice) -> CallScreen:
    """A call in progress, its block not open, over a real database."""
    tasks = InlineTaskRunner()
    made = CallScreen(
        office.calls,
        finder_of(office).advice,
        office.reference,
        office.actor,
        tasks,
        Events(),
        AnsweringDialogs(),
        office.clock,
        KnownCases(CaseList(office.database, office.clock), office.actor, tasks),
    )
    show(qtbot, made)
    made.start()
    made.fields.load(information_call(made.fields.form(), topics=("FAM.POV",)))
    return made


def open_block(screen: CallScreen, **changes: object) -> None:
    """The core is answered, with violence at home as its topic; the block is open."""
    form = information_call(screen.fields.form(), topics=("VIO.DOM",), **changes)
    screen.fields.load(form)
    assert screen.fields.violence.isVisible()
    QApplication.processEvents()


def block_of(screen: CallScreen) -> ViolenceForm:
    block = screen.fields.form().violence
    assert block is not None
    return block


def ms(clock: FrozenClock) -> int:
    return int(clock.now.timestamp() * 1000)


def paste(text: str) -> None:
    mime = QMimeData()
    mime.setText(text)
    QApplication.clipboard().setMimeData(mime)
    press(Key.Key_V, CONTROL)


def save(screen: CallScreen) -> str:
    """Save by the key; what the screen says when it refuses, else ""."""
    press(Key.Key_Return, CONTROL)
    return screen.page.problem.label.text() if screen.in_progress else ""


# When it opens, and that closing discards nothing.


@pytest.mark.parametrize(
    ("topic", "danger", "opens"),
    [
        ("VIO.DOM", "N", True),
        ("VIO.ORD", "U", True),
        ("CHI.ABU", "N", True),
        ("CHI.NEG", "N", True),
        ("OLD.ABU", "N", True),
        ("BEN.UBK", "Y", True),
        ("BEN.UBK", "N", False),
        ("CHI.GUA", "U", False),
    ],
)
def test_opens_only_as_the_rules_say(
    screen: CallScreen, topic: str, danger: str, opens: bool
) -> None:
    form = information_call(screen.fields.form(), topics=(topic,), danger_now=danger)
    screen.fields.load(form)
    assert screen.fields.violence.isVisible() is opens


def test_danger_yes_opens_it_and_an_untouched_one_closes_without_a_trace(
    screen: CallScreen,
) -> None:
    screen.fields.danger.setFocus()
    write("1")
    assert screen.fields.violence.isVisible()
    assert block_of(screen).level == "IMM"
    screen.fields.danger.setFocus()
    write("2")
    assert not screen.fields.violence.isVisible()
    assert screen.fields.form().violence is None


def test_what_was_typed_stays_when_the_topic_goes_and_comes_back(screen: CallScreen) -> None:
    open_block(screen)
    screen.fields.violence.incident.happened.setFocus()
    write("He hit her twice")
    screen.fields.topics.setFocus()
    press(Key.Key_Backspace)
    assert screen.fields.topics.values == ()
    assert block_of(screen).happened == "He hit her twice"
    assert screen.fields.violence.isVisible()
    screen.fields.topics.set_values(("BEN.UBK",))
    assert save(screen) == ""


def test_a_name_typed_for_another_stays_while_the_answer_changes(screen: CallScreen) -> None:
    open_block(screen)
    person = screen.fields.violence.person
    person.affected.setFocus()
    write("2")
    assert focused() is person.name
    write("Айгүл")
    person.affected.setFocus()
    write("1")
    assert not person.name.isVisible()
    assert not person.sex.isVisible()
    assert block_of(screen).affected_name == ""
    person.affected.setFocus()
    write("2")
    assert block_of(screen).affected_name == "Айгүл"


# The seam of the danger screen and the response clock.


def test_the_clock_starts_once_with_the_first_high_level(
    fields: CallFields, clock: FrozenClock
) -> None:
    fields.load(information_call(CallForm(started_at=1), topics=("VIO.DOM",)))
    clock.forward(minutes=1)
    fields.set_danger_answers({"KILL": "U"}, None)
    block = fields.form().violence
    assert block is not None
    assert (block.level, block.high_at) == ("NA", None)
    clock.forward(minutes=1)
    fields.set_danger_answers({"KILL": "Y"}, None)
    high_at = ms(clock)
    clock.forward(minutes=1)
    fields.set_danger_answers({"KILL": "N"}, "HIGH")
    block = fields.form().violence
    assert block is not None
    assert (block.level, block.high_at) == ("HIGH", high_at)
    assert (block.answers, block.raised_to) == ({"KILL": "N"}, "HIGH")


def test_a_slip_on_danger_starts_no_clock(fields: CallFields, clock: FrozenClock) -> None:
    fields.load(information_call(CallForm(started_at=1)))
    fields.danger.set_value("Y")
    fields.danger.set_value("N")
    assert fields.form().violence is None
    clock.forward(minutes=5)
    fields.danger.set_value("Y")
    block = fields.form().violence
    assert block is not None
    assert block.high_at == ms(clock)


@pytest.mark.parametrize(("action", "stamp"), [("E102", "police_at"), ("E103", "ambulance_at")])
def test_calling_for_help_is_stamped_by_key_and_by_hand(
    fields: CallFields, clock: FrozenClock, action: str, stamp: str
) -> None:
    fields.load(information_call(CallForm(started_at=1), topics=("VIO.DOM",)))
    press_key = fields.stamp_police if action == "E102" else fields.stamp_ambulance

    def stamped() -> int | None:
        block = fields.form().violence
        assert block is not None
        at = getattr(block, stamp)
        assert at is None or isinstance(at, int)
        return at

    press_key()
    assert fields.form().actions == ("INF", action)
    assert stamped() == ms(clock)
    clock.forward(minutes=1)
    press_key()
    assert fields.form().actions == ("INF",)
    assert stamped() is None
    fields.actions_taken.set_values(("INF", action))
    assert stamped() == ms(clock)


def test_102_called_for_another_reason_makes_no_violence_call(fields: CallFields) -> None:
    fields.load(information_call(CallForm(started_at=1)))
    fields.stamp_police()
    assert fields.form().actions == ("INF", "E102")
    assert fields.form().violence is None
    fields.topics.set_values(("VIO.DOM",))
    block = fields.form().violence
    assert block is not None
    assert block.police_at is not None


# Everything goes in and comes out as it was.


def blocks(reference: Reference) -> st.SearchStrategy[ViolenceForm]:
    def code(list_name: str) -> st.SearchStrategy[str | None]:
        return st.none() | st.sampled_from([c.code for c in reference.codes(list_name)])

    def several(list_name: str) -> st.SearchStrategy[tuple[str, ...]]:
        known = st.sampled_from([c.code for c in reference.codes(list_name)])
        return st.lists(known, unique=True).map(tuple)

    services = st.sampled_from([c.code for c in reference.codes("service_type")])
    at = st.integers(1, 2**41)
    consent = st.builds(
        Consent,
        purpose=st.sampled_from(PURPOSES),
        value=st.sampled_from([c.code for c in reference.codes("consent")]),
        at=at,
        recipient=st.just("") | services,
        reason=LINE,
    )
    ask = st.builds(
        ReferralAsk,
        service_type=services,
        status=st.sampled_from([c.code for c in reference.codes("referral_status")]),
        at=at,
        warm=st.booleans(),
    )
    questions = [q.code for q in reference.danger_rules.questions]
    return st.builds(
        ViolenceForm,
        affected=code("affected"),
        affected_name=LINE,
        affected_sex=code("sex"),
        affected_age=LINE,
        vulnerabilities=several("vulnerability"),
        forms=several("violence_form"),
        offender=code("relation"),
        children=st.sampled_from([None, "Y", "N", "U"]),
        place=code("place_of_incident"),
        happened=NOTE,
        happened_on=LINE,
        answers=st.dictionaries(st.sampled_from(questions), st.sampled_from("YNUR")),
        computed_level=st.sampled_from(["STD", "NA", "MED", "HIGH", "IMM"]),
        rules_version=st.just(reference.danger_rules.version),
        raised_to=st.sampled_from([None, "MED", "HIGH"]),
        high_at=st.none() | at,
        police_at=st.none() | at,
        ambulance_at=st.none() | at,
        contact=st.builds(
            SafeContact, phone=LINE, hours=LINE, who_may_answer=LINE, what_to_say=LINE
        ),
        consents=st.lists(consent, max_size=5).map(tuple),
        referrals=st.lists(ask, max_size=4, unique_by=lambda a: a.service_type).map(tuple),
        joins=st.none() | st.uuids().map(str),
    )


ANY_BLOCK = settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def within_the_screen(block: ViolenceForm) -> ViolenceForm:
    """What the caller is asked elsewhere belongs to another person only."""
    if block.affected == "CALLER":
        return replace(block, affected_name="", affected_sex=None)
    return block


@ANY_BLOCK
@given(data=st.data())
def test_any_block_comes_back_as_it_went_in(
    fields: CallFields, reference: Reference, data: st.DataObject
) -> None:
    block = within_the_screen(data.draw(blocks(reference)))
    form = information_call(CallForm(started_at=1_795_489_200_000), violence=block)
    fields.load(form)
    assert fields.form() == form
    # A change elsewhere in the call takes nothing of the block away, it only counts the level.
    fields.note.setPlainText("and more")
    changed = with_level(replace(form, note="and more"), reference.danger_rules)
    told = replace(block, police_at=None, ambulance_at=None).has_content
    found = fields.form().violence
    if told:
        assert changed.violence is not None
        assert found is not None
        high_at = block.high_at if block.high_at is not None else found.high_at
        assert found == replace(changed.violence, high_at=high_at)
    else:
        assert found is None


@ANY_BLOCK
@given(data=st.data())
def test_any_block_survives_as_a_draft(
    screen: CallScreen, office: TestOffice, data: st.DataObject
) -> None:
    block = within_the_screen(data.draw(blocks(office.reference)))
    form = information_call(screen.fields.form(), topics=("VIO.DOM",), violence=block)
    screen.fields.load(form)
    screen.keep_draft_now()
    kept = office.calls.draft(office.actor)
    assert kept is not None
    assert kept.form == form
    screen.fields.load(information_call(screen.fields.form(), violence=None))
    screen.fields.load(kept.form)
    assert screen.fields.form() == form


def test_an_empty_form_forgets_the_one_before(
    fields: CallFields, reference: Reference, clock: FrozenClock
) -> None:
    full = ViolenceForm(
        affected="OTHER",
        affected_name="Invented",
        forms=("PHY",),
        answers={"KILL": "Y"},
        contact=SafeContact("1", "2", "3", "4"),
        consents=(Consent("SHARE", "E", 1, recipient="POL", reason="why"),),
        referrals=(ReferralAsk("POL", "SENT", 1),),
        joins="case",
    )
    fields.load(information_call(CallForm(started_at=1), violence=full))
    fields.load(information_call(CallForm(started_at=2), topics=("VIO.DOM",)))
    assert fields.form().violence is None
    fields.note.setPlainText("changed")
    assert fields.form().violence == ViolenceForm(rules_version=reference.danger_rules.version)


# Strange input: kept or refused with a sentence, nothing lost.


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31.02", "This is no day"),
        ("yesterday", "This is no day"),
        ("25.12.2026", "still to come"),
        ("1.1.1800", "too long ago"),
    ],
)
def test_a_wrong_day_gets_a_sentence_and_stays(
    screen: CallScreen, typed: str, sentence: str
) -> None:
    open_block(screen)
    incident = screen.fields.violence.incident
    incident.day.setFocus()
    write(typed)
    assert incident.lines["happened_on"].problem == ""
    press(Key.Key_Tab)
    assert sentence in incident.lines["happened_on"].problem
    assert incident.day.text() == typed
    assert sentence in save(screen)
    assert focused() is incident.day
    rewrite("24.11")
    assert incident.understood.text() == "24 November 2026"
    assert incident.lines["happened_on"].problem == ""
    assert save(screen) == ""


@pytest.mark.parametrize("typed", ["old", "999", "-3", "1e2", "٣٤", "34 years"])
def test_an_absurd_age_gets_a_sentence_and_stays(screen: CallScreen, typed: str) -> None:
    open_block(screen)
    person = screen.fields.violence.person
    person.age.setFocus()
    paste(typed)
    press(Key.Key_Tab)
    assert "0 to 120" in person.lines["affected_age"].problem
    assert person.age.text() == typed
    assert "0 to 120" in save(screen)
    assert focused() is person.age
    rewrite("34")
    assert save(screen) == ""


@pytest.mark.parametrize("where", ["happened", "contact.what_to_say", "affected_name"])
def test_a_text_too_long_is_refused_and_kept_whole(
    screen: CallScreen, office: TestOffice, where: str
) -> None:
    open_block(screen)
    block = screen.fields.violence
    block.person.affected.set_value("OTHER")
    field = block.fields[where]
    field.setFocus()
    paste("ө" * 10_001)
    assert "longer than" in save(screen)
    line = {**block.incident.lines, **block.contact.lines, **block.person.lines}[where]
    assert line.content == "ө" * 10_001
    assert "longer than" in line.problem
    assert focused() is field
    screen.keep_draft_now()
    kept = office.calls.draft(office.actor)
    assert kept is not None
    assert "ө" * 10_001 in str(kept.form.as_dict())
    rewrite("short")
    assert save(screen) == ""


@pytest.mark.parametrize("text", [FAMILY, RIGHT_TO_LEFT, "ңөү ҢӨҮ", "a\u0301e\u0308", "&amp; <b>"])
def test_signs_of_any_script_reach_the_disk(
    screen: CallScreen, office: TestOffice, text: str
) -> None:
    open_block(screen)
    block = screen.fields.violence
    block.person.affected.set_value("OTHER")
    for where in ("affected_name", "happened", "contact.hours"):
        block.fields[where].setFocus()
        paste(text)
    saved: list[str] = []
    screen.saved.connect(saved.append)
    assert save(screen) == ""
    told = office.calls.open(office.actor, saved[0]).form.violence
    assert told is not None
    assert (told.affected_name, told.happened, told.contact.hours) == (text, text, text)


# Consents and referrals.


def refer(screen: CallScreen, service_digit: str, status_digit: str) -> None:
    screen.fields.violence.consents.referrals.setFocus(BY_KEY)
    write(service_digit)
    write(status_digit)


def test_a_referral_takes_two_keys_and_shows_as_a_tag(
    screen: CallScreen, clock: FrozenClock
) -> None:
    open_block(screen)
    part = screen.fields.violence.consents
    part.of_purpose["SHARE"].chips.setFocus()
    write("1")
    refer(screen, "2", "3")
    assert block_of(screen).referrals == (ReferralAsk("CRI", "SENT", ms(clock), warm=True),)
    refer(screen, "1", "1")
    refer(screen, "4", "4")
    assert [t.text() for t in part.referrals._tags] == [
        "Crisis centre · put through  ✕",
        "Police · offered  ✕",
        "Psychologist · declined  ✕",
    ]
    assert not part.notice.isVisible()
    # The same service once more: another status, or away.
    refer(screen, "1", "2")
    refer(screen, "4", "5")
    assert [(r.service_type, r.status) for r in block_of(screen).referrals] == [
        ("CRI", "SENT"),
        ("POL", "SENT"),
    ]
    press(Key.Key_Backspace)
    assert [r.service_type for r in block_of(screen).referrals] == ["CRI"]


def test_a_service_picked_and_left_is_at_least_offered(screen: CallScreen) -> None:
    open_block(screen)
    screen.fields.violence.consents.referrals.setFocus(BY_KEY)
    write("3")
    press(Key.Key_F6)
    assert [(r.service_type, r.status) for r in block_of(screen).referrals] == [("SHE", "OFF")]


def test_telling_a_service_without_consent_asks_for_it_at_once(
    screen: CallScreen, clock: FrozenClock
) -> None:
    open_block(screen)
    part = screen.fields.violence.consents
    refer(screen, "1", "2")
    assert part.notice.isVisible()
    assert "Told without consent: Police" in part.notice.label.text()
    assert focused() is part.of_service["POL"].chips
    said = save(screen)
    assert "Police (102, district inspector): told, but nothing allows it yet" in said
    assert focused() is part.of_service["POL"].chips
    write("1")
    assert not part.notice.isVisible()
    assert block_of(screen).consents == (Consent("SHARE", "Y", ms(clock), recipient="POL"),)
    assert save(screen) == ""


def test_danger_to_life_stands_in_for_her_word_with_a_reason(
    screen: CallScreen, office: TestOffice
) -> None:
    open_block(screen, danger_now="Y")
    part = screen.fields.violence.consents
    refer(screen, "1", "2")
    write("4")
    row = part.of_service["POL"]
    assert focused() is row.reason
    assert row.reason.text() == "Danger to life"
    assert not part.notice.isVisible()
    rewrite("")
    assert part.notice.isVisible()
    assert "reason" in save(screen)
    assert focused() is row.reason
    write("He is at the door")
    saved: list[str] = []
    screen.saved.connect(saved.append)
    assert save(screen) == ""
    told = office.calls.open(office.actor, saved[0]).form.violence
    assert told is not None
    assert [(c.value, c.recipient, c.reason) for c in told.consents] == [
        ("E", "POL", "He is at the door")
    ]


def test_by_law_asks_for_a_reason_of_its_own(screen: CallScreen) -> None:
    open_block(screen, danger_now="Y")
    row = screen.fields.violence.consents.of_purpose["RECORD"]
    row.chips.setFocus()
    write("5")
    assert focused() is row.reason
    assert row.reason.text() == ""
    assert "reason is needed" in save(screen)
    assert focused() is row.reason


def test_overrides_are_offered_only_where_the_law_knows_them(
    screen: CallScreen, reference: Reference
) -> None:
    services = [c.code for c in reference.codes("service_type")]
    asks = tuple(ReferralAsk(s, "SENT", 1) for s in services)
    open_block(screen, violence=ViolenceForm(referrals=asks))
    part = screen.fields.violence.consents
    for service in services:
        offered = set(part.of_service[service].chips.buttons)
        allowed = {value for value in OVERRIDES if service in OVERRIDES[value]}
        assert offered == {"Y", "N", "X"} | allowed
    assert set(part.of_purpose["SHARE"].chips.buttons) == {"Y", "N", "X"}
    assert set(part.of_purpose["STATISTICS"].chips.buttons) == {"Y", "N", "X"}
    assert set(screen.fields.violence.contact.call_back.chips.buttons) == {"Y", "N", "X"}


def test_a_word_taken_back_is_said_to_be_not_asked(screen: CallScreen) -> None:
    """A yes already saved must not live on because the row was cleared."""
    yes = Consent("CALL_BACK", "Y", 1)
    open_block(screen, violence=ViolenceForm(consents=(yes,)))
    screen.fields.violence.contact.call_back.chips.setFocus()
    write("3")
    assert [(c.purpose, c.value) for c in block_of(screen).consents] == [("CALL_BACK", "X")]


# Which case.


@pytest.fixture
def known_case(office: TestOffice) -> str:
    """The id of a case of an earlier call."""
    block = ViolenceForm(affected="CALLER", forms=("PHY",), answers={"KILL": "Y"})
    form = information_call(
        office.calls.start(office.actor).form,
        topics=("VIO.DOM",),
        phone="0555112233",
        caller_name="Aigul Invented",
        violence=block,
    )
    office.calls.save(office.actor, form)
    office.clock.forward(days=3)
    [row] = CaseList(office.database, office.clock).page(office.actor, CaseFilter())
    return row.case_id


def cases(office: TestOffice) -> list[str]:
    listed = CaseList(office.database, office.clock).page(office.actor, CaseFilter(open=False))
    return [row.case_id for row in listed]


def type_number(screen: CallScreen, number: str) -> None:
    press(Key.Key_F4)
    write(number)
    press(Key.Key_Tab)


def test_nothing_is_joined_by_itself(
    known_case: str, screen: CallScreen, office: TestOffice
) -> None:
    open_block(screen)
    assert screen.fields.violence.case.words.text() == "A new case will be opened"
    type_number(screen, "0555 11-22-33")
    chips = screen.fields.violence.case.chips
    assert chips is not None
    assert chips.buttons[known_case].text() == (
        "2  0412-2026-C00001 · high · opened 24 Nov · by number"
    )
    assert chips.value == ""
    screen.fields.violence.incident.happened.setFocus()
    write("again")
    assert save(screen) == ""
    assert len(cases(office)) == 2


def test_f11_joins_the_known_case(known_case: str, screen: CallScreen, office: TestOffice) -> None:
    open_block(screen)
    type_number(screen, "0555112233")
    before = focused()
    press(Key.Key_F11)
    assert focused() is before
    assert block_of(screen).joins == known_case
    press(Key.Key_F11)
    assert block_of(screen).joins is None
    press(Key.Key_F11)
    saved: list[str] = []
    screen.saved.connect(saved.append)
    assert save(screen) == ""
    assert cases(office) == [known_case]
    listed = CaseList(office.database, office.clock)
    assert listed.of_call(office.actor, saved[0]) == known_case


def test_a_digit_joins_it_on_the_way_through_the_block(known_case: str, screen: CallScreen) -> None:
    open_block(screen, phone="0555112233")
    screen.fields.actions_taken.setFocus()
    enter()
    assert focused() is screen.fields.violence.case.chips
    write("2")
    assert block_of(screen).joins == known_case
    assert focused() is screen.fields.violence.person.affected


def test_a_name_finds_it_as_well(known_case: str, screen: CallScreen) -> None:
    open_block(screen)
    person = screen.fields.violence.person
    person.affected.setFocus()
    write("2")
    write("invented aigul")
    enter()
    chips = screen.fields.violence.case.chips
    assert chips is not None
    assert chips.buttons[known_case].text().endswith("by name")


def test_a_chosen_case_is_there_again_after_a_crash(
    known_case: str, screen: CallScreen, office: TestOffice
) -> None:
    open_block(screen)
    type_number(screen, "0555112233")
    press(Key.Key_F11)
    screen.keep_draft_now()
    kept = office.calls.draft(office.actor)
    assert kept is not None
    # The number was corrected meanwhile: the case that was chosen stays chosen.
    screen.fields.load(replace(kept.form, phone="0700000000"))
    chips = screen.fields.violence.case.chips
    assert chips is not None
    assert chips.value == known_case


def test_an_amended_call_shows_the_case_it_is_in(
    known_case: str, screen: CallScreen, office: TestOffice
) -> None:
    screen._leave_form()
    with office.database.read() as connection:
        call_id = connection.exec_driver_sql("SELECT call_id FROM case_call").scalar_one()
    assert screen.amend(office.calls.open(office.actor, call_id))
    case = screen.fields.violence.case
    assert case.words.text() == "Case 0412-2026-C00001 · high · opened 24 Nov"
    assert case.chips is None


# By keys alone.


def test_enter_goes_from_the_core_through_the_whole_block_to_the_note(
    screen: CallScreen, qtbot: QtBot
) -> None:
    open_block(screen)
    block = screen.fields.violence
    screen.fields.actions_taken.setFocus()
    enter()
    assert focused() is block.person.affected
    write("2")
    passed: list[QWidget] = []
    while focused() is not screen.fields.note:
        assert block.isAncestorOf(focused()), passed
        assert focused() not in passed
        passed.append(focused())
        qtbot.waitUntil(lambda: is_in_view(screen))
        if focused() is block.incident.happened:
            press(Key.Key_Tab)
        else:
            enter()
    assert [w.accessibleName() for w in passed] == [
        "Name (optional)",
        "Sex of the affected person",
        "Age of the affected person",
        "Forms of violence",
        "What makes it harder for her",
        "The offender is to her",
        "Children were there",
        "Where it happened",
        "When it happened",
        "What happened, in short",
        "We may call her back",
        "Phone, if another one",
        "When it is safe",
        "Who may answer",
        "What to say if another answers",
        "We may tell services",
        "Name and words may go to the ministry",
        "May be counted in figures",
        "Referrals",
    ]


def test_tab_follows_the_eye_and_brings_each_field_into_view(screen: CallScreen) -> None:
    asks = (ReferralAsk("LEG", "SENT", 1), ReferralAsk("POL", "SENT", 1))
    block = ViolenceForm(
        affected="OTHER", consents=(Consent("RECORD", "L", 1, reason="duty"),), referrals=asks
    )
    open_block(screen, phone="0555112233", violence=block)
    screen.fields.actions_taken.setFocus()
    names = []
    for _step in range(30):
        press(Key.Key_Tab)
        if not screen.fields.violence.isAncestorOf(focused()):
            break
        QApplication.processEvents()
        assert is_in_view(screen), focused().accessibleName()
        names.append(focused().accessibleName())
    assert names == [
        "Who is affected",
        "Name (optional)",
        "Sex of the affected person",
        "Age of the affected person",
        "Forms of violence",
        "What makes it harder for her",
        "The offender is to her",
        "Children were there",
        "Where it happened",
        "When it happened",
        "What happened, in short",
        "We may call her back",
        "Phone, if another one",
        "When it is safe",
        "Who may answer",
        "What to say if another answers",
        "We may tell services",
        "Name and words may go to the ministry",
        "Name and words may go to the ministry: the reason",
        "May be counted in figures",
        "Referrals",
        "May be told: Lawyer",
        "May be told: Police",
    ]


def test_a_long_story_stays_in_view_while_it_grows(screen: CallScreen) -> None:
    open_block(screen)
    note = screen.fields.violence.incident.happened
    note.setFocus()
    low = note.height()
    for _line in range(30):
        write("He came home")
        enter()
        QApplication.processEvents()
        assert is_in_view(screen)
    assert low < note.height() < 200


def test_scrolling_closes_an_open_list(screen: CallScreen) -> None:
    open_block(screen)
    offender = screen.fields.violence.incident.offender
    offender.setFocus(BY_KEY)
    write("h")
    assert offender.suggestions is not None
    screen.page.scroll_area.verticalScrollBar().setValue(10)
    assert offender.suggestions is None
    assert offender.text() == "h"


def test_the_case_is_the_first_tab_stop(known_case: str, screen: CallScreen) -> None:
    open_block(screen, phone="0555112233")
    screen.fields.actions_taken.setFocus()
    press(Key.Key_Tab)
    assert focused() is screen.fields.violence.case.chips
    press(Key.Key_Tab)
    assert focused() is screen.fields.violence.person.affected
    press(Key.Key_Backtab, SHIFT)
    press(Key.Key_Backtab, SHIFT)
    assert focused() is screen.fields.actions_taken.field


def is_in_view(screen: CallScreen) -> bool:
    area = screen.page.scroll_area.viewport()
    field = focused()
    if isinstance(field, TypeAhead):
        field.close_list()
    shown = field.cursorRect() if isinstance(field, QPlainTextEdit) else field.rect()
    top = field.mapTo(area, shown.topLeft()).y()
    return top >= 0 and top + shown.height() <= area.height()


def test_a_whole_violence_call_is_recorded_without_the_mouse(
    screen: CallScreen, office: TestOffice
) -> None:
    screen.fields.load(replace(office.calls.start(office.actor).form, language=None))
    screen.fields.focus_first()
    write("1")  # own matter
    write("2")  # no danger now
    write("2")  # Russian
    write("1")  # a woman
    write("2")  # adult
    screen.fields.topics.setFocus()
    write("family v")
    enter()
    enter()
    write("1")
    enter()
    block = screen.fields.violence
    assert focused() is block.person.affected
    write("1")
    write("34")
    enter()
    write("12")
    enter()
    enter()
    write("husb")
    enter()
    write("1")
    write("1")
    write("23.11")
    enter()
    write("Hit twice")
    press(Key.Key_Tab)
    write("1")
    enter()
    write("weekdays")
    enter()
    enter()
    enter()
    write("1")
    write("1")
    write("1")
    write("22")
    assert save(screen) == ""
    [row] = CaseList(office.database, office.clock).page(office.actor, CaseFilter())
    with office.database.read() as connection:
        call_id = connection.exec_driver_sql("SELECT call_id FROM case_call").scalar_one()
    form = office.calls.open(office.actor, call_id).form
    assert check_form(form, office.reference) == []
    said = form.violence
    assert said is not None
    assert said.affected == "CALLER"
    assert said.affected_age == "34"
    assert said.forms == ("PHY", "PSY")
    assert (said.offender, said.children, said.place) == ("HUSB", "Y", "HOME")
    assert (said.happened_on, said.happened) == ("23.11", "Hit twice")
    assert said.contact.hours == "weekdays"
    assert [(c.purpose, c.value) for c in said.consents] == [
        ("CALL_BACK", "Y"),
        ("SHARE", "Y"),
        ("RECORD", "Y"),
        ("STATISTICS", "Y"),
    ]
    assert [(r.service_type, r.status) for r in said.referrals] == [("CRI", "SENT")]
    assert row.kind == "VIOLENCE"


# Read again: the opened call, and its history.


TOLD = ViolenceForm(
    affected="OTHER",
    affected_name="Invented Aigul",
    affected_sex="F",
    affected_age="34",
    vulnerabilities=("PREG",),
    forms=("PHY", "PSY"),
    offender="HUSB",
    children="Y",
    place="HOME",
    happened="Hit twice.",
    happened_on="23.11",
    answers={"KILL": "Y", "FEAR": "R", "OLDER": "N"},
    contact=SafeContact("0700123456", "weekdays", "her sister", "the clinic calls"),
    consents=(
        Consent("CALL_BACK", "Y", 1),
        Consent("RECORD", "E", 1, reason="He has a knife"),
        Consent("SHARE", "Y", 1, recipient="CRI"),
    ),
    referrals=(
        ReferralAsk("CRI", "SENT", 1_795_489_200_000, warm=True),
        ReferralAsk("LEG", "OFF", 1_795_489_200_000),
    ),
)


def test_the_opened_call_shows_every_answer_in_words(qtbot: QtBot, office: TestOffice) -> None:
    save_call(office, topics=("VIO.DOM",), violence=TOLD, actions=("E102",))
    shown = show_journal(qtbot, office)
    shown.press(Key.Key_Return)
    said = words_on(shown.screen.call_view)
    for expected in (
        "Another person",
        "Invented Aigul",
        "Female",
        "34",
        "Pregnant",
        "Physical\nPsychological",
        "Husband / wife",
        "At home",
        "23 November 2026",
        "Hit twice.",
        "High",
        f"{office.reference.danger_rules.questions[2].labels['en']} – Yes",
        f"{office.reference.danger_rules.questions[4].labels['en']} – Refused to answer",
        "OLDER – No",
        "Given by word",
        "0700123456",
        "weekdays",
        "her sister",
        "the clinic calls",
        "Name and words may go to the ministry: Not asked: danger to life (He has a knife)",
        "May be told: Crisis centre: Given by word",
        "Crisis centre: sent, put through, 09:00",
        "Free legal aid: offered, 09:00",
    ):
        assert expected in said, expected


def test_an_opened_call_without_violence_says_nothing_of_it(
    qtbot: QtBot, office: TestOffice
) -> None:
    save_call(office)
    shown = show_journal(qtbot, office)
    shown.press(Key.Key_Return)
    said = words_on(shown.screen.call_view)
    for unsaid in ("Violence", "Danger screen", "Safe contact", "Consent and referrals"):
        assert unsaid not in said


def test_the_history_marks_what_changed_in_the_block(qtbot: QtBot, office: TestOffice) -> None:
    first = save_call(office, topics=("VIO.DOM",), violence=TOLD)
    changed = replace(
        TOLD,
        children="N",
        answers={"KILL": "N"},
        contact=replace(TOLD.contact, hours="never"),
        consents=(Consent("CALL_BACK", "N", 2), *TOLD.consents[1:]),
        referrals=(*TOLD.referrals[:1], replace(TOLD.referrals[1], status="DEC")),
    )
    office.calls.amend(
        office.actor, first.call_id, replace(first.form, violence=changed), first.op_id
    )
    shown = show_journal(qtbot, office)
    shown.press(Key.Key_Return)
    shown.press(Key.Key_F7)
    assert shown.screen.history_view.changed_fields == [
        "children",
        "level",
        "answers",
        "call_back",
        "contact.hours",
        "referrals",
    ]
