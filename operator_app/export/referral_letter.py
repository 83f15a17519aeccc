"""A referral to a service as one A4 page, in Kyrgyz or Russian: only what consent allows.

The words are data (`Reference.letter_texts`). The offender's name is in no letter: the service
hears it from the person, and a letter that lies open would tell him who spoke. The safety plan
is hers and in no letter either. Long texts are cut, so that the page stays one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from operator_app.domain.cases import Case, Incident, Referral
from operator_app.domain.clock import local
from operator_app.domain.consent import (
    GIVEN,
    PARTS,
    SHARE,
    Consent,
    allowed_parts,
    deciding,
)
from operator_app.domain.danger import YES, carried
from operator_app.domain.follow_ups import ORDER_RUNS
from operator_app.domain.office import Office
from operator_app.domain.phone import read_phone
from operator_app.domain.reference import Reference
from operator_app.errors import BadInput, Fault
from operator_app.export.html import ACCENT, DANGER, LINE, MUTED, SOFT, Page, gap, wrapped

LETTER_LANGUAGES = ("ky", "ru")
DECLINED = "DEC"
OTHER_SERVICE = "OTH"
ABOUT_CHILDREN = frozenset({"CHILD", "BABY", "MULT"})
"""Danger questions and circumstances that tell of children: part CHILDREN, not RISK."""

MOST_INCIDENTS = 3
LONGEST_STORY = 1_200
"""Characters of all incidents together."""
LONGEST_NOTE = 400
LONGEST_LINE = 160
LONGEST_RUN = 40
"""Characters without a blank after which a line may break."""
_BREAK = "\u200b"
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Letter:
    """What a letter is about: the referral of a case, from which office, signed by whom.

    `at`: when it is written; `answer_by`: until when an answer is asked for (UTC ms).
    """

    case: Case
    referral: Referral
    office: Office
    signer: str
    at: int
    answer_by: int


Line = tuple[str, str]
"""A label and what it says; an empty label for a sentence of its own."""


def referral_letter_page(letter: Letter, reference: Reference, language: str) -> Page:
    """The page. Raises BadInput: "referral.no_consent" when the service may be told nothing,
    "referral.declined" when the person said no to this very referral."""
    service = letter.referral.service_type
    if letter.referral.status == DECLINED:
        raise BadInput("referral.declined", [Fault("referral", "referral.declined")])
    allowed = allowed_parts(letter.case.consents, service)
    word = deciding(letter.case.consents, SHARE, service)
    if not allowed or word is None:
        raise BadInput("referral.no_consent", [Fault("consents", "referral.no_consent")])
    made = _Letter(letter, reference, language, allowed, word)
    return Page(f"117 {letter.case.number} {service}", wrapped(made.body()), wrapped(made.foot()))


class _Letter:
    """Writes one letter."""

    def __init__(
        self,
        letter: Letter,
        reference: Reference,
        language: str,
        allowed: frozenset[str],
        word: Consent,
    ) -> None:
        self._letter = letter
        self._case = letter.case
        self._referral = letter.referral
        self._reference = reference
        self._language = language
        self._allowed = allowed
        self._word = word

    def body(self) -> str:
        """Everything above the foot."""
        parts = [self._head(), self._asked()]
        writers = {
            "NAME": self._name,
            "CONTACT": self._contact,
            "STORY": self._story,
            "RISK": self._risk,
            "CHILDREN": self._children,
        }
        for part in PARTS:
            lines = list(writers[part]()) if part in self._allowed else []
            if part == "NAME" and not lines:
                lines = [("", self._say("name_kept"))]
            warning = self._say("contact_warning") if part == "CONTACT" and lines else ""
            if lines:
                parts.append(_section(self._say(part), lines, warning))
        if len(self._allowed) < len(PARTS):
            parts.append(_sentence(self._say("left_out")))
        parts.append(_section(self._say("basis"), [("", self._basis())]))
        return "".join(parts)

    def foot(self) -> str:
        """What is asked back, the signature, and how to keep the letter."""
        answer = self._say("answer").format(date=_date(self._letter.answer_by))
        line = "_" * 26
        return (
            f'<table width="100%" cellspacing="0" cellpadding="8"><tr><td bgcolor="{SOFT}">'
            f'<span style="font-weight:600">{escape(answer)}.</span> '
            f"{escape(self._say('answer_what'))}</td></tr></table>{gap(22)}"
            '<table width="100%" cellspacing="0" cellpadding="0"><tr>'
            f'<td width="55%"><span style="color:{MUTED}">{escape(self._say("signed"))}</span> '
            f"{line}<br>{escape(_cut(self._letter.signer, LONGEST_LINE))}</td>"
            f'<td width="45%" style="color:{MUTED}">{escape(self._say("received"))}<br>{line}</td>'
            f"</tr></table>{gap(12)}"
            f'<span style="font-size:10px;color:{MUTED}">{escape(self._say("secret"))}</span>'
        )

    def _head(self) -> str:
        office = self._letter.office
        whence = f"{office.name(self._language)}, {self._say('helpline')}"
        service = self._label("service_type", self._referral.service_type)
        whither = ", ".join(filter(None, (service, _cut(self._referral.organisation))))
        facts = [
            (self._say("from"), whence),
            (self._say("to"), whither),
            (self._say("case"), self._case.number),
            (self._say("date"), _date(self._letter.at)),
        ]
        return (
            f'<span style="font-size:24px;font-weight:600">{escape(self._say("title"))}</span>'
            f"{gap(12)}{_table(facts)}"
        )

    def _asked(self) -> str:
        asks = self._reference.letter_texts.asks
        ask = asks.get(self._referral.service_type) or asks.get(OTHER_SERVICE, {})
        lines = [("", ask.get(self._language, ""))]
        if self._referral.warm:
            lines.append(("", self._say("warm")))
        # The office's own words on the referral may tell what happened.
        if "STORY" in self._allowed and self._referral.note.strip():
            lines.append((self._say("more"), _cut(self._referral.note, LONGEST_NOTE)))
        return _section(self._say("ask"), lines)

    def _name(self) -> Iterator[Line]:
        affected = self._case.affected
        age = str(affected.age) if affected.age is not None else ""
        yield from self._told("name", affected.name)
        yield from self._told("age", age or self._label("age_band", affected.age_band))
        yield from self._told("sex", self._label("sex", affected.sex))

    def _contact(self) -> Iterator[Line]:
        affected, contact = self._case.affected, self._case.contact
        typed = contact.phone or affected.phone
        yield from self._told("phone", read_phone(typed).shown if typed.strip() else "")
        if contact.hours.strip():
            yield from self._told("hours", contact.hours)
        elif typed.strip():
            yield "", self._say("no_hours")
        yield from self._told("who_may_answer", contact.who_may_answer)
        yield from self._told("what_to_say", contact.what_to_say)
        yield from self._told("address", affected.address)

    def _story(self) -> Iterator[Line]:
        yield from self._told("offender", self._label("relation", self._case.offender.relation))
        room = LONGEST_STORY
        latest = sorted(self._case.incidents, key=lambda i: i.told_at, reverse=True)
        for incident in latest[:MOST_INCIDENTS]:
            # Across the page: so that one incident is told from the next.
            yield "", f"{self._say('when')}: {self._when(incident)}"
            forms = [self._label("violence_form", form) for form in incident.forms]
            yield from self._told("forms", ", ".join(forms))
            place = self._label("place_of_incident", incident.place)
            division = self._reference.division_path(incident.division, self._language)
            yield from self._told("place", ", ".join(filter(None, (place, division))))
            told = _cut(incident.happened, max(room, LONGEST_LINE))
            room -= len(told)
            if told:
                yield self._say("story"), told

    def _risk(self) -> Iterator[Line]:
        yield self._say("level"), self._label("risk_level", self._case.risk)
        answers: dict[str, str] = {}
        for assessment in self._case.assessments:
            # A supervisor who lowered the risk has weighed what was answered until then.
            answers = {} if assessment.lowered else carried(answers, assessment.answers)
        asked = self._reference.danger_rules.questions
        signs = [
            question.label(self._language)
            for question in asked
            if answers.get(question.code) == YES and self._may_tell(question.code)
        ]
        yield from self._told("signs", " ".join(signs), LONGEST_STORY)
        offender = self._case.offender
        for word, answer in (
            ("weapon", offender.has_weapon),
            ("together", offender.lives_together),
        ):
            yield from self._told(word, self._label("yes_no_unknown", answer))
        running = [
            (order.ends_at, order.status)
            for order in self._case.orders
            if order.status in ORDER_RUNS and (order.ends_at or 0) > self._letter.at
        ]
        for ends_at, status in sorted(running)[-1:]:
            until = self._say("until").format(date=_date(ends_at or 0))
            yield self._say("order"), f"{self._label('order_status', status)}, {until}"
        needs = [
            self._label("vulnerability", code)
            for code in self._case.affected.vulnerabilities
            if self._may_tell(code)
        ]
        yield from self._told("needs", ", ".join(needs))

    def _children(self) -> Iterator[Line]:
        told = [i.children for i in self._case.incidents if i.children]
        if told:
            yield self._say("children"), self._label("yes_no_unknown", told[-1])

    def _basis(self) -> str:
        word = self._word
        said = self._reference.letter_texts.bases.get(word.value, {}).get(self._language, "")
        reason = "" if word.value in GIVEN else _cut(word.reason, LONGEST_NOTE)
        return said.format(date=_date(word.at), reason=reason)

    def _when(self, incident: Incident) -> str:
        told = self._say("told").format(date=_date(incident.told_at))
        year, _, rest = incident.happened_on.partition("-")
        month, _, day = rest.partition("-")
        return f"{day}.{month}.{year}, {told}" if day else told

    def _may_tell(self, code: str) -> bool:
        return code not in ABOUT_CHILDREN or "CHILDREN" in self._allowed

    def _told(self, word: str, content: str, most: int = LONGEST_LINE) -> Iterator[Line]:
        """The line, if there is anything to say."""
        if cut := _cut(content, most):
            yield self._say(word), cut

    def _say(self, word: str) -> str:
        return self._reference.letter_texts.words.get(word, {}).get(self._language, word)

    def _label(self, list_name: str, code: str | None) -> str:
        return self._reference.label(list_name, code, self._language)


def _section(title: str, lines: list[Line], warning: str = "") -> str:
    warned = f'<p style="color:{DANGER};margin:4px 0px 4px 0px">{escape(warning)}</p>'
    return (
        f'<p style="font-size:13px;font-weight:600;color:{ACCENT};margin:12px 0px 2px 0px">'
        f"{escape(title)}</p>{warned if warning else ''}{_table(lines)}"
    )


def _table(lines: list[Line]) -> str:
    rows = []
    for label, content in lines:
        style = f"border-bottom:1px solid {LINE};padding:3px 0px"
        if label:
            rows.append(
                f'<tr><td width="30%" style="{style};color:{MUTED}">{escape(label)}</td>'
                f'<td width="70%" style="{style}">{escape(content)}</td></tr>'
            )
        else:
            rows.append(f'<tr><td colspan="2" style="{style}">{escape(content)}</td></tr>')
    return (
        '<table width="100%" cellspacing="0" cellpadding="0" style="border-collapse:collapse">'
        f"{''.join(rows)}</table>"
    )


def _sentence(sentence: str) -> str:
    return f'<p style="color:{MUTED};margin:12px 0px 0px 0px">{escape(sentence)}</p>'


def _date(at: int) -> str:
    return f"{local(at):%d.%m.%Y}"


def _cut(text: str, most: int = LONGEST_LINE) -> str:
    """The text on one line, at most so long; no signs that turn the direction of the writing."""
    shown = "".join(
        " " if unicodedata.category(sign) == "Cc" else sign for sign in text if sign not in _BIDI
    )
    words = shown.split()
    whole = " ".join(words)
    if len(whole) > most:
        words = [*whole[: most - 1].split(), "…"]
    return " ".join(_breakable(word) for word in words)


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_RUN:
        return word
    return _BREAK.join(word[i : i + LONGEST_RUN] for i in range(0, len(word), LONGEST_RUN))
