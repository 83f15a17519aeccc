"""The articles of the directory: found by topic, read in three languages, copied, printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local, to_ms
from operator_app.domain.office import LANGUAGES
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.suggestions import ARTICLE
from operator_app.i18n import _, language
from operator_app.services.knowledge import ArticleView, Knowledge
from operator_app.services.suggestions import Suggestions
from operator_app.ui.article_paper import article_page
from operator_app.ui.models.entry_model import EntryRow
from operator_app.ui.printing import PrintPage
from operator_app.ui.screens import article_words as words
from operator_app.ui.screens.article_view import ArticleCard
from operator_app.ui.screens.correction_panel import CorrectionPanel
from operator_app.ui.screens.correction_side import CorrectionSide
from operator_app.ui.screens.entry_page import EntryPage
from operator_app.ui.screens.find_field import FindField
from operator_app.ui.screens.journal_choices import topics
from operator_app.ui.screens.own_corrections import OwnCorrections
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, FlowLayout, Notice, button, set_state
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.choice_field import ChoiceField
from operator_app.ui.wording import LANGUAGE_NAMES


class ArticleFilters(QWidget):
    """`changed()`: something else is wanted. `left()`: on to the list."""

    changed = Signal()
    left = Signal()

    def __init__(self, reference: Reference) -> None:
        super().__init__()
        self.find_field = FindField(_("Find an article"), _("Title or words"))
        self.topic = ChoiceField(topics(reference), _("Topic"), _("All topics"))
        self.language = ChipGroup(
            [
                Chip(code, code, str(n), LANGUAGE_NAMES[code])
                for n, code in enumerate(LANGUAGES, start=1)
            ],
            _("Language of the articles"),
            show_keys=False,
        )
        self.language.set_value(language())
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.topic, 1)
        line.addWidget(self.language)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(11, 4, 11, 12)
        layout.setSpacing(GRID)
        layout.addWidget(self.find_field)
        layout.addLayout(line)
        self.find_field.changed.connect(self.changed)
        self.find_field.left.connect(self.left)
        self.topic.changed.connect(self._on_topic)
        self.topic.passed.connect(self._on_passed)
        self.language.changed.connect(self.changed)
        self.language.passed.connect(self.left)

    @property
    def spoken(self) -> str:
        """The language asked for."""
        return self.language.value or language()

    @property
    def narrowed(self) -> bool:
        """Whether less than everything is asked for."""
        return bool(self.find_field.text().strip() or self.topic.value)

    def ask_for(self, words: str) -> None:
        """Ask for these words alone."""
        self.topic.set_value(None)
        self.find_field.setText(words)
        self._on_topic()

    def _on_topic(self) -> None:
        set_state(self.topic, "active", self.topic.value is not None)
        self.topic.setToolTip(self.topic.text())
        self.changed.emit()

    def _on_passed(self) -> None:
        if not self.topic.text().strip():
            self.topic.set_value(None)
        self.left.emit()


class ArticlesPage(EntryPage):
    """See EntryPage. An entry is opened as "article" or as "article.language"."""

    def __init__(
        self,
        knowledge: Knowledge,
        suggestions: Suggestions,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        clock: Clock,
        print_page: PrintPage,
    ) -> None:
        self._knowledge = knowledge
        self._actor = actor
        self._clock = clock
        self._print_page = print_page
        self.filters = ArticleFilters(reference)
        choose = _("Choose an article in the list at the left.")
        super().__init__(tasks, self.filters, _("Articles"), choose)
        self.card = ArticleCard()
        self.outdated = Notice("warning")
        self.today_button = button(_("Show today's"), key="F8")
        self.outdated.line.addWidget(self.today_button)
        self.done = Notice()
        self.panel = CorrectionPanel(suggestions, actor, tasks, ARTICLE)
        self.own = OwnCorrections(suggestions, actor, tasks, clock, ARTICLE, self._title_of)
        self.print_button = button(_("Print"), key="Ctrl+P")
        self.copy_button = button(_("Copy the paragraph"), key="Ctrl+Shift+C")
        self.suggest_button = button(_("Suggest a correction"), key="F6")
        self.suggest_button.setVisible(actor.may(Right.SUGGEST_CORRECTION))
        self.card.body.insertWidget(0, self.outdated)
        actions = self._actions()
        self.card.body.addWidget(actions)
        self.build(self.card, below=(self.done, self.panel, self.own))
        self._side = CorrectionSide(
            self, self.panel, self.own, actions, self.done, self._on_suggest
        )
        self._connect()

    # What EntryPage asks

    def key(self, item: ArticleView) -> str:
        return item.article.article_id

    def listed_key(self, key: str) -> str:
        return key.partition(".")[0]

    def row(self, item: ArticleView) -> EntryRow:
        return words.article_row(item, self.filters.spoken, self._now().date())

    def list_work(self) -> Callable[[], Sequence[ArticleView]]:
        actor, spoken = self._actor, self.filters.spoken
        topic, typed = self.filters.topic.value, self.filters.find_field.text().strip()
        return lambda: self._knowledge.page(actor, spoken, topic=topic, text=typed)

    def nothing_listed(self) -> tuple[str, str]:
        if not self.filters.narrowed:
            return _("There are no articles yet."), _("They come with the next connection.")
        return _("No article matches."), _("Ask with fewer words, or for all topics.")

    def entry_work(self, key: str, content: str) -> Callable[[], ArticleView]:
        actor, spoken = self._actor, self.filters.spoken
        return lambda: self._knowledge.open(actor, key, spoken, content)

    def show_entry(self, key: str, content: str, found: ArticleView) -> None:
        self._side.begin()
        self.card.show_view(found)
        self.today_button.setVisible(bool(content) and bool(found.languages))
        self.outdated.show_text(_outdated(found))
        self._side.shown(key)

    def focus_entry(self) -> None:
        self.card.text.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def _title_of(self, key: str, content: str) -> str:
        entry = self._knowledge.entries.find(key, content)
        return entry.value.title if entry else key

    def _actions(self) -> QWidget:
        line = QWidget()
        flow = FlowLayout(line, GRID)
        for made in (
            self.copy_button,
            self.print_button,
            self.suggest_button,
            self.own.button,
        ):
            flow.addWidget(made)
        return line

    def _connect(self) -> None:
        self.filters.changed.connect(self.refresh)
        self.filters.left.connect(self.focus_list)
        self.filters.language.picked.connect(lambda _code: self._in_language())
        self.card.language_asked.connect(self._on_language)
        self.card.copied.connect(
            lambda: self.done.show_text(_("Copied, with the title and its dates."))
        )
        self.copy_button.setToolTip(
            _("Alt+Up and Alt+Down, or a click, mark a paragraph; Ctrl+C copies it.")
        )
        self.copy_button.clicked.connect(self.card.text.copy_marked)
        self.print_button.clicked.connect(self._on_print)
        self.suggest_button.clicked.connect(self._on_suggest)
        self.today_button.clicked.connect(lambda: self.open_entry(self.opened[0]))
        self.add_key("Ctrl+F", self._on_find)
        self.add_key("Alt+Down", self.card.step(1))
        self.add_key("Alt+Up", self.card.step(-1))

    def _on_find(self) -> None:
        self.filters.find_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.find_field.selectAll()

    def _in_language(self) -> None:
        key, content = self.opened
        if key and not content:
            self.open_entry(self.listed_key(key))

    def _on_language(self, code: str) -> None:
        if self.card.view is not None:
            self.open_entry(f"{self.card.view.article.article_id}.{code}")

    def _on_suggest(self) -> None:
        view = self.card.view
        if view is not None:
            self._side.make_room()
            self.panel.ask(view.article.entry_id, view.content)

    def _on_print(self) -> None:
        view = self.card.view
        if view is not None and self._print_page(self, article_page(view, self._now())):
            self.done.show_text(_("Sent to the printer."))

    def _now(self) -> dt.datetime:
        return local(to_ms(self._clock()))


def _outdated(view: ArticleView) -> str:
    if not view.outdated:
        return ""
    if view.languages:
        return _("This is what it said then. Today it says something else.")
    return _("This article is offered no more. It is kept because old calls name it.")
