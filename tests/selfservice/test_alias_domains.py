"""A customer runs further domains on his page."""

from __future__ import annotations

import pytest

from puq_zimbra.engine.dispatch import Answer
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan

from ..conftest import Hook
from ..dns.nameserver import NameServer
from .conftest import Customer
from .people import ANOTHERS, HOSTILE, Buyer, add_domain, another, prove, writes, wrong

MORE = "wiecej.example"
TAKEN = "This domain is on the mail server already: choose another one."


def add(customer: Customer, nameserver: NameServer, name: str = MORE) -> str:
    """Add a domain alias; its id."""
    answer = add_domain(customer, nameserver, name)
    assert answer.code == "created", answer
    page = customer.open("lists")
    link = page.tree.xpath("//a[contains(@href, 'alias_domain')]/@href")[-1]
    return str(link.rpartition("puqz_id=")[2])


def both_forms(customer: Customer, name: str) -> list[dict[str, str]]:
    """The form that asks for the record of a domain, and the one that adds a domain."""
    asks = customer.open("lists").form("prepare_alias_domain")
    adds = customer.open("alias_domain_new", new=MORE).form("add_alias_domain")
    return [{**form, "domain": name} for form in (asks, adds)]


def said(answer: Answer) -> str:
    """What is wrong with the domain."""
    return wrong(answer)["domain"]


def test_a_domain_is_added(
    customer: Customer, simulator: Simulator, nameserver: NameServer
) -> None:
    """Mail to it reaches the mailboxes of the same names; the next page shows it."""
    answer = add_domain(customer, nameserver, "Więcej.example")
    assert answer.value["message"] == "The domain więcej.example was added."
    made = simulator.domain("xn--wicej-k0a.example")
    target = simulator.domain("firma.example")

    asked = [name for name in made.attrs if "Alias" in name or "Catch" in name]
    assert {name: made.attrs[name] for name in asked} == {
        "zimbraDomainAliasTargetId": [target.id],
        "zimbraMailCatchAllAddress": ["@xn--wicej-k0a.example"],
        "zimbraMailCatchAllForwardingAddress": ["@firma.example"],
    }  # fmt: skip
    assert made.attrs["zimbraDomainType"] == ["alias"]
    page = customer.open("lists", notice=answer.value["data"]["notice"])
    assert "The domain więcej.example was added." in page.text
    assert "office@więcej.example → office@firma.example" in page.text


def test_a_double_click_and_a_second_try(
    customer: Customer, simulator: Simulator, nameserver: NameServer
) -> None:
    """The first answer again; a form of later finds it there."""
    page = prove(customer, nameserver, MORE)
    later_form = customer.open("alias_domain_new", new=MORE).form("add_alias_domain")
    first, again = (customer.send(page.form("add_alias_domain")) for _ in range(2))
    later = customer.send(later_form)
    asked = customer.does("prepare_alias_domain", "lists", {}, domain=MORE)

    assert (first.code, again.code, later.code) == ("created", "created", "unchanged")
    assert later.value["message"] == "The domain wiecej.example was here already."
    assert wrong(asked) == {"domain": later.value["message"]}
    assert len(simulator.calls("CreateDomainRequest")) == 2  # the service's own is the other


def test_a_domain_whose_answer_was_lost(
    customer: Customer, simulator: Simulator, nameserver: NameServer
) -> None:
    """The operation looks and finds it."""
    form = prove(customer, nameserver, MORE).form("add_alias_domain")
    simulator.drop_next("CreateDomainRequest", applied=True)

    assert customer.send(form).value["ok"]
    assert simulator.domain(MORE) is not None


