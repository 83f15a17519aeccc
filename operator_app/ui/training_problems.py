"""Sentences for what stands in the way of training mode. Part of ui/problems.py."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    "training.office_here": N_(
        "This data folder holds a real office. Training never opens one. Start the training without --data: it has a folder of its own."
    ),
    "training.sandbox_here": N_(
        "This data folder holds the training, not an office. Start the program with --training, or with the folder of the office."
    ),
    "training.not_started": N_("The training could not be started. Call your IT staff."),
    "training.not_made": N_(
        "The training could not be made. Look whether the disk has room, then try again."
    ),
}
