"""What each role may do, written down a second time: a change of the table has to be meant."""

from __future__ import annotations

import pytest

from operator_app.domain.people import (
    RIGHTS,
    Actor,
    Right,
    Role,
    check_new_person,
    check_password,
)
from operator_app.errors import NotAllowed

#                            operator, supervisor, administrator, analyst, auditor
TABLE = {
    "record_call":              (True,  True,  False, False, False),
    "see_calls":                (True,  True,  False, False, False),
    "see_cases":                (True,  True,  False, False, False),
    "work_on_cases":            (True,  True,  False, False, False),
    "open_any_case":            (False, True,  False, False, False),
    "close_acute_case":         (False, True,  False, False, False),
    "lower_risk":               (False, True,  False, False, False),
    "assign_cases":             (False, True,  False, False, False),
    "merge_cases":              (False, True,  False, False, False),
    "see_access_reasons":       (False, True,  False, False, False),
    "see_all_follow_ups":       (False, True,  False, False, False),
    "open_any_violence_call":   (False, True,  False, False, False),
    "change_own_call_same_day": (True,  True,  False, False, False),
    "change_any_call":          (False, True,  False, False, False),
    "see_figures":              (False, True,  False, True,  False),
    "export_figures":           (False, True,  False, True,  False),
    "see_sync":                 (True,  True,  True,  True,  True),
    "manage_sync":              (False, True,  True,  False, False),
    "manage_people":            (False, True,  True,  False, False),
    "see_audit":                (False, True,  True,  False, True),
    "see_directory":            (True,  True,  True,  True,  False),
    "see_confidential_places":  (False, True,  False, False, False),
    "suggest_correction":       (True,  True,  False, False, False),
    "manage_reference":         (False, True,  True,  False, False),
    "review":                   (False, True,  False, False, False),
    "manage_shifts":            (False, True,  False, False, False),
    "export_audit":             (False, True,  False, False, True),
    "manage_backups":           (False, True,  True,  False, False),
    "manage_seats":             (False, True,  False, False, False),
}  # fmt: skip
ROLES = ("operator", "supervisor", "administrator", "analyst", "auditor")


def test_the_table_names_every_right_and_every_role() -> None:
    assert set(TABLE) == {r.value for r in Right}
    assert set(ROLES) == {r.value for r in Role} == {r.value for r in RIGHTS}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("right", TABLE)
def test_each_role_may_what_the_table_says(role, right) -> None:
    allowed = TABLE[right][ROLES.index(role)]
    actor = Actor("u", "login", "Some Body", Role(role))
    assert actor.may(Right(right)) is allowed
    if allowed:
        actor.require(Right(right))
        return
    with pytest.raises(NotAllowed) as caught:
        actor.require(Right(right))
    assert caught.value.code == "rights.missing"
    assert caught.value.params == {"right": right, "role": role}


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("nine-char", "person.password_short"),
        ("", "person.password_short"),
        ("i-am-AIDA-here", "person.password_has_login"),
        ("abcabcabcabc", "person.password_simple"),
        ("tulip-mountain", None),
        ("узун сыр сөз ө", None),
    ],
)
def test_a_password_is_long_and_not_the_login(password, code) -> None:
    assert [f.code for f in check_password(password, "aida")] == ([code] if code else [])


@pytest.mark.parametrize(
    ("login", "good"),
    [("aida", True), ("a.b-c_9", True), ("a", False), ("Aida", False), ("айда", False),
     ("a b", False), ("", False), ("a" * 33, False), ("aida\n", False)],
)  # fmt: skip
def test_a_login_is_short_and_plain(login, good) -> None:
    faults = check_new_person(login, "Some Body", "9182-7364-5500")
    assert [f.code for f in faults] == ([] if good else ["person.login_form"])
