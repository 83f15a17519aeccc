"""What the sandbox adds to the window of a signed-in person: the exercises, and the key to them."""

from __future__ import annotations

from PySide6.QtCore import Qt

from operator_app.config import Paths
from operator_app.db.engine import Database
from operator_app.domain.people import Actor
from operator_app.i18n import _
from operator_app.services.practice import Practice
from operator_app.training.sandbox import read_training_exercises
from operator_app.ui.events import Events
from operator_app.ui.main_window import MainWindow
from operator_app.ui.tasks import Tasks
from operator_app.ui.training_parts.band import TrainingBand
from operator_app.ui.training_parts.exercise_card import ExerciseCard
from operator_app.ui.widgets.basic import button

KEY = "Ctrl+H"


def add_exercises(
    window: MainWindow,
    band: TrainingBand,
    database: Database,
    actor: Actor,
    paths: Paths,
    tasks: Tasks,
    events: Events,
) -> ExerciseCard:
    """Put the card beside the screens; the key brings the keyboard there, and away again."""
    exercises = read_training_exercises(paths, actor.role)
    card = ExerciseCard(Practice(database), exercises, actor, tasks)
    window.add_side(card)

    def turn() -> None:
        if window.locked:
            return
        card.setVisible(not card.isVisible())
        if card.isVisible():
            card.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    shown = button(_("Exercises"), "trainingButton", KEY)
    shown.clicked.connect(turn)
    band.line.addWidget(shown)
    shown.show()
    events.calls_changed.connect(card.look)
    events.cases_changed.connect(card.look)
    return card
