"""The HTTP service: what comes in is bounded, checked and handed to the door.

A request's body is read only when its headers can be right, and a hook starts only when the
signature is. Hooks run in a pool of threads, three quarters of which are the most that one Zimbra
gets: one that gives no answer must not keep the others' hooks waiting. Who comes when too many wait
is told so at once.

Source: FastAPI, Starlette ("Requests", "Thread Pool"), anyio ("Working with threads").
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from puq_zimbra import __version__
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.hooks.runtime import Runtime
from puq_zimbra.server import openapi, signatures
from puq_zimbra.server.background import Background
from puq_zimbra.server.door import Door, Given, as_json, params_of
from puq_zimbra.server.metrics import Metrics
from puq_zimbra.server.secret_file import Keys
from puq_zimbra.server.signatures import NotSigned, Signed
from puq_zimbra.server.turns import Turns

#: bytes of the longest body, as on the command line
LARGEST_BODY = 4 * 2**20
#: bytes of a body that always finds room while it comes in, and of the room that all others share:
#: it is needed before it is known who sends
_SMALL_BODY, _ROOM = 64 * 2**10, 32 * 2**20
JSON = "application/json"


class _TurnedAway(Exception):
    """A request that no hook sees."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class _Service:
    """One process's door with its bounds."""

    def __init__(self, runtime: Runtime, keys: Keys) -> None:
        http = runtime.config.http
        self.runtime, self.keys = runtime, keys
        self.metrics = Metrics(runtime)
        self._door = Door(runtime)
        self._workers, self._waiting = http.workers, http.waiting
        self._body_seconds = http.body_seconds
        self._room = _ROOM
        self._limiter: CapacityLimiter | None = None
        self._of_request, self._of_zimbra = Turns(1), Turns(_share(self._workers))
        #: hooks at work or waiting: all, and by Zimbra
        self._inside, self._for_zimbra = 0, Counter[str]()

    async def hook(self, host: str, event: str, request: Request) -> Response:
        """Answer one request."""
        try:
            asked, keys = await self._read(request)
        except _TurnedAway as error:
            self.metrics.turned_away.labels(str(error.status)).inc()
            return _unsigned(error)
        if event not in openapi.HOSTS[host].EVENTS:
            away = _TurnedAway(404, "not_found", f"The host {host} has no such event.")
            return _signed(asked, keys, Given(404, as_json(_body_of(away)), "not_found"))
        params = params_of(asked.body)
        place = openapi.HOSTS[host].place(params)
        room = self._workers + self._waiting
        if self._inside >= room or self._for_zimbra[place] >= _share(room):
            self.metrics.turned_away.labels("503").inc()
            return _unsigned(_TurnedAway(503, "unavailable", "Too many hooks wait: try again."))
        return _signed(asked, keys, await self._carry_out(host, event, asked, params, place))

    async def _carry_out(
        self, host: str, event: str, asked: Signed, params: Any, place: str
    ) -> Given:
        if self._limiter is None:
            self._limiter = CapacityLimiter(self._workers)
        began = time.perf_counter()
        self._inside += 1
        self._for_zimbra[place] += bool(place)
        self.metrics.at_work.set(self._inside)
        try:
            # Waited for here, where it takes no worker from others.
            async with self._of_request.of(asked.id), self._of_zimbra.of(place):
                # Goes on if the sender hangs up: what was begun is finished or left open, not cut.
                given = await anyio.to_thread.run_sync(
                    self._door.answer, host, event, asked, params, limiter=self._limiter
                )
        finally:
            self._inside -= 1
            self._for_zimbra[place] -= bool(place)
            self._for_zimbra = +self._for_zimbra  # without those that nobody asks for
            self.metrics.at_work.set(self._inside)
        self.metrics.hooks.labels(host, event, given.code).inc()
        self.metrics.seconds.labels(host, event).observe(time.perf_counter() - began)
        return given

    async def _read(self, request: Request) -> tuple[Signed, Sequence[bytes]]:
        """The request, if its signature is right, and the keys that count."""
        try:
            identity, timestamp = signatures.check_time(
                request.headers.getlist(signatures.ID),
                request.headers.getlist(signatures.TIME),
                time.time(),
            )
            body = await self._body(request)
            keys = self.keys.active()
            given = request.headers.getlist(signatures.SIGNATURE)
            asked = signatures.check(keys, identity, timestamp, body, given)
        except NotSigned:
            raise _TurnedAway(
                401, "refused", "The signature or the time of the request is not right."
            ) from None
        except PuqZimbraError as error:
            raise _TurnedAway(503, "unavailable", "The service has no secret to use.") from error
        if request.url.query:
            raise _TurnedAway(400, "invalid", "The address must have no query.")
        return asked, keys

    async def _body(self, request: Request) -> bytes:
        parts, size, taken = [], 0, 0
        try:
            async with asyncio.timeout(self._body_seconds):
                async for part in request.stream():
                    size += len(part)
                    if size > LARGEST_BODY:
                        raise _TurnedAway(413, "invalid", "The body is larger than 4 MB.")
                    if size > _SMALL_BODY:
                        taken += len(part)
                        self._room -= len(part)
                    if size > _SMALL_BODY and self._room < 0:
                        raise _TurnedAway(503, "unavailable", "Too much comes in: try again.")
                    parts.append(part)
        except TimeoutError:
            raise _TurnedAway(408, "unavailable", "The body did not come in time.") from None
        except ClientDisconnect:  # which hears this no more
            raise _TurnedAway(408, "unavailable", "The body did not come whole.") from None
        finally:
            self._room += taken
        return b"".join(parts)

    def ready(self) -> None:
        """See that hooks can be answered.

        Raises:
            PuqZimbraError: they cannot.
        """
        self.keys.active()
        self.runtime.store().operations.not_over()


