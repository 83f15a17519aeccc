"""Sentences for what IT set for a PC and cannot be used. Part of ui/problems.py."""

from __future__ import annotations

from operator_app.i18n import N_

SENTENCES: dict[str, str] = {
    "policy.held": N_("IT's policy sets this on this PC; it cannot be changed here."),
    "carrier.not_allowed": N_(
        "IT's policy does not allow this way to the ministry on this PC. Records are kept here. Ask your IT staff."
    ),
    "policy.faults": N_("Please correct the marked fields."),
    "policy.unknown": N_("This setting is not known. Look at its spelling."),
    "policy.unreadable": N_(
        "What IT set cannot be read. It counts as not set; the program works without it."
    ),
    "policy.everybody_writes": N_(
        "Everybody may write the policy file, so nothing is taken from it. Only root may be able to write it."
    ),
    "policy.not_switch": N_("The value is 1 or 0; in a file, true or false."),
    "policy.not_number": N_("The value is a whole number from {least} to {most}."),
    "policy.not_text": N_("The value is a text of at most 400 signs."),
    "policy.empty": N_("The value is empty."),
    "policy.not_choice": N_("The value is one of these: {choices}."),
    "policy.address_form": N_(
        "The address begins with https:// and names the server, as in https://117.example.kg"
    ),
    "policy.proxy_form": N_(
        "The proxy is written as http://10.0.0.1:3128 without a password, or as the word direct for none."
    ),
    "policy.not_absolute": N_(
        r"The folder must begin with a drive or a share, as in D:\117 or \\server\117."
    ),
    "policy.update_folder_missing": N_(
        "Updates are to be fetched, but no folder is set for them: they are only told."
    ),
}
