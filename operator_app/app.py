"""The composition root: the only place that builds things, in order, and takes them down in order."""

from __future__ import annotations

import contextlib
import logging
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from operator_app.config import Paths
from operator_app.db.keyring import KdfCost
from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor
from operator_app.domain.policy import NOTHING_HELD, InForce
from operator_app.domain.reference import Reference
from operator_app.errors import BadInput, EnvironmentProblem
from operator_app.export.stamp import stamp_everything
from operator_app.files import make_private, share_with_group
from operator_app.i18n import _, use_language
from operator_app.services.restore_place import finish_restore
from operator_app.services.sign_in import SignIn
from operator_app.training.folder import is_whole, refusal
from operator_app.ui import theme
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.first_paint import FirstPaint
from operator_app.ui.instance import InstanceLock
from operator_app.ui.preferences import Preferences
from operator_app.ui.problems import sentence
from operator_app.ui.saving import propose_folder
from operator_app.ui.sign_in_window import SignInWindow
from operator_app.ui.tasks import TaskRunner
from operator_app.ui.training_parts.band import TrainingBand, mark_window
from operator_app.ui.training_parts.beside import start_training
from operator_app.ui.training_parts.dialogs import TrainingDialogs

if TYPE_CHECKING:
    from operator_app.db.engine import Database
    from operator_app.desk import Desk
    from operator_app.services.call_drafts import Draft
    from operator_app.ui.long_work import Progress

log = logging.getLogger(__name__)


