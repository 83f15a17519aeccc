"""An office with some weeks of calls, told by the services, and a page that shows their report."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from operator_app.domain.clock import to_ms
from operator_app.domain.consent import SHARE, STATISTICS, Consent
from operator_app.domain.violence import ReferralAsk, ViolenceForm
from tests.conftest import TestOffice, information_call

OCTOBER = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
TOPICS = ("BEN.UBK", "BEN.BYR", "DIS.GRP", "LAB.WAG", "PSY", "COM", "CHI.ALI")


def violence(at: int, *, agrees: bool) -> ViolenceForm:
    """A block as it is filled in; the person agrees to be in figures, or was not asked."""
    said = (Consent(SHARE, "Y", at), *([Consent(STATISTICS, "Y", at)] if agrees else []))
    return ViolenceForm(
        affected="CALLER",
        affected_sex="F",
        affected_age="31",
        forms=("PHY", "THR"),
        offender="HUSB",
        children="Y",
        place="HOME",
        consents=said,
        referrals=(ReferralAsk("SHE", "SENT", at), ReferralAsk("POL", "OFF", at)),
    )


def take_calls(office: TestOffice, number: int, seed: int = 117) -> None:
    """Calls of October, each saved at its own time; every tenth about violence."""
    dice = random.Random(seed)
    for at in range(number):
        office.clock.now = OCTOBER + timedelta(hours=2.5 * at, minutes=dice.randrange(60))
        form = office.calls.start(office.actor).form
        if at % 10 and dice.random() < 0.4:
            kind = dice.choice(("SILENT", "DROP", "PRANK", "MISSED"))
            office.calls.save(office.actor, replace(form, contact_kind=kind))
            continue
        changes: dict[str, object] = {
            "topics": (dice.choice(TOPICS),),
            "benefit_issue": dice.choice((None, "HOW", "REF")),
            "caller_sex": dice.choice("FFM"),
            "caller_age_group": dice.choice("AAAAC"),
            "language": dice.choice(("ky", "ru")),
            "phone": dice.choice(("", "", f"0555{dice.randrange(12):06}")),
        }
        if at % 10 == 0:
            now = to_ms(office.clock.now)
            changes |= {
                "topics": ("VIO.DOM",),
                "danger_now": "Y",
                "violence": violence(now, agrees=at % 30 == 0),
            }
        office.calls.save(office.actor, information_call(form, **changes))


@pytest.fixture
def october(office: TestOffice) -> TestOffice:
    """120 calls, and today is in November."""
    take_calls(office, 120)
    office.clock.now = datetime(2026, 11, 10, 6, 0, tzinfo=UTC)
    return office
