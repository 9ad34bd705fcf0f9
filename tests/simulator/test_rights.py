"""Delegated administrators: what domainAdminRights allows and refuses (`ACLAccessManager`)."""

from __future__ import annotations

from typing import Any

import pytest

GRANT = (
    '<target type="domain" by="name">firma.test</target>'
    '<grantee type="usr" by="name">boss@firma.test</grantee><right>{}</right>'
)


@pytest.fixture
def boss(zimbra: Any, sim: Any) -> str:
    """Token of an administrator of firma.test; beside it stands another domain."""
    sim.create_domain("other.test")
    sim.create_account("olga@other.test", "Olga-Pass-1")
    sim.create_account("boss@firma.test", "Boss-Pass-1", zimbraIsDelegatedAdminAccount=True)
    zimbra.admin("GrantRight", GRANT.format("domainAdminRights"))
    return str(zimbra.log_in("boss@firma.test", "Boss-Pass-1"))


def test_own_domain(zimbra: Any, sim: Any, boss: str) -> None:
    """Accounts, passwords, aliases, lists and DelegateAuth of the own domain are open."""
    anna = sim.account("anna@firma.test").id
    for name, inner, options in (
        ("CreateAccount", "", {"name": "new@firma.test", "password": "Some-Pass-1"}),
        ("ModifyAccount", '<a n="zimbraForeignPrincipal">mine:1</a>', {"id": anna}),
        ("ModifyAccount", '<a n="zimbraAuthTokenValidityValue">7</a>', {"id": anna}),
        ("SetPassword", "", {"id": anna, "newPassword": "Anna-Pass-2"}),
        ("AddAccountAlias", "", {"id": anna, "alias": "info@firma.test"}),
        ("DelegateAuth", f'<account by="id">{anna}</account>', {}),
        ("CreateDistributionList", "", {"name": "l@firma.test"}),
        ("CountAccount", '<domain by="name">firma.test</domain>', {}),
        ("DeleteAccount", "", {"id": anna}),
    ):
        assert zimbra.admin(name, inner, token=boss, **options) is not None


@pytest.mark.parametrize(
    "attribute",
    [
        "zimbraForeignName",
        "zimbraDomainStatus",
        "zimbraDomainMaxAccounts",
        "zimbraMailDomainQuota",
        "zimbraPreAuthKey",
        "zimbraVirtualHostname",
    ],
)
def test_domain_attributes_out_of_reach(refused: Any, sim: Any, boss: str, attribute: str) -> None:
    """The ownership stamp and the limits stand where he cannot write."""
    value = "active" if attribute == "zimbraDomainStatus" else "1"
    fault = refused(
        "ModifyDomain",
        f'<a n="{attribute}">{value}</a>',
        id=sim.domain("firma.test").id,
        token=boss,
    )

    assert fault.code == "service.PERM_DENIED"


@pytest.mark.parametrize("attribute", ["zimbraNotes", "description", "zimbraMailStatus"])
def test_domain_attributes_within_reach(zimbra: Any, sim: Any, boss: str, attribute: str) -> None:
    """Notes, description and mail status are his: no place for a stamp."""
    value = "disabled" if attribute == "zimbraMailStatus" else "x"
    inner = f'<a n="{attribute}">{value}</a>'
    zimbra.admin("ModifyDomain", inner, id=sim.domain("firma.test").id, token=boss)

    assert sim.domain("firma.test").attrs[attribute] == [value]


def test_other_domains_and_unknown_ids(zimbra: Any, refused: Any, sim: Any, boss: str) -> None:
    """Within his domain he learns what is missing, elsewhere everything is PERM_DENIED."""

    def code(command: str, inner: str = "", /, **options: Any) -> str:
        return str(refused(command, inner, token=boss, **options).code)

    zero = "00000000-0000-0000-0000-000000000000"
    by_name = '<account by="name">{}</account>'
    assert code("GetAccount", by_name.format("zz@firma.test")) == "account.NO_SUCH_ACCOUNT"
    assert code("GetAccount", by_name.format("zz@other.test")) == "service.PERM_DENIED"
    assert code("GetAccount", by_name.format("olga@other.test")) == "service.PERM_DENIED"
    assert code("DeleteAccount", id=zero) == "service.PERM_DENIED"
    assert code("CreateAccount", name="x@zz.test") == "account.NO_SUCH_DOMAIN"
    assert code("CreateAccount", name="x@other.test") == "service.PERM_DENIED"
    assert code("GetQuotaUsage", domain="firma.test") == "service.PERM_DENIED"
    assert code("GetQuotaUsage") == "service.PERM_DENIED"
    assert code("CreateDomain", name="sub.firma.test") == "service.PERM_DENIED"
    shown = zimbra.admin(
        "GetDomain", '<domain by="name">other.test</domain>', attrs="zimbraDomainStatus", token=boss
    )
    assert [each.get("pd") for each in shown[0]] == ["1"]


