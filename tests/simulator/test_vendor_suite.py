"""Rules that Zimbra's own suite of SOAP tests expects, and that no recording shows.

Source: zm-soap-harness, `soapvalidator/Admin`.
"""

from __future__ import annotations

from typing import Any

import pytest

OK = "ok"
BAD_VALUE = "account.INVALID_ATTR_VALUE"
INVALID = "service.INVALID_REQUEST"


@pytest.fixture
def outcome(zimbra: Any) -> Any:
    """Send a command and say how it ended: "ok" or a code."""

    def call(command: str, inner: str = "", /, **attributes: str) -> str:
        try:
            zimbra.admin(command, inner, **attributes)
        except Exception as error:  # noqa: BLE001 - the kind is what is looked at
            return str(error.code)  # type: ignore[attr-defined]
        return OK

    return call


@pytest.mark.parametrize(
    ("name", "expected"),
    [("", INVALID), ("   ", INVALID), ("s1   a", OK), (":''//", OK)],
)
def test_names_of_servers(outcome: Any, name: str, expected: str) -> None:
    """Server/Server-Create.xml: blank names are refused, odd ones are not."""
    assert outcome("CreateServer", f"<name>{name}</name>") == expected


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("zimbraMailPort", "-1", BAD_VALUE),
        ("zimbraMailPort", "65536", BAD_VALUE),
        ("zimbraMailPort", "Some text", BAD_VALUE),
        ("zimbraMailPort", "", OK),
        ("zimbraAdminPort", "-1", BAD_VALUE),
        ("zimbraAdminPort", "7071", OK),
        ("zimbraLmtpBindPort", "-1", BAD_VALUE),
        ("zimbraRedologRolloverFileSizeKB", "-1", BAD_VALUE),
        ("objectClass", "", "service.FAILURE"),
    ],
)
def test_changes_of_servers(
    zimbra: Any, outcome: Any, attribute: str, value: str, expected: str
) -> None:
    """Server/Server-Modify.xml: ports are 0 to 65535, blanks delete."""
    id_ = zimbra.admin("CreateServer", "<name>s1.test</name>")[0].get("id")
    inner = f'<id>{id_}</id><a n="{attribute}">{value}</a>'

    assert outcome("ModifyServer", inner) == expected


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ('<server by="id"></server>', INVALID),
        ('<server by="name"></server>', INVALID),
        ('<server by="id">some text</server>', "account.NO_SUCH_SERVER"),
        ('<server by="">x</server>', INVALID),
        ('<server by=" id">x</server>', INVALID),
        ("<server>x</server>", INVALID),
    ],
)
def test_selectors_of_servers(outcome: Any, selector: str, expected: str) -> None:
    """Server/Server-Get.xml: an empty value is no server to look for."""
    assert outcome("GetServer", selector) == expected


def test_deleted_servers_are_gone(zimbra: Any, outcome: Any) -> None:
    """Server/Server-Delete.xml: once, and then there is no such server."""
    id_ = zimbra.admin("CreateServer", "<name>s1.test</name>")[0].get("id")
    assert outcome("DeleteServer", f"<id>{id_}</id>") == OK
    assert outcome("DeleteServer", f"<id>{id_}</id>") == "account.NO_SUCH_SERVER"
    assert outcome("DeleteServer", "<id></id>") == "account.NO_SUCH_SERVER"


