"""The receiver, put together: what each request does, without HTTP."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ministry_server import devices, messages, partitions
from ministry_server.bearer import Doorkeeper
from ministry_server.changes import changes_of_office
from ministry_server.clock import Clock, now_ms, system_clock
from ministry_server.counts import Counts
from ministry_server.facts import Facts
from ministry_server.feed_pages import FeedPage, FeedPages
from ministry_server.feeds import versions
from ministry_server.have import compare
from ministry_server.intake import Intake, Result
from ministry_server.keys import (
    OPENER_FILE,
    RECIPIENTS_FILE,
    IntakeKeys,
    read_intake_keys,
    read_lookup_token,
    read_opener_keys,
)
from ministry_server.ledger import receipts_of
from ministry_server.live_keys import LiveKeys
from ministry_server.lookup import LookupDesk, read_settings
from ministry_server.lookup_link import RemoteDesk
from ministry_server.messages import MAX_BYTES, MAX_ITEMS, PROTO, Push, Refusal
from ministry_server.opener import Opener
from ministry_server.places import places_for
from ministry_server.program_files import Piece, ProgramFiles, read_credentials
from ministry_server.statistics import Statistics
from ministry_server.statistics_web import StatisticsDesk
from ministry_server.store import get_all, open_store
from ministry_server.throttle import Pace, Throttle
from ministry_server.tokens import TokenRole, Tokens
from ministry_server.watch import forget_old_heads
from operator_app.domain.enrolment import EnrolmentCode
from operator_app.domain.wire import State
from operator_app.sync.receipts import sign

LATER_SECONDS = 900
_TRIES = (10, 10 * 60 * 1000)
"""Wrong codes, or tokens, from an address, in so many milliseconds."""
_DEVICE_PACE = (50.0, 1_000)
_ADDRESS_PACE = (400.0, 8_000)
"""Requests a second in the long run, and at once. All offices may come through one proxy; a PC
that returns after weeks sends a request a second at most."""
_STEPS_PER_ROUND = 20
_LOOKUP_PACE = (1 / 20, 20)
"""An operator asks for who is on the line; nobody goes through a list."""
_PROGRAM_PACE = (2.0, 60)
"""Pieces of a file, of up to 1 MiB each: an office shares its line with the calls."""


class Role(StrEnum):
    """What a process does: the intake can run where the opener's key is not."""

    INTAKE = "intake"
    OPENER = "opener"
    BOTH = "both"


