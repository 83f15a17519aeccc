"""Help beside the work: pages on the left, the text on the right; the quick card as paper."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.clock import Clock, local, to_ms
from operator_app.domain.help_pages import help_pages, quick_card
from operator_app.domain.people import Role
from operator_app.errors import AppError
from operator_app.export.entry_sheet import article_sheet
from operator_app.export.html import Page
from operator_app.i18n import _, language
from operator_app.services.exports import write_file
from operator_app.ui.article_paper import paper_body
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.printing import PrintPage, page_pdf, print_page
from operator_app.ui.problems import sentence
from operator_app.ui.saving import ask_where, documents_folder
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.widgets.article_text import ArticleText
from operator_app.ui.widgets.basic import GRID, button
from operator_app.ui.widgets.outcome import Outcome

LIST_WIDTH = 200
LINE_HEIGHT = 32
CARD_PIXELS = 16
"""Read from beside the keyboard, not from the hand."""
SIZE = (820, 600)


def page_for(place: str, call: CallScreen | None) -> str:
    """The page of a screen; a call about violence has its own."""
    return "danger" if place == "call" and call and call.fields.violence.isVisible() else place


class HelpWindow(QDialog):
    """Not modal: the call goes on beside it. Esc closes; it holds nothing of anybody."""

    def __init__(
        self,
        parent: QWidget,
        resources: Path,
        role: Role,
        dialogs: Dialogs,
        clock: Clock,
        print_: PrintPage = print_page,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Help"))
        self.resize(*SIZE)
        self._resources = resources
        self._role = role
        self._dialogs = dialogs
        self._clock = clock
        self._print = print_
        self._pages = help_pages(resources, language())
        self.list = QListWidget()
        self.list.setAccessibleName(_("Pages of the help"))
        self.list.setFixedWidth(LIST_WIDTH)
        for page in self._pages:
            line = QListWidgetItem(page.title, self.list)
            line.setSizeHint(QSize(0, LINE_HEIGHT))
        self.text = ArticleText(_("Help"))
        self.print_button = button(_("Print my quick card"), key="Ctrl+P")
        self.save_button = button(_("Save it as PDF"), key="Ctrl+S")
        self.outcome = Outcome(SIZE[0])
        self._build()
        self.list.currentRowChanged.connect(self._on_page)
        self.print_button.clicked.connect(self._on_print)
        self.save_button.clicked.connect(self._on_save)

    def show_page(self, name: str) -> None:
        """Open at the page of a screen; at the first where it has none."""
        names = [page.name for page in self._pages]
        self.list.setCurrentRow(names.index(name) if name in names else 0)
        self.show()
        self.activateWindow()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def shown(self) -> str:
        """The name of the page that is open."""
        return self._pages[max(0, self.list.currentRow())].name

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addStretch(1)
        foot.addWidget(self.print_button)
        foot.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.addLayout(row, 1)
        layout.addWidget(self.outcome)
        layout.addLayout(foot)

    def _on_page(self, row: int) -> None:
        page = self._pages[max(0, row)]
        self.text.show_markdown(f"# {page.title}\n\n{page.text}")

    def _card(self) -> Page:
        card = quick_card(self._resources, self._role, language())
        return article_sheet(
            title=card.title,
            lead="",
            note="",
            body=paper_body(card.text, CARD_PIXELS),
            printed_at=local(to_ms(self._clock())),
        )

    def _on_print(self) -> None:
        if self._print(self, self._card()):
            self.outcome.say(done=_("Sent to the printer."))

    def _on_save(self) -> None:
        proposed = documents_folder() / f"117-card-{self._role.value}-{language()}.pdf"
        title, file_type = _("Save the quick card"), _("PDF file (*.pdf)")
        file = ask_where(self._dialogs, self, title, proposed, file_type)
        if file is None:
            return
        try:
            write_file(file, page_pdf(self._card()))
        except AppError as error:
            self.outcome.say(problem=sentence(error))
        else:
            self.outcome.say_written(file)
