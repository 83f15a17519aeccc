"""What is published of a month, against somebody who solves all its equations."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from ministry_server.figure_rows import cells_of
from ministry_server.hiding import Sum, hide
from ministry_server.publishing import ALL, published
from operator_app.domain.call_figures import CallFact, Cell, cells_of_call
from operator_app.domain.case_facts import cells_of_case
from operator_app.domain.cases import (
    Affected,
    CallLink,
    Case,
    Offender,
    ProtectionOrder,
    Referral,
    ReferralStep,
    SafetyPlan,
    Task,
)
from operator_app.domain.consent import Consent
from operator_app.domain.figures import Figures
from operator_app.domain.suppression import LEAST
from operator_app.domain.wire import case_body

AT = 1_795_000_000_000
HOUR = 3_600_000
PRIME = (1 << 31) - 1
MEASURED = ("length", "alarm_seconds", "referral_days")


def random_call(dice: random.Random, number: int) -> CallFact:
    asked = dice.random() < 0.7
    kind = dice.choice(("SELF", "OTHER", "PROF")) if asked else dice.choice(("SILENT", "MISSED"))
    started = AT + dice.choice((0, 1, 2, 9)) * HOUR
    return CallFact(
        call_id=str(number), started_at=started, ended_at=started + 60_000,
        first_saved_at=started + dice.choice((70_000, 700_000)), seconds=60, kind=kind, asked=asked,
        violence=False, counted=dice.random() < 0.9, danger_now=dice.choice("NNYU"),
        language=dice.choice(("ky", "ky", "ru")),
        topics=(dice.choice(("BEN.UBK", "BEN.UBK", "BEN.BSU", "COM", "VIO.DOM")),),
        benefit_issue=dice.choice((None, "HOW", "REF")), sex=dice.choice("FFM"),
        age_group=dice.choice("AAACU"),
        division=dice.choice(("41708203000000", "41708205000000", "41711000000000", "UNKNOWN")),
        actions=tuple(dice.sample(("INF", "CON", "PSY", "NONE", "E102"), 2)),
        anonymous=dice.random() < 0.5, number=dice.choice(("", "a", "b", "c")),
    )  # fmt: skip


def random_case(dice: random.Random, number: int) -> Case:
    def referral(index: int) -> Referral:
        steps = dice.choice((["OFF"], ["OFF", "SENT"], ["SENT", "DONE"], ["SENT", "NOT"]))
        service = dice.choice(("POL", "SHE"))
        return Referral(str(index), service, tuple(ReferralStep(s, AT, "u") for s in steps))

    return Case(
        str(number), "", "", "VIOLENCE", AT, "", "", risk=dice.choice(("HIGH", "MED", "STD")),
        division="41708203000000",
        affected=Affected(sex=dice.choice("FFFM"), age_band=dice.choice(("A18_34", "A35_49"))),
        offender=Offender(relation=dice.choice(("HUSB", "EXSP"))),
        plan=SafetyPlan(agreed_at=dice.choice((None, AT))), calls=(CallLink("c", "", AT, ""),),
        orders=(ProtectionOrder("o", dice.choice(("NONE", "ASK", "ISS3", "BRK")), AT),),
        consents=(Consent("STATISTICS", dice.choice("YYYN"), AT),),
        referrals=tuple(referral(n) for n in range(dice.randrange(3))),
        tasks=(Task("t", "CHECK", "OTHER", AT, "", AT, done_at=dice.choice((None, AT))),),
    )  # fmt: skip


def random_month(dice: random.Random) -> dict[str, Figures]:
    found = {}
    for office in ("0412", "0413", "0500")[: dice.choice((1, 2, 3))]:
        figures = Figures()
        for number in range(dice.choice((0, 3, 12, 40, 90))):
            call = random_call(dice, number)
            figures.add(
                (*cell[:1], f"{office} {cell[1]}") if cell[0] == "number" else cell
                for cell in cells_of_call(call)
            )
            figures.note_length(call)
        for number in range(dice.choice((0, 2, 9, 30))):
            body = case_body(random_case(dice, number))
            figures.add(cells_of_case(str(number), body, AT, AT + HOUR, AT + HOUR))
        if figures.counts:
            found[office] = figures
    return found


def equations(counts: dict[Cell, int]) -> Iterator[list[tuple[int, object]]]:
    """What the definitions say adds up, written from their words; each is 0. What is only known
    to be left over is a name of its own."""
    rest = iter(range(10_000))

    def all_of(indicator: str, *start: str) -> list[tuple[int, object]]:
        wanted = (indicator, *start)
        return [(1, cell) for cell in counts if cell[: len(wanted)] == wanted]

    def unnamed() -> list[tuple[int, object]]:
        return [(1, f"rest {next(rest)}")]

    for whole, indicators in {
        ("calls",): ("kind", "hour"),
        ("asked",): ("asked_hour",),
        ("cases_told_apart",): (
            "affected", "risk", "gbv_type", "relation", "report", "part_of_day",
        ),
    }.items():  # fmt: skip
        yield from ([(-1, whole), *all_of(name)] for name in indicators)
    splits = ("age", "person", "who", "subject", "oblast", "district", "language")
    for name in splits[1:]:
        yield [*all_of("age"), *((-1, cell) for _, cell in all_of(name))]
    yield [(-1, ("calls",)), (1, ("answered",)), (1, ("kind", "MISSED"))]
    yield [(-1, ("cases",)), (1, ("cases_told_apart",)), (1, ("cases_not_told_apart",))]
    yield [(-1, ("age", "C")), *all_of("subject_child")]
    yield [(-1, ("result", "NOT_POSSIBLE")), (1, ("action", "NONE"))]
    yield [(-1, ("result", "PSY")), (1, ("action", "PSY"))]
    yield [(-1, ("unknown", "division")), (1, ("oblast", "UNKNOWN"))]
    yield [(-1, ("unknown", "caller_age_group")), (1, ("age", "U"))]
    yield [(-1, ("action", "NONE")), *((1, c) for _, c in all_of("gap") if c[2] == "")]  # type: ignore[index]
    for service in ("POL", "SHE"):
        gaps = [(1, c) for _, c in all_of("gap") if c[2] == service]  # type: ignore[index]
        yield [(-1, ("referral", service, "NOT_RECEIVED")), *gaps]
    for _, oblast in all_of("oblast"):
        inside = [(1, c) for _, c in all_of("district") if c[1][:5] == oblast[1][:5]]  # type: ignore[index]
        yield [(-1, oblast), *inside]
    yield [(-1, ("acute",)), (1, ("risk", "HIGH")), (1, ("risk", "IMM"))]
    for _, subject in all_of("subject"):
        code: str = subject[1]  # type: ignore[index]
        yield [(-1, subject), (1, ("subject_child", code)), *unnamed()]
        yield [(-1, subject), *all_of("benefit", code), *unnamed()]
    for _, who in all_of("who"):
        yield [(-1, ("kind", who[1])), (1, who), *unnamed()]  # type: ignore[index]


def computable(
    shown: dict[str, dict[Cell, int | None]], true: dict[str, dict[Cell, int]]
) -> dict[tuple[str, Cell], int]:
    """The hidden figures that follow from the shown ones, by Gauss."""
    rows: list[dict[object, int]] = []

    def known(group: str, cell: object) -> int | None:
        return shown[group].get(cell, 0) if isinstance(cell, tuple) else None  # type: ignore[call-overload, no-any-return]

    def add(terms: list[tuple[int, tuple[str, object]]]) -> None:
        row: dict[object, int] = {None: 0}
        for factor, (group, cell) in terms:
            value = known(group, cell)
            key: object = (group, cell) if value is None else None
            row[key] = row.get(key, 0) + (factor if value is None else factor * value)
        rows.append(row)

    for group, counts in true.items():
        for terms in equations(counts):
            add([(factor, (group, cell)) for factor, cell in terms])
    offices = [group for group in true if group != ALL]
    for cell in true[ALL]:
        if cell[0] not in MEASURED:
            add([(-1, (ALL, cell)), *((1, (office, cell)) for office in offices)])
    # To reduced row echelon form.
    solved: dict[object, dict[object, int]] = {}
    for row in rows:
        left = {k: v % PRIME for k, v in row.items()}
        for pivot, its in solved.items():
            if factor := left.get(pivot, 0):
                for key, value in its.items():
                    left[key] = (left.get(key, 0) - factor * value) % PRIME
        left = {k: v for k, v in left.items() if v}
        pivot = next((key for key in left if key is not None), None)
        if pivot is None:
            assert not left, "the equations contradict each other"
            continue
        inverse = pow(left[pivot], -1, PRIME)
        left = {k: v * inverse % PRIME for k, v in left.items()}
        for its in solved.values():
            if factor := its.get(pivot, 0):
                for key, value in left.items():
                    its[key] = (its.get(key, 0) - factor * value) % PRIME
        solved[pivot] = left
    return {
        pivot: -row.get(None, 0) % PRIME  # type: ignore[misc]
        for pivot, row in solved.items()
        if not any(v for k, v in row.items() if k not in (None, pivot))
        and isinstance(pivot, tuple) and isinstance(pivot[1], tuple)
    }  # fmt: skip


def assert_nothing_small_comes_out(seed: int) -> Counter[str]:
    month = random_month(random.Random(seed))
    shown = published(month)
    whole = Figures()
    for figures in month.values():
        whole.merge(figures)
    true = {ALL: cells_of(whole), **{office: cells_of(f) for office, f in month.items()}}
    told = Counter[str]()
    for group, cells in shown.items():
        for cell, value in cells.items():
            assert value is None or value == true[group][cell]
            if cell[0] not in MEASURED:
                assert value is None or value >= LEAST
                told[
                    "shown"
                    if value is not None
                    else "small"
                    if true[group][cell] < LEAST
                    else "with it"
                ] += 1
    for (group, cell), value in computable(shown, true).items():
        assert value == true[group][cell]
        assert value >= LEAST, (seed, group, cell)
    return told


def test_no_small_figure_follows_from_what_is_published() -> None:
    told = Counter[str]()
    for seed in range(25):
        told += assert_nothing_small_comes_out(seed)
    # It is of use nevertheless: more is shown than is hidden for the sake of others.
    assert told["shown"] > told["with it"]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40))
def test_no_small_figure_follows_in_any_month(seed: int) -> None:
    for number in range(50):
        assert_nothing_small_comes_out(1_000 + seed * 50 + number)


def test_the_solver_finds_what_was_left_to_be_found() -> None:
    cells = {
        ("calls",): 10, ("answered",): 10, ("hour", "09"): 10,
        ("kind", "SELF"): 8, ("kind", "TEST"): 2,
    }  # fmt: skip
    shown: dict[Cell, int | None] = {**cells, ("kind", "TEST"): None}
    found = computable({ALL: dict(cells), "0412": shown}, {ALL: cells, "0412": cells})
    assert found == {("0412", ("kind", "TEST")): 2}


def names(*words: str) -> list[tuple[str, Cell]]:
    return [(ALL, (word,)) for word in words]


def hidden(numbers: dict[str, int], *sums: tuple[str, str]) -> set[str]:
    given = {(ALL, (word,)): number for word, number in numbers.items()}
    made = [Sum((ALL, (whole,)), tuple(names(*parts))) for whole, parts in sums]
    return {cell[0] for _, cell in hide(given, made, set(), set())}


def test_where_nothing_is_small_nothing_is_hidden() -> None:
    assert hidden({"t": 11, "a": 5, "b": 6}, ("t", "ab")) == set()


def test_a_small_one_takes_the_smallest_other_with_it() -> None:
    assert hidden({"t": 33, "a": 2, "b": 20, "c": 11}, ("t", "abc")) == {"a", "c"}


def test_two_that_are_one_each_tell_themselves_by_their_sum() -> None:
    assert hidden({"t": 22, "a": 1, "b": 1, "c": 20}, ("t", "abc")) == {"a", "b", "c"}


def test_where_there_is_no_other_the_whole_goes() -> None:
    assert hidden({"t": 3, "a": 3}, ("t", "a")) == {"t", "a"}
    assert hidden({"t": 8, "a": 3, "b": 5}, ("t", "ab")) == {"a", "b"}


def test_what_joins_two_tables_comes_out_unless_more_is_hidden() -> None:
    """Two hidden cells in each row and column, and one that ties two such squares: the rows of the
    one square minus its columns are that one."""
    rows, columns = "pqrs", "wxyz"
    cells = {f"{r}{c}": 50 + i for i, (r, c) in enumerate((r, c) for r in rows for c in columns)}
    small = ("pw", "px", "qw", "qx", "qy", "ry", "rz", "sy", "sz")
    cells |= dict.fromkeys(small, 4)
    totals = {r: sum(cells[f"{r}{c}"] for c in columns) for r in rows}
    totals |= {c: sum(cells[f"{r}{c}"] for r in rows) for c in columns}
    given = {(ALL, (name,)): number for name, number in {**cells, **totals}.items()}
    sums = [Sum((ALL, (r,)), tuple(names(*(r + c for c in columns)))) for r in rows]
    sums += [Sum((ALL, (c,)), tuple(names(*(r + c for r in rows)))) for c in columns]
    gone = {cell[0] for _, cell in hide(given, sums, set(), set())}
    assert gone > set(small)
