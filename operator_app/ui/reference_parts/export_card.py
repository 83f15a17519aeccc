"""Handing the directory over as a file, in the form that other programs read."""

from __future__ import annotations

from functools import partial

from operator_app.domain.people import Actor, Right
from operator_app.i18n import _
from operator_app.services.exports import Export
from operator_app.services.reference_import import ReferenceImport
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.problems import sentence
from operator_app.ui.saving import ask_where, documents_folder
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Card, button, text
from operator_app.ui.widgets.outcome import Outcome


class ExportCard(Card):
    """Two ways out, and what came of it."""

    def __init__(
        self, imports: ReferenceImport, actor: Actor, tasks: Tasks, dialogs: Dialogs, width: int
    ) -> None:
        super().__init__(_("Hand the directory over"))
        self._imports = imports
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._folder = documents_folder()
        self.json_button = button(_("JSON"), key="Ctrl+J")
        self.zip_button = button(_("Tables in a zip"), key="Ctrl+E")
        self.outcome = Outcome(width)
        hint = _("In the form HSDS 3.0, which other programs read.")
        if not actor.may(Right.SEE_CONFIDENTIAL_PLACES):
            hint += " " + _("Confidential addresses are left out.")
        self.body.addWidget(text(hint, "hint", wrap=True))
        for made in (self.json_button, self.zip_button, self.outcome):
            self.body.addWidget(made)
        self.json_button.clicked.connect(partial(self._on_asked, "json"))
        self.zip_button.clicked.connect(partial(self._on_asked, "zip"))

    def _on_asked(self, kind: str, _checked: bool = False) -> None:
        file_type = {"json": _("JSON file (*.json)"), "zip": _("zip file (*.zip)")}[kind]
        proposed = self._folder / f"117_directory.{kind}"
        file = ask_where(self._dialogs, self, _("Save the directory"), proposed, file_type)
        if file is None:
            return
        self.outcome.say()
        self._allow(False)
        self._tasks.database(
            self,
            lambda: self._imports.export_directory(self._actor, file, kind),
            self._on_exported,
            self._on_failed,
        )

    def _on_exported(self, export: Export) -> None:
        self._folder = export.file.parent
        self._allow(True)
        self.outcome.say_written(export.file)

    def _on_failed(self, error: Exception) -> None:
        self._allow(True)
        self.outcome.say(problem=sentence(error))

    def _allow(self, allowed: bool) -> None:
        self.json_button.setEnabled(allowed)
        self.zip_button.setEnabled(allowed)
