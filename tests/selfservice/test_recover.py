"""A customer puts deleted messages back."""

from __future__ import annotations

import pytest

from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from ..models.conftest import MAILBOX, laid_over
from .conftest import Customer, Page
from .people import HOSTILE, Buyer, another, deleted, writes

ANNA = "anna@firma.example"


@pytest.fixture
def anna(customer: Customer, simulator: Simulator) -> str:
    """The id of a mailbox with three deleted messages."""
    found = simulator.create_account(ANNA)
    deleted(simulator, ANNA, 3)
    simulator.reset_log()
    return found.id


def kept(simulator: Simulator, address: str = ANNA) -> tuple[list[str], list[str]]:
    """The subjects in the mailbox, and those that are deleted and kept."""
    mail = simulator.state.mailbox(simulator.account(address)).mail()
    held, dumped = mail.held.values(), mail.dumped.values()
    return sorted(one.subject for one in held), sorted(one.subject for one in dumped)


def boxes(page: Page) -> list[str]:
    """The boxes to tick, in order."""
    return list(page.tree.xpath("//input[@type='checkbox']/@name"))


def test_chosen_messages_go_back(customer: Customer, simulator: Simulator, anna: str) -> None:
    """Newest first; the others stay; a second click changes nothing."""
    page = customer.open("recover", id=anna)
    subjects = [one.text_content() for one in page.tree.xpath("//tbody//label")]
    assert subjects == ["msg 2", "msg 1", "msg 0"]
    assert "Deleted messages 3" in page.text
    form, ticks = page.form("recover_messages"), boxes(page)
    answer = customer.send(form, **{ticks[0]: "1", ticks[2]: "1"})

    assert answer.value["message"] == "Messages put back into the inbox of anna@firma.example: 2."
    assert kept(simulator) == (["msg 0", "msg 2"], ["msg 1"])
    again = customer.does("recover_messages", "recover", {"id": anna}, **{ticks[0]: "1"})
    assert again.code == "unchanged"
    one_left = customer.does(
        "recover_messages", "recover", {"id": anna}, **{ticks[0]: "1", ticks[1]: "1"}
    )
    assert one_left.code == "updated"
    assert kept(simulator)[1] == []


def test_none_is_chosen(customer: Customer, simulator: Simulator, anna: str) -> None:
    """The page says so; a name that is no message's counts as none."""
    for typed in ({}, {"puqz_mx": "1"}, {"puqz_m257;1": "1"}, {"m257": "1"}):
        answer = customer.does("recover_messages", "recover", {"id": anna}, **typed)
        assert answer.code == "invalid"
        assert "Choose at least one message." in answer.value["html"]
    assert writes(simulator) == []


def test_pages_of_fifty(customer: Customer, simulator: Simulator, anna: str) -> None:
    """The newest five hundred can be chosen from."""
    deleted(simulator, ANNA, 510)
    first, last = customer.open("recover", id=anna), customer.open("recover", id=anna, p="10")

    assert "Deleted messages 500+" in first.text
    assert "Page 1 of 10" in first.text
    assert (len(boxes(first)), len(boxes(last))) == (50, 50)


def test_nothing_is_kept(customer: Customer, simulator: Simulator) -> None:
    """Where Zimbra keeps no deleted messages, or there are none."""
    box = simulator.create_account(ANNA)
    page = customer.open("recover", id=box.id)

    assert "There are no deleted messages to put back" in page.text
    assert "recover_messages" not in str(page.forms())


def test_a_full_mailbox(customer: Customer, simulator: Simulator, anna: str) -> None:
    """It is said what is wrong."""
    form = customer.open("recover", id=anna).form("recover_messages")
    simulator.fail_next("ItemActionRequest", "mail.QUOTA_EXCEEDED")
    answer = customer.send(form, puqz_m257="1")

    assert answer.code == "refused"
    assert "too little space in anna@firma.example" in answer.value["message"]


def test_a_mailbox_that_cannot_be_opened(
    customer: Customer, simulator: Simulator, anna: str
) -> None:
    """An administrator set it to maintenance."""
    form = customer.open("recover", id=anna).form("recover_messages")
    simulator.account(ANNA).put("zimbraAccountStatus", "maintenance")

    assert "cannot be opened now" in customer.open("recover", id=anna).text
    answer = customer.send(form, puqz_m257="1")
    assert (answer.code, "cannot be opened now" in answer.value["message"]) == ("refused", True)


@pytest.mark.parametrize("kind", ["another's", "system", "bin"])
def test_a_mailbox_that_is_not_his(
    customer: Customer, simulator: Simulator, anna: str, kind: str
) -> None:
    """Nobody logs in to it, and nothing of it is shown."""
    another(simulator)
    name = "boss@inna.example" if kind == "another's" else "other@firma.example"
    more = {"system": {"zimbraIsSystemAccount": "TRUE"}, "bin": {"zimbraAccountStatus": "pending"}}
    theirs = simulator.create_account(name, None, **more.get(kind, {}))
    deleted(simulator, name, subject="secret")
    form = customer.open("recover", id=anna).form("recover_messages")
    simulator.reset_log()

    assert "secret" not in customer.open("recover", id=theirs.id).text
    swapped = customer.send({**form, "puqz_object": theirs.id}, puqz_m257="1")
    assert swapped.code == "refused"
    simulator.state.directory.by_id[anna] = theirs
    assert not customer.send(form, puqz_m257="1").value["ok"]
    assert simulator.calls("DelegateAuthRequest") == []
    assert kept(simulator, name) == ([], ["secret 0"])


def test_a_mailbox_sold_by_itself(hook: Hook, simulator: Simulator) -> None:
    """Its owner has the page of his own mailbox, and of no other."""
    simulator.create_domain("poczta.example")
    sold = laid_over(hook, MAILBOX)
    assert sold("create").code == "created"
    address = MAILBOX["mailbox"]["address"]
    other = simulator.create_account("other@poczta.example")
    deleted(simulator, address, subject="mine")
    deleted(simulator, other.name, subject="theirs")
    buyer = Buyer(sold, "recover")
    page = buyer.open("recover", id=other.id)

    assert ("mine" in page.text, "theirs" in page.text) == (True, False)
    ticks = dict.fromkeys(boxes(page), "1")
    assert buyer.send(page.form("recover_messages"), **ticks).code == "updated"


def test_hostile_messages_are_drawn_as_text(customer: Customer, simulator: Simulator) -> None:
    """Anybody on earth writes subjects."""
    box = simulator.create_account(ANNA)
    deleted(simulator, ANNA, subject=HOSTILE)
    html = customer.open("recover", id=box.id).answer["html"]

    assert "&lt;script&gt;" in html
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "{" not in html


def test_without_the_capability(hook: Hook, simulator: Simulator) -> None:
    """No page, no form, no log-in."""
    assert hook("create").code == "created"
    box = simulator.create_account(ANNA)
    deleted(simulator, ANNA)
    buyer = Buyer(hook, "full")
    form = buyer.open("recover", id=box.id).form("recover_messages")
    buyer.capabilities = ("standard",)
    simulator.reset_log()

    assert buyer.send(form, puqz_m257="1").code == "refused"
    assert "msg 0" not in buyer.open("recover", id=box.id).text
    assert simulator.calls("DelegateAuthRequest") == []
