"""Carbonio's own rules, each as a genuine Carbonio 4.23 answered."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from .conftest import Refused, values


@pytest.fixture(params=["carbonio"])
def sim(request: pytest.FixtureRequest) -> Simulator:
    """A fresh Carbonio, or the flavour a test is marked with."""
    made = Simulator(flavour=request.param)
    made.create_domain("firma.test")
    made.create_account("anna@firma.test", "Some-Pass-1")
    return made


@pytest.fixture
def boss(sim: Simulator, zimbra: Any) -> str:
    """Token of a delegated administrator of the domain."""
    sim.create_account("boss@firma.test", "Some-Pass-1", zimbraIsDelegatedAdminAccount=True)
    zimbra.admin(
        "GrantRight",
        '<target type="domain" by="name">firma.test</target>'
        '<grantee type="usr" by="name">boss@firma.test</grantee>'
        "<right>domainAdminRights</right>",
    )
    return str(zimbra.log_in("boss@firma.test", "Some-Pass-1"))


both = pytest.mark.parametrize(
    ("sim", "is_carbonio"), [("zimbra10", False), ("carbonio", True)], indirect=["sim"]
)


@pytest.mark.parametrize(
    ("status", "admin", "password", "code"),
    [
        ("active", True, "Wrong-Pass-1", "account.AUTH_FAILED"),
        ("active", False, "Wrong-Pass-1", "service.PERM_DENIED"),
        ("active", False, "Some-Pass-1", "service.PERM_DENIED"),
        ("maintenance", True, "Some-Pass-1", "account.MAINTENANCE_MODE"),
        ("locked", True, "Some-Pass-1", "account.AUTH_FAILED"),
        ("closed", True, "Some-Pass-1", "account.AUTH_FAILED"),
        ("pending", True, "Some-Pass-1", "account.AUTH_FAILED"),
    ],
)
def test_codes_of_a_refused_log_in(
    sim: Simulator, refused: Any, status: str, admin: bool, password: str, code: str
) -> None:
    """Who is an administrator is asked before the password."""
    anna = sim.account("anna@firma.test")
    assert anna is not None
    anna.put("zimbraAccountStatus", status)
    anna.put("zimbraIsAdminAccount", "TRUE" if admin else "FALSE")
    fault = refused("Auth", name="anna@firma.test", password=password, token=None)

    assert (fault.code, fault.status) == (code, 422)


def test_a_log_in_without_a_password_is_an_invalid_request(refused: Any) -> None:
    """Zimbra says AUTH_REQUIRED."""
    fault = refused("Auth", name="admin@example.test", token=None)

    assert fault.code == "service.INVALID_REQUEST"


@both
def test_csrf_tokens(sim: Simulator, zimbra: Any, is_carbonio: bool) -> None:
    """Carbonio's administrators get none, though they ask."""
    answer = zimbra.admin(
        "Auth", name="admin@example.test", password="test123", csrfTokenSecured="1", token=None
    )

    assert (answer.find("{*}csrfToken") is None) is is_carbonio


def test_a_get_is_a_fault(zimbra: Any) -> None:
    """Zimbra answers a page."""
    answer = zimbra.session.get(zimbra.running.admin_url, timeout=5)

    assert answer.status_code == 422
    assert b"service.PARSE_ERROR" in answer.content


@pytest.mark.parametrize(
    ("sim", "limit", "code"),
    [("zimbra10", "0", "account.TOO_MANY_ACCOUNTS"), ("carbonio", "0", None),
     ("carbonio", "1", "account.TOO_MANY_ACCOUNTS")],
    indirect=["sim"],
)  # fmt: skip
def test_a_limit_of_no_accounts(sim: Simulator, zimbra: Any, limit: str, code: str | None) -> None:
    """It is no limit to Carbonio."""
    domain = sim.domain("firma.test")
    assert domain is not None
    zimbra.admin("ModifyDomain", f'<a n="zimbraDomainMaxAccounts">{limit}</a>', id=domain.id)
    seen = None
    try:
        zimbra.admin("CreateAccount", name="bert@firma.test", password="Some-Pass-1")
    except Refused as fault:
        seen = fault.code

    assert seen == code


@both
def test_sums_of_domains(sim: Simulator, zimbra: Any, is_carbonio: bool) -> None:
    """Carbonio counts each mailbox twice, and its domains' limits act on that."""
    sim.add_mail("anna@firma.test", 1000)
    answer = zimbra.admin("ComputeAggregateQuotaUsage")

    assert [each.get("used") for each in answer] == ["2000" if is_carbonio else "1000"]


