"""Accounts: order of checks, one address space, changes, passwords, aliases."""

from __future__ import annotations

from typing import Any

import pytest

COS = "00000000-0000-0000-0000-000000000000"
PASSWORD = "Some-Pass-1"


@pytest.mark.parametrize(
    ("name", "password", "inner", "code", "side"),
    [
        ("nobody", "x", "", "service.INVALID_REQUEST", "Sender"),
        ("a@b@firma.test", PASSWORD, "", "account.NO_SUCH_DOMAIN", "Sender"),
        ("(x@zz.test", PASSWORD, "", "account.NO_SUCH_DOMAIN", "Sender"),
        (
            "x@firma.test",
            PASSWORD,
            f'<a n="zimbraCOSId">{COS}</a><a n="zimbraMailQuota">x</a>',
            "account.NO_SUCH_COS",
            "Sender",
        ),
        (
            "x@firma.test",
            "x",
            '<a n="zimbraMailQuota">lots</a>',
            "account.INVALID_ATTR_VALUE",
            "Sender",
        ),
        ("x@firma.test", "x", '<a n="zimbraNoSuch">1</a>', "account.INVALID_PASSWORD", "Sender"),
        ("anna@firma.test", "x", "", "account.INVALID_PASSWORD", "Sender"),
        (
            "anna@firma.test",
            PASSWORD,
            '<a n="zimbraNoSuch">1</a>',
            "ldap.INVALID_ATTR_NAME",
            "Receiver",
        ),
        ("anna@firma.test", PASSWORD, "", "account.ACCOUNT_EXISTS", "Sender"),
        (
            "x@firma.test",
            PASSWORD,
            '<a n="zimbraDomainStatus">active</a>',
            "ldap.OBJECT_CLASS_VIOLATION",
            "Receiver",
        ),
        ("x@firma.test", PASSWORD, "<a>1</a>", "service.FAILURE", "Receiver"),
        ("x@firma.test", PASSWORD, '<a n="uid">y</a>', "service.INVALID_REQUEST", "Sender"),
        ("a,b@firma.test", PASSWORD, "", "service.INVALID_REQUEST", "Sender"),
    ],
)
def test_order_of_checks_at_create(
    refused: Any, name: str, password: str, inner: str, code: str, side: str
) -> None:
    """Of several mistakes Zimbra reports the one its order meets first."""
    fault = refused("CreateAccount", inner, name=name, password=password)

    assert (fault.code, fault.side) == (code, side)


def test_missing_name_is_zimbras_own_stumble(refused: Any) -> None:
    """Unmarshalled requests dereference what is missing: FAILURE, not INVALID_REQUEST."""
    assert refused("CreateAccount", password=PASSWORD).code == "service.FAILURE"


def test_one_address_space(zimbra: Any, refused: Any, sim: Any) -> None:
    """A name held by an alias answers otherwise than one held by an account or a list."""
    sim.create_list("team@firma.test")
    anna = sim.account("anna@firma.test").id
    zimbra.admin("AddAccountAlias", id=anna, alias="info@firma.test")

    def code(command: str, name: str) -> str:
        return str(refused(command, name=name).code)

    assert code("CreateAccount", "team@firma.test") == "account.ACCOUNT_EXISTS"
    assert code("CreateAccount", "info@firma.test") == "ldap.INVALID_ATTR_VALUE"
    assert code("CreateDistributionList", "info@firma.test") == "ldap.INVALID_ATTR_VALUE"
    assert code("CreateDistributionList", "anna@firma.test") == "account.DISTRIBUTION_LIST_EXISTS"
    again = refused("AddAccountAlias", id=anna, alias="info@firma.test")
    assert again.code == "account.ACCOUNT_EXISTS"


def test_look_up_by_alias_answers_the_primary_name(zimbra: Any, sim: Any) -> None:
    """Compare ids: the name returned may differ from the one asked."""
    zimbra.admin("AddAccountAlias", id=sim.account("anna@firma.test").id, alias="info@firma.test")
    found = zimbra.admin("GetAccount", '<account by="name">INFO@firma.test</account>')

    assert found[0].get("name") == "anna@firma.test"


