"""The customer's administrator: the account that holds his rights, whatever it is called now."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook
from .zimbra_state import add_alias, rename_account

ADMIN, RENAMED = "admin@firma.example", "szef@firma.example"
RIGHTS = ("domainAdminRights", "domainAdminConsoleRights")


def grant(zimbra: Zimbra, simulator: Simulator, address: str) -> None:
    """Let an account run the service's domain, as staff may do in Zimbra."""
    account = simulator.account(address)
    account.attrs["zimbraIsDelegatedAdminAccount"] = ["TRUE"]
    for right in RIGHTS:
        zimbra.grant_right(simulator.domain("firma.example").id, account.id, right)


def entered(hook: Hook, simulator: Simulator) -> tuple[Any, list[str]]:
    """A single sign-on, and the accounts into which it went."""
    simulator.reset_log()
    answer = hook("sso_service")
    directory = simulator.state.directory
    opened = [
        directory.by_id[element.text or ""].name
        for call in simulator.calls("DelegateAuthRequest")
        for element in call.element.iter()
        if element.get("by") == "id"
    ]
    return answer, opened


@pytest.mark.parametrize("at_the_address", ["nothing", "a new mailbox", "his alias", "a list"])
def test_a_renamed_administrator_is_the_one_who_holds_the_rights(
    hook: Hook, simulator: Simulator, zimbra: Zimbra, at_the_address: str
) -> None:
    """Whoever has his old address now is somebody else, whose mail must not be opened."""
    hook("create")
    rename_account(simulator, ADMIN, RENAMED)
    if at_the_address == "a new mailbox":
        simulator.create_account(ADMIN, "Theirs-Pass-1")
    elif at_the_address == "his alias":
        add_alias(zimbra, simulator.account(RENAMED).id, ADMIN)
    elif at_the_address == "a list":
        simulator.create_list(ADMIN)
    answer, opened = entered(hook, simulator)
    changed = hook("change_password", new_password="Second-Pass-2")
    again = hook("change_password", new_password="Second-Pass-2")

    assert opened == [RENAMED]
    assert RENAMED in answer.value["message"]
    assert (changed.value["code"], again.value["code"]) == ("updated", "unchanged")
    assert RENAMED in changed.value["message"]
    assert simulator.verify_password(RENAMED, "Second-Pass-2")
    if at_the_address == "a new mailbox":
        assert simulator.verify_password(ADMIN, "Theirs-Pass-1")


@pytest.mark.parametrize("alias", [True, False])
def test_drift_names_a_renamed_administrator_and_nothing_makes_another(
    hook: Hook, simulator: Simulator, zimbra: Zimbra, alias: bool
) -> None:
    """He may choose his address; who reads it in the host must know."""
    hook("create")
    rename_account(simulator, ADMIN, RENAMED)
    if alias:
        add_alias(zimbra, simulator.account(RENAMED).id, ADMIN)
    items = hook("drift").value["data"]["changes"]
    smaller = {"plan": {"mailbox_quota": 2**31}}
    changed = hook("change_package", service=smaller)

    assert items == [
        {
            "item": "administrator-renamed",
            "object": ADMIN,
            "wanted": {"mailbox": ADMIN},
            "held": {"mailbox": RENAMED},
            "mended_by": "person",
        }
    ]
    assert changed.value["code"] == "updated"
    guide = simulator.account(RENAMED).attrs["zimbraDomainAdminMaxMailQuota"]
    assert guide == [str(2**31)]
    assert hook("create", service=smaller).value["code"] == "already_exists"
    assert hook("repair", service=smaller).value["code"] == "unchanged"
    named = hook("repair", service=smaller, form={"items": "administrator-renamed"})
    assert named.value["code"] == "refused"


