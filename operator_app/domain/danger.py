"""The danger screen: short questions of our own, and the level that follows from the answers.

Questions and thresholds are data with a version (resources/data/danger_rules.toml). Any yes of
group A is HIGH; in group B the number of yes decides. Unknown never lowers: only when every
question of group A was answered with no is a level called standard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from operator_app.errors import Fault

STANDARD = "STD"
NOT_ASSESSED = "NA"
MEDIUM = "MED"
HIGH = "HIGH"
IMMEDIATE = "IMM"
LEVELS = (STANDARD, NOT_ASSESSED, MEDIUM, HIGH, IMMEDIATE)
"""Codes of `risk_level` from the least to the most cautious: not assessed is no good news."""
ACUTE = frozenset({HIGH, IMMEDIATE})
"""Levels that are sent urgently, start the response clock and are closed by a supervisor only."""

YES = "Y"
NO = "N"
UNKNOWN = "U"
ANSWERS = (YES, NO, UNKNOWN)
"""What the screen offers."""
ANSWERED = frozenset({*ANSWERS, "X", "R"})
"""What may be recorded (code list `yes_no_unknown`): also not asked, and refused."""
QUESTION_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,19}")


@dataclass(frozen=True)
class Question:
    """One question: its code, its group ("A" or "B"), its words per language."""

    code: str
    group: str
    labels: Mapping[str, str]

    def label(self, language: str) -> str:
        """The words in the language, or in English where they are missing."""
        return self.labels.get(language) or self.labels["en"]


@dataclass(frozen=True)
class DangerRules:
    """Questions in the order of asking; yes answers of group B from which the level rises."""

    version: str
    questions: tuple[Question, ...]
    medium_from: int
    high_from: int

    def level(self, answers: Mapping[str, str], danger_now: str | None = None) -> str:
        """The level of the answers. Answers to questions of other versions are not counted."""
        if danger_now == YES:
            return IMMEDIATE
        first = [answers.get(q.code) for q in self.questions if q.group == "A"]
        second = sum(answers.get(q.code) == YES for q in self.questions if q.group == "B")
        if YES in first or second >= self.high_from:
            return HIGH
        if second >= self.medium_from:
            return MEDIUM
        return STANDARD if all(answer == NO for answer in first) else NOT_ASSESSED

    def yes_count(self, answers: Mapping[str, str]) -> int:
        """How many questions were answered with yes."""
        return sum(answers.get(q.code) == YES for q in self.questions)


def check_answers(answers: Mapping[str, str]) -> list[Fault]:
    """Faults of the answers of a screen: no code of a question, or no answer at all.

    The question may be one of other rules than those in force: it is kept, and not counted.
    """
    sound = all(map(QUESTION_CODE.fullmatch, answers)) and ANSWERED.issuperset(answers.values())
    return [] if sound else [Fault("answers", "call.unknown_code")]


def check_screen(
    answers: Mapping[str, str], danger_now: str | None, raised_to: str | None
) -> list[Fault]:
    """Faults of a whole screen."""
    faults = check_answers(answers)
    if danger_now is not None and danger_now not in ANSWERED:
        faults.append(Fault("danger_now", "call.unknown_code"))
    if raised_to is not None and raised_to not in LEVELS:
        faults.append(Fault("raised_to", "call.unknown_code"))
    return faults


def more_cautious(*levels: str | None) -> str:
    """The most cautious of the levels; unknown codes count as HIGH, None as nothing said."""
    return max((level for level in levels if level), key=_caution, default=NOT_ASSESSED)


def carried(earlier: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Both together: a yes of either counts, and a no is kept until something else is known.

    What happened once has happened: a later no does not take back an earlier yes.
    """
    both = {**now}
    for code, answer in earlier.items():
        if answer == YES or (answer == NO and now.get(code) not in (YES, NO)):
            both[code] = answer
    return both


def risk_after(current: str, new: Iterable[str | None]) -> str:
    """The risk of a case after another assessment: it rises by itself and never falls by itself.

    What was not assessed gives way to any assessment, and takes none back.
    """
    found = more_cautious(*new)
    if current == NOT_ASSESSED:
        return found
    return current if found == NOT_ASSESSED else more_cautious(current, found)


def _caution(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else LEVELS.index(HIGH)
