"""Faults on demand: each kind once, in both variants, on sockets and mounted."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
import requests
import responses
from lxml import etree

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.simulator.control import read_plans

CREATE = '<CreateDomainRequest xmlns="urn:zimbraAdmin" name="new.test"/>'
URL = "https://zimbra.test:7071/service/admin/soap"


@pytest.mark.parametrize("applied", [True, False])
def test_soap_fault(zimbra: Any, sim: Any, applied: bool) -> None:
    """A fault in place of the work, or after it was done."""
    sim.fail_next("CreateDomainRequest", "account.INVALID_PASSWORD", applied=applied)
    with pytest.raises(Exception, match=r"account\.INVALID_PASSWORD"):
        zimbra(CREATE)

    assert (sim.domain("new.test") is not None) is applied
    assert [(call.ok, call.code) for call in sim.calls("CreateDomainRequest")] == [
        (False, "account.INVALID_PASSWORD")
    ]


@pytest.mark.parametrize("applied", [True, False])
def test_http_answer(zimbra: Any, sim: Any, applied: bool) -> None:
    """What a proxy or a filter says instead, with headers of its own."""
    zimbra.token  # noqa: B018 - log in before the disturbance is planned
    sim.http_next("*", 429, b"<html/>", headers={"Retry-After": "3"}, applied=applied)
    answer = zimbra.post(zimbra.envelope(CREATE, zimbra.token))

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert (sim.domain("new.test") is not None) is applied


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("when", ["before", "middle"])
def test_dropped_connection(zimbra: Any, sim: Any, applied: bool, when: Any) -> None:
    """Closed without an answer or in the middle of it; the work may be done all the same."""
    sim.drop_next("CreateDomainRequest", applied=applied, when=when)
    with pytest.raises(requests.RequestException):
        zimbra(CREATE)

    assert (sim.domain("new.test") is not None) is applied
    if applied:
        assert sim.writes()[-1].ok


@pytest.mark.parametrize("how", ["truncated", "malformed", "empty", "charset"])
def test_spoilt_answers(zimbra: Any, sim: Any, how: str) -> None:
    """The real answer, made unreadable on its way; the work is done."""
    sim.mangle_next("CreateDomainRequest", how)
    with pytest.raises(etree.XMLSyntaxError):
        zimbra(CREATE)

    assert sim.domain("new.test") is not None


def test_gzip_and_doctype(zimbra: Any, sim: Any) -> None:
    """Compression that was not asked for, and a document type that no client should accept."""
    zimbra.token  # noqa: B018
    sim.mangle_next("PingRequest", "gzip")
    ping = zimbra.envelope('<PingRequest xmlns="urn:zimbraAdmin"/>', zimbra.token)
    assert zimbra.post(ping).headers["Content-Encoding"] == "gzip"
    sim.mangle_next("PingRequest", "doctype")
    assert zimbra.post(ping).content.startswith(b"<!DOCTYPE")


def test_delay_and_drip_keep_the_answer(zimbra: Any, sim: Any) -> None:
    """Slow is not broken."""
    sim.delay_next("PingRequest", 0.01)
    sim.drip_next("PingRequest", 0.02)

    assert zimbra.admin("Ping") is not None


def test_ordinals(zimbra: Any, sim: Any) -> None:
    """A plan can let some requests pass first, and hit several."""
    sim.chaos.add(Plan("PingRequest", "fault", skip=1, times=2, code="service.FAILURE"))
    results = []
    for _ in range(4):
        try:
            zimbra.admin("Ping")
            results.append("ok")
        except Exception as error:  # noqa: BLE001 - the kind is what is looked at
            results.append(str(error.code))  # type: ignore[attr-defined]

    assert results == ["ok", "service.FAILURE", "service.FAILURE", "ok"]


def test_control_url(client_of: Any, tls: Any) -> None:
    """Only the administrator plans disturbances, and only where the channel is open."""
    sim = Simulator(control=True)
    with sim.serve(tls) as running:
        client = client_of(running)
        url = running.admin_url.replace("/service/admin/soap", "/simulator/chaos")
        plan = {"name": "PingRequest", "kind": "fault", "code": "service.FAILURE"}
        stranger = client.session.post(url, data=json.dumps(plan), timeout=5)
        client.session.auth = ("admin@example.test", "test123")
        wrong = client.session.post(url, data=json.dumps({**plan, "kind": "x"}), timeout=5)
        planned = client.session.post(url, data=json.dumps([plan]), timeout=5)
        client.session.auth = None
        with pytest.raises(Exception, match=r"service\.FAILURE"):
            client.admin("Ping")
        client.session.close()

    assert (stranger.status_code, wrong.status_code) == (401, 400)
    assert planned.json() == {"pending": 1}


def test_control_url_is_closed_by_default(zimbra: Any, running: Any) -> None:
    """Nothing answers there unless it was asked for."""
    url = running.admin_url.replace("/service/admin/soap", "/simulator/chaos")

    assert zimbra.session.get(url, timeout=5).status_code == 404


def test_requests_per_second_and_connection(client_of: Any, tls: Any) -> None:
    """The DoS filter counts per connection and answers 429 with its header."""
    with Simulator(dos_limit=5).serve(tls) as running:
        client = client_of(running)
        health = client.envelope('<CheckHealthRequest xmlns="urn:zimbraAdmin"/>', None).encode()
        answers = [client.post(health) for _ in range(7)]
        client.session.close()

    assert [each.status_code for each in answers].count(429) >= 1
    assert answers[-1].headers["DoSFilter"] == "unavailable"


def test_mounted_core_is_the_same(sim: Any) -> None:
    """Inside a `responses` mock: same answers, and drops are ConnectionError."""
    log_in = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<AuthRequest xmlns="urn:zimbraAdmin" name="admin@example.test" password="test123"/>'
        "</s:Body></s:Envelope>"
    )
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        sim.mount(mock, URL)
        good = requests.post(URL, data=log_in, timeout=5)
        sim.drop_next("AuthRequest")
        with pytest.raises(requests.ConnectionError):
            requests.post(URL, data=log_in, timeout=5)

    assert (good.status_code, "<authToken>" in good.text) == (200, True)
    assert [call.name for call in sim.log] == ["AuthRequest"]


def test_log_tells_reads_from_writes(zimbra: Any, sim: Any) -> None:
    """writes() are the commands that change state or tried to, batch members included."""
    batch = f'<BatchRequest xmlns="urn:zimbra">{CREATE}{CREATE}</BatchRequest>'
    zimbra(batch)
    zimbra.admin("GetAllDomains")

    assert [(call.name, call.ok) for call in sim.writes()] == [
        ("CreateDomainRequest", True),
        ("CreateDomainRequest", False),
    ]
    assert sim.calls("CreateDomainRequest")[0].element.get("name") == "new.test"


GET = '<GetDomainRequest xmlns="urn:zimbraAdmin"><domain by="{}">{}</domain></GetDomainRequest>'


def test_stale_reads_miss_what_was_just_made(zimbra: Any, sim: Any) -> None:
    """A read after a create says no such, by name and by id, as often as planned.

    Other entries are seen all the time.
    """
    sim.stale_next("GetDomainRequest", times=2)
    zimbra(GET.format("name", "firma.test"))
    id_ = zimbra(CREATE)[0].get("id")
    for by, value in (("name", "New.test"), ("id", id_)):
        zimbra(GET.format("name", "firma.test"))
        with pytest.raises(Exception, match=r"account\.NO_SUCH_DOMAIN") as caught:
            zimbra(GET.format(by, value))
        assert caught.value.text == f"no such domain: {value}"  # type: ignore[attr-defined]

    assert zimbra(GET.format("name", "new.test"))[0].get("id") == id_


def test_stale_reads_of_what_was_there(zimbra: Any, sim: Any) -> None:
    """A replica may miss older entries too; only reads of one entry can be stale."""
    sim.stale_next("GetAccountRequest", old_too=True)
    with pytest.raises(Exception, match=r"account\.NO_SUCH_ACCOUNT"):
        zimbra.account("anna@firma.test")

    assert zimbra.account("anna@firma.test")
    with pytest.raises(ValueError, match="stale reads are"):
        sim.stale_next("GetQuotaUsageRequest")


def test_connections_reset_before_tls(zimbra: Any, sim: Any) -> None:
    """The next connections are reset; kept-alive ones are gone before; nothing was asked."""
    zimbra.admin("Ping")
    sim.reset_log()
    sim.refuse_next(2)
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            zimbra.admin("Ping")
    assert sim.log == []

    assert zimbra.admin("Ping") is not None


def test_no_one_listens(zimbra: Any, running: Any, sim: Any) -> None:
    """The port is closed for a while: connections are refused, then all is as before."""
    zimbra.admin("Ping")
    sim.reset_log()
    with running.refusing():
        for url in (running.admin_url, running.user_url):
            port = int(url.split(":")[2].partition("/")[0])
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), timeout=5)
        with pytest.raises(requests.ConnectionError, match="refused"):
            zimbra.admin("Ping")
    assert sim.log == []

    assert zimbra.admin("Ping") is not None


def test_refusal_and_stale_reads_when_mounted(sim: Any) -> None:
    """Inside a `responses` mock each request is a connection."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        sim.mount(mock, URL)
        sim.refuse_next()
        with pytest.raises(requests.ConnectionError, match="refused"):
            requests.post(URL, data=b"<x/>", timeout=5)
        answer = requests.post(URL, data=b"<x/>", timeout=5)

    assert answer.status_code == 500


