"""What IT set takes effect: the address, the ways, the backups, the idle lock, the language, exports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from operator_app.app import Application
from operator_app.db import settings, sync_state
from operator_app.db.backup import Watch
from operator_app.domain.people import Role
from operator_app.domain.policy import InForce, Layer, Source, resolve
from operator_app.domain.xroad import XRoad
from operator_app.errors import NotAllowed
from operator_app.i18n import language, use_language
from operator_app.services.backups import Backups
from operator_app.services.connection import Connection
from operator_app.sync.bundle_post import BundlePost
from operator_app.sync.carriers.chosen import open_carrier
from operator_app.sync.seats import OfficeSeats
from operator_app.sync.status import LinkState
from operator_app.ui import saving
from operator_app.ui.dialogs import QtDialogs
from operator_app.ui.events import Events
from operator_app.ui.screens.sync_page import SyncPage
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import CHEAP, PASSWORD, TestOffice
from tests.journeys.office_pc import Answers
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk
from tests.ui.door import show
from tests.ui.journal_office import save_call

CODE = "K7QM-2RXW-9TBH-MFRG-GZDF"


def policy(**values: object) -> InForce:
    made = resolve([Layer(Source.MACHINE_POLICY, values)], windows=False)
    assert not made.problems
    return made


def test_another_address_of_the_same_server_needs_no_new_enrolment(
    desk: Desk,
    receiver: RunningReceiver,
) -> None:
    with desk.database.read() as connection:
        enrolled = settings.read_server(connection)
    desk.point_at("https://117-before.example.invalid")
    there = Connection(desk.database, desk.office.clock, policy(server_url=receiver.url))
    saved = desk.save()
    assert there.obey() is True
    assert there.obey() is False
    assert desk.run().problem is None
    assert receiver.stages().keys() >= {saved.op_id}
    with desk.database.read() as connection:
        assert settings.read_server(connection) == enrolled


def test_an_address_of_another_server_gets_nothing(
    desk: Desk,
    tmp_path: Path,
) -> None:
    with RunningReceiver(tmp_path / "foreign", desk.office.clock) as foreign:
        Connection(desk.database, desk.office.clock, policy(server_url=foreign.url)).obey()
        desk.save()
        assert desk.run().problem == "server.not_ours"
        assert foreign.stages() == {}
    assert desk.status().waiting == 1


def test_what_policy_holds_is_not_changed_by_a_person(office: TestOffice) -> None:
    road = XRoad("http://10.20.0.5", "kg/GOV/1/operator", "kg/GOV/1/helpline/intake")
    with office.database.write() as connection:
        settings.write_server(connection, settings.Server(road.address, xroad=road))
    held = Connection(office.database, office.clock, policy(server_url="https://117.kg"))
    assert held.obey()
    facts = held.facts(office.actor)
    assert (facts.url, facts.xroad, facts.held) == ("https://117.kg", None, True)
    for url, xroad in (("https://118.kg", None), ("", None), ("", road)):
        with pytest.raises(NotAllowed, match=r"policy\.held"):
            held.change(office.actor, url, CODE, xroad)
    # A new code for the address that is held may be entered.
    held.change(office.actor, "https://117.kg", CODE)
    narrow = Connection(office.database, office.clock, policy(allow_xroad=0))
    with pytest.raises(NotAllowed, match=r"carrier\.not_allowed"):
        narrow.change(office.actor, "", CODE, road)
    assert narrow.facts(office.actor).ways == ("https",)


def test_a_way_that_is_not_allowed_is_not_used(
    desk: Desk,
    receiver: RunningReceiver,
    tmp_path: Path,
) -> None:
    desk.save()
    held = policy(allow_https=0, allow_folder=0)
    desk.open_carrier = lambda url: open_carrier(desk.database, url, policy=held)
    desk.cycle.close()
    desk.cycle = desk._new_cycle()
    report = desk.run()
    assert (report.state, report.problem) == (LinkState.OFFLINE, "carrier.not_allowed")
    assert receiver.stages() == {} and desk.status().waiting == 1
    with desk.database.write() as connection:
        state = sync_state.read_folder(connection)
        sync_state.write_folder(connection, replace(state, folder=str(tmp_path)))
    before = set(tmp_path.iterdir())
    post = BundlePost(desk.database, desk.office.clock, "0.1.0", allowed=held.allows("folder"))
    actor = desk.office.actor
    assert post.run_once() is False
    office_pcs = OfficeSeats(desk.database, desk.office.clock, lambda _c: 0, allowed=False)
    office_pcs.run_once()
    for act in (
        lambda: post.write_into(actor, tmp_path),
        lambda: post.read_from(actor, tmp_path / "x.receipts"),
        lambda: post.set_folder(actor, tmp_path),
        lambda: office_pcs.become_station(actor, tmp_path),
        lambda: office_pcs.look(actor, tmp_path),
    ):
        with pytest.raises(NotAllowed, match=r"carrier\.not_allowed"):
            act()
    assert set(tmp_path.iterdir()) == before


def test_backups_go_where_policy_says(office: TestOffice, tmp_path: Path) -> None:
    chosen, held = tmp_path / "chosen", tmp_path / "held"
    chosen.mkdir()
    held.mkdir()
    Backups(office.database, office.paths, office.clock).set_folder(office.actor, chosen)
    backups = Backups(office.database, office.paths, office.clock, held)
    backups.make(office.actor, Watch(lambda _stage, _done, _total: None, lambda: False))
    assert len(list(held.iterdir())) == 1 and list(chosen.iterdir()) == []
    picture = backups.picture(office.actor)
    assert picture.held and picture.folder == held and len(picture.copies) == 2
    with pytest.raises(NotAllowed, match=r"policy\.held"):
        backups.set_folder(office.actor, chosen)
    # Without the policy the person's choice is what it was.
    assert (
        Backups(office.database, office.paths, office.clock).picture(office.actor).folder == chosen
    )


@pytest.fixture
def program(qapp: QApplication, office: TestOffice, tmp_path: Path) -> Iterator[Application]:
    """Started over the office under a policy, with somebody from IT at the desk."""
    office.person(Role.ADMINISTRATOR, "it")
    office.database.close()
    held = policy(
        language="ky",
        idle_minutes=2,
        allow_folder=0,
        server_url="https://117.example.invalid",
        export_folder=str(tmp_path),
    )
    made = Application(qapp, office.paths, office.clock, Answers(), cost=CHEAP, policy=held)
    assert made.start()
    yield made
    made.shut_down()
    saving.propose_folder(None)
    use_language("en", office.paths.resources)


def test_the_program_under_a_policy(
    program: Application, office: TestOffice, tmp_path: Path, qtbot: QtBot
) -> None:
    assert language() == "ky"
    # The switch at the door is shown and cannot be used; nor does another way lead round it.
    assert not program.window.languages.isEnabled()  # type: ignore[union-attr]
    program._on_signed_in(*program.sign_in.open("it", PASSWORD))
    desk = program.desk_now
    program.use_language("ru")
    assert language() == "ky"
    desk = program.desk_now
    names = {action.text(): action for action in desk.window.person_button.menu().actions()}
    assert not names["Русский"].isEnabled() and names["Кыргызча"].isChecked()
    card = desk.sync_page.server
    desk.window.go_to("administration")
    qtbot.waitUntil(lambda: card.url.text() == "https://117.example.invalid")
    assert not card.url.isEnabled() and card.held.isVisible() and card.code.isEnabled()
    assert desk.sync_page.ways.bar.count() == 1
    assert saving.documents_folder() == tmp_path
    office.clock.forward(seconds=100)
    assert not desk.idle.look()
    office.clock.forward(seconds=30)
    assert desk.idle.look()
    assert desk.window.locked


def test_without_a_policy_exports_go_to_the_documents() -> None:
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    assert saving.documents_folder() == Path(QStandardPaths.writableLocation(documents))


def test_an_operators_calls_are_saved_whatever_policy_forbids(office: TestOffice) -> None:
    held = policy(allow_https=0, allow_xroad=0, allow_folder=0)
    Connection(office.database, office.clock, held).obey()
    assert save_call(office).number


@pytest.mark.parametrize(
    ("held", "url_may", "xroad_may", "through"),
    [
        ({}, True, True, False),
        ({"allow_xroad": 0}, True, False, False),
        ({"allow_https": 0}, False, False, True),
        ({"server_url": "https://117.kg"}, False, False, False),
    ],
)
def test_the_page_offers_the_ways_that_are_left(
    qtbot: QtBot,
    office: TestOffice,
    held: dict[str, object],
    url_may: bool,
    xroad_may: bool,
    through: bool,
) -> None:
    there = Connection(office.database, office.clock, policy(**held))
    there.obey()
    page = SyncPage(
        office.database,
        there,
        office.actor,
        InlineTaskRunner(),
        Events(),
        office.clock,
        QtDialogs(),
    )
    show(qtbot, page)
    card = page.server
    assert (card.url.isEnabled(), card.through_xroad.isEnabled()) == (url_may, xroad_may)
    assert card.through_xroad.isChecked() is through
    assert card.held.isVisible() is bool(held)
    assert card.code.isEnabled()
