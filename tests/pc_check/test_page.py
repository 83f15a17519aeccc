"""The page of this PC: the check beside the work, the support file, the settings and who set them."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QTableView, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from operator_app.db.models import audit
from operator_app.domain.findings import Check, Finding, Grade
from operator_app.domain.people import Role
from operator_app.domain.policy import NOTHING_HELD, InForce, Layer, Source, resolve
from operator_app.errors import BadInput, NotAllowed
from operator_app.services.pc_settings import PcSettings
from operator_app.services.program_updates import ProgramUpdates
from operator_app.services.support_file import SupportFiles
from operator_app.ui.events import Events
from operator_app.ui.pc_page import PcPage
from operator_app.ui.pc_parts.check_part import CheckPart
from operator_app.ui.pc_parts.settings_part import SettingsPart
from operator_app.ui.pc_parts.version_part import VersionPart
from operator_app.ui.tasks import InlineTaskRunner, TaskRunner, Tasks
from tests.conftest import TestOffice
from tests.ui.door import AnsweringDialogs, focused, press, show, words_on

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
FOUND = [
    Check("memory", lambda: [Finding("memory", Grade.OK, "memory.enough", {"free": 900})]),
    Check("backups", lambda: [Finding("backups", Grade.WARNING, "backups.none")]),
    Check("server", lambda: [Finding("server", Grade.PROBLEM, "server.not_ours", {"host": "x"})]),
]


class Saving(AnsweringDialogs):
    def ask_save_path(self, parent: QWidget, title: str, proposed: Path, file_type: str) -> Path:
        assert self.file is not None
        return self.file / proposed.name


def rows(view: QTableView) -> list[list[str]]:
    model = view.model()
    return [
        [str(model.index(r, c).data()) for c in range(model.columnCount())]
        for r in range(model.rowCount())
    ]


@pytest.fixture
def page(qtbot: QtBot, office: TestOffice, tmp_path: Path) -> Callable[..., PcPage]:
    def make(
        policy: InForce = NOTHING_HELD,
        checks: list[Check] = FOUND,
        tasks: Tasks | None = None,
        role: Role = Role.SUPERVISOR,
    ) -> PcPage:
        actor = office.actor if role is Role.SUPERVISOR else office.person(role, role.value)
        runner = tasks or InlineTaskRunner()
        made = PcPage(
            CheckPart(
                lambda: checks,
                SupportFiles(office.database, office.paths, policy, office.clock),
                actor,
                runner,
                Saving(file=tmp_path),
                office.clock,
            ),
            SettingsPart(
                PcSettings(office.database, policy, office.clock),
                actor,
                runner,
                office.paths.data,
                "ky",
            ),
            VersionPart(
                ProgramUpdates(office.database, policy, running="0.1.0", build=None),
                None,
                runner,
                Events(),
                office.clock,
            ),
        )
        show(qtbot, made)
        made.check.start_button.setFocus()
        return made

    return make


def test_f8_looks_and_what_is_wrong_stands_first(page: Callable[..., PcPage]) -> None:
    shown = page()
    assert not shown.check.support_button.isEnabled()
    press(Qt.Key.Key_F8)
    assert [row[:2] for row in rows(shown.check.view)] == [
        ["✖  Problem", "Ministry's server"],
        ["▲  Warning", "Backups"],
        ["●  In order", "Memory"],
    ]
    assert "Compare the address" in rows(shown.check.view)[0][3]
    assert rows(shown.check.view)[2][3] == ""
    assert "1 problem · 1 warning" in words_on(shown)
    assert focused() is shown.check.view


def test_the_support_file_is_written_and_audited(
    page: Callable[..., PcPage], office: TestOffice, tmp_path: Path
) -> None:
    shown = page()
    press(Qt.Key.Key_F8)
    press(Qt.Key.Key_S, CONTROL)
    (file,) = tmp_path.glob("117-support-2026-11-24.zip")
    with zipfile.ZipFile(file) as archive:
        assert "server.not_ours" in archive.read("check.json").decode()
    assert "no names, no telephone numbers" in words_on(shown)
    with office.database.read() as connection:
        actions = connection.scalars(select(audit.c.action)).all()
    assert actions[-1] == "support_file.written"
    file.unlink()
    tmp_path.joinpath(file.name).mkdir()
    shown.check.support_button.click()
    assert shown.check.problem.isVisible()


def test_esc_ends_a_check_that_hangs_and_so_does_leaving(
    page: Callable[..., PcPage], qtbot: QtBot
) -> None:
    never = threading.Event()

    def hangs() -> list[Finding]:
        never.wait(30)
        return []

    runner = TaskRunner()
    shown = page(checks=[Check("folder", hangs, seconds=30)], tasks=runner)
    try:
        press(Qt.Key.Key_F8)
        qtbot.waitUntil(shown.check.work.stop_button.hasFocus)
        assert not shown.check.start_button.isEnabled()
        press(Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: "Stopped." in words_on(shown))
        assert shown.check.start_button.hasFocus()
        press(Qt.Key.Key_F8)
        qtbot.waitUntil(shown.check.work.stop_button.hasFocus)
        press(Qt.Key.Key_2, ALT)
        qtbot.waitUntil(shown.check.start_button.isEnabled)
    finally:
        never.set()
        runner.shut_down()


def test_settings_say_who_set_them_and_what_is_wrong(page: Callable[..., PcPage]) -> None:
    policy = resolve(
        [
            Layer(Source.MACHINE_POLICY, {"idle_minutes": 7, "proxy": "x", "language": "ru"}),
            Layer(Source.FILE, {"export_folder": "/srv/117"}),
        ],
        windows=False,
    )
    shown = page(policy)
    press(Qt.Key.Key_2, ALT)
    by_name = {row[0]: row[1:] for row in rows(shown.settings.view)}
    assert by_name["Locks by itself after"] == ["7 minutes", "■  policy.toml of this PC"]
    assert by_name["Folder proposed for exports"] == ["/srv/117", "■  office.toml"]
    assert by_name["Language"] == ["Русский", "■  policy.toml of this PC"]
    assert by_name["Proxy"] == ["as the system says", "As delivered"]
    assert by_name["Data folder"][0].endswith("data")
    said = words_on(shown)
    assert "policy.toml of this PC · Proxy: The proxy is written as" in said
    # What is held cannot be changed, and the page says why.
    assert not shown.settings.minutes.isEnabled() and not shown.settings.save_button.isEnabled()
    assert shown.settings.minutes.currentText() == "7 minutes"
    assert "IT's policy sets this on this PC" in said
    # Alt+2 leads into the table: it stays within reach of the keyboard.
    assert focused() is shown.settings.view


def test_what_nobody_holds_is_chosen_here(page: Callable[..., PcPage], office: TestOffice) -> None:
    shown = page()
    shown.parts.go_to("settings")
    told = QSignalSpy(shown.settings.idle_minutes_set)
    by_name = {row[0]: row[1:] for row in rows(shown.settings.view)}
    assert by_name["Locks by itself after"] == ["5 minutes", "As delivered"]
    assert by_name["Language"] == ["Кыргызча", "Chosen in the program"]
    shown.settings.minutes.setFocus()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    assert told.at(0) == [10]
    by_name = {row[0]: row[1:] for row in rows(shown.settings.view)}
    assert by_name["Locks by itself after"] == ["10 minutes", "Chosen in the program"]
    assert PcSettings(office.database, NOTHING_HELD, office.clock).idle_minutes() == 10


def test_rights_and_bounds_hold_in_the_service(office: TestOffice) -> None:
    free = PcSettings(office.database, NOTHING_HELD, office.clock)
    for bad in (0, 61, -5):
        with pytest.raises(BadInput):
            free.set_idle_minutes(office.actor, bad)
    held = resolve([Layer(Source.USER_POLICY, {"idle_minutes": 3})])
    with pytest.raises(NotAllowed, match=r"policy\.held"):
        PcSettings(office.database, held, office.clock).set_idle_minutes(office.actor, 10)
    operator = office.person(Role.OPERATOR, "operator")
    with pytest.raises(NotAllowed):
        free.lines(operator)
    with pytest.raises(NotAllowed):
        free.set_idle_minutes(operator, 10)
    with pytest.raises(NotAllowed):
        support = SupportFiles(office.database, office.paths, NOTHING_HELD, office.clock)
        support.write(operator, office.paths.data / "x.zip", [])
    assert free.idle_minutes() == 5
