"""One row of the audit log in full: when, who, what, the codes with it, its hashes."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.audit_log import GLASS, AuditLine
from operator_app.ui import audit_wording
from operator_app.ui.widgets.basic import Card, text
from operator_app.ui.wording import full_day_and_time

SHOWN_OF_HASH = 16
FACTS = 8
"""Lines that the card has room for."""


class LineCard(Card):
    """Empty until `show_line`."""

    def __init__(self, reference: Reference, *, sees_reasons: bool) -> None:
        super().__init__()
        self._reference = reference
        self._sees_reasons = sees_reasons
        self.title = text("", "cardTitle", wrap=True)
        self.body.addWidget(self.title)
        self._rows: list[tuple[QLabel, QLabel]] = []
        for _fact in range(FACTS):
            caption, said = text("", "muted"), text("", wrap=True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            # A word without end must not push the card wider.
            said.setMinimumWidth(1)
            self._rows.append((caption, said))
            self.body.addWidget(caption)
            self.body.addWidget(said)
        self.body.setSpacing(4)
        self.body.addStretch(1)
        self.show_line(None, {})

    def show_line(self, line: AuditLine | None, names: Mapping[str, str]) -> None:
        """Show a row, or nothing."""
        self.title.setText(audit_wording.action_words(line.action) if line else "")
        facts = self._facts(line, names)
        for labels, fact in zip(self._rows, facts, strict=True):
            for label, words in zip(labels, fact, strict=True):
                label.setText(words)
                label.setVisible(bool(fact[1]))

    def _facts(self, line: AuditLine | None, names: Mapping[str, str]) -> list[tuple[str, str]]:
        """Caption and words; no words, no line."""
        if line is None:
            return [("", "")] * FACTS
        told = audit_wording.detail_words(line, names, self._reference)
        reason = line.reason
        if line.action in GLASS and not self._sees_reasons:
            reason = _("for the supervisor only")
        return [
            (_("No."), str(line.seq)),
            (_("Time"), full_day_and_time(line.at) if line.at else "–"),
            (_("Who"), audit_wording.who(names, line.user_id)),
            (_("What it was done to"), audit_wording.about(line, names)),
            (_("More"), "\n".join(told)),
            (_("Reason"), reason),
            (_("Hash"), f"{line.hash[:SHOWN_OF_HASH]}…"),
            (_("Hash of the row before"), f"{line.prev_hash[:SHOWN_OF_HASH]}…"),
        ]
