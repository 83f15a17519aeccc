"""What a call says about violence: the block of the call screen, every field of it optional."""

from __future__ import annotations

from dataclasses import dataclass, field

from operator_app.domain.consent import Consent
from operator_app.domain.danger import NOT_ASSESSED, more_cautious

CALLER = "CALLER"
"""The affected person is the caller (code list `affected`)."""
OLDEST = 120


@dataclass(frozen=True)
class SafeContact:
    """How she may be reached without putting her in danger; free text, as she said it.

    Whether she may be called at all is a consent (purpose CALL_BACK), not a field here.
    """

    phone: str = ""
    hours: str = ""
    who_may_answer: str = ""
    what_to_say: str = ""


@dataclass(frozen=True)
class ReferralAsk:
    """A referral as the call screen notes it: to which kind of service, and how far it came.

    `status` is a code of `referral_status`; `warm`: the caller was put through or introduced.
    """

    service_type: str
    status: str
    at: int
    warm: bool = False


@dataclass(frozen=True)
class ViolenceForm:
    """The violence block: codes of the code lists, None or empty where nothing was answered.

    `affected_age` and `happened_on` are as typed, so that nothing typed is lost; `answers` holds
    the danger screen (question code to Y, N, U or R; a question that is absent was not asked).
    `level` is computed from it by the rules of `rules_version`, `raised_to` what the operator
    raised it to. `high_at`: when danger or a high level was first known, the start of the
    response clock; `police_at`, `ambulance_at`: when 102 and 103 were called. UTC milliseconds.
    `joins`: the case this call belongs to, None for a new one.
    """

    affected: str | None = None
    affected_name: str = ""
    affected_sex: str | None = None
    affected_age: str = ""
    vulnerabilities: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    offender: str | None = None
    children: str | None = None
    place: str | None = None
    happened: str = ""
    happened_on: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    computed_level: str = NOT_ASSESSED
    rules_version: str = ""
    raised_to: str | None = None
    high_at: int | None = None
    police_at: int | None = None
    ambulance_at: int | None = None
    contact: SafeContact = field(default_factory=SafeContact)
    consents: tuple[Consent, ...] = ()
    referrals: tuple[ReferralAsk, ...] = ()
    joins: str | None = None

    @property
    def level(self) -> str:
        """The level that counts: an operator may raise what was computed, never lower it."""
        return more_cautious(self.computed_level, self.raised_to)

    @property
    def has_content(self) -> bool:
        """Whether a person answered anything of the block."""
        untouched = ViolenceForm(
            computed_level=self.computed_level,
            rules_version=self.rules_version,
            high_at=self.high_at,
        )
        return self != untouched