class Application(QObject):
    """From the first window to the last: set-up or sign-in, desk, lock, sign-out, end."""

    def __init__(
        self,
        qt: QApplication,
        paths: Paths,
        clock: Clock,
        dialogs: Dialogs,
        *,
        provisioning: Path | None = None,
        cost: KdfCost | None = None,
        policy: InForce = NOTHING_HELD,
    ) -> None:
        """`cost`: of new key slots; calibrated on this PC unless given. `policy`: what IT set."""
        super().__init__()
        self._qt = qt
        self.paths = paths
        self.clock = clock
        self.dialogs = TrainingDialogs(dialogs) if policy.training else dialogs
        self._provisioning = provisioning
        self.cost = cost
        self._lock = InstanceLock(paths)
        self.policy = policy
        self._refused = refusal(paths, training=policy.training)
        language = policy.text("language") if policy.holds("language") else ""
        self.preferences = Preferences(paths.window, held_language=language)
        propose_folder(policy.folder("export_folder"))
        self.tasks = TaskRunner(self)
        self._reference: Reference | None = None
        self.sign_in = SignIn(paths, clock)
        self._database: Database | None = None
        self.window: QWidget | None = None
        self.desk: Desk | None = None
        self._band: TrainingBand | None = None

    def start(self) -> bool:
        """Show the first window. False when another instance holds the data folder, or when the
        folder is an office's and this is the training, or the other way round."""
        if self._refused:
            return False
        with contextlib.suppress(OSError):
            # What it cannot do the lock tells in words.
            make_private(self.paths.data)
        if not self._lock.take():
            return False
        share_with_group(self.paths.data)
        self._finish_restore()
        stamp_everything(self.policy.training)
        use_language(self.preferences.language, self.paths.resources)
        self._dress()
        self._qt.styleHints().colorSchemeChanged.connect(lambda _scheme: self._dress())
        sys.excepthook = self._on_unhandled
        self._show_door()
        return True

    def _finish_restore(self) -> None:
        try:
            finish_restore(self.paths)
        except OSError as error:
            # The sign-in tells that the office is not in its place, and offers to restore again.
            log.warning("restore not finished: %s", type(error).__name__)

    def tell_running(self) -> None:
        """Say that the program is open already, or why this folder is not opened."""
        use_language(self.preferences.language, self.paths.resources)
        self.dialogs.tell(
            QWidget(), sentence(EnvironmentProblem(self._refused or self._lock.problem))
        )

    @property
    def reference(self) -> Reference:
        """Code lists and divisions; read when first needed."""
        if self._reference is None:
            from operator_app.services.reference import load_reference

            self._reference = load_reference(self.paths.resources)
        return self._reference

    @property
    def desk_now(self) -> Desk:
        """The desk, when it is certain that somebody is signed in."""
        if self.desk is None:
            raise RuntimeError("nobody is signed in")
        return self.desk

    def shut_down(self) -> None:
        """Stop what runs, keep what is typed, close what is open: in this order."""
        if self.desk is not None:
            self.desk.leave()
        self._leave_desk()
        if self.window is not None:
            self.window.hide()
            self.window.deleteLater()
            self.window = None
        self.tasks.shut_down()
        if self._database is not None:
            self._database.close()
            self._database = None
        share_with_group(self.paths.data)
        self._lock.release()
        stamp_everything(False)
        sys.excepthook = sys.__excepthook__

    def _show_door(self) -> None:
        if self.policy.training and not is_whole(self.paths):
            self._make_sandbox()
        elif not self.paths.is_set_up:
            self._show_set_up()
        else:
            self._show_sign_in()

    def _on_training_asked(self) -> None:
        try:
            start_training(self.preferences.language)
        except EnvironmentProblem as problem:
            self._tell(problem)

    def _make_sandbox(self) -> None:
        from operator_app.ui.training_parts.making_page import MakingWindow

        def make(progress: Progress) -> None:
            from operator_app.training.sandbox import make_sandbox

            make_sandbox(self.paths, self.reference, self.clock, self.cost, progress)

        window = MakingWindow(self.tasks, make)
        window.made.connect(self._on_sandbox_made)
        self._show(window)
        window.start()

    def _on_sandbox_made(self) -> None:
        self.sign_in = SignIn(self.paths, self.clock)
        self.preferences.last_login = ""
        self._show_sign_in()

    def _say_training(self) -> None:
        if self._band is not None:
            self._band.say()

    def _on_begin_again(self) -> None:
        question = _("Take this sandbox away, with all that was practised, and make a new one?")
        if self.window is not None and self.dialogs.confirm(self.window, question, _("Make anew")):
            # After the closing of the index, and then of the database, that were open before.
            self.tasks.database(self, lambda: None, self._once_closed, self._tell)

    def _once_closed(self, _none: None) -> None:
        self.tasks.network(self, lambda: None, lambda _none: self._make_sandbox(), self._tell)

    def _show_set_up(self) -> None:
        from operator_app.services.provisioning import read_provisioning
        from operator_app.ui.set_up_wizard import SetUpWizard

        text = None
        if self._provisioning:
            try:
                text = read_provisioning(self._provisioning)
            except BadInput as problem:
                # Said in words; the wizard works without the file.
                told = problem
                QTimer.singleShot(0, self, lambda: self._tell(told))
        wizard = SetUpWizard(
            self.paths,
            self.reference,
            self.tasks,
            self.clock,
            self.dialogs,
            preferences=self.preferences,
            provisioning_text=text,
            cost=self.cost,
        )
        wizard.finished_set_up.connect(self._show_sign_in)
        wizard.restore_asked.connect(self._show_restore)
        self._show(wizard)

    def _show_sign_in(self) -> None:
        window = SignInWindow(
            self.sign_in,
            self.tasks,
            self.preferences,
            self.paths,
            self.clock,
            office_name=self.preferences.office_name,
            cost=self.cost,
            training=self.policy.training,
        )
        window.signed_in.connect(self._on_signed_in)
        window.restore_asked.connect(self._show_restore)
        window.training_asked.connect(self._on_training_asked)
        window.begin_again_asked.connect(self._on_begin_again)
        window.language_chosen.connect(self._say_training)
        self._show(window)
        # While the password is typed: what the desk needs takes longer to import than the first
        # window to show.
        FirstPaint(window, self._warm_up)

    def _show_restore(self) -> None:
        from operator_app.ui.restore_wizard import RestoreWizard

        known = self.policy.folder("backup_folder") or self.preferences.backup_folder
        wizard = RestoreWizard(
            self.paths, self.tasks, self.clock, self.dialogs, [Path(known)] if known else []
        )
        wizard.went_back.connect(self._show_door)
        wizard.restored.connect(self._on_restored)
        self._show(wizard)

    def _on_restored(self) -> None:
        # Wrong passwords of before the restore do not count against its people.
        self.sign_in = SignIn(self.paths, self.clock)
        self.preferences.office_name = ""
        self._show_sign_in()

    def _warm_up(self) -> None:
        self.tasks.database(self, _import_desk, lambda _none: None, self._tell)

    def _on_signed_in(self, database: Database, actor: Actor) -> None:
        self._database = database
        self.preferences.last_login = actor.login
        self._enter(actor)

    def _enter(self, actor: Actor, draft: Draft | None = None, place: str = "") -> None:
        """Build the desk of a person; also again, after another language or appearance."""
        if self._database is None:
            return
        from operator_app.desk import Desk

        self.desk = Desk(self, self._database, actor)
        self._show(self.desk.window)
        if self._band is not None:
            from operator_app.ui.training_parts.desk import add_exercises

            desk = self.desk
            add_exercises(
                desk.window,
                self._band,
                self._database,
                actor,
                self.paths,
                self.tasks,
                desk.events,
            )
        self.desk.begin(draft, place)

    def rebuild(self) -> None:
        """The same desk in another language or dress; an unfinished call goes along."""
        desk = self.desk
        if desk is None:
            return
        draft = desk.call_screen.unsaved() if desk.call_screen else None
        place = desk.window.current_place
        self._leave_desk()
        self._enter(desk.actor, draft, place)

    def change_person(self, actor: Actor) -> None:
        """Another person takes over at the lock."""
        self._leave_desk()
        self.preferences.last_login = actor.login
        self._enter(actor)

    def sign_out(self) -> None:
        """Close the office; the next window is the sign-in."""
        if self.desk is not None:
            self.desk.leave()
        self._leave_desk()
        if self._database is not None:
            # After the sync round that may be under way with it.
            self.tasks.network(self, self._database.close, lambda _none: None, self._tell)
            self._database = None
        self._show_sign_in()

    def use_language(self, code: str) -> None:
        """Switch the language at once."""
        self.preferences.language = code
        use_language(self.preferences.language, self.paths.resources)
        self.rebuild()

    def use_appearance(self, name: str) -> None:
        """Switch between light, dark, and what the system says."""
        self.preferences.appearance = name
        self._dress()
        self.rebuild()

    def _leave_desk(self) -> None:
        if self.desk is not None:
            self.desk.end()
            self.desk = None

    def _show(self, window: QWidget) -> None:
        before, self.window = self.window, window
        self._band = mark_window(window) if self.policy.training else None
        if before is not None:
            window.setGeometry(before.geometry())
        elif not self.preferences.geometry.isEmpty():
            window.restoreGeometry(self.preferences.geometry)
        else:
            window.resize(1366, 768)
        window.show()
        if before is not None:
            before.hide()
            before.deleteLater()

    def _dress(self) -> None:
        wanted = self.preferences.appearance
        dark = wanted == "dark" or (wanted == "system" and theme.system_prefers_dark())
        dress = theme.DARK if dark else theme.LIGHT
        if self.policy.training:
            dress = theme.for_training(dress)
        theme.apply_theme(self._qt, dress, self.paths.resources)

    def _tell(self, error: Exception) -> None:
        if self.window is not None:
            self.dialogs.tell(self.window, sentence(error))

    def _on_unhandled(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """A fault of the program: log it, keep what is typed, tell, go on."""
        log.critical("unhandled", exc_info=(kind, error, trace))
        if self.desk is not None:
            self.desk.keep_draft()
        if isinstance(error, Exception):
            self._tell(error)


def _import_desk() -> None:
    import operator_app.desk  # noqa: F401
