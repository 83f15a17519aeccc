"""The figures against a count in plain Python over the same calls."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import text

from operator_app.domain.daily_log import (
    DailyLog,
    Line,
    TopicGroup,
    cut,
    cut_topics,
    falling,
    grouped,
)
from operator_app.domain.people import Role
from operator_app.domain.span import Span
from operator_app.errors import NotAllowed
from operator_app.services import daily_figures, record_rows
from operator_app.services import reports as module
from tests.conftest import TestOffice, information_call
from tests.reports.conftest import AFTER, BEFORE, DAY, Busy


def as_counts(lines: tuple[Line, ...]) -> Counter[str | None]:
    return Counter({line.code: line.calls for line in lines})


def topic_counts(log: DailyLog) -> dict[str, tuple[int, Counter[str | None]]]:
    return {group.code: (group.calls, as_counts(group.topics)) for group in log.topics}


@pytest.mark.parametrize("day", [BEFORE, DAY, AFTER])
def test_figures_are_those_of_a_plain_count(busy: Busy, day: date) -> None:
    calls = busy.of(day)
    valid = [c for c in calls if c.voided_at is None]
    asked = [c for c in valid if c.form.contact_kind in ("SELF", "OTHER", "PROF", "FOLLOW")]
    danger = [c for c in valid if c.form.danger_now == "Y"]
    lengths = [c.duration_seconds for c in asked]
    assert len(calls) > 60
    assert len(valid) < len(calls)

    log = busy.reports.daily_log(busy.office.actor, Span.of_day(day))

    assert (log.all_calls, log.voided) == (len(valid), len(calls) - len(valid))
    assert log.substantive == len(asked)
    assert log.not_substantive == len(valid) - len(asked)
    assert log.mean_seconds == round(sum(lengths) / len(lengths))
    assert log.longest_seconds == max(lengths)
    assert log.violence == sum(c.form.is_violence for c in valid)
    assert log.danger_now == len(danger)
    assert log.danger_with_emergency == sum(
        bool({"E102", "E103"} & set(c.form.actions)) for c in danger
    )
    kinds = Counter(c.form.contact_kind for c in valid)
    assert as_counts(log.kinds) == kinds
    assert log.silent_and_dropped == kinds["SILENT"] + kinds["DROP"]
    assert log.missed == kinds["MISSED"]
    assert as_counts(log.languages) == Counter(c.form.language for c in asked)
    assert as_counts(log.places) == Counter(c.form.division for c in asked)
    assert as_counts(log.sexes) == Counter(c.form.caller_sex for c in asked)
    assert as_counts(log.age_groups) == Counter(c.form.caller_age_group for c in asked)
    assert as_counts(log.actions) == Counter(a for c in asked for a in set(c.form.actions))
    main = Counter(c.form.topics[0] for c in asked)
    assert topic_counts(log) == {
        group: (
            sum(n for topic, n in main.items() if topic.partition(".")[0] == group),
            Counter({topic: n for topic, n in main.items() if topic.partition(".")[0] == group}),
        )
        for group in {topic.partition(".")[0] for topic in main}
    }
    names = {p.user_id: p.full_name for p in busy.people}
    took = Counter(names[c.operator_id] for c in valid)
    assert {p.full_name: p.calls for p in log.on_duty} == dict(took)
    waiting = busy.waiting()
    assert log.waiting_in_all == len(waiting) > 100
    assert log.waiting_of_span == sum(record in {c.call_id for c in calls} for record in waiting)


def test_the_days_share_all_calls_and_midnight_begins_a_day(busy: Busy) -> None:
    logs = [busy.reports.daily_log(busy.office.actor, Span.of_day(d)) for d in (BEFORE, DAY, AFTER)]

    assert sum(log.all_calls + log.voided for log in logs) == len(busy.calls)
    of_calls = sum(record in busy.calls for record in busy.waiting())
    assert sum(log.waiting_of_span for log in logs) == of_calls
    assert logs[0].waiting_in_all > of_calls, "revisions of cases wait, too"
    assert any(c.saved_at - c.form.started_at > 3_600_000 for c in busy.of(DAY))


def test_a_complaint_counts_wherever_it_stands_among_the_topics(office: TestOffice) -> None:
    """Written by hand: whether the code list offers such topics is the ministry's matter."""
    calls = [
        office.calls.save(
            office.actor,
            information_call(office.calls.start(office.actor).form, topics=("BEN.UBK", second)),
        )
        for second in ("BEN.BSU", "BEN.BYR", "BEN.FUN", "BEN.OTH")
    ]
    with office.database.write() as connection:
        for call, code in zip(calls, ("COM", "COM.SRV", "COMX.A", "BEN.OTH"), strict=True):
            connection.execute(
                text("UPDATE call_topic SET topic = :t WHERE call_id = :c AND position = 1"),
                {"t": code, "c": call.call_id},
            )
    reports = module.Reports(office.database, office.reference, office.clock)

    assert reports.daily_log(office.actor, Span.of_day(DAY)).complaints == 2


