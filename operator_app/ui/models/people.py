"""The people of this PC, and the table of rights, for table views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from operator_app.domain.people import RIGHTS, Person, Right, Role
from operator_app.i18n import N_, _

Index = QModelIndex | QPersistentModelIndex

ROLE_NAMES = {
    Role.OPERATOR: N_("Operator"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.ADMINISTRATOR: N_("IT administrator"),
    Role.ANALYST: N_("Analyst"),
    Role.AUDITOR: N_("Auditor"),
}
RIGHT_NAMES = {
    Right.RECORD_CALL: N_("Record calls"),
    Right.SEE_CALLS: N_("See calls"),
    Right.SEE_CASES: N_("See the list of cases"),
    Right.WORK_ON_CASES: N_("Work on one's own cases, and on others after a stated reason"),
    Right.OPEN_ANY_CASE: N_("Open any case without a reason"),
    Right.CLOSE_ACUTE_CASE: N_("Close a case of high risk"),
    Right.LOWER_RISK: N_("Lower the risk of a case"),
    Right.ASSIGN_CASES: N_("Give a case to another person"),
    Right.MERGE_CASES: N_("Merge two versions of a case"),
    Right.SEE_ACCESS_REASONS: N_("See why somebody opened another person's case"),
    Right.SEE_ALL_FOLLOW_UPS: N_("See everybody's follow-ups"),
    Right.OPEN_ANY_VIOLENCE_CALL: N_("Open any violence call without a reason"),
    Right.CHANGE_OWN_CALL_SAME_DAY: N_("Change one's own calls on the same day"),
    Right.CHANGE_ANY_CALL: N_("Change any call"),
    Right.SEE_FIGURES: N_("See figures"),
    Right.EXPORT_FIGURES: N_("Export figures"),
    Right.SEE_SYNC: N_("See what waits and what was sent"),
    Right.MANAGE_SYNC: N_("Set the connection with the ministry"),
    Right.MANAGE_PEOPLE: N_("Add and remove people"),
    Right.SEE_AUDIT: N_("See the audit log"),
    Right.SEE_DIRECTORY: N_("See the directory and the articles"),
    Right.SEE_CONFIDENTIAL_PLACES: N_("See confidential addresses of shelters"),
    Right.SUGGEST_CORRECTION: N_("Suggest corrections of the directory"),
    Right.MANAGE_REFERENCE: N_("Import directory, articles and code lists"),
    Right.REVIEW: N_("Review calls and cases"),
    Right.MANAGE_SHIFTS: N_("Set shifts and duty"),
    Right.EXPORT_AUDIT: N_("Export the audit log"),
    Right.MANAGE_BACKUPS: N_("Make backups and say where they go"),
    Right.MANAGE_SEATS: N_("Join the office's PCs and say which is the station"),
}


def role_name(role: Role) -> str:
    """The role in the language in use."""
    return _(ROLE_NAMES[role])


class _TextModel(QAbstractTableModel):
    """A table of texts, made once."""

    def __init__(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        super().__init__()
        self._headings = list(headings)
        self._rows = [list(row) for row in rows]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._rows[index.row()][index.column()]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


class PeopleModel(_TextModel):
    """One row per person; removed ones say so."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = list(people)
        super().__init__(
            (_("Name"), _("Login"), _("Role"), _("State")),
            [
                (p.full_name, p.login, role_name(p.role), _("Active") if p.active else _("Removed"))
                for p in people
            ],
        )


class RightsModel(_TextModel):
    """What each role may do, as domain.people.RIGHTS says it."""

    def __init__(self) -> None:
        super().__init__(
            (_("Right"), *(role_name(role) for role in Role)),
            [
                (_(RIGHT_NAMES[right]), *("✓" if right in RIGHTS[role] else "–" for role in Role))
                for right in Right
            ],
        )