class Receiver:
    """One process of the receiver over a data folder. Every method may be called by any thread.

    `data` holds the keys, and the SQLite database unless `database_url` names another.
    """

    def __init__(
        self,
        data: Path,
        *,
        database_url: str | None = None,
        role: Role = Role.BOTH,
        clock: Clock = system_clock,
        lookup_at: str | None = None,
    ) -> None:
        """`lookup_at`: where an opener answers the questions that an intake cannot open."""
        self.role = role
        self._keys = LiveKeys(data / RECIPIENTS_FILE, read_intake_keys)
        opener_keys = (
            None if role is Role.INTAKE else LiveKeys(data / OPENER_FILE, read_opener_keys)
        )
        self.store = open_store(data, database_url)
        self._clock = clock
        self._make_months()
        self._intake = Intake(self.store, self._keys)
        self._feeds = FeedPages(self.store, self.keys)
        self._programs = ProgramFiles(data)
        self._program_pace = Pace(*_PROGRAM_PACE, "program.too_often")
        self._throttle = Throttle(*_TRIES, "enrol.too_often")
        self._device_pace = Pace(*_DEVICE_PACE, "device.too_fast")
        self.address_pace = Pace(*_ADDRESS_PACE, "address.too_fast")
        self.counts = Counts()
        self.tokens = Tokens(self.store, self.keys)
        self.monitors = Doorkeeper(
            self.tokens, Throttle(*_TRIES, "token.too_often"), (TokenRole.MONITOR,)
        )
        self.opener: Opener | None = None
        self.facts: Facts | None = None
        self.statistics: StatisticsDesk | None = None
        self._lookup_pace = Pace(*_LOOKUP_PACE, "lookup.too_often")
        self._lookups: LookupDesk | None = None
        self._remote_lookups: RemoteDesk | None = None
        if lookup_at is not None:
            token = read_lookup_token(data)
            self._remote_lookups = RemoteDesk(lookup_at, token, self.keys.receipt_public)
        if opener_keys is not None:
            self.opener = Opener(self.store, self.keys.receipt_key, opener_keys)
            self.opener.look_again(self.now())
            self.opener.work(self.now())
            self.facts = Facts(self.store, self.opener.vault)
            self.statistics = StatisticsDesk(
                Statistics(self.store, self.facts),
                self.tokens,
                Throttle(*_TRIES, "token.too_often"),
            )
            if (asks := read_settings(data)) is not None:
                self._lookups = LookupDesk(self.store, opener_keys, asks)

    @property
    def keys(self) -> IntakeKeys:
        """The keys of this moment: the sealing key may change while the process runs."""
        return self._keys()

    def now(self) -> int:
        """The server's time in UTC milliseconds."""
        return now_ms(self._clock)

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def new_code(self, office: str) -> EnrolmentCode:
        """A one-time code for a device of an office."""
        return devices.issue_code(self.store, self.keys, office, self.now())

    def hello(self, nonce: str | None) -> dict[str, Any]:
        """Who we are, proven by the nonce; limits, keys, clock, what is published."""
        nonce = messages.read_nonce(nonce)
        with self.store.read() as connection:
            settings = get_all(connection)
            feeds = versions(connection)
        sealing = self.keys.sealing
        return self._signed(
            {
                "proto": PROTO,
                "n": nonce,
                "epoch": settings["epoch"],
                "now": self.now(),
                "max_bytes": MAX_BYTES,
                "max_items": MAX_ITEMS,
                "kid": sealing.kid,
                "recipients": list(sealing.recipients),
                "durable_through": int(settings["durable_through"]),
                "feeds": feeds,
            },
            "hello",
        )

    def enrol(self, body: bytes, address: str) -> dict[str, Any]:
        """Let a device in. `address` is where it calls from, to slow down guessing."""
        self._throttle.check(address, self.now())
        signed = messages.parse(body)
        request = messages.read_enrolment(signed)
        try:
            key = Ed25519PublicKey.from_public_bytes(request.device_key)
        except ValueError:
            raise Refusal(400, "request.malformed") from None
        devices.check_signature(signed, key, "enrol")
        try:
            dev = devices.enrol(self.store, self.keys, request, self.now())
        except Refusal:
            self._throttle.count(address, self.now())
            raise
        with self.store.read() as connection:
            settings = get_all(connection)
        sealing = self.keys.sealing
        return self._signed(
            {
                "n": request.nonce,
                "device_id": dev,
                "receipt_key": base64.b64encode(self.keys.receipt_public).decode(),
                "epoch": settings["epoch"],
                "kid": sealing.kid,
                "recipients": list(sealing.recipients),
                "now": self.now(),
            },
            "enrolled",
        )

    def push(self, body: bytes) -> dict[str, Any]:
        """Take a batch in; all that the answer tells is committed."""
        signed = messages.parse(body)
        request = messages.read_push(signed)
        device = self._recognise(request.dev, signed, "push")
        epoch, results = self.accept(device, request)
        return {
            "epoch": epoch,
            "now": self.now(),
            "results": [result.as_dict() for result in results],
        }

    def accept(self, device: devices.Device, request: Push) -> tuple[str, list[Result]]:
        """The epoch, and what has become of each item of a device that was recognised."""
        epoch, results = self._intake.accept(device, request, self.now())
        if self.opener is not None:
            self._open(self.opener, results)
        self.counts.took_in([str(result.outcome) for result in results])
        return epoch, results

    def _open(self, opener: Opener, results: list[Result]) -> None:
        """Open what was stored, and tell of all that is stored what has become of it by now."""
        stored = [r for r in results if r.kept]
        if any(r.receipts[-1]["stage"] == State.STORED for r in stored):
            opener.work(self.now())
            # One that was held may have been waiting for another in the same request.
            with self.store.read() as connection:
                receipts = receipts_of(connection, [r.op_id for r in stored if r.op_id])
            for result in stored:
                result.receipts = receipts[str(result.op_id)]
                if result.outcome == State.STORED:
                    last = result.receipts[-1]
                    result.outcome, result.code = last["stage"], last["code"]

    def have(self, body: bytes) -> dict[str, Any]:
        """Compare notes with a device."""
        signed = messages.parse(body)
        request = messages.read_have(signed)
        self._recognise(request.dev, signed, "have")
        return self._signed(
            compare(self.store, request, self.keys.sealing.lost, self.now()), "have_answer"
        )

    def changes(self, body: bytes) -> dict[str, Any]:
        """Tell a device what its office's other devices wrote into cases."""
        signed = messages.parse(body)
        request = messages.read_changes(signed)
        device = self._recognise(request.dev, signed, "changes")
        if self.opener is None:
            # Nothing can be opened here; another process, or another day, may be able to.
            raise Refusal(503, "server.later", retry_seconds=LATER_SECONDS)
        answer = changes_of_office(self.store, self.opener.vault, device, request)
        return self._signed(answer, "changes_answer")

    def feed(self, name: str, query: Sequence[tuple[str, str]], known: str | None) -> FeedPage:
        """A page of what is published, for whoever asks."""
        return self._feeds.page(name, query, known)

    def program(self, sha256: str, credentials: str, asked: str | None) -> Piece:
        """A piece of a version of the program, for a device that shows who it is."""
        signed = messages.parse(read_credentials(credentials))
        dev, named = messages.read_program(signed)
        device = self._recognise(dev, signed, "program")
        if named != sha256:
            raise Refusal(401, "signature.wrong")
        self._program_pace.take(device.dev)
        return self._programs.piece(sha256, asked)

    def places(self, body: bytes) -> dict[str, Any]:
        """Tell a device the addresses of confidential places."""
        signed = messages.parse(body)
        request = messages.read_places(signed)
        device = self._recognise(request.dev, signed, "places")
        return self._signed(places_for(self.store, self.keys, device, request), "places_answer")

    def lookup(self, body: bytes) -> dict[str, Any]:
        """Ask the social assistance system for a device. Takes seconds."""
        signed = messages.parse(body)
        request = messages.read_lookup(signed)
        device = self._recognise(request.dev, signed, "lookup")
        if self._lookups is None and self._remote_lookups is None:
            raise Refusal(404, "lookup.not_offered")
        self._lookup_pace.take(device.dev)
        if self._remote_lookups is not None:
            answer = self._remote_lookups.answer(device, request, body)
        elif self._lookups is not None:
            answer = self._lookups.answer(device, request, self.now())
        return self._signed(answer, "lookup_answer")

    def housekeeping(self) -> None:
        """What has to be done from time to time, whether or not anybody calls."""
        if self.role is not Role.OPENER:
            with self.store.write() as connection:
                forget_old_heads(connection, self.now())
            self._make_months()
        if self.opener is not None:
            self.opener.look_with_new_keys(self.now())
            self.opener.work(self.now())
            self.opener.force_overdue(self.now())
        if self.facts is not None:
            self.facts.catch_up(_STEPS_PER_ROUND)

    def _make_months(self) -> None:
        """Partitions of the intake, ahead of time."""
        if self.role is Role.OPENER:
            return
        with self.store.read() as connection:
            wanted = partitions.missing(connection, self.now())
        if wanted:
            with self.store.write() as connection:
                # Whoever writes waits for this row: nobody holds what is to be locked.
                get_all(connection, lock=True)
                partitions.make(connection, wanted)

    def _recognise(self, dev: str, signed: dict[str, Any], purpose: str) -> devices.Device:
        """The device that asks. Raises Refusal(401), and Refusal(429) when it asks without end."""
        device = devices.recognise(self.store, dev, signed, purpose)
        self._device_pace.take(device.dev)
        return device

    def _signed(self, message: dict[str, Any], purpose: str) -> dict[str, Any]:
        return sign(message, self.keys.receipt_key, purpose=purpose)
