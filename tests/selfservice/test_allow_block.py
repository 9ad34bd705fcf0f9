"""A customer says whose mail a mailbox trusts, and whose it blocks."""

from __future__ import annotations

import pytest

from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from ..models.conftest import MAILBOX, laid_over
from .conftest import Customer
from .people import HOSTILE, Buyer, another, writes, wrong

ANNA = "anna@firma.example"


def held(simulator: Simulator, address: str = ANNA) -> tuple[list[str], list[str]]:
    """The two lists of a mailbox."""
    attrs = simulator.account(address).attrs
    white, black = (attrs.get(f"amavis{one}listSender", ()) for one in ("White", "Black"))
    return sorted(white), sorted(black)


@pytest.fixture
def anna(customer: Customer, simulator: Simulator) -> str:
    """The id of a mailbox of the customer."""
    found = simulator.create_account(ANNA)
    simulator.reset_log()
    return found.id


def test_senders_are_saved(customer: Customer, simulator: Simulator, anna: str) -> None:
    """Addresses and domains, in each way of writing them; then all of them away."""
    answer = customer.does(
        "set_allow_block", "allow_block", {"id": anna},
        allow="Boss@Partner.example\r\nboss@partner.example, żółw.example;@dhl.example",
        block="spam.example x@y.example",
    )  # fmt: skip
    assert answer.value["message"] == (
        "The trusted and blocked senders of anna@firma.example were saved."
    )
    assert held(simulator) == (
        ["boss@partner.example", "dhl.example", "xn--w-uga1v8h.example"],
        ["spam.example", "x@y.example"],
    )
    page = customer.open("allow_block", id=anna, notice=answer.value["data"]["notice"])
    assert "were saved." in page.text
    assert "At most 100 entries." in page.text
    form = page.form("set_allow_block")
    assert form["allow"].split() == ["boss@partner.example", "dhl.example", "żółw.example"]
    simulator.reset_log()
    assert customer.send(form).code == "unchanged"
    assert writes(simulator) == []
    empty = customer.does("set_allow_block", "allow_block", {"id": anna}, allow="", block="")

    assert empty.code == "updated"
    assert held(simulator) == ([], [])


def test_what_the_owner_wrote_stays(customer: Customer, simulator: Simulator, anna: str) -> None:
    """Zimbra takes anything from him, also a sender in both lists."""
    box = simulator.account(ANNA)
    box.put("amavisWhitelistSender", "no no", "Both@X.example")
    box.put("amavisBlacklistSender", "both@x.example")
    form = customer.open("allow_block", id=anna).form("set_allow_block")
    answer = customer.send(form, allow=form["allow"] + "\nnew.example")

    assert answer.code == "updated", answer
    assert held(simulator) == (["Both@X.example", "new.example", "no no"], ["both@x.example"])


@pytest.mark.parametrize(
    ("allow", "block", "said"),
    [
        ("no", "", {"allow": "no is neither an address nor a domain."}),
        ("a@b", "x y.example", {"allow": "a@b is neither", "block": "x is neither"}),
        ("*@b.example", "", {"allow": "…@b.example is neither an address nor a domain."}),
        ("a@b.example", "A@B.example", {"block": "a@b.example stands in both lists: choose one."}),
        (HOSTILE, "", {"allow": "…script…alert(1)…/script"}),
        (" ".join(f"d{n}.example" for n in range(101)), "", {"allow": "At most 100 addresses"}),
    ],
)
def test_what_cannot_be_a_sender(
    customer: Customer,
    simulator: Simulator,
    anna: str,
    allow: str,
    block: str,
    said: dict[str, str],
) -> None:
    """Said beside its list, before anything is written; what was typed stays, as text."""
    form = customer.open("allow_block", id=anna).form("set_allow_block")
    simulator.reset_log()
    answer = customer.send(form, allow=allow, block=block)
    found = wrong(answer)

    assert found.keys() == said.keys()
    assert all(found[name].startswith(text) for name, text in said.items()), found
    assert writes(simulator) == []
    assert "<script>alert" not in answer.value["html"]


def test_more_than_is_allowed_may_become_fewer(
    customer: Customer, simulator: Simulator, anna: str
) -> None:
    """The class of service was made stricter since."""
    box = simulator.account(ANNA)
    box.put("amavisBlacklistSender", "a.example", "b.example", "c.example")
    box.put("zimbraMailBlacklistMaxNumEntries", "1")
    form = customer.open("allow_block", id=anna).form("set_allow_block")
    assert wrong(customer.send(form, block="a.example b.example d.example")) == {
        "block": "At most 1 addresses or domains."
    }
    form = customer.open("allow_block", id=anna).form("set_allow_block")

    assert customer.send(form, block="a.example b.example").code == "updated"
    assert held(simulator)[1] == ["a.example", "b.example"]


@pytest.mark.parametrize("kind", ["another's", "system", "bin"])
def test_a_mailbox_that_is_not_his(
    customer: Customer, simulator: Simulator, anna: str, kind: str
) -> None:
    """Its page shows nothing, and a form that was made for it writes nothing."""
    another(simulator)
    more = {"system": {"zimbraIsSystemAccount": "TRUE"}, "bin": {"zimbraAccountStatus": "pending"}}
    name = "boss@inna.example" if kind == "another's" else "other@firma.example"
    theirs = simulator.create_account(name, None, **more.get(kind, {}))
    form = customer.open("allow_block", id=anna).form("set_allow_block")
    simulator.reset_log()

    assert "not there any more" in customer.open("allow_block", id=theirs.id).text
    assert customer.send({**form, "puqz_object": theirs.id}, allow="a.example").code == "refused"
    simulator.state.directory.by_id[anna] = theirs
    assert not customer.send(form, allow="a.example").value["ok"]
    assert writes(simulator) == []


def test_a_mailbox_sold_by_itself(hook: Hook, simulator: Simulator) -> None:
    """Its owner has the page of his own mailbox, and of no other."""
    simulator.create_domain("poczta.example")
    sold = laid_over(hook, MAILBOX)
    assert sold("create").code == "created"
    address = MAILBOX["mailbox"]["address"]
    other = simulator.create_account("other@poczta.example")
    buyer = Buyer(sold, "allow_block")
    page = buyer.open("allow_block", id=other.id)
    assert address in page.text
    assert buyer.send(page.form("set_allow_block"), block="spam.example").code == "updated"

    assert held(simulator, address)[1] == ["spam.example"]
    assert held(simulator, other.name) == ([], [])


def test_without_the_capability(hook: Hook, simulator: Simulator) -> None:
    """No page, no form."""
    assert hook("create").code == "created"
    box = simulator.create_account(ANNA)
    buyer = Buyer(hook, "full")
    form = buyer.open("allow_block", id=box.id).form("set_allow_block")
    buyer.capabilities = ("mailboxes",)
    simulator.reset_log()

    assert buyer.send(form, allow="a.example").code == "refused"
    assert writes(simulator) == []
    assert "Trusted" not in buyer.open("allow_block", id=box.id).text
