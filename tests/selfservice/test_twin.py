"""Pages as JSON, for a host with a look of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from puq_zimbra.clientarea.page import declared
from puq_zimbra.engine.dispatch import Answer
from puq_zimbra.simulator import Simulator

from .conftest import Customer


def read(customer: Customer, page: str, **query: str) -> dict[str, Any]:
    """A page's data, as JSON carries it."""
    answer = customer.ask("client_page", page=page, query=query)
    assert answer.code == "unchanged", answer
    data: dict[str, Any] = json.loads(json.dumps(answer.value["data"]))
    assert "html" not in answer.value
    return data


def send(customer: Customer, page: dict[str, Any], action: str, **typed: str) -> Answer:
    """Send a form of a page with nothing but what the page said."""
    (form,) = [one for one in page["forms"] if one["action"] == action]
    fields = {one["name"]: one["value"] for one in form["fields"]}
    return customer.ask("client_action", form={**fields, **form["keys"], **typed}, query={})


def test_a_mailbox_is_made_without_any_html(customer: Customer, simulator: Simulator) -> None:
    """Read the page, send its form, go on with the page that the answer names."""
    page = read(customer, "mailbox_new")
    (form,) = [one for one in page["forms"] if one["action"] == "create_mailbox"]
    done = send(customer, page, "create_mailbox", name="anna", limit="1").value["data"]
    after = read(customer, done["page"], **done["query"], notice=done["notice"])

    assert [one["name"] for one in form["fields"]][:2] == ["name", "display_name"]
    assert form["fields"][0]["label"] == "Address"
    assert simulator.verify_password("anna@firma.example", done["password"])
    assert after["notice"] == "The mailbox anna@firma.example is ready."
    assert after["page"] == "mailbox"


def test_what_is_wrong_is_told_by_field(customer: Customer, simulator: Simulator) -> None:
    """In words that the host shows as they are."""
    answer = send(customer, read(customer, "mailbox_new"), "create_mailbox", name="a b", limit="1")

    assert answer.code == "invalid"
    assert [one["field"] for one in answer.value["data"]["errors"]] == ["name"]
    assert simulator.account("a@firma.example") is None


def query_of(name: str, customer: Customer, mailbox: str) -> dict[str, str]:
    """What a page is about."""
    if name in ("mailbox_new", "settings"):
        return {}
    if name in ("import_preview", "import_progress"):
        answer = send(customer, read(customer, "import"), "preview_import", text="name\nola\n")
        if name == "import_progress":
            preview = read(customer, "import_preview", **answer.value["data"]["query"])
            answer = send(customer, preview, "start_import")
        return dict(answer.value["data"]["query"])
    return {"id": mailbox}


@pytest.mark.parametrize("name", sorted(declared()))
def test_every_page_has_its_twin(customer: Customer, name: str) -> None:
    """What Zimbra keeps beside what the page chooses is not told."""
    send(customer, read(customer, "mailbox_new"), "create_mailbox", name="anna", limit="1")
    listed = read(customer, "mailboxes")["values"]["lines"]
    anna = next(one["row"]["id"] for one in listed if one["address"].startswith("anna@"))
    page = read(customer, name, **query_of(name, customer, anna))

    assert page["page"] == name
    assert {"page": "mailboxes", "title": "Mailboxes"} in page["parts"]
    text = json.dumps(page["values"])
    assert "zimbraForeign" not in text
    assert "puq_zimbra:" not in text


def test_a_page_that_is_off_says_why(customer: Customer, hook: Any) -> None:
    """The state has the consequence; nothing can be sent."""
    hook("suspend", reason="FV 1")
    page = read(customer, "mailboxes")

    assert (page["usable"], page["values"], page["forms"]) == (False, {}, [])
    assert (page["state"]["kind"], page["state"]["reason"]) == ("suspended", "FV 1")


def test_who_is_not_named_gets_no_form_with_a_token(customer: Customer) -> None:
    """A host that names no customer has nothing to sign forms for."""
    answer = customer.ask("client_page", page="mailboxes", query={})
    customer.id = ""
    other = customer.ask("client_page", page="mailboxes", query={})

    assert answer.value["data"]["page"] == "mailboxes"
    assert (other.value["data"]["page"], other.value["data"]["forms"]) == ("overview", [])
