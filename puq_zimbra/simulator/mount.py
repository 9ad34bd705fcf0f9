"""The same core as callbacks of a `responses` mock: no socket, no certificate."""

from __future__ import annotations

import re
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from puq_zimbra.simulator.front import Front, HttpRequest

if TYPE_CHECKING:
    import responses


def mount(
    mock: responses.RequestsMock, front: Front, admin_url: str, user_url: str, server: str
) -> None:
    """Answer requests to both URLs, and to what lies below them."""
    for kind, url in (("admin", admin_url), ("user", user_url)):
        place = urlsplit(url)
        port = place.port or 443
        pattern = re.compile(re.escape(f"{place.scheme}://{place.netloc}") + r"(/.*)?$")
        for method in ("POST", "GET"):
            mock.add_callback(
                method, pattern, _Callback(front, kind, port, admin_url, user_url, server)
            )


class _Callback:
    """What one mounted URL answers."""

    def __init__(
        self, front: Front, kind: str, port: int, admin_url: str, user_url: str, server: str
    ) -> None:
        self.front = front
        self.kind = kind
        self.port = port
        self.urls = admin_url, user_url
        self.server = server

    def __call__(self, prepared: Any) -> tuple[int, dict[str, str], bytes]:
        from requests import ConnectionError as Dropped
        from requests import ReadTimeout

        if self.front.chaos.connection() is not None:
            raise Dropped("the simulated server refused the connection")
        place = urlsplit(prepared.url)
        body = prepared.body or b""
        request = HttpRequest(
            prepared.method,
            place.path + (f"?{place.query}" if place.query else ""),
            {"Host": place.netloc, **{k.title(): _text(v) for k, v in prepared.headers.items()}},
            body.encode() if isinstance(body, str) else body,
            self.kind,
            self.port,
            *self.urls,
            self.server,
        )
        answer = self.front.answer(request)
        if answer.plan is not None and answer.plan.kind == "drop":
            raise Dropped("the simulated server closed the connection")
        if answer.plan is not None and answer.plan.kind == "silence":
            raise ReadTimeout("the simulated server says nothing")
        date = formatdate(self.front.state.clock(), usegmt=True)
        headers = {"Date": date, "Content-Type": answer.content_type, **dict(answer.headers)}
        return answer.status, headers, answer.body


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
