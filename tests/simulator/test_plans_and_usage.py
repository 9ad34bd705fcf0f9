"""Classes of service, limits, quotas and their figures (`Validators`, `GetQuotaUsage`, FACTS)."""

from __future__ import annotations

from typing import Any

import pytest

PASSWORD = "Some-Pass-1"


def test_cos_values_apply_at_once(zimbra: Any, sim: Any) -> None:
    """ModifyCos acts on every account without a value of its own."""
    cos = sim.create_cos("gold", zimbraMailQuota=1000)
    sim.create_account("cleo@firma.test", PASSWORD, zimbraCOSId=cos.id)
    assert zimbra.account("cleo@firma.test")["zimbraMailQuota"] == ["1000"]
    zimbra.admin("ModifyCos", f'<id>{cos.id}</id><a n="zimbraMailQuota">2000</a>')

    assert zimbra.account("cleo@firma.test")["zimbraMailQuota"] == ["2000"]
    assert "zimbraMailQuota" not in zimbra.account("cleo@firma.test", applyCos="0")


def test_deleted_cos_lives_on_in_the_account_cache(zimbra: Any, sim: Any) -> None:
    """GetAccount shows old values until the cache is flushed; the figures are right at once."""
    cos = sim.create_cos("gold", zimbraMailQuota=1000)
    made = sim.create_account("cleo@firma.test", PASSWORD, zimbraCOSId=cos.id)
    zimbra.account("cleo@firma.test")
    zimbra.admin("DeleteCos", f"<id>{cos.id}</id>")
    usage = zimbra.admin("GetQuotaUsage", domain="firma.test", sortBy="account")

    assert zimbra.account("cleo@firma.test")["zimbraMailQuota"] == ["1000"]
    assert {each.get("limit") for each in usage} == {"0"}
    counted = zimbra.admin("CountAccount", '<domain by="name">firma.test</domain>')
    assert [(each.get("name"), each.text) for each in counted] == [("default", "3")]
    zimbra.admin("FlushCache", '<cache type="account"/>')
    shown = zimbra.account("cleo@firma.test")
    assert (shown["zimbraMailQuota"], shown["zimbraCOSId"]) == (["0"], [cos.id])
    assert made.attrs["zimbraCOSId"] == [cos.id]


def test_new_domain_default_waits_for_the_cache_too(zimbra: Any, sim: Any) -> None:
    """A change of zimbraDomainDefaultCOSId is seen by new look-ups only."""
    cos = sim.create_cos("gold", zimbraMailQuota=1000)
    zimbra.account("anna@firma.test")
    inner = f'<a n="zimbraDomainDefaultCOSId">{cos.id}</a>'
    zimbra.admin("ModifyDomain", inner, id=sim.domain("firma.test").id)

    assert zimbra.account("anna@firma.test")["zimbraMailQuota"] == ["0"]
    assert zimbra.account("bert@firma.test")["zimbraMailQuota"] == ["1000"]


def test_cos_commands_take_child_elements_only(zimbra: Any, refused: Any, sim: Any) -> None:
    """Ids and names as attributes are refused; the built-in classes cannot be deleted."""
    cos = sim.create_cos("gold")
    assert refused("CreateCos", name="x").code == "service.INVALID_REQUEST"
    assert refused("DeleteCos", id=cos.id).code == "service.INVALID_REQUEST"
    assert refused("CreateCos", "<name>GOLD</name>").code == "account.COS_EXISTS"
    assert refused("CreateCos", "<name></name>").code == "ldap.LDAP_ERROR"
    assert refused("CreateCos", f"<name>{'n' * 300}</name>").code == "ldap.LDAP_ERROR"
    default = sim.state.directory.coses["default"].id
    assert refused("DeleteCos", f"<id>{default}</id>").code == "service.INVALID_REQUEST"
    zimbra.admin("CreateCos", "<name>a, b &amp; c &gt; d</name>")


