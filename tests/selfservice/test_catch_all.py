"""A customer says where mail goes that is sent to addresses which do not exist."""

from __future__ import annotations

import pytest

from puq_zimbra.selfservice import catch_all
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator import element as el

from ..conftest import Hook
from .conftest import Customer
from .people import Buyer, another, writes, wrong

ON = {"catch": "deliver", "box": "anna@firma.example"}
OFF = {"catch": "return"}


def holders(simulator: Simulator) -> dict[str, list[str]]:
    """Every account that catches, with what it catches."""
    found = simulator.state.directory.all("account", "resource")
    caught = {one.name: one.attrs.get("zimbraMailCatchAllAddress", []) for one in found}
    return {name: list(values) for name, values in caught.items() if values}


@pytest.fixture
def anna(customer: Customer, simulator: Simulator) -> Customer:
    """The customer, who has two mailboxes more."""
    for name in ("anna", "ola"):
        simulator.create_account(f"{name}@firma.example")
    simulator.reset_log()
    return customer


def test_it_is_switched_on_and_off(anna: Customer, simulator: Simulator) -> None:
    """One mailbox catches; another takes its place before the first lets go."""
    page = anna.open("lists")
    assert page.form("set_catch_all")["catch"] == "return"
    on = anna.send(page.form("set_catch_all"), **ON)
    assert on.value["message"] == (
        "Mail to addresses of firma.example that do not exist goes to anna@firma.example."
    )
    assert holders(simulator) == {"anna@firma.example": ["@firma.example"]}
    page = anna.open("lists")
    form = page.form("set_catch_all")
    assert (form["catch"], form["box"]) == ("deliver", "anna@firma.example")
    simulator.reset_log()
    anna.send(form, **ON | {"box": "ola@firma.example"})
    assert [el.pairs(one.element)[0][0] for one in simulator.writes()] == [
        "+zimbraMailCatchAllAddress", "-zimbraMailCatchAllAddress",
    ]  # fmt: skip
    assert holders(simulator) == {"ola@firma.example": ["@firma.example"]}
    off = anna.does("set_catch_all", "lists", {}, **OFF)

    assert off.value["message"] == (
        "Mail to addresses of firma.example that do not exist is returned to its sender."
    )
    assert holders(simulator) == {}
    simulator.reset_log()
    assert anna.does("set_catch_all", "lists", {}, **OFF).code == "unchanged"
    assert writes(simulator) == []


def test_a_lost_answer(anna: Customer, simulator: Simulator) -> None:
    """It is looked into, and ends with one mailbox that catches."""
    simulator.account("ola@firma.example").put("zimbraMailCatchAllAddress", "@firma.example")
    form = anna.open("lists").form("set_catch_all")
    simulator.drop_next("ModifyAccountRequest", applied=True)

    assert anna.send(form, **ON).value["ok"]
    assert holders(simulator) == {"anna@firma.example": ["@firma.example"]}


def test_several_that_catch_become_one(anna: Customer, simulator: Simulator) -> None:
    """Zimbra takes two, and other cases; what they catch of other domains stays."""
    simulator.account("ola@firma.example").put(
        "zimbraMailCatchAllAddress", "@FIRMA.example", "@x.example"
    )
    simulator.account("anna@firma.example").put("zimbraMailCatchAllAddress", "@firma.example")
    anna.does("set_catch_all", "lists", {}, **ON)

    assert holders(simulator) == {
        "anna@firma.example": ["@firma.example"], "ola@firma.example": ["@x.example"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"catch": "deliver", "box": ""}, {"box": "Choose a mailbox."}),
        ({"catch": "forward"}, {"catch": "Choose one of the values offered."}),
        ({"catch": "deliver", "box": "x"}, {"box": "Type a whole address"}),
        *(
            ({"catch": "deliver", "box": one}, {"box": f"{one} is no mailbox of yours."})
            for one in (
                "ghost@firma.example", "boss@inna.example", "team@firma.example",
                "room@firma.example", "galsync@firma.example", "root@firma.example",
                "binned@firma.example", "out@partner.example",
            )
        ),
    ],
)  # fmt: skip
def test_what_cannot_catch(
    anna: Customer, simulator: Simulator, typed: dict[str, str], said: dict[str, str]
) -> None:
    """Nothing but a mailbox of his that receives mail."""
    another(simulator)
    simulator.create_account("boss@inna.example")
    simulator.create_list("team@firma.example")
    simulator.create_resource("room@firma.example")
    simulator.create_account("galsync@firma.example", zimbraIsSystemAccount="TRUE")
    simulator.create_account("root@firma.example", zimbraIsAdminAccount="TRUE")
    simulator.create_account("binned@firma.example", zimbraAccountStatus="pending")
    page = anna.open("lists")
    offered = page.tree.xpath("//select[@name='box']/option/@value")
    assert offered == ["admin@firma.example", "anna@firma.example", "ola@firma.example"]
    simulator.reset_log()
    answer = anna.send(page.form("set_catch_all"), **typed)

    found = wrong(answer)
    assert found.keys() == said.keys()
    assert all(found[name].startswith(text) for name, text in said.items())
    assert writes(simulator) == []


