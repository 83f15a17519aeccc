"""Sentences for what can go wrong with people, shifts and the database key. Part of ui/problems.py."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    # People
    "person.own_role": N_("Another supervisor changes your role."),
    "person.last_supervisor": N_(
        "This is the last supervisor of this PC. Make somebody else a supervisor first."
    ),
    # Shifts
    "shifts.faults": N_("Please correct the marked fields. The shifts are as they were."),
    "shift.none": N_("An office needs at least one shift."),
    "shift.too_many": N_("At most {most} shifts."),
    "shift.name_missing": N_("The name is missing."),
    "shift.name_long": N_("The name is longer than {most} signs."),
    "shift.time_form": N_("A time from 0:00 to 24:00, as in 9:00."),
    "shift.overlaps": N_("It begins while another shift is still on."),
    "shift.code": N_("This shift stands there twice. Take one away."),
    # Duty
    "duty.faults": N_("Nothing was changed."),
    "duty.shift_unknown": N_("There is no such shift on this day. Open the page again."),
    "duty.person_unknown": N_(
        "This person takes no calls on this PC, or was removed. Open the page again."
    ),
    "duty.day_far": N_("This day is more than a year away."),
    "handover.faults": N_("The words are too long."),
    # The key of the database
    "database.taken": N_(
        "The key of the database is being changed. Wait until it is done, then try again. What you typed is still on the screen."
    ),
    "rekey.no_space": N_(
        "The disk is too full: {needed} MB are needed, {free} MB are free. Free some space first. Nothing was changed."
    ),
    "rekey.not_written": N_(
        "The key could not be changed: the files cannot be written. Another program may hold them. Everything is as it was; try again."
    ),
    "rekey.copy_damaged": N_(
        "The key was not changed: the copy is not sound, so the disk may be failing. Everything is as it was. Call your IT staff."
    ),
    "rekey.recovery_needed": N_(
        "The recovery key was made by an older version of the program and cannot go on. Choose a new one."
    ),
}
