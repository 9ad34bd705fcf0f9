"""A private server with several domains: what the plan allows is for all of them together."""

from __future__ import annotations

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.units import GB

from ..conftest import Hook
from ..models.conftest import SERVER
from .conftest import Customer

PLAN = {**SERVER["plan"], "mailboxes": 6, "mailbox_quota": 20 * GB}
SOLD = {**SERVER, "disk": 100 * GB, "plan": PLAN}


@pytest.fixture
def customer(hook: Hook, simulator: Simulator) -> Customer:
    """Three mailboxes in the first domain, one mailbox and a room in the second."""
    assert hook("create", service=SOLD).code == "created"
    simulator.account("admin@firma.example").put("zimbraMailQuota", str(10 * GB))
    simulator.create_domain("druga.example")
    for name in ("a@firma.example", "b@firma.example", "c@druga.example"):
        simulator.create_account(name, zimbraMailQuota=str(10 * GB))
    simulator.create_resource("sala@druga.example")
    assert hook("usage", service=SOLD).value["ok"]
    return Customer(hook, service=SOLD)


def test_the_servers_figures_are_counted(customer: Customer, simulator: Simulator) -> None:
    """On the lists and forms of either domain, and when a mailbox or room is made."""
    for domain in ("firma.example", "druga.example"):
        page = customer.open("mailboxes", domain=domain)
        assert "5 of 6" in page.text
        assert "60 GB are left to give out" in page.text
        assert "You have 5 of 6" in customer.open("mailbox_new", domain=domain).text
    form = customer.open("mailbox_new", domain="druga.example").form("create_mailbox")
    room = customer.open("room_new").form("create_room")
    assert customer.send(form, name="d", limit="15").code == "created"

    for domain in ("firma.example", "druga.example"):
        page = customer.open("mailboxes", domain=domain)
        assert "6 of 6" in page.text
        assert "45 GB are left to give out" in page.text
        assert "create_mailbox" not in customer.open("mailbox_new", domain=domain).answer["html"]
    told = customer.send(room, kind="Location", display_name="Sala", name="nowa", answer="free")
    assert told.code == "refused"
    assert "6 are there" in told.value["message"]
    rows = customer.does("preview_import", "import", {}, text="address\nnowy@firma.example\n")
    page = customer.open("import_preview", **rows.value["data"]["query"])
    assert "Your plan allows 6 mailboxes, and all are taken" in page.text
