"""How a referral may go on, and when the person has to be asked before it does."""

from __future__ import annotations

from operator_app.domain.cases import TOLD, Case, Referral
from operator_app.domain.consent import SHARE, allows
from operator_app.errors import BadInput, Fault

FIRST_STEPS = ("OFF", "SENT", "DEC")
"""Statuses (code list `referral_status`) in which a referral may begin."""
FAILED = frozenset({"DEC", "REJ", "NOT"})
"""Statuses that say why."""
NEXT_STEPS: dict[str, tuple[str, ...]] = {
    "OFF": ("SENT", "DEC", "ACC", "DONE"),
    "DEC": ("OFF", "SENT"),
    "SENT": ("ACC", "REJ", "DONE", "NOT", "UNK"),
    "ACC": ("DONE", "NOT", "UNK"),
    "REJ": ("SENT",),
    "DONE": (),
    "NOT": ("SENT",),
    "UNK": ("ACC", "DONE", "NOT"),
}
"""Where a referral may go from each status."""


def may_tell(case: Case, service_type: str) -> bool:
    """Whether the service may be told of her: by her word, or by a recorded reason of the law."""
    return allows(case.consents, SHARE, service_type)


def needs_consent(referral: Referral | None, status: str) -> bool:
    """Whether this step tells the service something it does not know yet.

    What a service answers is written down even after she took her consent back.
    """
    known = referral is not None and any(step.status in TOLD for step in referral.steps)
    return status == "SENT" or (status in TOLD and not known)


def require_consent(case: Case, service_type: str, status: str, referral: Referral | None) -> None:
    """Raises BadInput("referral.no_consent") when the step would tell the service against her
    word, or without it."""
    if needs_consent(referral, status) and not may_tell(case, service_type):
        raise BadInput("referral.no_consent", [Fault("consents", "referral.no_consent")])
