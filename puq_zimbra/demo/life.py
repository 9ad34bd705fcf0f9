"""A mail domain's life, driven through the hooks as a billing host would, each step verified.

The Zimbra at the other end is the simulator, over TLS with a pinned certificate. What a customer
does in Zimbra's own panel (making mailboxes, receiving mail) is done to the simulator directly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from puq_zimbra import i18n, languages
from puq_zimbra.demo.step import Step
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.simulator import Simulator
from puq_zimbra.units import GB, MB
from puq_zimbra.usage.sync import sync_server
from puq_zimbra.zimbra_server import Server, Tls

DOMAIN = "firma-przykład.example"
ASCII_DOMAIN = "xn--firma-przykad-6hc.example"
SECOND = "sklep.example"
DAYS = 30
#: months before those days, with one reading each
MONTHS = 9
#: local part -> bytes on the last day and bytes gained a day
MAILBOXES = {
    "biuro": (int(4.66 * GB), 40 * MB),
    "ksiegowosc": (int(2.31 * GB), 12 * MB),
    "sprzedaz": (int(3.52 * GB), 61 * MB),
    "magazyn": (410 * MB, 3 * MB),
    "rekrutacja": (0, 0),
}
PLAN = {
    "cos": "business",
    "mailboxes": 25,
    "mailbox_quota": 5 * GB,
    "domain_quota": 40 * GB,
    "suspend_mode": "locked",
    "terminate": {"mode": "delete"},
    "aliases": 50,
    "lists": 10,
    "domain_aliases": 2,
    "self_service": ["full"],
}
#: who is logged in at the billing host
CUSTOMER = {"kind": "customer", "id": "7", "name": "Anna Nowak"}


@dataclass
class Life:
    """The demonstration's customer, provider and Zimbra."""

    simulator: Simulator
    running: Any
    runtime: Runtime
    assets_url: str
    tell: Callable[[Step], None] = lambda step: None
    steps: list[Step] = field(default_factory=list)

    def params(
        self, service_id: str = "42", domain: str = DOMAIN, **changes: Any
    ) -> dict[str, Any]:
        """A call as the billing host would make it."""
        given: dict[str, Any] = {
            "installation": "demo.example",
            "locale": "pl",
            "server": {
                "url": self.running.admin_url,
                "username": "admin@example.test",
                "password": "test123",
                "tls": {"fingerprint": self.running.fingerprint},
                "webmail_url": self.running.user_url.replace("/service/soap", "/"),
                "admin_url": self.running.admin_url.replace("/service/admin/soap", "/zimbraAdmin/"),
                "hostname": "mail.example.test",
                "ip": "192.0.2.10",
            },
            "service": {
                "id": service_id,
                "model": "domain",
                "domain": domain,
                "customer_id": CUSTOMER["id"],
                "plan": {**PLAN, **changes.pop("plan", {})},
                "admin": {"name": "admin", "password": "Demo-Pass-2026"},
            },
            "billing": {
                "registered": (self.runtime.now() - timedelta(days=320)).date().isoformat(),
                "recurring_amount": "149.00",
                "currency": "PLN",
                "cycle": "monthly",
                "next_due": (self.runtime.now() + timedelta(days=14)).date().isoformat(),
                "payment_method": "Przelew bankowy",
            },
            "actor": {"kind": "automatic"},
            "assets_url": self.assets_url,
            "time_zone": "Europe/Warsaw",
        }
        return {**given, **changes}

    def hook(self, event: str, **changes: Any) -> dict[str, Any]:
        """Call a hook; its answer."""
        answer = dispatch("plain", event, self.params(**changes), self.runtime)
        value: dict[str, Any] = answer.value
        return value

    def step(self, title: str, detail: str, ok: bool, **values: object) -> None:
        """Note what was done; the two are messages, whose places ``values`` fill."""
        done = Step(title, detail, ok, values)
        self.steps.append(done)
        self.tell(done)

    def expect(self, title: str, event: str, code: str, **changes: Any) -> dict[str, Any]:
        """Call a hook and note whether it answered the expected code."""
        before = len(self.simulator.log)
        reply = self.hook(event, **changes)
        calls = len(self.simulator.log) - before
        right = reply["code"] == code
        said = N_("%(code)s, %(calls)s SOAP calls") if right else "%(message)s"
        values = {"code": reply["code"], "calls": calls, "message": reply["message"]}
        self.step(title, said, right, domain=DOMAIN, **values)
        return reply


def sell(life: Life) -> None:
    """Order, and the same order once more."""
    life.expect(N_("Test connection"), "test_connection", "unchanged")
    life.expect(N_("Create %(domain)s"), "create", "created")
    life.expect(N_("Create it again"), "create", "already_exists")
    made = [c for c in life.simulator.calls("CreateDomainRequest") if c.ok]
    life.step(N_("Domains made in Zimbra"), str(len(made)), len(made) == 1)


