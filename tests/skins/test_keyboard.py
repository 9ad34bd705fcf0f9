"""A customer runs his mail by the keyboard alone, without a script; Zimbra has what he wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from ..dns.nameserver import NameServer, asked_alone
from ..selfservice.conftest import Customer
from . import live, site
from .live import Keyboard

DOMAIN, MORE = "firma.example", "wiecej.example"


@pytest.fixture
def nameserver(runtime: Runtime) -> Iterator[NameServer]:
    """The name server that is asked."""
    with asked_alone(runtime) as server:
        yield server


@pytest.fixture(params=["pl, 200 %", "en, without style sheets"])
def keyboard(
    request: pytest.FixtureRequest, browser: Any, served: site.Site, hook: Hook, compiled: None
) -> Iterator[Keyboard]:
    """The customer's page in a browser that runs no script."""
    assert hook("create").code == "created"
    # A window of 1,280 pixels at 200 % is one of 640.
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 640, "height": 450}, device_scale_factor=2
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    if "without" in request.param:
        page.route("**/*.css", lambda route: route.abort())
    with live.host(served, Customer(hook), request.param[:2]) as pages:
        yield Keyboard(page, pages)
    context.close()


def test_actions(keyboard: Keyboard, simulator: Simulator, nameserver: NameServer) -> None:
    """From a new mailbox to its return from the bin; each is read back."""
    keyboard.open("mailbox_new")
    keyboard.write("create_mailbox", name="ola ola")
    keyboard.send("create_mailbox")
    assert keyboard.page.locator("[role=alert] a").count()  # what is wrong, and what was typed
    assert keyboard.page.locator("[name=name]").input_value() == "ola ola"
    keyboard.write("create_mailbox", name="ola", limit="1")
    keyboard.send("create_mailbox")
    made = simulator.account(f"ola@{DOMAIN}")
    assert made is not None

    mailbox(keyboard, simulator, made)
    lists(keyboard, simulator, nameserver)
    keyboard.open("mailbox_delete", id=made.id)
    keyboard.send("bin_mailbox")
    assert made.first("zimbraAccountStatus") == "pending"
    keyboard.open("bin")
    keyboard.send("restore_mailbox")
    assert made.first("zimbraAccountStatus") == "active"


def mailbox(keyboard: Keyboard, simulator: Simulator, made: Any) -> None:
    """What the page of a mailbox offers."""
    for action, typed in (
        ("edit_mailbox", {"display_name": "Ola"}),
        ("add_alias", {"name": "aleksandra"}),
        ("set_forwarding", {"to": f"admin@{DOMAIN}"}),
    ):
        keyboard.open("mailbox", id=made.id)
        keyboard.unfold(action)
        keyboard.write(action, **typed)
        keyboard.send(action)
    keyboard.open("mailbox", id=made.id)
    keyboard.unfold("set_out_of_office")
    keyboard.to("[name=on]")
    keyboard.press("Space")
    keyboard.write("set_out_of_office", text="Wracam jutro.")
    keyboard.send("set_out_of_office")
    keyboard.open("mailbox", id=made.id)
    keyboard.unfold("lock_mailbox")
    keyboard.send("lock_mailbox")
    assert made.first("zimbraAccountStatus") == "locked"
    keyboard.unfold("unlock_mailbox")
    keyboard.send("unlock_mailbox")

    told = {name: made.first(name) for name in (
        "displayName", "zimbraPrefMailForwardingAddress", "zimbraPrefOutOfOfficeReplyEnabled",
        "zimbraPrefOutOfOfficeReply", "zimbraAccountStatus",
    )}  # fmt: skip
    assert list(told.values()) == ["Ola", f"admin@{DOMAIN}", "TRUE", "Wracam jutro.", "active"]
    assert simulator.account(f"aleksandra@{DOMAIN}") is made


def lists(keyboard: Keyboard, simulator: Simulator, nameserver: NameServer) -> None:
    """A list, a catch-all, and a domain whose record is read from the page."""
    keyboard.open("list_new")
    keyboard.write("create_list", name="zespol", members=f"ola@{DOMAIN}")
    keyboard.send("create_list")
    made: Any = simulator.list(f"zespol@{DOMAIN}")
    assert list(made.members) == [f"ola@{DOMAIN}"]
    keyboard.open("lists")
    keyboard.to("[name=catch]")
    keyboard.press("ArrowDown")
    keyboard.to("[name=box]")
    keyboard.page.keyboard.type("ola")
    keyboard.send("set_catch_all")
    assert simulator.account(f"ola@{DOMAIN}").first("zimbraMailCatchAllAddress") == f"@{DOMAIN}"
    keyboard.open("lists")
    keyboard.write("prepare_alias_domain", domain=MORE)
    keyboard.send("prepare_alias_domain")
    assert not keyboard.page.locator("[data-puqz-copy]:visible").count()  # no script has run
    record, value = keyboard.page.locator("dl code").all_inner_texts()
    nameserver.text(record, value)
    keyboard.send("add_alias_domain")
    assert simulator.domain(MORE) is not None
