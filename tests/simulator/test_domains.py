"""Domains: names, statuses, deletion, foreign names (`LdapProvisioning.createDomain`, FACTS)."""

from __future__ import annotations

from typing import Any

import pytest

STATUS = '<a n="zimbraDomainStatus">{}</a>'


@pytest.mark.parametrize(
    "name", ["x.test.", ".x.test", "x..test", "a_b.test", "x@y", "a b.test", ""]
)
def test_refused_names(refused: Any, name: str) -> None:
    """What cannot be a mail domain is INVALID_REQUEST."""
    assert refused("CreateDomain", f"<name>{name}</name>").code == "service.INVALID_REQUEST"


@pytest.mark.parametrize("name", ["dotless", "12345", "10.9.8.7", "-a.test", "UPPER.TEST"])
def test_odd_names_that_are_fine(zimbra: Any, name: str) -> None:
    """Dotless names, digits, addresses and a leading hyphen are accepted; letters are folded."""
    assert zimbra.admin("CreateDomain", name=name)[0].get("name") == name.lower()


def test_international_names_are_one(zimbra: Any, refused: Any, read_values: Any) -> None:
    """The answer's name is Unicode, the attribute punycode, and both spellings are one domain."""
    made = zimbra.admin("CreateDomain", name="bücher.test")[0]

    assert made.get("name") == "bücher.test"
    assert read_values(made)["zimbraDomainName"] == ["xn--bcher-kva.test"]
    assert refused("CreateDomain", name="xn--bcher-kva.test").code == "account.DOMAIN_EXISTS"


def test_status_is_unchecked_at_create_only(zimbra: Any, refused: Any, sim: Any) -> None:
    """CreateDomain stores a nonsense status, ModifyDomain refuses it."""
    zimbra.admin("CreateDomain", STATUS.format("sleeping"), name="odd.test")
    fault = refused("ModifyDomain", STATUS.format("sleeping"), id=sim.domain("odd.test").id)

    assert sim.domain("odd.test").attrs["zimbraDomainStatus"] == ["sleeping"]
    assert fault.code == "account.INVALID_ATTR_VALUE"


def test_closing_stops_mail_and_activating_repairs(zimbra: Any, sim: Any, read_values: Any) -> None:
    """Closed disables mail on the domain; active enables it, also after it was set by hand."""
    id_ = sim.domain("firma.test").id

    for status, mail in (("closed", "disabled"), ("suspended", "disabled"), ("active", "enabled")):
        answer = zimbra.admin("ModifyDomain", STATUS.format(status), id=id_)
        assert read_values(answer[0])["zimbraMailStatus"] == [mail]


def test_suspended_refuses_even_a_global_admin(zimbra: Any, refused: Any, sim: Any) -> None:
    """Accounts of a suspended domain may not be touched; missing ones are still missing."""
    zimbra.admin("ModifyDomain", STATUS.format("suspended"), id=sim.domain("firma.test").id)
    anna = sim.account("anna@firma.test").id

    for name, inner, options in (
        ("GetAccount", '<account by="name">anna@firma.test</account>', {}),
        ("CreateAccount", "", {"name": "x@firma.test", "password": "x"}),
        ("ModifyAccount", "", {"id": anna}),
        ("DeleteAccount", "", {"id": anna}),
        ("SetPassword", "", {"id": anna, "newPassword": "Anna-Pass-2"}),
        ("DelegateAuth", f'<account by="id">{anna}</account>', {}),
        ("AddAccountAlias", "", {"id": anna, "alias": "a@firma.test"}),
        ("CreateDistributionList", "", {"name": "l@firma.test"}),
        ("GetMailbox", f'<mbox id="{anna}"/>', {}),
    ):
        fault = refused(name, inner, **options)
        assert (fault.code, fault.text) == (
            "service.PERM_DENIED",
            "permission denied: domain is suspended",
        )
    missing = refused("GetAccount", '<account by="name">zz@firma.test</account>')
    assert missing.code == "account.NO_SUCH_ACCOUNT"
    assert zimbra.admin("GetQuotaUsage", domain="firma.test").get("searchTotal") == "2"


