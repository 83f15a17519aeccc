"""HTTP around the receiver (Starlette). Contract: resources/protocol/openapi.yaml."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ministry_server import log as lines
from ministry_server.health import health
from ministry_server.lookup_link import PATH
from ministry_server.messages import MAX_BYTES, Refusal
from ministry_server.overview import overview
from ministry_server.program_web import program_endpoint
from ministry_server.receiver import LATER_SECONDS, Receiver, Role
from ministry_server.status import from_here, may_see, status_page, wanted_language

log = logging.getLogger("ministry_server.web")

WORKERS = 4
BODY_SECONDS = 900.0
"""A full request over the slowest line we know (1 MiB at 2 kB/s) takes less."""
DRAIN_BYTES = 8 * MAX_BYTES
"""What is too large is read to its end up to here, so that the refusal is heard."""

_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Endpoint = Callable[[Request], Awaitable[Response]]

_TITLES = {
    400: "The request is not of the agreed form",
    401: "This device is not recognised",
    403: "The enrolment code was refused",
    404: "There is nothing here",
    405: "Not by this method",
    408: "The request came too slowly",
    409: "This has changed since the pages before; begin again",
    413: "The request is too large",
    415: "Only application/json is understood",
    416: "The file ends before that",
    429: "Too many attempts",
    500: "The server failed",
    503: "The server is busy",
}


def build_app(receiver: Receiver) -> Starlette:
    """The ASGI application of one receiver. It closes the receiver when it shuts down."""
    executor = ThreadPoolExecutor(WORKERS, thread_name_prefix="receiver")
    # Figures take their time, one question after the other; no push waits for a thread because
    # of them.
    counting = ThreadPoolExecutor(1, thread_name_prefix="statistics")
    # Nor because another system takes its time.
    asking = ThreadPoolExecutor(WORKERS, thread_name_prefix="lookup")

    async def work(function: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(executor, function, *args)

    async def count(function: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(counting, function, *args)

    async def hello(request: Request) -> Response:
        return _json(await work(receiver.hello, request.query_params.get("n")))

    async def enrol(request: Request) -> Response:
        body = await _read_body(request)
        return _json(await work(receiver.enrol, body, _address(request)), 201)

    async def push(request: Request) -> Response:
        return _json(await work(receiver.push, await _read_body(request)))

    async def have(request: Request) -> Response:
        return _json(await work(receiver.have, await _read_body(request)))

    async def changes(request: Request) -> Response:
        return _json(await work(receiver.changes, await _read_body(request)))

    async def places(request: Request) -> Response:
        return _json(await work(receiver.places, await _read_body(request)))

    async def lookup(request: Request) -> Response:
        body = await _read_body(request)
        return _json(
            await asyncio.get_running_loop().run_in_executor(asking, receiver.lookup, body)
        )

    async def feed(request: Request) -> Response:
        page = await work(
            receiver.feed,
            request.path_params["name"],
            request.query_params.multi_items(),
            request.headers.get("if-none-match"),
        )
        headers = {"ETag": page.etag}
        if page.body is None:
            return Response(status_code=304, headers=headers)
        return Response(page.body, headers=headers, media_type="application/json")

    async def statistics(request: Request) -> Response:
        desk = receiver.statistics
        if desk is None:
            # Nothing can be opened here; another process, or another day, may be able to.
            raise Refusal(503, "server.later", retry_seconds=LATER_SECONDS)
        ask = desk.definitions if request.url.path.endswith("/definitions") else desk.figures
        told = await count(
            ask,
            request.headers.get("authorization", ""),
            request.query_params.multi_items(),
            _address(request),
            receiver.now(),
        )
        return Response(told.body, headers=_PRIVATE, media_type=told.media_type)

    async def status(request: Request) -> Response:
        if not may_see(request, receiver.keys.status_token):
            return _problem(404, "request.unknown_path")
        vault, now = receiver.opener and receiver.opener.vault, receiver.now()
        state = await work(overview, receiver.store, vault, now)
        return status_page(state, now, wanted_language(request))

    async def metrics(request: Request) -> Response:
        if not from_here(request):
            await work(
                receiver.monitors.recognise,
                request.headers.get("authorization", ""),
                _address(request),
                receiver.now(),
            )
        # A library that nothing else needs.
        from ministry_server.metrics import MEDIA_TYPE, exposition

        state = await work(health, receiver.store, receiver.now())
        told = exposition(receiver.counts.now(), state)
        return Response(told, headers=_PRIVATE, media_type=MEDIA_TYPE)

    def guarded(endpoint: Endpoint) -> Endpoint:
        return _guard(receiver, endpoint)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        keeper = asyncio.create_task(_keep_house(receiver, work))
        try:
            yield
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
            executor.shutdown()
            counting.shutdown()
            asking.shutdown()
            receiver.close()

    sync = [
        Route("/sync/v1/hello", guarded(hello), methods=["GET"]),
        Route("/sync/v1/enrol", guarded(enrol), methods=["POST"]),
        Route("/sync/v1/push", guarded(push), methods=["POST"]),
        Route("/sync/v1/have", guarded(have), methods=["POST"]),
        Route("/sync/v1/changes", guarded(changes), methods=["POST"]),
        Route("/sync/v1/places", guarded(places), methods=["POST"]),
        Route("/sync/v1/lookup", guarded(lookup), methods=["POST"]),
        Route("/sync/v1/feed/{name}", guarded(feed), methods=["GET"]),
        Route(
            "/sync/v1/program/{sha256}", guarded(program_endpoint(receiver, work)), methods=["GET"]
        ),
    ]
    return Starlette(
        routes=[
            *(sync if receiver.role is not Role.OPENER else []),
            Route("/statistics/v1/figures", guarded(statistics), methods=["GET"]),
            Route("/statistics/v1/definitions", guarded(statistics), methods=["GET"]),
            Route("/metrics", guarded(metrics), methods=["GET"]),
            Route("/status", guarded(status), methods=["GET"]),
        ],
        exception_handlers={HTTPException: _http_problem},
        lifespan=lifespan,
    )


def build_lookup_app(receiver: Receiver, token: str) -> Starlette:
    """What an opener offers its intake: to answer a device's question (lookup_link.py)."""
    asking = ThreadPoolExecutor(WORKERS, thread_name_prefix="lookup")
    known = f"Bearer {token}".encode()

    async def lookup(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), known):
            raise Refusal(401, "token.wrong")
        body = await _read_body(request)
        loop = asyncio.get_running_loop()
        return _json(await loop.run_in_executor(asking, receiver.lookup, body))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        asking.shutdown()

    return Starlette(
        routes=[Route(PATH, _guard(receiver, lookup), methods=["POST"])],
        exception_handlers={HTTPException: _http_problem},
        lifespan=lifespan,
    )


