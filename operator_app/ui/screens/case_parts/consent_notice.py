"""Said where a service may not be told yet, with the way to her consent."""

from __future__ import annotations

from operator_app.domain.cases import Case, Referral
from operator_app.domain.referrals import may_tell, needs_consent
from operator_app.i18n import _
from operator_app.ui.widgets.basic import Notice, button


class ConsentNotice(Notice):
    """Hidden while the step may be taken."""

    def __init__(self) -> None:
        super().__init__("warning")
        self.button = button(_("Ask for her consent"))
        self.line.addWidget(self.button)

    def look_at(
        self, case: Case, service_type: str | None, status: str | None, referral: Referral | None
    ) -> None:
        """Say whether this step would tell a service that may not be told."""
        telling = bool(service_type and status) and needs_consent(referral, status or "")
        stopped = telling and not may_tell(case, service_type or "")
        self.show_text(
            _("She has not agreed that this service is told. Nothing is passed on yet.")
            if stopped
            else ""
        )
