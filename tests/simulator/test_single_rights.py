"""Rights one by one: what each opens, denials, who may pass them on (`ACLAccessManager`)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.conftest import Refused

DENIED = "service.PERM_DENIED"


def inner(right: str, *, target: str = "firma.test", type_: str = "domain", **marks: str) -> str:
    """A grant to the domain's administrator."""
    shown = "".join(f' {name}="{value}"' for name, value in marks.items())
    return (
        f'<target type="{type_}" by="name">{target}</target>'
        f'<grantee type="usr" by="name">boss@firma.test</grantee><right{shown}>{right}</right>'
    )


@pytest.fixture
def boss(zimbra: Any, sim: Any) -> str:
    """Token of the administrator of firma.test, with both combined rights."""
    sim.create_domain("other.test")
    sim.create_account("boss@firma.test", "Boss-Pass-1", zimbraIsDelegatedAdminAccount=True)
    sim.create_list("team@firma.test")
    for right in ("domainAdminRights", "domainAdminConsoleRights"):
        zimbra.admin("GrantRight", inner(right))
    return str(zimbra.log_in("boss@firma.test", "Boss-Pass-1"))


@pytest.fixture
def changes(zimbra: Any, sim: Any, boss: str, code_of: Any) -> Any:
    """Change one attribute as the administrator: "" or the code of the refusal."""
    ids = {
        "ModifyAccount": sim.account("anna@firma.test").id,
        "ModifyDomain": sim.domain("firma.test").id,
        "ModifyDistributionList": sim.list("team@firma.test").id,
    }

    def call(command: str, name: str, value: str) -> str:
        try:
            sent = f'<a n="{name}">{value}</a>'
            zimbra.admin(command, sent, id=ids[command], token=boss)
        except Refused as refusal:
            return str(refusal.code)
        return ""

    return call


@pytest.mark.parametrize(
    ("command", "name", "value", "code"),
    [
        ("ModifyAccount", "zimbraPrefOutOfOfficeReply", "away", ""),
        ("ModifyAccount", "zimbraFeatureMailForwardingEnabled", "FALSE", ""),
        ("ModifyAccount", "zimbraPasswordMinLength", "9", ""),
        ("ModifyAccount", "zimbraFeatureCalendarEnabled", "FALSE", DENIED),
        ("ModifyAccount", "zimbraContactMaxNumEntries", "5", DENIED),
        ("ModifyAccount", "zimbraMailCatchAllAddress", "@firma.test", DENIED),
        ("ModifyAccount", "zimbraMailSieveScript", "keep;", DENIED),
        ("ModifyAccount", "zimbraLastLogonTimestamp", "", DENIED),
        ("ModifyAccount", "zimbraMailAlias", "x@firma.test", "service.INVALID_REQUEST"),
        ("ModifyDomain", "zimbraSkinLogoURL", "https://x.test", ""),
        ("ModifyDomain", "zimbraMailStatus", "disabled", ""),
        ("ModifyDomain", "zimbraGalMaxResults", "5", DENIED),
        ("ModifyDomain", "zimbraPublicServiceHostname", "x.test", DENIED),
        ("ModifyDistributionList", "zimbraPrefReplyToEnabled", "TRUE", ""),
        ("ModifyDistributionList", "zimbraIsAdminGroup", "TRUE", ""),
        (
            "ModifyDistributionList",
            "zimbraDistributionListSubscriptionPolicy",
            "ACCEPT",
            DENIED,
        ),
    ],
)
def test_what_a_domains_administrator_may_write(
    changes: Any, command: str, name: str, value: str, code: str
) -> None:
    """The console's and our own pages offer him no more than that.

    Rights come before the attribute's own rules.
    """
    assert changes(command, name, value) == code


@pytest.mark.parametrize(
    ("right", "change"),
    [
        (
            "set.account.zimbraFeatureCalendarEnabled",
            ("ModifyAccount", "zimbraFeatureCalendarEnabled", "FALSE"),
        ),
        (
            "set.domain.zimbraPublicServiceHostname",
            ("ModifyDomain", "zimbraPublicServiceHostname", "x.test"),
        ),
        (
            "set.dl.zimbraDistributionListSubscriptionPolicy",
            ("ModifyDistributionList", "zimbraDistributionListSubscriptionPolicy", "ACCEPT"),
        ),
    ],
)
def test_one_attribute_more(zimbra: Any, changes: Any, right: str, change: Any) -> None:
    """A right to one attribute acts at once, on all of the domain, until it is taken back."""
    zimbra.admin("GrantRight", inner(right))
    assert changes(*change) == ""

    zimbra.admin("RevokeRight", inner(right))
    assert changes(*change) == DENIED


def test_a_denial_of_one_attribute_beats_the_combined_right(zimbra: Any, changes: Any) -> None:
    """Others stay open."""
    zimbra.admin("GrantRight", inner("set.account.displayName", deny="1"))

    assert changes("ModifyAccount", "displayName", "x") == DENIED
    assert changes("ModifyAccount", "description", "x") == ""


