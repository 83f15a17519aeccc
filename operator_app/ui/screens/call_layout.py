"""Where the fields of a call stand: cards from top to bottom, in the order of the eye."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from operator_app.i18n import _
from operator_app.ui.widgets.basic import GRID, Card, labelled, text

if TYPE_CHECKING:
    from operator_app.ui.screens.call_fields import CallFields

CHANNEL_WIDTH = 184


def lay_out(fields: CallFields) -> tuple[QWidget, QWidget]:
    """Put the fields into cards; returns the boxes that come and go: relation, benefit issue."""
    first = Card()
    first.body.addWidget(labelled(_("Kind of contact"), fields.kind))
    danger_line = QHBoxLayout()
    danger_line.setSpacing(12)
    danger_line.addWidget(text(_("In danger right now?"), "strong"))
    danger_line.addWidget(fields.danger, 1)
    danger_line.addWidget(text(_("Way of contact"), "fieldLabel"))
    fields.channel.setFixedWidth(CHANNEL_WIDTH)
    danger_line.addWidget(fields.channel)
    first.body.addLayout(danger_line)

    who = Card()
    person = QHBoxLayout()
    person.setSpacing(20)
    for caption, group in (
        (_("Language"), fields.language),
        (_("Caller's sex"), fields.sex),
        (_("Age"), fields.age),
    ):
        person.addWidget(labelled(caption, group), 0, Qt.AlignmentFlag.AlignTop)
    person.addStretch(1)
    who.body.addLayout(person)
    contact = QHBoxLayout()
    contact.setSpacing(16)
    phone = labelled(_("Phone number") + "  F4", fields.phone, fields.earlier_hint)
    relation_box = labelled(_("Caller is, to the person concerned"), fields.relation)
    contact.addWidget(phone, 4)
    contact.addWidget(labelled(_("Name (optional)"), fields.name), 4)
    contact.addWidget(relation_box, 4)
    contact.addWidget(labelled(_("Place"), fields.place), 6)
    who.body.addLayout(contact)

    what = Card()
    line = QHBoxLayout()
    line.setSpacing(16)
    benefit_box = labelled(_("What about the benefit"), fields.benefit_issue)
    line.addWidget(labelled(_("Topics"), fields.topics), 3)
    line.addWidget(benefit_box, 2, Qt.AlignmentFlag.AlignTop)
    what.body.addLayout(line)
    what.body.addWidget(labelled(_("What it was about") + "  F6", fields.note), 1)
    what.body.addWidget(labelled(_("Action taken"), fields.actions_taken, fields.advice))

    for card in (first, who, what):
        # Low cards: a call with danger and a benefit must need no scrolling at 1366x768.
        card.body.setContentsMargins(16, GRID, 16, GRID)
        card.body.setSpacing(6)
    layout = QVBoxLayout(fields)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GRID)
    layout.addWidget(first)
    layout.addWidget(who)
    layout.addWidget(what, 1)
    layout.addWidget(fields.violence)
    order: list[QWidget] = [
        fields.kind, fields.danger, fields.channel, fields.language, fields.sex, fields.age, fields.phone, fields.name,
        fields.relation, fields.place, fields.topics.field, fields.benefit_issue, fields.note,
        fields.actions_taken.field, *fields.violence.tab_stops(),
    ]  # fmt: skip
    fields.violence.case.comes_after = fields.actions_taken.field
    for before, after in pairwise(order):
        QWidget.setTabOrder(before, after)
    return relation_box, benefit_box
