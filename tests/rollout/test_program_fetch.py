"""A newer version comes into IT's folder: in pieces, after everything else, whole or not at all."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from ministry_server.throttle import Pace
from operator_app.db import settings
from operator_app.db.program_state import FetchState, read_fetch
from operator_app.domain.people import Role
from operator_app.domain.policy import InForce, Layer, Source, resolve
from operator_app.errors import NetworkProblem, NotAllowed
from operator_app.services.program_updates import ProgramUpdates
from operator_app.sync import program_fetch
from operator_app.sync.carriers.base import Answer
from operator_app.sync.carriers.https import HttpsCarrier
from operator_app.sync.program_fetch import ProgramFetch
from tests.receiver import RunningReceiver
from tests.rollout.releases import content, release, sum_of
from tests.sync.desk import Desk

NAME = "117-operator-1.2.0.msi"
Change = Callable[[Answer], Answer]


class Line(HttpsCarrier):
    """The real way, on which a test may change what comes."""

    def __init__(self, url: str) -> None:
        super().__init__(url, connect_seconds=5, read_seconds=5)
        self.asked: list[str] = []
        self.change: Change | None = None

    def exchange(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        etag: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        self.asked.append((headers or {}).get("Range", ""))
        answer = super().exchange(method, path, body, etag=etag, headers=headers)
        return self.change(answer) if self.change else answer


class Scene(NamedTuple):
    desk: Desk
    folder: Path
    line: Line
    fetch: ProgramFetch

    def to_end(self) -> FetchState:
        """Pieces as long as one calls for another."""
        for _ in range(100):
            state = self.fetch.next_piece()
            if not self.fetch.goes_on:
                return state
        raise AssertionError("it never ends")

    def again(self) -> ProgramFetch:
        """The program was started anew."""
        return new_fetch(self.desk, self.folder, self.line)

    @property
    def part(self) -> Path:
        (found,) = self.folder.glob("*.part")
        return found


def new_fetch(desk: Desk, folder: Path, line: Line, running: str = "0.1.0") -> ProgramFetch:
    return ProgramFetch(
        desk.database, desk.office.clock, lambda _url: line, folder=folder, running=running,
        build=None,
    )  # fmt: skip


@pytest.fixture
def scene(
    desk: Desk,
    receiver: RunningReceiver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Scene:
    """Version 1.2.0 is published and known."""
    release(receiver, tmp_path, "1.2.0")
    receiver.receiver._program_pace = Pace(1e6, 10**6, "program.too_often")
    monkeypatch.setattr(program_fetch, "LEFT_FREE", 0)
    desk.office.clock.forward(hours=1)
    assert desk.run().feeds_changed == ("program",)
    folder = tmp_path / "Обновления"
    folder.mkdir()
    line = Line(receiver.url)
    return Scene(desk, folder, line, new_fetch(desk, folder, line))


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_it_comes_in_pieces_and_gets_its_name_when_it_is_whole(scene: Scene) -> None:
    first = scene.fetch.next_piece()
    assert (first.done, first.size, first.ready) == (64 << 10, 300_000, False)
    assert names(scene.folder) == [scene.part.name]
    assert scene.to_end().ready
    assert names(scene.folder) == [NAME]
    assert (scene.folder / NAME).read_bytes() == content("1.2.0")
    asked = len(scene.line.asked)
    assert scene.again().next_piece().ready
    assert len(scene.line.asked) == asked
    # Pieces grow on a fast line.
    assert scene.line.asked[:2] == ["bytes=0-65535", "bytes=65536-196607"]


def test_it_goes_on_after_a_cut_and_after_a_new_start(scene: Scene) -> None:
    scene.fetch.next_piece()

    def cut(_answer: Answer) -> Answer:
        raise NetworkProblem("net.cut")

    scene.line.change = cut
    state = scene.fetch.next_piece()
    assert (state.problem, state.done, scene.fetch.goes_on) == ("net.cut", 64 << 10, False)
    scene.line.change = None
    again = scene.again()
    asked = len(scene.line.asked)
    assert again.next_piece().problem == "net.cut"
    assert len(scene.line.asked) == asked, "it rests first"
    scene.desk.office.clock.forward(minutes=16)
    assert again.next_piece().problem is None
    assert scene.line.asked[-1].startswith("bytes=65536-")
    while again.goes_on:
        again.next_piece()
    assert (scene.folder / NAME).read_bytes() == content("1.2.0")


def test_what_waits_to_be_sent_goes_first(scene: Scene) -> None:
    scene.desk.save_urgent()
    asked = len(scene.line.asked)
    assert scene.fetch.next_piece().done == 0
    assert len(scene.line.asked) == asked
    scene.desk.settle()
    assert scene.fetch.next_piece().done > 0


def test_nothing_is_asked_while_the_way_is_closed(
    scene: Scene,
    receiver: RunningReceiver,
) -> None:
    receiver.stop()
    scene.desk.office.clock.forward(hours=1)
    assert scene.desk.run().problem == "net.unreachable"
    asked = len(scene.line.asked)
    scene.fetch.next_piece()
    assert len(scene.line.asked) == asked


def test_another_content_is_deleted_and_tried_again_tomorrow(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.line.change = lambda a: Answer(a.status, a.headers, bytes(len(a.body)))
    with caplog.at_level(logging.WARNING):
        assert scene.to_end().problem == "program.wrong_hash"
        scene.desk.office.clock.forward(hours=23)
        scene.again().next_piece()
    assert names(scene.folder) == []
    assert [r.getMessage() for r in caplog.records].count(
        "version 1.2.0 not fetched: program.wrong_hash"
    ) == 1
    scene.line.change = None
    scene.desk.office.clock.forward(hours=2)
    again = scene.again()
    again.next_piece()
    while again.goes_on:
        again.next_piece()
    assert (scene.folder / NAME).read_bytes() == content("1.2.0")


STRANGE: list[tuple[Change, str]] = [
    (lambda a: Answer(200, {"content-type": "text/html"}, b"<html>"), "net.portal"),
    (lambda a: Answer(206, {**a.headers, "content-range": "bytes 0-9/10"}, a.body[:10]), "net.bad_answer"),
    (lambda a: Answer(206, a.headers, a.body[:-1]), "net.bad_answer"),
    (lambda a: Answer(404), "program.not_there"),
    (lambda a: Answer(416), "program.wrong_hash"),
    (lambda a: Answer(429, {"retry-after": "5"}), "server.busy"),
    (lambda a: Answer(401, {}, b'{"code": "device.revoked"}'), "device.revoked"),
    (lambda a: Answer(500), "net.server_error"),
]  # fmt: skip


def test_a_strange_answer_leaves_nothing(scene: Scene) -> None:
    for change, code in STRANGE:
        scene.line.change = change
        assert scene.fetch.next_piece().problem == code
        assert names(scene.folder) == []
        scene.desk.office.clock.forward(days=2)


def test_another_folder_is_begun_anew_and_the_old_one_left_clean(scene: Scene) -> None:
    scene.fetch.next_piece()
    other = scene.folder.with_name("other")
    other.mkdir()
    fetch = new_fetch(scene.desk, other, scene.line)
    assert fetch.next_piece(folder_there=False).problem == "program.folder_gone"
    assert names(scene.folder) == []
    scene.desk.office.clock.forward(hours=2)
    while fetch.next_piece() and fetch.goes_on:
        pass
    assert names(other) == [NAME]


def test_a_proxy_that_sends_the_whole_is_understood_or_named(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = content("1.2.0")
    scene.fetch.next_piece()
    octets = {"content-type": "application/octet-stream"}
    scene.line.change = lambda a: Answer(200, octets, whole)
    assert scene.fetch.next_piece().ready
    assert (scene.folder / NAME).read_bytes() == whole


def test_a_full_disk_a_missing_folder_and_one_that_cannot_be_written(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program_fetch, "LEFT_FREE", 1 << 60)
    assert scene.fetch.next_piece().problem == "program.disk_full"
    assert scene.line.asked == []
    monkeypatch.setattr(program_fetch, "LEFT_FREE", 0)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    scene.desk.office.clock.forward(hours=2)
    with monkeypatch.context() as broken:
        broken.setattr(program_fetch.os, "fsync", full)
        assert scene.fetch.next_piece().problem == "program.disk_full"
    scene.desk.office.clock.forward(hours=2)
    away = scene.folder.rename(scene.folder.with_name("away"))
    assert scene.fetch.next_piece().problem == "program.folder_gone"
    away.rename(scene.folder)
    scene.part.unlink()
    scene.desk.office.clock.forward(hours=2)

    def locked(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    with monkeypatch.context() as broken:
        broken.setattr(program_fetch.os, "fsync", locked)
        assert scene.fetch.next_piece().problem == "program.folder_not_writable"
    scene.desk.office.clock.forward(hours=2)
    assert scene.to_end().ready


def test_a_newer_version_takes_the_place_of_a_part(
    scene: Scene,
    receiver: RunningReceiver,
    tmp_path: Path,
) -> None:
    scene.fetch.next_piece()
    release(receiver, tmp_path, "1.3.0")
    scene.desk.office.clock.forward(hours=1)
    scene.desk.run()
    assert scene.to_end().version == "1.3.0"
    assert names(scene.folder) == ["117-operator-1.3.0.msi"]
    with scene.desk.database.read() as connection:
        kept = read_fetch(connection)
    assert (kept.version, kept.ready, kept.sha256) == ("1.3.0", True, sum_of("1.3.0"))


def test_nothing_older_is_fetched(scene: Scene) -> None:
    """A PC that runs what is published, or something newer, fetches nothing."""
    for running in ("1.2.0", "2.0.0"):
        fetch = new_fetch(scene.desk, scene.folder, scene.line, running)
        assert fetch.next_piece() == FetchState()
    assert (names(scene.folder), scene.line.asked) == ([], [])


def test_two_pcs_fetch_into_one_folder(scene: Scene) -> None:
    scene.fetch.next_piece()
    part = scene.part.name
    with scene.desk.database.write() as connection:
        settings.new_device(connection)
    other = scene.again()
    scene.line.change = None
    state = other.next_piece()
    # The server does not know the other one yet; its part would have another name.
    assert state.problem == "device.unknown"
    assert [p.name for p in scene.folder.glob("*.part")] == [part]
    # What somebody else fetched is taken as it is, after it was checked.
    (scene.folder / NAME).write_bytes(content("1.2.0"))
    scene.desk.office.clock.forward(hours=1)
    assert other.next_piece().ready


def policy(updates: str, folder: Path | None = None) -> InForce:
    values = {"updates": updates, **({"update_folder": str(folder)} if folder else {})}
    return resolve([Layer(Source.MACHINE_POLICY, values)])


def test_who_is_told_and_who_is_not(scene: Scene) -> None:
    office = scene.desk.office
    operator = office.person(Role.OPERATOR, "bakyt")
    staff = office.person(Role.ADMINISTRATOR, "nurlan")

    def updates(mode: InForce) -> ProgramUpdates:
        return ProgramUpdates(office.database, mode, running="0.1.0", build=None)

    told = updates(policy("notify"))
    assert told.due(operator) is None
    state = told.due(staff)
    assert state is not None
    assert state.newer is not None
    assert (state.newer.version, state.running) == ("1.2.0", "0.1.0")
    assert updates(policy("off")).due(staff) is None
    with pytest.raises(NotAllowed):
        told.put_away(operator, "1.2.0")
    told.put_away(staff, "1.2.0")
    assert told.due(staff) is None
    assert told.due(office.actor) is not None


def test_pieces_are_as_large_as_the_line_carries_in_a_few_seconds(scene: Scene) -> None:
    """What is saved meanwhile waits for one piece at most."""
    clock = scene.desk.office.clock
    bytes_per_second = 8_000

    def slowly(answer: Answer) -> Answer:
        clock.forward(seconds=len(answer.body) / bytes_per_second)
        return answer

    scene.line.change = slowly
    assert scene.to_end().ready
    lengths = [int(b) - int(a) + 1 for a, b in (r[6:].split("-") for r in scene.line.asked)]
    assert lengths[0] == 64 << 10
    assert max(lengths) / bytes_per_second < 9
    assert min(lengths[:-1]) >= 16 << 10
