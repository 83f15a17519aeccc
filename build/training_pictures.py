"""Pictures of training mode: its making, its door, its band, its exercises, its paper."""

from __future__ import annotations

from PySide6.QtCore import Qt

from build.sitting import ALT, CONTROL, Sitting
from operator_app.ui.sign_in_window import SignInWindow


class TrainingPictures:
    """The sandbox, as an operator and as a supervisor see it."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._hands = sitting.hands
        self._picture = sitting.picture

    def take(self) -> None:
        """From its first start on."""
        sitting = self._sitting
        sitting.move_into_training()
        sitting.app.start()
        self._picture("training-made")
        self._enter("operator")
        self._picture("training-ready")
        screen = sitting.desk.call_screen
        if screen is None:
            raise RuntimeError("no call screen")
        self._hands.press(Qt.Key.Key_F2)
        self._hands.wait(lambda: screen.in_progress, "a call")
        self._hands.answer("11")
        self._hands.press(Qt.Key.Key_F8)
        sitting.settle()
        sitting.settle()
        self._picture("training-danger-sent")
        sitting.go_to(Qt.Key.Key_4)
        self._picture("training-follow-ups")
        sitting.app.sign_out()
        self._enter("supervisor")
        sitting.go_to(Qt.Key.Key_6)
        self._hands.press(Qt.Key.Key_2, ALT)
        sitting.settle()
        self._picture("training-daily-log")
        sitting.go_to(Qt.Key.Key_7)
        sitting.settle()
        self._picture("training-sending")
        self._hands.press(Qt.Key.Key_L, CONTROL)
        self._picture("training-locked")

    def _enter(self, login: str) -> None:
        self._hands.wait(lambda: isinstance(self._sitting.window, SignInWindow), "the door")
        door = self._sitting.window
        if not isinstance(door, SignInWindow):
            raise TypeError("another window")
        if login == "operator":
            self._picture("training-sign-in")
        door.sandbox.buttons[login].click()
        self._hands.wait(lambda: self._sitting.app.desk is not None, "signed in")
        self._sitting.settle()
