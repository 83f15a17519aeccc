"""Sentences for what can go wrong with files that are handed over. Part of ui/problems.py."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    "export.folder_missing": N_(
        "The folder is not there any more. Choose another one; nothing was written."
    ),
    "export.not_writable": N_(
        "The file cannot be written. It may be open in another program, or the folder may only be read. Close it or choose another folder; an older file of this name is as it was."
    ),
    "export.disk_full": N_(
        "The disk is full. Free some space or choose another one; an older file of this name is as it was."
    ),
    "export.not_written": N_(
        "The file could not be written. Choose another folder; an older file of this name is as it was."
    ),
    "schedule.faults": N_("Please correct the marked fields."),
    "schedule.folder_missing": N_(
        "This folder cannot be reached. Choose another one, or this one once it is there."
    ),
    "schedule.time_form": N_("Write the time as in 18:05."),
    "schedule.format_missing": N_("Choose at least one kind of file."),
    "schedule.setter_gone": N_(
        "Who set this is not here any more, or may not do it now. Save it once more, in your own name; the days that were missed are made up."
    ),
    "work.cancelled": N_("Stopped. Nothing was changed."),
    "audit.too_many_rows": N_(
        "More rows match than a file takes ({most}). Choose a shorter period; nothing was written."
    ),
}
