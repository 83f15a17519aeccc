"""What goes by stick and by the office's shared folder. Part of the composition root."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from operator_app import __version__
from operator_app.sync.bundle_post import BundlePost
from operator_app.sync.enrol_by_file import EnrolmentByFile
from operator_app.sync.seats import OfficeSeats
from operator_app.ui.folder_driver import FolderDriver
from operator_app.ui.sync_parts.by_stick import add_ways

if TYPE_CHECKING:
    from operator_app.app import Application
    from operator_app.desk import Desk


class ByFolder:
    """Bundles and the office's other PCs; neither is offered where IT does not allow folders."""

    def __init__(self, desk: Desk, application: Application, take_in: Callable[..., int]) -> None:
        """`take_in(connection)` brings what other PCs wrote into the rows that screens read."""
        self._application = application
        clock, tasks = application.clock, application.tasks
        allowed = desk.policy.allows("folder")
        self._post = BundlePost(desk.database, clock, __version__, allowed=allowed)
        self._seats = OfficeSeats(desk.database, clock, take_in, allowed=allowed)
        shared = (desk.actor, tasks, desk.events, application.dialogs, clock)
        if allowed:
            card = EnrolmentByFile(desk.database, clock)
            add_ways(desk.sync_page.ways, card, self._post, self._seats, *shared)
        self.driver = FolderDriver(
            self._post, self._seats, desk.database, tasks, desk.events, clock
        )

    def end(self) -> None:
        """Stop; what is under way may take its time to end."""
        self.driver.stop()
        self.driver.deleteLater()
        for way in (self._post, self._seats):
            self._application.tasks.network(self._application, way.close, _nothing, _nothing)


def _nothing(_result: object) -> None:
    """Nobody waits for it."""
