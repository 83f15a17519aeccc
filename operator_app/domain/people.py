"""Who works with the program, and what each role may do: the one table of rights."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from operator_app.domain.text import check_text
from operator_app.errors import Fault, NotAllowed

LOGIN_PATTERN = re.compile(r"[a-z0-9._-]{2,32}")
PASSWORD_MIN_LENGTH = 10
LONGEST_NAME = 120


class Role(StrEnum):
    """The role of a person on this PC."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"
    AUDITOR = "auditor"


class Right(StrEnum):
    """One thing a person may be allowed to do."""

    RECORD_CALL = "record_call"
    SEE_CALLS = "see_calls"
    SEE_CASES = "see_cases"
    WORK_ON_CASES = "work_on_cases"
    OPEN_ANY_CASE = "open_any_case"
    CLOSE_ACUTE_CASE = "close_acute_case"
    LOWER_RISK = "lower_risk"
    ASSIGN_CASES = "assign_cases"
    MERGE_CASES = "merge_cases"
    SEE_ACCESS_REASONS = "see_access_reasons"
    SEE_ALL_FOLLOW_UPS = "see_all_follow_ups"
    OPEN_ANY_VIOLENCE_CALL = "open_any_violence_call"
    CHANGE_OWN_CALL_SAME_DAY = "change_own_call_same_day"
    CHANGE_ANY_CALL = "change_any_call"
    SEE_FIGURES = "see_figures"
    EXPORT_FIGURES = "export_figures"
    SEE_SYNC = "see_sync"
    MANAGE_SYNC = "manage_sync"
    MANAGE_PEOPLE = "manage_people"
    SEE_AUDIT = "see_audit"
    SEE_DIRECTORY = "see_directory"
    SEE_CONFIDENTIAL_PLACES = "see_confidential_places"
    SUGGEST_CORRECTION = "suggest_correction"
    MANAGE_REFERENCE = "manage_reference"
    REVIEW = "review"
    MANAGE_SHIFTS = "manage_shifts"
    EXPORT_AUDIT = "export_audit"
    MANAGE_BACKUPS = "manage_backups"
    MANAGE_SEATS = "manage_seats"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OPERATOR: frozenset(
        {
            Right.RECORD_CALL,
            Right.SEE_CALLS,
            Right.CHANGE_OWN_CALL_SAME_DAY,
            Right.SEE_SYNC,
            Right.SEE_CASES,
            # Their own cases; those of others after a stated reason.
            Right.WORK_ON_CASES,
            Right.SEE_DIRECTORY,
            Right.SUGGEST_CORRECTION,
        }
    ),
    Role.SUPERVISOR: frozenset(Right),
    # IT staff: keeps the PC running, sees no call.
    Role.ADMINISTRATOR: frozenset(
        {
            Right.SEE_SYNC,
            Right.MANAGE_SYNC,
            Right.MANAGE_PEOPLE,
            Right.SEE_AUDIT,
            Right.SEE_DIRECTORY,
            Right.MANAGE_REFERENCE,
            Right.MANAGE_BACKUPS,
        }
    ),
    # Figures, no names.
    Role.ANALYST: frozenset(
        {Right.SEE_FIGURES, Right.EXPORT_FIGURES, Right.SEE_SYNC, Right.SEE_DIRECTORY}
    ),
    # Who did what, no content.
    Role.AUDITOR: frozenset({Right.SEE_AUDIT, Right.EXPORT_AUDIT, Right.SEE_SYNC}),
}


@dataclass(frozen=True)
class Actor:
    """The signed-in person in whose name a service acts."""

    user_id: str
    login: str
    full_name: str
    role: Role

    def may(self, right: Right) -> bool:
        """Whether the person's role includes the right."""
        return right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raise NotAllowed unless the person's role includes the right."""
        if not self.may(right):
            raise NotAllowed("rights.missing", right=right.value, role=self.role.value)


@dataclass(frozen=True)
class Person:
    """A user of this PC as the people page shows them. Times in UTC milliseconds."""

    user_id: str
    login: str
    full_name: str
    role: Role
    active: bool
    created_at: int


def check_new_person(login: str, full_name: str, password: str) -> list[Fault]:
    """What is wrong with a new user's data; empty when all is well."""
    faults = []
    if not LOGIN_PATTERN.fullmatch(login):
        faults.append(Fault("login", "person.login_form"))
    faults += check_name(full_name)
    faults += check_password(password, login)
    return faults


def check_name(full_name: str) -> list[Fault]:
    """A name that can be kept and shown."""
    if not full_name.strip():
        return [Fault("full_name", "person.name_missing")]
    return check_text("full_name", full_name, LONGEST_NAME)


def check_password(password: str, login: str) -> list[Fault]:
    """Length and not the login: NIST SP 800-63B asks for length, not for classes of signs."""
    if len(password) < PASSWORD_MIN_LENGTH:
        return [Fault("password", "person.password_short", {"least": PASSWORD_MIN_LENGTH})]
    if login and login.lower() in password.lower():
        return [Fault("password", "person.password_has_login")]
    if len(set(password)) < 4:
        return [Fault("password", "person.password_simple")]
    return []
