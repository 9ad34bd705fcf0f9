"""Members of nearly any form, owners, senders and who may join.

Source: `DistributionListAction`, `SubscribeDistributionList`, `RightCommand`.
"""

from __future__ import annotations

from typing import Any

import pytest

ANNA = "anna@firma.test"
TEAM = "team@firma.test"
DL = f'<dl by="name">{TEAM}</dl>'


@pytest.fixture
def team(sim: Any) -> Any:
    """A list without members."""
    return sim.create_list(TEAM)


@pytest.fixture
def grant(zimbra: Any, team: Any) -> Any:
    """Grant or revoke a right on the list."""

    def call(grantee: str, right: str, command: str = "GrantRight", deny: str = "0") -> Any:
        inner = (
            f'<target type="dl" by="id">{team.id}</target>{grantee}'
            f'<right deny="{deny}">{right}</right>'
        )
        return zimbra.admin(command, inner)

    return call


def user(name: str) -> str:
    """A grantee by name."""
    return f'<grantee type="usr" by="name">{name}</grantee>'


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("@ext.test", "@ext.test"),
        (" A B@EXT.test ", "a b@ext.test"),
        ("Ann &lt;a@ext.test&gt;", "ann <a@ext.test>"),
        ("a@żółw.test", "a@xn--w-uga1v8h.test"),
    ],
)
def test_nearly_any_text_is_a_member(zimbra: Any, team: Any, sent: str, held: str) -> None:
    """Zimbra asks for one @ with something after it, so a form must check the rest."""
    zimbra.admin("AddDistributionListMember", f"<dlm>{sent}</dlm>", id=team.id)

    assert list(team.members) == [held]


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        ("a@b@ext.test", "service.INVALID_REQUEST"),
        ("a@", "service.INVALID_REQUEST"),
        ("p@ext.test,q@ext.test", "service.INVALID_REQUEST"),
        ("żółw@ext.test", "account.INVALID_ATTR_VALUE"),
    ],
)
def test_no_member(refused: Any, team: Any, sent: str, refusal: str) -> None:
    """One bad member refuses the good ones of the request as well."""
    both = f"<dlm>good@ext.test</dlm><dlm>{sent}</dlm>"

    assert refused("AddDistributionListMember", both, id=team.id).code == refusal
    assert not team.members


def test_an_idn_member_is_shown_in_its_script(zimbra: Any, team: Any) -> None:
    """What a person typed is what the page shows."""
    zimbra.admin("AddDistributionListMember", "<dlm>a@żółw.test</dlm>", id=team.id)
    shown = zimbra.admin("GetDistributionList", DL)

    assert [each.text for each in shown.iterfind(".//{*}dlm")] == ["a@żółw.test"]


def test_everybody_may_hold_a_grant(zimbra: Any, grant: Any, team: Any) -> None:
    """Addresses stand for themselves; everybody and addresses are shown without a name."""
    grant('<grantee type="all"/>', "sendToDistList")
    grant('<grantee type="email" by="name">X@ext.test</grantee>', "sendToDistList")
    grant('<grantee type="edom" by="name">ext.test</grantee>', "sendToDistList")
    target = f'<target type="dl" by="id">{team.id}</target>'
    shown = zimbra.admin("GetGrants", target).iterfind(".//{*}grantee")

    assert sorted((e.get("type"), e.get("id"), e.get("name")) for e in shown) == [
        ("all", "00000000-0000-0000-0000-000000000000", None),
        ("edom", "ext.test", "ext.test"),
        ("email", "x@ext.test", None),
    ]


@pytest.mark.parametrize(
    ("grantee", "refusal"),
    [
        ('<grantee type="dom" by="name">none.test</grantee>', "account.NO_SUCH_DOMAIN"),
        ('<grantee type="cat" by="name">x</grantee>', "service.FAILURE"),
    ],
)
def test_nobody_to_grant_to(code_of: Any, grant: Any, grantee: str, refusal: str) -> None:
    """An unknown kind of grantee is a failure of Zimbra's, not a refusal."""
    assert code_of(grant, grantee, "sendToDistList") == refusal


