"""Sentences for error codes: what happened, and what to do. The only place that words them."""

from __future__ import annotations

import logging

from operator_app.errors import AppError, BadInput, Fault
from operator_app.i18n import N_, _
from operator_app.ui.backup_problems import SENTENCES as BACKUP_SENTENCES
from operator_app.ui.card_problems import SENTENCES as CARD_SENTENCES
from operator_app.ui.directory_problems import SENTENCES as DIRECTORY_SENTENCES
from operator_app.ui.export_problems import SENTENCES as EXPORT_SENTENCES
from operator_app.ui.folder_problems import SENTENCES as FOLDER_SENTENCES
from operator_app.ui.lookup_problems import SENTENCES as LOOKUP_SENTENCES
from operator_app.ui.people_problems import SENTENCES as PEOPLE_SENTENCES
from operator_app.ui.policy_problems import SENTENCES as POLICY_SENTENCES
from operator_app.ui.reference_problems import SENTENCES as REFERENCE_SENTENCES
from operator_app.ui.review_problems import SENTENCES as REVIEW_SENTENCES
from operator_app.ui.seat_problems import SENTENCES as SEAT_SENTENCES
from operator_app.ui.training_problems import SENTENCES as TRAINING_SENTENCES
from operator_app.ui.update_problems import SENTENCES as UPDATE_SENTENCES
from operator_app.ui.xroad_problems import SENTENCES as XROAD_SENTENCES

log = logging.getLogger(__name__)

