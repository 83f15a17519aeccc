"""Chips, type-ahead, tags and choices: what each key does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from operator_app.domain.reference import Reference
from operator_app.ui.screens.call_entries import action_entries, place_entries, topic_entries
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.choice_field import ChoiceField
from operator_app.ui.widgets.tag_field import TagField
from operator_app.ui.widgets.type_ahead import Entry, TypeAhead
from tests.ui.door import enter, press, show, write

FRUIT = [
    Entry("A", "Apple", group="Trees"),
    Entry("P", "Pear tree", group="Trees"),
    Entry("O", "Өрүк", "apricot", group="South"),
    Entry("F", "Ёлка"),
]


@pytest.fixture
def on_screen(qtbot: QtBot) -> Iterator[Callable[..., None]]:
    """Puts widgets side by side in a window, with the focus in the first one."""
    window = QWidget()

    def put(*widgets: QWidget) -> None:
        row = QHBoxLayout(window)
        for widget in widgets:
            row.addWidget(widget)
        show(qtbot, window)
        window.resize(900, 500)
        widgets[0].setFocus()

    yield put
    window.hide()


def codes(entries: Sequence[Entry]) -> list[str]:
    return [e.code for e in entries]


def listed(field: TypeAhead) -> list[str]:
    shown = field.suggestions
    assert shown is not None
    return [shown.item(row).text() for row in range(shown.count())]


@pytest.fixture
def chips(on_screen: Callable[..., None]) -> ChipGroup:
    group = ChipGroup(
        [Chip("Y", "Yes", "1"), Chip("N", "No", "2"), Chip("U", "R&D", "-", heading="or")], "Sure?"
    )
    on_screen(group)
    return group


def test_a_digit_picks_and_says_so_once(chips: ChipGroup) -> None:
    picked, changed = QSignalSpy(chips.picked), QSignalSpy(chips.changed)
    write("2")
    assert chips.value == "N"
    assert [b.isChecked() for b in chips.buttons.values()] == [False, True, False]
    write("2")
    # Answered again by a person: the screen goes on, but nothing has changed.
    assert (picked.count(), changed.count()) == (2, 1)


def test_a_digit_without_a_chip_does_nothing(chips: ChipGroup) -> None:
    write("7x")
    assert chips.value is None


def test_a_digit_with_control_is_somebody_elses_key(chips: ChipGroup) -> None:
    press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert chips.value is None


def test_keypad_digits_pick_too(chips: ChipGroup) -> None:
    press(Qt.Key.Key_1, Qt.KeyboardModifier.KeypadModifier)
    assert chips.value == "Y"


def test_arrows_move_and_space_picks(chips: ChipGroup) -> None:
    press(Qt.Key.Key_Left)
    assert chips.value is None
    press(Qt.Key.Key_Space)
    assert chips.value == "U"
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Space)
    assert chips.value == "N"


def test_enter_goes_on_without_an_answer(chips: ChipGroup) -> None:
    passed = QSignalSpy(chips.passed)
    enter()
    assert passed.count() == 1
    assert chips.value is None


def test_the_mouse_picks_as_a_key_does(chips: ChipGroup, qtbot: QtBot) -> None:
    qtbot.mouseClick(chips.buttons["U"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(chips.buttons["U"], Qt.MouseButton.LeftButton)
    assert chips.value == "U"
    assert chips.buttons["U"].isChecked()


def test_chips_say_question_and_answer_to_readers(chips: ChipGroup) -> None:
    assert chips.buttons["N"].accessibleName() == "Sure?: No"
    assert chips.accessibleName() == "Sure?"
    assert chips.buttons["U"].text() == "-  R&&D"


def test_a_value_set_by_the_program_is_not_a_pick(chips: ChipGroup) -> None:
    picked = QSignalSpy(chips.picked)
    chips.set_value("N")
    chips.set_value(None)
    assert picked.count() == 0
    assert not any(b.isChecked() for b in chips.buttons.values())


@pytest.fixture
def ahead(qtbot: QtBot, on_screen: Callable[..., None]) -> TypeAhead:
    field, other = TypeAhead(FRUIT, "Fruit", "type", digits=True), QLineEdit()
    other.setObjectName("other")
    on_screen(other, field)
    field.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: field.suggestions is not None)
    return field


def test_first_letters_find_and_enter_takes_the_first(ahead: TypeAhead) -> None:
    picked = QSignalSpy(ahead.picked)
    write("pe")
    assert [line.split("  ")[0] for line in listed(ahead)] == ["Pear tree"]
    enter()
    assert picked.at(0) == ["P"]
    assert ahead.suggestions is None


def test_letters_in_the_middle_of_a_word_do_not_find(ahead: TypeAhead) -> None:
    write("ear")
    assert ahead.suggestions is None


def test_any_word_is_found_by_its_beginning(ahead: TypeAhead) -> None:
    assert codes(ahead.entries_for("tr")) == ["P"]
    assert codes(ahead.entries_for("tree pe")) == ["P"]


@pytest.mark.parametrize("typed", ["өрүк", "орук", "ӨРҮ", "apri", "өру"])
def test_kyrgyz_letters_may_be_typed_as_russian_ones(ahead: TypeAhead, typed: str) -> None:
    assert codes(ahead.entries_for(typed)) == ["O"]


@pytest.mark.parametrize("typed", ["ёлка", "елка", "Ел"])
def test_yo_and_ye_are_one(ahead: TypeAhead, typed: str) -> None:
    assert codes(ahead.entries_for(typed)) == ["F"]


def test_a_slip_finds_nothing_and_stays_as_typed(ahead: TypeAhead) -> None:
    picked, passed = QSignalSpy(ahead.picked), QSignalSpy(ahead.passed)
    write("aple")
    assert ahead.text() == "aple"
    assert ahead.suggestions is None
    enter()
    assert picked.count() == 0
    assert passed.count() == 1
    assert ahead.text() == "aple"


def test_a_digit_takes_the_nth_only_while_the_field_is_empty(ahead: TypeAhead) -> None:
    picked = QSignalSpy(ahead.picked)
    write("2")
    assert picked.at(0) == ["P"]
    write("a")
    write("2")
    assert ahead.text() == "a2"
    assert picked.count() == 1


def test_groups_are_headings_that_cannot_be_chosen(ahead: TypeAhead) -> None:
    picked = QSignalSpy(ahead.picked)
    assert listed(ahead)[0] == "Trees"
    press(Qt.Key.Key_Down)
    enter()
    assert picked.at(0) == ["A"]


def test_escape_closes_the_list_and_nothing_else(ahead: TypeAhead) -> None:
    write("pe")
    press(Qt.Key.Key_Escape)
    assert ahead.suggestions is None
    assert ahead.text() == "pe"


def test_leaving_closes_the_list(ahead: TypeAhead) -> None:
    press(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert not ahead.hasFocus()
    assert ahead.suggestions is None


def test_every_topic_and_place_is_found_by_its_name_in_each_language(reference: Reference) -> None:
    entries = topic_entries(reference, "en")
    field = TypeAhead(entries, "Topics")
    for entry in entries:
        code = next(c for c in reference.codes("topic_l2") if c.code == entry.code)
        for language in ("ky", "ru", "en"):
            assert entry.code in codes(field.entries_for(code.label(language))), entry.code
    places = place_entries(reference, "ru")
    field = TypeAhead(places, "Place")
    for entry in places[1:]:
        division = reference.division(entry.code)
        assert division is not None
        for language in ("ky", "ru", "en"):
            assert entry.code in codes(field.entries_for(division.label(language))), entry.code
    assert "UNKNOWN" in codes(field.entries_for("?")) or "UNKNOWN" in codes(
        field.entries_for("Place not")
    )


@pytest.fixture
def tags(on_screen: Callable[..., None], reference: Reference) -> TagField:
    field = TagField(action_entries(reference, "en"), "Action", "type", most=2, digits=True)
    on_screen(field)
    return field


def test_tags_keep_their_order_and_backspace_takes_the_last(tags: TagField) -> None:
    write("2")
    write("1")
    first, second = tags.values
    assert first != second
    press(Qt.Key.Key_Backspace)
    assert tags.values == (first,)
    write("x")
    press(Qt.Key.Key_Backspace)
    assert tags.values == (first,)
    press(Qt.Key.Key_Backspace)
    press(Qt.Key.Key_Backspace)
    assert tags.values == ()


def test_a_tag_is_taken_once_and_no_more_than_the_most(tags: TagField) -> None:
    changed = QSignalSpy(tags.changed)
    for digit in "1123":
        write(digit)
    assert len(tags.values) == 2
    assert len(set(tags.values)) == 2
    assert changed.count() == 2


def test_a_tag_is_taken_away_by_a_click(tags: TagField, qtbot: QtBot) -> None:
    write("12")
    left = tags.values[1]
    qtbot.mouseClick(tags._tags[0], Qt.MouseButton.LeftButton)
    assert tags.values == (left,)
    assert tags.field.hasFocus()


def test_codes_of_another_version_are_shown_and_kept(tags: TagField) -> None:
    tags.set_values(("NEW.CODE", "INF"))
    assert tags.values == ("NEW.CODE", "INF")
    assert "NEW.CODE" in tags._tags[0].text()


def test_enter_in_the_empty_field_goes_on(tags: TagField) -> None:
    passed = QSignalSpy(tags.passed)
    write("1")
    enter()
    assert passed.count() == 1
    assert len(tags.values) == 1


@pytest.fixture
def choice(on_screen: Callable[..., None]) -> ChoiceField:
    field, other = ChoiceField(FRUIT, "Fruit", ""), QLineEdit()
    on_screen(other, field)
    field.set_value("A")
    field.setFocus(Qt.FocusReason.TabFocusReason)
    return field


def test_typing_replaces_the_choice(choice: ChoiceField) -> None:
    assert choice.selectedText() == "Apple"
    write("pe")
    enter()
    assert choice.value == "P"
    assert choice.text() == "Pear tree"


def test_leaving_a_half_typed_word_brings_the_choice_back(choice: ChoiceField) -> None:
    write("zz")
    press(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert choice.value == "A"
    assert choice.text() == "Apple"


def test_emptying_the_field_takes_the_choice_away(choice: ChoiceField) -> None:
    press(Qt.Key.Key_Delete)
    press(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert choice.value is None


def test_a_code_of_another_version_is_shown_as_it_is(choice: ChoiceField) -> None:
    choice.set_value("NEWER")
    assert (choice.value, choice.text()) == ("NEWER", "NEWER")
