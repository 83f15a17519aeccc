"""Reference data from files, and the directory as a file: what the person sees and what is kept."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from ministry_server.feed_pages import FeedPages
from operator_app.db import settings
from operator_app.db.models import audit
from operator_app.db.reference_models import feed_entry
from operator_app.domain.directory import Service
from operator_app.domain.enrolment import server_fingerprint
from operator_app.domain.feeds import ARTICLES, DIRECTORY
from operator_app.domain.hsds import read_hsds, write_hsds_json
from operator_app.domain.people import Actor, Role
from operator_app.services.calendar import Calendar
from operator_app.services.directory import Directory
from operator_app.services.feed_states import FeedStates
from operator_app.services.knowledge import Knowledge
from operator_app.services.reference_import import ReferenceImport
from operator_app.services.search_index import SearchIndex
from operator_app.sync.feed_package import read_package, take_package_in
from operator_app.ui.events import Events
from operator_app.ui.reference_page import ReferencePage
from operator_app.ui.tasks import InlineTaskRunner, TaskRunner, Tasks
from tests.conftest import TestOffice
from tests.feeds.publishing import SECRET, article, offer, service
from tests.receiver import RunningReceiver
from tests.ui.door import focused, press, show, words_on

CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


@dataclass
class FileDialogs:
    """Stands for the system's dialogs: chooses `file`, writes to `target`."""

    file: Path | None = None
    target: Path | None = None
    yes: bool = True
    asked: list[str] = field(default_factory=list)
    proposed: list[Path] = field(default_factory=list)

    def ask_open_path(self, parent: QWidget, title: str, file_type: str) -> Path | None:
        self.asked.append(file_type)
        return self.file

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        self.proposed.append(proposed)
        return self.target

    def confirm(self, parent: QWidget, question: str, yes: str) -> bool:
        self.asked.append(question)
        return self.yes

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the page asked {name}")


@dataclass
class Bench:
    """A shown page over a real office, with the section of files in front."""

    qtbot: QtBot
    office: TestOffice
    folder: Path
    dialogs: FileDialogs = field(default_factory=FileDialogs)
    events: Events = field(default_factory=Events)

    def page(self, actor: Actor | None = None, tasks: Tasks | None = None) -> ReferencePage:
        office = self.office
        calendar = Calendar(office.database, office.reference, office.clock)
        directory = Directory(office.database, office.reference, calendar, office.clock)
        index = SearchIndex(
            office.database, directory, Knowledge(office.database, office.clock), office.clock
        )
        page = ReferencePage(
            FeedStates(office.database),
            ReferenceImport(
                office.database, office.reference, office.clock, read_package, take_package_in
            ),
            calendar,
            index,
            actor or office.actor,
            tasks or InlineTaskRunner(),
            self.events,
            self.dialogs,
            office.clock,
        )
        page.destroyed.connect(index.close)
        show(self.qtbot, page)
        press(Qt.Key.Key_2, ALT)
        return page

    def write(self, name: str, content: bytes) -> Path:
        self.dialogs.file = self.folder / name
        self.dialogs.file.write_bytes(content)
        return self.dialogs.file

    def choose(self, page: ReferencePage) -> None:
        page.imports.choose_button.setFocus()
        press(Qt.Key.Key_I, CONTROL)

    def __post_init__(self) -> None:
        self.before = self.rows()

    @property
    def unchanged(self) -> bool:
        """Whether all entries are as the office began."""
        return self.rows() == self.before

    @property
    def added(self) -> int:
        return len(self.rows()) - len(self.before)

    def rows(self) -> list[tuple[Any, ...]]:
        """All entries of feeds as they are kept."""
        with self.office.database.read() as connection:
            found = connection.execute(select(feed_entry).order_by(*feed_entry.primary_key))
            return [tuple(row) for row in found]

    def audited(self) -> list[str]:
        with self.office.database.read() as connection:
            return list(connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars())


@pytest.fixture
def bench(qtbot: QtBot, office: TestOffice, tmp_path: Path) -> Bench:
    folder = tmp_path / "stick"
    folder.mkdir()
    return Bench(qtbot, office, folder)


def directory_file(*services: Service) -> bytes:
    return write_hsds_json(services, {})


def test_a_directory_is_shown_first_and_taken_over_by_keys(bench: Bench) -> None:
    bench.write("services.json", directory_file(service("s1"), service("s2")))
    page = bench.page()
    news = QSignalSpy(bench.events.feeds_changed)
    bench.choose(page)
    assert "*.117feeds" in bench.dialogs.asked[0]
    assert "The service directory" in words_on(page)
    assert "2 new" in words_on(page)
    assert bench.unchanged and news.count() == 0
    assert focused() is page.imports.plan.take_button
    press(Qt.Key.Key_Return, CONTROL)
    assert "Taken over: 2 new." in words_on(page)
    assert bench.added == 2
    assert news.at(0) == [(DIRECTORY,)]
    assert bench.audited()[-1] == "reference.imported"
    assert focused() is page.imports.choose_button
    assert page.imports.plan.isHidden()


