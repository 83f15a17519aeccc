"""Sentences for bundles and receipts in files. Part of ui/problems.py, and of the codes on the page
of sending. Nothing is ever lost by these: what waits stays on this PC."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    # The stick or the folder
    "folder.gone": N_(
        "The stick or the folder cannot be reached. Was it pulled out? Nothing is lost; put it in and try again."
    ),
    "folder.full": N_(
        "There is not enough room on the stick or in the folder. Nothing half was left there; make room or take another one."
    ),
    "folder.read_only": N_(
        "The stick or the folder may not be written or read. Look for its lock, or take another one."
    ),
    "folder.locked": N_("Another program holds the file. Close it there, then try again."),
    "folder.differs": N_(
        "The stick did not give back what was written on it. It is failing: take another one. Nothing is lost."
    ),
    "folder.not_a_file": N_("This is no ordinary file. Choose the file with the receipts."),
    "folder.inside": N_(
        "This folder belongs to the program's own data. Choose one on the stick or the share."
    ),
    # The file
    "bundle.not_enrolled": N_(
        "The ministry does not know this PC yet, so nothing can be sealed for it. Enrol it first, with a code from the ministry."
    ),
    "bundle.too_large": N_("The file is far larger than receipts can be. Nothing was read of it."),
    "bundle.not_one": N_(
        "This file is not from the ministry's 117 server. Choose the one whose name ends in “.receipts.117”."
    ),
    "bundle.is_records": N_(
        "This is the bundle that this PC wrote, not the answer. Choose the file whose name ends in “.receipts.117”."
    ),
    "bundle.newer": N_(
        "The file was made by a newer version of the program. Install the newer version; nothing was changed."
    ),
    "bundle.cut": N_(
        "The file ends too early: it was not copied to its end. Copy it once more; nothing was changed."
    ),
    "bundle.changed": N_(
        "The file was damaged or changed on the way. Copy it once more or ask the ministry for it again; nothing was changed."
    ),
    "bundle.malformed": N_(
        "The file is signed, but not of the agreed form. Nothing was changed. Call the ministry."
    ),
    "bundle.bad_signature": N_(
        "The signature is not the ministry's. Nothing was changed. Tell your IT staff where the file comes from."
    ),
    "bundle.other_server": N_(
        "These receipts are of another server than the one this PC knows. Nothing was changed."
    ),
    "bundle.other_device": N_(
        "These receipts are for another PC. Read them there; nothing was changed here."
    ),
    "bundle.other_epoch": N_(
        "The ministry's server was put back to an older state, and these receipts are not the answer to the newest bundle. Nothing was changed. Write a new bundle and bring its receipts."
    ),
}
