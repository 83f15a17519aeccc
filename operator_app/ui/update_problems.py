"""What went wrong with fetching a newer version, in words."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    "program.disk_full": N_("There is too little room in the folder for updates. Make room; it is tried again by itself."),
    "program.folder_gone": N_("The folder for updates is not there. It is tried again by itself."),
    "program.folder_not_writable": N_("The folder for updates cannot be written. Give the account of the operators the right to; it is tried again by itself."),
    "program.not_there": N_("The ministry's server does not have the file. It is tried again by itself."),
    "program.wrong_hash": N_("What was fetched is not what the ministry signed. It was deleted; it is tried again tomorrow. If it comes back, tell the ministry."),
    "program.no_pieces": N_("Something in the network does not let the file through in pieces. Tell your IT staff."),
}  # fmt: skip
"""By code."""
