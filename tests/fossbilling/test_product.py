"""The product type in both lines of FOSSBilling: stubs, the real engine, a simulated Zimbra."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy import packages
from puq_zimbra.simulator import Simulator, TlsFiles
from puq_zimbra.simulator.chaos import Plan

from ..conftest import Params
from ..http.serving import Service, a_secret
from ..whmcs.php import PHP, Module, Told
from ..zimbra_state import foreign_names, status

DRIVER = Path(__file__).parent / "product_driver.php"
PRODUCT = {
    "server_id": "1", "cos": "business", "mailboxes": "10", "mailbox_quota": "2 GB",
    "self_service": "full",
}  # fmt: skip
SMALL = {**PRODUCT, "mailboxes": "3", "mailbox_quota": "1024", "terminate": "delete"}
LINES = ("0.7", "0.8")
Call = Callable[..., Told]


BOTH = pytest.mark.parametrize("line", ["0.7", "0.8"], indirect=True)
LIMITS = "[limits]\nrequests_per_second = 0\nconcurrent_requests = 0\n"


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    """One Zimbra for all: each test sells a domain of its own."""
    simulator = Simulator(domain="example.test", admin_password="test123")
    simulator.create_cos("business")
    return simulator


@pytest.fixture(scope="module")
def access(
    simulator: Simulator, tls: TlsFiles, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Params]:
    """The engine before it: a server of FOSSBilling by its line, for each an installation."""
    folder = tmp_path_factory.mktemp("engine")
    secrets, path = {line: a_secret() for line in LINES}, folder / "http-secret"
    path.write_text("".join(f"crm{line}.example {one}\n" for line, one in secrets.items()))
    path.chmod(0o600)
    settings = folder / "puq-zimbra.toml"
    http = f'[http]\nlisten = "127.0.0.1:0"\nsecret_file = "{path}"\n'
    settings.write_text(f'[store]\ndir = "{folder}/state"\n{LIMITS}{http}')
    with (
        simulator.serve(tls, admin_port=0, user_port=0) as running,
        Service(settings) as service,
    ):
        host, _, port = running.admin_url.split("/")[2].partition(":")
        login = {"username": "admin@example.test", "password": "test123"}
        yield {
            line: {
                **login,
                "host": host,
                "port": port,
                "accesshash": f"installation=crm{line}.example ca_file={tls.ca_file}"
                f" secret={secret} engine={service.address}",
            }
            for line, secret in secrets.items()
        }


@pytest.fixture
def line(request: pytest.FixtureRequest) -> str:
    """A line of FOSSBilling; both where they differ."""
    return str(getattr(request, "param", "0.8"))


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """A number for each test."""
    return itertools.count(1)


@pytest.fixture
def domain(numbers: Iterator[int]) -> str:
    """A domain that no other test sells."""
    return f"firma{next(numbers)}.example"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package in FOSSBilling's folder."""
    folder = tmp_path_factory.mktemp("fossbilling")
    packages.unpacked("fossbilling", folder)
    return folder


@pytest.fixture
def shop(line: str, access: Params, unpacked: Path, numbers: Iterator[int]) -> Iterator[Call]:
    """FOSSBilling with two products, and a server whose engine is away; call what it calls."""
    if PHP is None:
        pytest.skip("there is no PHP with its extensions")
    environment = {**os.environ, "PUQZ_LINE": line}
    module = Module(unpacked, environment=environment, driver=DRIVER)
    away = re.sub("engine=.*", "engine=unix:/nowhere.sock", access[line]["accesshash"])
    servers = {1: access[line], 2: access[line] | {"accesshash": away}}

    def call(function: str, **given: Any) -> Told:
        return module.call(function, given)

    # No order has a number that one of another test had.
    first = 1000 * next(numbers)
    told = call("setup", servers=servers, products={1: PRODUCT, 2: SMALL}, first=first)
    assert told.thrown == ""
    yield call
    module.close()


def ordered(shop: Call, domain: str, client: int = 7, product: int = 1) -> int:
    """Order a domain; the order's number."""
    told = shop("order", client=client, product=product, data={"domain": domain})
    assert told.thrown == "", told
    return int(told.value)


