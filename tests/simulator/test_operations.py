"""Operations of a server, retention, and what is known of rights and attributes."""

from __future__ import annotations

from typing import Any

import pytest

SERVER = '<server name="{}">{}</server>'
POLICY = '<{0}><policy xmlns="urn:zimbraMail" name="n" lifetime="{1}" type="system"/></{0}>'


@pytest.mark.parametrize(
    ("command", "inner"),
    [
        ("GetMailQueueInfo", ""),
        ("GetMailQueue", '<queue name="deferred"><query limit="5"/></queue>'),
        ("MailQueueAction", '<queue name="deferred"><action op="hold" by="id">A</action></queue>'),
        ("MailQueueFlush", ""),
    ],
)
def test_queues_need_a_mail_transfer_agent(
    zimbra: Any, refused: Any, sim: Any, command: str, inner: str
) -> None:
    """The server is looked for first; where it runs no MTA the request fails."""
    name = sim.state.hostname
    assert refused(command, SERVER.format("none.test", inner)).code == "service.INVALID_REQUEST"
    assert refused(command, SERVER.format(name, inner)).code == "service.FAILURE"

    server = sim.state.directory.servers[name]
    server.put("zimbraServiceEnabled", *server.attrs["zimbraServiceEnabled"], "mta")
    assert zimbra.admin(command, SERVER.format(name, inner)) is not None


@pytest.mark.parametrize(
    ("command", "options", "code"),
    [
        ("GetSessions", {"type": "frob"}, "service.INVALID_REQUEST"),
        ("GetSessions", {"type": "soap", "sortBy": "frob"}, "service.INVALID_REQUEST"),
        ("GetSessions", {}, "service.INVALID_REQUEST"),
        ("FlushCache", {}, "service.FAILURE"),
        ("CheckHostnameResolve", {}, "service.FAILURE"),
        ("GetAllRights", {"rightClass": "frob"}, "service.INVALID_REQUEST"),
        ("GetAttributeInfo", {"entryTypes": "frob"}, "service.PARSE_ERROR"),
    ],
)
def test_refused_questions(refused: Any, command: str, options: Any, code: str) -> None:
    """What makes no sense is refused, each in its way."""
    assert refused(command, **options).code == code


def test_flushing_takes_several_types_but_no_other_case(zimbra: Any, refused: Any) -> None:
    """Types are compared by letter case."""
    assert zimbra.admin("FlushCache", '<cache type="account,cos"/>') is not None
    assert refused("FlushCache", '<cache type="ACCOUNT"/>').code == "service.INVALID_REQUEST"


def test_life_of_a_retention_policy(zimbra: Any, refused: Any) -> None:
    """Made, shown among those of its kind, changed, deleted; lifetimes are checked."""
    command = "SystemRetentionPolicy"
    bad = refused(f"Create{command}", POLICY.format("keep", "a month"))
    assert bad.code == "service.INVALID_REQUEST"
    (made,) = zimbra.admin(f"Create{command}", POLICY.format("purge", "30d"))
    policy = f'<policy xmlns="urn:zimbraMail" id="{made.get("id")}" name="m" lifetime="60d"/>'
    zimbra.admin(f"Modify{command}", policy)
    zimbra.admin(f"Modify{command}", policy.replace(' lifetime="60d"', ""))
    shown = zimbra.admin(f"Get{command}")
    assert [each.get("lifetime") for each in shown.find(".//{*}purge")] == ["60d"]
    assert len(shown.find(".//{*}keep")) == 0

    zimbra.admin(f"Delete{command}", policy)
    assert refused(f"Delete{command}", policy).code == "service.INVALID_REQUEST"


def test_rights_are_told_with_what_they_hold(zimbra: Any, refused: Any) -> None:
    """A combined right names its parts, one of users its words."""
    (combined,) = zimbra.admin("GetRight", "<right>domainAdminCosRights</right>")
    held = [each.get("n") for each in combined.find("{*}rights")]
    assert held == ["assignCos", "getCos", "listCos"]
    (single,) = zimbra.admin("GetRight", "<right>viewFreeBusy</right>")
    told = single.get("rightClass"), single.findtext("{*}desc")
    assert told == ("USER", "view free/busy")

    assert refused("GetRight", "<right>frob</right>").code == "account.NO_SUCH_RIGHT"


def test_effective_rights_are_those_of_administrators(zimbra: Any, refused: Any, sim: Any) -> None:
    """An ordinary user is no grantee; a delegated one has what was granted on the domain."""
    target = '<target type="account" by="name">bert@firma.test</target>'
    grantee = '<grantee by="name">anna@firma.test</grantee>'
    assert refused("GetEffectiveRights", target + grantee).code == "service.INVALID_REQUEST"
    sim.account("anna@firma.test").put("zimbraIsDelegatedAdminAccount", "TRUE")
    zimbra.admin(
        "GrantRight",
        '<target type="domain" by="name">firma.test</target>'
        '<grantee type="usr" by="name">anna@firma.test</grantee><right>deleteAccount</right>',
    )

    found = zimbra.admin("GetEffectiveRights", target + grantee).find("{*}target")
    assert [each.get("n") for each in found.findall("{*}right")] == ["deleteAccount"]
