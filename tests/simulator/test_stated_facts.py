"""What a genuine server was seen to do in exchanges that are not replayed anywhere."""

from __future__ import annotations

from typing import Any

import pytest

PASSWORD = "Some-Pass-1"


def test_foreign_principal_with_two_hits(zimbra: Any, refused: Any, sim: Any) -> None:
    """One hit is found in any letter case, two are FAILURE, a wildcard is text."""
    selector = '<account by="foreignPrincipal">{}</account>'
    sim.create_account("one@firma.test", PASSWORD, zimbraForeignPrincipal="puq:1")
    found = zimbra.admin("GetAccount", selector.format("PUQ:1"))
    assert found[0].get("name") == "one@firma.test"
    sim.create_account("two@firma.test", PASSWORD, zimbraForeignPrincipal="puq:1")

    assert refused("GetAccount", selector.format("puq:1")).code == "service.FAILURE"
    assert refused("GetAccount", selector.format("puq:*")).code == "account.NO_SUCH_ACCOUNT"


def test_primary_address_changes_once(zimbra: Any, refused: Any, sim: Any) -> None:
    """The old address stays as an alias, so the way back is taken by oneself."""

    def change(old: str, new: str) -> tuple[str, str]:
        return "ChangePrimaryEmail", f'<account by="name">{old}</account><newName>{new}</newName>'

    zimbra.admin(*change("anna@firma.test", "anne@firma.test"))
    anna = sim.account("anna@firma.test")
    assert (anna.name, anna.aliases) == ("anne@firma.test", ["anna@firma.test"])

    for new in ("anne@firma.test", "anna@firma.test"):
        assert refused(*change("anne@firma.test", new)).code == "account.ACCOUNT_EXISTS"
    sim.create_domain("other.test")
    across = refused(*change("anne@firma.test", "anne@other.test"))
    assert across.code == "service.FAILURE"


def test_rename_to_an_own_alias(zimbra: Any, refused: Any, sim: Any) -> None:
    """An address is taken even by the one who holds it."""
    anna = sim.account("anna@firma.test").id
    zimbra.admin("AddAccountAlias", id=anna, alias="info@firma.test")

    fault = refused("RenameAccount", id=anna, newName="info@firma.test")
    assert fault.code == "account.ACCOUNT_EXISTS"


def test_move_that_fails_half_done(zimbra: Any, refused: Any, sim: Any) -> None:
    """The same alias in both domains: a FAILURE after the lists were rewritten."""
    sim.create_domain("other.test")
    team = sim.create_list("team@firma.test", ["anna@firma.test"])
    anna = sim.account("anna@firma.test")
    for domain in ("firma.test", "other.test"):
        zimbra.admin("AddAccountAlias", id=anna.id, alias=f"info@{domain}")

    fault = refused("RenameAccount", id=anna.id, newName="anna@other.test")
    assert (fault.code, fault.side) == ("service.FAILURE", "Receiver")
    assert list(team.members) == ["anna@other.test"]
    assert anna.name == "anna@firma.test"


def test_counts(zimbra: Any, refused: Any, sim: Any) -> None:
    """External accounts count with their own COS; object types are case-sensitive."""
    sim.create_account("ext@firma.test", PASSWORD, zimbraIsExternalVirtualAccount=True)
    sim.create_account("sys@firma.test", PASSWORD, zimbraIsSystemResource=True)
    domain = '<domain by="name">firma.test</domain>'
    zimbra.admin("CreateDistributionList", name="s@firma.test")
    zimbra.admin("CreateDistributionList", name="d@firma.test", dynamic="1")
    counted = zimbra.admin("CountAccount", domain)

    assert {each.get("name"): each.text for each in counted} == {
        "default": "2",
        "defaultExternal": "1",
    }
    for kind, number in (("userAccount", "3"), ("internalUserAccount", "2"), ("dl", "2")):
        assert zimbra.admin("CountObjects", domain, type=kind).get("num") == number
    for kind in ("dynamicgroup", "DL"):
        assert refused("CountObjects", domain, type=kind).code == "service.INVALID_REQUEST"


