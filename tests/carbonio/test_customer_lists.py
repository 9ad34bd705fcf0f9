"""A customer's lists, domain aliases, catch-all and rooms on a Carbonio."""

from __future__ import annotations

import pytest

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from ..dns.nameserver import asked_alone
from ..selfservice.people import Buyer, add_domain

TEAM = "team@firma.example"


@pytest.fixture
def buyer(hook: Hook) -> Buyer:
    """The customer of a service that was made."""
    assert hook("create").code == "created"
    return Buyer(hook)


def test_members_that_the_overview_does_not_name(buyer: Buyer, simulator: Simulator) -> None:
    """Unknown is not none; the list's own page has them."""
    team = simulator.create_list(TEAM, ["x@b.example"])
    row = buyer.open("lists").tree.xpath("//tbody/tr")[0]

    assert "no data" in row.text_content()
    assert "x@b.example" in buyer.open("list", id=team.id).text


def test_the_forms_do_the_same(buyer: Buyer, simulator: Simulator, runtime: Runtime) -> None:
    """Lists, domain aliases, the catch-all, rooms."""
    anna = simulator.create_account("anna@firma.example")
    with asked_alone(runtime) as nameserver:
        domain = add_domain(buyer, nameserver, "wiecej.example")
    answers = [
        buyer.does("create_list", "list_new", {}, name="team", members="x@b.example"),
        domain,
        buyer.does("set_catch_all", "lists", {}, catch="deliver", box="anna@firma.example"),
        buyer.does("create_room", "room_new", {}, display_name="Hall", name="hall"),
        buyer.does("set_allow_block", "allow_block", {"id": anna.id}, block="spam.example"),
    ]
    team = answers[0].value["data"]["query"]["id"]
    answers.append(buyer.does("edit_list", "list", {"id": team}, who="members", name="crew"))

    assert [one.code for one in answers] == ["created", "created", "updated", "created",
                                             "updated", "updated"]  # fmt: skip
    assert simulator.list("crew@firma.example").members == {"x@b.example": None}
    assert anna.attrs["amavisBlacklistSender"] == ["spam.example"]
