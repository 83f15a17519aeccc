"""Runs the web application on a socket."""

from __future__ import annotations

import socket
import threading

import uvicorn
from starlette.applications import Starlette


class Server(uvicorn.Server):
    """Uvicorn as we want it: no access log, no banner, no trust in forwarded addresses."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                loop="asyncio",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=20,
            )
        )
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's; then tell those who wait for `ready`."""
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Port 0 takes a free one; `getsockname()` tells which."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named asyncio switches Nagle's delay off; without, each answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
