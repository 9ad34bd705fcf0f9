"""Clients that no one here wrote agree with the simulator: zeep, and python-zimbra."""

from __future__ import annotations

import ssl
from importlib import resources
from typing import Any

import pytest
import zeep
from zeep.transports import Transport

FILES = ("ZimbraAdminService.wsdl", "zimbra.xsd", "zimbraAccount.xsd", "zimbraAdmin.xsd")


@pytest.mark.parametrize("name", FILES)
def test_wsdl_is_the_products(name: str) -> None:
    """The simulator's copy is held equal to the client's; the server fills in its address."""
    own = resources.files("puq_zimbra.simulator").joinpath(name).read_bytes()

    assert own == resources.files("puq_zimbra.zimbra").joinpath(name).read_bytes()


def test_zeep_works_from_the_served_wsdl(zimbra: Any, running: Any, sim: Any) -> None:
    """The description is served with this server's address in it, and its operations work."""
    url = running.admin_url.replace("admin/soap", "wsdl/ZimbraAdminService.wsdl")
    client = zeep.Client(
        url,
        transport=Transport(session=zimbra.session),
        settings=zeep.Settings(strict=False, xml_huge_tree=True),
    )
    header = {"context": {"authToken": zimbra.token}}
    service: Any = client.service
    service.createDomainRequest(name="zeep.test", _soapheaders=header)
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service.createDomainRequest(name="zeep.test", _soapheaders=header)

    assert sim.domain("zeep.test") is not None
    assert caught.value.message == "domain already exists: zeep.test"


@pytest.mark.parametrize("kind", ["xml", "json"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
def test_python_zimbra_lives_a_life(running: Any, sim: Any, kind: str) -> None:
    """Log-in, create, read, a fault and a batch, in XML and in JSON."""
    auth = pytest.importorskip("pythonzimbra.tools.auth")
    communication = pytest.importorskip("pythonzimbra.communication")
    trust = ssl.create_default_context(cafile=str(running.ca_file))
    token = auth.authenticate(
        running.admin_url,
        "admin@example.test",
        "test123",
        admin_auth=True,
        request_type=kind,
        context=trust,
    )
    zimbra = communication.Communication(running.admin_url, context=trust)

    def send(name: str, content: dict[str, Any]) -> Any:
        request = zimbra.gen_request(request_type=kind, token=token)
        request.add_request(name, content, "urn:zimbraAdmin")
        return zimbra.send_request(request)

    assert not send("CreateDomainRequest", {"name": "py.test"}).is_fault()
    made = send("CreateAccountRequest", {"name": "anna@py.test", "password": "Anna-Pass-1"})
    id_ = made.get_response()["CreateAccountResponse"]["account"]["id"]
    again = send("CreateDomainRequest", {"name": "py.test"})
    assert again.get_fault_code() == "account.DOMAIN_EXISTS"
    batch = zimbra.gen_request(request_type=kind, token=token, set_batch=True)
    batch.add_request("DeleteAccountRequest", {"id": id_}, "urn:zimbraAdmin")
    batch.add_request("GetVersionInfoRequest", {}, "urn:zimbraAdmin")
    assert not zimbra.send_request(batch).is_fault()
    assert sim.account("anna@py.test") is None


@pytest.mark.parametrize("kind", ["xml", "json"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
def test_python_zimbra_logs_a_user_in_by_preauth(running: Any, sim: Any, kind: str) -> None:
    """The HMAC that another implementation computes is accepted."""
    auth = pytest.importorskip("pythonzimbra.tools.auth")
    key = "ab" * 32
    sim.create_domain("py.test", zimbraPreAuthKey=key)
    sim.create_account("anna@py.test", "Anna-Pass-1")
    trust = ssl.create_default_context(cafile=str(running.ca_file))
    token = auth.authenticate(
        running.user_url, "anna@py.test", key, request_type=kind, context=trust
    )

    assert token
