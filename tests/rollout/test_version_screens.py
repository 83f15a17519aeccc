"""What is told of a newer version: the strip, the part of the page of this PC, the driver."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from ministry_server.throttle import Pace
from operator_app.db import feeds
from operator_app.db.program_state import FetchState, write_fetch
from operator_app.domain.clock import to_ms
from operator_app.domain.feeds import PROGRAM, FeedEntry, entry_body
from operator_app.domain.findings import Grade
from operator_app.domain.people import Role
from operator_app.domain.policy import InForce, Layer, Source, resolve
from operator_app.domain.program_versions import ProgramVersion
from operator_app.services.pc_check.program import program
from operator_app.services.program_updates import ProgramUpdates
from operator_app.sync import program_fetch
from operator_app.sync.carriers.https import HttpsCarrier
from operator_app.sync.program_fetch import ProgramFetch
from operator_app.ui import update_driver
from operator_app.ui.check_wording import found_words, to_do_words
from operator_app.ui.events import Events
from operator_app.ui.pc_parts.version_part import VersionPart
from operator_app.ui.tasks import InlineTaskRunner, TaskRunner
from operator_app.ui.update_driver import UpdateDriver
from operator_app.ui.update_problems import SENTENCES
from operator_app.ui.widgets.update_bar import UpdateBar
from tests.conftest import TestOffice
from tests.receiver import RunningReceiver
from tests.rollout.releases import NOTES, content, release
from tests.sync.desk import Desk
from tests.ui.door import press, show

VERSION = ProgramVersion("1.2.0", "117-operator-1.2.0.msi", 40 << 20, "a" * 64, NOTES)
FOLDER = Path("/srv/updates")


def announce(office: TestOffice, *versions: ProgramVersion) -> None:
    """As the feed was taken in."""
    at = to_ms(office.clock())
    entries = [
        FeedEntry(v.version, json.loads(json.dumps(entry_body(v), default=list))) for v in versions
    ]
    with office.database.write() as connection:
        feeds.take(connection, PROGRAM, entries, feeds.MINISTRY, at)
        feeds.write_state(connection, feeds.FeedState(PROGRAM, 1, "", at, at))


def fetched(office: TestOffice, **changes: object) -> None:
    values = {
        "version": "1.2.0",
        "sha256": "a" * 64,
        "file_name": VERSION.file_name,
        "folder": str(FOLDER),
        "size": VERSION.size,
        **changes,
    }
    with office.database.write() as connection:
        write_fetch(connection, FetchState(**values))  # type: ignore[arg-type]


def policy(updates: str) -> InForce:
    values = {"updates": updates, "update_folder": str(FOLDER)}
    return resolve([Layer(Source.MACHINE_POLICY, values)], windows=False)


def known(office: TestOffice, mode: str = "notify", build: int | None = None) -> ProgramUpdates:
    return ProgramUpdates(office.database, policy(mode), running="0.1.0", build=build)


Make = Callable[..., VersionPart]


@pytest.fixture
def part(qtbot: QtBot, office: TestOffice) -> Make:
    def make(mode: str = "notify", build: int | None = None) -> VersionPart:
        updates = known(office, mode, build)
        made = VersionPart(updates, None, InlineTaskRunner(), Events(), office.clock)
        show(qtbot, made)
        made.ask_button.setFocus()
        return made

    return make


def test_before_anything_was_heard_and_when_this_is_the_newest(
    part: Make, office: TestOffice
) -> None:
    shown = part()
    assert (shown.running.text(), shown.heard.text()) == ("0.1.0", "–")
    assert "announced none" in shown.newest.text()
    assert not shown.news.isVisible()
    announce(office, replace(VERSION, version="0.1.0"))
    shown.refresh()
    assert "this is the newest" in shown.newest.text()
    assert shown.heard.text() != "–"


def test_a_newer_version_is_told_with_notes_and_what_to_do(part: Make, office: TestOffice) -> None:
    announce(office, VERSION, replace(VERSION, version="2.0.0", least_build=22000))
    shown = part(build=19045)
    assert shown.newest.text() == "1.2.0"
    assert "1.2.0" in shown.news_title.text()
    assert shown.notes.text() == NOTES["en"]
    assert "Not fetched" in shown.file.text()
    assert "SHA-256" in shown.to_do.text()
    assert shown.sum.text() == VERSION.sha256
    assert "2.0.0" in shown.waits.text() and "22000" in shown.waits.text()
    asked = QSignalSpy(shown._events.send_now_asked)
    press(Qt.Key.Key_F9)
    assert asked.count() == 1
    assert shown.done.isVisible()


def test_how_its_file_comes(part: Make, office: TestOffice) -> None:
    announce(office, VERSION)
    shown = part("fetch")
    assert "Not begun" in shown.file.text()
    fetched(office, done=10 << 20)
    shown.refresh()
    assert "10.0 MB of 40.0 MB" in shown.file.text()
    assert (shown.bar.isVisible(), shown.bar.value()) == (True, 250)
    # What is told between two looks at the database.
    shown._on_piece(FetchState("1.2.0", done=20 << 20, size=VERSION.size))
    assert (shown.bar.value(), "20.0 MB" in shown.file.text()) == (500, True)
    for code, words in SENTENCES.items():
        fetched(office, problem=code)
        shown.refresh()
        assert shown.file.text() == words
    fetched(office, ready=True, done=VERSION.size)
    shown.refresh()
    assert shown.place.text() == str(FOLDER / VERSION.file_name)
    assert not shown.bar.isVisible()
    assert not shown.sum.isVisible()
    assert "install" in shown.to_do.text()


def test_the_strip_is_for_whoever_looks_after_the_pc(qtbot: QtBot, office: TestOffice) -> None:
    announce(office, VERSION)
    events = Events()

    def strip(role: Role, mode: str = "notify") -> UpdateBar:
        actor = office.actor if role is Role.SUPERVISOR else office.person(role, role.value + mode)
        made = UpdateBar(known(office, mode), actor, InlineTaskRunner(), events)
        qtbot.addWidget(made)
        made.refresh()
        return made

    assert strip(Role.OPERATOR).isHidden()
    assert strip(Role.ADMINISTRATOR, "off").isHidden()
    bar = strip(Role.SUPERVISOR)
    assert "1.2.0" in bar.strip.label.text()
    assert not bar.isHidden()
    bar.set_in_call(True)
    assert bar.isHidden()
    bar.set_in_call(False)
    assert not bar.isHidden()
    bar.close_button.click()
    assert bar.isHidden()
    assert strip(Role.SUPERVISOR).isHidden()
    # Of the next version it is told anew, as soon as it is announced.
    announce(office, replace(VERSION, version="1.3.0"))
    events.feeds_changed.emit((PROGRAM,))
    assert "1.3.0" in bar.strip.label.text()
    assert not bar.isHidden()


def test_the_check_tells_of_the_version(office: TestOffice) -> None:
    def line(mode: str = "notify", build: int | None = None) -> tuple[Grade, str]:
        (finding,) = program(known(office, mode, build))
        assert "{" not in found_words(finding)
        assert bool(to_do_words(finding)) == (finding.grade is Grade.WARNING)
        return finding.grade, finding.code

    assert line() == (Grade.ABSENT, "program.nothing_heard")
    assert line("off") == (Grade.ABSENT, "program.not_looked_for")
    announce(office, replace(VERSION, version="0.0.9"))
    assert line() == (Grade.OK, "program.newest")
    announce(office, replace(VERSION, least_build=22000))
    assert line(build=19045) == (Grade.WARNING, "program.needs_more")
    assert line() == (Grade.WARNING, "program.newer")
    fetched(office, problem="program.folder_gone")
    assert line("fetch") == (Grade.WARNING, "program.folder_gone")
    fetched(office, ready=True)
    assert line("fetch") == (Grade.WARNING, "program.fetched")


def test_the_driver_fetches_when_nobody_is_in_a_call(
    qtbot: QtBot,
    desk: Desk,
    receiver: RunningReceiver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release(receiver, tmp_path, "1.2.0")
    receiver.receiver._program_pace = Pace(1e6, 10**6, "program.too_often")
    monkeypatch.setattr(program_fetch, "LEFT_FREE", 0)
    monkeypatch.setattr(update_driver, "LEAST_PAUSE_MS", 0)
    desk.office.clock.forward(hours=1)
    desk.run()
    folder = tmp_path / "updates"
    folder.mkdir()
    fetch = ProgramFetch(
        desk.database, desk.office.clock, HttpsCarrier, folder=folder, running="0.1.0", build=None
    )
    in_call = True
    runner = TaskRunner()
    driver = UpdateDriver(fetch, runner, lambda: not in_call)
    states: list[FetchState] = []
    driver.changed.connect(states.append)
    driver.look()
    runner.network(driver, lambda: None, lambda _none: states.append(FetchState("")), states.append)
    qtbot.waitUntil(lambda: bool(states))
    assert states == [FetchState("")], "nothing in a call"
    in_call = False
    driver.look()
    qtbot.waitUntil(lambda: states[-1].ready, timeout=20_000)
    assert (folder / VERSION.file_name).read_bytes() == content("1.2.0")
    assert [s.done for s in states[1:]] == sorted({s.done for s in states[1:]})
    driver.stop()
    runner.network(driver, driver.close, lambda _none: None, lambda _error: None)
    runner.shut_down()