@pytest.mark.parametrize(
    ("inner", "after"),
    [
        ('<a n="description">c</a>', ["c"]),
        ('<a n="+description">c</a>', ["a", "b", "c"]),
        ('<a n="+description">a</a>', ["a", "b"]),
        ('<a n="-description">a</a>', ["b"]),
        ('<a n="-description">zz</a>', ["a", "b"]),
        ('<a n="description"></a>', None),
        ('<a n="+description"></a>', None),
        ('<a n="-description"></a>', None),
    ],
)
def test_replace_add_remove_delete(
    zimbra: Any, sim: Any, inner: str, after: list[str] | None
) -> None:
    """Plain replaces, signs add and remove without complaint, empty text deletes the attribute."""
    anna = sim.account("anna@firma.test")
    start = '<a n="description">a</a><a n="description">b</a>'
    zimbra.admin("ModifyAccount", start, id=anna.id)
    zimbra.admin("ModifyAccount", inner, id=anna.id)

    assert anna.attrs.get("description") == after


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ('<a n="description">a</a><a n="+description">b</a>', "service.FAILURE"),
        ('<a n="zimbraNotes">kept?</a><a n="zimbraNoSuch">1</a>', "account.INVALID_ATTR_NAME"),
        (
            '<a n="zimbraNotes">kept?</a><a n="zimbraHideInGal">true</a>',
            "account.INVALID_ATTR_VALUE",
        ),
        (
            '<a n="zimbraNotes">kept?</a><a n="zimbraMailQuota">10g</a>',
            "account.INVALID_ATTR_VALUE",
        ),
        ('<a n="zimbraMailQuota">1</a><a n="zimbraMailQuota">2</a>', "service.PERM_DENIED"),
        ('<a n="zimbraMailQuota">0010</a>', "account.INVALID_ATTR_VALUE"),
        ('<a n="zimbraId">x</a>', "service.INVALID_REQUEST"),
        ('<a n="zimbraDomainStatus">active</a>', "service.FAILURE"),
        ('<a n="sn"></a>', "service.FAILURE"),
        ('<a n="zimbraCOSId">gold</a>', "account.NO_SUCH_COS"),
        ('<a n="zimbraMailHost">zz.test</a>', "account.NO_SUCH_SERVER"),
    ],
)
def test_refused_changes_change_nothing(refused: Any, sim: Any, inner: str, code: str) -> None:
    """One bad attribute and nothing of the request is stored."""
    anna = sim.account("anna@firma.test")
    before = dict(anna.attrs)

    assert refused("ModifyAccount", inner, id=anna.id).code == code
    assert anna.attrs == before


def test_closed_account_leaves_its_lists_for_good(zimbra: Any, sim: Any) -> None:
    """Locked keeps list memberships, closed removes them, active does not restore them."""
    team = sim.create_list("team@firma.test", ["anna@firma.test", "x@ext.test"])
    anna = sim.account("anna@firma.test")
    for status, held in (("locked", 2), ("closed", 1), ("active", 1)):
        inner = f'<a n="zimbraAccountStatus">{status}</a>'
        zimbra.admin("ModifyAccount", inner, id=anna.id)
        assert len(team.members) == held

    assert anna.attrs["zimbraMailStatus"] == ["enabled"]


def test_rename_to_the_present_name_leaves_the_lists(zimbra: Any, sim: Any) -> None:
    """The old address is removed after the new one was added, and they are the same."""
    team = sim.create_list("team@firma.test", ["anna@firma.test"])
    zimbra.admin("RenameAccount", id=sim.account("anna@firma.test").id, newName="anna@firma.test")

    assert not team.members


def test_rename_moves_lists_and_aliases(zimbra: Any, sim: Any) -> None:
    """Lists follow the new name; on a change of domain the aliases of the old one follow too."""
    sim.create_domain("neu.test")
    team = sim.create_list("team@firma.test", ["anna@firma.test"])
    anna = sim.account("anna@firma.test")
    zimbra.admin("AddAccountAlias", id=anna.id, alias="info@firma.test")
    zimbra.admin("RenameAccount", id=anna.id, newName="anna@neu.test")

    assert list(team.members) == ["anna@neu.test"]
    assert anna.attrs["zimbraMailAlias"] == ["info@neu.test"]
    assert sim.account("info@neu.test") is anna
    assert sim.account("anna@firma.test") is None


def test_removing_an_alias_of_no_one_is_success(zimbra: Any, refused: Any, sim: Any) -> None:
    """With an unknown id a live alias stays; with the right id a missing one is NO_SUCH_ALIAS."""
    anna = sim.account("anna@firma.test").id
    zimbra.admin("AddAccountAlias", id=anna, alias="info@firma.test")
    zimbra.admin("RemoveAccountAlias", id=COS, alias="info@firma.test")
    assert sim.account("info@firma.test") is not None
    zimbra.admin("RemoveAccountAlias", id=anna, alias="info@firma.test")

    fault = refused("RemoveAccountAlias", id=anna, alias="info@firma.test")
    assert fault.code == "account.NO_SUCH_ALIAS"


