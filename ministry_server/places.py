"""Addresses of confidential places: taken out of the directory, sealed, given to devices only."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from ministry_server.devices import Device
from ministry_server.keys import IntakeKeys
from ministry_server.messages import PlacesRequest
from ministry_server.schema import feed, feed_place
from ministry_server.store import Store
from ministry_server.vault import Vault
from operator_app.domain.feeds import DIRECTORY
from operator_app.domain.wire import canonical_plain
from operator_app.errors import BadInput, Fault
from operator_app.sync.envelope import sealed_for

MOST_ADDRESS_BYTES = 2 << 20
"""Of all addresses together: they travel in one answer."""
LONGEST_ID = 80

Body = Mapping[str, Any]
Bodies = dict[str, Body | None]
Address = dict[str, str]


def split_places(
    news: Mapping[str, Body | None], before: Mapping[str, Body | None]
) -> tuple[Bodies, dict[str, Address]]:
    """The entries without confidential addresses, and these by place.

    A place is the same place in every service: open or confidential, at one address.
    Raises BadInput("feed.faults").
    """
    left: Bodies = dict(news)
    addresses: dict[str, Address] = {}
    faults: list[Fault] = []
    confidential: dict[str, bool] = {}
    for entry_id, body in news.items():
        if body is None:
            continue
        for place in body["places"]:
            if not place["confidential"]:
                continue
            where = f"{entry_id}: places"
            if not 0 < len(place["place_id"].strip()) <= LONGEST_ID:
                faults.append(Fault(where, "feed.bad_id"))
            if place["address"]:
                known = addresses.setdefault(place["place_id"], dict(place["address"]))
                if known != place["address"]:
                    faults.append(Fault(where, "feed.place_differs"))
        left[entry_id] = {
            **body,
            "places": [{**p, "address": {}} if p["confidential"] else p for p in body["places"]],
        }
    for entry_id, body in {**before, **left}.items():
        for place in body["places"] if body else ():
            if (
                confidential.setdefault(place["place_id"], place["confidential"])
                != (place["confidential"])
            ):
                faults.append(Fault(f"{entry_id}: places", "feed.place_differs"))
    if faults:
        raise BadInput("feed.faults", faults)
    return left, addresses


class Places:
    """The sealed addresses."""

    def __init__(self, keys: IntakeKeys) -> None:
        self._vault = Vault(keys.place_key)

    def write(
        self,
        connection: Connection,
        bodies: Mapping[str, Body | None],
        addresses: Mapping[str, Address],
    ) -> set[str]:
        """Keep new addresses, forget those of no confidential place; the services concerned.

        `bodies` are the entries of the directory as they are to be. Raises
        BadInput("feed.faults") when there is more than one answer holds.
        """
        hidden = {i: confidential_places(body) for i, body in bodies.items()}
        wanted = {place for places in hidden.values() for place in places}
        known = self.read(connection)
        fresh = {p: a for p, a in addresses.items() if known.get(p) != a}
        gone = [place for place in known if place in fresh or place not in wanted]
        kept = {p: a for p, a in {**known, **fresh}.items() if p in wanted}
        if len(canonical_plain(kept)) > MOST_ADDRESS_BYTES:
            raise BadInput("feed.faults", [Fault("places", "feed.too_large")])
        for place in gone:
            connection.execute(delete(feed_place).where(feed_place.c.place_id == place))
        if fresh:
            connection.execute(
                insert(feed_place),
                [{"place_id": p, "sealed": self._vault.seal(p, a)} for p, a in fresh.items()],
            )
        return {i for i, places in hidden.items() if places & fresh.keys()}

    def read(self, connection: Connection) -> dict[str, Address]:
        """All addresses there are."""
        rows = connection.execute(select(feed_place.c.place_id, feed_place.c.sealed))
        return {row.place_id: self._vault.open(row.place_id, row.sealed) for row in rows}


def confidential_places(body: Body | None) -> set[str]:
    """The ids of a service's places whose address is not for everybody."""
    return {p["place_id"] for p in body["places"] if p["confidential"]} if body else set()


def places_for(
    store: Store, keys: IntakeKeys, asking: Device, request: PlacesRequest
) -> dict[str, Any]:
    """The answer to a device, still to be signed; `version` is that of the directory."""
    with store.read() as connection:
        version = connection.execute(
            select(feed.c.version).where(feed.c.feed == DIRECTORY)
        ).scalar()
        addresses = Places(keys).read(connection)
    sealed = sealed_for(canonical_plain(addresses), [request.recipient])
    return {
        "n": request.nonce,
        "dev": asking.dev,
        "version": version or 0,
        "sealed": base64.b64encode(sealed).decode(),
    }
