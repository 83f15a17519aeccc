"""The danger rules: in one screen, and in a case over any sequence of screens by anybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operator_app.config import paths
from operator_app.domain.case_intake import assessed
from operator_app.domain.cases import Assessment, Case
from operator_app.domain.danger import (
    ACUTE,
    HIGH,
    IMMEDIATE,
    LEVELS,
    MEDIUM,
    NOT_ASSESSED,
    STANDARD,
    DangerRules,
    carried,
    more_cautious,
    risk_after,
)
from operator_app.domain.danger_file import read_rules
from operator_app.errors import EnvironmentProblem
from tests.samples import examples

FILE = paths().resources / "data" / "danger_rules.toml"
RULES = read_rules(FILE.read_text(encoding="utf-8"))
FIRST = [q.code for q in RULES.questions if q.group == "A"]
SECOND = [q.code for q in RULES.questions if q.group == "B"]
CODES = FIRST + SECOND
SILENT = ("U", "R", "X", None)
"""Answers that say nothing: does not know, refused, not asked, and no entry at all."""
ALL_NO = dict.fromkeys(CODES, "N")

answers = st.dictionaries(
    st.sampled_from([*CODES, "OF_OTHER_RULES"]), st.sampled_from("YYNNURX"), max_size=len(CODES)
)
dangers = st.sampled_from(["Y", "N", "U", "R", "X", None])
raises = st.sampled_from([None, None, *LEVELS])


def caution(level: str) -> int:
    return LEVELS.index(level)


def with_answer(given: dict[str, str], code: str, answer: str | None) -> dict[str, str]:
    kept = {c: a for c, a in given.items() if c != code}
    return kept if answer is None else {**kept, code: answer}


# In one screen


def test_the_questions_are_those_of_the_brief() -> None:
    assert FIRST == ["HURT", "WEAPON", "KILL", "THROAT", "FEAR", "CHILD"]
    assert SECOND == [
        "WORSE", "LEAVING", "FOLLOWS", "CONTROL", "SUICIDE", "GUN", "ORDER", "DRUNK", "BABY",
        "NOWHERE",
    ]  # fmt: skip
    assert (RULES.medium_from, RULES.high_from) == (2, 4)


@pytest.mark.parametrize("code", FIRST)
def test_any_yes_of_the_first_group_is_high(code: str) -> None:
    assert RULES.level({code: "Y"}) == HIGH
    assert RULES.level({**ALL_NO, code: "Y"}) == HIGH


@pytest.mark.parametrize("count", range(len(SECOND) + 1))
def test_the_number_of_yes_in_the_second_group_decides(count: int) -> None:
    wanted = HIGH if count >= 4 else MEDIUM if count >= 2 else STANDARD
    for chosen in combinations(SECOND, count):
        assert RULES.level({**ALL_NO, **dict.fromkeys(chosen, "Y")}) == wanted


def test_danger_now_is_immediate_whatever_was_answered() -> None:
    assert RULES.level({}, "Y") == RULES.level(ALL_NO, "Y") == IMMEDIATE
    for told in ("N", *SILENT):
        assert RULES.level(ALL_NO, told) == STANDARD


@pytest.mark.parametrize("silence", SILENT)
@pytest.mark.parametrize("code", FIRST)
def test_standard_is_said_only_when_the_first_group_was_denied(code: str, silence: str) -> None:
    assert RULES.level(with_answer(ALL_NO, code, silence)) == NOT_ASSESSED
    assert RULES.level({}) == NOT_ASSESSED


@given(answers, dangers, st.sampled_from(CODES))
def test_one_more_yes_never_lowers(given_, danger: str | None, code: str) -> None:
    before = RULES.level(given_, danger)
    assert caution(RULES.level({**given_, code: "Y"}, danger)) >= caution(before)
    assert RULES.level(given_, "Y") == IMMEDIATE


@given(answers, dangers, st.sampled_from(CODES), st.sampled_from(SILENT))
def test_not_knowing_never_lowers(given_, danger, code: str, silence: str | None) -> None:
    """What was answered with no, or not asked, and now is not known: the level stays or rises."""
    if given_.get(code) == "Y":
        return
    after = with_answer(given_, code, silence)
    assert caution(RULES.level(after, danger)) >= caution(RULES.level(given_, danger))


@given(answers, dangers)
def test_answers_to_questions_of_other_rules_are_not_counted(given_, danger) -> None:
    own = {code: answer for code, answer in given_.items() if code in CODES}
    others = {f"OLD_{code}": "Y" for code in CODES}
    assert RULES.level({**own, **others}, danger) == RULES.level(own, danger)


@given(st.lists(st.sampled_from([*LEVELS, None, "NEWER"]), max_size=5))
def test_more_cautious_is_none_below_any(levels: list[str | None]) -> None:
    found = more_cautious(*levels)
    if told := [level for level in levels if level]:
        assert found in told
        known = [level for level in told if level in LEVELS]
        rank = caution(found) if found in LEVELS else caution(HIGH)
        assert all(rank >= caution(level) for level in known)
        assert rank >= caution(HIGH) or "NEWER" not in told
    else:
        assert found == NOT_ASSESSED


# What is carried on


@given(answers, answers)
def test_no_yes_is_ever_forgotten_and_silence_takes_nothing_back(earlier, now) -> None:
    both = carried(earlier, now)
    assert set(both) == set(now) | {c for c, a in earlier.items() if a in "YN"}
    for code in both:
        told = {earlier.get(code), now.get(code)}
        if "Y" in told:
            assert both[code] == "Y"
        elif "N" in told:
            assert both[code] == "N"
        else:
            assert both[code] == now[code]


@given(st.sampled_from(LEVELS), st.lists(raises, max_size=4))
def test_risk_rises_by_itself_and_never_falls_by_itself(current: str, new) -> None:
    after = risk_after(current, new)
    if current != NOT_ASSESSED:
        assert caution(after) >= caution(current)
    for level in new:
        # Not assessed says nothing against what was found.
        assert level in (None, NOT_ASSESSED) or caution(after) >= caution(level)


# In a case


@dataclass(frozen=True)
class Screen:
    """One screen by somebody; `lowers` is the level a supervisor lowers to afterwards."""

    answers: dict[str, str]
    danger_now: str | None
    raised_to: str | None
    by: str
    lowers: str | None = None


screens = st.builds(
    Screen, answers, dangers, raises, st.sampled_from(["op1", "op2", "sup"]), st.none()
)
with_lowering = st.builds(
    Screen,
    answers,
    dangers,
    raises,
    st.sampled_from(["op1", "op2", "sup"]),
    st.sampled_from([None, None, None, *LEVELS]),
)
NEW = Case("c", "n", "0412", "VIOLENCE", 0, "op1", "op1")


def run(sequence: list[Screen], rules: DangerRules = RULES) -> list[Case]:
    """The case after each screen."""
    found, case = [], NEW
    for number, screen in enumerate(sequence):
        case = assessed(
            case,
            rules,
            screen.answers,
            danger_now=screen.danger_now,
            raised_to=screen.raised_to,
            by=screen.by,
            at=number,
            assessment_id=str(number),
        )
        if screen.lowers is not None and caution(screen.lowers) < caution(case.risk):
            # As services.cases.lower_risk writes it; the service itself: tests/services.
            decision = Assessment(
                f"{number}!", number, "sup", final=screen.lowers, lowered=True, reason="seen her"
            )
            case = replace(case, risk=screen.lowers, assessments=(*case.assessments, decision))
        found.append(case)
    return found


sequences = st.lists(screens, min_size=1, max_size=6)


@settings(max_examples=examples(300))
@given(sequences)
def test_in_a_case_no_screen_lowers_and_all_are_kept(sequence: list[Screen]) -> None:
    cases = run(sequence)
    for before, after in zip([NEW, *cases], cases, strict=False):
        assert after.assessments[: len(before.assessments)] == before.assessments
        if before.risk != NOT_ASSESSED:
            assert caution(after.risk) >= caution(before.risk)
        assert after.risk == after.assessments[-1].final
    kept = cases[-1].assessments
    assert [(a.answers, a.danger_now, a.raised_to, a.by) for a in kept] == [
        (s.answers, s.danger_now, s.raised_to, s.by) for s in sequence
    ]
    assert {a.rules_version for a in kept} == {RULES.version}


@settings(max_examples=examples(300))
@given(sequences, st.data())
def test_in_a_case_one_more_yes_anywhere_never_lowers(sequence, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sequence) - 1))
    code = data.draw(st.sampled_from([*CODES, "danger"]))
    screen = sequence[at]
    changed = (
        replace(screen, danger_now="Y")
        if code == "danger"
        else replace(screen, answers={**screen.answers, code: "Y"})
    )
    _never_lower(sequence, [*sequence[:at], changed, *sequence[at + 1 :]])


@settings(max_examples=examples(300))
@given(sequences, st.data())
def test_in_a_case_not_knowing_anywhere_never_lowers(sequence, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sequence) - 1))
    code = data.draw(st.sampled_from(CODES))
    screen = sequence[at]
    if screen.answers.get(code) == "Y":
        return
    silence = data.draw(st.sampled_from(SILENT))
    changed = replace(screen, answers=with_answer(screen.answers, code, silence))
    _never_lower(sequence, [*sequence[:at], changed, *sequence[at + 1 :]])


@settings(max_examples=examples(200))
@given(sequences, screens, st.data())
def test_one_more_screen_anywhere_never_lowers(sequence, more, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sequence)))
    after = run([*sequence[:at], more, *sequence[at:]])[-1].risk
    before = run(sequence)[-1].risk
    # Only what was never assessed gives way: to "standard", when the first group was denied.
    assert before == NOT_ASSESSED or caution(after) >= caution(before)


@given(sequences, st.data(), st.sampled_from(LEVELS))
def test_raising_never_lowers(sequence, data: st.DataObject, level: str) -> None:
    at = data.draw(st.integers(0, len(sequence) - 1))
    changed = replace(sequence[at], raised_to=more_cautious(sequence[at].raised_to, level))
    _never_lower(sequence, [*sequence[:at], changed, *sequence[at + 1 :]], raised=True)
    assert caution(run([changed])[-1].risk) >= caution(level)


def _never_lower(was: list[Screen], now: list[Screen], *, raised: bool = False) -> None:
    for before, after in zip(run(was), run(now), strict=True):
        if raised and before.risk == NOT_ASSESSED:
            # A person who calls an unassessed case standard has assessed it.
            continue
        assert caution(after.risk) >= caution(before.risk)
        assert caution(after.assessments[-1].computed) >= caution(before.assessments[-1].computed)


@given(st.lists(with_lowering, min_size=1, max_size=6))
def test_only_a_decision_to_lower_lowers_and_what_was_weighed_does_not_come_back(sequence) -> None:
    case = run(sequence)[-1]
    risk, told = NOT_ASSESSED, {}
    for entry in case.assessments:
        if risk != NOT_ASSESSED and caution(entry.final) < caution(risk):
            assert entry.lowered
        if entry.lowered:
            told = {}
        else:
            told = carried(told, entry.answers)
            assert entry.computed == RULES.level(told, entry.danger_now)
        risk = entry.final
    assert risk == case.risk


def test_yes_of_two_calls_are_counted_together() -> None:
    """Two things told on Monday and two on Friday are four, whatever was not asked again."""
    monday = Screen({"WORSE": "Y", "DRUNK": "Y"}, "N", None, "op1")
    friday = Screen({"FOLLOWS": "Y", "GUN": "Y", "DRUNK": "U", "WORSE": "N"}, "N", None, "op2")
    assert [case.risk for case in run([monday, friday])] == [MEDIUM, HIGH]


def test_danger_that_is_over_is_lowered_by_a_supervisor_only() -> None:
    cases = run(
        [
            Screen({}, "Y", None, "op1"),
            Screen(ALL_NO, "N", None, "op2"),
            Screen({}, None, None, "op1", lowers=HIGH),
        ]
    )
    assert [case.risk for case in cases] == [IMMEDIATE, IMMEDIATE, HIGH]
    assert cases[-1].risk in ACUTE


def test_answers_of_other_rules_are_kept_and_not_counted() -> None:
    older = replace(
        RULES,
        version="2025",
        questions=(*RULES.questions, replace(RULES.questions[0], code="DOG")),
    )
    first = run([Screen({"DOG": "Y", "WORSE": "Y"}, "N", None, "op1")], older)[-1]
    assert first.risk == HIGH
    second = assessed(
        replace(first, risk=NOT_ASSESSED),
        RULES,
        {"DRUNK": "Y"},
        danger_now="N",
        raised_to=None,
        by="op2",
        at=9,
        assessment_id="x",
    )
    assert second.assessments[0].answers == {"DOG": "Y", "WORSE": "Y"}
    assert [a.rules_version for a in second.assessments] == ["2025", RULES.version]
    assert second.assessments[1].computed == MEDIUM


# The file


def test_each_question_has_words_in_every_language_and_they_differ() -> None:
    for language in ("ru", "ky", "en"):
        words = [q.label(language) for q in RULES.questions]
        assert len(set(words)) == len(words)
        assert all(w.endswith("?") and 10 < len(w) <= 60 for w in words)


def test_no_question_says_of_what_sex_anybody_is() -> None:
    english = re.compile(r"\b(he|she|his|her|him|himself|herself|husband|wife)\b", re.IGNORECASE)
    # Pronouns, and the past tense in the singular: it has a sex, the plural has none.
    russian = re.compile(r"\b(он|она|его|её|ему|ей|муж|жена)\b|[ауоеиы]л(а|ся|ась)?\b|\w+на\?")
    for question in RULES.questions:
        assert not english.search(question.label("en")), question.code
        assert not russian.search(question.label("ru")), question.code


def _without(line: str) -> Callable[[str], str]:
    return lambda source: source.replace(line + "\n", "", 1)


def _instead(old: str, new: str) -> Callable[[str], str]:
    return lambda source: source.replace(old, new, 1)


def _line(needle: str, source: str) -> int:
    return source[: source.index(needle)].count("\n") + 1


@pytest.mark.parametrize(
    ("spoil", "where", "fault"),
    [
        (_instead('"THROAT"', '"KILL"'), "KILL", "rules.code_twice"),
        (_instead('"THROAT"', '"throat"'), "question 4", "rules.code_form"),
        (_without('code = "THROAT"'), "question 4", "rules.code_form"),
        (_instead('code = "THROAT"\ngroup = "A"', 'code = "THROAT"\ngroup = "C"'),
         "THROAT", "rules.group_unknown"),
        (_without('ky = "Кекиртектен алдыбы, муунттубу?"'), "THROAT", "rules.words_missing"),
        (_instead("Хватали за горло, душили?", " "), "THROAT", "rules.words_missing"),
        (_instead("Хватали за горло, душили?", "ө" * 61), "THROAT", "rules.words_long"),
    ],
)  # fmt: skip
def test_a_faulty_question_is_refused_with_its_line(spoil, where: str, fault: str) -> None:
    source = FILE.read_text(encoding="utf-8")
    spoiled = spoil(source)
    assert spoiled != source
    with pytest.raises(EnvironmentProblem) as caught:
        read_rules(spoiled)
    assert caught.value.code == "danger_rules.faulty"
    # The fourth question begins where it did: only what follows was spoiled.
    line = source.splitlines().index('code = "THROAT"')
    assert caught.value.params == {"line": line, "where": where, "fault": fault}


@pytest.mark.parametrize(
    ("old", "new", "where", "fault"),
    [
        ("medium_from = 2", "", "medium_from", "rules.not_a_number"),
        ("medium_from = 2", 'medium_from = "2"', "medium_from", "rules.not_a_number"),
        ("medium_from = 2", "medium_from = true", "medium_from", "rules.not_a_number"),
        ("medium_from = 2", "medium_from = 0", "high_from", "rules.thresholds"),
        ("medium_from = 2", "medium_from = 4", "high_from", "rules.thresholds"),
        ("high_from = 4", "high_from = 11", "high_from", "rules.thresholds"),
        ('version = "2026-11-24"', "", "version", "rules.version_missing"),
        ('version = "2026-11-24"', 'version = " "', "version", "rules.version_missing"),
        ('version = "2026-11-24"', "version = 2026-11-24", "version", "rules.version_missing"),
    ],
)
def test_a_faulty_field_is_refused_by_its_name(old: str, new: str, where: str, fault: str) -> None:
    source = FILE.read_text(encoding="utf-8")
    spoiled = source.replace(old, new, 1)
    assert spoiled != source
    with pytest.raises(EnvironmentProblem) as caught:
        read_rules(spoiled)
    line = _line(f"{where} =", spoiled) if f"{where} =" in spoiled else 0
    assert caught.value.params == {"line": line, "where": where, "fault": fault}


@pytest.mark.parametrize(
    ("source", "line", "fault"),
    [
        ("", 0, "rules.version_missing"),
        ('version = "1"\n', 0, "rules.no_questions"),
        ('version = "1"\nquestion = [1]', 0, "rules.no_questions"),
        ('version = "1"\nquestion = []', 0, "rules.group_empty"),
        ('version = "1"\n[[question]\n', 2, "toml.syntax"),
        ("\x00", 1, "toml.syntax"),
        (FILE.read_text(encoding="utf-8").replace('group = "A"', 'group = "B"'),
         0, "rules.group_empty"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(source: str, line: int, fault: str) -> None:
    with pytest.raises(EnvironmentProblem) as caught:
        read_rules(source)
    assert caught.value.code == "danger_rules.faulty"
    assert (caught.value.params["line"], caught.value.params["fault"]) == (line, fault)


@settings(max_examples=examples(300))
@given(st.data())
def test_any_damage_is_refused_or_gives_whole_rules(data: st.DataObject) -> None:
    source = FILE.read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(len(source), start + 80)))
    damaged = source[:start] + data.draw(st.text(max_size=8)) + source[end:]
    try:
        rules = read_rules(damaged)
    except EnvironmentProblem as problem:
        assert problem.code == "danger_rules.faulty"
        return
    codes = [q.code for q in rules.questions]
    assert len(set(codes)) == len(codes)
    assert 1 <= rules.medium_from < rules.high_from <= len(codes)
    assert rules.level(dict.fromkeys(codes, "Y")) == HIGH