@pytest.mark.parametrize(
    ("plan", "good"),
    [
        ({"name": "*", "kind": "refuse", "times": 2}, True),
        ({"name": "GetDomainRequest", "kind": "refuse"}, False),
        ({"name": "GetDomainRequest", "kind": "stale"}, True),
        ({"name": "PingRequest", "kind": "stale"}, False),
    ],
)
def test_plans_from_json(plan: dict[str, Any], good: bool) -> None:
    """What cannot happen is refused when it is planned."""
    if good:
        assert read_plans(plan)[0].kind == plan["kind"]
        return
    with pytest.raises(ValueError, match=r"name is \*|stale reads are"):
        read_plans([plan])


def test_a_plan_can_have_a_sequel(zimbra: Any, sim: Any) -> None:
    """What is to follow is for the next request, whatever its name, and not for the same one."""
    zimbra.token  # noqa: B018 - log in before the disturbance is planned
    then = Plan("*", "fault", code="service.PERM_DENIED")
    sim.chaos.add(Plan("PingRequest", "fault", True, code="service.FAILURE", then=then))
    assert sim.chaos.pending == 1
    with pytest.raises(Exception, match=r"service\.FAILURE"):
        zimbra.admin("Ping")
    with pytest.raises(Exception, match=r"service\.PERM_DENIED"):
        zimbra.admin("GetAllDomains")

    assert zimbra.admin("Ping") is not None


def test_work_can_be_half_done(zimbra: Any, sim: Any) -> None:
    """Zimbra writes an account's password, and a domain's branches, after the entry itself."""
    account = '<CreateAccountRequest xmlns="urn:zimbraAdmin" name="new@firma.test" password="{}"/>'
    for command in (CREATE, account.format("New-Pass-1")):
        name = command.partition(" ")[0][1:]
        sim.chaos.add(Plan(name, "fault", True, code="service.FAILURE", half=True))
        with pytest.raises(Exception, match=r"service\.FAILURE"):
            zimbra(command)

    assert sim.account("new@firma.test").password is None
    with pytest.raises(Exception, match=r"ldap\.ENTRY_NOT_FOUND"):
        zimbra(account.format("New-Pass-1").replace("firma.test", "new.test"))
