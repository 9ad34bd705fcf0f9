"""A service's life in a billing host, step by step, and what must be so after each.

Every step can be taken again, as an admin's Retry, the next cron or an impatient client do.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lxml import html

from puq_zimbra.simulator import Simulator
from tests.faults.observed import DOMAIN, look

from .host import Client, Host, told

SERVICE, CLIENT, SERVER = 42, 7, 3
SMALL, LARGE = 11, 12
ADMIN = f"admin@{DOMAIN}"
#: the domain as the customer typed it
TYPED = "Firma.Example"
#: what HTML, JSON, shells and URLs treat specially
SERVER_PASSWORD = "S&rver<1>\"'%23+ż &amp; \\"
FIRST_PASSWORD = "Pi&rwsze<2>\"'#%+ż"
NEW_PASSWORD = "Nowe&Hasło<3>\"'#%+ &lt;x \\"
#: a day in each step, so that nothing else falls due in it
ORDERED, MEASURED, OVERDUE, LATER = "2026-01-05", "2026-01-06", "2026-02-12", "2026-02-13"
MB = 2**20
#: bytes that the mailbox holds, and what WHMCS is told of them
HELD, HELD_MB = 3 * MB + 1, 4
STEPS = (
    "create", "page", "usage", "suspend", "unsuspend", "upgrade", "password", "sso", "terminate",
)  # fmt: skip


@dataclass
class Life:
    """One service, from its order to its end."""

    host: Host
    client: Client
    simulator: Simulator
    #: the mailbox that the last link to the webmail opened
    inside: str = ""
    #: steps that were seen to be right
    done: list[str] = field(default_factory=list)

    def take(self, step: str) -> str:
        """Take a step for the first time: `success`, or what a person reads instead."""
        if step == "create":
            return self._paid()
        if step == "usage":
            self.host.do("cron", today=MEASURED)
            return self._measured()
        if step == "suspend":
            return str(self.host.do("cron", today=OVERDUE)["SuspendAccount"])
        if step == "unsuspend":
            return self._paid()
        if step == "upgrade":
            return str(self.host.do("upgrade", service=SERVICE, product=LARGE))
        if step == "terminate":
            self.host.fill(("tblcancelrequests", {"relid": SERVICE, "type": "Immediate"}))
            return str(self.host.do("cron", today=LATER)["TerminateAccount"])
        return self._by_the_client(step)

    def again(self, step: str) -> str:
        """What people do after an error: an admin retries what waits, the client asks again."""
        waiting = self.host.queue()
        if waiting:
            answers = [self.host.do("retry", entry=int(one["id"])) for one in waiting]
            return next((str(a) for a in answers if a != "success"), "success")
        if step == "usage":
            self.host.do("cron", today=MEASURED)
            return self._measured()
        return self._by_the_client(step)

    def _paid(self) -> str:
        answers = self.host.do("pay", service=SERVICE)
        assert answers
        return next((a for a in answers.values() if a != "success"), "success")

    def _measured(self) -> str:
        used = int(self.host.service(SERVICE)["diskusage"])
        return "success" if used == HELD_MB else "not measured"

    def _by_the_client(self, step: str) -> str:
        if step == "page":
            page = self.client.get(SERVICE).text
            document: Any = html.fromstring(page)
            said = ADMIN in document.text_content()
            whole = said and "puqz-status" in page and "puqz-is-off" not in page
            return "success" if whole else "no whole page"
        if step == "password":
            form = {"newpw": NEW_PASSWORD, "confirmpw": NEW_PASSWORD}
            return told(self.client.post(SERVICE, modulechangepassword="true", **form))
        assert step == "sso"
        answer = self.client.get(SERVICE, dosinglesignon="1")
        if answer.status_code != 302:
            return told(answer)
        opened = self.client.session.get(answer.headers["Location"], timeout=10)
        self.inside = ADMIN if ADMIN in opened.text else ""
        return "success"

    def check(self, step: str) -> None:
        """See that the host, Zimbra and the customer have what the steps so far are for."""
        self.done.append(step)
        service, seen = self.host.service(SERVICE), look(self.simulator)
        status = {"suspend": "Suspended", "terminate": "Terminated"}.get(step, "Active")
        assert service["domainstatus"] == status
        assert self.host.queue() == []
        if step == "terminate":
            assert not seen.there
            return
        assert (seen.ours, seen.unfinished, seen.mailboxes) == (True, False, ((ADMIN, "active"),))
        assert service["username"] == ADMIN
        suspended = step == "suspend"
        assert (seen.status, seen.was) == (("locked", "active") if suspended else ("active", None))
        accounts, space = ("25", 51200) if "upgrade" in self.done else ("5", 1024)
        assert seen.limits[:2] == (accounts, str(space * MB))
        password = NEW_PASSWORD if "password" in self.done else FIRST_PASSWORD
        assert self.simulator.verify_password(ADMIN, password)
        if "usage" in self.done:
            assert int(service["diskusage"]) == HELD_MB
            assert service["lastupdate"]
        if step == "usage":
            assert int(service["disklimit"]) == space
        if suspended:
            assert service["suspendreason"] == "Overdue on Payment"
        if step == "sso":
            assert self.inside == ADMIN
        if step == "create":
            self.simulator.add_mail(ADMIN, HELD)


def made(simulator: Simulator) -> Counter[str]:
    """How often Zimbra accepted to make each object."""
    return Counter(
        f"{call.name} {call.element.get('name')}"
        for call in simulator.log
        if call.ok and call.name.startswith("Create")
    )


def install(host: Host, running: Any, access_hash: str) -> None:
    """Set up a provider's host: a server, two products, a client with an unpaid order.

    Beside it stands a service of the same domain that is long gone.
    """
    place = urlsplit(running.admin_url)
    webmail = running.user_url.replace("/service/soap", "")
    client = {
        "id": CLIENT,
        "firstname": "Zoë & Żaneta",
        "lastname": "O'Hara",
        "companyname": 'Firma "Ł&ł" <sp. z o.o.>',
        "email": "biuro@firma.example",
        "language": "polish",
    }
    server = {
        "id": SERVER,
        "name": "mail1",
        "hostname": place.hostname,
        "ipaddress": "192.0.2.10",
        "username": "admin@example.test",
        "password": SERVER_PASSWORD,
        "accesshash": f"{access_hash}ca_file={running.ca_file}\nwebmail_url={webmail}",
        "port": str(place.port),
        "type": "puqzimbra",
    }
    gone = {
        "id": SERVICE - 1,
        "userid": CLIENT + 1,
        "packageid": SMALL,
        "server": SERVER,
        "regdate": "2020-01-01",
        "domain": TYPED,
        "amount": "1.00",
        "nextduedate": "2020-01-01",
        "domainstatus": "Terminated",
        "username": "",
        "password": "long-gone",
        "suspendreason": "",
    }
    host.fill(
        ("tblclients", client),
        ("tblservers", server),
        ("tblproducts", product(SMALL, "starter", mailboxes=5, space=1024)),
        ("tblproducts", product(LARGE, "business", mailboxes=25, space=51200, self_service="full")),
        ("tblhosting", gone),
    )
    asked = {"domain": TYPED, "password": FIRST_PASSWORD, "today": ORDERED}
    assert host.do("order", client=CLIENT, product=SMALL, **asked) == SERVICE


def product(
    number: int, cos: str, mailboxes: int, space: int, self_service: str = ""
) -> dict[str, Any]:
    """A product of the domain model; ``space`` in MB."""
    limits = {2: cos, 3: str(mailboxes), 5: str(space)}
    options = json.dumps({1: "domain", **limits, 10: "delete", 14: self_service})
    given = {"id": number, "name": f"Mail <{cos}>", "servertype": "puqzimbra", "server": SERVER}
    return {**given, "price": "49.00", "options": options}
