"""What was done on a service, as the store keeps it and as its customer reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.request import Actor
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.store.operations.steps import Run

from ..conftest import Command, Hook
from .conftest import Customer, Page

DOMAIN = "firma.example"
ANNA = {"kind": "customer", "id": "7", "name": "Anna <b>Nowak</b>"}
JAN = {"kind": "customer", "id": "8", "name": "Jan"}
STAFF = {"kind": "staff", "id": "3", "name": "Secret Name"}
AUTOMATIC = {"kind": "automatic"}


def rows(page: Page) -> list[str]:
    """The rows of the table, newest first."""
    found = page.tree.xpath("//tbody/tr")
    return [" ".join(" ".join(one.itertext()).split()) for one in found]


def who(page: Page) -> list[str]:
    """Who did what the rows say."""
    return [one.text_content() for one in page.tree.xpath("//td[@data-label='Who']")]


def make(customer: Customer, name: str, actor: Mapping[str, str] = ANNA) -> None:
    """Send the form of a new mailbox."""
    form = customer.open("mailbox_new").form("create_mailbox")
    answer = customer.send(form, actor=actor, name=name, limit="0")
    assert answer.code in ("created", "invalid", "refused"), answer


def test_what_a_customer_did_bears_his_name(customer: Customer) -> None:
    """Two people may act for one customer, and each wants to know what the other did."""
    make(customer, "anna")
    newest, oldest = rows(customer.open("activity"))

    assert newest.startswith("New mailbox anna@firma.example")
    assert "Anna <b>Nowak</b>" in newest
    assert "Done op-" in newest
    assert oldest.startswith("Service set up")
    assert "Provider" in oldest


def test_each_is_told_apart(customer: Customer, hook: Hook) -> None:
    """The reader himself, another person of his, the provider's staff, and what nobody did."""
    make(customer, "anna")
    make(customer, "ola", JAN)
    make(customer, "ewa", STAFF)
    assert hook("suspend", reason="x", actor=STAFF).code == "updated"
    assert hook("unsuspend", actor=AUTOMATIC).code == "updated"
    customer.actor = JAN
    page = customer.open("activity")

    assert who(page) == [
        "Automatic", "Provider", "Provider", "You", "Anna <b>Nowak</b>", "Provider",
    ]  # fmt: skip
    assert rows(page)[2].startswith("New mailbox ewa@firma.example")
    assert "Secret Name" not in page.text


@pytest.mark.parametrize(
    ("asked", "events"),
    [
        ({"who": "customer"}, ["New mailbox", "New mailbox"]),
        ({"who": "provider"}, ["Suspension", "Service set up"]),
        ({"who": "automatic"}, ["End of the suspension"]),
        ({"result": "failed"}, ["New mailbox"]),
        ({"who": "provider", "result": "failed"}, []),
        ({"who": "x' or 1=1", "result": "<b>", "p": "-1"}, 5),
    ],
)
def test_rows_are_chosen(
    customer: Customer, hook: Hook, asked: dict[str, str], events: list[str] | int
) -> None:
    """By who acted, and what failed."""
    make(customer, "anna")
    hook("suspend", actor=STAFF)
    hook("unsuspend", actor=AUTOMATIC)
    form = customer.open("mailbox_new").form("create_mailbox")
    customer.capabilities = ("look",)
    assert customer.send(form, actor=ANNA, name="boss", limit="0").code == "refused"
    customer.capabilities = ("full",)
    page = customer.open("activity", **asked)

    found = rows(page)
    assert len(found) == (events if isinstance(events, int) else len(events))
    if not isinstance(events, int):
        assert [one.startswith(event) for one, event in zip(found, events, strict=True)] == [
            True for _ in events
        ]
        assert found or "Nothing of this kind was done." in page.text