def test_set_password_tells_violations_and_sets_all_the_same(zimbra: Any, sim: Any) -> None:
    """Even dryRun changes the password; an empty one can be set and never logs in."""
    anna = sim.account("anna@firma.test").id
    answer = zimbra.admin("SetPassword", id=anna, newPassword="x", dryRun="1")

    assert "too short" in answer.findtext("{*}message")
    assert sim.verify_password("anna@firma.test", "x")
    zimbra.admin("SetPassword", id=anna, newPassword="")
    with pytest.raises(Exception, match=r"account\.AUTH_FAILED"):
        zimbra.log_in("anna@firma.test", "", "user")


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("Ab-12", "zimbraPasswordMinLength"),
        ("abcdef-1234", "zimbraPasswordMinUpperCaseChars"),
        ("ABCDEF-1234", "zimbraPasswordMinLowerCaseChars"),
        ("Abcdefgh-1", "zimbraPasswordMinNumericChars"),
        ("Abcdefg1234", "zimbraPasswordMinPunctuationChars"),
    ],
)
def test_strength_check_names_the_rule(refused: Any, sim: Any, password: str, rule: str) -> None:
    """The fault's argument is what a client can act on."""
    cos = sim.create_cos(
        "strict",
        zimbraPasswordMinLength=10,
        zimbraPasswordMinUpperCaseChars=1,
        zimbraPasswordMinLowerCaseChars=1,
        zimbraPasswordMinNumericChars=2,
        zimbraPasswordMinPunctuationChars=1,
    )
    made = sim.create_account("cleo@firma.test", "Abcdef-1234", zimbraCOSId=cos.id)
    fault = refused("CheckPasswordStrength", id=made.id, password=password)

    assert fault.code == "account.INVALID_PASSWORD"
    assert list(fault.arguments) == [rule]


def test_must_change_password(zimbra: Any, sim: Any) -> None:
    """The flag refuses log-in until the user or an administrator sets a password."""
    anna = sim.account("anna@firma.test")
    zimbra.admin("ModifyAccount", '<a n="zimbraPasswordMustChange">TRUE</a>', id=anna.id)
    with pytest.raises(Exception, match=r"account\.CHANGE_PASSWORD"):
        zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user")
    zimbra(
        '<ChangePasswordRequest xmlns="urn:zimbraAccount">'
        '<account by="name">anna@firma.test</account><oldPassword>Anna-Pass-1</oldPassword>'
        "<password>Anna-Pass-2</password></ChangePasswordRequest>",
        url="user",
        token=None,
    )

    assert zimbra.log_in("anna@firma.test", "Anna-Pass-2", "user")


def test_passwords_are_kept_literally(zimbra: Any, sim: Any) -> None:
    """Markup, outer blanks and other scripts are part of a password."""
    for index, password in enumerate((" Blank-12 ", "a&amp;b&lt;c&gt;'1", "pässwörd-ŁŻ")):
        address = f"p{index}@firma.test"
        zimbra.admin("CreateAccount", f"<password>{password}</password>", name=address)
        plain = password.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
        assert sim.verify_password(address, plain)


def test_delete_is_final(zimbra: Any, refused: Any, sim: Any) -> None:
    """Lists, tokens and mailbox go with the account; the repeat is NO_SUCH_ACCOUNT."""
    team = sim.create_list("team@firma.test", ["anna@firma.test"])
    anna = sim.account("anna@firma.test").id
    token = zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user")
    zimbra.admin("DeleteAccount", id=anna)

    assert not team.members
    assert refused("DeleteAccount", id=anna).code == "account.NO_SUCH_ACCOUNT"
    with pytest.raises(Exception, match=r"service\.AUTH_EXPIRED"):
        zimbra('<NoOpRequest xmlns="urn:zimbraMail"/>', url="user", token=token)


def test_calendar_resources_are_accounts_of_another_kind(zimbra: Any, refused: Any) -> None:
    """They need type and display name, are found as accounts, and do not count as such."""
    inner = '<a n="displayName">Room</a>'
    assert refused("CreateCalendarResource", inner, name="r@firma.test").code == (
        "ldap.OBJECT_CLASS_VIOLATION"
    )
    inner += '<a n="zimbraCalResType">Location</a>'
    zimbra.admin("CreateCalendarResource", inner, name="r@firma.test")

    assert zimbra.account("r@firma.test")["uid"] == ["r"]
    counted = zimbra.admin("CountAccount", '<domain by="name">firma.test</domain>')
    assert [each.text for each in counted] == ["2"]