def test_the_plan_limits_them(hook: Hook, simulator: Simulator, nameserver: NameServer) -> None:
    """With the numbers; one that he has counts, whoever made it."""
    assert hook("create").code == "created"
    buyer = Buyer(hook, domain_aliases=1)
    first, second = buyer.open("lists"), prove(buyer, nameserver, "zwei.example")
    add(buyer, nameserver)
    simulator.reset_log()
    for form in (first.form("prepare_alias_domain"), second.form("add_alias_domain")):
        answer = buyer.send({**form, "domain": "zwei.example"})
        assert answer.code == "refused"
        assert "allows 1 domain aliases and 1 are there" in answer.value["message"]

    assert writes(simulator) == []
    page = buyer.open("lists")
    assert "1 of 1" in page.text
    assert "alias_domain" not in str(page.forms())


@pytest.mark.parametrize("kind", ["anothers", "anothers alias", "nobody's", "own", "stamped"])
def test_a_domain_that_is_there_is_not_touched(
    customer: Customer, simulator: Simulator, kind: str
) -> None:
    """Another customer's, his alias, an unsold one, an alias with another's stamp: refused."""
    name = "inna.example"
    if kind == "anothers":
        another(simulator)
    elif kind == "nobody's":
        simulator.create_domain(name)
    elif kind == "own":
        name = "firma.example"
    else:
        target = simulator.domain(another(simulator, "cel.example"))
        stamp = {}
        if kind == "stamped":
            target, stamp = simulator.domain("firma.example"), {"zimbraForeignName": ANOTHERS}
        simulator.create_domain(
            name, zimbraDomainType="alias", zimbraDomainAliasTargetId=target.id, **stamp
        )
    before = {key: list(values) for key, values in simulator.domain(name).attrs.items()}
    assert "inna.example" not in customer.open("lists").text
    forms = both_forms(customer, name)
    simulator.reset_log()

    assert [said(customer.send(form)) for form in forms] == [TAKEN] * 2
    assert writes(simulator) == []
    assert simulator.domain(name).attrs == before


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "Fill in this field."),
        ("co.uk", "is a public suffix"),
        ("com.pl", "is a public suffix"),
        ("gmail.com", "belongs to a public mail provider"),
        ("www.wiecej.example", "is the name of a web site"),
        ("mail.example.test", "is a name of the mail server itself"),
        ("sub.inna.example", "above or below the domain of another customer"),
        ("nodot", "Type a domain, such as firma.example."),
        ("https://wiecej.example/", "Type a domain"),
        ("anna@wiecej.example", "Type a domain"),
        ("10.0.0.1", "Type a domain"),
        (HOSTILE, "Type a domain"),
    ],
)
def test_names_that_cannot_be_had(
    customer: Customer, simulator: Simulator, name: str, reason: str
) -> None:
    """Said beside the field, before anything is written; what was typed stays, as text."""
    another(simulator)
    forms = both_forms(customer, name)
    simulator.reset_log()
    for form in forms:
        answer = customer.send(form)
        assert reason in said(answer)
        assert "<script>alert" not in answer.value["html"]

    assert writes(simulator) == []


def test_a_part_of_his_own_domain(
    customer: Customer, simulator: Simulator, nameserver: NameServer
) -> None:
    """A customer may have names below his own."""
    add(customer, nameserver, "sklep.firma.example")

    assert simulator.domain("sklep.firma.example").attrs["zimbraDomainType"] == ["alias"]


def test_a_domain_is_removed(
    customer: Customer, simulator: Simulator, nameserver: NameServer
) -> None:
    """After a question; done twice it stays done, and its answer may be lost."""
    identity = add(customer, nameserver)
    page = customer.open("alias_domain", id=identity)
    assert "Remove the domain wiecej.example?" in page.text
    form = page.form("remove_alias_domain")
    simulator.drop_next("DeleteDomainRequest", applied=True)
    answer = customer.send(form)

    assert answer.value["ok"], answer
    assert simulator.domain(MORE) is None
    assert simulator.domain("firma.example") is not None
    assert "not there any more" in customer.open("alias_domain", id=identity).text


