"""The social assistance system behind a Security Server: real HTTP, invented people."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KNOWN, UNKNOWN = "21503198800117", "11503198800117"
BENEFITS: list[dict[str, Any]] = [
    {"name": "Үй-бүлөгө көмөк", "state": "ACTIVE", "dateFrom": "2026-01-01", "dateTo": None},
    {"name": "Сүйүнчү", "state": "STOPPED", "dateFrom": "2025-03-01", "dateTo": "2025-03-31"},
    {"name": "Пособие", "state": "NEW WORD", "dateFrom": "2026-02-01T00:00:00"},
]


class SocialSystem:
    """`answer` is what it says for `KNOWN`: a status and a body, or an object."""

    def __init__(self) -> None:
        self.status = 200
        self.body: Any = {"data": {"benefits": BENEFITS}}
        self.seen: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.seen.append((self.path, asked, dict(self.headers.items())))
                status, body = owner.status, owner.body
                if asked["pin"] != KNOWN:
                    status, body = 404, {"error": "no such person"}
                said = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_args: Any) -> None:
                """Nothing is said."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> SocialSystem:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(20)
