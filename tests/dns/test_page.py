"""The page of the DNS records, and its forms."""

from __future__ import annotations

import time
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.http.background import Background
from puq_zimbra.simulator import Simulator
from tests import databases
from tests.conftest import Hook
from tests.processes import wait_for
from tests.selfservice.conftest import Customer
from tests.selfservice.people import add_domain

from . import nameserver as servers
from .conftest import DOMAIN, looked_up, records, right_ones
from .nameserver import NameServer


def test_the_page_waits_for_no_resolver(
    customer: Customer, right: NameServer, runtime: Runtime
) -> None:
    """It shows what to set at once, and what is there once that was looked up."""
    right.behaviour = servers.silent
    customer.open("dns")
    began = time.monotonic()
    page = customer.open("dns")
    took = time.monotonic() - began

    assert right.asked == []
    assert took < 1  # of a busy machine; the figure itself is that of benchmarks
    assert "The records are checked for the first time." in page.text
    assert "10 mail.example.test." in page.text
    right.behaviour = servers.honest
    assert looked_up(runtime) == 1
    page = customer.open("dns")
    assert "Mail arrives, but 1 record needs a change." in page.text
    assert records(page) == {"DKIM": "Missing"}
    assert right_ones(page) == ["MX", "SPF", "DMARC"]
    assert "ns1.dns.example" in page.text
    assert looked_up(runtime) == 0


def test_the_background_of_the_service_looks_up(
    customer: Customer, right: NameServer, runtime: Runtime, config: Config
) -> None:
    """Nobody needs cron for it."""
    customer.open("dns")
    background = Background(runtime, config)
    background.start()
    try:
        wait_for(lambda: not runtime.store().dns.wanted())
    finally:
        background.finish()

    assert "Mail arrives" in customer.open("dns").text


def test_what_is_wrong_stands_beside_what_should_be(
    customer: Customer, right: NameServer, runtime: Runtime
) -> None:
    """With the reason, and the value that keeps what the customer has."""
    right.put(DOMAIN, "MX", "10 mx.old.example.")
    right.text(DOMAIN, "v=spf1 include:news.example ~all")
    customer.open("dns")
    looked_up(runtime)
    page = customer.open("dns")

    assert records(page)["MX"] == "To be changed"
    assert "10 mx.old.example." in page.text
    assert "the domain's mail goes to another server" in page.text
    assert "v=spf1 mx include:news.example ~all" in page.text
    assert "3 records need a change." in page.text


def test_check_again_is_answered_in_the_background(
    customer: Customer, right: NameServer, runtime: Runtime
) -> None:
    """A second click within seconds asks nobody."""
    customer.open("dns")
    looked_up(runtime)
    right.text(f"_dmarc.{DOMAIN}")
    databases.execute(runtime.config, "UPDATE dns_check SET checked_at = checked_at - 60")
    form = customer.open("dns").form("check_dns")
    right.asked.clear()
    answer = customer.send(form)

    assert (answer.code, right.asked) == ("updated", [])
    assert answer.value["data"]["page"] == "dns"
    looked_up(runtime)
    page = customer.open("dns", notice=answer.value["data"]["notice"])
    assert "are being checked" in page.text
    assert records(page)["DMARC"] == "Missing"
    again = customer.send(page.form("check_dns"))
    assert "checked a moment ago" in again.value["message"]
    assert runtime.store().dns.wanted() == []


def test_an_old_reading_is_looked_up_again(
    customer: Customer, right: NameServer, runtime: Runtime
) -> None:
    """The page shows it meanwhile."""
    customer.open("dns")
    looked_up(runtime)
    databases.execute(runtime.config, "UPDATE dns_check SET checked_at = checked_at - 3700")
    page = customer.open("dns")

    assert right_ones(page) == ["MX", "SPF", "DMARC"]
    assert len(runtime.store().dns.wanted()) == 1


