"""The search index is kept up behind the work: step by step, a save first, and mended by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from operator_app.services import search_index
from operator_app.services.search_index import SearchIndex
from operator_app.ui import index_driver
from operator_app.ui.events import Events
from operator_app.ui.index_driver import IndexDriver
from operator_app.ui.tasks import InlineTaskRunner, TaskRunner
from tests.conftest import TestOffice
from tests.finder import Finder, finder_of

CALLS, STEP = 12, 2


@pytest.fixture
def finder(office: TestOffice, monkeypatch: pytest.MonkeyPatch) -> Iterator[Finder]:
    """An office with calls that were never indexed; a step takes in two."""
    monkeypatch.setattr(search_index, "STEP", STEP)
    made = finder_of(office)
    for number in range(CALLS):
        made.save(note=f"справка {number}")
    yield made
    made.index.close()


@pytest.fixture
def tasks() -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.shut_down()


@pytest.fixture
def happened(finder: Finder, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the database worker did, in its order."""
    done: list[str] = []
    step = SearchIndex.step

    def noted(index: SearchIndex) -> int:
        done.append("step begun")
        behind = step(index)
        done.append("step")
        return behind

    monkeypatch.setattr(SearchIndex, "step", noted)
    return done


def found(finder: Finder) -> int:
    return len(finder.search.call_ids(finder.office.actor, "справка"))


def closed(finder: Finder, tasks: TaskRunner) -> None:
    """Let go of the index on the worker that uses it."""
    tasks.database(finder_owner, finder.index.close, lambda _none: None, lambda _error: None)
    tasks.shut_down()


finder_owner = QObject()


def test_everything_is_taken_in_one_step_at_a_time(
    qtbot, finder: Finder, tasks: TaskRunner, happened: list[str]
) -> None:
    driver = IndexDriver(finder.index, tasks, Events())
    driver.start()
    qtbot.waitUntil(lambda: happened.count("step") == CALLS // STEP)
    qtbot.wait(4 * index_driver.PAUSE_MS)
    driver.stop()
    closed(finder, tasks)
    # One begins when the one before it has ended, and there are no more than are needed.
    assert happened == ["step begun", "step"] * (CALLS // STEP)
    assert found(finder) == CALLS


def test_a_save_waits_for_no_more_than_the_step_under_way(
    qtbot, finder: Finder, tasks: TaskRunner, happened: list[str]
) -> None:
    driver = IndexDriver(finder.index, tasks, Events())
    driver.start()
    qtbot.waitUntil(lambda: "step" in happened)
    before = happened.count("step begun")
    saved: list[str] = []

    def save() -> str:
        happened.append("save")
        return finder.save(note="справка между шагами")

    tasks.database(driver, save, saved.append, lambda error: pytest.fail(str(error)))
    qtbot.waitUntil(lambda: bool(saved))
    qtbot.waitUntil(lambda: happened.count("step") > CALLS // STEP)
    driver.stop()
    closed(finder, tasks)
    assert happened[: happened.index("save")].count("step begun") <= before + 1
    assert found(finder) == CALLS + 1


def test_what_is_new_is_taken_in_when_the_screens_hear_of_it(qtbot, finder: Finder) -> None:
    events = Events()
    driver = IndexDriver(finder.index, InlineTaskRunner(), events)
    driver.start()
    qtbot.waitUntil(lambda: finder.index.behind() == 0)
    saved = finder.save(note="новая справка")
    assert finder.search.call_ids(finder.office.actor, "новая") == []
    events.calls_changed.emit(saved)
    assert finder.search.call_ids(finder.office.actor, "новая") == [saved]
    driver.stop()


def test_what_is_asked_for_during_a_step_is_taken_in_after_it(
    qtbot, finder: Finder, tasks: TaskRunner, happened: list[str]
) -> None:
    events = Events()
    driver = IndexDriver(finder.index, tasks, events)
    for _ in range(5):
        events.cases_changed.emit("")
    events.feeds_changed.emit(())
    qtbot.waitUntil(lambda: happened.count("step") >= CALLS // STEP)
    qtbot.wait(4 * index_driver.PAUSE_MS)
    driver.stop()
    closed(finder, tasks)
    assert happened == ["step begun", "step"] * (len(happened) // 2)
    assert len(happened) // 2 <= CALLS // STEP + 1


def test_after_a_stop_there_is_no_further_step(
    qtbot, finder: Finder, tasks: TaskRunner, happened: list[str]
) -> None:
    events = Events()
    driver = IndexDriver(finder.index, tasks, events)
    driver.look()
    # The step is with the worker; its answer has not come back yet.
    driver.stop()
    qtbot.waitUntil(lambda: "step" in happened)
    events.calls_changed.emit("")
    qtbot.wait(5 * index_driver.PAUSE_MS)
    assert happened == ["step begun", "step"]
    closed(finder, tasks)
    assert 0 < finder.index.behind() < CALLS


def test_a_damaged_index_is_made_anew_without_anybody_saving(
    qtbot, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_driver, "MEND_MS", 20)
    while finder.index.step():
        pass
    finder.index.close()
    file = finder.index.file.file
    for beside in file.parent.glob("search.db-*"):
        beside.unlink()
    data = bytearray(file.read_bytes())
    data[4096 : 4096 * 6] = b"\x17" * (4096 * 5)
    file.write_bytes(data)
    driver = IndexDriver(finder.index, InlineTaskRunner(), Events())
    driver.start()
    qtbot.waitUntil(lambda: finder.index.problem is None and finder.index.behind() == 0)
    driver.stop()
    assert found(finder) == CALLS


def test_an_index_that_fails_for_a_while_is_tried_again(
    qtbot, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_driver, "MEND_MS", 20)
    tried: list[int] = []
    put_calls = search_index.put_calls

    def full_disk(*args: object) -> None:
        tried.append(1)
        if len(tried) < 3:
            raise OSError("no room")
        put_calls(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(search_index, "put_calls", full_disk)
    driver = IndexDriver(finder.index, InlineTaskRunner(), Events())
    driver.start()
    qtbot.waitUntil(lambda: finder.index.behind() == 0)
    driver.stop()
    assert finder.index.problem is None
    assert found(finder) == CALLS
