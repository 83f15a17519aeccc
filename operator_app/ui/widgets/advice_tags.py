"""What the caller was told, as small tags on one line; a click takes one away."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from operator_app.domain.calls import MAX_ADVICE, Advice
from operator_app.i18n import _
from operator_app.ui.widgets.basic import text
from operator_app.ui.widgets.tag_field import tag_button

SHOWN = 2
"""Tags with a room of their own; more are counted, their names stand in the tip."""
LONGEST = 22
"""Letters of a title that are shown."""


class AdviceTags(QWidget):
    """Holds the advice of a call. Titles come later than the call: until then the ids stand."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._told: list[Advice] = []
        self._titles: dict[Advice, str] = {}
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(6)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    @property
    def values(self) -> tuple[Advice, ...]:
        """The advice in the order in which it was given."""
        return tuple(self._told)

    def set_values(self, told: tuple[Advice, ...]) -> None:
        """Show this advice."""
        if list(told) != self._told:
            self._told = list(told)
            self._rebuild()

    def set_titles(self, titles: Mapping[Advice, str]) -> None:
        """What the advice is called."""
        self._titles |= titles
        self._rebuild(quietly=True)

    def add(self, advice: Advice, title: str) -> bool:
        """Note one more; another version of an entry takes the place of the one told before.

        False when that changes nothing: it is there already, or there is no more room.
        """
        if advice in self._told:
            return False
        self._titles[advice] = title
        known = [a for a in self._told if a.entry_id != advice.entry_id]
        if len(known) >= MAX_ADVICE:
            return False
        self._told = [*known, advice]
        self._rebuild()
        return True

    def _remove(self, advice: Advice) -> None:
        self._told.remove(advice)
        self._rebuild()

    def _title(self, advice: Advice) -> str:
        return self._titles.get(advice, advice.entry_id)

    def _rebuild(self, *, quietly: bool = False) -> None:
        while item := self._line.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        if self._told:
            self._line.addWidget(text(_("Told:"), "hint"))
        hidden = self._told[:-SHOWN]
        if hidden:
            more = text(f"+{len(hidden)}", "hint")
            more.setToolTip("\n".join(self._title(a) for a in hidden))
            self._line.addWidget(more)
        for advice in self._told[-SHOWN:]:
            title = self._title(advice)
            short = title if len(title) <= LONGEST else title[: LONGEST - 1].rstrip() + "…"
            tag = tag_button(short)
            tag.setObjectName("smallTag")
            tag.setToolTip(_("{title}: take away").format(title=title))
            tag.setAccessibleName(_("Take away: {entry}").format(entry=title))
            tag.clicked.connect(lambda _checked=False, a=advice: self._remove(a))
            self._line.addWidget(tag)
        self.setVisible(bool(self._told))
        if not quietly:
            self.changed.emit()