async def _keep_house(receiver: Receiver, work: Callable[..., Awaitable[Any]]) -> None:
    """The rounds: for what another process stored, and for what waits too long."""
    pause = 2.0 if receiver.role is Role.OPENER else 60.0
    while True:
        await asyncio.sleep(pause)
        try:
            await work(receiver.housekeeping)
        except Exception as error:  # noqa: BLE001 - the next round may go better
            lines.failure(log, "housekeeping", error)


def _guard(receiver: Receiver, endpoint: Endpoint) -> Endpoint:
    """Turn what goes wrong into problem+json; count; nothing of a request reaches a log."""
    name = endpoint.__name__

    async def guarded(request: Request) -> Response:
        start = time.monotonic()
        code: str | None = None
        try:
            receiver.address_pace.take(_address(request))
            response = await endpoint(request)
        except Refusal as refusal:
            code = refusal.code
            response = _problem(refusal.status, refusal.code, **refusal.params)
        except OperationalError as error:
            lines.failure(log, name, error)
            code = "server.busy"
            response = _problem(503, code, retry_seconds=5)
        except ClientDisconnect:
            code = "request.cut"
            response = Response(status_code=400)
        except Exception as error:  # noqa: BLE001 - the last resort
            lines.failure(log, name, error)
            code = "server.failed"
            response = _problem(500, code)
        seconds = time.monotonic() - start
        receiver.counts.answered(name, response.status_code, code, seconds)
        lines.answered(name, response.status_code, code, seconds)
        return response

    return guarded


async def _read_body(request: Request) -> bytes:
    """The body. Raises Refusal 408, 413 or 415."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise Refusal(415, "request.media_type")
    too_large = Refusal(413, "request.too_large", max_bytes=MAX_BYTES)
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > DRAIN_BYTES:
        raise too_large
    body = bytearray()
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > DRAIN_BYTES:
                    break
                if size <= MAX_BYTES:
                    body += chunk
    except TimeoutError:
        raise Refusal(408, "request.too_slow") from None
    if size > MAX_BYTES:
        raise too_large
    return bytes(body)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _http_problem(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    codes = {404: "request.unknown_path", 405: "request.method"}
    response = _problem(status, codes.get(status, "request.refused"))
    # Which methods there are (405).
    response.headers.update(getattr(error, "headers", None) or {})
    return response


def _json(data: dict[str, Any], status: int = 200) -> Response:
    text = json.dumps(data, separators=(",", ":"))
    return Response(text, status, media_type="application/json")


def _problem(status: int, code: str, **more: str | int) -> Response:
    body = {
        "type": f"urn:117:problem:{code}",
        "title": _TITLES.get(status, "Refused"),
        "status": status,
        "code": code,
        **more,
    }
    response = Response(json.dumps(body), status, media_type="application/problem+json")
    if status == 401 and code.startswith("token."):
        response.headers["WWW-Authenticate"] = "Bearer"
    if "retry_seconds" in more:
        response.headers["Retry-After"] = str(more["retry_seconds"])
    return response
