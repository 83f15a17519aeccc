"""The audit log in words: what was done, and the codes and counts that go with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from operator_app.domain.people import Role
from operator_app.domain.reference import Reference
from operator_app.domain.shifts import time_text
from operator_app.i18n import N_, _, language, ngettext
from operator_app.services.audit_check import Verdict
from operator_app.services.audit_log import AuditLine, Opening
from operator_app.ui import review_wording
from operator_app.ui.models.people import role_name
from operator_app.ui.wording import full_day_and_time, person

GROUPS: dict[str, dict[str, str]] = {
    N_("Signing in and out"): {
        "sign_in": N_("Signed in"),
        "sign_in.failed": N_("Wrong password at the door"),
        "sign_out": N_("Signed out"),
        "lock": N_("Locked the screen"),
        "unlock": N_("Unlocked the screen"),
    },
    N_("Opened with a reason"): {
        "call.glass_broken": N_("Opened a call with a reason"),
        "case.glass_broken": N_("Opened a case with a reason"),
    },
    N_("Looked at"): {
        "call.viewed": N_("Opened a call"),
        "case.viewed": N_("Opened a case"),
        "case.access_seen": N_("Read why a case was opened"),
        "directory.address_shown": N_("Saw a confidential address"),
    },
    N_("Calls"): {
        "call.saved": N_("Saved a call"),
        "call.amended": N_("Amended a call"),
        "call.voided": N_("Made a call void"),
        "duty_officer.phoned": N_("Phoned the duty officer"),
        "benefit.asked": N_("Asked for somebody's benefits"),
        "benefit.answered": N_("Was told of somebody's benefits"),
    },
    N_("Cases"): {
        "case.told_by_call": N_("A call went into a case"),
        "case.assessed": N_("Assessed the danger"),
        "case.risk_lowered": N_("Lowered the risk"),
        "case.status_set": N_("Set the status of a case"),
        "case.closed": N_("Closed a case"),
        "case.assigned": N_("Gave a case to another person"),
        "case.merged": N_("Made one version of a case of several"),
        "case.noted": N_("Added a note to a case"),
        "case.person_set": N_("Changed the person of a case"),
        "case.offender_set": N_("Changed what is known of the offender"),
        "case.contact_set": N_("Changed how she may be reached"),
        "case.plan_set": N_("Changed the safety plan"),
        "case.consent_noted": N_("Noted a consent"),
        "case.incident_set": N_("Changed an incident"),
        "case.order_set": N_("Changed a protection order"),
        "case.referred": N_("Made a referral"),
        "case.referral_step": N_("Moved a referral on"),
        "case.task_added": N_("Added a follow-up"),
        "case.task_done": N_("Did a follow-up"),
        "case.task_moved": N_("Put a follow-up off"),
        "case.task_given": N_("Gave a follow-up to another person"),
        "case.task_way_set": N_("Changed the way of a follow-up"),
    },
    N_("Reviews"): {
        "review.closure_asked": N_("Asked for a case to be closed"),
        "review.approved": N_("Approved the closing of a case"),
        "review.sent_back": N_("Sent a case back"),
        "review.done": N_("Reviewed a call or a case"),
        "review.read": N_("Read a review"),
        "review.sampling_set": N_("Set how calls are picked for review"),
    },
    N_("Exports, prints, letters"): {
        "daily_log.exported": N_("Exported the daily log"),
        "daily_log.export_failed": N_("Export of the daily log failed"),
        "daily_log.printed": N_("Printed the daily log"),
        "schedule.set": N_("Set the export of the daily log at a time of day"),
        "schedule.ended": N_("Ended the export of the daily log at a time of day"),
        "daily_log.export_begun": N_("Began an export of the daily log"),
        "daily_log.export_cancelled": N_("Stopped an export of the daily log"),
        "chart.exported": N_("Saved a chart"),
        "chart.export_failed": N_("A chart could not be saved"),
        "ministry_report.exported": N_("Exported the ministry's report"),
        "ministry_report.export_failed": N_("Export of the ministry's report failed"),
        "ministry_report.printed": N_("Printed the ministry's report"),
        "directory.exported": N_("Exported the directory"),
        "directory.export_failed": N_("Export of the directory failed"),
        "audit.exported": N_("Exported the audit log"),
        "audit.export_failed": N_("Export of the audit log failed"),
        "case.letter_saved": N_("Saved a referral letter"),
        "case.letter_failed": N_("A referral letter could not be saved"),
        "case.letter_printed": N_("Printed a referral letter"),
    },
    N_("People and shifts"): {
        "person.added": N_("Added a person"),
        "person.changed": N_("Changed the name or the role of a person"),
        "person.removed": N_("Removed a person"),
        "person.password_set": N_("Set a password"),
        "person.password_refused": N_("Gave a wrong password for a change of it"),
        "person.password_recovered": N_("Set a password with the recovery key"),
        "shifts.set": N_("Set the shifts"),
        "duty.set": N_("Set who is on duty"),
        "duty.copied": N_("Copied the duty of a week"),
        "handover.written": N_("Wrote the words for the next shift"),
    },
    N_("Office, keys, backups"): {
        "office.set_up": N_("Set the office up"),
        "office.restored": N_("Restored the office from a backup"),
        "key.changed": N_("Changed the key of the database"),
        "sync.set_aside": N_("Left a refused record with the office for good"),
        "server.changed": N_("Changed the connection with the ministry"),
        "support_file.written": N_("Wrote a support file"),
        "idle_lock.set": N_("Set after how long the screen locks"),
        "device.enrolled": N_("This PC was enrolled at the ministry"),
        "office_card.taken": N_("Took the ministry's office card in"),
        "bundle.written": N_("Wrote a bundle for the ministry"),
        "receipts.read": N_("Read receipts from a file"),
        "bundle_folder.set": N_("Set the folder for bundles"),
        "seats.station_made": N_("Made this PC the office's station"),
        "seats.station_ended": N_("This PC is the office's station no more"),
        "seats.joined": N_("Let this PC hand its records over to the station"),
        "seats.left": N_("Let this PC hand nothing over to the station"),
        "seats.confirmed": N_("Confirmed a PC of the office at the station"),
        "seats.refused": N_("Refused a PC at the station"),
        "seats.stopped": N_("Took nothing more from a PC of the office"),
        "ministry.key_changed": N_("The ministry changed its key"),
        "backup.made": N_("Made a backup"),
        "backup.checked": N_("Checked a backup"),
        "backup.folder": N_("Set where backups go"),
        "audit.checked": N_("Checked the audit log"),
    },
    N_("Directory and holidays"): {
        "reference.imported": N_("Took reference data in"),
        "directory.correction_suggested": N_("Suggested a correction"),
        "announcement.confirmed": N_("Confirmed an announcement"),
        "holiday.entered": N_("Entered a holiday"),
        "holiday.forgotten": N_("Took a holiday out"),
    },
}
"""What the program audits, by the groups that people choose from."""

_ACTIONS = {action: words for group in GROUPS.values() for action, words in group.items()}

_DETAILS = {
    "addresses": N_("confidential addresses"),
    "answer": N_("answer"),
    "at": N_("at"),
    "before": N_("before"),
    "by": N_("opened by"),
    "by_itself": N_("by itself"),
    "call": N_("call"),
    "calls": N_("calls"),
    "changed": N_("changed"),
    "code": N_("new code"),
    "day": N_("day"),
    "doubtful": N_("audit log in doubt"),
    "field": N_("field"),
    "first": N_("first day"),
    "folder": N_("folder"),
    "format": N_("format"),
    "formats": N_("formats"),
    "indicator": N_("figure"),
    "instead": N_("in place of another PC"),
    "key": N_("key"),
    "kind": N_("kind"),
    "language": N_("language"),
    "last": N_("last day"),
    "left_behind": N_("need a new password"),
    "made_at": N_("made"),
    "minutes": N_("minutes"),
    "missing": N_("missing there"),
    "moved": N_("another address"),
    "new": N_("new"),
    "new_recovery_key": N_("new recovery key"),
    "number": N_("number"),
    "of_today": N_("of the same day"),
    "outcome": N_("outcome"),
    "people": N_("people"),
    "percent": N_("of a hundred"),
    "policy": N_("by IT's policy"),
    "purpose": N_("purpose"),
    "reason": N_("why"),
    "receipts": N_("receipts"),
    "records": N_("records"),
    "removed": N_("removed"),
    "renamed": N_("another name"),
    "role": N_("role"),
    "rows": N_("rows"),
    "services": N_("services"),
    "set": N_("chosen"),
    "shifts": N_("shifts"),
    "span": N_("days"),
    "status": N_("status"),
    "to": N_("to"),
    "urgent": N_("urgent"),
    "value": N_("answer"),
    "whole": N_("whole"),
}
_LISTS = {
    ("case.risk_lowered", "to"): "risk_level",
    ("case.status_set", "to"): "case_status",
    ("case.closed", "reason"): "close_reason",
    ("case.consent_noted", "purpose"): "consent_purpose",
    ("case.consent_noted", "value"): "consent",
    ("case.order_set", "status"): "order_status",
    ("case.referred", "to"): "service_type",
    ("case.referred", "status"): "referral_status",
    ("case.referral_step", "status"): "referral_status",
    ("case.task_added", "kind"): "task_kind",
    ("case.letter_saved", "to"): "service_type",
    ("case.letter_failed", "to"): "service_type",
    ("case.letter_printed", "to"): "service_type",
    ("review.closure_asked", "reason"): "close_reason",
}
"""The code list of a detail, where it has one."""
_CODES = {
    ("backup.checked", "ok"): N_("whole"),
    ("backup.made", "ok"): N_("written"),
    ("office.restored", "password"): N_("password"),
    ("office.restored", "recovery_key"): N_("recovery key"),
}
"""The words of a detail that is a code of no list."""
_NUMBERS: dict[tuple[str, str], Callable[[int], str]] = {
    ("office.restored", "made_at"): full_day_and_time,
    ("schedule.set", "at"): time_text,
    ("schedule.set", "of_today"): lambda number: _("yes") if number else _("no"),
}
"""How a number is said that is no count."""
_REVIEWS = {"review.done", "review.approved", "review.sent_back"}
_REVIEWED: dict[str, Callable[[str], str]] = {
    "outcome": lambda code: review_wording.outcome_wording(code).words,
    "reason": review_wording.reason_words,
}
_PEOPLE = {("case.assigned", "to")}


def groups() -> list[tuple[str, tuple[str, ...]]]:
    """What to choose from: the name of a group, and its actions."""
    return [(_(name), tuple(actions)) for name, actions in GROUPS.items()]


def action_words(action: str) -> str:
    """What was done; the code itself where this version has no words for it."""
    words = _ACTIONS.get(action)
    return _(words) if words else action


def verdict_words(verdict: Verdict) -> str:
    """How a check of the chain ended, in one line; the first wrong row by number, time and act."""
    if verdict.broken is not None:
        row = verdict.broken
        return _(
            "The audit log is not whole: row {n} does not fit ({when}, {action}). "
            "Rows before it that fit: {good}."
        ).format(
            n=row.seq,
            when=full_day_and_time(row.at) if row.at else "–",
            action=_known(row.action),
            good=verdict.rows,
        )
    if verdict.missing is not None:
        return _(
            "The audit log is not whole: it went as far as row {n} before, "
            "and rows at its end are missing or were written anew."
        ).format(n=verdict.missing)
    return ngettext(
        "The audit log is whole: {n} row.", "The audit log is whole: {n} rows.", verdict.rows
    ).format(n=verdict.rows)


def _known(action: str) -> str:
    # What somebody wrote into a row must not run over the line, or say something else.
    return action_words(action) if action in _ACTIONS else "?"


def who(names: Mapping[str, str], user_id: str) -> str:
    """The person; a dash for what nobody signed in did."""
    return person(dict(names), user_id) if user_id else "–"


def about(line: AuditLine, names: Mapping[str, str]) -> str:
    """The number of the call or case, the person, the day: what it was done to."""
    if line.entity == "person":
        return names.get(line.entity_id, "")
    plain = line.entity_id if line.entity in ("holiday", "service", "article") else ""
    return line.numbers.get(line.entity_id, plain)


def detail_words(line: AuditLine, names: Mapping[str, str], reference: Reference) -> list[str]:
    """Each code or count as "name: value"; hashes of files are left to the export."""
    said = [
        f"{_(_DETAILS[name]) if name in _DETAILS else name}: {_value(line, name, names, reference)}"
        for name, value in line.details.items()
        if name != "sha256" and value != ""
    ]
    return [*said, *_opening_words(line.opening, names)]


def _value(line: AuditLine, name: str, names: Mapping[str, str], reference: Reference) -> str:
    value = line.details[name]
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        said = _NUMBERS.get((line.action, name))
        return said(value) if said else str(value)
    if (line.action, name) in _PEOPLE:
        return who(names, value)
    if listed := _LISTS.get((line.action, name)):
        return reference.label(listed, value, language())
    return line.numbers.get(value, _code_words(line.action, name, value))


def _code_words(action: str, name: str, value: str) -> str:
    """A code of no list in words; the code itself where there are none."""
    if name in ("role", "before") and value in list(Role):
        return role_name(Role(value))
    if action in _REVIEWS and name in _REVIEWED:
        return _REVIEWED[name](value)
    words = _CODES.get((action, value))
    return _(words) if words else value


def _opening_words(opening: Opening | None, names: Mapping[str, str]) -> list[str]:
    if opening is None:
        return []
    held = _("held until {when}").format(when=full_day_and_time(opening.until))
    if opening.seen_at is None:
        return [held, _("not seen by a supervisor yet")]
    seen = _("seen by {who}, {when}").format(
        who=who(names, opening.seen_by), when=full_day_and_time(opening.seen_at)
    )
    return [held, seen]
