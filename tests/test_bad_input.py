"""Bad input of every kind.

The code and the exit status are the table's, a sentence names what to mend, and Zimbra is
untouched.
"""

from __future__ import annotations

import re
import socket
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator, TlsFiles, make_tls

from .conftest import Hook


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


WRONG_PIN = {"ca_file": None, "fingerprint": "sha256:" + "00" * 32}


@pytest.mark.parametrize(
    ("changes", "code", "status", "words"),
    [
        ({"service": None}, "invalid", 65, "service is missing"),
        ({"service": {"domain": None}}, "invalid", 65, "service.domain is missing"),
        ({"installation": None}, "invalid", 65, "installation is missing"),
        ({"server": None}, "invalid", 65, "server is missing"),
        ({"service": {"admin": {"password": None}}}, "invalid", 65, "service.admin.password"),
        ({"service": {"plan": {"mailboxes": "25"}}}, "invalid", 65, "service.plan.mailboxes"),
        ({"service": {"plan": {"domain_quota": -1}}}, "invalid", 65, "service.plan.domain_quota"),
        ({"service": {"plan": {"mailboxs": 1}}}, "invalid", 65, "did you mean mailboxes"),
        ({"service": {"model": "mailbox"}}, "invalid", 65, "service.mailbox"),
        ({"service": {"plan": {"mailboxes": 0}}}, "refused", 1, "no mailboxes"),
        ({"service": {"plan": {"cos": "gold"}}}, "misconfigured", 78, "class of service gold"),
        ({"server": {"password": "wrong"}}, "misconfigured", 78, "user name or password"),
        ({"server": {"username": "nobody@x.test"}}, "misconfigured", 78, "his whole address"),
        ({"server": {"password": None}}, "misconfigured", 78, "No user name and password"),
        ({"server": {"tls": WRONG_PIN}}, "misconfigured", 78, "certificate"),
        ({"server": {"tls": {"ca_file": None}}}, "misconfigured", 78, "certificate"),
        ({"server": {"tls": {"ca_file": "/none"}}}, "misconfigured", 78, "ca_file"),
        ({"server": {"url": "https://127.0.0.1:{closed}"}}, "unavailable", 69, "cannot be reached"),
        ({"server": {"url": "https://no-such-host.invalid"}}, "unavailable", 69,
         "cannot be reached"),
    ],
)  # fmt: skip
def test_create_with_bad_input(
    hook: Hook, simulator: Simulator, changes: dict[str, Any], code: str, status: int, words: str
) -> None:
    """The table of the hook door is kept, and nothing was written."""
    if "{closed}" in str(changes):
        changes = {"server": {"url": f"https://127.0.0.1:{closed_port()}"}}
    answer = hook("create", **changes)

    assert (answer.value["code"], answer.exit_status) == (code, status)
    assert words in answer.value["message"]
    assert simulator.writes() == []
    if code in ("misconfigured", "unavailable"):
        assert re.match(r"(127\.0\.0\.1:\d+|no-such-host\.invalid): [A-Z]", answer.value["message"])


@pytest.mark.parametrize(
    "changes",
    [{"server": {"url": "https://127.0.0.1:{closed}"}}, {"server": {"password": "wrong"}}],
    ids=["unreachable", "rejected"],
)
@pytest.mark.parametrize("locale", ["en", "pl"])
def test_customers_are_told_of_no_server(
    hook: Hook, simulator: Simulator, changes: dict[str, Any], locale: str
) -> None:
    """Where the mail is and what the provider has to mend is not theirs to know."""
    hook("create")
    if "{closed}" in str(changes):
        changes = {"server": {"url": f"https://127.0.0.1:{closed_port()}"}}
    told = {
        event: hook(event, locale=locale, new_password="Second-Pass-2x", form=FORM, **changes).value
        for event in ("client_area", "client_action", "change_password", "sso_service", "suspend")
    }
    page = {"en": "gives no answer just now", "pl": "nie odpowiada"}[locale]

    assert told["suspend"]["message"].startswith("127.0.0.1:")
    assert "127.0.0.1" not in told["change_password"]["message"] + told["sso_service"]["message"]
    assert page in told["client_area"]["html"]
    assert page in told["client_action"]["message"]
    assert told["client_action"]["code"] == told["suspend"]["code"]


FORM = {
    "puqz_action": "change_admin_password",
    "password": "Second-Pass-2x",
    "password_again": "Second-Pass-2x",
}


