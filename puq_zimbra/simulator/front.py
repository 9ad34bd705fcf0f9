"""HTTP in, HTTP out: paths, ports, cookies, referers, and everything that is not SOAP.

Source: `SoapServlet`, `ZimbraServlet`, `CsrfFilter`, `PreAuthServlet`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from puq_zimbra.simulator import control, faults, pages, preauth
from puq_zimbra.simulator.chaos import Chaos, Plan
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.corrupt import WAYS
from puq_zimbra.simulator.dispatch import Cookies, Engine
from puq_zimbra.simulator.faults import Fault
from puq_zimbra.simulator.handlers.auth import ADMIN_COOKIE
from puq_zimbra.simulator.handlers.userside import USER_COOKIE
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.traffic import Traffic

MAX_REQUEST = 15_360_000
_PATHS = {"admin": "/service/admin/soap", "user": "/service/soap"}
_NAMES = re.compile(rb"[<:\"]([A-Z][A-Za-z]+Request)\b")
_HTML = "text/html;charset=iso-8859-1"


@dataclass(frozen=True)
class HttpRequest:
    """One request as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    #: "admin" or "user": the port it came to.
    port_kind: str
    port: int
    #: Addresses of the two SOAP services and the server that was reached.
    admin_url: str
    user_url: str
    server: str


@dataclass
class HttpAnswer:
    """What to send back, and what is to go wrong on the way."""

    status: int
    content_type: str
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)
    plan: Plan | None = None


class Front:
    """Answers HTTP requests against one state."""

    def __init__(
        self, state: State, engine: Engine, chaos: Chaos, *, with_control: bool = False
    ) -> None:
        self.state = state
        self.engine = engine
        self.chaos = chaos
        self.with_control = with_control
        self.traffic = Traffic()

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request."""
        path = urlsplit(request.target).path
        if self.with_control and path == control.PATH and request.port_kind == "admin":
            return self._control(request)
        kind = next((k for k, p in _PATHS.items() if path == p or path.startswith(p + "/")), None)
        if kind is None:
            return self._other(request, path)
        if request.method == "GET" and self.state.is_carbonio:
            return self._refuse(faults.parse_error("parse error: empty request payload"))
        if request.method != "POST":
            message = f"HTTP method {request.method} is not supported by this URL"
            return _error(405, message, path)
        if self._foreign_referer(request):
            return _error(403, "Forbidden", path)
        if kind != request.port_kind:
            # Not the SOAP service's word, and so HTTP 500 from Carbonio too.
            fault = faults.failure(f"Request not allowed on port {request.port}")
            return replace(self._refuse(fault), status=500)
        if len(request.body) > MAX_REQUEST:
            return self._refuse(
                faults.invalid(
                    f"Request size {len(request.body)} exceeded limit of {MAX_REQUEST} "
                    "bytes set for zimbraSoapRequestMaxSize."
                )
            )
        return self._disturbed(request, kind)

    def _disturbed(self, request: HttpRequest, kind: str) -> HttpAnswer:
        """Run the command under the disturbance planned for it, if any."""
        self.chaos.begin()
        names = [name.decode() for name in _NAMES.findall(request.body)] or [""]
        plan = next((p for p in map(self.chaos.transport, dict.fromkeys(names)) if p), None)
        if plan is None:
            return self._soap(request, kind)
        spoils = plan.kind in ("drip", "mangle")
        real = self._soap(request, kind) if plan.applied or spoils else None
        if plan.kind == "http":
            return HttpAnswer(plan.status, plan.content_type, plan.body, list(plan.headers.items()))
        if plan.kind == "mangle" and real is not None:
            body, content_type, headers = WAYS[plan.how](real.body)
            return HttpAnswer(real.status, content_type, body, list(headers.items()))
        answer = real or HttpAnswer(200, "text/xml; charset=utf-8", b"<soap:Envelope " + b" " * 512)
        answer.plan = plan
        return answer

    def _control(self, request: HttpRequest) -> HttpAnswer:
        authorization = request.headers.get("Authorization")
        status, body = control.answer(
            self.state, self.chaos, request.method, authorization, request.body
        )
        return HttpAnswer(status, "application/json", body)

    def delay(self, body: bytes) -> float:
        """Seconds planned to pass before a body is looked at."""
        names = dict.fromkeys(name.decode() for name in _NAMES.findall(body))
        return sum(map(self.chaos.delay, names))

    def _soap(self, request: HttpRequest, kind: str) -> HttpAnswer:
        context = Context(
            self.state,
            kind,
            server=request.server,
            user_url=request.user_url,
            admin_url=request.admin_url,
        )
        cookie = read_cookie(request.headers, ADMIN_COOKIE if kind == "admin" else USER_COOKIE)
        cookies = Cookies(cookie, request.headers.get("X-Zimbra-Csrf-Token"))
        made = self.engine.answer(request.body, kind, cookies, context)
        headers = [("Cache-Control", "no-store, no-cache")]
        headers += [
            ("Set-Cookie", f"{name}={value};Path=/;Secure;HttpOnly")
            for name, value in made.cookies.items()
        ]
        return HttpAnswer(made.status, made.content_type, made.body, headers)

    def _refuse(self, fault: Fault) -> HttpAnswer:
        made = self.engine.refuse(fault)
        return HttpAnswer(made.status, made.content_type, made.body)

    def _foreign_referer(self, request: HttpRequest) -> bool:
        """A referer of another host is refused; none is fine (`CsrfFilter`)."""
        referer = request.headers.get("Referer")
        host = (request.headers.get("Host") or "").partition(":")[0]
        return bool(referer) and urlsplit(referer or "").hostname not in (host, None)

    def _other(self, request: HttpRequest, path: str) -> HttpAnswer:
        if request.method != "GET":
            return _error(404, "Not Found", path)
        query = {k: v[0] for k, v in parse_qs(urlsplit(request.target).query).items()}
        if path == "/service/preauth":
            return self._preauth(request, query, path)
        if path.startswith("/service/wsdl/"):
            name = path.rpartition("/")[2]
            found = pages.wsdl(name, request.admin_url, self.state.flavour)
            if found is not None:
                return HttpAnswer(200, "text/xml; charset=utf-8", found)
        landing = {"user": ("/mail", "/zimbra", "/"), "admin": ("/zimbraAdmin",)}
        if path.rstrip("/") in landing[request.port_kind] or path == "/":
            cookie = ADMIN_COOKIE if request.port_kind == "admin" else USER_COOKIE
            token = read_cookie(request.headers, cookie)
            body = pages.landing(self.state, token, request.port_kind)
            return HttpAnswer(200, "text/html; charset=utf-8", body)
        return _error(404, "Not Found", path)

    def _preauth(self, request: HttpRequest, query: dict[str, str], path: str) -> HttpAnswer:
        with self.state.lock:
            try:
                token, to = preauth.redeem(self.state, query, request.port_kind == "admin")
            except Fault as fault:
                return _error(400, fault.text, path)
        name = ADMIN_COOKIE if request.port_kind == "admin" else USER_COOKIE
        headers = [
            ("Location", to),
            ("Set-Cookie", f"{name}={token};Path=/;Secure;HttpOnly"),
        ]
        return HttpAnswer(302, "text/html; charset=utf-8", b"", headers)


def read_cookie(headers: Mapping[str, str], name: str) -> str | None:
    """Value of one cookie."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("Cookie") or "")
    except CookieError:
        return None
    return jar[name].value if name in jar else None


def _error(status: int, message: str, path: str) -> HttpAnswer:
    return HttpAnswer(status, _HTML, pages.error(status, message, path))
