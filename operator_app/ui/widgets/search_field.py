"""The field that searches everything as you type: Ctrl+K from anywhere, Esc back again."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QSizePolicy, QWidget

from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.search import Found, Group
from operator_app.i18n import _
from operator_app.ui import search_wording
from operator_app.ui.models.search_model import Kind, Row, SearchModel
from operator_app.ui.problems import sentence
from operator_app.ui.search_asking import Asking, Finder, is_enough, question
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.search_results import SearchPanel

PAUSE_MS = 30
"""So long no further key, then it is asked for."""
SLOW_MS = 400
"""After so long without an answer it is said that it takes time."""
MOST_LETTERS = 200
WIDTH, NARROW, LEAST_WIDTH = 330, 200, 40
_ROOMY = 1100
"""Of a window narrower than this the name of the office needs its part."""
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 8,
    Qt.Key.Key_PageUp: -8,
}
_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_OWN_KEYS = frozenset({*_STEPS, *_OPENS, Qt.Key.Key_Escape})
_PASSING = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
_ON_PURPOSE = (Qt.FocusReason.ShortcutFocusReason, Qt.FocusReason.MouseFocusReason)


class SearchField(QLineEdit):
    """`opened(Hit)`: somebody chose a result. `more_asked(Group, str)`: all of a group for these
    words, in the place that lists them."""

    opened = Signal(object)
    more_asked = Signal(object, str)

    def __init__(
        self,
        finder: Finder,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        clock: Clock,
        division: str | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("search")
        self.setPlaceholderText(
            _("Search calls, services, articles   (Ctrl+K)")
            if actor.may(Right.SEE_CALLS)
            else _("Search services, articles   (Ctrl+K)")
        )
        self.setToolTip(self.placeholderText())
        self.setAccessibleName(_("Search calls, cases, services and articles"))
        self.setMaxLength(MOST_LETTERS)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._asking = Asking(self, finder, actor, tasks, division)
        self._model = SearchModel(reference, clock)
        self._model.setParent(self)
        self._made_panel: SearchPanel | None = None
        self._origin: QWidget | None = None
        self._only: Group | None = None
        self._answered: str | None = None
        self._opens_first = False
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._ask)
        self._slow = QTimer(self, interval=SLOW_MS, singleShot=True)
        self._slow.timeout.connect(self._on_slow)
        self.textEdited.connect(self._on_edited)
        # Of this field and not of the window: under the lock page it does nothing.
        QShortcut(QKeySequence("Ctrl+K"), self).activated.connect(self._come_here)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    @property
    def results(self) -> SearchPanel | None:
        """The panel on screen, or None."""
        panel = self._made_panel
        return panel if panel is not None and panel.isVisible() else None

    @property
    def answered(self) -> str:
        """The words whose results are shown, "" while there are none."""
        return self._answered or "" if self.results is not None else ""

    def put_away(self) -> None:
        """Forget what was typed and found."""
        self._close()
        self._answered = None
        self._model.clear()
        # Not clear(): that could be undone.
        self.setText("")

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and _is_own(event):
            # Esc and Enter are keys of the page below as well.
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _is_own(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self._go_back()
        elif event.key() in _OPENS:
            self._on_enter()
        elif self.results is None:
            self._open()
        else:
            self.results.go(_STEPS[Qt.Key(event.key())])
            self._describe()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in _ON_PURPOSE:
            self._open()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _PASSING:
            self._close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            # Again and again is once: a filter is never installed twice.
            self.window().installEventFilter(self)
            self._give_way()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            # The lock page came, or somebody else.
            self.put_away()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._give_way()
            if self.results is not None:
                self.results.place(self)
        elif event.type() == QEvent.Type.MouseButtonPress and self.results is not None:
            self._close()
        return super().eventFilter(watched, event)

    @property
    def _panel(self) -> SearchPanel:
        if self._made_panel is None:
            self._made_panel = SearchPanel(self.window(), self._model)
            self._made_panel.chosen.connect(self._take)
        return self._made_panel

    @property
    def _query(self) -> str:
        return question(self.text())

    def _give_way(self) -> None:
        self.setMaximumWidth(WIDTH if self.window().width() >= _ROOMY else NARROW)

    def _come_here(self) -> None:
        if self.hasFocus():
            self.selectAll()
            self._open()
        else:
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _go_back(self) -> None:
        self.put_away()
        origin = self._origin
        if origin is not None and shiboken6.isValid(origin) and origin.isVisible():
            origin.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.focusNextChild()

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is self and before is not None and before.window() is self.window():
            self._origin = before

    def _open(self) -> None:
        """Show what there is for the words in the field."""
        query = self._query
        if is_enough(query):
            if self._answered == query:
                self._show_panel()
            self._ask()
        elif query:
            self._say(search_wording.too_little())
        else:
            self._say(search_wording.home(), search_wording.keys())

    def _close(self) -> None:
        """Take the panel away; what is still on its way is not wanted any more."""
        self._stop_waiting()
        if self._made_panel is not None:
            self._made_panel.hide()
        self.setAccessibleDescription("")

    def _stop_waiting(self) -> None:
        self._asking.forget()
        self._opens_first = False
        self._pause.stop()
        self._slow.stop()

    def _on_edited(self) -> None:
        self._stop_waiting()
        self._only = None
        if is_enough(self._query):
            self._pause.start()
        else:
            self._open()

    def _ask(self) -> None:
        opens_first = self._opens_first
        self._stop_waiting()
        self._opens_first = opens_first
        self._slow.start()
        query = self._query
        self._asking.ask(
            query,
            self._only,
            lambda found: self._show(query, found),
            lambda error: self._say(sentence(error), problem=True),
        )

    def _show(self, query: str, found: Found) -> None:
        opens_first = self._opens_first
        self._stop_waiting()
        same = self._answered == query
        self._answered = query
        self._panel.show_found(found, query, expanded=self._only is not None, same=same)
        self._show_panel()
        row = self._panel.current
        if opens_first and row is not None:
            self._take(row)

    def _on_slow(self) -> None:
        self._panel.say_above(search_wording.searching())
        self._show_panel()

    def _say(self, said: str, below: str = "", *, problem: bool = False) -> None:
        self._stop_waiting()
        self._answered = None
        self._panel.say(said, below, problem=problem)
        self._show_panel()

    def _show_panel(self) -> None:
        panel = self._panel
        panel.place(self)
        panel.show()
        panel.raise_()
        panel.keep_in_view()
        self._describe()

    def _describe(self) -> None:
        """What a screen reader says: the focus never leaves the field."""
        row = self._panel.current
        said = search_wording.number_of(self._model.results) if self._answered else ""
        lines = (said, self._panel.note.text(), row.spoken if row else "")
        self.setAccessibleDescription("\n".join(filter(None, lines)))

    def _on_enter(self) -> None:
        row = self.results.current if self.results is not None else None
        if row is not None and self._answered == self._query:
            self._take(row)
        elif is_enough(self._query):
            # Faster than the answer: the first of it is opened when it is there.
            self._opens_first = True
            self._ask()

    def _take(self, row: Row) -> None:
        if row.kind is Kind.HIT:
            self._close()
            self.opened.emit(row.hit)
        elif row.kind is Kind.MORE:
            self._only = row.group
            self._ask()
        else:
            self._close()
            self.more_asked.emit(row.group, self._query.strip())


def _is_own(event: QEvent) -> bool:
    if not isinstance(event, QKeyEvent):
        return False
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return held == Qt.KeyboardModifier.NoModifier and event.key() in _OWN_KEYS