def test_only_an_empty_domain_is_deleted(zimbra: Any, refused: Any, sim: Any) -> None:
    """DOMAIN_NOT_EMPTY names what is left; a repeat is NO_SUCH_DOMAIN."""
    id_ = sim.domain("firma.test").id
    assert refused("DeleteDomain", id=id_).code == "account.DOMAIN_NOT_EMPTY"
    for name in ("anna", "bert"):
        zimbra.admin("DeleteAccount", id=sim.account(f"{name}@firma.test").id)
    zimbra.admin("DeleteDomain", id=id_)

    assert refused("DeleteDomain", id=id_).code == "account.NO_SUCH_DOMAIN"


def test_refused_delete_over_a_dynamic_list_breaks_the_domain(
    zimbra: Any, refused: Any, sim: Any
) -> None:
    """The people branch goes before the groups are noticed: no account can be made afterwards."""
    sim.create_domain("lone.test")
    zimbra.admin("CreateDistributionList", name="dyn@lone.test", dynamic="1")
    fault = refused("DeleteDomain", id=sim.domain("lone.test").id)
    after = refused("CreateAccount", name="x@lone.test", password="Some-Pass-1")

    assert (fault.code, after.code) == ("account.DOMAIN_NOT_EMPTY", "ldap.ENTRY_NOT_FOUND")


def test_foreign_name_look_up_is_cached_and_not_unique(zimbra: Any, sim: Any) -> None:
    """The last domain written is found, in any letter case, even after the value is gone."""
    sim.create_domain("one.test", zimbraForeignName="puq:1")
    sim.create_domain("two.test", zimbraForeignName="puq:1")
    selector = '<domain by="foreignName">PUQ:1</domain>'
    assert zimbra.admin("GetDomain", selector)[0].get("name") == "two.test"
    zimbra.admin("ModifyDomain", '<a n="zimbraForeignName"></a>', id=sim.domain("two.test").id)

    assert zimbra.admin("GetDomain", selector)[0].get("name") == "two.test"
    zimbra.admin("FlushCache", '<cache type="domain"/>')
    assert zimbra.admin("GetDomain", selector)[0].get("name") == "one.test"


def test_alias_domain(zimbra: Any, refused: Any, sim: Any) -> None:
    """Users are found through it, nothing is made in it, and deleting the target takes it along."""
    target = sim.domain("firma.test").id
    alias = f'<a n="zimbraDomainType">alias</a><a n="zimbraDomainAliasTargetId">{target}</a>'
    zimbra.admin("CreateDomain", alias, name="alias.test")
    found = zimbra.admin("GetAccount", '<account by="name">anna@alias.test</account>')

    assert found[0].get("name") == "anna@firma.test"
    fault = refused("CreateAccount", name="x@alias.test", password="Some-Pass-1")
    assert (fault.code, fault.side) == ("service.FAILURE", "Receiver")
    for name in ("anna", "bert"):
        zimbra.admin("DeleteAccount", id=sim.account(f"{name}@firma.test").id)
    zimbra.admin("DeleteDomain", id=target)
    assert sim.domain("alias.test") is None


@pytest.mark.parametrize(
    ("attrs", "code"),
    [
        ("zimbraId,zimbraNoSuch", "service.INVALID_REQUEST"),
        ("ZIMBRAID", "service.INVALID_REQUEST"),
        (" zimbraId", "service.INVALID_REQUEST"),
    ],
)
def test_unknown_attribute_refuses_the_whole_call(refused: Any, attrs: str, code: str) -> None:
    """``attrs`` is case-sensitive and not trimmed."""
    assert refused("GetDomain", '<domain by="name">firma.test</domain>', attrs=attrs).code == code


def test_global_defaults_can_be_left_out(zimbra: Any, read_values: Any) -> None:
    """applyConfig=0 shows what is really set on the domain."""
    domain = '<domain by="name">firma.test</domain>'
    attrs = "zimbraMailDomainQuota"

    assert read_values(zimbra.admin("GetDomain", domain, attrs=attrs)[0]) == {attrs: ["0"]}
    assert read_values(zimbra.admin("GetDomain", domain, attrs=attrs, applyConfig="0")[0]) == {}
