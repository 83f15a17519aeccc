"""Said where a service may not be told yet, with the way to her consent."""

from __future__ import annotations

from PySide6.QtCore import Qt

from operator_app.domain.cases import Case, Referral
from operator_app.domain.referrals import may_tell, needs_consent
from operator_app.errors import AppError
from operator_app.i18n import _
from operator_app.ui.widgets.basic import Notice, button

NO_CONSENT = "referral.no_consent"


class ConsentNotice(Notice):
    """Hidden while the step may be taken."""

    def __init__(self) -> None:
        super().__init__("warning")
        self.button = button(_("Ask for her consent"))
        self.line.addWidget(self.button)

    def answer(self, error: Exception, notice: Notice) -> None:
        """Where the service refused for want of consent, the way to it instead of another notice."""
        if self.isVisible() and isinstance(error, AppError) and error.code == NO_CONSENT:
            notice.show_text("")
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def look_at(
        self, case: Case, service_type: str | None, status: str | None, referral: Referral | None
    ) -> bool:
        """Say it, and return it, when this step would tell a service that may not be told."""
        telling = bool(service_type and status) and needs_consent(referral, status or "")
        stopped = telling and not may_tell(case, service_type or "")
        self.show_text(
            _("She has not agreed that this service is told. Nothing is passed on yet.")
            if stopped
            else ""
        )
        return stopped
