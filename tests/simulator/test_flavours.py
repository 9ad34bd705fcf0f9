"""What older versions and Carbonio do differently; none of it was recorded.

Source: carbonio-mailbox `DeleteUserUseCase`, `ModifyDomain`, `WsdlGenerator`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import zeep
from lxml import etree
from zeep.transports import Transport
from zeep.wsdl.bindings import Soap12Binding

from puq_zimbra.simulator import Simulator, TlsFiles

Open = Callable[..., tuple[Simulator, Any]]


@pytest.fixture
def flavour(client_of: Any, tls: TlsFiles) -> Iterator[Open]:
    """Open an installation of a flavour, with a client."""
    with ExitStack() as stack:

        def opened(name: str, **options: Any) -> tuple[Simulator, Any]:
            sim = Simulator(flavour=name, **options)
            sim.create_domain("firma.test")
            sim.create_account("anna@firma.test", "Some-Pass-1")
            client = client_of(stack.enter_context(sim.serve(tls)))
            stack.callback(client.session.close)
            return sim, client

        yield opened


def test_carbonio_wsdl_binds_soap12(flavour: Open) -> None:
    """Another binding and another namespace; zeep works from it all the same."""
    _, zimbra = flavour("carbonio")
    url = zimbra.running.admin_url.replace("admin/soap", "wsdl/ZimbraAdminService.wsdl")
    text = zimbra.session.get(url, timeout=5).content
    client = zeep.Client(
        url,
        transport=Transport(session=zimbra.session),
        settings=zeep.Settings(strict=False, xml_huge_tree=True),
    )
    header = {"context": {"authToken": zimbra.token}}
    made = client.service.createDomainRequest(name="zeep.test", _soapheaders=header)

    namespace = etree.fromstring(text).get("targetNamespace")
    assert namespace == "https://www.zextras.com/wsdl/ZimbraService.wsdl"
    (binding,) = client.wsdl.bindings.values()
    assert isinstance(binding, Soap12Binding)
    assert binding.port_name.namespace == namespace
    assert made is not None


@pytest.mark.parametrize("name", ["zimbra10", "zimbra9", "zimbra88", "carbonio"])
@pytest.mark.parametrize("status", ["active", "maintenance", "closed"])
def test_an_account_without_a_mailbox_is_deleted(flavour: Open, name: str, status: str) -> None:
    """Nobody has opened it, and it goes all the same."""
    sim, zimbra = flavour(name)
    anna = sim.account("anna@firma.test")
    assert anna is not None
    anna.put("zimbraAccountStatus", status)
    zimbra.admin("DeleteAccount", id=anna.id)

    assert sim.account("anna@firma.test") is None


@pytest.mark.parametrize(("name", "status"), [("zimbra10", 500), ("carbonio", 422)])
@pytest.mark.parametrize("token", ["admin", None])
def test_a_fault_has_its_http_status(
    flavour: Open, name: str, status: int, token: str | None
) -> None:
    """Carbonio says 422 to every fault, before and after the command is read."""
    _, zimbra = flavour(name)
    with pytest.raises(Exception, match="Fault") as refused:
        zimbra.admin("GetDomain", '<domain by="name">none.test</domain>', token=token)
    garbage = zimbra.post(b"<x")

    assert refused.value.status == garbage.status_code == status  # type: ignore[attr-defined]


def test_carbonio_refuses_host_names_of_others(flavour: Open) -> None:
    """Delegated administrators may set host names within the domain only.

    A new domain name is refused to everyone.
    """
    sim, zimbra = flavour("carbonio")
    domain = sim.domain("firma.test")
    assert domain is not None
    sim.create_account("boss@firma.test", "Some-Pass-1", zimbraIsDelegatedAdminAccount=True)
    for name in ("zimbraVirtualHostname", "zimbraPublicServiceHostname"):
        zimbra.admin(
            "GrantRight",
            '<target type="domain" by="name">firma.test</target>'
            '<grantee type="usr" by="name">boss@firma.test</grantee>'
            f"<right>set.domain.{name}</right>",
        )
    boss = zimbra.log_in("boss@firma.test", "Some-Pass-1")

    def change(name: str, value: str, token: str = "admin") -> str:
        inner = f'<a n="{name}">{value}</a>'
        try:
            zimbra.admin("ModifyDomain", inner, id=domain.id, token=token)
        except Exception as error:  # noqa: BLE001 - the fault is what is looked at
            return f"{error.code} {error.text}"  # type: ignore[attr-defined]
        return "ok"

    assert "zimbraDomainName cannot be changed." in change("zimbraDomainName", "x.test")
    for name in ("zimbraVirtualHostname", "zimbraPublicServiceHostname"):
        assert change(name, "mail.firma.test", boss) == change(name, "firma.test", boss) == "ok"
        refusal = change(name, "mail.other.test", boss)
        assert refusal.startswith("service.FAILURE")
        assert "compatible with current domain" in refusal
        assert change(name, "mail.other.test") == "ok"
    assert change("+zimbraVirtualHostname", "www.other.test", boss) == "ok"
    assert change("zimbraVirtualHostname", "", boss) == "ok"
    assert change("description", "x", boss).startswith("service.PERM_DENIED")


def test_zimbra_takes_any_host_name(flavour: Open) -> None:
    """A right to one attribute is enough there, whatever the name."""
    sim, zimbra = flavour("zimbra10")
    domain = sim.domain("firma.test")
    assert domain is not None
    sim.create_account("boss@firma.test", "Some-Pass-1", zimbraIsDelegatedAdminAccount=True)
    zimbra.admin(
        "GrantRight",
        '<target type="domain" by="name">firma.test</target>'
        '<grantee type="usr" by="name">boss@firma.test</grantee>'
        "<right>set.domain.zimbraVirtualHostname</right>",
    )
    boss = zimbra.log_in("boss@firma.test", "Some-Pass-1")
    inner = '<a n="zimbraVirtualHostname">mail.other.test</a>'
    zimbra.admin("ModifyDomain", inner, id=domain.id, token=boss)

    assert domain.attrs["zimbraVirtualHostname"] == ["mail.other.test"]


def test_no_account_is_listed_twice(flavour: Open) -> None:
    """Carbonio drops duplicates from GetQuotaUsage; over several servers there are none here."""
    sim, zimbra = flavour("carbonio", servers=3)
    sim.seed_accounts("firma.test", 9)
    answer = zimbra.admin("GetQuotaUsage", domain="firma.test", allServers="1")
    ids = [each.get("id") for each in answer]

    assert len(ids) == len(set(ids)) == int(answer.get("searchTotal")) == 10


@pytest.mark.parametrize(
    ("name", "first", "code", "effective", "common"),
    [
        ("zimbra88", "authToken", "account.AUTH_FAILED", False, False),
        ("zimbra9", "lifetime", "service.PERM_DENIED", True, False),
        ("zimbra10", "lifetime", "service.PERM_DENIED", True, True),
        ("carbonio", "authToken", "account.AUTH_FAILED", False, True),
    ],
)
def test_table_of_versions(
    flavour: Open, name: str, first: str, code: str, effective: bool, common: bool
) -> None:
    """Log-in's order and refusal, effectiveQuota, and the list of common passwords."""
    sim, zimbra = flavour(name)
    answer = zimbra.admin("Auth", name="admin@example.test", password="test123", token=None)
    with pytest.raises(Exception, match=code.replace(".", r"\.")):
        zimbra.admin("Auth", name="nobody@example.test", password="x", token=None)
    domain = sim.domain("firma.test")
    assert domain is not None
    zimbra.admin("ModifyDomain", '<a n="zimbraMailDomainQuota">7</a>', id=domain.id)
    shown = zimbra.account("anna@firma.test", effectiveQuota="1")

    assert answer[0].tag == f"{{urn:zimbraAdmin}}{first}"
    assert shown["zimbraMailQuota"] == (["7"] if effective else ["0"])
    assert ("zimbraPasswordBlockCommonEnabled" in shown) is common
