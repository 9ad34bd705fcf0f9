"""A customer makes a mailbox on his page."""

from __future__ import annotations

from puq_zimbra.simulator import Simulator

from .conftest import Customer


def test_a_mailbox_is_made(customer: Customer, simulator: Simulator) -> None:
    """What he typed is what Zimbra has; the next page says so."""
    answer = customer.does(
        "create_mailbox", "mailbox_new", {}, name="anna", display_name="Anna", limit="1",
        password_kind="own", password="Alpha-bravo-7", must_change="",
    )  # fmt: skip
    assert (answer.code, answer.value["data"]["page"]) == ("created", "mailbox")
    made = simulator.account("anna@firma.example")
    assert made is not None
    assert made.attrs["displayName"] == ["Anna"]
    assert simulator.verify_password("anna@firma.example", "Alpha-bravo-7")

    after = customer.open("mailboxes", notice=answer.value["data"]["notice"])
    assert "The mailbox anna@firma.example is ready." in after.text
    assert "anna@" in after.text


def test_a_form_sent_twice_makes_one_mailbox(customer: Customer, simulator: Simulator) -> None:
    """A double click gets the first answer again, without the password that is shown once."""
    form = customer.open("mailbox_new").form("create_mailbox")
    first = customer.send(form, name="anna", limit="0")
    again = customer.send(form, name="anna", limit="0")

    assert (first.code, again.code) == ("created", "created")
    assert len(first.value["data"]["password"]) >= 16
    assert first.value["data"]["password"] in first.value["html"]
    assert "password" not in again.value["data"]
    assert len(simulator.calls("CreateAccountRequest")) == 2  # the administrator's and this one


def test_a_used_token_with_another_body_is_refused(
    customer: Customer, simulator: Simulator
) -> None:
    """A form cannot be turned into another one after it was sent."""
    form = customer.open("mailbox_new").form("create_mailbox")
    customer.send(form, name="anna", limit="0")
    answer = customer.send(form, name="boss", limit="0")

    assert answer.code == "refused"
    assert simulator.account("boss@firma.example") is None


def test_what_is_wrong_stands_beside_its_field(customer: Customer, simulator: Simulator) -> None:
    """In the summary too; what was typed stays, but for the password."""
    answer = customer.does(
        "create_mailbox", "mailbox_new", {}, name="anna nowak", display_name="Anna <b>",
        limit="many", password_kind="own", password="secret-typed",
    )  # fmt: skip
    assert answer.code == "invalid"
    assert [one["field"] for one in answer.value["data"]["errors"]] == ["name", "limit"]
    assert "anna nowak" in answer.value["html"]
    assert "Anna &lt;b&gt;" in answer.value["html"]
    assert "secret-typed" not in answer.value["html"]
    assert len(simulator.calls("CreateAccountRequest")) == 1
