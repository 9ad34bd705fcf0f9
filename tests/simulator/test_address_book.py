"""The address book of a domain, rooms by their properties, and searches as a page needs them."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def people(zimbra: Any, sim: Any) -> None:
    """A person, a list, a room, and someone who hides."""
    for name, more in (("ulla", ""), ("hidden", '<a n="zimbraHideInGal">TRUE</a>')):
        inner = f'<a n="displayName">{name} Gal</a>{more}'
        zimbra.admin("CreateAccount", inner, name=f"{name}@firma.test", password="Some-Pass-1")
    zimbra.admin("CreateDistributionList", '<a n="displayName">Gal</a>', name="l@firma.test")
    room = '<a n="displayName">Gal Room</a><a n="zimbraCalResType">Location</a>'
    capacity = '<a n="zimbraCalResCapacity">12</a>'
    zimbra.admin("CreateCalendarResource", room + capacity, name="room@firma.test")


def found(answer: Any) -> list[str]:
    """Local parts of what is in an answer, in order."""
    return [each.get("id").partition(",")[0].partition("=")[2] for each in answer]


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("all", ["ulla", "l", "room"]),
        ("account", ["ulla", "l"]),
        ("group", ["l"]),
        ("resource", ["room"]),
    ],
)
@pytest.mark.usefixtures("people")
def test_who_stands_in_the_address_book(zimbra: Any, type_: str, expected: list[str]) -> None:
    """Lists count as accounts, rooms do not; who hides is in none of them."""
    answer = zimbra.admin("SearchGal", "<name>gal</name>", domain="firma.test", type=type_)

    assert found(answer) == expected


@pytest.mark.usefixtures("people")
def test_a_user_searches_his_own_domain(zimbra: Any, sim: Any) -> None:
    """Names begin with what was typed when a field completes itself."""
    token = zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user")
    sim.create_domain("other.test")
    sim.create_account("ulla@other.test", "Some-Pass-1")
    sent = '<AutoCompleteGalRequest xmlns="urn:zimbraAccount" type="account" name="ul"/>'

    assert found(zimbra(sent, url="user", token=token)) == ["ulla"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('<cond attr="zimbraCalResCapacity" op="eq" value="12"/>', 1),
        ('<cond attr="zimbraCalResCapacity" op="ge" value="10"/>', 0),
        ('<cond attr="displayName" op="has" value="room"/>', 1),
        ('<cond attr="displayName" op="has" value="room" not="1"/>', 0),
        (
            '<conds or="1"><cond attr="cn" op="eq" value="x"/>'
            '<cond attr="displayName" op="startswith" value="gal"/></conds>',
            1,
        ),
    ],
)
@pytest.mark.usefixtures("people")
def test_rooms_by_what_they_have(zimbra: Any, condition: str, expected: int) -> None:
    """Numbers have no order in the directory: "at least ten places" finds nothing."""
    inner = f"<searchFilter>{condition}</searchFilter>"
    answer = zimbra.admin("SearchCalendarResources", inner, domain="firma.test")

    assert answer.get("searchTotal") == str(expected)


@pytest.mark.parametrize(
    ("attrs", "expected"),
    [("uid,zimbraMailQuota", ["c", "a", "d", "b"]), ("uid", ["a", "b", "c", "d"])],
)
def test_sorting_goes_by_own_values_that_were_asked_for(
    zimbra: Any, sim: Any, attrs: str, expected: list[str]
) -> None:
    """As text; the class's value is none; what was not fetched sorts nothing."""
    sim.create_domain("sort.test")
    for name, quota in (("a", 100), ("b", 3000), ("c", None), ("d", 20000)):
        more = {} if quota is None else {"zimbraMailQuota": quota}
        sim.create_account(f"{name}@sort.test", "Some-Pass-1", **more)
    options = {"domain": "sort.test", "attrs": attrs, "sortBy": "zimbraMailQuota"}
    answer = zimbra.admin("SearchDirectory", **options)

    assert [each.get("name")[0] for each in answer] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("(zimbraHideInGal=TRUE)", 1),
        ("(zimbraHideInGal=true)", 0),
        ("(uid~=ula)", 1),
        ("(uid~=xaver)", 0),
    ],
)
@pytest.mark.usefixtures("people")
def test_filters_by_truth_and_by_sound(zimbra: Any, query: str, expected: int) -> None:
    """Truth values have one spelling; names that sound alike match approximately."""
    answer = zimbra.admin("SearchDirectory", query=query, domain="firma.test")

    assert answer.get("searchTotal") == str(expected)


def test_domains_beside_other_types(zimbra: Any, refused: Any, sim: Any) -> None:
    """Fine over the whole installation, refused within one domain."""
    types = {"types": "accounts,domains"}
    found = zimbra.admin("SearchDirectory", **types)

    assert len(found) == len(sim.state.directory.domains) + 3
    assert refused("SearchDirectory", domain="firma.test", **types).code == "service.FAILURE"


def test_a_domains_own_values_alone(zimbra: Any, sim: Any) -> None:
    """applyConfig="0" leaves out what the whole installation says."""

    def shown(apply: str) -> int:
        options = {"types": "domains", "attrs": "zimbraGalMaxResults", "applyConfig": apply}
        return sum(len(each) for each in zimbra.admin("SearchDirectory", **options))

    assert (shown("0"), shown("1")) == (0, len(sim.state.directory.domains))
