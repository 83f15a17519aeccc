"""The weekly and monthly report in the ministry's own layout (domain.md 2.2 and 4.5).

Twelve sections in a fixed order. `leaves`: small cells are hidden, so that nobody can be told by
them and no total gives them away (domain.suppression). On the screen of the office, by right, the
report is whole.
"""

from __future__ import annotations

from datetime import timedelta

from operator_app.domain.call_figures import BOYS, GIRLS, MEN, NOT_KNOWN, RESULTS, WOMEN
from operator_app.domain.calls import NUISANCE_KINDS
from operator_app.domain.danger import LEVELS
from operator_app.domain.figures import Period, month_of
from operator_app.domain.office import Office
from operator_app.domain.report_builder import Compared, ReportBuilder
from operator_app.domain.report_lines import ReportLines
from operator_app.domain.report_parts import Line, Report, Section, Unit
from operator_app.domain.review import ReviewFigures

REFERRAL_STAGES = ("OFFERED", "DECLINED", "SENT", "ACCEPTED", "RECEIVED", "NOT_RECEIVED")
ORDER_STAGES = ("ASKED", "ISSUED", "EXTENDED", "BROKEN", "REFUSED")
SHELTER_STAGES = ("ASKED", "GIVEN", "NOT_GIVEN")
SEXES = ("F", "M", "U", "")
WEEKS_OF_A_YEAR = 52


def before(period: Period) -> Period:
    """What a period is compared with first: the month before a month, else as many days before."""
    if period == month_of(period.first):
        return month_of(period.first - timedelta(days=1))
    return Period(period.first - timedelta(days=period.days), period.first - timedelta(days=1))


def year_ago(period: Period) -> Period:
    """The same month a year ago; of anything else the same weekdays, 52 weeks ago."""
    if period == month_of(period.first):
        return month_of(period.first.replace(year=period.first.year - 1))
    back = timedelta(weeks=WEEKS_OF_A_YEAR)
    return Period(period.first - back, period.last - back)


def ministry_report(
    compared: Compared,
    period: Period,
    office: Office,
    lines: ReportLines,
    reviews: ReviewFigures,
    *,
    made_at: int,
    leaves: bool,
) -> Report:
    """The report of a period; `made_at` in UTC milliseconds."""
    make = ReportBuilder(compared, leaves=leaves)
    return Report(
        office=office,
        period=period,
        before=before(period),
        year_ago=year_ago(period),
        made_at=made_at,
        leaves=leaves,
        sections=(
            Section("calls", _calls(make, period)),
            Section("asked", _asked(make)),
            Section(
                "result", tuple(make.split("result", keys=RESULTS, whole="asked", several=True))
            ),
            Section(
                "person",
                tuple(
                    make.split("person", keys=(MEN, WOMEN, BOYS, GIRLS, NOT_KNOWN), whole="asked")
                ),
            ),
            Section("subject", _subjects(make, lines)),
            Section("place", _places(make)),
            Section("who", _who(make)),
            _benefits(make),
            Section("violence", _violence(make)),
            *_affected(make),
            *_referrals(make),
            Section("quality", (*_quality(make), *_reviews(make, reviews))),
            Section("gap", tuple(_gaps(make))),
        ),
    )


def _calls(make: ReportBuilder, period: Period) -> tuple[Line, ...]:
    days = (period.days, before(period).days, year_ago(period).days)
    every = (make.compared.now, make.compared.before, make.compared.year_ago)
    per_day = dict(zip(map(id, every), days, strict=True))
    return (
        make.one("calls"),
        make.measured(
            "calls", unit=Unit.PER_DAY, count=lambda f: f.number("calls") / per_day[id(f)]
        ),
        *make.split("kind", keys=NUISANCE_KINDS, part=True, whole="calls"),
    )


def _asked(make: ReportBuilder) -> tuple[Line, ...]:
    return (
        make.one("asked", whole="calls"),
        *make.split("age", keys=("A", "C", "U", ""), whole="asked", part=True),
        make.one("not_told_apart", whole="asked"),
        make.one("number", count=lambda f: f.callers),
        make.one("repeat", count=lambda f: f.repeat_calls),
    )


def _subjects(make: ReportBuilder, lines: ReportLines) -> tuple[Line, ...]:
    return tuple(
        make.grouped("subject", group=lines.line_of, whole="asked", inside="subject_child")
    )


