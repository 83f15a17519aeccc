"""Lines of a report from the figures of three periods; small cells are hidden on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from operator_app.domain.figures import Figures
from operator_app.domain.report_parts import Line, Unit, Values
from operator_app.domain.suppression import hidden, hide_part, hide_small

K = TypeVar("K")


@dataclass(frozen=True)
class Compared:
    """The figures of the period, of the one before, of the same a year ago."""

    now: Figures
    before: Figures
    year_ago: Figures

    def each(self, count: Callable[[Figures], float | None]) -> tuple[float | None, ...]:
        """The same question to all three."""
        return tuple(count(figures) for figures in (self.now, self.before, self.year_ago))


class ReportBuilder:
    """Makes lines; hides as it goes when the report leaves."""

    def __init__(self, compared: Compared, *, leaves: bool) -> None:
        self.compared = compared
        self._leaves = leaves

    def one(
        self,
        *cell: str,
        whole: str = "",
        count: Callable[[Figures], int] | None = None,
        part: bool = False,
    ) -> Line:
        """A single figure: `cell`, or what `count` makes of the figures; a share of `whole`."""
        counted = count or (lambda figures: figures.number(*cell))
        raw = self.compared.each(counted)
        wholes = self.compared.each(lambda f: f.number(whole)) if whole else (None,) * 3
        shown = tuple(
            self._part(int(number or 0), None if of is None else int(of))
            for number, of in zip(raw, wholes, strict=True)
        )
        now_whole = None if not whole else self.compared.now.number(whole)
        return Line(
            cell,
            (cell,),
            Values(*shown),
            whole=now_whole,
            part=part,
            small=shown != raw,
        )

    def told(self, name: str, number: int, *, whole: int | None = None) -> Line:
        """A figure of the period alone, which was counted elsewhere and has no records to list."""
        shown = self._part(number, whole)
        values = Values(shown, None, None)
        part = whole is not None
        return Line((name,), (), values, whole=whole, part=part, small=shown is None)

    def measured(
        self, *cell: str, unit: Unit, count: Callable[[Figures], float | None], part: bool = False
    ) -> Line:
        """Something that is no count: it cannot point at somebody by being small, but it is
        hidden with too few records behind it."""
        raw = self.compared.each(count)
        behind = self.compared.each(lambda f: sum(f.of(*cell).values()) or f.number(*cell))
        shown = tuple(
            None if self._leaves and hidden(int(n or 0)) is None else value
            for value, n in zip(raw, behind, strict=True)
        )
        return Line(cell, (cell,), Values(*shown), unit, part=part, small=shown != raw)

    def split(
        self,
        *start: str,
        keys: Iterable[str] | None = None,
        whole: str = "",
        part: bool = False,
        several: bool = False,
        falling: bool = True,
    ) -> list[Line]:
        """A line for each code: of `keys`, or of all there are, in falling order.

        `several`: a record may have several of them, so that they do not sum up to anything.
        """
        found = [figures.of(*start) for figures in self._all]
        if keys is None:
            order = sorted(
                {key for counts in found for key in counts},
                key=lambda key: (key == "", -found[0].get(key, 0) if falling else 0, key),
            )
        else:
            order = list(keys)
        shown = [self._split(counts, order, several=several) for counts in found]
        now_whole = self.compared.now.number(whole) if whole else None
        lines = []
        for key in order:
            values = Values(*(column[key] for column in shown))
            raw = tuple(counts.get(key, 0) for counts in found)
            lines.append(
                Line(
                    (*start, key),
                    ((*start, key),),
                    values,
                    whole=now_whole,
                    part=part,
                    small=(values.now, values.before, values.year_ago) != raw,
                )
            )
        return lines

    def grouped(
        self, indicator: str, *, group: Callable[[str], str], whole: str, inside: str
    ) -> list[Line]:
        """Groups of codes in falling order, each with its codes under it; beside each its part
        `inside` (an indicator with the same codes)."""
        found = [figures.of(indicator) for figures in self._all]
        groups: dict[str, list[str]] = {}
        for key in dict.fromkeys(key for counts in found for key in counts):
            groups.setdefault(group(key), []).append(key)
        sums = [_sums(counts, groups) for counts in found]
        shown = [self._split(totals, list(groups), several=False) for totals in sums]
        parts = self.compared.now.of(inside)
        of_groups = self._inside(_sums(parts, groups), sums[0], shown[0])
        lines: list[Line] = []
        for name in sorted(groups, key=lambda name: (-sums[0][name], name)):
            keys = sorted(groups[name], key=lambda key: (-found[0].get(key, 0), key))
            values = Values(*(column[name] for column in shown))
            raw = tuple(totals[name] for totals in sums)
            lines.append(
                Line(
                    ("report_line", name),
                    tuple((indicator, key) for key in keys),
                    values,
                    whole=self.compared.now.number(whole),
                    small=(values.now, values.before, values.year_ago) != raw,
                    inside=of_groups[name],
                )
            )
            lines += self._of_group(indicator, keys, found, values, parts)
        return lines

    def _of_group(
        self,
        indicator: str,
        keys: list[str],
        found: list[dict[str, int]],
        of_group: Values,
        parts: Mapping[str, int],
    ) -> list[Line]:
        """The codes of a group: its sum stands beside them, so that all go where it went."""
        columns: list[dict[str, int | None]] = []
        totals = (of_group.now, of_group.before, of_group.year_ago)
        for counts, total in zip(found, totals, strict=True):
            own = self._split(counts, keys, several=False)
            columns.append({key: None if total is None else own[key] for key in keys})
        inside = self._inside(
            {key: parts.get(key, 0) for key in keys},
            {key: found[0].get(key, 0) for key in keys},
            columns[0],
        )
        return [
            Line(
                (indicator, key),
                ((indicator, key),),
                Values(*(column[key] for column in columns)),
                part=True,
                small=any(column[key] is None for column in columns),
                inside=inside[key],
            )
            for key in keys
        ]

    def _inside(
        self, parts: Mapping[str, int], wholes: Mapping[str, int], shown: Mapping[str, int | None]
    ) -> dict[str, int | None]:
        if not self._leaves:
            return dict(parts)
        alone = hide_small(parts)
        return {
            key: None if shown[key] is None or alone[key] is None else hide_part(part, wholes[key])
            for key, part in parts.items()
        }

    def table(
        self, indicator: str, rows: Iterable[str], columns: Iterable[str], *, several: bool = False
    ) -> list[Line]:
        """The cells of rows and columns, row by row."""
        found = [figures.cells(indicator) for figures in self._all]
        keys = [(row, column) for row in rows for column in columns]
        shown = [
            self._split({k: counts.get(k, 0) for k in keys}, keys, several=several)
            for counts in found
        ]
        return [
            Line(
                (indicator, *key),
                ((indicator, *key),),
                Values(*(column[key] for column in shown)),
                small=any(column[key] is None for column in shown),
            )
            for key in keys
        ]

    @property
    def _all(self) -> tuple[Figures, Figures, Figures]:
        return (self.compared.now, self.compared.before, self.compared.year_ago)

    def _part(self, number: int, whole: int | None) -> int | None:
        if not self._leaves:
            return number
        return hidden(number) if whole is None else hide_part(number, whole)

    def _split(
        self, counts: Mapping[K, int], order: Iterable[K], *, several: bool
    ) -> dict[K, int | None]:
        whole = {key: counts.get(key, 0) for key in order}
        if not self._leaves:
            return dict(whole)
        if several:
            return {key: hidden(number) for key, number in whole.items()}
        return dict(hide_small(whole))


def _sums(counts: Mapping[str, int], groups: Mapping[str, list[str]]) -> dict[str, int]:
    return {name: sum(counts.get(key, 0) for key in keys) for name, keys in groups.items()}
