"""The letter of a referral, as it will be on paper, and its ways out of the program."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.people import Actor
from operator_app.errors import EnvironmentProblem
from operator_app.export.html import Page
from operator_app.export.referral_letter import LETTER_LANGUAGES
from operator_app.i18n import _, language
from operator_app.services.exports import Export
from operator_app.services.letters import Letters
from operator_app.ui import problems
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.printing import PageView, PrintPage, print_page
from operator_app.ui.saving import ask_where, documents_folder
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, button, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.fitting_scroll import SCROLL_BAR, FittingScroll
from operator_app.ui.widgets.outcome import Outcome

WIDTH = 320


class LetterPage(QWidget):
    """Shows the letter of one referral at a time; `closed` when the person goes back.

    `print_page` asks for a printer and prints; tests pass their own.
    """

    closed = Signal()

    def __init__(
        self,
        letters: Letters,
        actor: Actor,
        tasks: Tasks,
        dialogs: Dialogs,
        print_page: PrintPage = print_page,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._letters = letters
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._print_page = print_page
        self._case_id = self._referral_id = ""
        self._folder = documents_folder()
        self.view = PageView()
        self.view.setAccessibleName(_("Letter as it will be printed"))
        self.back_button = button(_("Back"), key="Esc")
        self.language = ChipGroup(
            [Chip("ky", "Кыргызча", "1"), Chip("ru", "Русский", "2")], _("Language of the letter")
        )
        self.pdf_button = button(_("Save PDF"), "primary", "Ctrl+D")
        self.print_button = button(_("Print"), key="Ctrl+P")
        self.outcome = Outcome(WIDTH)
        self._build()
        self.back_button.clicked.connect(self.closed)
        self.language.changed.connect(self._on_language_changed)
        self.pdf_button.clicked.connect(self._on_pdf_asked)
        self.print_button.clicked.connect(self._on_print_asked)

    def show_letter(self, case_id: str, referral_id: str) -> None:
        """Show the letter of this referral, in the language of the screens where that can be."""
        self._case_id, self._referral_id = case_id, referral_id
        self.view.clear()
        self.outcome.say()
        spoken = language()
        with QSignalBlocker(self.language):
            self.language.set_value(spoken if spoken in LETTER_LANGUAGES else "ru")
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.language.setFocus()

    def _build(self) -> None:
        panel = QWidget()
        panel.setFixedWidth(WIDTH)
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(text(_("Referral letter"), "screenTitle", wrap=True))
        spoken = Card(_("Language of the letter"))
        spoken.body.addWidget(self.language)
        ways = Card(_("Pass on the letter"))
        ways.body.addWidget(self.pdf_button)
        ways.body.addWidget(self.print_button)
        said = text(
            _(
                "The letter holds only what the person allowed. The file is not encrypted: give it to the service and delete it from this PC."
            ),
            "hint",
            wrap=True,
        )
        ways.body.addWidget(said)
        column.addWidget(spoken)
        column.addWidget(ways)
        column.addWidget(self.outcome)
        column.addWidget(self.back_button)
        column.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.view, 1)
        layout.addWidget(FittingScroll(panel, WIDTH + SCROLL_BAR))

    @property
    def _wanted(self) -> tuple[Actor, str, str, str]:
        return self._actor, self._case_id, self._referral_id, self.language.value or "ru"

    def _refresh(self) -> None:
        """Read the letter anew: consent may have been withdrawn since."""
        self._allow(False)
        wanted = self._wanted
        self._tasks.database(
            self,
            lambda: self._letters.letter(*wanted),
            partial(self._on_read, wanted),
            self._on_failed,
        )

    def _on_language_changed(self) -> None:
        self.outcome.say()
        self._refresh()

    def _on_read(self, wanted: tuple[Actor, str, str, str], page: Page) -> None:
        if wanted != self._wanted:
            return
        self.view.show_page(page)
        self._allow(True)

    def _on_pdf_asked(self) -> None:
        actor, case_id, referral_id, _language = self._wanted
        self._tasks.database(
            self,
            lambda: self._letters.file_name(actor, case_id, referral_id),
            self._on_named,
            self._on_failed,
        )

    def _on_named(self, name: str) -> None:
        proposed = self._folder / name
        title, file_type = _("Save the letter"), _("PDF file (*.pdf)")
        file = ask_where(self._dialogs, self, title, proposed, file_type)
        if file is None:
            return
        self._allow(False)
        self.outcome.say()
        wanted = self._wanted
        self._tasks.database(
            self,
            lambda: self._letters.save_pdf(*wanted, file),
            self._on_saved,
            self._on_failed,
        )

    def _on_saved(self, export: Export) -> None:
        self._folder = export.file.parent
        self._allow(True)
        self.outcome.say_written(export.file)

    def _on_print_asked(self) -> None:
        wanted = self._wanted
        self._allow(False)
        self._tasks.database(
            self, lambda: self._letters.letter(*wanted), self._on_to_print, self._on_failed
        )

    def _on_to_print(self, page: Page) -> None:
        self._allow(True)
        if not self._print_page(self, page):
            return
        wanted = self._wanted
        self._tasks.database(
            self,
            lambda: self._letters.printed(*wanted),
            lambda _nothing: self.outcome.say(done=_("Sent to the printer.")),
            self._on_failed,
        )

    def _on_failed(self, error: Exception) -> None:
        """Nothing may be told any more, or the file could not be written."""
        self.outcome.say(problem=problems.sentence(error))
        if isinstance(error, EnvironmentProblem):
            self._allow(True)
        else:
            self.view.clear()
            self._allow(False)

    def _allow(self, allowed: bool) -> None:
        for made in (self.pdf_button, self.print_button):
            made.setEnabled(allowed)