def test_domain_of_aliases_only(zimbra: Any, refused: Any, sim: Any) -> None:
    """An alias in it keeps a domain from being deleted."""
    other = sim.create_domain("other.test").id
    anna = sim.account("anna@firma.test").id
    zimbra.admin("AddAccountAlias", id=anna, alias="anna@other.test")
    assert refused("DeleteDomain", id=other).code == "account.DOMAIN_NOT_EMPTY"
    zimbra.admin("RemoveAccountAlias", id=anna, alias="anna@other.test")

    zimbra.admin("DeleteDomain", id=other)


def test_parent_domain_is_deleted_and_made_again(zimbra: Any, sim: Any) -> None:
    """Sub-domains do not stand in the way."""
    sim.create_domain("sub.empty.test")
    parent = sim.create_domain("empty.test").id
    zimbra.admin("DeleteDomain", id=parent)
    zimbra.admin("CreateDomain", name="empty.test")

    assert sim.domain("sub.empty.test") is not None


def test_emptied_domain_status_is_active(zimbra: Any, sim: Any) -> None:
    """Empty text removes the attribute; log-in works."""
    inner = '<a n="zimbraDomainStatus">{}</a>'
    id_ = sim.domain("firma.test").id
    zimbra.admin("ModifyDomain", inner.format("locked"), id=id_)
    zimbra.admin("ModifyDomain", inner.format(""), id=id_)

    assert "zimbraDomainStatus" not in sim.domain("firma.test").attrs
    assert zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user")


@pytest.mark.parametrize("status", ["closed", "maintenance"])
def test_log_in_under_a_domain_status(zimbra: Any, sim: Any, status: str) -> None:
    """Closed is a failed log-in, maintenance says so; the accounts keep their own status."""
    inner = f'<a n="zimbraDomainStatus">{status}</a>'
    zimbra.admin("ModifyDomain", inner, id=sim.domain("firma.test").id)
    code = {"closed": "AUTH_FAILED", "maintenance": "MAINTENANCE_MODE"}[status]
    with pytest.raises(Exception, match=rf"account\.{code}"):
        zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user")

    assert zimbra.account("anna@firma.test")["zimbraAccountStatus"] == ["active"]


def test_delegated_token_of_an_administrator_is_not_one(
    zimbra: Any, sim: Any, refused: Any
) -> None:
    """DelegateAuth for a global administrator opens his mailbox, not his console."""
    admin = sim.account("admin@example.test").id
    answer = zimbra.admin("DelegateAuth", f'<account by="id">{admin}</account>')

    token = answer.findtext("{*}authToken")
    assert refused("Ping", token=token).code == "service.PERM_DENIED"


def test_context_account(zimbra: Any, refused: Any) -> None:
    """A user's command may run in another account's name; ``account`` without ``by`` is ignored."""
    info = '<GetInfoRequest xmlns="urn:zimbraAccount" sections="mbox"/>'
    named = '<account by="name">anna@firma.test</account>'
    answer = zimbra(info, context=named)

    assert answer.findtext("{*}name") == "anna@firma.test"
    assert zimbra(info, context="<account>x</account>") is not None
    with pytest.raises(Exception, match=r"account\.NO_SUCH_ACCOUNT"):
        zimbra(info, context='<account by="name">zz@firma.test</account>')