def test_esc_leaves_the_file_and_changes_nothing(bench: Bench) -> None:
    bench.write("services.json", directory_file(service("s1")))
    page = bench.page()
    bench.choose(page)
    press(Qt.Key.Key_Escape)
    assert page.imports.plan.isHidden()
    assert bench.unchanged
    press(Qt.Key.Key_Return, CONTROL)
    assert bench.unchanged


def test_a_file_that_changes_nothing_cannot_be_taken_over(bench: Bench) -> None:
    bench.write("services.json", directory_file(service("s1")))
    page = bench.page()
    bench.choose(page)
    press(Qt.Key.Key_Return, CONTROL)
    bench.choose(page)
    assert "nothing is different" in words_on(page)
    assert not page.imports.plan.take_button.isEnabled()
    bench.write("services.json", directory_file(service("s1", keywords="новое")))
    bench.choose(page)
    assert "1 changed" in words_on(page)


def test_a_called_off_dialog_leaves_everything(bench: Bench) -> None:
    page = bench.page()
    bench.choose(page)
    assert page.imports.work.isHidden() and page.imports.plan.isHidden()


def broken_table(rows: int) -> bytes:
    lines = ["id,name_ru,phones", *(f"s{n},Служба {n},help" for n in range(1, rows + 1))]
    return "\r\n".join(lines).encode("utf-8-sig")


def test_ten_thousand_faults_are_a_list_and_nothing_is_changed(bench: Bench) -> None:
    bench.write("services.json", directory_file(service("s1")))
    page = bench.page()
    bench.choose(page)
    press(Qt.Key.Key_Return, CONTROL)
    before = bench.rows()
    worded: list[int] = []
    show_one = page.imports.faults.model.data

    def counting(index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        worded.append(index.row())
        return show_one(index, role)

    page.imports.faults.model.data = counting  # type: ignore[method-assign]
    bench.write("services.csv", broken_table(10_000))
    bench.choose(page)
    model = page.imports.faults.model
    assert model.rowCount() >= 10_000
    assert "Nothing was changed." in page.imports.faults.head.label.text()
    bench.qtbot.waitUntil(lambda: bool(worded))
    assert len(set(worded)) < 100, "only what is seen is worded"
    first = [model.index(0, column).data() for column in range(4)]
    assert first[:2] == ["services.csv", "2"]
    assert bench.rows() == before
    assert page.export.isHidden()
    press(Qt.Key.Key_Escape)
    assert page.imports.faults.isHidden() and not page.export.isHidden()


def test_the_list_of_faults_is_saved_for_whoever_mends_the_file(bench: Bench) -> None:
    bench.write("services.csv", broken_table(3))
    bench.dialogs.target = bench.folder / "to mend"
    page = bench.page()
    bench.choose(page)
    page.imports.faults.view.setFocus()
    press(Qt.Key.Key_S, CONTROL)
    assert bench.dialogs.proposed == [bench.folder / "117_faults.csv"]
    saved = bench.folder / "to mend.csv"
    assert "to mend.csv" in words_on(page)
    with saved.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream, delimiter=";"))
    assert lines[0] == ["Where", "Row", "Field", "What is wrong"]
    assert [line[1] for line in lines[1:]] == ["2", "3", "4"]
    assert "help" not in saved.read_text("utf-8-sig"), "no value of the file is repeated"


def test_the_official_list_of_places_is_recognised(bench: Bench) -> None:
    bench.write("places.csv", "code,name_ru\n41708203099000,Новый аймак\n".encode())
    page = bench.page()
    bench.choose(page)
    assert "The official list of places (SOATE)" in words_on(page)
    press(Qt.Key.Key_Return, CONTROL)
    assert "offered from the next sign-in on" in words_on(page)
    assert bench.added == 1
    before = bench.rows()
    bench.write("places.csv", b"code,name_ru\n12,x\n")
    bench.choose(page)
    model = page.imports.faults.model
    assert model.index(0, 0).data() == "the list of places"
    assert "417" in model.index(0, 3).data()
    assert bench.rows() == before


def test_a_file_that_is_gone_is_said(bench: Bench) -> None:
    bench.dialogs.file = bench.folder / "gone.json"
    page = bench.page()
    bench.choose(page)
    assert "The file cannot be read." in page.imports.problem.label.text()
    assert page.imports.choose_button.isEnabled()


# Packages


@pytest.fixture
def published(tmp_path: Path) -> Any:
    with RunningReceiver(tmp_path / "ministry") as receiver:
        offer(receiver, ARTICLES, article("a1"), article("a2"))
        offer(receiver, DIRECTORY, service("s1", confidential=True))
        yield receiver


def package(receiver: RunningReceiver) -> bytes:
    return FeedPages(receiver.store, receiver.receiver.keys).package([])


