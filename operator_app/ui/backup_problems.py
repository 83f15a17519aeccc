"""Sentences for what can go wrong with backups and restoring. Part of ui/problems.py."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    # Making one
    "backup.stopped": N_("Stopped. The backups from before are as they were."),
    "backup.under_way": N_("A backup is being made or checked already. Wait until it is done."),
    "backup.failed_check": N_(
        "The new backup was not whole and was thrown away; the ones from before are as they were. Tell your IT staff: the disk may be failing."
    ),
    "backup.key_changing": N_(
        "The key of the office is being changed. Try again when that is done."
    ),
    "backup.disk_full": N_(
        "There is not enough room on this PC's disk. Free some space; the backups from before are as they were."
    ),
    "backup.read_only": N_(
        "This PC does not let the program write where backups lie. Call your IT staff."
    ),
    "backup.not_written": N_(
        "The disk did not take what was written. What was there before is as it was. Tell your IT staff."
    ),
    # The folder where IT points
    "backup.folder_gone": N_(
        "The folder for the further copy cannot be reached. The backups on this PC are made all the same; the copy follows when the folder is there again."
    ),
    "backup.folder_full": N_("There is not enough room in the folder for the further copy."),
    "backup.folder_read_only": N_("The folder for the further copy may only be read."),
    "backup.folder_inside": N_(
        "This folder lies on the same disk inside the program's own data: a copy there would be lost with it. Choose another disk or a shared folder."
    ),
    # Reading one
    "backup.missing": N_("The file is not there any more."),
    "backup.unreadable": N_(
        "The file cannot be read. The stick or the share may have gone, or the disk is failing."
    ),
    "backup.not_one": N_("This is no backup of this program, or only a part of one."),
    "backup.incomplete": N_("A part of this backup is missing. Choose another one."),
    "backup.damaged": N_("This backup is damaged: it is not what was written. Choose another one."),
    "backup.newer": N_(
        "This backup was made by a newer version of the program. Install that version first."
    ),
    "backup.other_key": N_(
        "This backup was made under an earlier key of the office, so it cannot be checked here. Restoring it asks for the passwords or the recovery key of that time."
    ),
    # Restoring
    "restore.not_by_role": N_(
        "Only a supervisor or IT staff restores a backup, or whoever has the recovery key."
    ),
    "restore.office_here": N_(
        "There is an office on this PC already. To restore all the same, add --replace: what is here is kept aside, nothing is deleted."
    ),
    "restore.other_office": N_(
        "Another office, or another PC's, is set up here. To restore all the same, add --replace: what is here is kept aside, nothing is deleted."
    ),
}
