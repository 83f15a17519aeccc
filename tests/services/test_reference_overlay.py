"""Code lists and places as the feeds changed them: what is offered now, and what old calls show."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from operator_app.db import feeds
from operator_app.domain.calls import UNKNOWN_PLACE
from operator_app.domain.feeds import (
    CODES,
    DIVISIONS,
    CodeEntry,
    DivisionEntry,
    FeedEntry,
    check_entries,
    entry_body,
    entry_id_of,
)
from operator_app.domain.reference import Reference
from operator_app.domain.span import Span
from operator_app.errors import BadInput
from operator_app.services import journal as journal_module
from operator_app.services.calls import Calls
from operator_app.services.journal import Journal, JournalFilter
from operator_app.services.reference import with_feeds
from operator_app.services.reports import Reports
from operator_app.ui.screens.call_entries import place_entries, topic_entries
from operator_app.ui.widgets.type_ahead import TypeAhead
from tests.conftest import ALAMUDUN, TestOffice, information_call

TODAY = dt.date(2026, 11, 24)
CHUI = "41708000000000"
SOKULUK = "41708219000000"
AIMAK, VILLAGE = "41708203800000", "41708203800010"
OTHER_AIMAK, NAMESAKE = "41708219800000", "41708219800010"


def code(list_name: str, value: str, label: str, **changes: Any) -> CodeEntry:
    return CodeEntry(list_name, value, {"ru": label, "ky": label, "en": label}, **changes)


def place(value: str, parent: str, level: int, label: str, **changes: Any) -> DivisionEntry:
    return DivisionEntry(value, parent, level, {"ru": label, "ky": label, "en": label}, **changes)


SMALL_PLACES = (
    place(AIMAK, ALAMUDUN, 3, "Бирдик аймагы"),
    place(VILLAGE, AIMAK, 4, "Кызыл-Туу"),
    place(OTHER_AIMAK, SOKULUK, 3, "Достук аймагы"),
    place(NAMESAKE, OTHER_AIMAK, 4, "Кызыл-Туу"),
)


def take(office: TestOffice, feed: str, *things: Any, gone: tuple[str, ...] = ()) -> None:
    entries = [FeedEntry(entry_id_of(feed, thing), entry_body(thing)) for thing in things]
    entries += [FeedEntry(entry_id, None) for entry_id in gone]
    assert check_entries(feed, entries) == []
    with office.database.write() as connection:
        feeds.take(connection, feed, entries, feeds.MINISTRY, 1)


def now(office: TestOffice, today: dt.date = TODAY) -> Reference:
    return with_feeds(office.reference, office.database, today)


def offered(reference: Reference, list_name: str) -> list[str]:
    return [c.code for c in reference.codes(list_name)]


def save(office: TestOffice, reference: Reference, **changes: object) -> str:
    calls = Calls(office.database, reference, office.clock)
    form = information_call(calls.start(office.actor).form, **changes)
    return calls.save(office.actor, form).call_id


def test_without_feeds_everything_is_as_delivered(office: TestOffice) -> None:
    reference = now(office)
    for name in office.reference.lists():
        assert reference.codes(name) == office.reference.codes(name)
    for level in (1, 2):
        assert reference.divisions(level) == office.reference.divisions(level)


def test_a_code_is_added_in_its_place_and_changed_everywhere(office: TestOffice) -> None:
    take(
        office,
        CODES,
        code("action", "NEW", "Жаңы", order=-1),
        code("action", "INF", "Айтылды", order=999_999),
    )
    reference = now(office)
    assert offered(reference, "action")[0] == "NEW"
    assert offered(reference, "action")[-1] == "INF"
    assert reference.label("action", "INF", "ky") == "Айтылды"
    # What the program was delivered with stays as it is for the next person.
    assert office.reference.label("action", "INF", "ky") != "Айтылды"


def test_a_code_taken_away_is_offered_no_more_and_old_calls_keep_its_label(
    office: TestOffice,
) -> None:
    saved = save(office, office.reference, topics=("BEN.UBK",))
    label = office.reference.label("topic_l2", "BEN.UBK", "ru")
    take(office, CODES, code("topic_l2", "BEN.UBK", label))
    take(office, CODES, gone=("topic_l2/BEN.UBK",))
    reference = now(office)
    assert "BEN.UBK" not in offered(reference, "topic_l2")
    assert "BEN.UBK" not in [e.code for e in topic_entries(reference, "ru")]
    calls = Calls(office.database, reference, office.clock)
    opened = calls.open(office.actor, saved)
    assert reference.label("topic_l2", opened.form.topics[0], "ru") == label
    # The old call can still be put right without another topic.
    again = calls.amend(office.actor, saved, replace(opened.form, note="ещё"), opened.op_id)
    assert again.form.topics == ("BEN.UBK",)
    assert [r.call_id for r in Journal(office.database, reference).page(
        office.actor, JournalFilter(topic="BEN.UBK")
    )] == [saved]  # fmt: skip


def test_a_code_comes_back(office: TestOffice) -> None:
    entry = code("action", "NEW", "Жаңы", order=999)
    take(office, CODES, entry)
    take(office, CODES, gone=("action/NEW",))
    assert "NEW" not in offered(now(office), "action")
    take(office, CODES, entry)
    assert "NEW" in offered(now(office), "action")


def test_a_new_topic_with_nothing_below_it_can_be_chosen(office: TestOffice) -> None:
    take(office, CODES, code("topic_l1", "NEWT", "Жаңы тема", order=900))
    reference = now(office)
    assert ("NEWT", "Жаңы тема") in [(e.code, e.label) for e in topic_entries(reference, "ky")]
    saved = save(office, reference, topics=("NEWT",))
    assert reference.label("topic_l2", "NEWT", "ky") == "Жаңы тема"
    page = Journal(office.database, reference).page(office.actor, JournalFilter(topic="NEWT"))
    assert [row.call_id for row in page] == [saved]


def test_a_topic_that_stands_for_itself_changes_its_name_and_goes(office: TestOffice) -> None:
    whole = next(
        c for c in office.reference.codes("topic_l1") if office.reference.find("topic_l2", c.code)
    )
    take(office, CODES, code("topic_l1", whole.code, "Башкача", order=whole.order))
    reference = now(office)
    assert reference.label("topic_l2", whole.code, "ky") == "Башкача"
    take(office, CODES, gone=(f"topic_l1/{whole.code}",))
    reference = now(office)
    assert whole.code not in offered(reference, "topic_l2")
    assert whole.code not in [e.code for e in topic_entries(reference, "ky")]
    assert reference.label("topic_l2", whole.code, "ky") == "Башкача"


def test_a_topic_that_got_others_below_it_is_offered_by_these(office: TestOffice) -> None:
    whole = next(
        c for c in office.reference.codes("topic_l1") if office.reference.find("topic_l2", c.code)
    )
    below = f"{whole.code}.ONE"
    take(office, CODES, code("topic_l2", below, "Бөлүгү"))
    reference = now(office)
    codes = [e.code for e in topic_entries(reference, "ky")]
    assert below in codes
    assert whole.code not in codes
    assert reference.label("topic_l2", whole.code, "ru") == whole.labels["ru"]


def test_a_place_changes_its_name_and_is_replaced(office: TestOffice) -> None:
    saved = save(office, office.reference, division=SOKULUK)
    take(
        office,
        DIVISIONS,
        place(ALAMUDUN, CHUI, 2, "Жаңы аталыш"),
        place(SOKULUK, CHUI, 2, "Сокулук", valid_to="2026-11-23", replaced_by=ALAMUDUN),
    )
    reference = now(office)
    entries = {e.code: e for e in place_entries(reference, "ky")}
    assert entries[ALAMUDUN].label == "Жаңы аталыш"
    assert SOKULUK not in entries
    assert reference.division_path(SOKULUK, "ky").endswith("Сокулук")
    # Old calls are still found by it, and by what it lies in.
    journal = Journal(office.database, reference)
    for asked in (SOKULUK, CHUI):
        page = journal.page(office.actor, JournalFilter(division=asked))
        assert [row.call_id for row in page] == [saved]
    assert now(office, dt.date(2026, 11, 23)).division(SOKULUK).active  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "places",
    [
        (place(AIMAK, VILLAGE, 3, "Аймак"), place(VILLAGE, AIMAK, 4, "Айыл")),
        (place(AIMAK, OTHER_AIMAK, 3, "Аймак"), place(OTHER_AIMAK, ALAMUDUN, 3, "Экинчи")),
    ],
)
def test_places_that_lie_in_smaller_ones_are_refused(places: tuple[DivisionEntry, ...]) -> None:
    entries = [FeedEntry(p.code, entry_body(p)) for p in places]
    assert [(f.where, f.code) for f in check_entries(DIVISIONS, entries)] == [
        (f"{AIMAK}: level", "feed.bad_level")
    ]


def test_a_place_of_the_future_is_offered_when_its_day_has_come(office: TestOffice) -> None:
    take(office, DIVISIONS, place(AIMAK, ALAMUDUN, 3, "Жаңы аймак", valid_from="2027-01-01"))
    before, after = now(office, dt.date(2026, 12, 31)), now(office, dt.date(2027, 1, 1))
    assert AIMAK not in [e.code for e in place_entries(before, "ky")]
    assert AIMAK in [e.code for e in place_entries(after, "ky")]


def test_a_place_taken_away_keeps_its_name(office: TestOffice) -> None:
    take(office, DIVISIONS, *SMALL_PLACES)
    take(office, DIVISIONS, gone=(VILLAGE,))
    reference = now(office)
    assert VILLAGE not in [d.code for d in reference.divisions(4)]
    assert reference.division_path(VILLAGE, "ky").endswith("Бирдик аймагы › Кызыл-Туу")
    assert reference.is_within(VILLAGE, CHUI)


def test_villages_are_found_by_typing_and_each_says_where_it_is(qtbot, office: TestOffice) -> None:
    large = [e.code for e in place_entries(now(office), "ky")]
    take(office, DIVISIONS, *SMALL_PLACES)
    field = TypeAhead(place_entries(now(office), "ky"), "Place")
    qtbot.addWidget(field)
    # The list that opens by itself is as short as before.
    assert [e.code for e in field.entries_for("")] == large
    found = field.entries_for("кызыл-туу")
    assert [e.code for e in found if e.label == "Кызыл-Туу"] == [VILLAGE, NAMESAKE]
    assert len({(e.group, e.shown) for e in found}) == len(found)
    rayon = now(office).division(SOKULUK).label("ky")  # type: ignore[union-attr]
    assert [e.code for e in field.entries_for(f"кызыл {rayon.split()[0]}")] == [NAMESAKE]
    # A rayon comes before the villages of its name, whatever is typed.
    assert field.entries_for(rayon.split()[0])[0].code == SOKULUK


def test_a_call_from_a_village_is_found_by_every_place_around_it(office: TestOffice) -> None:
    with pytest.raises(BadInput):
        save(office, office.reference, division=VILLAGE)
    take(office, DIVISIONS, *SMALL_PLACES)
    reference = now(office)
    saved = save(office, reference, division=VILLAGE)
    save(office, reference, division=NAMESAKE)
    save(office, reference, division=UNKNOWN_PLACE)
    journal = Journal(office.database, reference)
    for asked in (VILLAGE, AIMAK, ALAMUDUN):
        page = journal.page(office.actor, JournalFilter(division=asked))
        assert [row.call_id for row in page] == [saved], asked
    assert len(journal.page(office.actor, JournalFilter(division=CHUI))) == 2
    assert journal.page(office.actor, JournalFilter(division="41706000000000")) == []


@pytest.mark.parametrize("arms", [200, 2])
def test_an_oblast_of_hundreds_of_villages_can_be_asked_for(
    office: TestOffice, monkeypatch: pytest.MonkeyPatch, arms: int
) -> None:
    monkeypatch.setattr(journal_module, "MOST_ARMS", arms)
    villages = [f"417082038{n:05d}" for n in range(1, 701)]
    take(office, DIVISIONS, *(place(v, ALAMUDUN, 4, f"Айыл {v}") for v in villages))
    reference = now(office)
    saved = [save(office, reference, division=v) for v in villages[::140]]
    journal = Journal(office.database, reference)
    for more in (JournalFilter(), JournalFilter(danger="N"), JournalFilter(topic="BEN")):
        wanted = replace(more, division=CHUI)
        page = journal.page(office.actor, wanted)
        assert {row.call_id for row in page} == set(saved)
        older = journal.page(office.actor, wanted, page[1].key)
        assert [row.call_id for row in older] == [row.call_id for row in page[2:]]


def test_figures_and_rows_tell_the_rayon_of_a_call_from_a_village(office: TestOffice) -> None:
    """In a village everybody knows whom it is about."""
    take(office, DIVISIONS, *SMALL_PLACES)
    reference = now(office)
    for division in (VILLAGE, AIMAK, ALAMUDUN, NAMESAKE, UNKNOWN_PLACE):
        save(office, reference, division=division)
    reports = Reports(office.database, reference, office.clock)
    log = reports.daily_log(office.actor, Span.of_day(TODAY))
    assert {line.code: line.calls for line in log.places} == {
        ALAMUDUN: 3,
        SOKULUK: 1,
        UNKNOWN_PLACE: 1,
    }
    rows = list(reports.records(office.actor, Span.of_day(TODAY)))
    assert [row.division for row in rows].count(ALAMUDUN) == 3
    assert {VILLAGE, AIMAK}.isdisjoint({row.division for row in rows})