@pytest.mark.parametrize(
    ("attribute", "value", "at_create", "at_change"),
    [
        ("zimbraAuthMech", "nonsense", "service.FAILURE", INVALID),
        ("zimbraAuthMech", "ad", OK, OK),
        ("zimbraGalMode", "nonsense", BAD_VALUE, BAD_VALUE),
        ("zimbraGalMaxResults", "22.22", BAD_VALUE, BAD_VALUE),
        ("zimbraGalMaxResults", "0033", "ldap.INVALID_ATTR_VALUE", BAD_VALUE),
        ("zimbraDomainDefaultCOSId", "text", BAD_VALUE, "account.NO_SUCH_COS"),
        ("zimbraFeatureResetPasswordStatus", "enabled", OK, OK),
    ],
)
def test_values_of_domains(
    outcome: Any, sim: Any, attribute: str, value: str, at_create: str, at_change: str
) -> None:
    """What a callback refuses is wrapped at creation.

    Source: Domains/Domains-Create.xml, Domains-Modify.xml.
    """
    inner = f'<a n="{attribute}">{value}</a>'

    assert outcome("CreateDomain", f"<name>new.test</name>{inner}") == at_create
    assert outcome("ModifyDomain", inner, id=sim.domain("firma.test").id) == at_change


def test_selector_of_a_domain_that_comes_twice(zimbra: Any, sim: Any) -> None:
    """The first selector counts; an unknown one gives the global configuration.

    Source: Domains/Domain-Getinfo.xml.
    """
    first = sim.domain("firma.test").id
    inner = f'<domain by="id">{first}</domain><domain by="name">example.test</domain>'
    assert zimbra.admin("GetDomainInfo", inner)[0].get("id") == first

    for by, value in (("id", ""), ("name", "  "), ("id", "-1")):
        (found,) = zimbra.admin("GetDomainInfo", f'<domain by="{by}">{value}</domain>')
        assert (found.get("name"), found.get("id")) == ("globalconfig", "globalconfig-dummy-id")


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"zimbraMailHostPool": "Some text"}, BAD_VALUE),
        ({"zimbraMailHostPool": ""}, OK),
        ({"zimbraMailTrashLifetime": "-1d"}, BAD_VALUE),
        ({"zimbraMailQuota": "-1"}, OK),
        ({"zimbraPasswordMaxAge": "1", "zimbraPasswordMinAge": "2"}, OK),
        ({"zimbraPasswordMaxAge": "-1"}, BAD_VALUE),
        ({"zimbraContactMaxNumEntries": "-1"}, BAD_VALUE),
    ],
)
def test_values_of_plans(outcome: Any, attributes: dict[str, str], expected: str) -> None:
    """COS/COS-Create.xml: each value is looked at alone."""
    inner = "".join(f'<a n="{name}">{value}</a>' for name, value in attributes.items())

    assert outcome("CreateCos", f"<name>gold</name>{inner}") == expected


def test_statistics_and_copies(zimbra: Any, outcome: Any) -> None:
    """Server/Stats/GetServerStats.xml, COS/CopyCosRequest-Basic.xml."""
    names = '<stat name="soap_count"/><stat name="soap_ms_avg"/>'
    found = [each.get("name") for each in zimbra.admin("GetServerStats", names)]
    assert found == ["soap_count", "soap_ms_avg"]
    made = '<name>gold</name><a n="zimbraProxyAllowedDomains">test.com</a>'
    assert outcome("CreateCos", made) == OK
    copied = '<name>copy</name><cos by="name">gold</cos>'
    assert [outcome("CopyCos", copied) for _ in range(2)] == [OK, "account.COS_EXISTS"]


def test_new_names_of_plans(outcome: Any, sim: Any) -> None:
    """COS/COS-Rename.xml: blank fails, the present name is fine, a taken one is not."""
    gold, silver = sim.create_cos("gold").id, sim.create_cos("silver").id

    def rename(id_: str, name: str) -> str:
        return str(outcome("RenameCos", f"<id>{id_}</id><newName>{name}</newName>"))

    assert rename(gold, "") == rename(gold, "   ") == "ldap.LDAP_ERROR"
    assert (rename(gold, "gold"), rename(gold, "silver")) == (OK, "account.COS_EXISTS")
    assert rename("1234567890", "x") == rename("", "x") == "account.NO_SUCH_COS"
    assert outcome("RenameCos", f"<id>{silver}</id>") == INVALID