@pytest.mark.parametrize(("limit", "fits"), [("", True), ("3", True), ("2", False), ("0", False)])
def test_domain_max_accounts(zimbra: Any, refused: Any, sim: Any, limit: str, fits: bool) -> None:
    """Absent is no limit, 0 is no account at all; the refusal blames the server."""
    inner = f'<a n="zimbraDomainMaxAccounts">{limit}</a>'
    zimbra.admin("ModifyDomain", inner, id=sim.domain("firma.test").id)
    if fits:
        zimbra.admin("CreateAccount", name="cleo@firma.test", password=PASSWORD)
        return
    fault = refused("CreateAccount", name="anna@firma.test", password="x")
    assert (fault.code, fault.side) == ("account.TOO_MANY_ACCOUNTS", "Receiver")


def test_system_resources_and_calendar_resources_take_no_place(zimbra: Any, sim: Any) -> None:
    """System accounts count against the limit, system resources do not."""
    inner = '<a n="zimbraDomainMaxAccounts">2</a>'
    zimbra.admin("ModifyDomain", inner, id=sim.domain("firma.test").id)
    system = '<a n="zimbraIsSystemResource">TRUE</a>'
    zimbra.admin("CreateAccount", system, name="sys@firma.test", password=PASSWORD)
    with pytest.raises(Exception, match=r"account\.TOO_MANY_ACCOUNTS"):
        zimbra.admin(
            "CreateAccount", '<a n="zimbraIsSystemAccount">TRUE</a>', name="spam@firma.test"
        )


def test_cos_limits_of_a_domain(zimbra: Any, refused: Any, sim: Any) -> None:
    """They bind creation and a change of COS; a rule without a count is ignored."""
    cos, free = sim.create_cos("gold").id, sim.create_cos("free").id
    rules = "".join(
        f'<a n="zimbraDomainCOSMaxAccounts">{rule}</a>' for rule in (f"{cos}:1", f"{free}:x")
    )
    zimbra.admin("ModifyDomain", rules, id=sim.domain("firma.test").id)
    sim.create_account("cleo@firma.test", PASSWORD, zimbraCOSId=cos)
    anna = sim.account("anna@firma.test").id

    fault = refused("ModifyAccount", f'<a n="zimbraCOSId">{cos}</a>', id=anna)
    assert fault.code == "account.TOO_MANY_ACCOUNTS"
    assert f"cos={cos},count=1,limit=1" in fault.text
    zimbra.admin("ModifyAccount", f'<a n="zimbraCOSId">{free}</a>', id=anna)


@pytest.mark.parametrize(
    ("own", "cap", "limit"),
    [
        ("", "", "0"),
        ("500", "", "500"),
        ("500", "300", "300"),
        ("0", "300", "300"),
        ("200", "300", "200"),
        ("-1", "", "-1"),
    ],
)
def test_effective_quota(zimbra: Any, sim: Any, own: str, cap: str, limit: str) -> None:
    """The smallest of own and domain's, 0 being none; GetAccount shows the raw one unless asked."""
    anna = sim.account("anna@firma.test").id
    zimbra.admin("ModifyAccount", f'<a n="zimbraMailQuota">{own}</a>', id=anna)
    inner = f'<a n="zimbraMailDomainQuota">{cap}</a>'
    zimbra.admin("ModifyDomain", inner, id=sim.domain("firma.test").id)
    usage = zimbra.admin("GetQuotaUsage", domain="firma.test", sortBy="account", sortAscending="1")

    assert usage[0].get("limit") == limit
    shown = zimbra.account("anna@firma.test", effectiveQuota="1")
    assert shown["zimbraMailQuota"] == [limit]


def test_mail_is_weighed_and_refused(zimbra: Any, sim: Any) -> None:
    """Used bytes are the message with CRLF; the limit binds at delivery; emptying frees at once."""
    anna = sim.account("anna@firma.test").id
    zimbra.admin("ModifyAccount", '<a n="zimbraMailQuota">100</a>', id=anna)
    token = zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user")

    def deliver(text: str) -> Any:
        content = f'<m l="2"><content>{text}</content></m>'
        return zimbra(
            f'<AddMsgRequest xmlns="urn:zimbraMail">{content}</AddMsgRequest>',
            url="user",
            token=token,
        )

    deliver("Subject: m\n\n" + "x" * 40)
    with pytest.raises(Exception, match=r"mail\.QUOTA_EXCEEDED"):
        deliver("Subject: m\n\n" + "x" * 40)
    box = zimbra.admin("GetMailbox", f'<mbox id="{anna}"/>')[0]
    assert box.get("s") == "54"
    zimbra(
        '<FolderActionRequest xmlns="urn:zimbraMail"><action op="empty" id="2"/>'
        "</FolderActionRequest>",
        url="user",
        token=token,
    )
    assert zimbra.admin("GetMailbox", f'<mbox id="{anna}"/>')[0].get("s") == "0"


