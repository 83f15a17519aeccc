"""Corrections beside an entry: the panel to suggest one, one's own ones, and the actions that give
way to them: on a low screen there is no room for both."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from operator_app.ui.screens.correction_panel import CorrectionPanel, saved_words
from operator_app.ui.screens.entry_page import EntryPage
from operator_app.ui.screens.own_corrections import OwnCorrections
from operator_app.ui.widgets.basic import Notice


class CorrectionSide(QObject):
    """Wires them to the page of the entry. `suggest` opens the panel for the entry shown."""

    def __init__(
        self,
        page: EntryPage,
        panel: CorrectionPanel,
        own: OwnCorrections,
        actions: QWidget,
        done: Notice,
        suggest: Callable[[], None],
    ) -> None:
        super().__init__(page)
        self._page = page
        self._panel = panel
        self._own = own
        self._actions = actions
        self._done = done
        self._suggest = suggest
        self._goes_on_with = ""
        panel.sent.connect(lambda: done.show_text(saved_words()))
        panel.closed.connect(self._give_back)
        own.opened.connect(self.make_room)
        own.closed.connect(self._give_back)
        own.entry_asked.connect(lambda key, content: page.open_entry(key, content, focus=True))
        own.unsent_asked.connect(self._on_unsent_asked)

    def begin(self) -> None:
        """Another entry is about to be shown: nothing stands beside it."""
        self._done.show_text("")
        self._panel.hide()
        self._own.hide()
        self._actions.show()

    def shown(self, key: str) -> None:
        """The entry is there; a correction of it that was begun before is gone on with if asked."""
        self._own.refresh()
        goes_on, self._goes_on_with = self._goes_on_with == key, ""
        if goes_on:
            self._suggest()

    def make_room(self) -> None:
        """The actions give way."""
        self._actions.hide()
        self._done.show_text("")

    def _give_back(self) -> None:
        self._actions.show()
        self._own.refresh()
        self._page.focus_entry()

    def _on_unsent_asked(self, key: str) -> None:
        self._goes_on_with = key
        self._page.open_entry(key)