def _places(make: ReportBuilder) -> tuple[Line, ...]:
    return (
        *make.split("oblast", whole="asked"),
        *make.split("district", whole="asked", part=True),
    )


def _who(make: ReportBuilder) -> tuple[Line, ...]:
    return (
        *make.split("language", whole="asked"),
        make.one("anonymous", whole="asked"),
        *make.split("who", whole="asked", part=True),
    )


def _benefits(make: ReportBuilder) -> Section:
    cells = make.compared.now.cells("benefit")
    rows = sorted({key[0] for key in cells}, key=lambda row: (-_sum(cells, row), row))
    columns = sorted({key[1] for key in cells})
    return Section("benefit", tuple(make.table("benefit", rows, columns)), tuple(columns))


def _sum(cells: dict[tuple[str, ...], int], row: str) -> int:
    return sum(number for key, number in cells.items() if key[0] == row)


def _violence(make: ReportBuilder) -> tuple[Line, ...]:
    told = "cases_told_apart"
    return (
        make.one("violence"),
        make.one("danger_now"),
        make.one("cases"),
        make.one(told, whole="cases"),
        *make.split("form", whole=told, several=True, part=True),
        *make.split("gbv_type", whole=told, part=True),
        *make.split("risk", keys=reversed(LEVELS), whole=told, part=True),
        *make.split("report", keys=("FIRST", "REPEAT"), whole=told, part=True),
        *make.split("relation", whole=told, part=True),
        *make.split("children", keys=("Y", "N", "U", ""), whole=told, part=True),
        *make.split("incident_place", whole=told, several=True, part=True),
        *make.split("part_of_day", keys="0123", whole=told, part=True),
        *make.split("vulnerability", whole=told, several=True, part=True),
        *make.split("order", keys=ORDER_STAGES, whole=told, several=True, part=True),
        make.one("police_told", whole=told, part=True),
        *make.split("shelter", keys=SHELTER_STAGES, whole=told, several=True, part=True),
    )


def _affected(make: ReportBuilder) -> list[Section]:
    cells = make.compared.now.cells("affected")
    bands = sorted({key[1] for key in cells}, key=lambda band: (band == "", band))
    sexes = [sex for sex in SEXES if any(key[0] == sex for key in cells)]
    return [
        Section("affected", tuple(make.table("affected", sexes, bands)), tuple(bands), below=True)
    ]


def _referrals(make: ReportBuilder) -> list[Section]:
    services = make.compared.now.of("referral")
    rows = sorted(services, key=lambda service: (-services[service], service))
    table = make.table("referral", rows, REFERRAL_STAGES, several=True)
    days = tuple(
        make.measured(
            "referral_days",
            service,
            unit=Unit.DAYS,
            count=lambda f, service=service: f.middle("referral_days", service),  # type: ignore[misc]
        )
        for service in rows
    )
    return [
        Section("referral", tuple(table), REFERRAL_STAGES),
        Section("referral_days", days, below=True),
    ]


def _quality(make: ReportBuilder) -> tuple[Line, ...]:
    return (
        make.one("answered", whole="calls"),
        make.one("saved_quickly", whole="calls"),
        *make.split("unknown", whole="asked", several=True, part=True),
        make.one("alarm"),
        make.measured(
            "alarm_seconds", unit=Unit.SECONDS, count=lambda f: f.middle("alarm_seconds"), part=True
        ),
        make.one("acute"),
        make.one("acute_with_plan", whole="acute", part=True),
        make.one("follow_up_due"),
        make.one("follow_up_on_time", whole="follow_up_due", part=True),
        make.one("complaint"),
    )


def _reviews(make: ReportBuilder, reviews: ReviewFigures) -> tuple[Line, ...]:
    return (
        make.told("acute_assessed", reviews.high_risk),
        make.told("acute_reviewed", reviews.in_time, whole=reviews.high_risk),
        make.told("calls_reviewed", sum(reviews.calls.values())),
    )


def _gaps(make: ReportBuilder) -> list[Line]:
    cells = make.compared.now.cells("gap")
    districts = sorted({key[0] for key in cells})
    return [
        line
        for district in districts
        for line in make.table(
            "gap", (district,), sorted({key[1] for key in cells if key[0] == district})
        )
    ]