def test_dynamic_list_rules(zimbra: Any, refused: Any, sim: Any) -> None:
    """Whether a dynamic list holds rights is said once.

    Only a list that holds none may change its filter, and no member is added to it by hand.
    """
    url = '<a n="memberURL">ldap:///??sub?(uid=anna)</a>'
    off, on = (f'<a n="zimbraIsACLGroup">{each}</a>' for each in ("FALSE", "TRUE"))
    new = {"name": "d@firma.test", "dynamic": "1"}
    assert refused("CreateDistributionList", url, **new).code == "ldap.OBJECT_CLASS_VIOLATION"
    assert refused("CreateDistributionList", off, **new).code == "service.INVALID_REQUEST"
    zimbra.admin("CreateDistributionList", url + off, **new)
    zimbra.admin("CreateDistributionList", url + on, name="r@firma.test", dynamic="1")
    entry, rights = sim.list("d@firma.test"), sim.list("r@firma.test")

    assert refused("ModifyDistributionList", on, id=entry.id).code == "service.INVALID_REQUEST"
    assert refused("ModifyDistributionList", url, id=rights.id).code == "service.INVALID_REQUEST"
    bert = "<dlm>bert@firma.test</dlm>"
    assert refused("AddDistributionListMember", bert, id=entry.id).code == "service.INVALID_REQUEST"
    zimbra.admin("ModifyDistributionList", url.replace("anna", "bert"), id=entry.id)
    shown = zimbra.admin("GetDistributionList", f'<dl by="id">{entry.id}</dl>')
    assert [each.text for each in shown.iter("{*}dlm")] == ["bert@firma.test"]


def test_members_of_a_dynamic_list_follow_renames(zimbra: Any, sim: Any) -> None:
    """A dynamic list holds mailboxes, not addresses."""
    zimbra.admin("CreateDistributionList", name="d@firma.test", dynamic="1")
    entry = sim.list("d@firma.test")
    zimbra.admin("AddDistributionListMember", "<dlm>bert@firma.test</dlm>", id=entry.id)

    zimbra.admin("RenameAccount", id=sim.account("bert@firma.test").id, newName="b@firma.test")
    assert list(entry.members) == ["b@firma.test"]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("zimbraMailTrashLifetime", "-1d"),
        ("zimbraMailTrashLifetime", "some text"),
        ("zimbraContactMaxNumEntries", "-1"),
        ("zimbraFeatureGalEnabled", "True"),
        ("zimbraMailHostPool", "some text"),
        ("zimbraPasswordMinAge", "-1"),
        ("zimbraMailQuota", "some text"),
    ],
)
def test_values_that_zimbras_own_tests_expect_refused(
    refused: Any, attribute: str, value: str
) -> None:
    """Types hold for attributes known by their default value only, too."""
    inner = f'<name>gold</name><a n="{attribute}">{value}</a>'

    assert refused("CreateCos", inner).code == "account.INVALID_ATTR_VALUE"


def test_new_names_of_a_cos(zimbra: Any, refused: Any, sim: Any) -> None:
    """The directory refuses a blank new name; the present one is success, odd ones are fine."""
    id_ = sim.create_cos("gold").id

    def rename(name: str) -> tuple[str, str]:
        return "RenameCos", f"<id>{id_}</id><newName>{name}</newName>"

    for blank in ("", "   "):
        assert refused(*rename(blank)).code == "ldap.LDAP_ERROR"
    for name in ("gold", "-1", "0", "name   with  space"):
        assert zimbra.admin(*rename(name))[0].get("id") == id_
    assert refused(*rename("default")).code == "account.COS_EXISTS"


def test_rename_without_an_id(refused: Any) -> None:
    """The request is wrong, not the account missing."""
    fault = refused("RenameAccount", "<newName>x@firma.test</newName>")

    assert fault.code == "service.INVALID_REQUEST"


def test_servers_can_be_entered(zimbra: Any, refused: Any) -> None:
    """An entry made by hand takes no accounts and can be deleted."""
    made = zimbra.admin("CreateServer", '<a n="zimbraServiceEnabled">mailbox</a>', name="m.test")
    created = zimbra.admin("CreateAccount", name="x@firma.test", password=PASSWORD)
    host = [each.text for each in created[0] if each.get("n") == "zimbraMailHost"]

    assert host == ["mail.example.test"]
    assert refused("CreateServer", name="m.test").code == "account.SERVER_EXISTS"
    zimbra.admin("DeleteServer", id=made[0].get("id"))
    assert len(zimbra.admin("GetAllServers")) == 1