def test_an_alias_names_its_mailbox(anna: Customer, simulator: Simulator) -> None:
    """Where there are too many to choose from, any address of a mailbox may be typed."""
    box = simulator.account("anna@firma.example")
    anna.does("add_alias", "mailbox", {"id": box.id}, name="office")
    simulator.seed_accounts("firma.example", catch_all.MOST_OFFERED)
    page = anna.open("lists")
    assert page.tree.xpath("//input[@name='box']")
    answer = anna.send(page.form("set_catch_all"), **ON | {"box": "Office@firma.example"})

    assert answer.code == "updated"
    assert holders(simulator) == {"anna@firma.example": ["@firma.example"]}
    assert anna.open("lists").form("set_catch_all")["box"] == "anna@firma.example"


@pytest.mark.parametrize("holder", ["boss@inna.example", "root@firma.example"])
def test_what_another_holds_is_not_touched(
    anna: Customer, simulator: Simulator, holder: str
) -> None:
    """A mailbox of another customer, or of an administrator, catches: the provider has to look."""
    another(simulator)
    more = {"zimbraIsAdminAccount": "TRUE"} if holder.startswith("root") else {}
    simulator.create_account(holder, zimbraMailCatchAllAddress="@firma.example", **more)
    for typed in (ON, OFF):
        form = anna.open("lists").form("set_catch_all")
        simulator.reset_log()
        answer = anna.send(form, **typed)
        assert answer.code == "refused"
        assert "ask your provider" in answer.value["message"]
        assert holder not in answer.value["message"]
        assert writes(simulator) == []


def test_a_private_server_has_several_domains(hook: Hook, simulator: Simulator) -> None:
    """Each has its own; a mailbox of one may catch the mail of another."""
    server = {"model": "server", "disk": 200 * 2**30}
    assert hook("create", service=server, take_existing=True).code == "created"
    buyer = Buyer(hook)
    buyer.service = server
    simulator.create_domain("druga.example")
    simulator.create_account("anna@firma.example")
    page = buyer.open("lists", domain="druga.example")
    answer = buyer.send(page.form("set_catch_all"), **ON)

    assert answer.value["data"]["query"] == {"domain": "druga.example"}
    assert holders(simulator) == {"anna@firma.example": ["@druga.example"]}
    form = buyer.open("lists", domain="druga.example").form("set_catch_all")
    assert (form["catch"], form["box"]) == ("deliver", "anna@firma.example")
    assert buyer.open("lists").form("set_catch_all")["catch"] == "return"


def test_another_customers_domain(anna: Customer, simulator: Simulator) -> None:
    """A form for it is refused, and its page is that of his own."""
    another(simulator)
    form = anna.open("lists").form("set_catch_all")
    assert "inna.example" not in anna.open("lists", domain="inna.example").text
    simulator.reset_log()

    assert anna.send({**form, "puqz_object": "inna.example"}, **ON).code == "refused"
    assert writes(simulator) == []


def test_without_the_capability(hook: Hook, simulator: Simulator) -> None:
    """No part of the page, no form."""
    assert hook("create").code == "created"
    buyer = Buyer(hook, "full")
    form = buyer.open("lists").form("set_catch_all")
    buyer.capabilities = ("standard",)
    simulator.reset_log()

    assert buyer.send(form, **OFF).code == "refused"
    assert writes(simulator) == []
    assert "catch-all" not in buyer.open("lists").text