@BOTH
def test_a_life(shop: Call, simulator: Simulator, line: str, domain: str) -> None:
    """Ordered, set up, unpaid, paid, cancelled with grace, called off, made smaller, deleted."""
    order = ordered(shop, f" {domain.title()} ")
    told = shop("activate", order=order).value
    assert told["username"] == f"admin@{domain}"
    assert simulator.verify_password(f"admin@{domain}", told["password"])
    assert foreign_names(simulator, domain) == [f"puq_zimbra:crm{line}.example:{order}"]
    about = shop("status", order=order).value["service"]
    assert about["login"] == f"admin@{domain}"
    assert about["page_url"] == f"https://shop.example/servicezimbra/{order}"
    for event, wanted in (
        ("suspend", "locked"),
        ("suspend", "locked"),
        ("unsuspend", "active"),
        ("renew", "active"),
        ("cancel", "locked"),
        ("uncancel", "active"),
    ):
        assert (event, shop(event, order=order).value, status(simulator, domain)) == (
            event,
            True,
            wanted,
        )
    shop("cancel", order=order)
    day = datetime.now(UTC).date() + timedelta(days=14)
    assert f"puq_zimbra.purge:{day}" in foreign_names(simulator, domain)
    shop("uncancel", order=order)
    smaller = {"order_id": order, "product_id": 2}
    assert shop("api", **{"as": "admin", "call": "change_product", "data": smaller}).value
    assert simulator.domain(domain).attrs["zimbraMailDomainQuota"] == [str(2**30)]
    assert shop("status", order=order).value["config"]["domain"] == domain
    assert shop("delete", order=order).thrown == ""
    assert simulator.domain(domain) is None


def test_nothing_that_the_customer_sends_but_the_domain_counts(
    shop: Call, simulator: Simulator, domain: str
) -> None:
    """FOSSBilling puts the browser's fields over the product's settings."""
    sent = {"domain": domain, "mailboxes": "", "cos": "", "server_id": "9", "import": "1"}
    order = int(shop("order", client=7, product=1, data=sent).value)
    config = shop("status", order=order).value["config"]

    assert config == PRODUCT | {"domain": domain}


def test_what_cannot_be_made_is_refused_before_it_is_paid(
    shop: Call, simulator: Simulator, domain: str
) -> None:
    """A domain that is none, or that somebody holds; nothing is written."""
    simulator.create_domain("taken.example")
    shop("activate", order=ordered(shop, domain))
    simulator.reset_log()
    for wrong in (
        "", "firma", "https://x.example", f"jan@{domain}", "a b.example", "taken.example",
        domain, "gmail.com", "www.nowa.example", ["x.example"],
    ):  # fmt: skip
        told = shop("order", client=8, product=1, data={"domain": wrong})
        assert (wrong, told.type) == (wrong, "FOSSBilling\\InformationException"), told
    assert simulator.writes() == []


def test_another_clients_order_reaches_nothing(
    shop: Call, simulator: Simulator, domain: str
) -> None:
    """In whatever state the first one is, and though FOSSBilling took the second order."""
    theirs = ordered(shop, domain, client=8)
    mine = ordered(shop, domain)
    shop("activate", order=mine)
    for shut in ("suspend", "cancel"):
        before = simulator.domain(domain).attrs.copy()
        for event in ("activate", "suspend", "unsuspend", "renew", "uncancel", "cancel"):
            told = shop(event, order=theirs)
            assert told.thrown or event == "cancel", event
            assert simulator.domain(domain).attrs == before, event
        shop(shut, order=mine)


def test_an_interrupted_set_up_is_finished_with_a_password_that_works(
    shop: Call, simulator: Simulator, domain: str
) -> None:
    """FOSSBilling heard of a failure, and staff activates again: the mail tells this password."""
    order = ordered(shop, domain)
    simulator.chaos.add(Plan("CreateAccountRequest", "fault", code="service.FAILURE", times=50))
    first = shop("activate", order=order)
    simulator.chaos.clear()
    again = shop("activate", order=order)
    shop("status", order=order, status="failed_setup")
    once_more = shop("activate", order=order).value
    forced = shop("activate", order=order).value

    assert first.thrown
    assert again.thrown == ""
    assert simulator.verify_password(f"admin@{domain}", once_more["password"])
    assert forced["password"] == ""


@BOTH
def test_settings_are_checked_when_they_are_saved(shop: Call, domain: str) -> None:
    """Unknown or mistyped ones would be found by a customer who has paid."""
    form = {"as": "admin", "call": "settings_form", "data": {"product_id": 1}}
    shown = {one["name"]: one for one in shop("api", **form).value["fields"]}
    assert shown["server_id"]["options"] == ["1", "2"]
    assert {"", "business"} <= set(shown["cos"]["options"])
    assert shown["terminate"]["value"] == "grace"
    for wrong in (
        {"terminate": "erase"}, {"grace_days": "many"}, {"grace_days": "0"}, {"mailboxes": "10.5"},
        {"mailbox_quota": "5 XB"}, {"cos": "gold"}, {"server_id": "9"}, {"server_id": ""},
        {"administrator": "a b"}, {"suspend_mode": ["locked"]}, {"colour": "red"},
        {"self_service": "all"},
    ):  # fmt: skip
        data = {"id": 1, "config": {**PRODUCT, **wrong}}
        told = shop("api", **{"as": "admin", "call": "save_settings", "data": data})
        assert told.type == "FOSSBilling\\InformationException", wrong
    data = {"id": 1, "config": {**PRODUCT, "domain_quota": "50 GB", "lists": ""}}
    assert shop("api", **{"as": "admin", "call": "save_settings", "data": data}).value is True
    config = shop("status", order=ordered(shop, domain)).value["config"]
    assert (config["domain_quota"], "lists" in config) == ("50 GB", False)


