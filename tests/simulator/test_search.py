"""SearchDirectory: filters and pages (`service/admin/SearchDirectory.java`, RFC 4515)."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import ldapfilter

HELD = {
    "uid": ["Anna"],
    "description": ["odd  one", "a*b"],
    "zimbraCreateTimestamp": ["20260102030405Z"],
    "zimbraMailQuota": ["5"],
}
TYPES = {
    "uid": "string",
    "description": "string",
    "zimbraCreateTimestamp": "gentime",
    "zimbraMailQuota": "long",
    "givenName": "string",
}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("(uid=anna)", True),
        ("uid=anna", True),
        ("(uid=an*a)", True),
        ("(uid=*)", True),
        ("(givenName=*)", False),
        ("(!(givenName=*))", True),
        ("(description=odd one)", True),
        (r"(description=a\2ab)", True),
        ("(&(uid=anna)(description=a*))", True),
        ("(|(uid=x)(uid=anna))", True),
        ("(&)", True),
        ("(|)", False),
        ("(noSuch=1)", False),
        ("(!(noSuch=1))", False),
        ("(zimbraMailQuota>=1)", False),
        ("(!(zimbraMailQuota>=1))", False),
        ("(zimbraCreateTimestamp>=20260101000000Z)", True),
        ("(zimbraCreateTimestamp<=20260101000000Z)", False),
        ("(uid=anna)(uid=bert)", False),
    ],
)
def test_three_valued_matching(text: str, result: bool) -> None:
    """What a syntax cannot compare is undefined, and so is its negation."""
    assert ldapfilter.parse(text).matches(HELD, TYPES.get) is result


@pytest.mark.parametrize(
    "text", ["()", "(uid=", "uid=x)", "((uid=x))", " (uid=x) ", "(uid=**)", r"(uid=\zz)", "hello"]
)
def test_unreadable_filters(refused: Any, text: str) -> None:
    """The directory's refusal is a Receiver fault although the caller is wrong."""
    fault = refused("SearchDirectory", f"<query>{text}</query>")

    assert (fault.code, fault.side) == ("ldap.INVALID_SEARCH_FILTER", "Receiver")


def page(zimbra: Any, context: str = "", **options: Any) -> tuple[list[str], str, str]:
    """Names, more and searchTotal of one page of firma.test."""
    attributes = "".join(f' {key}="{value}"' for key, value in options.items())
    answer = zimbra(
        f'<SearchDirectoryRequest xmlns="urn:zimbraAdmin" domain="firma.test"{attributes}/>',
        context=context,
    )
    names = [each.get("name").partition("@")[0] for each in answer]
    return names, answer.get("more"), answer.get("searchTotal")


def test_totals_need_a_session(zimbra: Any, sim: Any) -> None:
    """Without a session the list is cut before it is counted, and there is never more."""
    sim.seed_accounts("firma.test", 3, prefix="u")

    assert page(zimbra, limit=2) == (["anna", "bert"], "0", "2")
    assert page(zimbra, limit=2, offset=4) == (["u2"], "0", "5")
    assert page(zimbra, "<session/>", limit=2) == (["anna", "bert"], "1", "5")
    assert page(zimbra, "<session/>", limit=2, offset=4) == (["u2"], "0", "5")
    assert page(zimbra, offset=2) == ([], "0", "1")
    assert page(zimbra, limit=-1) == ([], "1", "1")


def test_kept_session_shows_an_old_list(zimbra: Any, sim: Any) -> None:
    """A new account is invisible on later pages; page 0 looks again."""
    page(zimbra, "<session/>", limit=1)
    echo = f'<session id="{zimbra.header.find("{*}session").get("id")}"/>'
    sim.create_account("aaa@firma.test")

    assert page(zimbra, echo, limit=5, offset=1)[0] == ["bert"]
    assert page(zimbra, echo, limit=5)[0] == ["aaa", "anna", "bert"]


def test_carbonio_counts_right_without_a_session(client_of: Any, tls: Any) -> None:
    """The one paging rule that holds everywhere: go on until a page is short."""
    from puq_zimbra.simulator import Simulator

    sim = Simulator(flavour="carbonio")
    sim.create_domain("firma.test")
    sim.seed_accounts("firma.test", 5, prefix="u")
    with sim.serve(tls) as running:
        client = client_of(running)
        assert page(client, limit=2)[1:] == ("1", "5")
        client.session.close()


def test_too_many_results(zimbra: Any, refused: Any) -> None:
    """maxResults refuses the whole search whatever the limit; 0 lifts it."""
    options = {"domain": "firma.test", "maxResults": "1", "limit": "1", "countOnly": "1"}
    fault = refused("SearchDirectory", **options)

    assert (fault.code, fault.side) == ("account.TOO_MANY_SEARCH_RESULTS", "Receiver")
    counted = zimbra.admin("SearchDirectory", **{**options, "maxResults": "0", "limit": "9"})
    assert counted.get("num") == "2"


def test_types_and_what_they_find(zimbra: Any, refused: Any, sim: Any) -> None:
    """Aliases are entries of their own; type names are case-sensitive."""
    sim.create_list("team@firma.test")
    anna = sim.account("anna@firma.test").id
    zimbra.admin("AddAccountAlias", id=anna, alias="info@firma.test")
    found = zimbra.admin("SearchDirectory", domain="firma.test", types="aliases,distributionlists")

    assert [each.get("name") for each in found] == ["info@firma.test", "team@firma.test"]
    assert found[0].get("targetName") == "anna@firma.test"
    assert refused("SearchDirectory", types="ACCOUNTS").code == "service.INVALID_REQUEST"
    assert refused("SearchDirectory", domain="zz.test").code == "account.NO_SUCH_DOMAIN"


def test_what_was_written_since(zimbra: Any, sim: Any) -> None:
    """The directory's modifyTimestamp can be searched by, and is never shown (RFC 4512, 3.4.4)."""
    begun = sim.state.clock()
    sim.state.clock = lambda: begun + 60
    since = sim.state.timestamp()[:14] + "Z"

    def found() -> list[str | None]:
        query = f"(modifyTimestamp>={since})"
        return [
            each.get("name")
            for each in zimbra.admin("SearchDirectory", domain="firma.test", query=query)
        ]

    assert found() == []
    anna = sim.account("anna@firma.test")
    zimbra.admin("ModifyAccount", f"<id>{anna.id}</id><a n='displayName'>Anna</a>")
    sim.create_account("new@firma.test")
    assert found() == ["anna@firma.test", "new@firma.test"]
    shown = zimbra.admin("SearchDirectory", domain="firma.test", query="(uid=anna)")
    assert "modifyTimestamp" not in [one.get("n") for one in shown[0]]


def test_everyone_looks_external_without_the_host(zimbra: Any) -> None:
    """isExternal is judged by the attributes asked for."""

    def external(attrs: str) -> str:
        found = zimbra.admin(
            "SearchDirectory", domain="firma.test", query="(uid=anna)", attrs=attrs
        )
        return str(found[0].get("isExternal"))

    assert external("displayName") == "1"
    assert external("displayName,zimbraMailHost") == "0"
