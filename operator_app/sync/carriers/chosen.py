"""Which way leads to the server: the one place that decides it."""

from __future__ import annotations

from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.sync.carriers.base import Carrier
from operator_app.sync.carriers.https import HttpsCarrier
from operator_app.sync.carriers.xroad import XRoadCarrier


def open_carrier(database: Database, url: str, **patience: float) -> Carrier:
    """The carrier by the office's settings; `patience` in seconds, as the carriers take it."""
    with database.read() as connection:
        xroad = settings.read_server(connection).xroad
    if xroad is not None:
        return XRoadCarrier(xroad, **patience)
    return HttpsCarrier(url, **patience)
