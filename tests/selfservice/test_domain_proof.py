"""A customer proves that a domain is his before it becomes an alias."""

from __future__ import annotations

import time

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from ..dns import nameserver as servers
from ..dns.nameserver import NameServer
from .conftest import HOST, Customer, as_read
from .people import writes, wrong

MORE = "wiecej.example"
RECORD = f"_puq-zimbra.{MORE}"
LATER = f"The TXT record {RECORD} is not in DNS yet, or is not visible yet: nothing was changed."
OTHER = f"The TXT record {RECORD} has another value: nothing was changed."


def shown(customer: Customer, name: str = MORE, **more: str) -> str:
    """The value that a page shows for the record of a domain."""
    query = {"new": name}
    answer = customer.ask("client_area", form=HOST, page="alias_domain_new", query=query, **more)
    codes = as_read(answer.value["html"]).tree.xpath("//dl//*[contains(@class, 'puqz-code')]")
    return str(codes[1].text_content())


def add(customer: Customer) -> str:
    """Try to add the domain; what is wrong, or the code of the answer."""
    answer = customer.send(customer.open("alias_domain_new", new=MORE).form("add_alias_domain"))
    return wrong(answer)[""] if answer.code == "invalid" else answer.code


def test_only_its_own_record_proves_a_domain(
    customer: Customer, hook: Hook, simulator: Simulator, nameserver: NameServer
) -> None:
    """Not one for another service, installation or domain; until it is there, nothing is made."""
    other, foreign = {"id": "43", "domain": "inna.example"}, {"domain": "obca.example"}
    assert hook("create", service=other).code == "created"
    assert hook("create", service=foreign, installation="b.test").code == "created"
    right = shown(customer)
    tried = {
        "none": [],
        "another record": ["v=spf1 -all"],
        "of another service": [shown(customer.of_service(other))],
        "of another installation": [shown(customer.of_service(foreign), installation="b.test")],
        "of another domain": [shown(customer, "inna.example")],
        "a part of it": [right[:-1]],
    }
    simulator.reset_log()
    said = {}
    for kind, values in tried.items():
        nameserver.text(RECORD, *values)
        said[kind] = add(customer)

    assert said == {**dict.fromkeys(tried, OTHER), "none": LATER}
    assert writes(simulator) == []
    assert len({right, *(value for values in tried.values() for value in values)}) == 6
    nameserver.text(RECORD, "x", f'"{right}"')  # some panels keep the quotes that were typed
    assert add(customer) == "created"


def test_the_page_says_what_to_set(customer: Customer, nameserver: NameServer) -> None:
    """The same each time; what is wrong stands on top of it; DNS is asked for a form alone."""
    asked = customer.does("prepare_alias_domain", "lists", {}, domain="Więcej.example")
    page = customer.open("alias_domain_new", **asked.value["data"]["query"])
    name = "_puq-zimbra.xn--wicej-k0a.example"
    copied = page.tree.xpath("//button[@data-puqz-copy]/@aria-label")
    assert copied == [f"Copy: {name}", f"Copy: {shown(customer, 'więcej.example')}"]
    assert "więcej.example" in page.text
    assert nameserver.asked == []
    answer = customer.send(page.form("add_alias_domain"))

    assert nameserver.asked == [("TXT", name)]
    again = customer.page_of(answer)
    assert again.tree.xpath("//*[@role='alert']//li/text()") == [wrong(answer)[""]]
    assert again.tree.xpath("//button[@data-puqz-copy]/@aria-label") == copied
    assert again.form("add_alias_domain")["domain"] == "więcej.example"
    assert "Type a domain" in customer.open("alias_domain_new", new="<b>").text


def test_a_dns_that_does_not_answer(
    customer: Customer, simulator: Simulator, runtime: Runtime
) -> None:
    """It is said so, nothing is written, and the page comes in time whatever the settings allow."""
    with servers.asked_alone(runtime, seconds=60) as nameserver:
        simulator.reset_log()
        for behaviour in (servers.silent, servers.failing):
            nameserver.behaviour = behaviour
            begun = time.monotonic()

            assert add(customer) == (
                f"The DNS of {MORE} does not answer: nothing was changed. Try again later."
            )
            assert time.monotonic() - begun < 3
        assert writes(simulator) == []
