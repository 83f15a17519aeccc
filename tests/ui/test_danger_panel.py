"""The danger questions by the keyboard: each key, the level that follows, and the strip above."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLineEdit, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from operator_app.config import paths
from operator_app.domain.calls import CallForm
from operator_app.domain.reference import CrisisCentre, Reference
from operator_app.domain.violence import ViolenceForm
from operator_app.i18n import use_language
from operator_app.ui import theme
from operator_app.ui.widgets.danger_panel import DangerPanel
from operator_app.ui.widgets.emergency_strip import HIGH_RISK, NOW, EmergencyStrip
from tests.conftest import ALAMUDUN
from tests.journeys.fitting import faults
from tests.samples import first_of
from tests.ui.door import enter, focused, press, show, write

NARYN = "41704000000000"
SIDE_WIDTH = 316
FIRST_GROUP = ("HURT", "WEAPON", "KILL", "THROAT", "FEAR", "CHILD")


@pytest.fixture
def panel(qtbot: QtBot, reference: Reference) -> Iterator[DangerPanel]:
    """Between two other fields, with the focus in it."""
    window = QWidget()
    column = QVBoxLayout(window)
    made = DangerPanel(reference.danger_rules, reference, "en")
    for widget in (QLineEdit(), made, QLineEdit()):
        column.addWidget(widget)
    show(qtbot, window)
    made.setFocus(Qt.FocusReason.TabFocusReason)
    yield made
    window.hide()


def pointed(panel: DangerPanel) -> str:
    """The question that is marked as the current one."""
    (row,) = [r for r in panel.questions.rows if r.property("pointed")]
    return row.code


def marked(panel: DangerPanel) -> dict[str, str]:
    """What the chips show."""
    return {
        row.code: code
        for row in panel.questions.rows
        for code, chip in row.chips.items()
        if chip.isChecked()
    }


def test_sixteen_questions_are_answered_by_sixteen_keys(panel: DangerPanel) -> None:
    changed = QSignalSpy(panel.changed)
    write("2222221111222333")
    assert changed.count() == 16
    answers = panel.answers
    assert list(answers.values()) == [*"NNNNNN", *"YYYY", *"NNN", *"UUU"]
    assert marked(panel) == answers
    assert panel.level == "HIGH"


def test_an_answer_goes_on_to_the_next_open_question(panel: DangerPanel) -> None:
    panel.load({"WEAPON": "N"}, None, "N")
    assert pointed(panel) == "HURT"
    write("2")
    assert pointed(panel) == "KILL"
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_Up)
    assert pointed(panel) == "HURT"
    press(Qt.Key.Key_Down)
    assert pointed(panel) == "WEAPON"


def test_after_the_last_it_goes_to_the_first_that_was_left_open(panel: DangerPanel) -> None:
    for _question in range(15):
        press(Qt.Key.Key_Down)
    assert pointed(panel) == "NOWHERE"
    write("1")
    assert pointed(panel) == "HURT"


def test_backspace_takes_an_answer_back(panel: DangerPanel) -> None:
    write("1")
    assert panel.level == "HIGH"
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_Backspace)
    assert panel.answers == {}
    assert marked(panel) == {}
    assert panel.level == "NA"


def test_enter_leaves_and_tab_goes_by(panel: DangerPanel) -> None:
    passed = QSignalSpy(panel.passed)
    enter()
    assert passed.count() == 1
    assert panel.answers == {}
    press(Qt.Key.Key_Tab)
    assert focused() is panel.raise_buttons["MED"]
    for _level in range(3):
        press(Qt.Key.Key_Tab)
    assert isinstance(focused(), QLineEdit)
    # Nothing is marked while the keys go elsewhere.
    assert not any(row.property("pointed") for row in panel.questions.rows)


def test_keys_with_control_are_somebody_elses(panel: DangerPanel) -> None:
    press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert panel.answers == {}
    press(Qt.Key.Key_1, Qt.KeyboardModifier.KeypadModifier)
    assert panel.answers == {"HURT": "Y"}


def test_the_mouse_answers_and_takes_back(panel: DangerPanel, qtbot: QtBot) -> None:
    row = panel.questions.rows[3]
    qtbot.mouseClick(row.chips["Y"], Qt.MouseButton.LeftButton)
    assert panel.answers == {"THROAT": "Y"}
    assert pointed(panel) == "THROAT"
    qtbot.mouseClick(row.chips["Y"], Qt.MouseButton.LeftButton)
    assert panel.answers == {}
    assert not row.chips["Y"].isChecked()


def test_the_level_is_shown_live_in_words_and_colour(panel: DangerPanel) -> None:
    label = panel.level_label
    assert label.text() == "Not assessed: 6 questions of the first group open"
    write("3")  # not known keeps the question open
    assert "6 questions" in label.text()
    write("22222")
    assert "1 questions" in label.text()
    panel.load(dict.fromkeys(FIRST_GROUP, "N"), None, "N")
    assert label.text().startswith("Standard")
    press(Qt.Key.Key_Up)
    panel.load({**dict.fromkeys(FIRST_GROUP, "N"), "WORSE": "Y", "BABY": "Y"}, None, "N")
    assert label.text() == "Medium · “yes”: 2 of 16"
    assert label.property("tone") == "waiting"
    panel.load({"KILL": "Y"}, None, "N")
    assert label.text() == "High · “yes”: 1 of 16"
    assert label.property("tone") == "danger"
    panel.set_danger_now("Y")
    assert label.text() == "Danger right now"
    assert panel.level == "IMM"
    panel.set_danger_now("N")
    assert panel.level == "HIGH"


def test_the_operator_raises_and_never_lowers(panel: DangerPanel) -> None:
    changed = QSignalSpy(panel.changed)
    panel.raise_buttons["HIGH"].setFocus()
    press(Qt.Key.Key_Space)
    assert (panel.level, panel.raised_to) == ("HIGH", "HIGH")
    assert "raised by you" in panel.level_label.text()
    assert changed.count() == 1
    # A slip is taken back; what the answers say stays.
    press(Qt.Key.Key_Space)
    assert (panel.level, panel.raised_to) == ("NA", None)
    panel.load({"KILL": "Y"}, None, "N")
    offered = [code for code, made in panel.raise_buttons.items() if made.isVisible()]
    assert offered == ["IMM"]
    panel.load({}, None, "Y")
    assert not any(made.isVisible() for made in panel.raise_buttons.values())
    # A raise that is no higher than the answers changes nothing.
    panel.load({"KILL": "Y"}, "MED", "N")
    assert (panel.level, panel.raised_to) == ("HIGH", "MED")


def test_answers_of_other_versions_are_kept(panel: DangerPanel) -> None:
    changed = QSignalSpy(panel.changed)
    panel.load({"OLD_QUESTION": "Y", "HURT": "R"}, None, "N")
    assert changed.count() == 0
    assert marked(panel) == {}
    assert pointed(panel) == "WEAPON"
    write("2")
    assert panel.answers == {"OLD_QUESTION": "Y", "HURT": "R", "WEAPON": "N"}


def test_a_screen_reader_hears_the_current_question(
    panel: DangerPanel, reference: Reference
) -> None:
    first = reference.danger_rules.questions[0].label("en")
    assert first in focused().accessibleName()
    write("2")
    press(Qt.Key.Key_Up)
    assert focused().accessibleName().endswith(f"{first} No")
    row = panel.questions.rows[0]
    assert row.chips["U"].accessibleName() == f"{first} Not known"


def test_the_current_question_is_scrolled_into_sight(qtbot: QtBot, reference: Reference) -> None:
    area = QScrollArea()
    area.setWidgetResizable(True)
    panel = DangerPanel(reference.danger_rules, reference, "en")
    area.setWidget(panel)
    show(qtbot, area)
    area.resize(440, 240)
    panel.setFocus(Qt.FocusReason.TabFocusReason)
    for _question in range(16):
        seen = QRect(QPoint(0, 0), area.viewport().size())
        (row,) = [r for r in panel.questions.rows if r.property("pointed")]
        assert seen.contains(QRect(row.mapTo(area.viewport(), QPoint(0, 0)), row.size()))
        press(Qt.Key.Key_Down)


@pytest.fixture
def dressed(qtbot: QtBot) -> Iterator[Callable[[str], None]]:
    """Puts on the dress of the program in a language."""
    from PySide6.QtGui import QPalette
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    assert isinstance(application, QApplication)

    def dress(language: str) -> None:
        use_language(language, paths().resources)
        theme.apply_theme(application, theme.LIGHT, paths().resources)

    yield dress
    application.setStyleSheet("")
    application.setPalette(QPalette())
    use_language("en", paths().resources)


@pytest.mark.parametrize("language", first_of("ru", "ky", "en"))
@pytest.mark.parametrize(("answers", "raised"), [({}, None), ({"KILL": "Y"}, None), ({}, "MED")])
def test_it_fits_beside_the_form(
    qtbot: QtBot,
    reference: Reference,
    dressed: Callable[[str], None],
    language: str,
    answers: dict[str, str],
    raised: str | None,
) -> None:
    dressed(language)
    window = QWidget()
    column = QVBoxLayout(window)
    column.setContentsMargins(12, 8, 12, 8)
    panel = DangerPanel(reference.danger_rules, reference, language)
    column.addWidget(panel)
    qtbot.addWidget(window)
    window.setFixedWidth(SIDE_WIDTH)
    window.show()
    panel.load(answers, raised, "N")
    height = column.heightForWidth(SIDE_WIDTH)
    window.resize(SIDE_WIDTH, height)
    qtbot.wait(1)
    assert panel.width() == SIDE_WIDTH - 24
    assert height - 16 <= 600
    assert faults(window) == []


@pytest.fixture
def strip(qtbot: QtBot, reference: Reference) -> EmergencyStrip:
    made = EmergencyStrip(reference, "en")
    qtbot.addWidget(made)
    return made


def high(**changes: object) -> CallForm:
    values: dict[str, object] = {"danger_now": "N", "language": "ru", "division": NARYN}
    block = ViolenceForm(answers={"KILL": "Y"}, computed_level="HIGH")
    return CallForm(started_at=0, **{**values, "violence": block, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        (CallForm(started_at=0), False),
        (CallForm(started_at=0, danger_now="U"), False),
        (CallForm(started_at=0, danger_now="Y"), True),
        (high(), True),
        (high(violence=ViolenceForm(computed_level="MED")), False),
        (high(violence=ViolenceForm(computed_level="MED", raised_to="HIGH")), True),
    ],
)
def test_the_strip_is_on_for_danger_now_and_high_risk(
    strip: EmergencyStrip, form: CallForm, shown: bool
) -> None:
    strip.show_for(form)
    assert strip.isVisible() is shown


def test_the_strip_names_the_nearest_centre_and_no_far_one(strip: EmergencyStrip) -> None:
    strip.show_for(high())
    assert "102 Police" in strip.heading.text()
    assert "Tendesh" in strip.heading.text()
    assert "number to be confirmed by the ministry" in strip.heading.text()
    strip.show_for(high(division=ALAMUDUN))
    assert "Sezim" in strip.heading.text(), "people of Chui go to Bishkek"
    strip.show_for(high(division="41707000000000"))
    assert "centre" not in strip.heading.text()
    strip.show_for(high(division="UNKNOWN"))
    assert "centre" not in strip.heading.text()


def test_the_strip_gives_the_number_of_a_centre_once_there_is_one(qtbot: QtBot) -> None:
    from dataclasses import replace

    from operator_app.services.reference import load_reference

    known = load_reference(paths().resources)
    centres: list[CrisisCentre] = [replace(c, phone="117 000") for c in known.crisis_centres]
    known.crisis_centres = tuple(centres)
    strip = EmergencyStrip(known, "en")
    qtbot.addWidget(strip)
    strip.show_for(high())
    assert 'Tendesh": 117 000' in strip.heading.text()
    assert "confirmed" not in strip.heading.text()


@pytest.mark.parametrize("spoken", first_of("ky", "ru", "en"))
def test_the_strip_says_what_to_say_in_the_callers_language(
    strip: EmergencyStrip, reference: Reference, spoken: str
) -> None:
    for form, codes in (
        (high(danger_now="Y", language=spoken), NOW),
        (high(language=spoken), HIGH_RISK),
    ):
        strip.show_for(form)
        for code in codes:
            assert reference.phrases[code][spoken] in strip.say.text()
    # In a language without wording: the operator's.
    strip.show_for(high(language="uz"))
    assert reference.phrases["SERIOUS"]["en"] in strip.say.text()