@pytest.mark.parametrize(
    ("command", "space"),
    [("GetAllSkins", "Admin"), ("CountObjects", "Admin"), ("GetAvailableSkins", "Account")],
)
def test_dropped_commands(zimbra: Any, command: str, space: str) -> None:
    """They are unknown documents."""
    with pytest.raises(Refused) as caught:
        zimbra(f'<{command}Request xmlns="urn:zimbra{space}"/>')

    assert caught.value.code == "service.UNKNOWN_DOCUMENT"


def test_attributes_and_defaults(sim: Simulator, zimbra: Any, refused: Any) -> None:
    """What is gone is unknown, and what stayed begins otherwise."""
    anna = zimbra.account("anna@firma.test")
    gone = refused(
        "ModifyAccount",
        f"<id>{anna['zimbraId'][0]}</id>"
        '<a n="zimbraAccountStatus">locked</a><a n="zimbraAccountSuspensionReason">x</a>',
    )

    assert gone.code == "account.INVALID_ATTR_NAME"
    assert anna["zimbraMailIdleSessionTimeout"] == ["1d"]
    assert anna["zimbraPrefSkin"] == ["zextras"]
    assert anna["carbonioPrefDarkMode"] == ["auto"]
    assert "zimbraFeatureAllowUsernameInPassword" not in anna


def test_names_are_no_passwords(sim: Simulator, refused: Any) -> None:
    """Parts of the address are refused, and the argument names the one."""
    anna = sim.account("anna@firma.test")
    assert anna is not None
    fault = refused("CheckPasswordStrength", id=anna.id, password="My-Firma-123")

    assert fault.arguments == {"blockPersonalDataInPasswordPolicy": "firma"}


def test_an_alias_domain_needs_its_target(sim: Simulator, zimbra: Any, refused: Any) -> None:
    """Without one Carbonio stumbles; with one it says itself where mail goes."""
    target = sim.domain("firma.test")
    other = sim.create_domain("other.test")
    assert target is not None
    kind = '<a n="zimbraDomainType">alias</a>'
    fault = refused("CreateDomain", kind, name="lost.test")
    point = f'<a n="zimbraDomainAliasTargetId">{target.id}</a>'
    made = zimbra.admin("CreateDomain", kind + point, name="alias.test")
    move = f'<a n="zimbraDomainAliasTargetId">{other.id}</a>'
    moved = zimbra.admin("ModifyDomain", move, id=made[0].get("id"))

    assert fault.code == "service.FAILURE"
    assert values(made[0])["zimbraMailCatchAllForwardingAddress"] == ["@firma.test"]
    assert values(moved[0])["zimbraMailCatchAllForwardingAddress"] == ["@other.test"]


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ([("", "c@x.test"), ("", "")], ["c@x.test", ""]),
        ([("", "")], None),
        ([("+", "")], ["a@x.test", ""]),
        ([("-", "A@x.test")], ["a@x.test"]),
        ([("-", "a@x.test")], None),
        ([("", "c@x.test"), ("", "c@x.test")], "service.FAILURE"),
    ],
)
def test_forwarding(sim: Simulator, zimbra: Any, changes: Any, left: Any) -> None:
    """Empty values are stored, and only what is written exactly so is taken away."""
    anna = sim.account("anna@firma.test")
    assert anna is not None
    anna.put("zimbraMailForwardingAddress", "a@x.test")
    inner = "".join(f'<a n="{s}zimbraMailForwardingAddress">{v}</a>' for s, v in changes)
    try:
        answer = zimbra.admin("ModifyAccount", f"<id>{anna.id}</id>{inner}")
        seen: Any = values(answer[0]).get("zimbraMailForwardingAddress")
    except Refused as fault:
        seen = fault.code

    assert seen == left


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("zimbraPrefMailForwardingAddress", "a@żółw.test"), ("zimbraMailCatchAllAddress", "@żółw.pl")],
)
def test_addresses_are_ascii(sim: Simulator, refused: Any, attribute: str, value: str) -> None:
    """Zimbra takes them."""
    anna = sim.account("anna@firma.test")
    assert anna is not None
    fault = refused("ModifyAccount", f'<id>{anna.id}</id><a n="{attribute}">{value}</a>')

    assert fault.code == "account.INVALID_ATTR_VALUE"


@both
def test_wider_rights(sim: Simulator, zimbra: Any, boss: str, is_carbonio: bool) -> None:
    """A delegated administrator reaches host names, and where mail is delivered."""
    domain, anna = sim.domain("firma.test"), sim.account("anna@firma.test")
    assert domain is not None
    assert anna is not None
    asked = {
        "ModifyDomain": f'<id>{domain.id}</id><a n="zimbraVirtualHostname">w.firma.test</a>',
        "ModifyAccount": f'<id>{anna.id}</id><a n="zimbraMailTransport">smtp:x:25</a>',
    }
    done = {}
    for command, inner in asked.items():
        try:
            zimbra.admin(command, inner, token=boss)
            done[command] = True
        except Refused as fault:
            done[command] = fault.code != "service.PERM_DENIED"
    found = zimbra.admin("SearchDirectory", query="(uid=anna)", types="accounts")

    assert done == dict.fromkeys(asked, is_carbonio)
    assert found[0].get("isExternal") == ("1" if is_carbonio else "0")