SENTENCES: dict[str, str] = {
    # The database and its keys
    "database.key_wrong": N_(
        "The key does not fit this database. Nothing was changed. Call your IT staff: the key file and the database may come from different PCs."
    ),
    "database.damaged": N_(
        "The database is damaged. Stop recording here, write calls on paper and call your IT staff: the last backup can be restored."
    ),
    "database.disk_full": N_(
        "The disk is full. Free some space, then try again. What you typed is still on the screen."
    ),
    "database.disk_error": N_(
        "The disk reports an error. Copy nothing, switch nothing off, and call your IT staff."
    ),
    "database.locked": N_(
        "Another program holds the database. Close other copies of this program, then try again."
    ),
    "database.read_only": N_(
        "The database may only be read. Call your IT staff: the program needs the right to write in its data folder."
    ),
    "database.cannot_open": N_(
        "The database cannot be opened. Call your IT staff: the program needs access to its data folder."
    ),
    "database.missing": N_(
        "The key file is there, but the database is not. Call your IT staff before doing anything else: a backup can be restored."
    ),
    "database.library_old": N_(
        "This program was built with a database library that can lose records. Install the current version."
    ),
    "database.library_plain": N_(
        "This program was built without encryption. Install the current version."
    ),
    "database.newer": N_(
        "This database was written by a newer version of the program. Install the newer version; nothing was changed."
    ),
    "database.migration_failed": N_(
        "The database could not be brought to the new version and was put back as it was. Call your IT staff."
    ),
    "database.foreign_keys_broken": N_(
        "The database does not hold together after the change and was put back as it was. Call your IT staff."
    ),
    "database.backup_full": N_(
        "The program is newer than the database, and there is no room for the copy that is made before the change. Nothing was changed. Free some space, then sign in again."
    ),
    "database.backup_failed": N_(
        "The copy that is made before the change could not be written. Nothing was changed. Let your IT staff look at the data folder, then sign in again."
    ),
    "database.backup_damaged": N_(
        "The copy made before the change could not be read. Nothing was changed. Call your IT staff."
    ),
    "database.not_set_up": N_("This database holds no office. Call your IT staff."),
    # Cases
    "case.changed_meanwhile": N_(
        "The case was changed meanwhile. Open it again: nothing was lost."
    ),
    "case.unknown": N_("There is no such case on this PC."),
    "case.part_unknown": N_(
        "This entry of the case is not there any more, or is done already. Open the case again."
    ),
    "keyring.missing": N_(
        "The key file is missing. The records are safe but cannot be opened without it. Do not set up again: call your IT staff."
    ),
    "keyring.damaged": N_(
        "The key file is damaged. The records are safe but cannot be opened without it. Do not set up again: call your IT staff."
    ),
    "keyring.newer": N_(
        "The key file was written by a newer version of the program. Install the newer version."
    ),
    "danger_rules.faulty": N_(
        "The file of the danger questions is damaged (line {line}, {where}: {fault}). Nothing was lost. Call your IT staff: installing the program again puts it right."
    ),
    "instance.no_rights": N_(
        "This account may not write in the data folder of the program. Ask your IT staff for the right; nothing was changed."
    ),
    "instance.running": N_(
        "The program is already open on this PC. Look for its window in the task bar."
    ),
    # Signing in
    "sign_in.refused": N_("Login or password is not right."),
    "sign_in.wait": N_("Too many wrong passwords. Try again in {seconds} s."),
    # Rights
    "rights.missing": N_("Your role does not allow this."),
    "rights.supervisor_only": N_("Only a supervisor may do this."),
    # People
    "person.faults": N_("Please correct the marked fields."),
    "person.login_form": N_("Login: 2 to 32 small Latin letters, digits, dot, dash or underscore."),
    "person.name_missing": N_("The name is missing."),
    "person.password_short": N_(
        "The password needs at least {least} characters. A few words together are easy to remember."
    ),
    "person.password_has_login": N_("The password must not contain the login."),
    "person.password_simple": N_("The password repeats the same few characters."),
    "person.login_taken": N_("This login is already used."),
    "person.not_oneself": N_("You cannot remove yourself."),
    "person.unknown": N_("This person is not known on this PC."),
    # Set-up
    "setup.faults": N_("Please correct the marked fields."),
    "setup.already_done": N_("This PC is already set up."),
    "setup.recovery_mismatch": N_("These are not the signs asked for. Look at the paper again."),
    "setup.name_missing": N_("The name is missing."),
    "setup.name_too_long": N_("The name is longer than {most} signs."),
    "setup.name_unprintable": N_("The name holds signs that cannot be shown."),
    "setup.office_code_form": N_(
        "Office code: at most 12 digits, capital Latin letters or dashes."
    ),
    "setup.division_unknown": N_("This place is not in the list of districts and cities."),
    "setup.language_unknown": N_('The language is "ky", "ru" or "en".'),
    "setup.server_url_form": N_(
        "The address begins with https:// and names the server, as in https://117.example.kg"
    ),
    "setup.server_url_missing": N_("An enrolment code needs the address of the server as well."),
    "setup.passwords_differ": N_("The two passwords are not the same."),
    # The provisioning file
    "provisioning.faults": N_("office.toml has faults. Nothing was taken from it."),
    "provisioning.unreadable": N_("The file cannot be read."),
    "provisioning.not_utf8": N_("The file is not text in UTF-8. Save it as UTF-8 and try again."),
    "provisioning.too_large": N_("The file is far too long to be an office.toml."),
    "provisioning.syntax": N_(
        'This line cannot be understood. It should look like this: code = "0412"'
    ),
    "provisioning.cut_off": N_("The file ends in the middle of a value. Copy it once more."),
    "provisioning.unknown_key": N_("This word is not known. Look at its spelling."),
    "provisioning.missing": N_("This line is missing."),
    "provisioning.not_text": N_("The value must stand in quotation marks."),
    "provisioning.not_section": N_("This must be a section: its name alone, in square brackets."),
    # Calls
    "call.faults": N_("Something is still missing."),
    "call.missing": N_("This answer is still missing."),
    "call.unknown_code": N_("This answer is not in the list."),
    "call.too_many_topics": N_("At most {most} topics."),
    "call.too_long": N_("The text is longer than {most} characters. Shorten it; nothing is lost."),
    "call.bad_text": N_(
        "The text holds a character that cannot be saved, perhaps from a paste. Delete what was pasted and type it; nothing is lost."
    ),
    "call.reason_missing": N_("Please give the reason."),
    "call.reason_needed": N_(
        "This is a violence call of another operator. State a reason to open it; the supervisor will see it."
    ),
    "call.changed_meanwhile": N_(
        "Somebody amended this call meanwhile. Open it again and repeat your change."
    ),
    "call.voided_already": N_("This call is already void."),
    "call.not_changeable": N_("This call can only be changed by the supervisor now."),
    "call.other_seat": N_(
        "This call was taken at another PC of the office. It is corrected or voided there; what changes comes here by itself."
    ),
    "call.unknown": N_("This call is not there any more."),
    # Cases
    "case.reason_needed": N_(
        "This is the case of another person. State a reason to open it; the supervisor will see it. It holds for an hour."
    ),
    "case.faults": N_("Please correct the marked fields."),
    "case.closed": N_("This case is closed. Open it again first, then change it."),
    "case.two_versions": N_(
        "There are two versions of this case. A supervisor compares them first; nothing was changed."
    ),
    "case.not_lower": N_("Choose a level that is lower than the one now."),
    "case.reason_missing": N_("Please give the reason."),
    "case.close_reason_missing": N_("Choose why the case is closed."),
    "case.acute_closed_by_supervisor": N_(
        "The risk is high: only a supervisor closes this case. Ask them to look at it; nothing was changed."
    ),
    "case.note_empty": N_("The note is empty. Write it first."),
    # Sections of a case
    "incident.empty": N_("Nothing is written down yet. One answer is enough."),
    "moment.not_understood": N_(
        "This is no day and time. Write it as in 24.11 14:30; what you typed stays."
    ),
    "order.issued_missing": N_(
        "When was it issued? The end of the three days is counted from then."
    ),
    "order.issued_before_asked": N_(
        "It cannot have been issued before it was applied for. Correct one of the two."
    ),
    "order.broken_missing": N_("When was it broken? The day is enough."),
    "order.broken_before_issued": N_(
        "It cannot have been broken before it was issued. Correct one of the two."
    ),
    "order.ends_missing": N_(
        "Until when does it hold? The day is enough. Without it nobody is warned before the end."
    ),
    "order.ends_before_issued": N_("It would end before it was issued. Correct one of the two."),
    "order.three_days": N_(
        "The police issue an order for three days. Was it extended? Then choose “Extended”."
    ),
    "order.not_extended": N_(
        "This is the end of the first three days. Until when was it extended?"
    ),
    "order.too_long": N_("Such an order holds {days} days at most. Look at the day and the year."),
    "referral.service_missing": N_("Choose to whom she is referred."),
    "referral.no_such_step": N_(
        "A referral cannot go there from where it stands. Choose another answer."
    ),
    "referral.reason_missing": N_("Write why, in a few words."),
    "referral.warm_is_sent": N_(
        "Put through means that they know of her: choose “Sent”, or take the tick away."
    ),
    # Follow-ups
    "task.no_safe_call": N_(
        "She is phoned only if she agreed to it and a safe time is noted. Choose another way, or note both in the case first."
    ),
    "task.result_missing": N_("Say what came of it; then it is done."),
    "task.not_open": N_("This follow-up is done already, or is not needed any more."),
    "task.given_by_owner": N_(
        "Only the owner of the case or a supervisor gives a follow-up to somebody else."
    ),
    "task.due_not_understood": N_(
        "This is not understood as a day and time. Write it as in 25.11 14:30; what you typed stays."
    ),
    "task.due_in_past": N_("This time has gone by already. Choose one to come."),
    "task.due_too_far": N_(
        "This is more than half a year away. Look at the year; nobody plans a follow-up so far."
    ),
    "task.after_order": N_(
        "The protection order ends before that. Choose an earlier time, or say what was done."
    ),
    # The violence block
    "day.not_understood": N_(
        "This is no day. Write day and month, as in 24.11, or leave it empty."
    ),
    "day.in_future": N_("This day is still to come. Correct it or leave it empty."),
    "day.too_long_ago": N_("This day is too long ago. Correct it or leave it empty."),
    "age.not_understood": N_("A whole number, 0 to {most}, or nothing."),
    "consent.reason_missing": N_(
        "Without her word a reason is needed. Write it beside the answer, or ask her."
    ),
    "consent.no_override": N_("The law allows this only with her word. Ask her, or answer “no”."),
    "referral.no_consent_for": N_(
        "{service}: told, but nothing allows it yet. Ask her, give the reason the law knows, or set it back to “offered”. Nothing is lost."
    ),
    "referral.no_consent": N_(
        "This service may not be told yet: nothing allows it. Ask her, or record the reason the law knows. Nothing was changed."
    ),
    "referral.declined": N_(
        "This service was declined, so there is no letter. If she has changed her mind, set the referral back to “offered” first."
    ),
    **EXPORT_SENTENCES,
    **BACKUP_SENTENCES,
    **CARD_SENTENCES,
    **DIRECTORY_SENTENCES,
    **FOLDER_SENTENCES,
    **SEAT_SENTENCES,
    **TRAINING_SENTENCES,
    **LOOKUP_SENTENCES,
    **PEOPLE_SENTENCES,
    **POLICY_SENTENCES,
    **REFERENCE_SENTENCES,
    **REVIEW_SENTENCES,
    **UPDATE_SENTENCES,
    **XROAD_SENTENCES,
    # Enrolment
    "enrolment.code_form": N_("The enrolment code has 20 signs, as in K7QM-2RXW-9TBH-MFRG-GZDF."),
}


def sentence(error: Exception) -> str:
    """What to tell the person. A fault of the program itself is logged and said to be one."""
    if isinstance(error, BadInput) and len(error.faults) == 1:
        return fault_sentence(error.faults[0])
    if isinstance(error, AppError):
        return _worded(error.code, error.params)
    log.error("unexpected error", exc_info=error)
    return _(
        "The program met a fault of its own. What you typed is kept. Tell your IT staff the time."
    )


def fault_sentence(fault: Fault) -> str:
    """What is wrong with one field or line."""
    said = _worded(fault.code, fault.params)
    return _("Line {line}: {problem}").format(line=fault.line, problem=said) if fault.line else said


def _worded(code: str, params: dict[str, str | int]) -> str:
    template = SENTENCES.get(code)
    if template is None:
        return _("Something went wrong ({code}).").format(code=code)
    return _(template).format(**params)
