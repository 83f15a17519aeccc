"""One PC of the office as the station shows it: one that asks, and one that hands over."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.i18n import _, ngettext
from operator_app.sync.seat_files import Card
from operator_app.sync.seats import SeatFacts
from operator_app.ui.sync_wording import code_sentence
from operator_app.ui.widgets.basic import Notice, button, text


class Newcomer(QWidget):
    """`confirm_asked(Card)`, `refuse_asked(Card)`: a person compared the fingerprint."""

    confirm_asked = Signal(object)
    refuse_asked = Signal(object)

    def __init__(self, card: Card, *, manages: bool) -> None:
        super().__init__()
        layout = _column(self)
        asks = _("A PC asks to hand over. Compare with its screen:")
        layout.addWidget(text(asks, wrap=True))
        layout.addWidget(text(card.fingerprint, "strong", wrap=True))
        self.confirm_button = button(_("The same: take from it"), "primary")
        self.refuse_button = button(_("Refuse"))
        self.confirm_button.clicked.connect(lambda: self.confirm_asked.emit(card))
        self.refuse_button.clicked.connect(lambda: self.refuse_asked.emit(card))
        for each in (self.confirm_button, self.refuse_button):
            layout.addWidget(each)
            each.setVisible(manages)


class SeatLine(QWidget):
    """`stop_asked(dev)`, `resume_asked(dev)`."""

    stop_asked = Signal(str)
    resume_asked = Signal(str)

    def __init__(self, facts: SeatFacts, taken: str, *, manages: bool) -> None:
        """`taken`: when something new came last, in words."""
        super().__init__()
        self.facts = facts
        seat = facts.seat
        layout = _column(self)
        name = _("PC {n}").format(n=seat.number)
        layout.addWidget(text(name, "strong"))
        layout.addWidget(text("\n".join(_words(facts, taken)), wrap=True))
        layout.addWidget(text(facts.fingerprint, "hint", wrap=True))
        trouble = Notice("warning")
        layout.addWidget(trouble)
        trouble.show_text(code_sentence(seat.problem))
        self.button = button(_("Take nothing more") if seat.active else _("Take from it again"))
        self.button.setAccessibleName(f"{name}: {self.button.text()}")
        asked = self.stop_asked if seat.active else self.resume_asked
        self.button.clicked.connect(lambda: asked.emit(seat.dev))
        layout.addWidget(self.button)
        self.button.setVisible(manages)


def _words(facts: SeatFacts, taken: str) -> list[str]:
    said = [
        ngettext("{n} record here", "{n} records here", facts.records).format(n=facts.records),
        _("Last new one: {when}").format(when=taken),
    ]
    if not facts.seat.active:
        said.append(_("Nothing is taken from it."))
    if facts.missing:
        said.append(
            ngettext(
                "{n} record before others is missing; it is asked for by itself.",
                "{n} records before others are missing; they are asked for by themselves.",
                facts.missing,
            ).format(n=facts.missing)
        )
    if facts.aside:
        said.append(
            ngettext(
                "{n} record cannot be read by this version and is kept aside.",
                "{n} records cannot be read by this version and are kept aside.",
                facts.aside,
            ).format(n=facts.aside)
        )
    return said


def _column(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    return layout
