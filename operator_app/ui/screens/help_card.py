"""Help for this call: what to say and whom to name, beside the form; one key takes it into the call."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from operator_app.domain.calls import Advice, CallForm
from operator_app.domain.clock import Clock, local, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.call_advice import MOST, CallAdvice, Suggestion, is_acute
from operator_app.services.directory import ServiceView
from operator_app.services.knowledge import ArticleView
from operator_app.ui.screens import service_words
from operator_app.ui.screens.help_words import read_aloud_article, read_aloud_service
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.article_text import ArticleText
from operator_app.ui.widgets.basic import GRID, Card, FlowLayout, button, text
from operator_app.ui.widgets.help_row import HelpRow

TYPED_MS = 40
READING_HEIGHT = 300


class HelpCard(Card):
    """Follows topic, place, language and danger of the form.

    `taken(Suggestion, title)`: the operator gave this advice, or named this service.
    """

    taken = Signal(object, str)
    named = Signal(object)
    """What the advice of a loaded call is called, by Advice."""
    left = Signal()
    """Esc with nothing to go back from: the keyboard returns to the form."""
    failed = Signal(Exception)

    def __init__(
        self, advice: CallAdvice, reference: Reference, actor: Actor, tasks: Tasks, clock: Clock
    ) -> None:
        super().__init__(_("Help for this call"))
        self._advice = advice
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self._form = CallForm(started_at=0)
        self._asked: object = None
        self._offered: list[Suggestion] = []
        self._read: Suggestion | None = None
        self.body.setContentsMargins(12, GRID, 12, GRID)
        self.field = QLineEdit()
        self.field.setPlaceholderText(_("Look up an answer…   (F5)"))
        self.field.setAccessibleName(_("Look up an answer"))
        self.field.setClearButtonEnabled(True)
        self.hint = text("", "muted", wrap=True)
        self.rows: list[HelpRow] = []
        self._list = QWidget()
        self._lines = QVBoxLayout(self._list)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(6)
        self.reading = ArticleText(_("The answer"))
        self.reading.setMinimumHeight(READING_HEIGHT)
        self.back_button = button(_("Back") + "   Esc")
        self.take_button = button("", "primary")
        self._page = self._reading_page()
        self._page.hide()
        for part in (self.field, self.hint, self._list, self._page):
            self.body.addWidget(part)
        self._typed = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._typed.timeout.connect(self._ask)
        self.field.textEdited.connect(self._on_typed)
        self.field.returnPressed.connect(self._on_enter)
        self.back_button.clicked.connect(self.show_list)
        self.take_button.clicked.connect(self._take_read)
        self._show([])

    def begin(self, told: tuple[Advice, ...] = ()) -> None:
        """Another call, with what was told in it so far: nothing is looked up yet.

        Its form was shown before: what fits it is asked for anew.
        """
        self._asked = None
        self.field.clear()
        self.show_list()
        self._show([])
        self._ask()
        if told:
            self._tasks.database(
                self,
                lambda: self._advice.titles(self._actor, told, language()),
                self.named.emit,
                self.failed.emit,
            )

    def add_keys(self, page: QWidget) -> None:
        """Alt+1 … Alt+4 take an offer: anywhere on this page."""
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for number in range(1, MOST + 1):
            shortcut = QShortcut(QKeySequence(f"Alt+{number}"), page, context=within)
            shortcut.activated.connect(partial(self.take, number))

    def show_for(self, form: CallForm) -> None:
        """The form changed: offer what fits it now, unless something is looked up by words."""
        self._form = form
        if not self.field.text().strip():
            self._ask()

    def go_to_field(self) -> None:
        """To the field, from anywhere in the call."""
        self.show_list()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def take(self, number: int) -> None:
        """The operator gave the n-th offer; one that nobody sees is not given."""
        if number <= len(self._offered) and self.isVisible():
            chosen = self._offered[number - 1]
            self.taken.emit(chosen, _title(chosen))

    def read(self, number: int) -> None:
        """Show the whole of the n-th offer in the place of the list."""
        chosen = self._read = self._offered[number - 1]
        self.take_button.setText(_take_words(chosen) + f"   Alt+{number}")
        self.take_button.setAccessibleName(_take_words(chosen))
        self._tasks.database(
            self,
            lambda: self._advice.read(self._actor, chosen.advice, language()),
            partial(self._on_read, chosen),
            self.failed.emit,
        )

    def show_list(self) -> None:
        """Back to the offers."""
        self._read = None
        self._show_page(reading=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._read is not None:
            self.show_list()
        elif event.key() == Qt.Key.Key_Escape and self.field.text():
            self.field.clear()
            self._asked = None
            self._ask()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _on_typed(self, _text: str) -> None:
        self.show_list()
        self._typed.start()

    def _on_enter(self) -> None:
        if self._offered:
            self.read(1)

    def _ask(self) -> None:
        form, query = self._form, self.field.text().strip()
        acute = is_acute(form)
        asked = (query, form.topics, form.division, form.language, acute, form.started_at)
        if asked == self._asked:
            return
        self._asked = asked

        def done(found: list[Suggestion]) -> None:
            # Only the newest question's answer: an older one may come late.
            if self._asked == asked:
                self._show(found)

        self._tasks.database(
            self,
            lambda: self._advice.suggest(self._actor, form, language(), query),
            done,
            self.failed.emit,
        )

    def _show(self, found: list[Suggestion]) -> None:
        self._offered = found
        while item := self._lines.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.rows = []
        for number, suggestion in enumerate(found, start=1):
            row = HelpRow(
                number, _title(suggestion), self._detail(suggestion), urgent=_is_urgent(suggestion)
            )
            row.clicked.connect(partial(self.read, number))
            self._lines.addWidget(row)
            self.rows.append(row)
        self.hint.setText(self._hint(found))
        self._show_page(reading=self._read is not None)

    def _hint(self, found: list[Suggestion]) -> str:
        if found:
            return ""
        if self.field.text().strip():
            return _("Nothing was found. Fewer or other words may help.")
        if self._form.topics:
            return _("There is nothing about this topic yet. Words may find something near it.")
        return _("Choose a topic or type words: answers and services come here.")

    def _detail(self, suggestion: Suggestion) -> str:
        if suggestion.article is not None:
            return suggestion.article.summary
        listed = suggestion.listed
        if listed is None:
            return ""
        now = local(to_ms(self._clock()))
        phones = ", ".join(phone.number for phone in listed.service.phones)
        state = service_words.open_wording(listed.openness, now).words
        place = service_words.where(listed.service, self._reference)
        known = state if listed.openness.is_open is not None else ""
        return " · ".join(filter(None, (phones, known, place)))

    def _on_read(self, chosen: Suggestion, view: object) -> None:
        if self._read is not chosen:
            return
        now = local(to_ms(self._clock()))
        if isinstance(view, ArticleView):
            self.reading.show_markdown(read_aloud_article(view))
        elif isinstance(view, ServiceView):
            self.reading.show_markdown(read_aloud_service(view, self._reference, now))
        self._show_page(reading=True)
        self.reading.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_read(self) -> None:
        if self._read is not None:
            self.taken.emit(self._read, _title(self._read))
            self.show_list()
            self.left.emit()

    def _show_page(self, *, reading: bool) -> None:
        # The keyboard first: what is hidden with it lets Qt choose, and that may be the form.
        focused = QApplication.focusWidget()
        if reading and focused is self.field:
            self._page.show()
            self.reading.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not reading and focused is not None and self._page.isAncestorOf(focused):
            self.field.show()
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.setVisible(not reading)
        self.hint.setVisible(not reading and bool(self.hint.text()))
        self._list.setVisible(not reading and bool(self.rows))
        self._page.setVisible(reading)

    def _reading_page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.reading, 1)
        # In a longer language they stand one under the other.
        line = QWidget()
        flow = FlowLayout(line, GRID)
        flow.addWidget(self.back_button)
        flow.addWidget(self.take_button)
        layout.addWidget(line)
        return page


def _title(suggestion: Suggestion) -> str:
    if suggestion.article is not None:
        return suggestion.article.title
    return suggestion.listed.service.name(language()) if suggestion.listed else ""


def _is_urgent(suggestion: Suggestion) -> bool:
    if suggestion.article is not None:
        return suggestion.article.for_danger
    return suggestion.listed is not None and suggestion.listed.service.for_danger


def _take_words(suggestion: Suggestion) -> str:
    return _("Referred there") if suggestion.is_service else _("Told the caller")
