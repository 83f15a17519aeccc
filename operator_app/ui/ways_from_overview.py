"""From what is wrong in the overview to the place where it is mended."""

from __future__ import annotations

from operator_app.services.follow_ups import Scope
from operator_app.ui.events import Events
from operator_app.ui.main_window import MainWindow
from operator_app.ui.screens.follow_ups_screen import FollowUpsScreen


def lead_from_overview(
    events: Events, window: MainWindow, follow_ups: FollowUpsScreen | None
) -> None:
    """`follow_ups` is None for those who work on no cases."""

    def show_risen() -> None:
        if follow_ups is not None:
            window.go_to("follow-ups")
            follow_ups.show_scope(Scope.RISEN)

    events.risen_follow_ups_asked.connect(show_risen)
    events.sync_state_asked.connect(lambda: window.go_to("administration"))
