"""Invented calls of a year, as forms: every kind, odd answers and no answers among them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate

from operator_app.domain.calls import UNKNOWN_PLACE, Advice, CallForm, with_level
from operator_app.domain.clock import day_bounds_ms
from operator_app.domain.consent import CALL_BACK, RECORD, SHARE, STATISTICS, Consent
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ReferralAsk, SafeContact, ViolenceForm

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
NUISANCE = {"SILENT": 40, "DROP": 20, "WRONG": 14, "PRANK": 10, "ABUSE": 4, "TEST": 2, "MISSED": 10}
HELP = {"SELF": 60, "OTHER": 18, "PROF": 9, "FOLLOW": 10, "THANKS": 3}
HOURS = (1, 1, 1, 1, 1, 1, 2, 3, 6, 12, 14, 13, 10, 11, 12, 11, 9, 6, 3, 2, 2, 2, 1, 1)
AGES = ("", "34", "0", "6", "7", "13", " 17 ", "18", "29", "49", "50", "62", "63", "90", "120")
ODD_NUMBERS = ("?", "скрытый", "0000", "102", "+7 925 123-45-67", "12345abc", "312 54 3", "сосед")
ANSWERS = ("Y", "N", "N", "U", "X", "R", None)


@dataclass(frozen=True)
class Mix:
    """Shares of all calls: nuisance contacts, and of the others those about violence."""

    nuisance: float = 0.5
    violent: float = 0.08


def moments(dice: random.Random, first: date, days: int, number: int) -> list[int]:
    """When calls began, UTC ms: by day mostly, and at the very edges of every month's first day."""
    found = []
    for n in range(days):
        day = first + timedelta(days=n)
        start, end = day_bounds_ms(day)
        if day.day == 1 and len(found) + 4 <= number:
            found += [start - 1, start, start + 1, end - 1][n == 0 :]
    if found:
        found.append(day_bounds_ms(first + timedelta(days=days - 1))[1] - 1)
    hours = list(accumulate(HOURS))
    while len(found) < number:
        start, _ = day_bounds_ms(first + timedelta(days=dice.randrange(days)))
        hour = dice.choices(range(24), cum_weights=hours)[0]
        found.append(start + hour * HOUR + dice.randrange(HOUR))
    return sorted(found[:number])