@pytest.mark.parametrize(
    ("right", "code"),
    [
        ("set.account.zimbraNoSuch", "service.FAILURE"),
        ("set.cos.zimbraMailQuota", "service.INVALID_REQUEST"),
        ("set.account", "service.PARSE_ERROR"),
        ("sendAs", "service.INVALID_REQUEST"),
        ("frob", "account.NO_SUCH_RIGHT"),
    ],
)
@pytest.mark.usefixtures("boss")
def test_rights_that_cannot_be_granted_on_a_domain(refused: Any, right: str, code: str) -> None:
    """Each mistake has its code."""
    assert refused("GrantRight", inner(right)).code == code


@pytest.mark.usefixtures("boss")
def test_of_two_rights_in_a_grant_the_last_counts(refused: Any, zimbra: Any) -> None:
    """A right to zimlets is none to a domain, whatever stands before it."""
    two = inner("domainAdminRights") + "<right>domainAdminZimletRights</right>"
    assert refused("GrantRight", two).code == "service.INVALID_REQUEST"

    other = inner("domainAdminZimletRights") + "<right>createGroup</right>"
    assert zimbra.admin("GrantRight", other) is not None


def test_attributes_at_creation_need_their_rights(refused: Any, zimbra: Any, boss: str) -> None:
    """Who may not change a feature may not make a mailbox with it either."""
    options = {"name": "new@firma.test", "password": "Some-Pass-1", "token": boss}
    feature = '<a n="zimbraFeatureCalendarEnabled">FALSE</a>'

    assert refused("CreateAccount", feature, **options).code == DENIED
    assert zimbra.admin("CreateAccount", '<a n="displayName">N</a>', **options) is not None


def test_dynamic_lists_have_rights_of_their_own(refused: Any, zimbra: Any, boss: str) -> None:
    """createGroup lets him make one that he then cannot touch."""
    new = {"name": "d@firma.test", "dynamic": "1", "token": boss}
    assert refused("CreateDistributionList", **new).code == DENIED
    zimbra.admin("GrantRight", inner("createGroup"))
    id_ = zimbra.admin("CreateDistributionList", **new)[0].get("id")

    assert refused("DeleteDistributionList", f"<id>{id_}</id>", token=boss).code == DENIED
    zimbra.admin("GrantRight", inner("deleteGroup"))
    assert zimbra.admin("DeleteDistributionList", f"<id>{id_}</id>", token=boss) is not None


def to(type_: str, target: str, right: str) -> str:
    """A grant to Anna."""
    return (
        f'<target type="{type_}" by="name">{target}</target>'
        f'<grantee type="usr" by="name">anna@firma.test</grantee><right>{right}</right>'
    )


def test_what_a_domains_administrator_passes_on(zimbra: Any, refused: Any, boss: str) -> None:
    """Owners of lists and senders of mailboxes; senders of a list when he may pass that on."""
    senders = to("dl", "team@firma.test", "sendToDistList")
    zimbra.admin("GrantRight", to("dl", "team@firma.test", "ownDistList"), token=boss)
    zimbra.admin("GrantRight", to("account", "bert@firma.test", "sendAs"), token=boss)
    assert refused("GrantRight", senders, token=boss).code == DENIED
    zimbra.admin("GrantRight", inner("sendToDistList", canDelegate="1"))

    zimbra.admin("GrantRight", senders, token=boss)
    shown = '<target type="dl" by="name">team@firma.test</target>'
    grants = zimbra.admin("GetGrants", shown, token=boss).findall("{*}grant")
    assert [each.findtext("{*}right") for each in grants] == ["ownDistList", "sendToDistList"]


def test_servers_and_the_configuration_are_withheld(zimbra: Any, refused: Any, boss: str) -> None:
    """Names are shown, values are not; operations of a server need rights on it."""
    (value,) = zimbra.admin("GetConfig", '<a n="zimbraSpamKillPercent"/>', token=boss)
    assert (value.get("pd"), value.text) == ("1", None)

    flush = '<cache type="account"/>'
    assert refused("FlushCache", flush, token=boss).code == DENIED
    assert refused("GetSessions", type="soap", token=boss).code == DENIED
    assert refused("GetAllVolumes", token=boss).code == DENIED


def test_an_ordinary_user_has_no_rights_to_check(refused: Any, zimbra: Any, sim: Any) -> None:
    """Rights of administrators are refused for him, rights of users are answered."""

    def asked(right: str) -> str:
        return (
            '<target type="account" by="name">bert@firma.test</target>'
            f'<grantee by="name">anna@firma.test</grantee><right>{right}</right>'
        )

    assert refused("CheckRight", asked("deleteAccount")).code == DENIED
    assert zimbra.admin("CheckRight", asked("sendAs")).get("allow") == "0"
    assert zimbra.admin("CheckRight", asked("invite")).get("allow") == "1"