PAGE = b"<html><body>502 Bad Gateway</body></html>"
CUT = b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Bo'
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
OTHER = (
    b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body>'
    b'<GetDomainResponse xmlns="urn:other"/></soap:Body></soap:Envelope>'
)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, PAGE), (503, PAGE), (504, PAGE), (429, PAGE), (403, PAGE), (404, PAGE), (302, b""),
        (200, PAGE), (200, CUT), (200, b""), (200, BOMB), (200, OTHER), (200, b"\xff\xfe\x00"),
        (200, b"{}"), (200, b'{"Body": []}'), (500, b"{"),
        (200, OTHER.replace(b"other", b"zimbraAdmin")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("request_name", ["AuthRequest", "GetDomainRequest"])
def test_an_answer_that_is_none(
    hook: Hook, simulator: Simulator, request_name: str, status: int, body: bytes
) -> None:
    """Proxies answer for Zimbra, and documents come cut: nothing of it may pass for an answer."""
    simulator.http_next(request_name, status=status, body=body, content_type="text/html", times=9)
    answer = hook("create")

    assert (answer.value["code"], answer.exit_status) == ("unavailable", 69)
    assert answer.value["retryable"] is True
    assert simulator.writes() == []


def test_another_certificate_is_not_trusted(
    simulator: Simulator, params: dict[str, Any], runtime: Runtime, tmp_path: Any
) -> None:
    """The same host with a new certificate may be somebody else."""
    other = make_tls("mail.example.test", tmp_path)
    with simulator.serve(other, admin_port=0, user_port=0) as impostor:
        params["server"]["url"] = impostor.admin_url
        answer = dispatch("plain", "create", params, runtime)

    assert answer.value["code"] == "misconfigured"
    assert simulator.log == []


@pytest.mark.parametrize("given", [None, [1], "text", 3, True])
def test_input_that_is_no_object(runtime: Runtime, given: object) -> None:
    """Even then the answer has its shape."""
    answer = dispatch("plain", "create", given, runtime)

    assert (answer.value["code"], answer.exit_status) == ("invalid", 65)


def test_a_right_that_is_missing_is_a_configuration_matter(
    hook: Hook, simulator: Simulator
) -> None:
    """PERM_DENIED means neither that the domain exists nor that it does not."""
    simulator.fail_next("GetDomainRequest", "service.PERM_DENIED")
    answer = hook("create")

    assert (answer.value["code"], answer.exit_status) == ("misconfigured", 78)
    assert "lacks a right" in answer.value["message"]
    assert simulator.writes() == []


def test_only_configured_servers(
    params: dict[str, Any], simulator: Simulator, tmp_path: Any
) -> None:
    """A provider can forbid every other address."""
    config = Config.model_validate(
        {"only_configured_servers": True, "store": {"dir": str(tmp_path)}}
    )
    answer = dispatch("plain", "create", params, Runtime(config))

    assert answer.value["code"] == "misconfigured"
    assert "not among the configured ones" in answer.value["message"]
    assert simulator.log == []


def test_what_the_provider_has_to_mend_is_not_on_the_page(
    params: dict[str, Any], simulator: Simulator, tmp_path: Any
) -> None:
    """The customer can do nothing about the provider's settings."""
    config = Config.model_validate(
        {"only_configured_servers": True, "store": {"dir": str(tmp_path)}}
    )
    told = dispatch("plain", "client_area", params, Runtime(config)).value

    assert told["code"] == "misconfigured"
    for text in (told["message"], told["html"]):
        assert "gives no answer just now" in text
        assert "configured" not in text


def test_a_used_up_licence_is_not_the_plans_limit(hook: Hook, simulator: Simulator) -> None:
    """The provider has to buy more of it; the customer may order."""
    simulator.fail_next("CreateAccountRequest", "service.LICENSE_ERROR")
    answer = hook("create")

    assert (answer.value["code"], answer.exit_status) == ("misconfigured", 78)
    assert "Zimbra's licence" in answer.value["message"]


def test_configured_credentials_serve_a_call_without(
    params: dict[str, Any], simulator: Simulator, tls: TlsFiles, tmp_path: Any
) -> None:
    """The billing host need not know the administrator's password."""
    secret = tmp_path / "password"
    secret.write_text("test123\n")
    secret.chmod(0o600)
    url = params["server"].pop("url")
    config = Config.model_validate(
        {
            "store": {"dir": str(tmp_path / "state")},
            "servers": {
                "mail1": {
                    "url": url,
                    "username": "admin@example.test",
                    "password_file": str(secret),
                    "ca_file": str(tls.ca_file),
                }
            },
        }
    )
    params["server"] = {"url": "https://127.0.0.1"}
    runtime = Runtime(config)
    answer = dispatch("plain", "create", params, runtime)
    runtime.close()

    assert answer.value["code"] == "created"