def test_quota_cap_binds_changes_only(zimbra: Any, refused: Any, sim: Any, boss: str) -> None:
    """zimbraDomainAdminMaxMailQuota does not bind CreateAccount, and its holder may raise it."""
    anna = sim.account("anna@firma.test").id
    zimbra.admin("GrantRight", GRANT.format("domainAdminConsoleRights"))
    quota = '<a n="zimbraMailQuota">5000</a>'
    options = {"name": "big@firma.test", "password": "Some-Pass-1", "token": boss}
    zimbra.admin("CreateAccount", quota, **options)
    assert refused("ModifyAccount", quota, id=anna, token=boss).code == "service.PERM_DENIED"
    inner = '<a n="zimbraDomainAdminMaxMailQuota">0</a>'
    zimbra.admin("ModifyAccount", inner, id=sim.account("boss@firma.test").id, token=boss)

    zimbra.admin("ModifyAccount", quota, id=anna, token=boss)


def test_cos_needs_a_right_of_its_own(zimbra: Any, refused: Any, sim: Any, boss: str) -> None:
    """assignCos is granted on the COS; on a domain it is refused."""
    cos = sim.create_cos("gold").id
    anna = sim.account("anna@firma.test").id
    inner = f'<a n="zimbraCOSId">{cos}</a>'
    assert refused("ModifyAccount", inner, id=anna, token=boss).code == "service.PERM_DENIED"
    assert refused("GrantRight", GRANT.format("assignCos")).code == "service.INVALID_REQUEST"
    on_cos = GRANT.format("assignCos").replace(
        '"domain" by="name">firma.test', '"cos" by="name">gold'
    )
    zimbra.admin("GrantRight", on_cos)

    zimbra.admin("ModifyAccount", inner, id=anna, token=boss)


def test_grants_come_and_go(zimbra: Any, refused: Any, sim: Any, boss: str) -> None:
    """Granting twice is success, revoking twice NO_SUCH_GRANT; deletion takes grants along."""
    grant = GRANT.format("domainAdminRights")
    zimbra.admin("GrantRight", grant)
    listed = zimbra.admin("GetGrants", '<target type="domain" by="name">firma.test</target>')
    assert len(listed) == 1
    zimbra.admin("RevokeRight", grant)
    assert refused("RevokeRight", grant).code == "account.NO_SUCH_GRANT"
    assert refused("GrantRight", GRANT.format("noSuchRight")).code == "account.NO_SUCH_RIGHT"
    zimbra.admin("GrantRight", grant)
    zimbra.admin("DeleteAccount", id=sim.account("boss@firma.test").id)
    assert "zimbraACE" not in sim.domain("firma.test").attrs


def test_grants_of_somebody_say_whether_his_groups_count(
    zimbra: Any, refused: Any, sim: Any, boss: str
) -> None:
    """GetGrants.java wants the attribute, and a client that leaves it out gets no grant."""
    zimbra.admin("GrantRight", GRANT.format("domainAdminRights"))
    asked = '<grantee type="usr" by="name"{}>boss@firma.test</grantee>'
    fault = refused("GetGrants", asked.format(""))

    assert (fault.code, fault.text) == (
        "service.INVALID_REQUEST",
        "invalid request: missing required attribute: all",
    )
    assert len(zimbra.admin("GetGrants", asked.format(' all="0"'))) == 1


def test_who_asks_for_himself_names_his_id(zimbra: Any, refused: Any, sim: Any, boss: str) -> None:
    """CheckRight.java compares what was sent with the id of the token's account."""
    asked = (
        '<target type="domain" by="name">firma.test</target>'
        '<grantee type="usr" by="{}">{}</grantee><right>{}</right>'
    )

    def allowed(by: str, value: str, right: str) -> str:
        answer = zimbra.admin("CheckRight", asked.format(by, value, right), token=boss)
        return str(answer.get("allow"))

    mine = sim.account("boss@firma.test").id
    assert allowed("id", mine, "getDomain") == "1"
    assert allowed("id", mine, "getDomainQuotaUsage") == "0"
    by_name = asked.format("name", "boss@firma.test", "getDomain")
    assert refused("CheckRight", by_name, token=boss).code == "service.PERM_DENIED"


def test_ordinary_accounts_cannot_be_granted(zimbra: Any, refused: Any, sim: Any) -> None:
    """Neither a plain user nor a global administrator takes an admin right."""
    for name in ("anna@firma.test", "admin@example.test"):
        inner = GRANT.format("domainAdminRights").replace("boss@firma.test", name)
        assert refused("GrantRight", inner).code == "service.INVALID_REQUEST"


def test_lost_flag(zimbra: Any, refused: Any, sim: Any, boss: str) -> None:
    """A token survives the loss of the flag but no longer opens anything."""
    inner = '<a n="zimbraIsDelegatedAdminAccount">FALSE</a>'
    zimbra.admin("ModifyAccount", inner, id=sim.account("boss@firma.test").id)

    fault = refused("GetVersionInfo", token=boss)
    assert (fault.code, fault.text) == (
        "service.PERM_DENIED",
        "permission denied: not an eligible admin account",
    )