def _share(of: int) -> int:
    """What one Zimbra gets of something at the most."""
    return max(1, of * 3 // 4)


def _body_of(away: _TurnedAway) -> dict[str, Any]:
    return {
        "ok": False,
        "code": away.code,
        "message": away.message,
        "retryable": away.code == "unavailable",
    }


def _signed(asked: Signed, keys: Sequence[bytes], given: Given) -> Response:
    # With the keys of the request's time: the file may be gone by now, and the work is done.
    headers = signatures.headers(keys, asked.id, int(time.time()), given.body)
    return Response(given.body, given.status, headers, JSON)


def _unsigned(away: _TurnedAway) -> Response:
    headers = {"Retry-After": "2"} if away.status == 503 else None
    # What was not read to its end must not be taken for the next request.
    close = {"Connection": "close"} if away.status in (408, 413, 503) else {}
    return Response(as_json(_body_of(away)), away.status, {**(headers or {}), **close}, JSON)


def make_app(runtime: Runtime, keys: Keys) -> FastAPI:
    """The application."""
    service = _Service(runtime, keys)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        background = Background(runtime, runtime.config)
        background.start()
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(background.finish)
            await anyio.to_thread.run_sync(runtime.close)

    app = FastAPI(
        title=openapi.TITLE,
        version=__version__,
        description=openapi.DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        redirect_slashes=False,
    )
    for host in openapi.HOSTS:
        _add_hooks(app, service, host)
    _add_probes(app, service)
    openapi.complete(app.openapi())
    return app


def _add_hooks(app: FastAPI, service: _Service, host: str) -> None:
    async def hook(request: Request) -> Response:
        return await service.hook(host, request.path_params["event"], request)

    app.post(
        f"/v1/hook/{host}/{{event}}",
        operation_id=f"hook_{host}",
        summary=f"Carry out an event of the host {host}.",
        response_class=Response,
        openapi_extra=openapi.operation(host),
    )(hook)


def _add_probes(app: FastAPI, service: _Service) -> None:
    @app.get("/healthz", summary="Whether the process lives.")
    async def healthz() -> dict[str, bool]:
        return {"ok": True}

    @app.get("/readyz", summary="Whether hooks can be answered.", responses={503: {}})
    def readyz(response: Response) -> dict[str, Any]:
        try:
            service.ready()
        except PuqZimbraError as error:
            response.status_code = 503
            return {"ok": False, "code": error.code}
        return {"ok": True}

    @app.get("/metrics", summary="Figures for Prometheus.", response_class=Response)
    def metrics() -> Response:
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")
