"""The ministry's report in words: the same wording on the screen, on paper and in files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from operator_app.domain.call_figures import Cell
from operator_app.domain.calls import UNKNOWN_PLACE
from operator_app.domain.figures import Period
from operator_app.domain.reference import Reference
from operator_app.domain.report_lines import ReportLines
from operator_app.domain.report_parts import Line, Report, Section, Unit
from operator_app.export.daily_log_words import length_text, share_text
from operator_app.export.definitions import DEFINITIONS, Definition
from operator_app.i18n import N_, _, language

HIDDEN = "•"
"""Stands where a figure is hidden because it, or one beside it, is small."""
NONE = "–"

SECTIONS = {
    "calls": N_("Calls"),
    "asked": N_("People asking for advice or help"),
    "result": N_("What came of it"),
    "person": N_("Men, women, boys, girls"),
    "subject": N_("Subjects"),
    "place": N_("Places"),
    "who": N_("Language, names, on whose behalf"),
    "benefit": N_("Benefits and what was asked of them"),
    "violence": N_("Violence"),
    "affected": N_("Affected people by sex and age"),
    "referral": N_("Referrals to services"),
    "referral_days": N_("Days from sent to received (median)"),
    "quality": N_("Quality"),
    "gap": N_("Needs without a service"),
}
_OWN = {
    "person": {
        "MEN": N_("Men"),
        "WOMEN": N_("Women"),
        "BOYS": N_("Boys"),
        "GIRLS": N_("Girls"),
        "NOT_KNOWN": N_("Not known"),
    },
    "result": {
        "ADVICE": N_("Advice given"),
        "PSY": N_("Psychological help"),
        "REFERRED": N_("Referred to a service"),
        "TERR": N_("Passed to a territorial office"),
        "EMERGENCY": N_("Emergency services called"),
        "DECLINED": N_("Help declined"),
        "NOT_POSSIBLE": N_("Not possible to help"),
    },
    "report": {"FIRST": N_("First report"), "REPEAT": N_("Reported again")},
    "order": {
        "ASKED": N_("Protection order asked for"),
        "ISSUED": N_("Protection order issued"),
        "EXTENDED": N_("Protection order extended"),
        "BROKEN": N_("Protection order broken"),
        "REFUSED": N_("Protection order refused by the police"),
    },
    "shelter": {
        "ASKED": N_("Shelter asked for"),
        "GIVEN": N_("Shelter given"),
        "NOT_GIVEN": N_("Shelter not given"),
    },
    "unknown": {
        "danger_now": N_("Danger not known"),
        "caller_sex": N_("Sex not known"),
        "caller_age_group": N_("Age not known"),
        "division": N_("Place not known"),
    },
    "stage": {
        "OFFERED": N_("offered"),
        "DECLINED": N_("declined"),
        "SENT": N_("sent"),
        "ACCEPTED": N_("accepted"),
        "RECEIVED": N_("received"),
        "NOT_RECEIVED": N_("not received"),
    },
    "part_of_day": {
        "0": N_("00:00 to 06:00"),
        "1": N_("06:00 to 12:00"),
        "2": N_("12:00 to 18:00"),
        "3": N_("18:00 to 24:00"),
    },
}
_LIST_OF = {
    "kind": "contact_kind",
    "who": "contact_kind",
    "age": "age_group",
    "subject": "topic_l2",
    "language": "language",
    "form": "violence_form",
    "gbv_type": "gbv_type",
    "risk": "risk_level",
    "relation": "relation",
    "children": "yes_no_unknown",
    "incident_place": "place_of_incident",
    "vulnerability": "vulnerability",
    "action": "action",
}
_TABLES = {
    "benefit": ("topic_l2", "benefit_issue"),
    "affected": ("sex", "age_band"),
    "referral": ("service_type", "stage"),
    "gap": ("district", "service_type"),
    "referral_days": ("service_type", ""),
}
"""Code lists of the rows and columns of what is split twice."""


class RowKind(StrEnum):
    """What a row of a shown report is."""

    SECTION = "section"
    HEADING = "heading"
    LINE = "line"
    PART = "part"


@dataclass(frozen=True)
class ReportRow:
    """A row as it is shown: texts for people; `line` is None for headings."""

    kind: RowKind
    label: str
    now: str = ""
    share: str = ""
    before: str = ""
    year_ago: str = ""
    line: Line | None = None


class ReportWords:
    """Turns a report into words in the language in use."""

    def __init__(self, reference: Reference, lines: ReportLines) -> None:
        self._reference = reference
        self._lines = lines
        self._language = language()

    def rows(self, report: Report) -> Iterator[ReportRow]:
        """The whole report from top to bottom; tables are told cell by cell."""
        number = 0
        for section in report.sections:
            number += not section.below
            name = self.section(section)
            yield ReportRow(RowKind.SECTION, name if section.below else f"{number}. {name}")
            split = ""
            for line in section.lines:
                if line.name[0] != split and self._needs_heading(section, line):
                    yield ReportRow(RowKind.HEADING, DEFINITIONS[line.name[0]].shown_title)
                split = line.name[0]
                yield self._row(line)

    def section(self, section: Section) -> str:
        """The heading of a part."""
        return _(SECTIONS[section.key])

    def label(self, line: Line) -> str:
        """What a line counts, in short."""
        if line.unit is Unit.PER_DAY:
            return _("Calls a day")
        if line.name == ("repeat",):
            return _("Repeat calls from the same number")
        if len(line.name) == 1:
            return DEFINITIONS[line.name[0]].shown_title
        words = self.code(line.name)
        if line.inside:
            words += " " + _("({n} from children)").format(n=line.inside)
        return words

    def code(self, name: Cell) -> str:
        """A cell by its codes: "Shelter: Sent"."""
        indicator = name[0]
        if indicator in _TABLES:
            lists = _TABLES[indicator]
            words = [self.named(a, b) for a, b in zip(lists, name[1:], strict=False) if a]
            return ": ".join(word for word in words if word)
        if indicator == "report_line":
            return self._lines.label(name[1], self._language)
        if indicator in ("oblast", "district"):
            return self.named("district", name[1])
        if indicator in _OWN:
            return self.named(indicator, name[1])
        return self.named(_LIST_OF[indicator], name[1])

    def column(self, section: Section, code: str) -> str:
        """The heading of a column of a table."""
        return self.named(_TABLES[section.key][1], code)

    def table_row(self, line: Line) -> str:
        """The heading of the row of a table that this line lies in."""
        return self.named(_TABLES[line.name[0]][0], line.name[1])

    def named(self, list_name: str, code: str) -> str:
        """A code of a list, or of what only reports know; "Not recorded" for none."""
        if list_name in _OWN:
            return _(_OWN[list_name][code])
        if list_name == "district":
            return self._place(code)
        if not code:
            return _("Not possible to help") if list_name == "service_type" else _("Not recorded")
        return self._reference.label(list_name, code, self._language)

    def value(self, value: float | None, line: Line) -> str:
        """A figure as text: hidden ones as a mark, what there is none of as a dash."""
        if value is None:
            return HIDDEN if line.small else NONE
        if line.unit is Unit.PER_DAY:
            text = f"{value:.1f}"
            return text if self._language == "en" else text.replace(".", ",")
        if line.unit is Unit.SECONDS:
            return length_text(int(value))
        return str(int(value))

    def share(self, line: Line) -> str:
        """The share of the whole, where there is one and the figure is shown."""
        if line.whole is None or line.values.now is None:
            return ""
        return share_text(int(line.values.now), line.whole)

    def definition(self, line: Line) -> Definition:
        """What is counted in the line."""
        known = DEFINITIONS.get(line.cells[0][0] if line.cells else line.name[0])
        return known or DEFINITIONS["number"]

    def _needs_heading(self, section: Section, line: Line) -> bool:
        """Whether a split is told apart from the lines above it by its name."""
        return line.part and len(line.name) > 1 and section.key not in ("subject", "calls")

    def _row(self, line: Line) -> ReportRow:
        values = line.values
        return ReportRow(
            RowKind.PART if line.part else RowKind.LINE,
            self.label(line),
            self.value(values.now, line),
            self.share(line),
            self.value(values.before, line),
            self.value(values.year_ago, line),
            line,
        )

    def _place(self, code: str) -> str:
        if code == UNKNOWN_PLACE:
            return _("Place not known")
        division = self._reference.district_of_figures(code)
        return division.label(self._language) if division else (code or _("Not recorded"))


def period_text(period: Period) -> str:
    """ "01.10.2026 – 31.10.2026"."""
    return f"{period.first:%d.%m.%Y} – {period.last:%d.%m.%Y}"


def title(report: Report) -> str:
    """What the report is called."""
    week = 7
    if report.period.days == week:
        return _("Weekly report of helpline 117")
    return _("Monthly report of helpline 117")
