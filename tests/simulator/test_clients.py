"""Clients that no one here wrote agree with the simulator: zeep, and python-zimbra."""

from __future__ import annotations

import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zeep
from zeep.transports import Transport

ROOT = Path(__file__).parent.parent.parent


def test_the_wsdl_is_what_its_schemas_say() -> None:
    """A request is described once, in a schema; `make wsdl` writes the rest."""
    script = [sys.executable, ".ci/write_wsdl.py", "--check"]

    assert subprocess.run(script, cwd=ROOT, check=False).returncode == 0


def test_one_wsdl_serves_the_client_and_the_simulator() -> None:
    """Two copies would drift apart."""
    names = [path.name for path in ROOT.glob("puq_zimbra/**/*") if path.suffix in (".wsdl", ".xsd")]

    assert len(names) == len(set(names)) == 5


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
