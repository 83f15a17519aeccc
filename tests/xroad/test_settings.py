"""The way through Tunduk as IT writes it into office.toml and sees it on the page of sending."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from operator_app.db import settings
from operator_app.db.models import audit
from operator_app.domain.provisioning import office_setup, parse_provisioning, setup_values
from operator_app.domain.xroad import XRoad
from operator_app.services.connection import Connection
from operator_app.ui.events import Events
from operator_app.ui.screens.sync_page import SyncPage
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import TestOffice
from tests.provisioning.test_provisioning import GOOD, REFERENCE, told
from tests.ui.door import show
from tests.ui.journal_office import AnsweringDialogs
from tests.xroad.security_server import CLIENT, SERVICE

FINGERPRINT = "AB" * 32
COLONS = ":".join(["ab"] * 32)
SECTION = f"""\
[server.xroad]
security_server = "https://10.20.0.5:8443/"
client = "{CLIENT}"
service = "{SERVICE}"
fingerprint = "{COLONS}"
client_file = 'C:\\ProgramData\\117 Operator\\client.pem'
"""
TOLD = GOOD.replace('url = "https://117.example.kg/intake/"\n', "").replace(
    "\n[supervisor]", f"\n{SECTION}\n[supervisor]"
)
ROAD = XRoad(
    "https://10.20.0.5:8443",
    CLIENT,
    SERVICE,
    FINGERPRINT,
    r"C:\ProgramData\117 Operator\client.pem",
)


def test_the_file_tells_the_way() -> None:
    setup = parse_provisioning(TOLD, REFERENCE)
    assert setup.xroad == ROAD
    assert setup.server_url == ""
    assert office_setup(setup_values(setup)) == setup
    assert ROAD.address == f"https://10.20.0.5:8443/r1/{SERVICE}"


WRONG = {
    "security_server": [
        ('"ftp://10.20.0.5"', "setup.xroad_address_form"),
        ('"https://ss.kg/r1"', "setup.xroad_address_form"),
        ('"https://u:p@ss.kg"', "setup.xroad_address_form"),
        ('"http://8.8.8.8"', "setup.xroad_address_form"),
        ("8443", "provisioning.not_text"),
    ],
    "client": [
        ('"central-server/GOV/70000099"', "setup.xroad_client_form"),
        ('"central-server/GOV/../op"', "setup.xroad_client_form"),
        ('"central-server/GOV/a%2Fb/op"', "setup.xroad_client_form"),
        ('""', "setup.xroad_client_form"),
    ],
    "service": [
        (f'"{CLIENT}"', "setup.xroad_service_form"),
        (f'"{SERVICE}/sync"', "setup.xroad_service_form"),
    ],
    "fingerprint": [
        ('"AB:CD"', "setup.xroad_fingerprint_form"),
        ('""', "setup.xroad_fingerprint_missing"),
    ],
    "client_file": [("'client.pem'", "setup.xroad_file_form")],
}


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [(key, value, code) for key, cases in WRONG.items() for value, code in cases],
)
def test_a_wrong_line_is_named(key: str, value: str, code: str) -> None:
    lines = TOLD.splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith(f"{key} = "))
    lines[number] = f"{key} = {value}"
    assert told("\n".join(lines)) == [(number + 1, f"server.xroad.{key}", code)]


def test_every_wrong_line_is_named_at_once() -> None:
    text = TOLD.replace(CLIENT + '"', 'nobody"').replace(COLONS, "?").replace("https:", "gopher:")
    assert [where for _line, where, _code in told(text)] == [
        "server.xroad.security_server",
        "server.xroad.client",
        "server.xroad.fingerprint",
    ]


def test_missing_and_unknown_lines_are_named() -> None:
    text = TOLD.replace("service = ", "servise = ").replace(f'fingerprint = "{COLONS}"\n', "")
    assert {(where, code) for _line, where, code in told(text)} == {
        ("server.xroad.fingerprint", "setup.xroad_fingerprint_missing"),
        ("server.xroad.service", "provisioning.missing"),
        ("server.xroad.servise", "provisioning.unknown_key"),
    }


def test_there_is_one_way_only() -> None:
    text = TOLD.replace("[server]\n", '[server]\nurl = "https://117.example.kg"\n')
    assert [(where, code) for _line, where, code in told(text)] == [
        ("server.url", "setup.server_two_ways")
    ]


def test_plain_http_has_no_certificates() -> None:
    text = TOLD.replace("https://10.20.0.5:8443/", "http://10.20.0.5")
    assert [code for _line, _where, code in told(text)] == ["setup.xroad_needs_https"] * 2


@pytest.fixture
def page(qtbot: QtBot, office: TestOffice) -> Callable[[], SyncPage]:
    def make() -> SyncPage:
        made = SyncPage(
            office.database,
            Connection(office.database, office.clock),
            office.actor,
            InlineTaskRunner(),
            Events(),
            office.clock,
            AnsweringDialogs(),
        )
        made.resize(1180, 660)
        show(qtbot, made)
        return made

    return make


def test_it_is_typed_saved_and_shown(page: Callable[[], SyncPage], office: TestOffice) -> None:
    shown = page()
    card = shown.server
    assert not card.xroad_form.isVisible()
    QTest.keyClick(card.through_xroad, Qt.Key.Key_Space)
    assert card.xroad_form.isVisible()
    assert not card.form.isVisible()
    values = (ROAD.security_server, CLIENT, SERVICE, COLONS, ROAD.client_file)
    for field, value in zip(card.xroad_form.fields.values(), values, strict=True):
        QTest.keyClicks(field.edit, value)
    saved = QSignalSpy(card.save_asked)
    QTest.keyClick(card.save_button, Qt.Key.Key_Space)
    assert saved.count() == 1
    with office.database.read() as connection:
        server = settings.read_server(connection)
        (details,) = connection.execute(
            select(audit.c.details).where(audit.c.action == "server.changed")
        ).scalars()
    assert (server.xroad, server.url) == (ROAD, ROAD.address)
    assert json.loads(details) == {"moved": True, "code": False}
    # Another look shows what is set.
    again = page()
    card = again.server
    assert card.through_xroad.isChecked()
    assert "No server is set" not in again.advice.label.text()
    texts = [field.edit.text() for field in card.xroad_form.fields.values()]
    assert texts == [ROAD.security_server, CLIENT, SERVICE, FINGERPRINT, ROAD.client_file]


def test_what_is_wrong_is_said_at_its_field(
    page: Callable[[], SyncPage], office: TestOffice
) -> None:
    shown = page()
    card = shown.server
    card.through_xroad.click()
    card.save_button.click()
    fields = {where.rpartition(".")[2]: f for where, f in card.xroad_form.fields.items()}
    assert "Security Server" in fields["security_server"].problem
    assert "Four parts" in fields["client"].problem
    assert "Five parts" in fields["service"].problem
    assert fields["fingerprint"].problem == ""
    assert "marked fields" in shown.problem.label.text()
    with office.database.read() as connection:
        assert settings.read_server(connection).url == ""


def test_what_is_being_typed_is_not_overwritten(page: Callable[[], SyncPage]) -> None:
    shown = page()
    shown.server.through_xroad.click()
    shown.server.xroad_form.edit("server.xroad.client").insert("central-")
    shown.refresh()
    assert shown.server.through_xroad.isChecked()
    assert shown.server.xroad_form.value("server.xroad.client") == "central-"