def test_no_name_server_writes_into_the_page(
    customer: Customer, right: NameServer, runtime: Runtime
) -> None:
    """Markup, braces and control characters are text."""
    evil = "v=spf1 <script>alert(1)</script> {{7*7}} \x00\x1b"
    right.text(DOMAIN, evil.encode() + b"\xff" * 4000)
    right.put(DOMAIN, "MX", "10 \\<img\\032src=x\\>.example.")
    customer.open("dns")
    looked_up(runtime)
    answer = customer.open("dns").answer["html"]

    assert "<script>alert" not in answer
    assert "<img" not in answer
    assert "{{" not in answer
    assert "\x00" not in answer
    assert len(answer) < 60_000


def test_a_domain_alias_has_records_of_its_own(
    customer: Customer, right: NameServer, runtime: Runtime, simulator: Simulator
) -> None:
    """Mail to it comes here, too; another service's domain is not shown."""
    customer.capabilities = ("full",)
    made = add_domain(customer, right, "firma2.example")
    assert made.code == "created"
    page = customer.open("dns", domain="firma2.example")
    looked_up(runtime)
    customer.open("dns", domain="example.test")

    assert "firma2.example" in page.text
    assert {one.key.domain for one in runtime.store().dns.last()} == {"firma2.example"}
    form = page.form("make_dkim_key") | {"puqz_object": "example.test"}
    assert customer.send(form).code == "refused"


def test_a_server_named_by_its_address_tells_no_exchanger(
    hook: Hook, runtime: Runtime, right: NameServer
) -> None:
    """Neither on the page nor in the welcome mail; the setting `mx` names them."""
    bare = {"hostname": None, "webmail_url": None, "ip": None}
    made = hook("create", server=bare)
    assert made.code == "created"
    told = made.value["data"]["dns"]
    assert [one for one in told if one["type"] in ("MX", "SRV")] == []
    named = hook("create", server={**bare, "mx": ["mx1.example", "mx2.example"]})
    told = [one["value"] for one in named.value["data"]["dns"] if one["type"] == "MX"]
    assert told == ["10 mx1.example.", "20 mx2.example."]
    assert hook("create", server={"mx": ["192.0.2.1"]}).code == "invalid"


def test_whmcs_names_the_exchangers_in_the_access_hash(
    whmcs_params: dict[str, Any], runtime: Runtime
) -> None:
    """As one line beside those of trust; a wrong one is named."""

    def told(line: str) -> Any:
        lines = f"{whmcs_params['serveraccesshash']}\n{line}"
        params = {**whmcs_params, "serveraccesshash": lines}
        return dispatch("whmcs", "CreateAccount", params, runtime).value

    assert "Access Hash: mx" in told("mx=192.0.2.1")
    assert told("mx = mx1.example, MX2.example") == "success"


def test_the_welcome_mail_tells_the_records(hook: Hook) -> None:
    """As type, name and value of each."""
    told = hook("create").value["data"]["dns"]

    assert {"type": "MX", "name": DOMAIN, "value": "10 mail.example.test."} in told
    assert {"type": "TXT", "name": DOMAIN, "value": "v=spf1 mx ~all"} in told
    assert {
        "type": "SRV", "name": f"_imaps._tcp.{DOMAIN}", "value": "0 1 993 mail.example.test.",
    } in told  # fmt: skip


def test_the_page_costs_three_requests_to_zimbra(
    customer: Customer, simulator: Simulator, right: NameServer
) -> None:
    """However many domains there are."""
    customer.open("dns")
    simulator.reset_log()
    customer.open("dns")

    assert [call.name for call in simulator.log] == [
        "GetDomainRequest", "SearchDirectoryRequest", "SearchDirectoryRequest",
    ]  # fmt: skip


@pytest.mark.parametrize("model", ["mailbox"])
def test_a_mailbox_sold_alone_has_no_records(hook: Hook, model: str, runtime: Runtime) -> None:
    """Its domain is the provider's."""
    sold: dict[str, Any] = {
        "model": model, "domain": None, "mailbox": {"address": "anna@example.test"},
        "plan": {"self_service": ["full"], "cos": None}, "customer_id": "7",
    }  # fmt: skip
    hook("create", service=sold)
    page = hook("client_area", service=sold, page="dns", query={}, form={"page_url": "p?x="})

    assert "DNS records" not in page.value.get("html", "")
    assert runtime.store().dns.wanted() == []
