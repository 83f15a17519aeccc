"""The ways without a line: bundles and receipts by stick or folder, and before them the ministry's
card; and the other PCs of the office."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor
from operator_app.i18n import _
from operator_app.sync.bundle_post import BundlePost
from operator_app.sync.enrol_by_file import EnrolmentByFile
from operator_app.sync.seats import OfficeSeats
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.sync_parts.card_block import CardBlock
from operator_app.ui.sync_parts.folder_card import FolderCard
from operator_app.ui.sync_parts.seats_card import SeatsCard
from operator_app.ui.sync_parts.ways import Ways
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID


class ByStick(QWidget):
    """Both below each other; while a card is compared, it alone."""

    def __init__(
        self,
        enrolment: EnrolmentByFile,
        post: BundlePost,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
    ) -> None:
        super().__init__()
        self.asking = CardBlock(enrolment, actor, tasks, events, dialogs, clock)
        self.folder = FolderCard(post, actor, tasks, events, dialogs, clock)
        self.asking.comparing.connect(self.folder.setHidden)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.asking)
        layout.addWidget(self.folder)


def add_ways(
    ways: Ways,
    enrolment: EnrolmentByFile,
    post: BundlePost,
    seats: OfficeSeats,
    actor: Actor,
    tasks: Tasks,
    events: Events,
    dialogs: Dialogs,
    clock: Clock,
) -> None:
    """A tab each on the page to the ministry."""
    by_stick = ByStick(enrolment, post, actor, tasks, events, dialogs, clock)
    ways.add(_("Stick or folder"), by_stick)
    ways.add(_("Our PCs"), SeatsCard(seats, actor, tasks, events, dialogs, clock))
