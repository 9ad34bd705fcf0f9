"""A small billing host around the customer's page, on loopback, for the demonstration.

It does to the fragment what WHMCS does: prints it verbatim in a centred division, prints some rows
itself when the fragment is embedded, takes the customer's forms. It is stricter than most hosts:
without the fragment's promises (no script, no inline style) the page would show it at once.

Source: `clientareaproductdetails.tpl` of WHMCS's themes six and twenty-one; CSP Level 3.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import PurePath
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from puq_zimbra import i18n
from puq_zimbra.clientarea.addresses import https_address
from puq_zimbra.demo import words
from puq_zimbra.demo.step import Step
from puq_zimbra.demo.view import MODES, SKINS, Mode, View, fields_of_parts

_LOG = logging.getLogger("puq_zimbra")
_MOST_FORM_BYTES = 2 * 1024 * 1024
#: path -> (package, file) of what is served as it stands
_ASSETS = {
    "/assets/puqz.css": ("puq_zimbra.templates", "puqz.css"),
    "/assets/puqz.js": ("puq_zimbra.templates", "puqz.js"),
    "/assets/host.css": ("puq_zimbra.demo", "host.css"),
}
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
ASSETS_URL = "/assets"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Acted:
    """What became of a form of the page."""

    ok: bool
    message: str
    #: the address of the page to go on with; "" = it is refused
    next: str = ""
    #: the page that comes with the answer; "" = none does
    html: str = ""


@dataclass(frozen=True)
class HostActions:
    """What the frame asks of the product; it is called by one thread at a time."""

    #: (locale, mode, page, form, query) -> HTML; the last three as in `Request`
    fragment: Callable[[str, Mode, str, Mapping[str, str], Mapping[str, str]], str]
    #: (fields of the customer's form beside the host's own, locale, mode) -> what became of it
    act: Callable[[Mapping[str, str], str, Mode], Acted]
    #: "webmail" or "admin" -> https address that logs the customer in
    sso: Callable[[str], str]
    #: what the demonstration did, oldest first: `Step`s, or tuples of the same three values
    timeline: Callable[[], Iterable[Step]]
    #: locale -> the rows (label, value) that a host prints around an embedded fragment
    product: Callable[[str], Sequence[tuple[str, str]]] = lambda locale: ()
    #: the state that is shown, and all that can be
    states: Callable[[], tuple[str, Sequence[str]]] = lambda: ("", ())
    #: shows another one
    enter: Callable[[str], None] = lambda name: None


class _Refused(Exception):
    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class DemoHost:
    """The frame as it runs; a context manager that stops it."""

    def __init__(self, actions: HostActions, port: int) -> None:
        self.actions = actions
        #: what makes a form the frame's own
        self.token = secrets.token_urlsafe(32)
        #: the outcome of the last form, shown once
        self.flash: tuple[bool, str] | None = None
        self.lock = threading.Lock()
        self._server = _listen(port)
        self._server.frame = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self) -> None:
        """Serve until the process is interrupted."""
        self._thread.join()

    def __enter__(self) -> DemoHost:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def serve(actions: HostActions, port: int = 8088) -> DemoHost:
    """Serve the frame on 127.0.0.1, on ``port`` or the next free one; 0 is any free one."""
    return DemoHost(actions, port)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A port in use must be noticed and passed over, not shared.
    allow_reuse_address = False
    frame: DemoHost


def _listen(port: int) -> _Server:
    for candidate in (*range(port, port + 20 if port else 0), 0):
        try:
            return _Server(("127.0.0.1", candidate), _Handler)
        except OSError:
            if not candidate:
                raise
    raise AssertionError("port 0 is always tried last")


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "ExampleHosting"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def log_message(self, format: str, *args: Any) -> None:
        _LOG.debug("demo host: %s", self.command)

    def _answer(self, story: Callable[[], None]) -> None:
        try:
            self._check_host()
            story()
        except _Refused as refusal:
            self._send(refusal.status, str(refusal).encode(), "text/plain; charset=utf-8")

    def _check_host(self) -> None:
        """Refuse a name that is not loopback: another site's page may not reach in by DNS."""
        port = self.server.server_port
        if self.headers.get("Host") not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            raise _Refused(HTTPStatus.MISDIRECTED_REQUEST)

    def _get(self) -> None:
        parts = urlsplit(self.path)
        if parts.path in _ASSETS:
            package, name = _ASSETS[parts.path]
            text = resources.files(package).joinpath(name).read_bytes()
            self._send(HTTPStatus.OK, text, _KINDS[PurePath(name).suffix])
        elif parts.path == "/":
            self._page(View.of(dict(parse_qsl(parts.query))))
        elif parts.path == "/webmail":
            self._sso(View.of(dict(parse_qsl(parts.query))), "webmail")
        else:
            raise _Refused(HTTPStatus.NOT_FOUND)

    def _post(self) -> None:
        parts = urlsplit(self.path)
        view = View.of(dict(parse_qsl(parts.query)))
        fields = self._fields()
        frame = self.server.frame
        token = fields.pop("token", "")
        if not hmac.compare_digest(token.encode(), frame.token.encode()):
            raise _Refused(HTTPStatus.FORBIDDEN)
        if parts.path == "/act":
            self._act(view, fields)
        elif parts.path == "/state":
            with frame.lock:
                frame.actions.enter(fields.get("state", ""))
            self._redirect(view.address())
        elif parts.path == "/sso":
            self._sso(view, "admin" if fields.get("target") == "admin" else "webmail")
        else:
            raise _Refused(HTTPStatus.NOT_FOUND)

    def _act(self, view: View, fields: Mapping[str, str]) -> None:
        """Carry out a form of the page; its answer is a redirect, or a page that comes with it."""
        frame = self.server.frame
        with frame.lock:
            acted = frame.actions.act({**fields, **view.form(frame.token)}, view.lang, view.mode)
            # What the page itself says need not be said above it.
            frame.flash = None if acted.html or acted.next else (acted.ok, acted.message)
        if acted.html:
            self._page(view, acted.html)
        elif acted.next.startswith("/?"):
            self._redirect(acted.next)
        else:
            self._redirect(view.stay())

    def _sso(self, view: View, target: str) -> None:
        frame = self.server.frame
        with frame.lock:
            address = frame.actions.sso(target)
        # A redirect to another origin would be against our own form-action: show the link.
        self._html("sso.html", view, target=target, address=https_address(address))

    def _fields(self) -> dict[str, str]:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            raise _Refused(HTTPStatus.LENGTH_REQUIRED)
        if int(length) > _MOST_FORM_BYTES:
            self.close_connection = True
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        content, kind = self.rfile.read(int(length)), self.headers.get("Content-Type", "")
        if kind.startswith("multipart/form-data"):
            return fields_of_parts(kind, content)
        return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))

    def _page(self, view: View, fragment: str = "") -> None:
        frame = self.server.frame
        form = view.form(frame.token)
        with frame.lock:
            flash, frame.flash = frame.flash, None
            fragment = fragment or frame.actions.fragment(
                view.lang, view.mode, view.page, form, view.query
            )
            steps = [step.told(view.lang) for step in frame.actions.timeline()]
            product = frame.actions.product(view.lang) if view.mode == "embedded" else ()
            state, states = frame.actions.states()
        self._html(
            "host.html",
            view,
            # Our own page, finished and escaped: as in WHMCS it is printed as it is.
            fragment=Markup(fragment),
            flash=flash,
            steps=steps,
            product=product,
            token=frame.token,
            state=state,
            states=[(name, words.say(words.STATES[name], view.lang)) for name in states],
            wanted=words.say(words.WANTED.get(view.host, ""), view.lang),
            look_at=[(words.say(text, view.lang), page) for text, page in words.LOOK_AT],
            languages=words.names(),
            skins=SKINS,
            modes=MODES,
        )

    def _html(self, template: str, view: View, **values: object) -> None:
        html = _templates(view.lang).get_template(template).render(view=view, **values)
        self._send(HTTPStatus.OK, html.encode("utf-8", "replace"), "text/html; charset=utf-8")

    def _redirect(self, address: str) -> None:
        self._send(HTTPStatus.SEE_OTHER, b"", "text/plain; charset=utf-8", Location=address)

    def _send(self, status: HTTPStatus, body: bytes, kind: str, **more: str) -> None:
        self.send_response(status)
        headers = {**_HEADERS, "Content-Type": kind, "Content-Length": str(len(body)), **more}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@cache
def _templates(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("puq_zimbra.demo", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The i18n extension adds its methods at run time, so the type checker does not know them.
    install = environment.install_gettext_translations  # type: ignore[attr-defined]
    install(i18n.translations(language), newstyle=True)
    return environment