def use(life: Life) -> None:
    """Months of mail, the last of them measured every day as cron would."""
    server = _server(life)
    today = life.runtime.now()
    for name in MAILBOXES:
        life.simulator.create_account(f"{name}@{ASCII_DOMAIN}", "Demo-Pass-2026")
    read = 0
    for month in range(MONTHS, 0, -1):
        for name, (now, a_day) in MAILBOXES.items():
            a_month = max(now - DAYS * a_day, 0) // MONTHS
            life.simulator.add_mail(f"{name}@{ASCII_DOMAIN}", a_month)
        read += _measure(life, server, today - timedelta(days=DAYS * (1 + month)))
    for days_ago in range(DAYS, -1, -1):
        read += _measure(life, server, today - timedelta(days=days_ago))
        if days_ago:
            for name, (_, a_day) in MAILBOXES.items():
                life.simulator.add_mail(f"{name}@{ASCII_DOMAIN}", a_day)
    whole = read == MONTHS + DAYS + 1
    life.step(
        N_("Usage of %(months)s months and %(days)s days"),
        N_("%(read)s readings, each whole"),
        whole,
        months=MONTHS,
        days=DAYS,
        read=read,
    )
    reply = life.hook("usage")
    row = reply["data"]["rows"][0]
    life.step(
        N_("Usage for the billing host"),
        N_("%(used)s of %(limit)s MB"),
        reply["ok"] and row["complete"],
        used=row["disk_used_mb"],
        limit=row["disk_limit_mb"],
    )


def _measure(life: Life, server: Server, at: datetime) -> int:
    result = sync_server("demo", server, life.runtime.zimbra_of, life.runtime.store(), at)
    return 1 if result.error is None and result.services == 1 else 0


def measure_now(life: Life) -> None:
    """Measure as cron does."""
    _measure(life, _server(life), life.runtime.now())


def _server(life: Life) -> Server:
    given = dict(life.params()["server"])
    return Server(**{**given, "tls": Tls(**given["tls"])})


def pay(life: Life) -> None:
    """Overdue, suspended, paid, and a bigger plan; too small a one is refused."""
    life.expect(N_("Suspend: unpaid"), "suspend", "updated")
    life.expect(N_("Suspend again"), "suspend", "unchanged")
    life.expect(N_("No single sign-on while suspended"), "sso_service", "refused")
    life.expect(N_("Unsuspend: paid"), "unsuspend", "updated")
    life.expect(N_("Renew"), "renew", "unchanged")
    life.expect(
        N_("Change package: 40 mailboxes"), "change_package", "updated", plan={"mailboxes": 40}
    )
    life.expect(N_("Too small a package"), "change_package", "refused", plan={"mailboxes": 3})
    life.expect(N_("Change package: back"), "change_package", "updated")
    life.expect(N_("Change password"), "change_password", "updated", new_password="Demo-Pass-2027")
    life.expect(
        N_("Change it again"), "change_password", "unchanged", new_password="Demo-Pass-2027"
    )
    reply = life.expect(N_("Single sign-on"), "sso_service", "unchanged")
    life.step(N_("The link works once"), N_("302, then 400"), _once(life, reply["data"]["url"]))


def _once(life: Life, url: str) -> bool:
    """Open a single sign-on link twice."""
    import http.client
    import ssl
    from urllib.parse import urlsplit

    context = ssl.create_default_context(cafile=str(life.running.ca_file))
    parts, seen = urlsplit(url), []
    for _ in range(2):
        connection = http.client.HTTPSConnection(parts.netloc, context=context, timeout=5)
        connection.request("GET", f"{parts.path}?{parts.query}")
        seen.append(connection.getresponse().status)
        connection.close()
    return seen == [302, 400]


def recover(life: Life) -> None:
    """An answer that is lost on the way: looked into, and the work is done once."""
    order = {"service_id": "43", "domain": SECOND}
    life.simulator.drop_next("CreateDomainRequest", applied=True)
    life.expect(N_("An order whose answer is lost on the way"), "create", "created", **order)
    life.expect(N_("The same order again"), "create", "already_exists", **order)
    accepted = [
        c for c in life.simulator.calls("CreateDomainRequest") if c.element.get("name") == SECOND
    ]
    life.step(N_("Domains made for it"), str(len(accepted)), len(accepted) == 1)
    life.expect(N_("Terminate it"), "terminate", "updated", **order)
    life.expect(N_("Terminate it again"), "terminate", "already_gone", **order)


def show(life: Life) -> None:
    """The customer's page, in every language."""
    for locale in languages.found():
        words = i18n.translate("Server information", {}, locale)
        reply = life.hook("client_area", locale=locale)
        html = reply.get("html", "")
        life.step(
            N_("Client area in %(language)s"),
            N_("%(characters)s characters"),
            words in html and "biuro@" in html and "<script>" not in html,
            language=locale,
            characters=len(html),
        )


def end(life: Life) -> None:
    """Termination of the first service."""
    life.expect(N_("Terminate %(domain)s"), "terminate", "updated")
    life.expect(N_("Terminate it again"), "terminate", "already_gone")
    gone = life.simulator.domain(ASCII_DOMAIN) is None
    life.step(N_("Left of it in Zimbra"), N_("nothing") if gone else N_("the domain"), gone)


def until_the_page(life: Life) -> None:
    """Everything before the termination, which leaves something to look at."""
    sell(life)
    use(life)
    pay(life)
    recover(life)
    show(life)
