"""One article: its languages, how far it can be relied on, its text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from operator_app.i18n import _
from operator_app.services.knowledge import ArticleView
from operator_app.ui.screens import article_words as words
from operator_app.ui.widgets.article_text import ArticleText
from operator_app.ui.widgets.basic import GRID, Card, FlowLayout, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.mark_label import MarkLabel
from operator_app.ui.wording import LANGUAGE_NAMES

INDENT = 9
LEAST_HEIGHT = 48


class ArticleCard(Card):
    """Shows what it is given. `language_asked(code)`: the same article in another language.

    `copied()`: a paragraph is on the clipboard now.
    """

    language_asked = Signal(str)
    copied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._view: ArticleView | None = None
        self.title = text("", "screenTitle", wrap=True)
        # In line with what the frame of the focus stands around.
        self.title.setIndent(INDENT)
        self.languages: ChipGroup | None = None
        self._offered: tuple[str, ...] = ()
        self._marks = QWidget()
        self._flow = FlowLayout(self._marks, GRID)
        self._marks.setContentsMargins(INDENT, 0, 0, 0)
        self.text = ArticleText(_("The article"))
        self.text.setMinimumHeight(LEAST_HEIGHT)
        self._top = QHBoxLayout()
        self._top.setSpacing(GRID)
        self._top.addWidget(self.title, 1)
        self.body.addLayout(self._top)
        self.body.addWidget(self._marks)
        self.body.addWidget(self.text, 1)
        self.text.copy_asked.connect(self._on_copy)

    @property
    def view(self) -> ArticleView | None:
        """The article on the screen."""
        return self._view

    def show_view(self, view: ArticleView) -> None:
        """Show the article from its beginning."""
        self._view = view
        self.title.setText(view.article.title)
        while (item := self._flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for mark in words.marks(view):
            pill = MarkLabel(mark)
            self._flow.addWidget(pill)
            pill.show()
        self._flow.invalidate()
        self._marks.updateGeometry()
        self._show_languages(view)
        self.text.show_markdown(words.source(view.article))
        self.text.setAccessibleName(view.article.title)

    def step(self, by: int) -> Callable[[], None]:
        """An act that marks the next or the previous paragraph."""

        def act() -> None:
            self.text.setFocus()
            self.text.step(by)

        return act

    def _show_languages(self, view: ArticleView) -> None:
        """The chips stay while the languages do: the keyboard may be on them."""
        if view.languages != self._offered:
            self._offered = view.languages
            if self.languages is not None:
                self._top.removeWidget(self.languages)
                self.languages.hide()
                self.languages.deleteLater()
            self.languages = self._language_chips() if len(view.languages) > 1 else None
        if self.languages is not None:
            self.languages.set_value(view.article.language)

    def _language_chips(self) -> ChipGroup:
        chips = [
            Chip(code, code, str(n), LANGUAGE_NAMES[code])
            for n, code in enumerate(self._offered, start=1)
        ]
        made = ChipGroup(chips, _("Language of the article"), show_keys=False)
        made.picked.connect(self.language_asked)
        before = _before(self.text)
        self._top.addWidget(made)
        QWidget.setTabOrder(before, made)
        made.show()
        return made

    def _on_copy(self, said: str) -> None:
        if self._view is not None:
            QApplication.clipboard().setText(words.copied(said, self._view.article))
            self.copied.emit()


def _before(widget: QWidget) -> QWidget:
    """What Tab comes from to the widget."""
    found = widget.previousInFocusChain()
    while found not in (None, widget) and not found.focusPolicy() & Qt.FocusPolicy.TabFocus:
        found = found.previousInFocusChain()
    return found or widget