def test_a_domain_that_exists_is_adopted(shop: Call, simulator: Simulator, domain: str) -> None:
    """Its administrator keeps his password, and all later calls find it."""
    order = ordered(shop, domain)
    simulator.create_domain(domain)
    simulator.create_account(f"admin@{domain}", "Old-Pass-1x")
    adopted = {"as": "admin", "call": "adopt", "data": {"order_id": order}}
    assert shop("api", **adopted).thrown == ""
    told = shop("activate", order=order).value

    assert told["password"] == ""
    assert simulator.verify_password(f"admin@{domain}", "Old-Pass-1x")
    assert shop("suspend", order=order).value is True


def fragment(told: Told) -> str:
    """The page that was drawn."""
    assert told.thrown == "", told
    drawn = json.loads(told.value)
    assert drawn["template"] == "mod_servicezimbra_page"
    return str(drawn["fragment"])


def hidden(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the form of an action."""
    forms = re.findall(r"<form.*?</form>", html, re.DOTALL)
    (form,) = [one for one in forms if f'value="{action}"' in one]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return dict(fields)


@BOTH
def test_the_customers_pages_and_forms(
    shop: Call, simulator: Simulator, line: str, domain: str
) -> None:
    """He makes a mailbox on his page; in the language that FOSSBilling shows him."""
    order = ordered(shop, domain)
    shop("activate", order=order)
    page = fragment(shop("get", client=7, order=order, get={"puq_page": "mailbox_new"}))
    keys = hidden(page, "create_mailbox")
    typed = {**keys, "name": "anna", "limit": "1", "password_kind": "own"}
    typed |= {"password": "Anna-Pass-1x"}
    wrong = fragment(shop("post", client=7, order=order, post={**typed, "name": "a b"}))
    typed |= hidden(wrong, "create_mailbox")
    done = shop("post", client=7, order=order, post=typed)

    assert "Skrzynki" in page
    assert "CSRFToken" in keys
    assert 'value="a b"' in wrong
    assert simulator.verify_password(f"anna@{domain}", "Anna-Pass-1x")
    if line == "0.7":
        assert done.type == "exit"
        (location,) = done.value
        next_page = location.removeprefix("303 Location: ")
    else:
        assert done.value["status"] == 303
        next_page = done.value["redirect"]
    assert next_page.startswith(f"/servicezimbra/{order}?")
    assert parse_qs(urlsplit(next_page).query)["puq_page"]


def test_the_page_is_its_own_clients_alone(shop: Call, simulator: Simulator, domain: str) -> None:
    """Not another's, nor a guest's; not while it is not active; no form without the token."""
    order = ordered(shop, domain)
    shop("activate", order=order)
    page = fragment(shop("get", client=7, order=order, get={"puq_page": "mailbox_new"}))
    typed = {**hidden(page, "create_mailbox"), "name": "anna", "limit": "1"}
    typed |= {"password_kind": "generated"}
    simulator.reset_log()
    for client in (8, None):
        assert shop("get", client=client, order=order).thrown
        assert shop("post", client=client, order=order, post=typed).thrown
    del typed["CSRFToken"]
    forged = shop("post", client=7, order=order, post=typed, token=False)
    api = {"as": "client", "data": {"order_id": order, "password": "Other-Pass-9x"}}
    others = shop("api", **api, call="change_password", client=8)
    for state in ("canceled", "suspended", "failed_setup"):
        shop("status", order=order, status=state)
        for function in ("get", "post"):
            assert "not active" in shop(function, client=7, order=order, post=typed).thrown
        for name in ("change_password", "log_in"):
            assert "not active" in shop("api", **api, call=name, client=7).thrown

    assert forged.value == 403
    assert others.thrown == "Order not found"
    assert simulator.log == []
    shop("status", order=order, status="active")
    assert shop("api", **api, call="change_password", client=7).value is True
    assert "authtoken" in shop("api", **api, call="log_in", client=7).value


def test_without_an_engine_nothing_is_half_done(shop: Call, domain: str) -> None:
    """The order is taken, for the engine comes back; each step says what is the matter."""
    away = {"id": 1, "config": {"server_id": "2", "terminate": "grace"}}
    assert shop("api", **{"as": "admin", "call": "save_settings", "data": away}).value is True
    order = ordered(shop, domain)
    for event in ("activate", "suspend", "cancel", "uncancel"):
        told = shop(event, order=order)
        assert told.type == "FOSSBilling\\InformationException", event
    assert shop("status", order=order).value["status"] == "failed_setup"
    shop("status", order=order, status="active")
    page = fragment(shop("get", client=7, order=order))
    api = {"as": "client", "call": "log_in", "data": {"order_id": order}, "client": 7}
    for said in (page, shop("api", **api).thrown):
        assert "gives no answer just now" in said
        assert "nowhere.sock" not in said
