"""The red strip of danger now or high risk: whom to call, what to say, and the urgent way."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from operator_app.domain.calls import CallForm
from operator_app.domain.danger import ACUTE, YES
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.ui.icons import icon
from operator_app.ui.theme import current
from operator_app.ui.widgets.basic import GRID, FlowLayout, button, set_state, text
from operator_app.ui.wording import time_of_day

NOW = ("SAFE_NOW", "ADDRESS", "CALL_TOGETHER", "LEAVE", "INJURED")
HIGH_RISK = ("SAFE_NOW", "SERIOUS", "OFFER_POLICE", "SAFE_PLACE", "IF_WORSE")
"""What to say, in this order; the words are in resources/data/phrases.csv."""
SPOKEN = ("ky", "ru", "en")


class EmergencyStrip(QFrame):
    """Hidden until there is danger now or a high risk. Its keys work while it is shown."""

    police_called = Signal()
    ambulance_called = Signal()
    send_asked = Signal()

    def __init__(self, reference: Reference, language: str) -> None:
        super().__init__()
        self.setObjectName("danger")
        self._reference = reference
        self._language = language
        self.heading = text("", "strong", wrap=True)
        self.say = text("", wrap=True)
        self.sent_label = text("", "strong")
        self.police_button = button(_("102 called"), "", "F7")
        self.ambulance_button = button(_("103 called"), "", "F9")
        self.send_button = button(_("Send now"), "", "F8")
        self._names = {self.police_button: _("102 called"), self.ambulance_button: _("103 called")}
        self._keys = {self.police_button: "F7", self.ambulance_button: "F9"}
        self.police_button.clicked.connect(self.police_called)
        self.ambulance_button.clicked.connect(self.ambulance_called)
        self.send_button.clicked.connect(self.send_asked)
        self._lay_out()
        self.hide()

    def show_for(self, form: CallForm) -> None:
        """Show or hide it, and word it for this form: its danger, its place, its language."""
        now = form.danger_now == YES
        block = form.violence
        self.setVisible(now or (block is not None and block.level in ACUTE))
        whom = " · ".join(self._whom(form.division))
        heading = (
            _("Danger now. Call together: {whom}")
            if now
            else _("High risk. Offer to call together: {whom}")
        )
        self.heading.setText(heading.format(whom=whom))
        spoken = form.language if form.language in SPOKEN else self._language
        phrases = [
            self._reference.phrases[code][spoken]
            for code in (NOW if now else HIGH_RISK)
            if code in self._reference.phrases
        ]
        self.say.setText(_("Say:") + " " + "  ".join(phrases))
        self.setAccessibleName(self.heading.text() + ". " + self.say.text())
        self._show_stamp(self.police_button, block.police_at if block else None)
        self._show_stamp(self.ambulance_button, block.ambulance_at if block else None)

    def say_sent(self, words: str) -> None:
        """How far the call that was sent is on its way; "" while it was not."""
        self.sent_label.setText(words)
        self.sent_label.setVisible(bool(words))

    def _whom(self, division: str | None) -> list[str]:
        """The numbers for danger, and the crisis centre of the place or of its oblast."""
        numbers = [n for n in self._reference.emergency_numbers if n.when == "danger"]
        named = [f"{n.number} {n.label(self._language)}" for n in numbers]
        centre = self._reference.centre_near(division)
        if centre is not None:
            phone = centre.phone or _("number to be confirmed by the ministry")
            named.append(f"{centre.label(self._language)}: {phone}")
        return named

    def _show_stamp(self, pressed: QPushButton, at: int | None) -> None:
        name = self._names[pressed]
        said = f"{name} {time_of_day(at)}" if at is not None else name
        pressed.setText(f"{said}   {self._keys[pressed]}")
        pressed.setAccessibleName(said)
        set_state(pressed, "done", at is not None)

    def _lay_out(self) -> None:
        sign = text("")
        sign.setPixmap(icon("warning", current().danger, 28).pixmap(28, 28))
        line = FlowLayout(spacing=GRID)
        for pressed in (self.police_button, self.ambulance_button, self.send_button):
            line.addWidget(pressed)
        line.addWidget(self.sent_label)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.heading)
        words.addWidget(self.say)
        words.addLayout(line)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, GRID, 12, GRID)
        layout.setSpacing(12)
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
