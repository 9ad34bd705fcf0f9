"""Lists that users make themselves (`service/account/CreateDistributionList`)."""

from __future__ import annotations

from typing import Any

import pytest

GRANT = (
    '<target type="domain" by="name">firma.test</target>'
    '<grantee type="usr" by="name">anna@firma.test</grantee><right>createDistList</right>'
)


@pytest.fixture
def user(zimbra: Any) -> Any:
    """Send a command as a user."""
    tokens: dict[str, str] = {}

    def call(name: str, command: str, inner: str, **attributes: str) -> Any:
        address = f"{name}@firma.test"
        if name not in tokens:
            tokens[name] = zimbra.log_in(address, f"{name.title()}-Pass-1", "user")
        shown = "".join(f' {key}="{value}"' for key, value in attributes.items())
        space = 'xmlns="urn:zimbraAccount"'
        sent = f"<{command}Request {space}{shown}>{inner}</{command}Request>"
        return zimbra(sent, url="user", token=tokens[name])

    return call


def test_making_a_list_needs_the_right_on_its_domain(zimbra: Any, user: Any, code_of: Any) -> None:
    """Whoever makes it owns it; it is dynamic unless told."""
    new = ("anna", "CreateDistributionList", "<name>l@firma.test</name>")
    assert code_of(user, *new) == "service.PERM_DENIED"
    assert code_of(user, *new[:2], "<name>l@none.test</name>") == "account.NO_SUCH_DOMAIN"
    zimbra.admin("GrantRight", GRANT)
    (made,) = user(*new)
    assert made.get("ref") == "cn=l,cn=groups,dc=firma,dc=test"

    shown = zimbra.admin("GetDistributionList", '<dl by="name">l@firma.test</dl>')
    assert shown[0].get("dynamic") == "1"
    assert [each.get("name") for each in shown.iter("{*}owner")] == ["anna@firma.test"]


def test_who_sees_the_members(zimbra: Any, user: Any, code_of: Any) -> None:
    """Everyone, but not those of a hidden list, which its owners alone see."""
    zimbra.admin("GrantRight", GRANT)
    (made,) = user("anna", "CreateDistributionList", "<name>l@firma.test</name>", dynamic="0")
    sent = "<dlm>bert@firma.test</dlm><dlm>x@ext.test</dlm>"
    zimbra.admin("AddDistributionListMember", sent, id=made.get("id"))
    asked = ("GetDistributionListMembers", "<dl>l@firma.test</dl>")
    page = user("bert", *asked, limit="1")
    assert (page.get("total"), page.get("more"), len(page)) == ("2", "1", 1)

    hide = '<a n="zimbraHideInGal">TRUE</a>'
    zimbra.admin("ModifyDistributionList", hide, id=made.get("id"))
    assert code_of(user, "bert", *asked) == "account.NO_SUCH_DISTRIBUTION_LIST"
    assert len(user("anna", *asked)) == 2