def test_a_domain_that_zimbra_denies_once(
    customer: Customer, simulator: Simulator, nameserver: NameServer
) -> None:
    """It is not said to be gone while Zimbra lists it."""
    identity = add(customer, nameserver)
    form = customer.open("alias_domain", id=identity).form("remove_alias_domain")
    simulator.chaos.add(Plan("GetDomainRequest", "fault", code="account.NO_SUCH_DOMAIN", skip=1))
    answer = customer.send(form)

    assert answer.code == "conflict"
    assert "try again" in answer.value["message"]
    assert customer.send(form).value["ok"]
    assert simulator.domain(MORE) is None


def test_a_domain_in_which_aliases_lie(
    customer: Customer, simulator: Simulator, nameserver: NameServer
) -> None:
    """It is said how many, on the page and by a form of before."""
    boss = simulator.account("admin@firma.example")
    identity = add(customer, nameserver)
    form = customer.open("alias_domain", id=identity).form("remove_alias_domain")
    simulator.state.directory.add_alias(boss, f"chef@{MORE}", "20261201000000Z")
    page = customer.open("alias_domain", id=identity)
    assert "1 alias of a mailbox lies in this domain: remove it first." in page.text
    assert "remove_alias_domain" not in str(page.forms())
    simulator.reset_log()
    answer = customer.send(form)

    assert answer.code == "refused"
    assert answer.value["message"] == (
        "Aliases of mailboxes lie in wiecej.example (1): remove them first."
    )
    assert writes(simulator) == []


def test_a_domain_that_zimbra_does_not_let_go(
    customer: Customer, simulator: Simulator, nameserver: NameServer
) -> None:
    """Something lies in it that no count shows: the provider has to look."""
    identity = add(customer, nameserver)
    form = customer.open("alias_domain", id=identity).form("remove_alias_domain")
    simulator.fail_next("DeleteDomainRequest", "account.DOMAIN_NOT_EMPTY")
    answer = customer.send(form)

    assert answer.code == "refused"
    assert "ask your provider" in answer.value["message"]
    assert simulator.domain(MORE) is not None


@pytest.mark.parametrize("kind", ["own", "anothers", "anothers alias", "stamped"])
def test_only_his_domain_aliases_are_removed(
    customer: Customer, simulator: Simulator, nameserver: NameServer, kind: str
) -> None:
    """Never the domain of his mailboxes, and nobody else's."""
    mine = add(customer, nameserver)
    name = "firma.example" if kind == "own" else another(simulator)
    if kind not in ("own", "anothers"):
        target, stamp = simulator.domain(name), {}
        if kind == "stamped":
            target, stamp = simulator.domain("firma.example"), {"zimbraForeignName": ANOTHERS}
        name = "alias.inna.example"
        simulator.create_domain(
            name, zimbraDomainType="alias", zimbraDomainAliasTargetId=target.id, **stamp
        )
    theirs = simulator.domain(name)
    form = customer.open("alias_domain", id=mine).form("remove_alias_domain")
    simulator.reset_log()

    assert "not there any more" in customer.open("alias_domain", id=theirs.id).text
    assert customer.send({**form, "puqz_object": theirs.id}).code == "refused"
    simulator.state.directory.by_id[mine] = theirs
    assert customer.send(form).code == "not_found"
    assert writes(simulator) == []
    assert simulator.domain(name) is theirs


def test_without_the_capability(hook: Hook, simulator: Simulator) -> None:
    """No part of the page, no form."""
    assert hook("create").code == "created"
    buyer = Buyer(hook, "full")
    forms = both_forms(buyer, MORE)
    buyer.capabilities = ("lists",)
    simulator.reset_log()

    assert [buyer.send(form).code for form in forms] == ["refused"] * 2
    assert "yours" not in buyer.open("alias_domain_new", new=MORE).text
    assert writes(simulator) == []
    assert "Further domains" not in buyer.open("lists").text