@both
def test_dynamic_lists_of_a_delegated_administrator(
    sim: Simulator, zimbra: Any, boss: str, is_carbonio: bool
) -> None:
    """Nobody's may make them, and Carbonio says so in another way."""
    code = None
    try:
        zimbra.admin("CreateDistributionList", name="d@firma.test", dynamic="1", token=boss)
    except Refused as fault:
        code = fault.code

    assert code == ("service.INVALID_REQUEST" if is_carbonio else "service.PERM_DENIED")


def test_lists_are_shown_without_members(sim: Simulator, zimbra: Any) -> None:
    """GetAllDistributionLists tells no total either."""
    made = zimbra.admin("CreateDistributionList", name="all@firma.test")
    zimbra.admin("AddDistributionListMember", "<dlm>anna@firma.test</dlm>", id=made[0].get("id"))
    answer = zimbra.admin("GetAllDistributionLists")

    assert answer.get("total") is None
    assert answer[0].find("{*}dlm") is None


def test_a_virtual_host_of_another_domain_is_warned_of(sim: Simulator, zimbra: Any) -> None:
    """It is set all the same."""
    sim.create_domain("other.test", zimbraVirtualHostname="w.test")
    domain = sim.domain("firma.test")
    assert domain is not None
    answer = zimbra.admin("ModifyDomain", '<a n="zimbraVirtualHostname">w.test</a>', id=domain.id)

    assert "other.test" in answer.find("{*}warning").get("message")
    assert domain.attrs["zimbraVirtualHostname"] == ["w.test"]


def grant(zimbra: Any, kind: str, op: str = "grant") -> None:
    """Share the mailbox's inbox, as its user."""
    token = zimbra.log_in("anna@firma.test", "Some-Pass-1", "user")
    zid = ' zid="00000000-0000-0000-0000-000000000000"' if op == "!grant" else ""
    inner = f'<grant gt="{kind}" d="firma.test" perm="r"/>' if op == "grant" else ""
    zimbra(
        f'<FolderActionRequest xmlns="urn:zimbraMail"><action op="{op}" id="2"{zid}>{inner}'
        "</action></FolderActionRequest>",
        url="user",
        token=token,
    )


@pytest.mark.parametrize(
    ("sim", "kind", "fails"),
    [("carbonio", "all", True), ("carbonio", "pub", False), ("carbonio", "dom", False),
     ("zimbra10", "all", False)],
    indirect=["sim"],
)  # fmt: skip
def test_what_is_shared_with_everybody_keeps_its_account(
    sim: Simulator, zimbra: Any, kind: str, fails: bool
) -> None:
    """Carbonio trips over that one kind of share; without it the account goes."""
    anna = sim.account("anna@firma.test")
    assert anna is not None
    grant(zimbra, kind)
    shares = zimbra.admin("GetShareInfo", f'<owner by="id">{anna.id}</owner>')
    code = None
    try:
        zimbra.admin("DeleteAccount", id=anna.id)
    except Refused as fault:
        code = fault.code

    assert [each.get("granteeType") for each in shares] == [kind]
    assert code == ("service.FAILURE" if fails else None)
    if fails:
        assert anna.attrs["zimbraAccountStatus"] == ["maintenance"]
        anna.put("zimbraAccountStatus", "active")
        grant(zimbra, kind, "!grant")
        zimbra.admin("DeleteAccount", id=anna.id)
    assert sim.account("anna@firma.test") is None


@both
def test_two_factors_of_a_class(sim: Simulator, zimbra: Any, is_carbonio: bool) -> None:
    """Zimbra misses its extension."""
    cos = sim.create_cos("secure")
    inner = f'<id>{cos.id}</id><a n="zimbraFeatureTwoFactorAuthAvailable">TRUE</a>'
    code = None
    try:
        zimbra.admin("ModifyCos", inner)
    except Refused as fault:
        code = fault.code

    assert code == (None if is_carbonio else "service.FAILURE")


@both
def test_a_recovery_address(sim: Simulator, zimbra: Any, is_carbonio: bool) -> None:
    """Carbonio's feature is off; Zimbra's mail server is missing."""
    token = zimbra.log_in("anna@firma.test", "Some-Pass-1", "user")
    with pytest.raises(Refused) as caught:
        zimbra(
            '<SetRecoveryAccountRequest xmlns="urn:zimbraMail" op="sendCode"/>',
            url="user",
            token=token,
        )

    known = "service.FEATURE_RESET_PASSWORD_DISABLED" if is_carbonio else "service.CONTACT_ADMIN"
    assert caught.value.code == known
