"""A version of the program over HTTP (RFC 9110, 14), without the whole of it in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ministry_server.program_files import Piece
from ministry_server.receiver import Receiver


def program_endpoint(
    receiver: Receiver, work: Callable[..., Awaitable[Any]]
) -> Callable[[Request], Awaitable[Response]]:
    """Answers a device that asks for a file. `work` runs a function on a thread."""

    async def program(request: Request) -> Response:
        headers = request.headers
        asked = (headers.get("authorization", ""), headers.get("range"))
        return _response(await work(receiver.program, request.path_params["sha256"], *asked))

    return program


def _response(piece: Piece) -> Response:
    headers = {
        "ETag": f'"{piece.file.name}"',
        "Accept-Ranges": "bytes",
        "Content-Length": str(piece.last - piece.first + 1),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if not piece.whole:
        headers["Content-Range"] = f"bytes {piece.first}-{piece.last}/{piece.size}"
    return StreamingResponse(
        piece.chunks(),
        200 if piece.whole else 206,
        headers,
        media_type="application/octet-stream",
    )
