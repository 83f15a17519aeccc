"""What is asked of the list of services: words, place, topic, open now."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.directory import DirectoryFilter
from operator_app.ui.screens.find_field import FindField
from operator_app.ui.screens.journal_choices import places, topics
from operator_app.ui.widgets.basic import GRID, set_state
from operator_app.ui.widgets.choice_field import ChoiceField
from operator_app.ui.widgets.type_ahead import Entry

EVERYWHERE = "*"


class ServiceFilters(QWidget):
    """`changed()`: something else is wanted. `left()`: on to the list."""

    changed = Signal()
    left = Signal()

    def __init__(self, reference: Reference, division: str) -> None:
        """`division`: the place to begin with, that of the office."""
        super().__init__()
        self._division = division
        self.find_field = FindField(_("Find a service"), _("Name or words"))
        everywhere = Entry(EVERYWHERE, _("Everywhere"))
        self.place = ChoiceField([everywhere, *places(reference)[1:]], _("Place"), _("Everywhere"))
        self.topic = ChoiceField(topics(reference), _("Topic"), _("All topics"))
        self.open_now = QPushButton(_("Open now"))
        self.open_now.setObjectName("chip")
        self.open_now.setCheckable(True)
        self.open_now.setAutoDefault(False)
        self.open_now.setToolTip("F9")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(11, 4, 11, 12)
        layout.setSpacing(GRID)
        for row in ((self.find_field, self.open_now), (self.place, self.topic)):
            line = QHBoxLayout()
            line.setSpacing(GRID)
            for widget in row:
                line.addWidget(widget, 0 if widget is self.open_now else 1)
            layout.addLayout(line)
        self.place.set_value(division or EVERYWHERE)
        self.find_field.changed.connect(self.changed)
        self.find_field.left.connect(self.left)
        self.open_now.toggled.connect(lambda _on: self._on_changed())
        for field in (self.place, self.topic):
            field.changed.connect(self._on_changed)
            field.passed.connect(lambda field=field: self._on_passed(field))
        self._show_active()

    def wanted(self) -> DirectoryFilter:
        """What is asked for now."""
        place = self.place.value
        return DirectoryFilter(
            division=None if place == EVERYWHERE else place,
            topic=self.topic.value,
            open_now=self.open_now.isChecked(),
            text=self.find_field.text().strip(),
        )

    @property
    def narrowed(self) -> bool:
        """Whether less than everything is asked for."""
        return self.wanted() != DirectoryFilter()

    def ask_for(self, words: str) -> None:
        """Ask for these words alone, everywhere."""
        self.place.set_value(EVERYWHERE)
        self.topic.set_value(None)
        self.open_now.setChecked(False)
        self.find_field.setText(words)
        self._on_changed()

    def _on_changed(self) -> None:
        self._show_active()
        self.changed.emit()

    def _show_active(self) -> None:
        wanted = self.wanted()
        for field in (self.place, self.topic):
            field.setToolTip(field.text())
        set_state(self.place, "active", (wanted.division or "") != self._division)
        set_state(self.topic, "active", wanted.topic is not None)

    def _on_passed(self, field: ChoiceField) -> None:
        if not field.text().strip():
            field.set_value(None)
        self.left.emit()
