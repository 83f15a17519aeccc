"""The red strip of a call with danger now: whom to call and what to say, from data."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.ui.icons import icon
from operator_app.ui.theme import current
from operator_app.ui.widgets.basic import GRID, text

PHRASES = ("SAFE_NOW", "ADDRESS", "CALL_TOGETHER", "LEAVE", "INJURED")


class EmergencyStrip(QFrame):
    """Hidden until the danger question is answered with yes."""

    def __init__(self, reference: Reference, language: str) -> None:
        super().__init__()
        self.setObjectName("danger")
        self._reference = reference
        self._language = language
        numbers = [n for n in reference.emergency_numbers if n.when == "danger"]
        whom = "  ·  ".join(f"{n.number} {n.label(language)}" for n in numbers)
        self.heading = text(_("Danger now. Call together: {whom}").format(whom=whom), "strong")
        self.heading.setWordWrap(True)
        self.say = text("", wrap=True)
        sign = text("")
        sign.setPixmap(icon("warning", current().danger, 28).pixmap(28, 28))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.heading)
        words.addWidget(self.say)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, GRID, 12, GRID)
        layout.setSpacing(12)
        layout.addWidget(sign)
        layout.addLayout(words, 1)
        self.speak("ru")
        self.hide()

    def speak(self, caller_language: str) -> None:
        """Word what to say in the caller's language, where there is a wording in it."""
        spoken = caller_language if caller_language in ("ky", "ru", "en") else self._language
        phrases = [
            self._reference.phrases[code][spoken]
            for code in PHRASES
            if code in self._reference.phrases
        ]
        self.say.setText(_("Say:") + " " + "  ".join(phrases))
        self.setAccessibleName(self.heading.text() + ". " + self.say.text())
