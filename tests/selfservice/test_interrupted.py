"""A write whose answer is lost, or that was never made: the form again ends as if nothing happened.

Two mailboxes get the same form, one of them under a fault; in the end they are alike.
"""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from ..faults.conftest import Share
from .conftest import Customer

PASSWORD = "Alpha-bravo-7"
#: action, its page, its writes, what is typed; %s is the mailbox's name
FORMS: dict[str, tuple[str, tuple[str, ...], dict[str, str]]] = {
    "bin_mailbox": ("mailbox_delete", ("ModifyDomainRequest", "ModifyAccountRequest"), {}),
    "restore_mailbox": ("bin", ("ModifyAccountRequest", "ModifyDomainRequest"), {}),
    "delete_mailbox": (
        "mailbox_purge",
        ("DeleteAccountRequest", "ModifyDomainRequest"),
        {"typed": "%s@firma.example"},
    ),
    "edit_mailbox": (
        "mailbox",
        ("RenameAccountRequest", "ModifyAccountRequest"),
        {"name": "new-%s", "display_name": "N", "limit": "1"},
    ),
    "lock_mailbox": ("mailbox", ("ModifyAccountRequest",), {}),
    "set_mailbox_password": (
        "mailbox",
        ("SetPasswordRequest", "ModifyAccountRequest"),
        {"password_kind": "own", "password": PASSWORD, "must_change": "on"},
    ),
    "add_alias": ("mailbox", ("AddAccountAliasRequest",), {"name": "alias-%s"}),
    "set_forwarding": ("mailbox", ("ModifyAccountRequest",), {"to": "x@outside.example"}),
    "set_out_of_office": ("mailbox", ("ModifyAccountRequest",), {"on": "on", "text": "Jutro."}),
}
CASES = [
    (action, write, applied)
    for action, (_, writes, _) in FORMS.items()
    for write in writes
    for applied in (True, False)
]
#: of which a plain run tries so many, and continuous integration so many
SAMPLE, PART = len(CASES) // 5, len(CASES) // 2
#: what differs between two mailboxes, and what each write of a password makes anew
_OWN = ("zimbraId", "zimbraCreateTimestamp", "zimbraPasswordModifiedTime", "userPassword",
        "zimbraAuthTokenValidityValue")  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try a sample, or all of them with ``--faults=all``."""
    if "applied" in metafunc.fixturenames:
        option = metafunc.config.getoption
        share = Share(option("--faults"), option("--seed"))
        chosen = share.of(CASES, "interrupted", SAMPLE, PART)
        metafunc.parametrize(("action", "write", "applied"), chosen)


def state(simulator: Simulator, identity: str, name: str) -> Any:
    """How a mailbox is, with the mark of the bin, without what is its own."""
    domain = simulator.domain("firma.example")
    assert domain is not None
    marks = [one for one in domain.attrs["zimbraForeignName"] if identity in one]
    found = simulator.state.directory.find(identity, "account")
    attrs = None
    if found is not None:
        attrs = {key: value for key, value in found.attrs.items() if key not in _OWN}
    return repr((attrs, marks)).replace(identity, "ID").replace(name, "NAME")


def send(customer: Customer, action: str, identity: str, name: str) -> str:
    """Open the page, fill in the form, send it; its code."""
    page, _, typed = FORMS[action]
    query = {} if page == "bin" else {"id": identity}
    form = customer.open(page, **query).form(action, identity)
    filled = {key: value.replace("%s", name) for key, value in typed.items()}
    return customer.send({**form, **filled}).code


def test_the_form_again_finishes_it(
    customer: Customer, simulator: Simulator, action: str, write: str, applied: bool
) -> None:
    """Whether Zimbra had made the change or not."""
    boxes = {
        name: simulator.create_account(f"{name}@firma.example").id for name in ("anna", "ewaa")
    }
    if action in ("restore_mailbox", "delete_mailbox"):
        for name, identity in boxes.items():
            assert send(customer, "bin_mailbox", identity, name) == "updated"
    assert send(customer, action, boxes["ewaa"], "ewaa") == "updated"

    simulator.http_next(write, 503, applied=applied)
    code = send(customer, action, boxes["anna"], "anna")
    if code not in ("updated", "created"):
        code = _again(customer, action, boxes["anna"])

    assert code in ("updated", "unchanged", "already_gone"), code
    wanted = state(simulator, boxes["ewaa"], "ewaa")
    assert state(simulator, boxes["anna"], "anna") == wanted


def _again(customer: Customer, action: str, identity: str) -> str:
    """Send a fresh form; where the page has none any more, there is nothing left to do."""
    page = FORMS[action][0]
    forms = customer.open(page, **({} if page == "bin" else {"id": identity})).forms()
    if (action, identity) not in {(one["puqz_action"], one["puqz_object"]) for one in forms}:
        return "unchanged"
    return send(customer, action, identity, "anna")
