"""A host that carries out the customer's forms, and a customer who has nothing but his keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..selfservice.conftest import Customer
from . import site

#: what the host's address of a page begins with
PAGES = "/live?puq_page="
#: keys after which a customer has passed everything that a page has
_MOST_TABS = 150


@contextmanager
def host(served: site.Site, customer: Customer, locale: str) -> Iterator[str]:
    """Serve the customer's pages and take his forms; the address of a page without its name.

    Style sheets are those of ``served``.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path in served.files:
                self._send(200, *served.files[parts.path])
                return
            asked = dict(parse_qsl(parts.query))
            query = {
                key.removeprefix("puqz_"): value
                for key, value in asked.items() if key.startswith("puqz_")
            }  # fmt: skip
            more = {"page": asked.get("puq_page", ""), "query": query, "form": form}
            self._page(customer.ask("client_area", **more, **shown).value["html"])

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            sent = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
            answer = customer.ask("client_action", form={**form, **sent}, query={}, **shown).value
            if following := answer.get("data", {}).get("next"):
                self._send(303, b"", "text/html", following)
            else:
                self._page(answer.get("html") or answer["message"])

        def _page(self, fragment: str) -> None:
            html = site.page("Bootstrap 5", locale, fragment).encode()
            self._send(200, html, "text/html; charset=utf-8")

        def _send(self, status: int, content: bytes, kind: str, location: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", site.POLICY)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    form = {"action": "/live", "page_url": PAGES}
    shown = {"assets_url": site.ASSETS, "locale": locale, "mode": "full"}
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{PAGES}"
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Keyboard:
    """Keys alone, in a page of the browser."""

    page: Any
    #: the host's address of a page
    pages: str

    def open(self, name: str, **query: str) -> None:
        """Go to a page."""
        self.page.goto(self.pages + name + "".join(f"&puqz_{k}={v}" for k, v in query.items()))

    def to(self, selector: str) -> None:
        """Press Tab until the focus is there."""
        for _ in range(_MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.locator(f":focus:is({selector})").count():
                return
        raise AssertionError(f"Tab never comes to {selector} on {self.page.url}")

    def press(self, *keys: str) -> None:
        """Press keys where the focus is."""
        for one in keys:
            self.page.keyboard.press(one)

    def write(self, form: str, **typed: str) -> None:
        """Fill in the fields of an action's form, each from its beginning."""
        for name, text in typed.items():
            self.to(f"{of(form)} [name={name}]")
            self.press("Control+a")
            self.page.keyboard.type(text)

    def send(self, form: str) -> None:
        """Press the button of an action's form, and wait for the page that comes."""
        self.to(f"{of(form)} [type=submit]")
        with self.page.expect_navigation():
            self.press("Enter")

    def unfold(self, form: str) -> None:
        """Open what holds an action's form, if it is shut."""
        details = f"details:not([open]):has({of(form)})"
        if self.page.locator(details).count():
            self.to(f"{details} > summary")
            self.press("Enter")


def of(action: str) -> str:
    """The form of an action."""
    return f"form:has([name=puqz_action][value={action}])"
