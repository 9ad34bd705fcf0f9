"""The HTTP service: requests are limited, verified and carried out.

A body is read only if the headers can be right, and a hook starts only if the signature is. Hooks
run in a pool of threads. One Zimbra gets at most three quarters of it, so that one that does not
answer cannot delay the hooks of the others. A request beyond the limits is rejected at once (503).

Source: FastAPI, Starlette ("Requests", "Thread Pool"), anyio ("Working with threads").
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from puq_zimbra import __version__, registry
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Busy, PuqZimbraError
from puq_zimbra.http import bearer, openapi, responses, signatures
from puq_zimbra.http.background import Background
from puq_zimbra.http.key_limiter import KeyLimiter
from puq_zimbra.http.metrics import Metrics
from puq_zimbra.http.replay_guard import ReplayGuard, as_json, params_of
from puq_zimbra.http.replay_guard import Response as Answered
from puq_zimbra.http.responses import Rejected
from puq_zimbra.http.secret_file import Keys
from puq_zimbra.http.signatures import NotSigned, Signed
from puq_zimbra.registry.host import Host

log = logging.getLogger("puq_zimbra")

#: bytes of the longest body, as on the command line
LARGEST_BODY = 4 * 2**20
#: bytes of a body that is always received, and of the memory that all larger ones share: they are
#: received before their signature is verified
_SMALL_BODY, _ROOM = 64 * 2**10, 32 * 2**20
_NOT_SIGNED = "The signature or the time of the request is not right."


class _Service:
    """One process's service with its limits."""

    def __init__(self, runtime: Runtime, keys: Keys) -> None:
        http = runtime.config.http
        self.runtime, self.keys = runtime, keys
        self.metrics = Metrics(runtime)
        self._guard = ReplayGuard(runtime)
        self._events = {name: registry.events(name) for name in registry.host_names()}
        self._workers, self._waiting = http.workers, http.waiting
        self._body_seconds = http.body_seconds
        self._room = _ROOM
        self._probing, self._probed_at = threading.Lock(), -math.inf
        self._why_not: PuqZimbraError | None = None
        self._limiter: CapacityLimiter | None = None
        self._of_request = KeyLimiter(1)
        self._of_zimbra = KeyLimiter(_share(self._workers))
        #: hooks that run or wait: all, and by Zimbra
        self._hooks, self._by_zimbra = 0, Counter[str]()
        #: monotonic seconds from which a wrong signature is logged again
        self._log_from, self._not_logged = 0.0, 0

    async def hook(self, host: str, event: str, request: Request) -> Response:
        """Answer one request."""
        declared = registry.host_of(host)
        try:
            asked = await self._read(declared, request)
        except Rejected as error:
            self.metrics.turned_away.labels(str(error.status)).inc()
            self._log(host, error, request)
            return responses.rejected(declared, error)
        if event not in self._events[host]:
            away = Rejected(404, "not_found", f"The host {host} has no such event.")
            body = as_json(responses.body_of(declared, away))
            return responses.answered(asked, Answered(404, body, "not_found"))
        params = params_of(asked.body)
        zimbra = declared.host_port(params)
        room = self._workers + self._waiting
        if self._hooks >= room or self._by_zimbra[zimbra] >= _share(room):
            self.metrics.turned_away.labels("503").inc()
            away = Rejected(503, "unavailable", "Too many hooks wait: try again.")
            return responses.rejected(declared, away)
        answered = await self._carry_out(host, event, asked, params, zimbra)
        return responses.answered(asked, answered)

    def _log(self, host: str, away: Rejected, request: Request) -> None:
        """Log a wrong signature, at most once a second: it costs nothing to send one."""
        if away.status != 401:
            return
        now = time.monotonic()
        if now < self._log_from:
            self._not_logged += 1
            return
        peer = request.client.host if request.client else "unix"
        fields: dict[str, object] = {"host": host, "status": 401, "reason": away.reason}
        fields["peer"] = peer
        # Nobody signed it, so it may be anything.
        fields["request_id"] = request.headers.get(signatures.ID, "")[:200]
        if self._not_logged:
            fields["not_logged"] = self._not_logged
        self._log_from, self._not_logged = now + 1, 0
        log.warning("signature refused", extra={"fields": fields})

    async def _carry_out(
        self, host: str, event: str, asked: Signed, params: Any, zimbra: str
    ) -> Answered:
        if self._limiter is None:
            self._limiter = CapacityLimiter(self._workers)
        began = time.perf_counter()
        self._hooks += 1
        self._by_zimbra[zimbra] += bool(zimbra)
        self.metrics.at_work.set(self._hooks)
        try:
            # The wait is here, where it occupies no worker.
            async with self._of_request.limit(asked.known_by), self._of_zimbra.limit(zimbra):
                # Goes on if the client disconnects: the hook ends, or leaves its operation open.
                carry_out = self._guard.answer if asked.keys else self._guard.answer_unsigned
                answered = await anyio.to_thread.run_sync(
                    carry_out, host, event, asked, params, limiter=self._limiter
                )
        finally:
            self._hooks -= 1
            self._by_zimbra[zimbra] -= bool(zimbra)
            self._by_zimbra = +self._by_zimbra  # drops the zeros
            self.metrics.at_work.set(self._hooks)
        self.metrics.hooks.labels(host, event, answered.code).inc()
        self.metrics.seconds.labels(host, event).observe(time.perf_counter() - began)
        return answered

    async def _read(self, host: Host, request: Request) -> Signed:
        """The request, if its signature or its token is right."""
        try:
            asked = await (self._with_token if host.bearer else self._with_signature)(request)
        except NotSigned as error:
            words = "The token is not right." if host.bearer else _NOT_SIGNED
            raise Rejected(401, "refused", words, str(error)) from None
        except PuqZimbraError as error:
            raise Rejected(503, "unavailable", "The service has no secret to use.") from error
        if request.url.query:
            raise Rejected(400, "invalid", "The address must have no query.")
        return asked

    async def _with_token(self, request: Request) -> Signed:
        given = request.headers.getlist("authorization")
        caller = bearer.installation_of(self.keys.active(), given)
        return bearer.call(caller, await self._body(request))

    async def _with_signature(self, request: Request) -> Signed:
        identity, timestamp = signatures.check_time(
            request.headers.getlist(signatures.ID),
            request.headers.getlist(signatures.TIME),
            time.time(),
        )
        body = await self._body(request)
        found = request.headers.getlist(signatures.SIGNATURE)
        return await self._check(identity, timestamp, body, found)

    async def _check(
        self, identity: str, timestamp: int, body: bytes, found: Sequence[str]
    ) -> Signed:
        asked = (self.keys.active(), identity, timestamp, body, found)
        if len(body) <= _SMALL_BODY:
            return signatures.check(*asked)
        # A large body takes milliseconds for each secret, which would block the event loop.
        return await anyio.to_thread.run_sync(signatures.check, *asked)

    async def _body(self, request: Request) -> bytes:
        parts, size, taken = [], 0, 0
        try:
            async with asyncio.timeout(self._body_seconds):
                async for part in request.stream():
                    size += len(part)
                    if size > LARGEST_BODY:
                        raise Rejected(413, "invalid", "The body is larger than 4 MB.")
                    if size > _SMALL_BODY:
                        taken += len(part)
                        self._room -= len(part)
                    if size > _SMALL_BODY and self._room < 0:
                        raise Rejected(503, "unavailable", "Too much comes in: try again.")
                    parts.append(part)
        except TimeoutError:
            raise Rejected(408, "unavailable", "The body did not come in time.") from None
        except ClientDisconnect:  # who does not get this answer
            raise Rejected(408, "unavailable", "The body did not come whole.") from None
        finally:
            self._room += taken
        return b"".join(parts)

    def ready(self) -> PuqZimbraError | None:
        """Why hooks cannot be carried out; None if they can. Checked at most once a second."""
        with self._probing:
            if time.monotonic() >= self._probed_at + 1:
                self._why_not = self._probe()
                self._probed_at = time.monotonic()
            return self._why_not

    def _probe(self) -> PuqZimbraError | None:
        try:
            self.keys.active()
            self.runtime.store().prove_writable()
        except Busy:  # another process writes, so it can be written
            return None
        except PuqZimbraError as error:
            return error
        return None


def _share(of: int) -> int:
    """The most that one Zimbra gets of a limit."""
    return max(1, of * 3 // 4)


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
    for host in registry.host_names():
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
        if (error := service.ready()) is not None:
            response.status_code = 503
            return {"ok": False, "code": error.code}
        return {"ok": True}

    @app.get("/metrics", summary="Figures for Prometheus.", response_class=Response)
    def metrics() -> Response:
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")
