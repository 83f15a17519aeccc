"""The receiver in a process of its own: `python -m tests.benchmarks.receiver_process DIR`.

Prints its address and an enrolment code as one line of JSON. Beside the protocol it answers
POST /bare: it reads the body and throws it away.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ministry_server.keys import make_keys
from ministry_server.receiver import Receiver
from ministry_server.serve import Server, listen
from ministry_server.store import make_store
from ministry_server.web import build_app


async def bare(request: Request) -> Response:
    await request.body()
    return Response(b"{}")


def main(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir()
        make_keys(folder)
        make_store(folder)
    receiver = Receiver(folder)
    app = build_app(receiver)
    app.router.routes.append(Route("/bare", bare, methods=["POST"]))
    listener = listen("127.0.0.1", 0)
    listener.listen(128)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    print(json.dumps({"url": url, "code": str(receiver.new_code("0412"))}), flush=True)
    Server(app).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
