"""Distribution lists, static and dynamic (`LdapProvisioning`, FACTS)."""

from __future__ import annotations

from typing import Any


def test_list_members_page_and_refuse(zimbra: Any, refused: Any, sim: Any) -> None:
    """Members come sorted; an offset at the end is INVALID_REQUEST; one absent removes none."""
    team = sim.create_list("team@firma.test", [f"{c}@ext.test" for c in "cab"])
    selector = '<dl by="name">team@firma.test</dl>'
    page = zimbra.admin("GetDistributionList", selector, limit="2")

    assert [each.text for each in page.iterfind(".//{*}dlm")] == ["a@ext.test", "b@ext.test"]
    assert (page.get("more"), page.get("total")) == ("1", "3")
    assert refused("GetDistributionList", selector, offset="3").code == "service.INVALID_REQUEST"
    both = "<dlm>a@ext.test</dlm><dlm>zz@ext.test</dlm>"
    fault = refused("RemoveDistributionListMember", both, id=team.id)
    assert fault.code == "account.NO_SUCH_MEMBER"
    assert len(team.members) == 3
    own = refused("AddDistributionListMember", "<dlm>team@firma.test</dlm>", id=team.id)
    assert own.code == "service.INVALID_REQUEST"


def test_dynamic_list_by_filter(zimbra: Any) -> None:
    """A dynamic list with a filter of its own holds whom the filter finds."""
    url = "ldap:///??sub?(&amp;(objectClass=zimbraAccount)(mail=*@firma.test))"
    inner = f'<a n="memberURL">{url}</a><a n="zimbraIsACLGroup">FALSE</a>'
    zimbra.admin("CreateDistributionList", inner, name="all@firma.test", dynamic="1")
    found = zimbra.admin("GetDistributionList", '<dl by="name">all@firma.test</dl>')

    members = [each.text for each in found.iterfind(".//{*}dlm")]
    assert members == ["anna@firma.test", "bert@firma.test"]
