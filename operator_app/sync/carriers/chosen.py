"""Which way leads to the server: the one place that decides it."""

from __future__ import annotations

from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.domain.policy import NOTHING_HELD, InForce
from operator_app.errors import NetworkProblem
from operator_app.sync.carriers.base import Carrier
from operator_app.sync.carriers.https import HttpsCarrier
from operator_app.sync.carriers.xroad import XRoadCarrier


def open_carrier(
    database: Database, url: str, *, policy: InForce = NOTHING_HELD, **patience: float
) -> Carrier:
    """The carrier by the office's settings; `patience` in seconds, as the carriers take it.

    Raises NetworkProblem("carrier.not_allowed") when IT does not let this PC go that way.
    """
    with database.read() as connection:
        xroad = settings.read_server(connection).xroad
    if not policy.allows("https" if xroad is None else "xroad"):
        raise NetworkProblem("carrier.not_allowed")
    if xroad is not None:
        return XRoadCarrier(xroad, **patience)
    return HttpsCarrier(url, proxy=policy.text("proxy"), **patience)
