"""The exercises are ticked by what a person really does at the keyboard, and by nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from operator_app.config import paths
from operator_app.domain.exercises import Proof, read_exercises
from operator_app.domain.people import Role
from operator_app.services.case_list import CaseFilter
from operator_app.services.case_work import CaseWork
from operator_app.services.practice import Practice
from operator_app.training.sandbox import read_training_exercises
from operator_app.ui.audit_wording import GROUPS
from operator_app.ui.training_parts.exercise_card import ExerciseCard
from tests.journeys.office_pc import CONTROL
from tests.training.conftest import TrainingPC


def _card(pc: TrainingPC) -> ExerciseCard:
    (card,) = pc.desk.window.findChildren(ExerciseCard)
    return card


def _ticked(pc: TrainingPC, *names: str) -> None:
    def all_ticked() -> bool:
        _card(pc).look()
        return _card(pc).done == frozenset(names)

    pc.wait(all_ticked, f"ticked: {names}")


def test_an_operator_practises(training: TrainingPC) -> None:
    training.practise_as("operator")
    _ticked(training)
    assert "Exercises: 0 of 6" in training.words()
    assert "Press F2, then 6" in training.words()
    training.start_call()
    training.hands.answer("6")
    training.saved()
    _ticked(training, "silent")
    assert "Exercises: 1 of 6" in training.words()
    assert _card(training).list.item(0).text().startswith("✓")
    assert "Balaga suyunchu" in _card(training).todo.text(), "the next one is chosen"

    training.start_call()
    training.answer_core(topic="birth grant")
    training.wait(lambda: "Alt+1" in training.words(training.screen), "answers are offered")
    training.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    training.save()
    _ticked(training, "silent", "birth")

    training.start_call()
    training.hands.answer("11")
    _ticked(training, "silent", "birth")
    training.press(Qt.Key.Key_F8)
    _ticked(training, "silent", "birth", "danger")


def test_follow_up_note_and_announcement(training: TrainingPC) -> None:
    training.practise_as("operator")
    desk = training.desk
    assert desk.casework is not None
    actor = desk.actor
    desk.answers.announcements.confirm(actor, "training-welcome")
    _ticked(training, "announcement")
    mine = desk.casework.case_list.page(actor, CaseFilter(owner_id=actor.user_id))
    desk.cases.add_note(actor, mine[0].case_id, "Позвонить после обеда.")
    _ticked(training, "announcement", "note")
    for row in mine:
        case = desk.cases.open(actor, row.case_id)
        if case.open_tasks:
            task = case.open_tasks[0]
            work = CaseWork(desk.cases, desk.reference, training.clock)
            work.finish_task(actor, case.case_id, task.task_id, "Спокойна.")
            break
    _ticked(training, "announcement", "note", "follow-up")


def test_a_supervisor_practises(training: TrainingPC, tmp_path: Path) -> None:
    training.practise_as("supervisor")
    _ticked(training)
    training.dialogs.folder = tmp_path
    training.press(Qt.Key.Key_6, CONTROL)
    training.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    training.settle()
    training.press(Qt.Key.Key_D, CONTROL)
    _ticked(training, "daily-log")


def test_what_others_did_does_not_count(training: TrainingPC) -> None:
    training.practise_as("operator")
    training.start_call()
    training.hands.answer("6")
    training.saved()
    _ticked(training, "silent")
    training.app.sign_out()
    training.practise_as("supervisor")
    exercises = read_training_exercises(paths(), Role.OPERATOR)
    assert Practice(training.database).done(training.desk.actor, exercises) == frozenset()


def test_the_card_goes_and_comes_by_its_key(training: TrainingPC) -> None:
    training.practise_as("operator")
    card = _card(training)
    assert card.isVisible()
    training.press(Qt.Key.Key_H, CONTROL)
    assert not card.isVisible()
    training.press(Qt.Key.Key_H, CONTROL)
    assert card.isVisible() and card.list.hasFocus()
    training.press(Qt.Key.Key_Down)
    assert card.list.currentRow() == 1
    training.press(Qt.Key.Key_L, CONTROL)
    training.press(Qt.Key.Key_H, CONTROL)
    assert not card.isVisible(), "behind the lock"


def test_the_delivered_exercises() -> None:
    text = (paths().resources / "training" / "exercises.toml").read_text("utf-8")
    exercises = read_exercises(text)
    assert [e.role for e in exercises].count(Role.OPERATOR) == 6
    assert [e.role for e in exercises].count(Role.SUPERVISOR) == 4
    known = {action for actions in GROUPS.values() for action in actions}
    for exercise in exercises:
        assert set(exercise.titles) == set(exercise.texts) == {"ky", "ru", "en"}, exercise.name
        if exercise.proof is Proof.ACT:
            assert set(exercise.of) <= known, exercise.name


def test_a_mistake_in_the_file_is_seen() -> None:
    with pytest.raises(ValueError, match="nobody"):
        read_exercises(
            '[[exercise]]\nname="x"\nrole="nobody"\nproof="act"\n[exercise.title]\n[exercise.text]'
        )
