"""What of a month's figures may be published: no cell under five, and none to be computed.

A month is one table: all offices and their sum, with everything that adds up in it. What is hidden
in it depends on nothing but the month: so no other question about it tells more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ministry_server.figure_rows import ALARM, MEAN, MEDIAN, REFERRAL_DAYS, cells_of
from ministry_server.hiding import Name, Sum, hide
from operator_app.domain.call_figures import ADULT, BOYS, CHILD, GIRLS, MEN, MISSED, WOMEN, Cell
from operator_app.domain.call_figures import oblast as oblast_of
from operator_app.domain.calls import UNKNOWN_PLACE
from operator_app.domain.danger import ACUTE
from operator_app.domain.figures import Figures
from operator_app.domain.suppression import is_small

ALL = ""
"""Stands for all offices together."""
_REST, _FREE = "rest of", "free rest of"
"""What is left of a whole is a figure, too, for whoever subtracts; how many asked for help and did
not agree to be told apart may be known."""
_TOLD = (_FREE, "asked for help")
_SPLITS: tuple[tuple[Cell, tuple[str, ...]], ...] = (
    (("calls",), ("kind", "hour")),
    (("asked",), ("asked_hour",)),
    (_TOLD, ("age", "person", "who", "subject", "oblast", "district", "language")),
    (
        ("cases_told_apart",),
        ("affected", "risk", "gbv_type", "relation", "report", "part_of_day"),
    ),
    (("age", CHILD), ("subject_child",)),
)
"""A whole, and the indicators each of which splits it up."""
_SAME: tuple[tuple[Cell, tuple[Cell, ...]], ...] = (
    (("result", "PSY"), (("action", "PSY"),)),
    (("result", "TERR"), (("action", "TERR"),)),
    (("result", "DECLINED"), (("action", "DECL"),)),
    (("result", "NOT_POSSIBLE"), (("action", "NONE"),)),
    (("unknown", "division"), (("oblast", UNKNOWN_PLACE),)),
    (("unknown", "caller_age_group"), (("age", "U"),)),
    (("calls",), (("answered",), ("kind", MISSED))),
    (("cases",), (("cases_told_apart",), ("cases_not_told_apart",))),
)
"""A whole, and all of what it is."""
_PARTS: tuple[tuple[Cell, tuple[Cell, ...]], ...] = (
    (("danger_now",), (("danger_with_emergency",),)),
    (("age", ADULT), (("person", MEN), ("person", WOMEN))),
    (("age", CHILD), (("person", BOYS), ("person", GIRLS))),
    (("acute",), (("acute_with_plan",),)),
    (("shelter", "ASKED"), (("shelter", "GIVEN"), ("shelter", "NOT_GIVEN"))),
    (("order", "ASKED"), (("order", "ISSUED"),)),
    (("order", "ISSUED"), (("order", "BROKEN"),)),
    (("follow_up_due",), (("follow_up_on_time",),)),
)
"""A whole, and some of what it is."""
_NO_CELLS = frozenset({"length", ALARM, REFERRAL_DAYS})

Shown = dict[str, dict[Cell, int | None]]
"""By office, and under ALL together: each figure, None where it is hidden."""


def published(of_month: Mapping[str, Figures]) -> Shown:
    """What of the figures of a month, by office, may be published."""
    whole = Figures()
    for figures in of_month.values():
        whole.merge(figures)
    groups = {ALL: whole, **of_month}
    told = {office: cells_of(figures) for office, figures in groups.items()}
    numbers: dict[Name, int] = {}
    sums: list[Sum] = []
    for office, cells in told.items():
        counts = {cell: n for cell, n in cells.items() if cell[0] not in _NO_CELLS}
        for whole_cell, parts in _sums(counts):
            sums.append(Sum((office, whole_cell), tuple((office, part) for part in parts)))
        numbers |= {(office, cell): n for cell, n in counts.items()}
    for cell in sorted({cell for _, cell in numbers}):
        sums.append(Sum((ALL, cell), tuple((o, cell) for o in of_month if (o, cell) in numbers)))
    gone = hide(
        numbers,
        [one for one in sums if _holds(numbers, one)],
        {name for name in numbers if name[1][0] == _REST},
        {name for name in numbers if name[1][0] == _FREE},
    )
    return {
        office: {
            cell: None if (office, cell) in gone else number
            for cell, number in cells.items()
            if cell[0] not in _NO_CELLS
        }
        | dict(_measured(groups[office], cells))
        for office, cells in told.items()
    }


def _holds(numbers: Mapping[Name, int], one: Sum) -> bool:
    """Nobody can reckon with a sum that does not hold: a faulty program may send such a record."""
    values = [numbers.get(name, 0) for name in one.names]
    return min(values) >= 0 and values[0] == sum(values[1:])


_Sum = tuple[Cell, tuple[Cell, ...]]


def _sums(counts: dict[Cell, int]) -> Iterator[_Sum]:
    """What adds up among the figures of one office, or of all; rests are added to `counts`."""
    of: dict[str, list[Cell]] = {}
    for cell in counts:
        of.setdefault(cell[0], []).append(cell)
    counts[_TOLD] = sum(counts[cell] for cell in of.get("who", ()))
    for whole, indicators in _SPLITS:
        yield from ((whole, tuple(of.get(name, ()))) for name in indicators)
    for cell in of.get("oblast", ()):
        yield cell, tuple(c for c in of["district"] if oblast_of(c[1]) == cell[1])
    gaps = of.get("gap", ())
    yield ("action", "NONE"), tuple(c for c in gaps if c[2] == "")
    for service in sorted({c[2] for c in gaps if c[2]}):
        yield ("referral", service, "NOT_RECEIVED"), tuple(c for c in gaps if c[2] == service)
    yield ("acute",), tuple(c for c in of.get("risk", ()) if c[1] in ACUTE)
    yield from _SAME
    for whole, parts in _PARTS:
        yield _with_rest(counts, whole, parts)
    yield _with_rest(counts, ("asked",), (_TOLD,), _FREE)
    for cell in of.get("who", ()):
        yield _with_rest(counts, ("kind", cell[1]), (cell,), _FREE)
    for cell in of.get("subject", ()):
        yield _with_rest(counts, cell, (("subject_child", cell[1]),))
        if issues := tuple(c for c in of.get("benefit", ()) if c[1] == cell[1]):
            yield _with_rest(counts, cell, issues)


def _with_rest(
    counts: dict[Cell, int], whole: Cell, parts: tuple[Cell, ...], kind: str = _REST
) -> _Sum:
    rest = (kind, *whole, parts[0][0])
    counts[rest] = counts.get(whole, 0) - sum(counts.get(part, 0) for part in parts)
    return whole, (*parts, rest)


def _measured(figures: Figures, cells: Mapping[Cell, int]) -> Iterator[tuple[Cell, int | None]]:
    """Means and medians: hidden where there is too little behind them."""
    behind: dict[Cell, int] = {
        MEAN: figures.number("asked"),
        (ALARM, MEDIAN): sum(figures.of(ALARM).values()),
        **{
            (REFERRAL_DAYS, service, MEDIAN): sum(figures.of(REFERRAL_DAYS, service).values())
            for service in figures.of(REFERRAL_DAYS)
        },
    }
    for cell, number in behind.items():
        if cell in cells:
            yield cell, None if is_small(number) else cells[cell]
