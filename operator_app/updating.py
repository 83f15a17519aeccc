"""What tells of newer versions of the program, and fetches them. Part of the composition root."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from operator_app import __version__
from operator_app.services.pc_check.windows import build
from operator_app.services.program_updates import FETCH, ProgramUpdates
from operator_app.sync.carriers.chosen import open_carrier
from operator_app.sync.program_fetch import ProgramFetch
from operator_app.ui.main_window import MainWindow
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.update_driver import UpdateDriver
from operator_app.ui.widgets.update_bar import UpdateBar

if TYPE_CHECKING:
    from operator_app.app import Application
    from operator_app.desk import Desk


class Updating:
    """`updates` reads what is known; `driver` is there where IT wants newer versions fetched."""

    def __init__(self, desk: Desk, application: Application) -> None:
        self._application = application
        self._events = desk.events
        self._call_screen: CallScreen | None = None
        build_of_windows = build()
        self.updates = ProgramUpdates(
            desk.database, desk.policy, running=__version__, build=build_of_windows
        )
        self.bar = UpdateBar(self.updates, desk.actor, application.tasks, desk.events)
        self.driver: UpdateDriver | None = None
        folder = desk.policy.folder("update_folder")
        if self.updates.mode == FETCH and folder is not None:
            fetch = ProgramFetch(
                desk.database,
                application.clock,
                partial(open_carrier, desk.database, policy=desk.policy),
                folder=folder,
                running=__version__,
                build=build_of_windows,
            )
            self.driver = UpdateDriver(fetch, application.tasks, self._is_quiet)
            self.driver.changed.connect(lambda _state: self.bar.refresh())

    def join(self, window: MainWindow, call_screen: CallScreen | None) -> None:
        """Put the strip into the window; it waits while a call is in progress."""
        window.add_strip(self.bar)
        self.bar.read_asked.connect(self._events.version_asked)
        self._call_screen = call_screen
        if call_screen is not None:
            call_screen.progress_changed.connect(self.bar.set_in_call)

    def begin(self) -> None:
        """Tell what there is to tell; begin to fetch."""
        self.bar.refresh()
        if self.driver is not None:
            self.driver.start()

    def end(self) -> None:
        """Stop; the piece under way may take its time to end."""
        if self.driver is not None:
            self.driver.stop()
            self.driver.deleteLater()
            tasks = self._application.tasks
            tasks.network(self._application, self.driver.close, _nothing, _nothing)

    def _is_quiet(self) -> bool:
        return self._call_screen is None or not self._call_screen.in_progress


def _nothing(_result: object) -> None:
    """Nobody waits for it."""
