"""Real offices work, send over real HTTP, and the ministry counts what they count."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import pytest
from sqlalchemy import delete, select, update

from ministry_server import schema
from ministry_server.counted import MOST_MONTHS
from ministry_server.facts import KEY, Facts
from operator_app.domain.cases import CallLink, Task
from operator_app.domain.clock import local_day
from operator_app.domain.consent import RECORD, STATISTICS, Consent
from operator_app.domain.definitions import DEFINITIONS
from operator_app.domain.feeds import CODES, CodeEntry
from operator_app.domain.figures import Figures, Period
from operator_app.domain.reference import Reference
from operator_app.domain.violence import ViolenceForm
from operator_app.services.figures import FigureBook
from tests.conftest import Template
from tests.feeds.publishing import offer
from tests.ministry_server.season import CANARIES
from tests.ministry_server.world import World, Worlds, named
from tests.receiver import RunningReceiver
from tests.sync.test_canary import shapes

VIOLENCE = ("subject", "VIO.DOM")


@pytest.fixture(scope="module")
def worlds(
    tmp_path_factory: pytest.TempPathFactory, reference: Reference, office_template: Template
) -> Iterator[Worlds]:
    made = Worlds(tmp_path_factory.mktemp("worlds"), reference, office_template)
    yield made
    made.end()


@pytest.fixture(scope="module")
def world(worlds: Worlds) -> World:
    """Offices that have worked for some months, and told everything."""
    made = worlds.make(117)
    for season in made.seasons.values():
        season.one_of_each()
    return worked(made, rounds=2, acts=18)


def worked(world: World, *, rounds: int, acts: int) -> World:
    for _ in range(rounds):
        for season in world.seasons.values():
            season.work(acts)
        world.settle()
    return world


def test_offices_add_up_to_the_ministry_in_every_indicator(world: World) -> None:
    world.assert_equal(world.periods(random.Random(1), 6))
    # Nothing was left out, and the rules did not refuse most of what was tried.
    assert all(season.done.total() > 18 for season in world.seasons.values())
    assert {cell[0] for cell in world.figures.counts} == set(DEFINITIONS) - {"length"}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
def test_offices_add_up_whatever_they_did(worlds: Worlds, seed: int) -> None:
    world = worlds.make(seed)
    for _ in range(5):
        worked(world, rounds=1, acts=40)
        world.assert_equal(world.periods(random.Random(seed), 12))


def test_a_word_taken_back_later_counts_for_the_calls_of_before(world: World) -> None:
    desk, clock = world.seasons["0413"].desk, world.clock
    day = local_day(world.now)
    case_id = desk.open_case(consents=(Consent(RECORD, "Y", 1), Consent(STATISTICS, "Y", 1)))
    world.settle()
    then = Period(day, day)
    before = world.statistics.figures("0413", then, world.now)
    clock.forward(days=45)
    desk.cases.add_consent(desk.office.actor, case_id, Consent(STATISTICS, "N", 0))
    world.settle()
    after = world.statistics.figures("0413", then, world.now)
    assert after.of("subject").get("VIO.DOM", 0) == before.of("subject")["VIO.DOM"] - 1
    for more in ("not_told_apart", "cases_not_told_apart"):
        assert after.number(more) == before.number(more) + 1
    assert after.number("calls") == before.number("calls")
    world.assert_equal([then])


def test_a_case_opened_long_after_its_call_decides_about_it(world: World) -> None:
    desk, clock = world.seasons["0413"].desk, world.clock
    day = local_day(world.now)
    call = desk.save(topics=("FAM.POV",))
    clock.forward(days=45)
    said = tuple(Consent(purpose, "Y", 1) for purpose in (RECORD, STATISTICS))
    desk.amend(call, topics=("VIO.WRK",), violence=ViolenceForm(happened="-", consents=said))
    world.settle()
    then = Period(day, day)
    assert world.statistics.figures("0413", then, world.now).number("subject", "VIO.WRK") == 1
    with desk.database.read() as connection:
        case_id = desk.cases.files.of_call(connection, call.call_id)
    assert case_id is not None
    desk.cases.add_consent(desk.office.actor, case_id, Consent(STATISTICS, "N", 0))
    world.settle()
    assert world.statistics.figures("0413", then, world.now).number("subject", "VIO.WRK") == 0
    world.assert_equal([then])


def test_what_is_refused_in_one_of_two_versions_is_refused(world: World, worlds: Worlds) -> None:
    desk = world.seasons["0500"].desk
    colleague = worlds.seat(world, "0500")
    day = local_day(world.now)
    case_id = desk.open_case(consents=(Consent(RECORD, "Y", 1), Consent(STATISTICS, "Y", 1)))
    desk.settle(), colleague.settle()
    told = world.statistics.figures("0500", Period(day, day), world.now)
    desk.cases.add_consent(desk.office.actor, case_id, Consent(STATISTICS, "N", 0))
    world.clock.forward(minutes=5)
    colleague.note(case_id, "newer, and without the refusal")
    desk.settle(), colleague.settle()
    assert world.receiver.records()[case_id]["conflict"]
    now_told = world.statistics.figures("0500", Period(day, day), world.now)
    assert now_told.number("cases_told_apart") == told.number("cases_told_apart") - 1
    assert now_told.number("not_told_apart") == told.number("not_told_apart") + 1
    # As both PCs show it; until the supervisor decides.
    for seat in (desk, colleague):
        book = FigureBook(seat.database, world.clock).of(seat.office.actor, world.whole_time)
        ministry = world.statistics.figures("0500", world.whole_time, world.now)
        for indicator in ("cases", "cases_not_told_apart", "risk", "report", "follow_up_due"):
            assert book.cells(indicator) == ministry.cells(indicator)


def test_nothing_of_a_record_lies_open_in_the_database(world: World) -> None:
    assert world.figures.number("calls")
    with world.receiver.store.read() as connection:
        facts = connection.execute(select(schema.fact)).all()
        sources = connection.execute(select(schema.fact_source.c.sealed)).scalars().all()
        refs = set(connection.execute(select(schema.record.c.record_ref)).scalars())
    # Neither by length nor by number do the rows tell which records are cases.
    assert len({len(sealed) for sealed in sources}) == 1
    assert not refs & {ref for row in facts for ref in (row.fact_ref, row.bucket)}
    wanted = [shape for word in CANARIES for shape in shapes(word)]
    wanted += [b"VIO.DOM", b"BEN.UBK", b"contact_kind", b"started_at", b"41708203"]
    files = [f for f in world.receiver.folder.iterdir() if f.name.startswith("ministry.db")]
    assert files
    for file in files:
        data = file.read_bytes()
        assert [shape for shape in wanted if shape in data] == []


def test_a_database_of_before_is_counted_from_the_beginning(world: World) -> None:
    before = world.figures
    store = world.receiver.store
    with store.write() as connection:
        for table in (schema.fact, schema.fact_source, schema.token):
            table.drop(connection)
        connection.execute(delete(schema.meta).where(schema.meta.c.key == KEY))
        connection.execute(
            update(schema.meta).where(schema.meta.c.key == "schema").values(value="2")
        )
    world.receiver.stop()
    world.receiver.start()
    assert named(world.figures) == named(before)
    assert world.figures == before


def test_other_definitions_count_everything_anew(world: World) -> None:
    before = world.figures
    receiver = world.receiver.receiver
    assert receiver.opener is not None
    old = receiver.opener.vault.seal(KEY, {"version": 0, "through": 10**9, "offices": []})
    with world.receiver.store.write() as connection:
        connection.execute(delete(schema.fact))
        connection.execute(
            update(schema.meta)
            .where(schema.meta.c.key == KEY)
            .values(value=base64.b64encode(old).decode())
        )
    assert world.figures == before


def test_several_processes_may_count_at_the_same_time(world: World) -> None:
    before = world.figures
    assert world.receiver.receiver.opener is not None
    vault = world.receiver.receiver.opener.vault
    with world.receiver.store.write() as connection:
        connection.execute(delete(schema.meta).where(schema.meta.c.key == KEY))
    several = [Facts(world.receiver.store, vault) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda facts: facts.catch_up(10_000), several))
    assert world.figures == before


# What devices may send besides


def figures_of(receiver: RunningReceiver) -> Figures:
    desk = receiver.receiver.statistics
    assert desk is not None
    day = local_day(1_795_000_000_000)
    return desk.statistics.figures(None, Period(day, day), receiver.receiver.now())


def test_a_call_whose_base_is_missing_does_not_count_before_it_comes(receiver, device) -> None:
    base = device.revise(record_id="r")
    device.push(device.revise(record_id="r", bases=(base["op_id"],), topics=["BEN.BSU"]))
    assert figures_of(receiver).number("calls") == 0
    device.push(base)
    assert figures_of(receiver).of("subject") == {"BEN.BSU": 1}


def test_a_record_that_cannot_be_counted_holds_up_no_other(receiver, device, caplog) -> None:
    device.push(
        device.revise(topics=[5]),
        device.revise(violence={"consents": [{"purpose": "ZZKANARYNAME"}]}),
        device.revise(started_at=10**17),
        device.revise(),
    )
    assert figures_of(receiver).of("subject") == {"BEN.UBK": 1}
    assert "cannot count" in caplog.text and "KANARY" not in caplog.text
    # It is not tried again and again.
    caplog.clear()
    figures_of(receiver)
    assert caplog.text == ""


def test_a_case_cannot_fill_the_database_by_being_in_every_month(receiver, device) -> None:
    at = 1_795_000_000_000
    for months, counted in ((MOST_MONTHS - 1, 1), (MOST_MONTHS + 1, 0)):
        tasks = tuple(
            Task(f"t{n}", "CHECK", "OTHER", at + n * 31 * 86_400_000, "u", at)
            for n in range(months)
        )
        call = CallLink("c", "0412-2026-000001", at, "u")
        before = figures_of(receiver).number("cases")
        device.push(
            device.revise_case(
                opened_at=at, calls=[asdict(call)], tasks=[asdict(task) for task in tasks]
            )
        )
        assert figures_of(receiver).number("cases") == before + counted


def test_what_counts_as_asking_follows_the_published_list(receiver, device) -> None:
    device.push(device.revise(contact_kind="THANKS"))
    assert figures_of(receiver).number("asked") == 0
    offer(
        receiver,
        CODES,
        CodeEntry("contact_kind", "THANKS", {"en": "Thanks"}, note="substantive"),
    )
    device.push(device.revise(contact_kind="THANKS"))
    assert figures_of(receiver).number("asked") == 1
