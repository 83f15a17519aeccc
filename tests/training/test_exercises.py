"""The exercises are ticked by what a person really does at the keyboard, and by nothing else."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from operator_app.config import paths
from operator_app.domain.exercises import Proof, read_exercises
from operator_app.domain.people import Actor, Role
from operator_app.services.case_list import CaseFilter
from operator_app.services.case_work import CaseWork
from operator_app.services.practice import Practice
from operator_app.training.sandbox import read_training_exercises
from operator_app.ui.audit_wording import GROUPS
from tests.journeys.office_pc import CONTROL
from tests.training.conftest import TrainingPC, exercise_card, ticked


def test_an_operator_practises(training: TrainingPC) -> None:
    training.practise_as("operator")
    ticked(training)
    assert "Exercises: 0 of 6" in training.words()
    assert "Press F2, then 6" in training.words()
    training.start_call()
    training.hands.answer("6")
    training.saved()
    ticked(training, "silent")
    assert "Exercises: 1 of 6" in training.words()
    assert exercise_card(training).list.item(0).text().startswith("✓")
    assert "Balaga suyunchu" in exercise_card(training).todo.label.text(), "the next one is chosen"

    training.start_call()
    training.answer_core(topic="birth grant")
    training.wait(lambda: "Alt+1" in training.words(training.screen), "answers are offered")
    training.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    training.save()
    ticked(training, "silent", "birth")

    training.start_call()
    training.hands.answer("11")
    ticked(training, "silent", "birth")
    training.press(Qt.Key.Key_F8)
    ticked(training, "silent", "birth", "danger")
    _of_the_case_work(training)
    supervisor = Actor("another", "supervisor", "", Role.SUPERVISOR)
    exercises = read_training_exercises(paths(), Role.OPERATOR)
    assert Practice(training.database).done(supervisor, exercises) == frozenset()
    _by_its_key(training)


def _of_the_case_work(training: TrainingPC) -> None:
    desk, before = training.desk, ("silent", "birth", "danger")
    assert desk.casework is not None
    actor = desk.actor
    desk.answers.announcements.confirm(actor, "training-welcome")
    ticked(training, *before, "announcement")
    mine = desk.casework.case_list.page(actor, CaseFilter(owner_id=actor.user_id))
    desk.cases.add_note(actor, mine[0].case_id, "Позвонить после обеда.")
    ticked(training, *before, "announcement", "note")
    for row in mine:
        case = desk.cases.open(actor, row.case_id)
        if case.open_tasks:
            task = case.open_tasks[0]
            work = CaseWork(desk.cases, desk.reference, training.clock)
            work.finish_task(actor, case.case_id, task.task_id, "Спокойна.")
            break
    ticked(training, *before, "announcement", "note", "follow-up")


def _by_its_key(training: TrainingPC) -> None:
    """The card goes and comes, and takes the keyboard."""
    card = exercise_card(training)
    assert card.isVisible()
    training.press(Qt.Key.Key_H, CONTROL)
    assert not card.isVisible()
    training.press(Qt.Key.Key_H, CONTROL)
    assert card.isVisible() and card.list.hasFocus()
    training.press(Qt.Key.Key_Home)
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
