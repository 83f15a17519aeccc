"""What the affected person agreed to, per purpose and recipient; what may leave because of it.

The newest word on a purpose counts. Without a word nothing identifying leaves. Where the law lets
the office speak against or without her word (danger to life, a duty of law), the reason must be
recorded, and only the recipients of `OVERRIDES` may be told.

A word about one service and a word about all: the later refusal counts, and a yes to all does not
lift what she refused one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from operator_app.errors import Fault

RECORD = "RECORD"
"""Name, number and words may go to the ministry inside the sealed record."""
SHARE = "SHARE"
"""A service may be told; `recipient` says which kind of service."""
STATISTICS = "STATISTICS"
"""Her case may be counted in figures and rows that leave the office."""
CALL_BACK = "CALL_BACK"
"""She may be phoned."""
PURPOSES = (CALL_BACK, SHARE, RECORD, STATISTICS)

GIVEN = frozenset({"Y", "G"})
REFUSED = "N"
DANGER_TO_LIFE = "E"
DUTY_OF_LAW = "L"
NOT_ASKED = "X"

OVERRIDES: dict[str, frozenset[str]] = {
    DANGER_TO_LIFE: frozenset({"POL", "MED", "CRI", "SHE", "CPD"}),
    DUTY_OF_LAW: frozenset({"POL", "CPD", "KDD", "PRO", "SOC"}),
}
"""Who may be told without her word (law 63/2017: police, medical help, child services; decree 390:
the responsible bodies tell each other). To be confirmed by the ministry.

Code and not data, unlike the code lists: whoever may be told against her will must not grow by an
edit of a file on an office PC. A change of the law is a reviewed and tested change here. The words
of the law that a letter quotes are data (resources/data/referral_letter.toml)."""

PARTS = ("NAME", "CONTACT", "STORY", "RISK", "CHILDREN")
"""What a letter may hold; code list `consent_part`."""


@dataclass(frozen=True)
class Consent:
    """One word on one purpose; never changed, a newer one is added. `at` in UTC milliseconds.

    `value`: code of the list `consent`. `recipient`: a `service_type` for SHARE, "" for all.
    `parts`: what of it may be shared; empty means everything. `reason`: why without her word.
    """

    purpose: str
    value: str
    at: int
    by: str = ""
    recipient: str = ""
    reason: str = ""
    parts: tuple[str, ...] = ()


def newest(consents: Iterable[Consent], purpose: str, recipient: str = "") -> Consent | None:
    """The last word on the purpose: one about this very recipient before one about all."""
    about = [c for c in consents if c.purpose == purpose]
    for wanted in (recipient, ""):
        found = [c for c in about if c.recipient == wanted]
        if found:
            return max(enumerate(found), key=lambda x: (x[1].at, x[0]))[1]
    return None


def deciding(consents: Iterable[Consent], purpose: str, recipient: str = "") -> Consent | None:
    """The word that decides about this recipient: the one about it, unless she refused for all
    after it. None when nothing was said."""
    known = list(consents)
    about_it = newest(known, purpose, recipient)
    about_all = newest(known, purpose)
    if about_it is None or about_all is None or about_all.value != REFUSED:
        return about_it
    return about_all if about_all.at >= about_it.at else about_it


def allows(consents: Iterable[Consent], purpose: str, recipient: str = "") -> bool:
    """Whether it may be done: by her word, or by a recorded reason where the law allows it."""
    last = deciding(consents, purpose, recipient)
    if last is None:
        return False
    if last.value in GIVEN:
        return True
    if last.value not in OVERRIDES or not last.reason.strip():
        return False
    if purpose == SHARE:
        return recipient in OVERRIDES[last.value]
    # The ministry coordinates the responsible bodies; nobody is phoned or counted by override.
    return purpose == RECORD


def allowed_parts(consents: Iterable[Consent], recipient: str) -> frozenset[str]:
    """What of PARTS a letter to this kind of service may hold."""
    known = list(consents)
    if not allows(known, SHARE, recipient):
        return frozenset()
    last = deciding(known, SHARE, recipient)
    return frozenset(last.parts if last and last.parts else PARTS) & frozenset(PARTS)


def check_consent(consent: Consent) -> list[Fault]:
    """An override needs its reason and a recipient the law names."""
    if consent.value not in OVERRIDES:
        return []
    if not consent.reason.strip():
        return [Fault("consents", "consent.reason_missing")]
    if consent.purpose == SHARE and consent.recipient not in OVERRIDES[consent.value]:
        return [Fault("consents", "consent.no_override")]
    if consent.purpose not in (SHARE, RECORD):
        return [Fault("consents", "consent.no_override")]
    return []