def test_the_key_of_an_unknown_server_is_to_be_compared(
    bench: Bench, published: RunningReceiver
) -> None:
    bench.write("ministry.117feeds", package(published))
    page = bench.page()
    bench.choose(page)
    sign = server_fingerprint(published.receiver.keys.receipt_public)
    assert f"{sign[:4]}-{sign[4:]}" in words_on(page)
    assert "Ask the ministry by telephone" in words_on(page)
    assert focused() is page.imports.plan.leave_button
    press(Qt.Key.Key_Return)
    assert bench.unchanged
    bench.choose(page)
    news = QSignalSpy(bench.events.feeds_changed)
    press(Qt.Key.Key_Return, CONTROL)
    assert "Taken over: 3 new." in words_on(page)
    assert sorted(news.at(0)[0]) == sorted((ARTICLES, DIRECTORY))
    press(Qt.Key.Key_1, ALT)
    shown = [page.feeds.model.index(row, 5).data() for row in (0, 1)]
    assert shown == ["●  Up to date"] * 2


def test_a_known_server_needs_no_comparing_and_another_is_refused(
    bench: Bench, published: RunningReceiver, office: TestOffice
) -> None:
    keys = published.receiver.keys
    server = settings.Server(
        "https://117.example.kg", receipt_key=keys.receipt_public, kid="k", recipients=("age1",)
    )
    with office.database.write() as connection:
        settings.write_server(connection, server)
    bench.write("ministry.117feeds", package(published))
    page = bench.page()
    bench.choose(page)
    assert page.imports.plan.sign.isHidden() and page.imports.plan.compare.isHidden()
    assert focused() is page.imports.plan.take_button
    with office.database.write() as connection:
        settings.write_server(connection, replace(server, receipt_key=bytes(31) + b"\x01"))
    bench.choose(page)
    model = page.imports.faults.model
    assert (
        model.index(0, 3).data() == "The package is not from the ministry's server this PC knows."
    )
    assert bench.unchanged


def test_a_package_that_was_cut_is_named(bench: Bench, published: RunningReceiver) -> None:
    bench.write("ministry.117feeds", package(published)[:-100])
    page = bench.page()
    bench.choose(page)
    assert "Copy it once more." in page.imports.faults.model.index(0, 3).data()
    assert bench.unchanged


# Handing over


@pytest.mark.parametrize(("key", "kind"), [(Qt.Key.Key_J, "json"), (Qt.Key.Key_E, "zip")])
def test_the_directory_is_handed_over(bench: Bench, key: Qt.Key, kind: str) -> None:
    bench.write("services.json", directory_file(service("s1")))
    bench.dialogs.target = bench.folder / "directory"
    page = bench.page()
    bench.choose(page)
    press(Qt.Key.Key_Return, CONTROL)
    press(key, CONTROL)
    written = bench.folder / f"directory.{kind}"
    assert written.name in words_on(page)
    assert bench.dialogs.proposed[-1].name == f"117_directory.{kind}"
    ids = {s.service_id for s in read_hsds(written.read_bytes(), written.name).services}
    assert {"s1", "police-102"} <= ids
    assert bench.audited()[-1] == "directory.exported"


def test_it_staff_hand_over_no_confidential_address(bench: Bench, office: TestOffice) -> None:
    bench.write("services.json", write_hsds_json(
        [service("s1", confidential=True)], {"s1-home": {"ru": SECRET}}
    ))  # fmt: skip
    bench.dialogs.target = bench.folder / "directory.json"
    page = bench.page()
    bench.choose(page)
    press(Qt.Key.Key_Return, CONTROL)
    page.export.json_button.click()
    assert SECRET in bench.dialogs.target.read_text("utf-8")
    page = bench.page(office.person(Role.ADMINISTRATOR, "bakyt"))
    assert "Confidential addresses are left out." in words_on(page)
    page.export.json_button.click()
    text = bench.dialogs.target.read_text("utf-8")
    assert SECRET not in text and "s1-home" in text


def test_a_folder_that_is_gone_is_said_and_the_way_stays_open(bench: Bench) -> None:
    bench.dialogs.target = bench.folder / "gone" / "directory.json"
    page = bench.page()
    page.export.json_button.click()
    assert "The folder is not there any more." in words_on(page)
    assert page.export.json_button.isEnabled()


def test_a_large_file_is_checked_while_the_window_lives(bench: Bench) -> None:
    bench.write("services.json", directory_file(*(service(f"s{n}") for n in range(2_000))))
    tasks = TaskRunner()
    page = bench.page(tasks=tasks)
    bench.choose(page)
    assert page.imports.work.isVisible() and not page.imports.choose_button.isEnabled()
    bench.qtbot.waitUntil(page.imports.plan.isVisible)
    page.imports.plan.take_button.click()
    assert page.imports.work.isVisible()
    bench.qtbot.waitUntil(lambda: "2000 new" in page.imports.done.label.text(), timeout=20_000)
    tasks.shut_down()
    assert bench.added == 2_000


def test_an_operator_is_refused_in_words(bench: Bench, office: TestOffice) -> None:
    bench.write("services.json", directory_file(service("s1")))
    page = bench.page(office.person(Role.OPERATOR, "nurbek"))
    bench.choose(page)
    assert "Your role does not allow this." in page.imports.problem.label.text()
    assert bench.unchanged
