"""Customers whose products grant this and that."""

from __future__ import annotations

from typing import Any

from puq_zimbra.engine.dispatch import Answer
from puq_zimbra.simulator import Simulator, maildrop

from ..conftest import Hook
from ..dns.nameserver import NameServer
from .conftest import Customer, Page

#: stamp of another customer's service
ANOTHERS = "puq_zimbra:crm.example:43"
#: what a browser would run if it were drawn as it is
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}{php}"


class Buyer(Customer):
    """A customer with a plan of his own."""

    def __init__(self, hook: Hook, *capabilities: str, **plan: Any) -> None:
        super().__init__(hook, capabilities or ("full",))
        self.plan = plan
        self.service: dict[str, Any] = {}

    def ask(self, event: str, **more: Any) -> Answer:
        """Send a request for the customer's service."""
        plan = {"self_service": list(self.capabilities), **self.plan}
        service = {"customer_id": self.id, "plan": plan, **self.service}
        return self._hook(event, service=service, **more)


def another(simulator: Simulator, name: str = "inna.example") -> str:
    """Make another customer's domain; its name."""
    simulator.create_domain(name, zimbraForeignName=ANOTHERS)
    return name


def prove(customer: Customer, nameserver: NameServer, name: str) -> Page:
    """Ask for a domain alias and set the record that the page shows; the page that adds it."""
    asked = customer.does("prepare_alias_domain", "lists", {}, domain=name).value["data"]
    assert asked["page"] == "alias_domain_new", asked
    page = customer.open(asked["page"], **asked["query"])
    record, value = page.tree.xpath("//dl//*[contains(@class, 'puqz-code')]")
    nameserver.text(record.text_content(), value.text_content())
    return page


def add_domain(customer: Customer, nameserver: NameServer, name: str) -> Answer:
    """Add a domain alias whose record is in DNS."""
    return customer.send(prove(customer, nameserver, name).form("add_alias_domain"))


def writes(simulator: Simulator) -> list[str]:
    """The names of the requests that wrote, or tried to."""
    return [call.name.removesuffix("Request") for call in simulator.writes()]


def wrong(answer: Answer) -> dict[str, str]:
    """What is wrong with a form, by field."""
    assert answer.code == "invalid", answer
    return {one["field"]: one["message"] for one in answer.value["data"]["errors"]}


def deleted(simulator: Simulator, address: str, count: int = 1, subject: str = "msg") -> None:
    """Let a mailbox have messages that were deleted from its trash, too."""
    account = simulator.account(address)
    account.put("zimbraDumpsterEnabled", "TRUE")
    box = simulator.state.mailbox(account)
    for number in range(count):
        head = f"From: a@ext.test\r\nTo: {address}\r\nSubject: {subject} {number}\r\n\r\nbody\r\n"
        item = maildrop.add(box, maildrop.INBOX, head, 1767261600000 + number * 60000)
        maildrop.delete(box, item, keep=True)
