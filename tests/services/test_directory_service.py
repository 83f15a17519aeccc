"""The directory as it is asked: the nearest, the open, the fitting; and addresses that are secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from operator_app.db import feeds, models
from operator_app.domain.directory import Hours, Service, ServicePlace
from operator_app.domain.feeds import DIRECTORY
from operator_app.domain.people import Actor, Role
from operator_app.errors import NotFound
from operator_app.services.directory import DirectoryFilter
from tests.conftest import ALAMUDUN, TestOffice
from tests.finder import Finder, finder_of
from tests.ui.directory_office import clear, publish

CHUI, SOKULUK, OSH = "41708000000000", "41708219000000", "41706000000000"
BISHKEK = "41711000000000"
WORKDAYS = (0, 1, 2, 3, 4)
SECRET = "Жашырынкөчө 7"


def service(service_id: str, name: str, place: str = "", **changes: object) -> Service:
    places = (ServicePlace(f"{service_id}.place", place, {"ru": "ул. Пример"}),) if place else ()
    made = Service(service_id, {"ru": name}, "org", {"ru": "Орган"}, places=places)
    return replace(made, **changes)  # type: ignore[arg-type]


HERE = service("here", "Я рядом", ALAMUDUN, topics=("BEN.UBK",))
NEXT = service("next", "Б в соседнем районе", SOKULUK, topics=("VIO.DOM", "BEN.BYR"))
COUNTRY = service("country", "А для всех", topics=("PEN",))
CAPITAL = service("capital", "В столице", BISHKEK, areas=(BISHKEK, CHUI))
ELSEWHERE = service("elsewhere", "Только Ош", OSH, areas=(OSH,))
CLOSED_DOWN = service("gone", "Закрылись", ALAMUDUN, status="defunct")
SHELTER = service(
    "shelter",
    "Приют",
    topics=("VIO.DOM",),
    for_danger=True,
    places=(
        ServicePlace("s.open", ALAMUDUN, {"ru": "Приёмная, ул. Видная"}),
        ServicePlace("s.hidden", ALAMUDUN, {"ru": SECRET, "ky": SECRET}, confidential=True),
    ),
)
ALL = (HERE, NEXT, COUNTRY, CAPITAL, ELSEWHERE, CLOSED_DOWN, SHELTER)


@pytest.fixture
def finder(office: TestOffice):
    clear(office)
    publish(office, DIRECTORY, *ALL)
    made = finder_of(office)
    yield made
    made.index.close()


def asked(finder: Finder, actor: Actor | None = None, **wanted: object) -> list[str]:
    page = finder.directory.page(
        actor or finder.office.actor,
        DirectoryFilter(**wanted),
        "ru",  # type: ignore[arg-type]
    )
    return [listed.service.service_id for listed in page]


def test_the_nearest_first_then_by_name(finder: Finder) -> None:
    assert asked(finder, division=ALAMUDUN) == ["shelter", "here", "next", "country", "capital"]
    assert asked(finder, division=SOKULUK) == ["next", "shelter", "here", "country", "capital"]
    assert asked(finder, division=OSH) == ["elsewhere", "country", "next", "shelter", "here"]


def test_without_a_place_all_by_name(finder: Finder) -> None:
    everywhere = ["country", "next", "capital", "shelter", "elsewhere", "here"]
    assert asked(finder) == asked(finder, division="41799000000000") == everywhere


def test_a_topic_of_level_one_or_two(finder: Finder) -> None:
    assert set(asked(finder, topic="BEN")) == {"here", "next"}
    assert asked(finder, topic="BEN.BYR") == ["next"]
    assert asked(finder, topic="PEN") == ["country"]
    assert asked(finder, topic="BE") == []


def test_words_of_name_organisation_and_keywords(finder: Finder) -> None:
    publish(finder.office, DIRECTORY, replace(HERE, keywords="пособие", names={"ky": "Жардам"}))
    assert asked(finder, text="посо") == asked(finder, text="ЖАРД орг") == ["here"]
    assert asked(finder, text="собие") == []


def test_only_what_is_for_the_moment_of_danger(finder: Finder) -> None:
    assert asked(finder, for_danger=True) == ["shelter"]


def test_open_now_is_what_is_known_to_be_open(finder: Finder) -> None:
    office = finder.office  # Tuesday, 09:00
    day = replace(HERE, hours=(Hours(WORKDAYS, "09:00", "18:00"),))
    night = replace(NEXT, hours=(Hours((0,), "18:00", "09:00"),))
    always = replace(CAPITAL, hours=(Hours(tuple(range(7)), "00:00", "24:00", on_holidays=True),))
    publish(office, DIRECTORY, day, night, always)
    assert set(asked(finder, open_now=True)) == {"here", "capital"}
    office.clock.forward(minutes=-1)
    assert set(asked(finder, open_now=True)) == {"next", "capital"}
    office.clock.forward(minutes=1)
    calendar = finder.directory._calendar
    calendar.enter(office.actor, office.clock().date(), closed=True, name="Праздник")
    assert asked(finder, open_now=True) == ["capital"]


def shown_in_audit(office: TestOffice) -> list[tuple[str, str]]:
    a = models.audit
    with office.database.read() as connection:
        rows = connection.execute(a.select().where(a.c.action == "directory.address_shown")).all()
    assert all(SECRET not in str(tuple(row)) for row in rows)
    return [(row.user_id, row.entity_id) for row in rows]


def addresses(places: tuple[ServicePlace, ...]) -> str:
    return " ".join(text for place in places for text in place.address.values())


def test_a_confidential_address_is_opened_by_right_and_audited(finder: Finder) -> None:
    office = finder.office
    view = finder.directory.open(office.actor, "shelter")
    assert (SECRET in addresses(view.service.places), view.hidden) == (True, False)
    assert shown_in_audit(office) == [(office.actor.user_id, "shelter")]
    finder.directory.open(office.actor, "here")
    assert len(shown_in_audit(office)) == 1


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_without_the_right_the_place_is_told_and_not_the_address(
    finder: Finder, role: Role
) -> None:
    actor = finder.office.person(role, "ainura")
    view = finder.directory.open(actor, "shelter")
    assert view.hidden
    assert addresses(view.service.places) == "Приёмная, ул. Видная"
    assert [p.division for p in view.service.places] == [ALAMUDUN, ALAMUDUN]
    assert shown_in_audit(finder.office) == []


def test_an_address_stays_secret_in_the_version_of_the_past(finder: Finder) -> None:
    """What was confidential then is confidential in what an old call points to."""
    office = finder.office
    before = finder.directory.open(office.actor, "shelter").content
    publish(office, DIRECTORY, gone=("shelter",))
    operator = office.person(Role.OPERATOR, "ainura")
    view = finder.directory.open(operator, "shelter", before)
    assert (view.outdated, view.hidden) == (True, True)
    assert SECRET not in addresses(view.service.places)
    assert SECRET in addresses(
        finder.directory.open(office.actor, "shelter", before).service.places
    )


def test_lists_search_and_help_never_carry_the_address(finder: Finder) -> None:
    office = finder.office
    for actor in (office.actor, office.person(Role.OPERATOR, "ainura")):
        page = finder.directory.page(actor, DirectoryFilter(), "ru")
        assert SECRET not in str(page)
        assert finder.find("жашырынкочо", actor).hits == ()
        found = finder.find("приют", actor)
        assert [hit.record_id for hit in found.hits] == ["shelter"]
        assert SECRET not in str(found)
        form = replace(office.calls.start(actor).form, topics=("VIO.DOM",), danger_now="Y")
        offered = finder.advice.suggest(actor, form, "ru")
        assert "shelter" in [s.advice.entry_id for s in offered]
        assert SECRET not in str(offered)
        assert SECRET not in str(finder.advice.suggest(actor, form, "ru", "приют"))
    with office.database.read() as connection:
        kept = connection.exec_driver_sql("SELECT body FROM feed_entry").scalars().all()
    assert not any(SECRET in body for body in kept)


def test_an_address_that_became_secret_is_secret_in_what_was_told_before(finder: Finder) -> None:
    """It was published by mistake, and an old call points to that version."""
    office = finder.office
    hidden = SHELTER.places[1]
    publish(office, DIRECTORY, replace(SHELTER, service_id="late", places=(
        replace(hidden, place_id="late.place", confidential=False),
    )))  # fmt: skip
    operator = office.person(Role.OPERATOR, "ainura")
    told = finder.directory.open(operator, "late")
    assert SECRET in addresses(told.service.places)
    corrected = replace(SHELTER, service_id="late", places=(
        replace(hidden, place_id="late.place", address={}),
    ))  # fmt: skip
    publish(office, DIRECTORY, corrected)
    for gone in ((), ("late",)):
        publish(office, DIRECTORY, gone=gone)
        then = finder.directory.open(operator, "late", told.content)
        assert (then.hidden, SECRET in addresses(then.service.places)) == (True, False)
    assert shown_in_audit(office) == []
    then = finder.directory.open(office.actor, "late", told.content)
    assert SECRET in addresses(then.service.places)
    assert shown_in_audit(office) == [(office.actor.user_id, "late")]


def test_what_nobody_knows_is_not_found(finder: Finder) -> None:
    with pytest.raises(NotFound) as caught:
        finder.directory.open(finder.office.actor, "nothing")
    assert caught.value.code == "directory.unknown"


def test_a_service_opens_as_it_is_and_as_it_was(finder: Finder) -> None:
    office = finder.office
    before = finder.directory.open(office.actor, "here")
    assert (before.outdated, before.stale, before.source) == (False, True, feeds.MINISTRY)
    publish(office, DIRECTORY, replace(HERE, names={"ru": "Переименовано"}))
    assert finder.directory.open(office.actor, "here").service.names["ru"] == "Переименовано"
    then = finder.directory.open(office.actor, "here", before.content)
    assert (then.service.names["ru"], then.outdated) == ("Я рядом", True)