class Forms:
    """Draws forms. `places`: codes of divisions as calls name them, the office's own first."""

    def __init__(
        self, dice: random.Random, reference: Reference, places: Sequence[str], mix: Mix
    ) -> None:
        self._dice = dice
        self._reference = reference
        self._places = places
        self._mix = mix
        self._topics = [t.code for t in reference.codes("topic_l2")]
        self._grave = [t for t in self._topics if t.startswith("VIO.")]
        self._grave += ["CHI.ABU", "CHI.NEG", "OLD.ABU"]
        self._plain = [t for t in self._topics if t not in self._grave]
        self._codes = {
            name: [c.code for c in reference.codes(name)]
            for name in (
                "action", "benefit_issue", "violence_form", "relation", "vulnerability",
                "place_of_incident", "service_type", "risk_level",
            )
        }  # fmt: skip
        self._questions = [q.code for q in reference.danger_rules.questions]
        self._known: list[str] = []

    def draw(self, started: int) -> CallForm:
        """A form that began then."""
        dice = self._dice
        if dice.random() < self._mix.nuisance:
            form = CallForm(started, _weighted(dice, NUISANCE), note=self._some(0.02, "тишина"))
            if dice.random() < 0.1:
                form = replace(form, phone=self._phone())
            if dice.random() < 0.01:
                # Answered half, then found to be no call for help: nothing forbids it.
                form = replace(self._help(started), contact_kind=form.contact_kind)
            return form
        return self._help(started)

    def early(self, whole: CallForm) -> CallForm:
        """What of a call with danger now was there when it was sent before its end."""
        if whole.violence is None:
            return whole
        block = replace(whole.violence, happened="", referrals=(), police_at=None)
        place = whole.division if self._dice.random() < 0.5 else None
        return self._levelled(
            replace(
                whole,
                caller_sex=None,
                caller_age_group=None,
                division=place,
                actions=(),
                violence=block,
            )
        )

    def amended(self, before: CallForm) -> CallForm:
        """The form as somebody writes it down better; once in a while quite another one."""
        dice = self._dice
        other = self._help(before.started_at)
        if dice.random() < 0.15:
            return replace(other, violence=before.violence if dice.random() < 0.5 else None)
        names = dice.sample(
            ("division", "language", "caller_sex", "caller_age_group", "actions", "caller_name",
             "phone", "benefit_issue", "note"),
            3,
        )  # fmt: skip
        return replace(before, **{name: getattr(other, name) for name in names})

    def _help(self, started: int) -> CallForm:
        dice = self._dice
        violent = dice.random() < self._mix.violent
        topics = self._some_topics(violent)
        danger = dice.choices(("N", "U", "X", "R", "Y"), (70, 4, 2, 1, 50 if violent else 0))[0]
        form = CallForm(
            started_at=started,
            contact_kind=_weighted(dice, HELP),
            channel=dice.choices(("PHONE", "OUT", "VISIT", "MSG"), (90, 4, 4, 2))[0],
            danger_now=danger,
            danger_at=started + dice.randrange(5, 90) * SECOND if dice.random() < 0.9 else None,
            language=dice.choices(
                ("ky", "ru", "uz", "tg", "en", "sgn", "oth"), (50, 40, 6, 1, 1, 1, 1)
            )[0],
            topics=topics,
            benefit_issue=self._some(
                0.7 if topics[0] < "C" else 0.02, *self._codes["benefit_issue"]
            )
            or None,
            caller_sex=dice.choices("FMU", (60, 35, 5))[0],
            caller_age_group=dice.choices("ACU", (82, 13, 5))[0],
            division=self._place(),
            caller_name=self._some(0.2, "Ivan Primerov", "Айгүл Мисалова", "  "),
            phone=self._phone() if dice.random() < 0.7 else "",
            note=self._some(0.6, "уточнить документы", "жөлөкпул боюнча"),
            actions=tuple(dice.choices(self._codes["action"], k=dice.choice((1, 1, 1, 2, 3)))),
            advice=(Advice("article", "ubk.ru", ""),) if dice.random() < 0.1 else (),
        )
        if violent and dice.random() < 0.8:
            form = replace(form, violence=self._block(form))
        elif dice.random() < 0.02:
            # Opened and left untouched, or a word in a call that seemed to be another.
            word = dice.choice(
                (
                    ViolenceForm(),
                    ViolenceForm(children="N"),
                    ViolenceForm(happened="соседка слышала крик"),
                    ViolenceForm(contact=SafeContact(hours="10-12")),
                )
            )
            form = replace(form, violence=word)
        return self._levelled(form)

    def _block(self, form: CallForm) -> ViolenceForm:
        dice, started = self._dice, form.started_at
        high = started + dice.randrange(10, 200) * SECOND if dice.random() < 0.3 else None
        consents = self._consents(started)
        services = self._codes["service_type"]
        told = {c.recipient for c in consents if c.purpose == SHARE and c.value == "Y"}
        asks = [
            ReferralAsk(
                service,
                "SENT" if service in told else dice.choice(("OFF", "OFF", "DEC")),
                started + dice.randrange(60, 600) * SECOND,
                dice.random() < 0.1,
            )
            for service in sorted({*told, *dice.sample(services, dice.choice((0, 1)))})
        ]
        return ViolenceForm(
            affected=dice.choice(("CALLER", "CALLER", "OTHER", None)),
            affected_name=self._some(0.3, "Нургүл Үлгүсова"),
            affected_sex=dice.choice(("F", "F", "F", "M", "U", None)),
            affected_age=dice.choice(AGES),
            vulnerabilities=tuple(
                dice.sample(self._codes["vulnerability"], dice.choice((0, 0, 1, 2)))
            ),
            forms=tuple(dice.sample(self._codes["violence_form"], dice.choice((0, 1, 1, 2, 3)))),
            offender=dice.choice((None, *self._codes["relation"])),
            children=dice.choice(ANSWERS),
            place=dice.choice((None, *self._codes["place_of_incident"])),
            happened=self._some(0.5, "рассказала, что произошло"),
            answers={
                code: answer
                for code in self._questions
                if (answer := dice.choices(ANSWERS, (8, 40, 5, 5, 1, 1, 40))[0])
            },
            raised_to=dice.choices(
                (None, *self._codes["risk_level"]), (80, *[4] * len(self._codes["risk_level"]))
            )[0],
            high_at=high,
            police_at=self._stamp(form, 0.25),
            ambulance_at=self._stamp(form, 0.08),
            contact=SafeContact(hours=self._some(0.3, "10-12")),
            consents=consents,
            referrals=tuple(asks),
        )

    def _stamp(self, form: CallForm, chance: float) -> int | None:
        """When 102 or 103 was called: after the danger was known, at once, or even before."""
        if self._dice.random() >= chance:
            return None
        start = form.danger_at or form.started_at
        return start + self._dice.choice((0, -5 * SECOND, 999, 30 * SECOND, 61_500, 7 * MINUTE))

    def _consents(self, started: int) -> tuple[Consent, ...]:
        dice = self._dice
        found = []
        for n, (purpose, chance) in enumerate(
            ((STATISTICS, 0.75), (RECORD, 0.5), (CALL_BACK, 0.5), (STATISTICS, 0.1))
        ):
            if dice.random() < chance:
                value = dice.choices("YGNX", (70, 10, 15, 5))[0]
                found.append(Consent(purpose, value, started + (n + 1) * MINUTE))
        for service in dice.sample(self._codes["service_type"], dice.choice((0, 0, 1, 2))):
            value = dice.choice("YYYN")
            found.append(Consent(SHARE, value, started + 9 * MINUTE, recipient=service))
        return tuple(found)

    def _some_topics(self, violent: bool) -> tuple[str, ...]:
        dice = self._dice
        number = dice.choices((1, 2, 3, 4), (75, 15, 6, 4))[0]
        topics = dice.choices(self._plain, k=number)
        if violent and dice.random() < 0.9:
            topics[dice.randrange(number)] = dice.choice(self._grave)
        if dice.random() < 0.03:
            topics[-1] = topics[0]
        return tuple(topics)

    def _place(self) -> str:
        dice = self._dice
        if dice.random() < 0.55:
            return self._places[0]
        return dice.choice((*self._places, UNKNOWN_PLACE, UNKNOWN_PLACE))

    def _phone(self) -> str:
        dice = self._dice
        chance = dice.random()
        if chance < 0.05:
            return dice.choice(ODD_NUMBERS)
        if chance < 0.35 and self._known:
            number = dice.choice(self._known)
            # The same number, typed in another way.
            return dice.choice((number, number.replace(" ", ""), f"+996{number[1:]}"))
        number = f"0{dice.choice(('555', '700', '770'))} {dice.randrange(10**6):06}"
        self._known.append(number)
        return number

    def _some(self, chance: float, *words: str) -> str:
        return self._dice.choice(words) if self._dice.random() < chance else ""

    def _levelled(self, form: CallForm) -> CallForm:
        return with_level(form, self._reference.danger_rules)


def _weighted(dice: random.Random, weights: dict[str, int]) -> str:
    return dice.choices(tuple(weights), tuple(weights.values()))[0]
