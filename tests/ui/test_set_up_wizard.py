"""First start, driven by the keyboard against real files."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from operator_app.config import Paths, paths
from operator_app.db import settings
from operator_app.domain.people import Role
from operator_app.domain.reference import Reference
from operator_app.errors import EnvironmentProblem
from operator_app.services.recovery import set_password_by_recovery
from operator_app.services.sign_in import SignIn
from operator_app.ui import set_up_wizard
from operator_app.ui.preferences import Preferences
from operator_app.ui.screens.recovery_key_pages import RecoveryCheckPage, RecoveryKeyPage
from operator_app.ui.screens.set_up_pages import (
    DonePage,
    OfficePage,
    ServerPage,
    SupervisorPage,
    WelcomePage,
)
from operator_app.ui.set_up_wizard import SetUpWizard
from operator_app.ui.tasks import InlineTaskRunner, TaskRunner, Tasks
from tests.conftest import ALAMUDUN, CHEAP, PASSWORD, FrozenClock
from tests.provisioning.test_provisioning import GOOD
from tests.ui.door import (
    AnsweringDialogs,
    english_afterwards,
    enter,
    focused,
    press,
    rewrite,
    show,
    words_on,
    write,
)

ENGLISH = GOOD.replace('language = "ky"', 'language = "en"')
Make = Callable[..., SetUpWizard]


@pytest.fixture
def where(tmp_path: Path) -> Paths:
    (tmp_path / "data").mkdir()
    return paths(tmp_path / "data")


@pytest.fixture
def make(qtbot: QtBot, where: Paths, reference: Reference, clock: FrozenClock) -> Make:
    """A wizard on the screen."""

    def made(
        text: str | None = None,
        tasks: Tasks | None = None,
        dialogs: AnsweringDialogs | None = None,
    ) -> SetUpWizard:
        wizard = SetUpWizard(
            where,
            reference,
            tasks or InlineTaskRunner(),
            clock,
            dialogs or AnsweringDialogs(),
            preferences=Preferences(where.window),
            provisioning_text=text,
            cost=CHEAP,
        )
        show(qtbot, wizard)
        return wizard

    return made


def groups_shown(wizard: SetUpWizard) -> list[str]:
    """The recovery key as a person reads it from the screen."""
    assert isinstance(wizard.page, RecoveryKeyPage)
    return [w.text() for w in wizard.page.findChildren(QLabel) if w.objectName() == "figure"]


def write_groups(wizard: SetUpWizard, groups: list[str]) -> None:
    assert isinstance(wizard.page, RecoveryCheckPage)
    for position in wizard.page.positions:
        write(groups[position].lower())
        enter()


def to_recovery_key(wizard: SetUpWizard) -> list[str]:
    """From the welcome, with a file taken, to the recovery key."""
    for page in (WelcomePage, OfficePage, ServerPage):
        assert isinstance(wizard.page, page)
        enter()
    for _field in range(2):
        write(PASSWORD)
        enter()
    return groups_shown(wizard)


def test_an_office_is_set_up_by_keys_alone(
    qtbot: QtBot, make: Make, where: Paths, clock: FrozenClock
) -> None:
    wizard = make()
    write("3")
    enter()
    for typed in ("0412", "alamu"):
        write(typed)
        enter()
    for name in ("Аламүдүн башкармалыгы", "Аламудунское управление", "Alamudun office"):
        write(name)
        enter()
    assert isinstance(wizard.page, ServerPage)
    write("https://117.example.kg")
    enter()
    write("k7qm2rxw9tbhmfrggzdf")
    enter()
    for typed in ("aida", "Aida Testova", PASSWORD, PASSWORD):
        write(typed)
        enter()
    groups = groups_shown(wizard)
    assert len(groups) == 8
    assert wizard.page.action in [b.text() for b in (focused(),)]
    enter()
    assert not where.is_set_up
    write_groups(wizard, groups)
    assert isinstance(wizard.page, DonePage)
    with qtbot.waitSignal(wizard.finished_set_up):
        enter()

    database, actor = SignIn(where, clock).open("aida", PASSWORD)
    assert (actor.full_name, actor.role) == ("Aida Testova", Role.SUPERVISOR)
    with database.read() as connection:
        office = settings.read_office(connection)
        server = settings.read_server(connection)
    database.close()
    assert (office.code, office.division) == ("0412", ALAMUDUN)
    assert office.names["ru"] == "Аламудунское управление"
    assert server.url == "https://117.example.kg"
    assert Preferences(where.window).last_login == "aida"
    set_password_by_recovery(
        where,
        clock,
        recovery_key="-".join(groups),
        login="aida",
        password="another-hill-9",
        cost=CHEAP,
    )


def test_an_office_without_a_server_is_set_up_too(
    make: Make, where: Paths, clock: FrozenClock
) -> None:
    text = ENGLISH[: ENGLISH.index("[server]")] + ENGLISH[ENGLISH.index("[supervisor]") :]
    wizard = make(text)
    enter()
    enter()
    assert "works offline" in words_on(wizard)
    enter()
    enter()
    for _field in range(2):
        write(PASSWORD)
        enter()
    groups = groups_shown(wizard)
    enter()
    write_groups(wizard, groups)
    database, _actor = SignIn(where, clock).open("aida", PASSWORD)
    with database.read() as connection:
        assert settings.read_server(connection).url == ""
    database.close()


def test_a_file_with_five_errors_names_five_lines_and_changes_nothing(make: Make) -> None:
    text = (
        ENGLISH.replace('"en"', '"de"', 1)
        .replace('"0412"', "412")
        .replace(ALAMUDUN, "41799999999999")
        .replace("https://", "http://")
        .replace("9TBH", "9TB")
    )
    wizard = make(text)
    said = words_on(wizard)
    for line in (2, 5, 6, 14, 15):
        assert f"Line {line}, " in said
    assert "Nothing was taken" in said
    enter()
    assert isinstance(wizard.page, OfficePage)
    assert all(not edit.text() for edit in wizard.page.findChildren(QLineEdit))


def test_the_file_in_the_data_folder_is_found(make: Make, where: Paths) -> None:
    (where.data / "office.toml").write_text(ENGLISH, encoding="utf-8")
    wizard = make()
    assert "Alamudun office" in words_on(wizard)
    enter()
    assert "Alamudun rayon" in words_on(wizard)


def test_the_file_is_loaded_by_the_dialog(make: Make, tmp_path: Path) -> None:
    file = tmp_path / "given.toml"
    file.write_text(ENGLISH, encoding="utf-8")
    dialogs = AnsweringDialogs(file=tmp_path / "not there")
    wizard = make(dialogs=dialogs)
    press(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert "cannot be read" in words_on(wizard)
    dialogs.file = file
    press(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert "Alamudun office" in words_on(wizard)
    assert "cannot be read" not in words_on(wizard)


def test_faults_stand_at_their_fields_and_hold_the_page(make: Make) -> None:
    wizard = make()
    enter()
    wizard.go_on()
    page = wizard.page
    assert isinstance(page, OfficePage)
    problems = {where: field.problem for where, field in page.form.fields.items()}
    assert problems["office.code"].startswith("Office code:")
    assert problems["office.division"] == "This place is not in the list of districts and cities."
    assert problems["office.names.ky"] == problems["office.names.ru"] == "The name is missing."
    assert problems["office.names.en"] == ""
    assert focused() is page.form.edit("office.code")
    write("0")
    assert page.form.fields["office.code"].problem == ""


def test_words_that_were_not_taken_from_the_list_are_no_place(make: Make) -> None:
    wizard = make(ENGLISH)
    enter()
    page = wizard.page
    assert isinstance(page, OfficePage)
    page.place.setFocus()
    rewrite("Nowhere")
    wizard.go_on()
    assert wizard.page is page
    assert page.form.fields["office.division"].problem


def test_weak_and_different_passwords_are_refused(make: Make) -> None:
    wizard = make(ENGLISH)
    for _page in range(3):
        enter()
    page = wizard.page
    assert isinstance(page, SupervisorPage)
    write("short")
    enter()
    write("other")
    enter()
    assert "at least 10" in page.form.fields["password"].problem
    assert page.form.fields["password_again"].problem == "The two passwords are not the same."
    page.form.edit("password").setFocus()
    rewrite("aida-aida-aida")
    wizard.go_on()
    assert "must not contain the login" in page.form.fields["password"].problem
    assert wizard.page is page


def test_back_and_another_language_lose_nothing(make: Make) -> None:
    wizard = make(ENGLISH)
    groups = to_recovery_key(wizard)
    for _step in range(4):
        press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert isinstance(wizard.page, WelcomePage)
    with english_afterwards():
        write("2")
        assert Preferences(wizard._paths.window).language == "ru"
        for kind in (OfficePage, ServerPage, SupervisorPage):
            enter()
            assert isinstance(wizard.page, kind)
            assert all(f.edit.text() for f in wizard.page.form.fields.values())
        enter()
        assert groups_shown(wizard) == groups


def test_wrong_groups_create_nothing(make: Make, where: Paths) -> None:
    wizard = make(ENGLISH)
    groups = to_recovery_key(wizard)
    enter()
    page = wizard.page
    assert isinstance(page, RecoveryCheckPage)
    assert not any(group in words_on(wizard) for group in groups)
    first, second = page.positions
    write(groups[first])
    enter()
    write(groups[first])
    enter()
    assert page.form.fields[f"recovery.{first}"].problem == ""
    assert "not the signs asked for" in page.form.fields[f"recovery.{second}"].problem
    assert wizard.page is page and not where.is_set_up
    press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert groups_shown(wizard) == groups


def test_power_lost_before_the_last_step_leaves_nothing(make: Make, where: Paths) -> None:
    for steps in range(6):
        wizard = make(ENGLISH)
        for step in range(steps):
            if step == 3:
                for _field in range(2):
                    write(PASSWORD)
                    enter()
            else:
                enter()
        # The power goes: no close event, nothing asked.
        wizard.hide()
        assert wizard.pages.index(wizard.page) == steps
        assert not where.is_set_up
        assert [f.name for f in where.data.iterdir() if f.name != "window.ini"] == []


KILLED = """
import os, sys
from pathlib import Path
from operator_app.config import paths
from operator_app.domain.clock import system_clock
from operator_app.services import set_up
from tests.conftest import CHEAP, PASSWORD, office_setup

