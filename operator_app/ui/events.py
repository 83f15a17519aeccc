"""What happened, told to every screen that cares. Signals are past tense."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Events(QObject):
    """One object per signed-in session, given to the screens."""

    calls_changed = Signal(str)
    """A call was saved, amended or voided: its id."""

    sync_changed = Signal(object)
    """The state of sync was read again: a SyncStatus."""

    send_now_asked = Signal()
    """Somebody pressed "Send now"."""

    open_call_asked = Signal(str)
    """Show this call in the journal."""

    cases_changed = Signal(str)
    """A case was changed, here or by what came from elsewhere: its id."""

    open_case_asked = Signal(str)
    """Show this case on the Cases screen."""

    feeds_changed = Signal(object)
    """What the ministry publishes was taken: the names of the feeds."""

    mend_asked = Signal(object)
    """Open the record of a revision that did not pass, where it is wrong: a Refused."""

    risen_follow_ups_asked = Signal()
    """Show the follow-ups that are so late that they are a supervisor's business."""

    version_asked = Signal()
    """Show the version of the program, on the page of this PC."""

    sync_state_asked = Signal()
    """Show what waits for the ministry."""
