"""Fetching the addresses of confidential places, which are in no feed.

They are asked for after every new version of the directory. The answer is sealed to a key that is
made for it and forgotten afterwards.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from operator_app.db import feeds, settings
from operator_app.domain.directory import Service
from operator_app.domain.feeds import DIRECTORY, entry_from
from operator_app.domain.office import LANGUAGES
from operator_app.errors import NetworkProblem, ServerRefused
from operator_app.sync.answers import NEVER_ARRIVED, new_nonce, public_key, signed_answer
from operator_app.sync.answers import text as text_of
from operator_app.sync.carriers.base import ACCESS_DENIED
from operator_app.sync.changes import is_not_offered
from operator_app.sync.envelope import BadEnvelope, open_sealed
from operator_app.sync.link import Link

ACTION = "places"
FETCHED_FOR = "feeds.places"
"""The version of the directory for which addresses were fetched."""
LONGEST_ADDRESS = 2_000

Addresses = dict[str, dict[str, str]]


def pull_places(link: Link) -> bool:
    """Fetch the addresses that belong to the directory; whether one is different now.

    A bad answer is kept as the problem of the directory. Raises NetworkProblem and ServerRefused
    only when the way or the account is to blame.
    """
    with link.database.read() as connection:
        version = feeds.read_state(connection, DIRECTORY).version
        if version == (settings.get(connection, FETCHED_FOR) or 0):
            return False
        services: list[Service] = [
            entry_from(DIRECTORY, kept.body) for kept in feeds.current(connection, DIRECTORY)
        ]
    hidden = {p.place_id for s in services for p in s.places if p.confidential}
    try:
        given = _ask(link) if hidden else {}
    except (NetworkProblem, ServerRefused) as problem:
        denied = problem.code == ACCESS_DENIED
        if problem.code in NEVER_ARRIVED or (isinstance(problem, ServerRefused) and not denied):
            raise
        if denied or not is_not_offered(problem):
            link.hello()
            with link.database.write() as connection:
                feeds.note_checked(connection, DIRECTORY, link.now, problem.code)
                link.write_notes(connection)
        return False
    with link.database.write() as connection:
        known = feeds.addresses(connection, hidden)
        fresh = {p: a for p, a in given.items() if p in hidden and known.get(p) != a}
        feeds.put_addresses(connection, fresh, link.now)
        settings.put(connection, FETCHED_FOR, version)
        link.write_notes(connection)
    return bool(fresh)


def _ask(link: Link) -> Addresses:
    """The server's addresses. Raises what `Link.ask` raises, NetworkProblem("net.bad_answer" |
    "net.stale_answer")."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    nonce = new_nonce()
    message = {
        "dev": link.device.device_id,
        "n": nonce,
        "recipient": str(identity.to_public()),
    }
    data = link.ask(ACTION, message)
    server_key = public_key(link.server.receipt_key)
    answer = signed_answer(data, server_key, purpose="places_answer", nonce=nonce)
    if answer.get("dev") != link.device.device_id:
        raise NetworkProblem("net.bad_answer")
    try:
        sealed = base64.b64decode(text_of(answer, "sealed"), validate=True)
        addresses: Any = json.loads(open_sealed(sealed, identity))
    except (BadEnvelope, ValueError, RecursionError) as error:
        raise NetworkProblem("net.bad_answer") from error
    if not isinstance(addresses, dict) or not all(map(_is_address, addresses.values())):
        raise NetworkProblem("net.bad_answer")
    return addresses


def _is_address(value: Any) -> bool:
    return isinstance(value, dict) and all(
        language in LANGUAGES and isinstance(text, str) and len(text) <= LONGEST_ADDRESS
        for language, text in value.items()
    )