def test_the_nearest_grant_decides(zimbra: Any, sim: Any, grant: Any, team: Any) -> None:
    """A denial of one's own beats what a group may; the answer says which it was."""
    sim.create_list("staff@firma.test", [ANNA, "bert@firma.test"])
    grant('<grantee type="grp" by="name">staff@firma.test</grantee>', "sendToDistList")
    grant(user(ANNA), "sendToDistList", deny="1")
    answers = []
    for name in (ANNA, "bert@firma.test"):
        inner = (
            f'<target type="dl" by="id">{team.id}</target>'
            f'<grantee by="name">{name}</grantee><right>sendToDistList</right>'
        )
        made = zimbra.admin("CheckRight", inner)
        answers.append((made.get("allow"), made.findtext("{*}via/{*}grantee")))

    assert answers == [("0", ANNA), ("1", "staff@firma.test")]


def test_grants_go_with_the_grantee(code_of: Any, zimbra: Any, sim: Any, grant: Any) -> None:
    """Nothing is left to revoke from a list that was deleted."""
    staff = sim.create_list("staff@firma.test")
    grant('<grantee type="grp" by="name">staff@firma.test</grantee>', "ownDistList")
    zimbra.admin("DeleteDistributionList", id=staff.id)
    gone = f'<grantee type="grp" by="id">{staff.id}</grantee>'
    by_name = user("nobody@firma.test")

    assert zimbra.admin("GetDistributionList", DL).find(".//{*}owner") is None
    assert code_of(grant, gone, "ownDistList", "RevokeRight") == "account.NO_SUCH_GRANT"
    assert code_of(grant, by_name, "ownDistList", "RevokeRight") == "service.INVALID_REQUEST"


def test_an_owner_runs_his_list(
    code_of: Any, session_of: Any, grant: Any, team: Any, zimbra: Any
) -> None:
    """He may change all but the name, up to removing himself as the last owner."""
    anna = session_of(ANNA)
    own = f'<owner type="usr" by="name">{ANNA}</owner>'

    def act(op: str, inner: str) -> Any:
        action = f'{DL}<action op="{op}">{inner}</action>'
        return anna("DistributionListAction", action)

    stranger = code_of(act, "addMembers", "<dlm>x@ext.test</dlm>")
    grant(user(ANNA), "ownDistList")
    act("addMembers", "<dlm>x@ext.test</dlm>")
    act("modify", '<a n="zimbraMailStatus">disabled</a>')
    everybody = '<grantee type="all"/>'
    act("setRights", f'<right right="sendToDistList">{everybody}</right>')
    renaming = code_of(act, "rename", "<newName>t2@firma.test</newName>")
    shown = anna("GetDistributionList", DL, attrs='needOwners="1" needRights="sendToDistList"')
    act("removeOwners", own)

    assert (stranger, renaming) == ("service.PERM_DENIED", "service.PERM_DENIED")
    assert (list(team.members), team.first("zimbraMailStatus")) == (["x@ext.test"], "disabled")
    assert shown.find(".//{*}dl").get("isOwner") == "1"
    assert [e.get("type") for e in shown.iterfind(".//{*}grantee")] == ["all"]
    assert code_of(act, "addOwners", own) == "service.PERM_DENIED"


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        ("", "service.PERM_DENIED"),
        ("REJECT", "service.PERM_DENIED"),
        ("APPROVAL", "service.PERM_DENIED"),
        ("ACCEPT", "subscribed"),
    ],
)
def test_the_policy_says_who_joins(
    code_of: Any, session_of: Any, team: Any, policy: str, outcome: str
) -> None:
    """No policy refuses; approval without an owner to ask refuses, too."""
    anna = session_of(ANNA)
    if policy:
        team.put("zimbraDistributionListSubscriptionPolicy", policy)
    join = ("SubscribeDistributionList", DL)
    if outcome == "subscribed":
        found = anna(*join, attrs='op="subscribe"').get("status")
    else:
        found = code_of(anna, *join, attrs='op="subscribe"')
    lists = anna("GetAccountDistributionLists", attrs='ownerOf="1" memberOf="all"')

    assert found == outcome
    assert [e.get("isMember") for e in lists] == (["1"] if policy == "ACCEPT" else [])
