"""Free texts about a case: what is refused before anything changes."""

from __future__ import annotations

from operator_app.domain.calls import MAX_REASON
from operator_app.domain.text import check_text as text_faults
from operator_app.errors import BadInput, Fault


def check_text(where: str, text: str, most: int) -> None:
    """Raise BadInput when a text is longer than is kept, or no Unicode."""
    if faults := text_faults(where, text, most):
        raise BadInput("case.faults", faults)


def require_reason(reason: str) -> None:
    """Raise BadInput unless a reason was stated."""
    if not reason.strip():
        raise BadInput("case.faults", [Fault("reason", "case.reason_missing")])
    check_text("reason", reason, MAX_REASON)