def test_a_day_without_calls(office: TestOffice) -> None:
    reports = module.Reports(office.database, office.reference, office.clock)

    log = reports.daily_log(office.actor, Span.of_day(DAY))

    assert log.is_empty
    assert (log.all_calls, log.mean_seconds, log.topics, log.on_duty) == (0, None, (), ())
    assert list(reports.records(office.actor, Span.of_day(DAY))) == []


def test_somebody_whose_only_call_was_voided_was_on_duty(office: TestOffice) -> None:
    form = information_call(office.calls.start(office.actor).form)
    saved = office.calls.save(office.actor, form)
    office.calls.void(office.actor, saved.call_id, "entered twice")
    log = module.Reports(office.database, office.reference, office.clock).daily_log(
        office.actor, Span.of_day(DAY)
    )

    assert [(p.full_name, p.calls) for p in log.on_duty] == [("Aida Testova", 0)]
    assert (log.all_calls, log.voided, log.is_empty) == (0, 1, False)


def test_records_are_the_calls_of_the_day_in_their_order(busy: Busy) -> None:
    wanted = sorted(busy.of(DAY), key=lambda c: (c.form.started_at, c.call_id))
    waiting = set(busy.waiting())

    rows = list(busy.reports.records(busy.office.actor, Span.of_day(DAY)))

    assert [r.number for r in rows] == [c.number for c in wanted]
    # Nobody of this office was asked whether she may be in figures.
    assert [r.withheld for r in rows] == [c.form.is_violence for c in wanted]
    told = [(r, c) for r, c in zip(rows, wanted, strict=True) if not r.withheld]
    assert [r.topics for r, _ in told] == [c.form.topics for _, c in told]
    assert [r.actions for r, _ in told] == [c.form.actions for _, c in told]
    assert [r.voided for r in rows] == [c.voided_at is not None for c in wanted]
    assert {r.waiting for r in rows} == {True, False}
    assert all(c.call_id in waiting for r, c in zip(rows, wanted, strict=True) if r.waiting)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_only_who_may_see_figures_does(office: TestOffice, role: Role) -> None:
    person = office.person(role, "nur")
    reports = module.Reports(office.database, office.reference, office.clock)

    for refused in (reports.daily_log, reports.records):
        with pytest.raises(NotAllowed):
            refused(person, Span.of_day(DAY))


@pytest.mark.parametrize(
    "statement",
    ["TOTALS", "SPLITS", "WAITING_OF_SPAN", "WAITING_OF_LONG_SPAN", "WAITING_IN_ALL", "RECORDS"],
)
def test_no_statement_walks_over_all_calls_even_with_statistics(busy: Busy, statement: str) -> None:
    values = daily_figures.bounds_of(Span.of_days(BEFORE, DAY)) | {
        "police": "E102",
        "ambulance": "E103",
        "complaint": "COM",
    }
    sql = getattr(record_rows if statement == "RECORDS" else daily_figures, statement)
    bound = {name: value for name, value in values.items() if f":{name}" in sql}
    with busy.office.database.write() as connection:
        connection.execute(text("ANALYZE"))
        plan = [r.detail for r in connection.execute(text("EXPLAIN QUERY PLAN " + sql), bound)]

    # Of app_user, the few people of an office, any plan will do.
    tables = ("call", "call_topic", "call_action", "revision")
    walked = [step for step in plan if step.split()[0] == "SCAN" and step.split()[1] in tables]
    assert plan
    assert walked == []
    begins_with_revisions = statement in ("WAITING_IN_ALL", "WAITING_OF_LONG_SPAN")
    index = "ix_revision_unconfirmed" if begins_with_revisions else "ix_call_local_day"
    assert any(index in step for step in plan)


def test_lists_fall_and_are_cut_to_the_top() -> None:
    lines = falling([Line("B", 1), Line(None, 9), Line("C", 7), Line("A", 1)])

    assert [line.code for line in lines] == ["C", "A", "B", None]
    assert cut(lines, 4) == (lines, 0)
    assert cut(lines, 3) == (lines[:2], 10)


def test_cut_topics_keep_the_totals_of_their_groups() -> None:
    groups = grouped([Line("BEN.A", 5), Line("BEN.B", 1), Line("VIO.A", 4), Line("LAB.A", 2)])

    shown = cut_topics(groups, 2)

    assert [(g.code, g.calls, [x.code for x in g.topics], rest) for g, rest in shown] == [
        ("BEN", 6, ["BEN.A"], 1),
        ("VIO", 4, ["VIO.A"], 0),
        ("LAB", 2, [], 2),
    ]
    assert groups[0] == TopicGroup("BEN", 6, (Line("BEN.A", 5), Line("BEN.B", 1)))
