"""By stick or shared folder: a bundle out, receipts in, and the folder where that goes by itself."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.i18n import _, ngettext
from operator_app.sync.bundle import RECEIPTS_SUFFIX, receipts_name
from operator_app.sync.bundle_post import BundlePost, PostFacts, Written
from operator_app.sync.bundles import ReceiptsTaken
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.problems import sentence
from operator_app.ui.sync_wording import code_sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Card, Notice, button, text
from operator_app.ui.wording import day_and_time


class FolderCard(Card):
    """What was written and read, and why not. Files are written and read off the main thread."""

    def __init__(
        self,
        post: BundlePost,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
    ) -> None:
        super().__init__(_("By stick or shared folder"))
        self._post = post
        self._actor = actor
        self._tasks = tasks
        self._events = events
        self._dialogs = dialogs
        self._clock = clock
        self.written = text("", wrap=True)
        self.read = text("", wrap=True)
        self.folder = text("", wrap=True)
        self.trouble = Notice("warning")
        self.done = Notice()
        self.problem = Notice("danger")
        self.write_button = button(_("Write a bundle…"), key="Ctrl+U")
        self.read_button = button(_("Read receipts…"), key="Ctrl+O")
        self.choose_button = button(_("Choose a folder…"))
        self.forget_button = button(_("No folder any more"))
        self._lay_out()
        self.write_button.clicked.connect(self._on_write)
        self.read_button.clicked.connect(self._on_read)
        self.choose_button.clicked.connect(self._on_choose)
        self.forget_button.clicked.connect(lambda: self._set_folder(None))
        events.sync_changed.connect(lambda _status: self._on_news())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read how it stands."""
        self._tasks.database(
            self, lambda: self._post.facts(self._actor), self._show, self._on_failed
        )

    def _on_news(self) -> None:
        if self.isVisible():
            self.refresh()

    def _show(self, facts: PostFacts) -> None:
        today = local_day(to_ms(self._clock()))

        def moment(at: int | None) -> str:
            return "–" if at is None else day_and_time(at, today)

        self.written.setText(_("Last bundle: {when}").format(when=moment(facts.written_at)))
        self.read.setText(_("Last receipts read: {when}").format(when=moment(facts.read_at)))
        by_itself = facts.folder is not None
        if by_itself:
            said = _("By itself through: {folder}").format(folder=facts.folder)
            waits = ngettext(
                "{n} bundle there has no receipts yet.",
                "{n} bundles there have no receipts yet.",
                facts.outside,
            ).format(n=facts.outside)
            self.folder.setText(f"{said}\n{waits}" if facts.outside else said)
        self.folder.setVisible(by_itself)
        self.forget_button.setVisible(by_itself and self._actor.may(Right.MANAGE_SYNC))
        self.trouble.show_text(code_sentence(facts.problem) if by_itself else "")

    def _on_write(self) -> None:
        folder = self._dialogs.ask_folder(self, _("Onto which stick or into which folder?"))
        if folder is not None:
            self._begin()
            self._tasks.background(
                self,
                lambda: self._post.write_into(self._actor, folder),
                self._on_written,
                self._on_failed,
            )

    def _on_written(self, written: Written) -> None:
        count = ngettext("{n} record", "{n} records", written.count).format(n=written.count)
        said = _(
            "Written: {name} ({count}). Bring it to the ministry; it stays in the queue here until the receipts come back in {receipts}."
        ).format(name=written.name, count=count, receipts=receipts_name(written.name))
        if written.left:
            more = _("The bundle is full; {n} wait for the next one.").format(n=written.left)
            said = f"{said} {more}"
        self._end(said)

    def _on_read(self) -> None:
        kind = _("Receipts") + f" (*{RECEIPTS_SUFFIX})"
        file = self._dialogs.ask_open_path(self, _("Which receipts?"), kind)
        if file is not None:
            self._begin()
            self._tasks.background(
                self,
                lambda: self._post.read_from(self._actor, file),
                self._on_taken,
                self._on_failed,
            )

    def _on_taken(self, taken: ReceiptsTaken) -> None:
        said = [
            ngettext(
                "{n} receipt of the ministry was verified and read.",
                "{n} receipts of the ministry were verified and read.",
                taken.confirmed,
            ).format(n=taken.confirmed)
        ]
        if taken.foreign:
            said.append(
                _("{n} are about entries that are not on this PC; the ministry has them.").format(
                    n=taken.foreign
                )
            )
        if taken.missing:
            said.append(
                _("The ministry lacks {n} that it had; they are in the queue again.").format(
                    n=taken.missing
                )
            )
        if taken.again:
            said.append(
                ngettext(
                    "{n} entry was not taken: the ministry has a new key. Write a new bundle, it is sealed to that one.",
                    "{n} entries were not taken: the ministry has a new key. Write a new bundle, they are sealed to that one.",
                    taken.again,
                ).format(n=taken.again)
            )
        self._end(" ".join(said))

    def _on_choose(self) -> None:
        folder = self._dialogs.ask_folder(self, _("Through which folder shall it go by itself?"))
        if folder is not None:
            self._set_folder(folder)

    def _set_folder(self, folder: Path | None) -> None:
        self._begin()
        self._tasks.background(
            self,
            lambda: self._post.set_folder(self._actor, folder),
            lambda _nothing: self._end(_("Saved.")),
            self._on_failed,
        )

    def _begin(self) -> None:
        self.done.show_text("")
        self.problem.show_text("")
        self._set_enabled(False)

    def _end(self, said: str) -> None:
        self._set_enabled(True)
        self.done.show_text(said)
        self.refresh()
        # The figures of the page, and what the folder brings by itself.
        self._events.send_now_asked.emit()

    def _on_failed(self, error: Exception) -> None:
        self._set_enabled(True)
        self.problem.show_text(sentence(error))

    def _set_enabled(self, enabled: bool) -> None:
        for each in (self.write_button, self.read_button, self.choose_button, self.forget_button):
            each.setEnabled(enabled)

    def _lay_out(self) -> None:
        hint: QLabel = text(
            _(
                "Where there is no connection. Records are sealed: who finds the stick reads nothing."
            ),
            "hint",
            wrap=True,
        )
        manages = self._actor.may(Right.MANAGE_SYNC)
        self.choose_button.setVisible(manages)
        self.forget_button.hide()
        for part in (
            hint,
            self.written,
            self.read,
            self.write_button,
            self.read_button,
            self.done,
            self.problem,
            self.folder,
            self.trouble,
            self.choose_button,
            self.forget_button,
        ):
            self.body.addWidget(part)
