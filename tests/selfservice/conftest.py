"""A customer on his page: he opens it, fills in a form and sends it, as his browser would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from lxml import html

from puq_zimbra.billing import plain
from puq_zimbra.engine.dispatch import Answer
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.request import Request
from tests.conftest import Hook
from tests.dns.nameserver import NameServer, asked_alone

CUSTOMER = "7"
#: what the host says of its own page
HOST = {"action": "clientarea.php", "a": "client_action", "token": "t0", "page_url": "page.php?p="}


@dataclass
class Page:
    """A page as the browser has it."""

    answer: Mapping[str, Any]
    tree: Any = field(repr=False)

    @property
    def text(self) -> str:
        """All that a reader sees."""
        return " ".join(self.tree.text_content().split())

    @property
    def nav(self) -> list[str]:
        """The names of the pages that it leads to."""
        return [
            one.text_content() for one in self.tree.xpath("//nav[contains(@class, 'puqz-nav')]//a")
        ]

    def forms(self) -> list[dict[str, str]]:
        """The fields of all its forms that are sent to the host."""
        sent = [one for one in self.tree.forms if one.method == "POST"]
        return [{name: value or "" for name, value in one.fields.items()} for one in sent]

    def form(self, action: str, target: str | None = None) -> dict[str, str]:
        """The fields of the form of an action, as they stand."""
        for one in self.tree.forms:
            fields = {name: value or "" for name, value in one.fields.items()}
            if fields.get("puqz_action") != action:
                continue
            if target is None or fields["puqz_object"] == target:
                return fields
        raise AssertionError(f"no form {action} in: {self.text}")


class Customer:
    """What he does."""

    def __init__(
        self, hook: Hook, capabilities: tuple[str, ...] = ("full",), customer_id: str = CUSTOMER,
        service: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self._hook, self.capabilities, self.id = hook, capabilities, customer_id
        #: what else the host says of his service
        self.service = dict(service or {})
        #: who looks, as the host says it
        self.actor: Mapping[str, str] | None = None
        #: what his plan says beside his capabilities
        self.plan: dict[str, Any] = {}

    def as_another(self, customer_id: str) -> Customer:
        """Another customer, as if the service were his."""
        return Customer(self._hook, self.capabilities, customer_id, self.service)

    def of_service(self, service: Mapping[str, Any]) -> Customer:
        """The same customer with another service."""
        return Customer(self._hook, self.capabilities, self.id, service)

    def request(self, params: Mapping[str, Any]) -> Request:
        """His service as a request names it."""
        service = {**params["service"], **self._said()}
        return plain.validate({**params, "service": service})

    def open(self, page: str = "overview", **query: str) -> Page:
        """Open a page."""
        more = {"actor": self.actor} if self.actor else {}
        answer = self.ask("client_area", form=HOST, page=page, query=query, **more)
        assert answer.code == "unchanged", answer
        return _page(answer.value)

    def send(
        self, fields: Mapping[str, str], actor: Mapping[str, str] | Any = None, **typed: Any
    ) -> Answer:
        """Send a form with what is typed into it; "" as a value leaves a box without its tick."""
        sent = {name: value for name, value in {**fields, **typed}.items() if value is not None}
        more = {"actor": actor} if actor else {}
        return self.ask("client_action", form={**HOST, **sent}, query={}, **more)

    def does(self, action: str, page: str, query: Mapping[str, str], **typed: Any) -> Answer:
        """Open a page, fill in its form and send it."""
        form = self.open(page, **query).form(action, query.get("id"))
        return self.send(form, None, **typed)

    def page_of(self, answer: Answer) -> Page:
        """The page that came with an answer."""
        return _page(answer.value)

    def ask(self, event: str, **more: Any) -> Answer:
        """Send a request for the customer's service."""
        return self._hook(event, service=self._said(), **more)

    def _said(self) -> dict[str, Any]:
        plan = {"self_service": list(self.capabilities), **self.service.get("plan", {})}
        plan |= self.plan
        return {"customer_id": self.id, **self.service, "plan": plan}


def _page(value: Mapping[str, Any]) -> Page:
    return Page(value, html.fromstring(f"<div>{value['html']}</div>"))


def as_read(text: str) -> Page:
    """A page of some HTML."""
    return _page({"html": text})


@pytest.fixture
def as_page() -> Callable[[Mapping[str, Any]], Page]:
    """An answer's page."""
    return _page


@pytest.fixture
def nameserver(runtime: Runtime) -> Iterator[NameServer]:
    """The name server that is asked; it knows nothing yet."""
    with asked_alone(runtime) as server:
        yield server


@pytest.fixture
def customer(hook: Hook) -> Customer:
    """The customer of a service that was made."""
    assert hook("create").code == "created"
    return Customer(hook)
