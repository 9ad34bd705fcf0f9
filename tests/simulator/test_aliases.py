"""What an alias leaves behind, and what its removal cleans (`LdapProvisioning`)."""

from __future__ import annotations

from typing import Any

ANNA = "anna@firma.test"
EXISTS = "account.ACCOUNT_EXISTS"


def aliases(zimbra: Any) -> list[str]:
    """Names of the alias entries of the domain."""
    found = zimbra.admin("SearchDirectory", types="aliases", domain="firma.test")
    return [each.get("name") for each in found]


def test_a_dynamic_list_leaves_an_alias_behind(
    code_of: Any, zimbra: Any, sim: Any, refused: Any
) -> None:
    """The refused alias blocks the domain once list and account are gone, until it is removed.

    The removal may name any id; its answer is that there is no such alias.
    """
    anna, bert = sim.account(ANNA), sim.account("bert@firma.test")
    team = sim.create_list("team@firma.test", dynamic=True)
    taken = refused("AddAccountAlias", id=anna.id, alias="team@firma.test")
    left = aliases(zimbra)
    for command, entry in (("DistributionList", team), ("Account", anna)):
        zimbra.admin(f"Delete{command}", id=entry.id)
    clearing = refused("RemoveAccountAlias", id=bert.id, alias="team@firma.test")
    zimbra.admin("DeleteAccount", id=bert.id)
    zimbra.admin("DeleteDomain", id=sim.domain("firma.test").id)

    assert (taken.code, left) == ("account.INVALID_ATTR_VALUE", ["team@firma.test"])
    assert clearing.code == "account.NO_SUCH_ALIAS"


def test_the_domain_stays_while_the_alias_does(zimbra: Any, sim: Any, refused: Any) -> None:
    """What no page shows still makes the domain not empty."""
    domain = sim.create_domain("other.test")
    entry = sim.create_account("x@other.test")
    team = sim.create_list("team@other.test", dynamic=True)
    refused("AddAccountAlias", id=entry.id, alias="team@other.test")
    zimbra.admin("DeleteDistributionList", id=team.id)
    zimbra.admin("DeleteAccount", id=entry.id)

    assert refused("DeleteDomain", id=domain.id).code == "account.DOMAIN_NOT_EMPTY"
    assert refused("CreateAccount", name="team@other.test").code == EXISTS


def test_the_owner_removes_it_at_once(zimbra: Any, sim: Any, refused: Any) -> None:
    """With the account's own id the removal is a plain success, and the list stays whole."""
    anna = sim.account(ANNA)
    sim.create_list("team@firma.test", ["bert@firma.test"], dynamic=True)
    refused("AddAccountAlias", id=anna.id, alias="team@firma.test")
    zimbra.admin("RemoveAccountAlias", id=anna.id, alias="team@firma.test")

    assert aliases(zimbra) == []
    assert sim.list("team@firma.test") is not None


def test_a_missing_alias_leaves_the_lists_too(sim: Any, refused: Any) -> None:
    """An address that is no alias is taken off every list before the refusal.

    An address that is another account's alias stays.
    """
    anna, bert = sim.account(ANNA), sim.account("bert@firma.test")
    refused("RemoveAccountAlias", id=anna.id, alias="none@firma.test")
    team = sim.create_list("team@firma.test", ["gone@firma.test", "berta@firma.test"])
    with sim.state.lock:
        sim.state.directory.add_alias(bert, "berta@firma.test", sim.state.timestamp())
    for alias in ("gone@firma.test", "berta@firma.test"):
        assert refused("RemoveAccountAlias", id=anna.id, alias=alias).code.endswith("ALIAS")

    assert list(team.members) == ["berta@firma.test"]


def test_its_own_name_leaves_the_mail_values(zimbra: Any, sim: Any, refused: Any) -> None:
    """Removing the primary address as an alias is refused, yet ``mail`` has lost it."""
    anna = sim.account(ANNA)
    fault = refused("RemoveAccountAlias", id=anna.id, alias=ANNA)

    assert fault.code == "account.NO_SUCH_ALIAS"
    assert "mail" not in zimbra.account(ANNA)


def test_a_left_alias_is_taken_over(zimbra: Any, sim: Any, refused: Any) -> None:
    """Once its account is gone, another one gets the address without a word."""
    anna, bert = sim.account(ANNA), sim.account("bert@firma.test")
    team = sim.create_list("team@firma.test", dynamic=True)
    refused("AddAccountAlias", id=anna.id, alias="team@firma.test")
    zimbra.admin("DeleteDistributionList", id=team.id)
    early = refused("AddAccountAlias", id=bert.id, alias="team@firma.test")
    zimbra.admin("DeleteAccount", id=anna.id)
    zimbra.admin("AddAccountAlias", id=bert.id, alias="team@firma.test")

    assert early.code == EXISTS
    assert bert.aliases == ["team@firma.test"]


def test_no_dynamic_list_in_a_static_one(sim: Any, refused: Any) -> None:
    """Nesting works from static list to static list only."""
    team = sim.create_list("team@firma.test")
    sim.create_list("dyn@firma.test", dynamic=True)
    fault = refused("AddDistributionListMember", "<dlm>dyn@firma.test</dlm>", id=team.id)

    assert fault.code == "service.INVALID_REQUEST"
