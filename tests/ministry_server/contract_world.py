"""A receiver with something behind every endpoint, and a device that signs whatever is drawn."""

from __future__ import annotations

import base64
import json
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyrage
import rfc8785
from schemathesis import Case

from ministry_server.tokens import TokenRole
from operator_app.domain.feeds import DIRECTORY
from operator_app.domain.wire import Header, Kind, is_word
from operator_app.sync.envelope import sealed_for
from operator_app.sync.receipts import sign
from tests.conftest import FrozenClock
from tests.feeds.publishing import offer, service
from tests.lookup.conftest import CLIENT, SERVICE, SETTINGS
from tests.lookup.social_system import SocialSystem
from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver
from tests.rollout.releases import release, sum_of
from tests.xroad.security_server import SecurityServer

NEVER = 10**15
"""More requests than any run makes: the limits of pace have tests of their own."""
ASKED_BEFORE = "00000000-0000-4000-8000-000000000000"


class ContractWorld:
    """`prepare` makes a drawn request one that gets past the door: signed, with a good token."""

    def __init__(self, receiver: RunningReceiver, clock: FrozenClock) -> None:
        self.receiver = receiver
        self.clock = clock
        self.device = Device(receiver).enrol()
        colleague = Device(receiver).enrol()
        colleague.push(colleague.revise_case(), colleague.revise())
        colleague.close()
        offer(receiver, DIRECTORY, service("s1", confidential=True), service("s2"))
        self.program = sum_of("1.2.0")
        release(receiver, receiver.folder, "1.2.0")
        tokens, now = receiver.receiver.tokens, receiver.receiver.now()
        self.tokens = [
            tokens.add(role, "Fuzz", now)[1]
            for role in (TokenRole.ANALYST, TokenRole.PUBLISHER, TokenRole.MONITOR)
        ]
        self.known = self.device.revise()
        self.device.push(self.known)

    def prepare(self, case: Case, dice: random.Random) -> Case:
        """Sign the body as an enrolled device, as far as it can be signed; show a token."""
        if case.method == "GET":
            token = dice.choice(self.tokens)
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
            if "/program/" in case.path:
                case.headers["Authorization"] = self._credentials(case, dice)
            if dice.random() < 0.5:
                _make_likely(case, dice)
            return case
        body = case.body
        if not isinstance(body, dict):
            return case
        purpose = case.path.rpartition("/")[2]
        body = dict(body)
        key = self.device.key
        if purpose == "enrol":
            newcomer = Device(self.receiver)
            key = newcomer.key
            if is_word(body.get("device_key")):
                body["device_key"] = base64.b64encode(newcomer.public).decode()
            if dice.random() < 0.5 and is_word(body.get("secret")):
                body["secret"] = self.receiver.receiver.new_code("0412").secret
                body["office"] = "0412"
            newcomer.close()
        elif is_word(body.get("dev")):
            body["dev"] = self.device.dev
        if isinstance(body.get("recipient"), str):
            body["recipient"] = str(pyrage.x25519.Identity.generate().to_public())
        if purpose == "lookup" and isinstance(body.get("question"), str):
            body["kid"] = self.device.kid
            body["question"] = base64.b64encode(self._question(dice)).decode()
        if isinstance(body.get("items"), list):
            body["items"] = [self._item(item, dice) for item in body["items"]]
        case.body = _signed(body, key, purpose)
        return case

    def _credentials(self, case: Case, dice: random.Random) -> str:
        """What lets the device have a file: the one there is, or one that was drawn."""
        if dice.random() < 0.7:
            case.path_parameters = {"sha256": self.program}
        drawn = {"dev": self.device.dev, "n": "n" * 22, "sig": ""}
        message = {**drawn, "sha256": str((case.path_parameters or {}).get("sha256", ""))}
        shown = json.dumps(_signed(message, self.device.key, "program")).encode()
        return f"Device {base64.b64encode(shown).decode()}"

    def _item(self, item: Any, dice: random.Random) -> Any:
        """The drawn envelope signed by the device; now and then with a payload that opens."""
        if not isinstance(item, dict) or not is_word(item.get("dev")):
            return item
        if dice.random() < 0.1:
            return self.known
        item = {**item, "dev": self.device.dev}
        try:
            if dice.random() < 0.5 and is_word(item["op_id"]):
                header = Header(item["op_id"], self.device.dev, item["inc"], item["seq"])
                item = self.device.seal(header, self._payload(header, dice))
            return self.device.sign_again(item)
        except (KeyError, TypeError, ValueError, AttributeError):
            # Cannot be signed; goes as it is.
            return item

    def _payload(self, header: Header, dice: random.Random) -> bytes:
        """A payload as a device makes it, with one value of another kind."""
        kind = dice.choice((self.device.plaintext, self._case_plaintext))
        data = json.loads(kind(header))
        place = data if dice.random() < 0.4 else data["body"]
        name = dice.choice(sorted(place))
        place[name] = dice.choice((None, True, -1, 2**60, 1.5, "", "\x00", "x" * 70, [], {}, [{}]))
        return json.dumps(data).encode()

    def _case_plaintext(self, header: Header) -> bytes:
        return self.device.plaintext(header, kind=Kind.CASE)

    def _question(self, dice: random.Random) -> bytes:
        asked: dict[str, Any] = {
            "reference": dice.choice((str(uuid.uuid4()), ASKED_BEFORE)),
            "pin": "21503198800117",
            "purpose": "OWN",
            "consent": True,
        }
        if dice.random() < 0.3:
            asked[dice.choice(sorted(asked))] = dice.choice((None, 1, "", "x" * 70, [], False))
        return sealed_for(json.dumps(asked).encode(), self.device.recipients)


def _make_likely(case: Case, dice: random.Random) -> None:
    """Values that mean something here, where drawn ones seldom do."""
    if case.path.endswith("/figures"):
        case.query = {
            "from": "2026-10-01",
            "to": f"2026-1{dice.randint(0, 2)}-31",
            "by": dice.choice(("none", "office", "month")),
            "format": dice.choice(("json", "csv")),
        }
    elif "/feed/" in case.path:
        case.path_parameters = {"name": DIRECTORY}
        case.query = {"after": dice.randint(0, 2), "version": dice.randint(0, 1)}


def _signed(body: dict[str, Any], key: Any, purpose: str) -> dict[str, Any]:
    """The body with a good signature; as it was where RFC 8785 has no form for it."""
    if not isinstance(body.get("sig"), str):
        return body
    try:
        return dict(sign({k: v for k, v in body.items() if k != "sig"}, key, purpose=purpose))
    except (rfc8785.CanonicalizationError, ValueError):
        return body


@contextmanager
def contract_world(folder: Path) -> Iterator[ContractWorld]:
    """The receiver with a mock of the social assistance system behind it."""
    clock = FrozenClock()
    with (
        SocialSystem() as system,
        SecurityServer(system.url, client=CLIENT, service=SERVICE) as road,
    ):
        road.rights = [("POST", "/benefits")]
        data = folder / "ministry"
        data.mkdir()
        settings = SETTINGS.format(url=road.url, client=CLIENT, service=SERVICE)
        (data / "lookup.toml").write_text(settings, encoding="utf-8")
        with RunningReceiver(data, clock) as receiver:
            for pace in (
                receiver.receiver.address_pace,
                receiver.receiver._device_pace,
                receiver.receiver._lookup_pace,
                receiver.receiver._program_pace,
            ):
                pace._burst = float(NEVER)
            world = ContractWorld(receiver, clock)
            yield world
            world.device.close()