def test_the_choice_is_kept_by_the_form(customer: Customer, hook: Hook) -> None:
    """It goes to the host's own page, with the host's own keys."""
    for _ in range(3):
        hook("suspend")
        hook("unsuspend")
    page = customer.open("activity", who="provider")
    (search,) = [one for one in page.tree.forms if one.method == "GET"]

    assert (search.action, dict(search.fields)) == (
        "page.php",
        {"p": "activity", "puqz_who": "provider", "puqz_result": ""},
    )


def test_a_form_that_came_back_is_no_act(customer: Customer) -> None:
    """What was to be corrected changed nothing."""
    make(customer, "anna nowak")

    assert len(rows(customer.open("activity"))) == 1


def test_what_failed_says_why(customer: Customer) -> None:
    """The customer reads there what he would have read after the form."""
    form = customer.open("mailbox_new").form("create_mailbox")
    customer.capabilities = ("look",)
    assert customer.send(form, actor=ANNA, name="boss", limit="0").code == "refused"

    assert rows(customer.open("activity"))[0].startswith(
        "New mailbox Your service does not include this"
    )


def test_what_was_so_already_is_no_change(customer: Customer, hook: Hook) -> None:
    """Hosts repeat their calls; a renewal is told, as it was paid for."""
    for event in ("create", "suspend", "suspend", "unsuspend", "unsuspend", "renew"):
        hook(event)
    found = [one.partition(" ")[0] for one in rows(customer.open("activity"))]

    assert found == ["Renewal", "End", "Suspension", "Service"]


def test_what_goes_on_stands_on_top(customer: Customer, runtime: Runtime) -> None:
    """With what was done so far, and what to quote when it takes too long."""
    intent = Intent(
        id="op-1", installation="crm.example", service_id="42", event="client_action",
        request_id=None, fingerprint="x", aspects=frozenset({"content:a"}),
        actor=Actor(kind="customer", name="Anna"), action="create_mailbox",
    )  # fmt: skip
    operations = runtime.store().operations
    run = operations.begin(intent, 600)
    assert isinstance(run, Run)
    operations.steps(run).sending("CreateAccount", "anna@firma.example")
    page = customer.open("activity")
    (going_on,) = page.tree.xpath("//ul[@data-puqz-refresh]/li")
    text = " ".join(going_on.text_content().split())

    assert text.startswith("New mailbox")
    assert "1 change so far" in text
    assert "op-1" in text
    assert "Refresh" in page.text


def test_pages_of_fifty(customer: Customer, hook: Hook) -> None:
    """A service of ten years has more acts than a page holds."""
    for _ in range(26):
        hook("suspend")
        hook("unsuspend")
    first, second = customer.open("activity"), customer.open("activity", p="2")

    assert (len(rows(first)), len(rows(second))) == (50, 3)
    assert "1–50 of 53 · page 1 of 2" in first.text
    assert rows(second)[-1].startswith("Service set up")


def test_another_customers_acts_are_not_shown(
    customer: Customer, hook: Hook, simulator: Simulator
) -> None:
    """Services have activities of their own; so have those of another installation."""
    assert hook("create", service={"id": "43", "domain": "inna.example"}).code == "created"
    elsewhere = {"installation": "other.example", "service": {"domain": "obca.example"}}
    assert hook("create", **elsewhere).code == "created"

    assert len(rows(customer.open("activity"))) == 1


def test_staff_read_who_did_what_to_which_object(customer: Customer, command: Command) -> None:
    """By the commands, for a customer who asks who locked his mailbox."""
    make(customer, "anna")
    row = json.loads(command("operations", "--json").stdout.splitlines()[-1])
    line = json.loads(command("audit", "--json").stdout.splitlines()[-1])

    assert (row["actor"], row["action"], row["object"]) == (ANNA, "create_mailbox", DOMAIN)
    assert (line["actor"], line["action"]) == ("customer 7 Anna <b>Nowak</b>", "create_mailbox")
    assert (line["object"], line["intact"]) == (DOMAIN, True)
    for name in ("operations", "audit"):
        assert "customer 7 Anna <b>Nowak</b>" in command(name).stdout
        assert "create_mailbox firma.example" in command(name).stdout
