"""Invented calls, for the sandbox, for pictures and for trials: the same ones from the same seed.

Nobody is real, and no telephone is anybody's: no network of the country has numbers in 0400.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from operator_app.domain.calls import CallForm
from operator_app.domain.clock import to_ms
from operator_app.domain.consent import STATISTICS, Consent
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ReferralAsk, ViolenceForm
from operator_app.services.calls import Calls

NOTES = (
    "Спрашивает, какие документы нужны. Объяснён порядок, дан адрес управления.",
    "Төлөм эки ай бою келген жок. Башкармалыкка кайрылуу сунушталды.",
    "Просит объяснить отказ. Рассказано, как и куда обжаловать.",
    "",
)
NO_SUBSCRIBER = "0400"
"""How an invented telephone begins."""
QUIET = ("SILENT", "SILENT", "SILENT", "DROP", "WRONG", "PRANK", "TEST", "MISSED")


class MovableClock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def save_invented_calls(
    calls: Calls,
    clock: MovableClock,
    reference: Reference,
    actors: list[Actor],
    count: int,
    seed: int = 117,
    *,
    callers: Sequence[str] = (),
) -> None:
    """Save `count` calls that end now, about one every twelve minutes of office hours.

    `callers`: what some of those who leave a telephone are called.
    """
    rng = random.Random(seed)  # noqa: S311 - invented data
    end = clock.now
    moment = end - timedelta(minutes=12 * count)
    for _ in range(count):
        _save_one(calls, clock, reference, actors, rng, moment, callers)
        moment += timedelta(minutes=rng.randrange(4, 20))
    clock.now = max(end, clock.now)


def save_invented_days(
    calls: Calls,
    clock: MovableClock,
    reference: Reference,
    actors: list[Actor],
    first: datetime,
    days: int,
    seed: int = 117,
) -> None:
    """Save some calls on each day from `first` on, in office hours, fewer at the weekend."""
    rng = random.Random(seed)  # noqa: S311 - invented data
    for day in range(days):
        morning = (first + timedelta(days=day)).replace(hour=3, minute=5)
        busy = morning.weekday() < 5
        moments = sorted(rng.randrange(9 * 60) for _ in range(rng.randrange(5, 9) if busy else 2))
        for minutes in moments:
            moment = morning + timedelta(minutes=minutes)
            _save_one(calls, clock, reference, actors, rng, moment)


def _save_one(
    calls: Calls,
    clock: MovableClock,
    reference: Reference,
    actors: list[Actor],
    rng: random.Random,
    moment: datetime,
    callers: Sequence[str] = (),
) -> None:
    clock.now = moment
    started_at = to_ms(moment)
    if rng.random() < 0.4:
        form = CallForm(started_at=started_at, contact_kind=rng.choice(QUIET))
        length = rng.randrange(3, 20)
    else:
        length = rng.randrange(60, 900)
        form = _form(reference, rng, started_at)
        if callers and form.phone:
            form = replace(form, caller_name=rng.choice(callers))
    clock.now = moment + timedelta(seconds=length)
    calls.save(rng.choice(actors), form)


def _form(reference: Reference, rng: random.Random, started_at: int) -> CallForm:
    topic = rng.choice([c.code for c in reference.codes("topic_l2")])
    violent = topic.startswith("VIO")
    danger = "Y" if violent and rng.random() < 0.4 else "N"
    return CallForm(
        started_at=started_at,
        contact_kind=rng.choice(("SELF", "SELF", "SELF", "OTHER", "PROF", "FOLLOW")),
        danger_now=danger,
        danger_at=started_at + 9000 if danger == "Y" else None,
        language=rng.choice(("ky", "ky", "ru", "ru", "uz")),
        topics=(topic,),
        benefit_issue="HOW" if topic.startswith("BEN") else None,
        caller_sex=rng.choice("FFMU"),
        caller_age_group=rng.choice("AAAAC"),
        division=rng.choice([d.code for d in reference.divisions(2)]),
        phone=f"{NO_SUBSCRIBER} {rng.randrange(10**6):06d}" if rng.random() < 0.5 else "",
        note=rng.choice(NOTES),
        violence=_violence(rng, started_at) if violent else None,
        actions=(
            ("E102",)
            if danger == "Y"
            else (rng.choice([c.code for c in reference.codes("action")][:8]),)
        ),
    )


def _violence(rng: random.Random, started_at: int) -> ViolenceForm:
    agreed = "Y" if rng.random() < 0.8 else "N"
    return ViolenceForm(
        affected="CALLER",
        affected_age=str(rng.randrange(18, 66)),
        forms=(rng.choice(("PHY", "PSY", "ECO", "THR")),),
        answers={"HURT": rng.choice("YNN"), "CONTROL": rng.choice("YN")},
        offender=rng.choice(("HUSB", "EXSP", "PART", "SON")),
        children=rng.choice("YN"),
        place=rng.choice(("HOME", "HOME", "STREET")),
        consents=(Consent(STATISTICS, agreed, started_at),),
        referrals=(ReferralAsk(rng.choice(("CRI", "PSY", "LEG")), "OFF", started_at),),
    )


def office_morning() -> datetime:
    """The moment of the pictures: 24 November 2026, 11:40 in Bishkek."""
    return datetime(2026, 11, 24, 5, 40, tzinfo=UTC)
