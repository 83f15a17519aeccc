"""Notices that the network became another one: a cable plugged in, another Wi-Fi, a tunnel."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

LOOK_MS = 60_000


def local_addresses() -> frozenset[str]:
    """The addresses by which this PC would go out: of IPv4 and IPv6, as far as there is a way.

    Nothing is sent: a datagram socket only looks the way up. The far ones are for documentation.
    """
    found = set()
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as looking:
            looking.connect((far, 9))
            found.add(str(looking.getsockname()[0]))
    return frozenset(found)


class NetworkWatch(QObject):
    """`changed`: there are addresses that were not there a minute ago. A network that only went
    away is no news: there is nothing to try then."""

    changed = Signal()

    def __init__(
        self, parent: QObject, addresses: Callable[[], frozenset[str]] = local_addresses
    ) -> None:
        super().__init__(parent)
        self._addresses = addresses
        self._known: frozenset[str] | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin in a minute; what is there then is no change."""
        self._timer.start()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def look(self) -> None:
        """Compare with what was there the last time."""
        before, self._known = self._known, self._addresses()
        if before is not None and self._known - before:
            self.changed.emit()
