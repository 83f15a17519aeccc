"""Unmistakable words in calls, cases, corrections, in what is searched for and in an address that is
secret; then a search for them in everything that indexing, searching and pulling wrote or sent."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import quote

import pytest
from PySide6.QtCore import Qt

from operator_app.db import feeds
from operator_app.domain.directory import ServicePlace
from operator_app.domain.feeds import DIRECTORY
from operator_app.domain.people import Actor, Role
from operator_app.domain.suggestions import SERVICE
from operator_app.domain.wire import State
from operator_app.services.reference_import import ReferenceImport
from operator_app.sync.feed_package import read_package
from tests.conftest import ALAMUDUN
from tests.faults.proxy import FaultProxy
from tests.feeds.publishing import offer, service
from tests.journeys.conftest import MakePC
from tests.journeys.office_pc import PEOPLE, OfficePC, make_office
from tests.journeys.test_canary import _readable, _Titles, titles
from tests.journeys.test_search import ask, rows, save_call, violence
from tests.journeys.test_violence_canary import logs
from tests.receiver import RunningReceiver
from tests.sync.test_canary import shapes

__all__ = ["logs", "titles"]
NOTE = "zzkanarynote хлопнулаканарейка"
CALLER = "Zzkanarycaller"
HAPPENED = "zzkanaryhappened угрожалканарейке"
CORRECTION = "zzkanarycorrection"
QUERY = "zzkanaryquery"
SECRET = "Xqsecretlane жашырынканарейка"
PHONE = "+996555987654"
PLANTED = (
    *NOTE.split(), CALLER, *HAPPENED.split(), CORRECTION, QUERY, *SECRET.split(), PHONE,
    "0555987654", "555987654",
)  # fmt: skip


def found(data: bytes) -> list[str]:
    lowered, quoted = data.decode("utf-8", "ignore").lower(), data.lower()
    return [
        word
        for word in PLANTED
        if any(shape in data for shape in shapes(word))
        or word.lower() in lowered
        or quote(word).encode().lower() in quoted
    ]


def test_no_word_that_is_indexed_or_searched_for_is_written_in_the_open(
    make_pc: MakePC,
    receiver: RunningReceiver,
    titles: _Titles,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    caplog.set_level(logging.DEBUG)
    hidden = ServicePlace("shelter-home", ALAMUDUN, {"ru": SECRET}, confidential=True)
    shelter = service("shelter", names={"ru": "Приют"}, places=(hidden,), topics=("VIO.DOM",))
    offer(receiver, DIRECTORY, shelter)
    exported = tmp_path / "exports" / "directory.json"
    exported.parent.mkdir()
    with FaultProxy(receiver.url) as proxy:
        make_office(tmp_path / "pc", proxy.url, receiver.new_code())
        request.getfixturevalue("logs")
        pc = make_pc(tmp_path / "pc")
        pc.sign_in()
        _work(pc)
        _send_and_pull(pc)
        _search(pc)
        _export(pc, exported)
        pc.end()
        requests = list(proxy.requests)
    assert any(b"/feed/" in r for r in requests)
    for sent in requests:
        assert found(sent) == [], sent.split(b"\r\n", 1)[0]
    assert found("\n".join(titles.seen).encode()) == []
    assert found("\n".join(r.getMessage() for r in caplog.records).encode()) == []
    written = [f for f in tmp_path.rglob("*") if f.is_file()]
    names = {f.name for f in written}
    assert {"operator.db", "search.db", "window.ini", "117-operator.log", "ministry.db"} <= names
    assert found("\n".join(map(str, written)).encode()) == []
    assert {str(f): hits for f in written if (hits := found(_readable(f)))} == {}
    assert "Приют" in exported.read_text(encoding="utf-8")


def _work(pc: OfficePC) -> None:
    """Calls, one of violence with its case, and a correction."""
    save_call(pc, note=NOTE, phone=PHONE, caller_name=CALLER)
    save_call(pc, note=NOTE, phone=PHONE, caller_name=CALLER, danger_now="Y", **violence(HAPPENED))
    actor = pc.desk.actor
    (known, *_rest) = pc.desk.answers.directory.entries.all().items()
    pc.desk.answers.suggestions.suggest(
        actor, SERVICE, known[0], known[1].content, "phones", CORRECTION
    )


def _send_and_pull(pc: OfficePC) -> None:
    for _attempt in range(10):
        pc.desk.events.send_now_asked.emit()
        pc.wait(lambda: not pc.desk.driver._busy, "the round has ended")
        if all(r.state is State.APPLIED for r in pc.revisions()):
            break
    pc.all_at_ministry(len(pc.revisions()))
    pc.settle()
    # The address came with the feed, and is kept where only the right leads to.
    with pc.database.read() as connection:
        assert feeds.addresses(connection, ["shelter-home"]) == {"shelter-home": {"ru": SECRET}}
    assert SECRET in str(pc.desk.answers.directory.open(pc.desk.actor, "shelter"))


def _search(pc: OfficePC) -> None:
    behind = [1]
    while behind.pop():
        pc.app.tasks.database(pc.app, pc.desk.answers.index.step, behind.append, pytest.fail)
        pc.wait(lambda: bool(behind), "a step of the index")
    for words, hits in (
        (NOTE.split(maxsplit=1)[0], True),
        (CALLER, True),
        (HAPPENED.split(maxsplit=1)[0], True),
        ("555987654", True),
        (QUERY, False),
        (SECRET.split(maxsplit=1)[0], False),
        (CORRECTION, False),
    ):
        ask(pc, words)
        assert any(row.hit for row in rows(pc)) == hits, words
        pc.press(Qt.Key.Key_Escape)


def _export(pc: OfficePC, target: Path) -> None:
    """By who keeps the PC running, and may not see the address."""
    desk, (name, role) = pc.desk, PEOPLE["cholpon"]
    assert role is Role.ADMINISTRATOR
    imports = ReferenceImport(
        pc.database, desk.reference, pc.clock, read_package, lambda *_args: None
    )
    imports.export_directory(Actor("c" * 36, "cholpon", name, role), target, "json")
