"""The three doors of a Security Server: plain inside the network, pinned, and with our certificate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from operator_app.sync.status import LinkState
from operator_app.ui.sync_wording import code_sentence
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk, arrived
from tests.xroad.certificates import Identity, make_identity, server_context
from tests.xroad.security_server import SecurityServer

Join = Callable[..., Desk]


@pytest.fixture
def theirs(tmp_path: Path) -> Identity:
    return make_identity(tmp_path, "security-server")


@contextmanager
def https(
    receiver: RunningReceiver, theirs: Identity, clients: list[Identity] | None = None
) -> Iterator[SecurityServer]:
    """`clients`: the first is known to the server, the others only shake hands."""
    known = None if clients is None else [clients[0].der]
    context = server_context(theirs, clients)
    with SecurityServer(receiver.url, context=context, clients=known) as server:
        yield server


def test_a_pinned_certificate_is_enough(
    join: Join, receiver: RunningReceiver, theirs: Identity
) -> None:
    with https(receiver, theirs) as server:
        desk = join(server, fingerprint=theirs.fingerprint)
        saved = desk.save()
        assert desk.run().confirmed == 1
        assert arrived(receiver.store) == [saved.op_id]


def test_another_certificate_gets_nothing(
    join: Join, receiver: RunningReceiver, theirs: Identity, tmp_path: Path
) -> None:
    other = make_identity(tmp_path, "somebody")
    with https(receiver, theirs) as server:
        desk = join(server, fingerprint=other.fingerprint)
        desk.save()
        assert desk.run().problem == "net.tls"
        assert server.seen == []
    assert desk.status().waiting == 1


def test_a_client_certificate_opens_the_third_door(
    join: Join, receiver: RunningReceiver, theirs: Identity, tmp_path: Path
) -> None:
    ours = make_identity(tmp_path, "ours")
    with https(receiver, theirs, [ours]) as server:
        desk = join(server, fingerprint=theirs.fingerprint, client_file=str(ours.file))
        desk.save()
        assert desk.run().confirmed == 1


@pytest.mark.parametrize("shown", ["none", "another"])
def test_without_the_right_client_certificate_a_person_is_called(
    shown: str, join: Join, receiver: RunningReceiver, theirs: Identity, tmp_path: Path
) -> None:
    ours, another = make_identity(tmp_path, "ours"), make_identity(tmp_path, "another")
    file = str(another.file) if shown == "another" else ""
    with https(receiver, theirs, [ours, another]) as server:
        desk = join(server, fingerprint=theirs.fingerprint, client_file=file)
        desk.save()
        assert desk.run().problem == "xroad.certificate_refused"
        assert server.seen == []
    assert desk.status().state is LinkState.REFUSED or not desk.status().last_contact_at
    assert "does not accept the certificate" in code_sentence("xroad.certificate_refused")


def test_a_certificate_the_handshake_refuses_loses_nothing(
    join: Join, receiver: RunningReceiver, theirs: Identity, tmp_path: Path
) -> None:
    ours, stranger = make_identity(tmp_path, "ours"), make_identity(tmp_path, "stranger")
    with https(receiver, theirs, [ours]) as server:
        desk = join(server, fingerprint=theirs.fingerprint, client_file=str(stranger.file))
        desk.save()
        # TLS 1.3 tells of it after the handshake, by cutting the line.
        assert desk.run().problem in {"net.tls", "net.cut"}
        assert server.seen == []
    assert desk.status().waiting == 1


@pytest.mark.parametrize("wrong", ["missing", "empty", "protected", "a folder"])
def test_a_client_file_that_cannot_be_read_is_said_and_its_mending_noticed(
    wrong: str, join: Join, receiver: RunningReceiver, theirs: Identity, tmp_path: Path
) -> None:
    ours = make_identity(tmp_path, "ours", password=b"secret" if wrong == "protected" else b"")
    file, good = tmp_path / "client.pem", make_identity(tmp_path, "good")
    if wrong == "empty":
        file.write_bytes(b"")
    elif wrong == "protected":
        file.write_bytes(ours.file.read_bytes())
    elif wrong == "a folder":
        file.mkdir()
    with https(receiver, theirs, [good]) as server:
        desk = join(server, fingerprint=theirs.fingerprint, client_file=str(file))
        desk.save()
        assert desk.run().problem == "xroad.client_file"
        assert server.seen == []
        if wrong == "a folder":
            file.rmdir()
        file.write_bytes(good.file.read_bytes())
        # IT put the right file there: no new start of the program is needed.
        assert desk.run().confirmed == 1


def test_plain_http_at_a_server_that_wants_tls_sends_nothing_readable(
    join: Join, receiver: RunningReceiver, theirs: Identity
) -> None:
    with https(receiver, theirs) as server:
        desk = join(server, security_server=server.url.replace("https", "http"))
        desk.save()
        assert desk.run().problem == "net.cut"
        assert server.seen == []
    assert desk.status().waiting == 1