data, point = sys.argv[1:]
def die(*args, **kwargs): os._exit(9)
if point == "database":
    set_up.bring_up_to_date = die
elif point == "keys":
    set_up.write_keyring = die
elif point == "rename":
    Path.replace = lambda self, to: die() if to.name == "office" else os.replace(self, to)
elif point == "after":
    set_up.sync_folder = die
key = "-".join(["ABCD"] * 8)
set_up.set_up_office(paths(Path(data)), office_setup(), PASSWORD, key, system_clock, CHEAP)
"""


@pytest.mark.parametrize("point", ["database", "keys", "rename", "after"])
def test_power_lost_while_creating_leaves_all_or_nothing(
    point: str, make: Make, where: Paths, clock: FrozenClock
) -> None:
    root = Path(__file__).resolve().parents[2]
    died = subprocess.run(
        [sys.executable, "-c", KILLED, str(where.data), point],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert died.returncode == 9
    if point == "after":
        assert where.is_set_up
    else:
        assert not where.is_set_up
        wizard = make(ENGLISH)
        groups = to_recovery_key(wizard)
        enter()
        write_groups(wizard, groups)
        assert isinstance(wizard.page, DonePage)
    assert [f.name for f in where.data.iterdir() if f.name.startswith("setting-up")] == []
    database, _actor = SignIn(where, clock).open("aida", PASSWORD)
    assert database.verify() == []
    database.close()


def test_a_full_disk_is_said_and_the_step_can_be_repeated(
    make: Make, where: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard = make(ENGLISH)
    groups = to_recovery_key(wizard)
    enter()

    def full(*_args: object) -> None:
        raise EnvironmentProblem("database.disk_full")

    with monkeypatch.context() as patched:
        patched.setattr(set_up_wizard, "set_up_office", full)
        write_groups(wizard, groups)
    assert "The disk is full" in words_on(wizard)
    assert not where.is_set_up
    wizard.go_on()
    assert isinstance(wizard.page, DonePage)
    assert where.is_set_up


def test_a_data_folder_without_access_is_said(
    make: Make, where: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard = make(ENGLISH)
    groups = to_recovery_key(wizard)
    enter()

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(errno.EACCES, "refused")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "mkdir", refuse)
        write_groups(wizard, groups)
    assert "needs access to its data folder" in words_on(wizard)
    assert not where.is_set_up


def test_the_work_goes_on_beside_the_window_which_stays_until_it_ends(
    qtbot: QtBot, make: Make, where: Paths
) -> None:
    tasks = TaskRunner()
    wizard = make(ENGLISH, tasks=tasks)
    groups = to_recovery_key(wizard)
    enter()
    write_groups(wizard, groups)
    assert "is being made" in words_on(wizard)
    assert wizard.close() is False
    wizard.go_back()
    assert isinstance(wizard.page, RecoveryCheckPage)
    qtbot.waitUntil(lambda: isinstance(wizard.page, DonePage), timeout=30_000)
    assert where.is_set_up
    tasks.shut_down()


def test_nothing_secret_is_left_in_the_window_or_on_the_disk(
    qtbot: QtBot, make: Make, where: Paths
) -> None:
    wizard = make(ENGLISH)
    groups = to_recovery_key(wizard)
    enter()
    write_groups(wizard, groups)
    secrets = (PASSWORD, "Тестова", "K7QM-2RXW", *groups)

    def nothing_left() -> bool:
        widgets = (*wizard.findChildren(QLabel), *wizard.findChildren(QLineEdit))
        return not [w for w in widgets for secret in secrets if secret in w.text()]

    qtbot.waitUntil(nothing_left)
    for secret in secrets:
        for file in where.data.rglob("*"):
            assert file.is_dir() or secret.encode() not in file.read_bytes(), file.name


def test_stopping_under_way_is_asked(make: Make) -> None:
    dialogs = AnsweringDialogs(yes=False)
    wizard = make(ENGLISH, dialogs=dialogs)
    enter()
    assert wizard.close() is False
    assert "Nothing was created" in dialogs.asked[0]
    dialogs.yes = True
    assert wizard.close() is True