def test_aggregate_quota_acts_on_the_computed_sum(zimbra: Any, sim: Any) -> None:
    """Only ComputeAggregateQuotaUsage makes zimbraDomainAggregateQuota bind."""
    domain = sim.domain("firma.test")
    inner = (
        '<a n="zimbraDomainAggregateQuota">100</a>'
        '<a n="zimbraDomainAggregateQuotaPolicy">BLOCKSENDRECEIVE</a>'
    )
    zimbra.admin("ModifyDomain", inner, id=domain.id)
    sim.add_mail("anna@firma.test", 200)
    token = zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user")
    message = (
        '<AddMsgRequest xmlns="urn:zimbraMail"><m l="2"><content>x</content></m></AddMsgRequest>'
    )
    zimbra(message, url="user", token=token)
    zimbra.admin("ComputeAggregateQuotaUsage")

    assert domain.attrs["zimbraAggregateQuotaLastUsage"] == ["201"]
    with pytest.raises(Exception, match=r"mail\.DOMAIN_QUOTA_EXCEEDED"):
        zimbra(message, url="user", token=token)


@pytest.mark.parametrize(
    ("options", "count", "more", "total"),
    [
        ({}, 5, "0", "5"),
        ({"limit": "2"}, 2, "1", "5"),
        ({"limit": "2", "offset": "4"}, 1, "0", "5"),
        ({"limit": "0"}, 5, "0", "5"),
        ({"offset": "3"}, 0, "1", "5"),
        ({"offset": "3", "limit": "0"}, 0, "1", "5"),
        ({"limit": "-1"}, 0, "1", "5"),
    ],
)
def test_usage_pages(
    zimbra: Any, sim: Any, options: dict[str, str], count: int, more: str, total: str
) -> None:
    """An offset without a limit overflows to nothing; the total is true all the same."""
    sim.seed_accounts("firma.test", 3)
    answer = zimbra.admin("GetQuotaUsage", domain="firma.test", **options)

    assert (len(answer), answer.get("more"), answer.get("searchTotal")) == (count, more, total)


@pytest.mark.parametrize("sort", ["name", "", "TotalUsed"])
def test_usage_refuses_other_orders(refused: Any, sort: str) -> None:
    """sortBy knows four words, in that letter case."""
    assert refused("GetQuotaUsage", sortBy=sort).code == "service.INVALID_REQUEST"


def test_session_keeps_the_usage(zimbra: Any, sim: Any) -> None:
    """Pages of one echoed session are of one moment; refresh=1 looks again."""

    def ask(context: str, refresh: str = "0") -> str:
        return str(
            zimbra(
                f'<GetQuotaUsageRequest xmlns="urn:zimbraAdmin" refresh="{refresh}"/>',
                context=context,
            ).get("searchTotal")
        )

    before = ask("<session/>")
    session = zimbra.header.find("{*}session").get("id")
    sim.create_account("cleo@firma.test", PASSWORD)

    assert ask(f'<session id="{session}"/>') == before
    assert ask(f'<session id="{session}"/>', "1") == str(int(before) + 1)
    assert ask("") == str(int(before) + 1)


@pytest.mark.parametrize(("id_", "fails"), [("99999", True), ("abc", True), ("312345", False)])
def test_unknown_sessions(zimbra: Any, id_: str, fails: bool) -> None:
    """Ids of a known kind give a new session, others are FAILURE."""
    ping = '<PingRequest xmlns="urn:zimbraAdmin"/>'
    context = f'<session id="{id_}"/>'
    if fails:
        with pytest.raises(Exception, match=r"service\.FAILURE"):
            zimbra(ping, context=context)
    else:
        zimbra(ping, context=context)
        assert zimbra.header.find("{*}session").get("id") != id_