def test_of_several_administrators_the_one_at_the_address_is_meant(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """Without him a person must say which: a guess would open another's mail."""
    hook("create")
    for name in ("anna", "jan"):
        simulator.create_account(f"{name}@firma.example", "Some-Pass-1")
        grant(zimbra, simulator, f"{name}@firma.example")
    _, opened = entered(hook, simulator)
    zimbra.delete_account(simulator.account(ADMIN).id)
    answer, none = entered(hook, simulator)
    changed = hook("change_password", new_password="Second-Pass-2")

    assert opened == [ADMIN]
    assert none == []
    assert answer.value["code"] == changed.value["code"] == "conflict"
    assert "anna@firma.example, jan@firma.example" in answer.value["message"]
    assert hook("create").value["code"] == "already_exists"


def test_an_account_outside_of_the_domain_is_never_entered(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """It may be staff's own, whatever rights it holds on the customer's domain."""
    hook("create")
    simulator.create_account("staff@example.test", "Staff-Pass-1")
    grant(zimbra, simulator, "staff@example.test")
    zimbra.delete_account(simulator.account(ADMIN).id)
    add_alias(zimbra, simulator.account("staff@example.test").id, ADMIN)
    answer, opened = entered(hook, simulator)
    changed = hook("change_password", new_password="Second-Pass-2")

    assert opened == []
    assert answer.value["code"] == changed.value["code"] == "conflict"
    assert simulator.verify_password("staff@example.test", "Staff-Pass-1")


@pytest.mark.parametrize("way", ["denied", "by a group", "one right only"])
def test_who_does_not_hold_the_rights_himself_is_not_the_administrator(
    hook: Hook, simulator: Simulator, zimbra: Zimbra, way: str
) -> None:
    """The customer chooses who is in a group; and a denial is no grant."""
    hook("create")
    domain = simulator.domain("firma.example")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    anna = simulator.account("anna@firma.example")
    zimbra.delete_account(simulator.account(ADMIN).id)
    if way == "by a group":
        crowd = simulator.create_list("crowd@firma.example", ["anna@firma.example"])
        domain.attrs["zimbraACE"] = [f"{crowd.id} grp {right}" for right in RIGHTS]
    elif way == "denied":
        domain.attrs["zimbraACE"] = [f"{anna.id} usr -{right}" for right in RIGHTS]
    else:
        domain.attrs["zimbraACE"] = [f"{anna.id} usr {RIGHTS[1]}"]
    answer, opened = entered(hook, simulator)

    assert (answer.value["code"], opened) == ("not_found", [])


def test_an_administrator_with_an_odd_name_is_served_and_none_is_made(
    hook: Hook, simulator: Simulator
) -> None:
    """An adopted domain's may have the name for years; a new one gets a plain name."""
    sold = {"admin": {"name": "_o'brien"}}
    refused = hook("create", service=sold)
    written = simulator.writes()
    simulator.create_domain("firma.example")
    simulator.create_account("_o'brien@firma.example", "Some-Pass-1")
    adopted = hook("adopt", service=sold)
    changed = hook("change_password", service=sold, new_password="Second-Pass-2")

    assert (refused.value["code"], written) == ("invalid", [])
    assert "service.admin.name" in refused.value["message"]
    assert (adopted.value["code"], changed.value["code"]) == ("updated", "updated")
    assert simulator.verify_password("_o'brien@firma.example", "Second-Pass-2")
    assert hook("create", service=sold).value["code"] == "already_exists"


def test_the_page_names_the_administrator_as_he_is_called_now(
    hook: Hook, simulator: Simulator
) -> None:
    """A password manager keeps the new password under the name that stands beside it."""
    hook("create")
    rename_account(simulator, ADMIN, RENAMED)
    form = {"action": "https://crm.example/clientarea.php"}
    renamed = hook("client_area", form=form).value["html"]

    assert f'value="{RENAMED}"' in renamed
    assert ADMIN not in renamed


def test_the_page_of_a_service_as_it_was_sold_asks_for_no_administrator(
    hook: Hook, simulator: Simulator
) -> None:
    """A page is drawn often, and the reading has his mailbox."""
    hook("create")
    hook("client_area")
    simulator.reset_log()
    hook("client_area")

    assert [c.name for c in simulator.log if "Account" in c.name or "Grant" in c.name] == []
