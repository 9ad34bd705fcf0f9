"""Bodies, envelopes, JSON, batches and what is refused before a command is found."""

from __future__ import annotations

import json
from typing import Any

import pytest

VERSION = '<GetVersionInfoRequest xmlns="urn:zimbraAdmin"/>'
DOMAIN = '<GetDomainRequest xmlns="urn:zimbraAdmin" attrs="zimbraDomainName">{}</GetDomainRequest>'
SELECTOR = '<domain by="name">firma.test</domain>'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "service.PARSE_ERROR"),
        (b"<", "service.PARSE_ERROR"),
        (b"<x/>", "service.INVALID_REQUEST"),
        (b'<!DOCTYPE x [<!ENTITY e "v">]><x/>', "service.PARSE_ERROR"),
        (
            b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>',
            "service.INVALID_REQUEST",
        ),
        (
            b'<s:Envelope xmlns:s="urn:x"><s:Body><y/></s:Body></s:Envelope>',
            "service.INVALID_REQUEST",
        ),
    ],
)
def test_unreadable_bodies(zimbra: Any, body: bytes, code: str) -> None:
    """All are SOAP faults with HTTP 500 and without a header."""
    answer = zimbra.post(body)

    assert answer.status_code == 500
    assert f"<Code>{code}</Code>" in answer.text
    assert ":Header" not in answer.text


@pytest.mark.parametrize("body", [b"hello", b" <x/>", b"\n<x/>", b"\xef\xbb\xbf<x/>", b"[]"])
def test_not_xml_is_taken_as_json(zimbra: Any, body: bytes) -> None:
    """Even a blank before the envelope gives a JSON fault to an XML client."""
    answer = zimbra.post(body)

    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.json()["Body"]["Fault"]["Detail"]["Error"]["Code"] == "service.PARSE_ERROR"


def test_unknown_commands_and_namespaces(zimbra: Any) -> None:
    """Wrong namespace, response name and lower case are all unknown documents."""
    for command in (
        '<GetDomainRequest xmlns="urn:zimbraMail"/>',
        "<GetDomainRequest/>",
        '<GetDomainResponse xmlns="urn:zimbraAdmin"/>',
        '<FooRequest xmlns="urn:foo"/>',
        '<getdomainrequest xmlns="urn:zimbraAdmin"/>',
        '<BatchRequest xmlns="urn:zimbraAdmin"/>',
    ):
        with pytest.raises(Exception, match=r"service\.UNKNOWN_DOCUMENT"):
            zimbra(command)


def test_mixed_content_drops_the_children(zimbra: Any) -> None:
    """Text beside elements makes them vanish, so the selector is missing."""
    with pytest.raises(Exception, match="missing required element: domain"):
        zimbra(DOMAIN.format("text" + SELECTOR))


def test_children_are_found_in_any_namespace(zimbra: Any) -> None:
    """Zimbra looks at local names; comments and CDATA are nothing special."""
    for inner in (
        SELECTOR.replace("by=", 'xmlns="urn:x" by='),
        SELECTOR.replace("by=", 'xmlns="" by='),
        '<!-- c --><domain by="name"><![CDATA[firma.test]]></domain>',
    ):
        assert zimbra(DOMAIN.format(inner))[0].get("name") == "firma.test"


def test_illegal_characters_vanish(zimbra: Any, sim: Any) -> None:
    """A reference to a control character is dropped, not refused."""
    id_ = sim.domain("firma.test").id
    zimbra.admin("ModifyDomain", '<a n="description">a&#1;b</a>', id=id_)

    assert sim.domain("firma.test").attrs["description"] == ["ab"]


def test_json_in_and_out(zimbra: Any) -> None:
    """Token as text or array, selector as object or array."""
    for token in (zimbra.token, [{"_content": zimbra.token}]):
        body = {
            "Header": {"context": {"_jsns": "urn:zimbra", "authToken": token}},
            "Body": {
                "GetDomainRequest": {
                    "_jsns": "urn:zimbraAdmin",
                    "attrs": "zimbraDomainName",
                    "domain": {"by": "name", "_content": "firma.test"},
                }
            },
        }
        answer = zimbra.post(json.dumps(body)).json()
        domain = answer["Body"]["GetDomainResponse"]["domain"][0]
        assert domain["a"] == [{"n": "zimbraDomainName", "_content": "firma.test"}]
        assert answer["_jsns"] == "urn:zimbraSoap"


def test_format_of_the_answer_can_be_chosen(zimbra: Any, sim: Any) -> None:
    """An XML request may ask for JSON, with numbers and truth values as such."""
    sim.add_mail("anna@firma.test", 7)
    usage = '<GetQuotaUsageRequest xmlns="urn:zimbraAdmin" domain="firma.test" limit="1"/>'
    body = zimbra.envelope(usage, zimbra.token, '<format type="js"/>')
    found = zimbra.post(body).json()["Body"]["GetQuotaUsageResponse"]

    assert (found["more"], found["searchTotal"]) == (True, 2)
    assert (found["account"][0]["used"], found["account"][0]["limit"]) == (7, 0)


def test_batch(zimbra: Any) -> None:
    """Faults stand inside a 200; stop ends after the first, unknown words act as stop."""
    bad = DOMAIN.format('<domain by="name">nix.test</domain>').replace(
        " attrs", ' requestId="b" attrs'
    )
    good = DOMAIN.format(SELECTOR)

    def kinds(onerror: str) -> list[str]:
        answer = zimbra(f'<BatchRequest xmlns="urn:zimbra"{onerror}>{bad}{good}</BatchRequest>')
        assert answer[0].get("requestId") == "b"
        return [each.tag.rpartition("}")[2] for each in answer]

    assert kinds("") == ["Fault", "GetDomainResponse"]
    assert kinds(' onerror="stop"') == ["Fault"]
    assert kinds(' onerror="explode"') == ["Fault"]


def test_log_in_inside_a_batch_opens_the_rest(zimbra: Any) -> None:
    """AuthRequest authorises the commands that follow it."""
    log_in = '<AuthRequest xmlns="urn:zimbraAdmin" name="admin@example.test" password="test123"/>'
    answer = zimbra(
        f'<BatchRequest xmlns="urn:zimbra">{log_in}{VERSION}</BatchRequest>', token=None
    )

    assert answer[1].tag.endswith("GetVersionInfoResponse")


def test_http_around_soap(zimbra: Any, running: Any) -> None:
    """GET, a foreign referer and the other port's path, as the servlets answer them."""
    ping = zimbra.envelope('<PingRequest xmlns="urn:zimbraAdmin"/>', zimbra.token)
    get = zimbra.session.get(running.admin_url, timeout=5)
    foreign = zimbra.post(ping, Referer="https://evil.test/x")
    wrong = zimbra.session.post(
        running.admin_url.replace("/admin/", "/"), data=ping.encode(), timeout=5
    )

    assert (get.status_code, foreign.status_code) == (405, 403)
    assert "text/html" in foreign.headers["Content-Type"]
    assert (wrong.status_code, "service.FAILURE" in wrong.text) == (500, True)
    assert zimbra.post(ping, "user").status_code == 500


def test_answer_headers(zimbra: Any) -> None:
    """Both SOAP versions are text/xml, and a log-in sets the administrator's cookie."""
    log_in = '<AuthRequest xmlns="urn:zimbraAdmin" name="admin@example.test" password="test123"/>'
    for soap in ("1.1", "1.2"):
        answer = zimbra.post(zimbra.envelope(log_in, None, soap=soap))
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store, no-cache"
        assert "ZM_ADMIN_AUTH_TOKEN=" in answer.headers["Set-Cookie"]


def test_links_log_in_once(zimbra: Any, sim: Any, running: Any) -> None:
    """The preauth servlet takes a token once and sends the browser on with a cookie."""
    anna = sim.account("anna@firma.test").id
    answer = zimbra.admin("DelegateAuth", f'<account by="id">{anna}</account>')
    base = running.user_url.replace("/service/soap", "")
    link = f"{base}/service/preauth?authtoken={answer.findtext('{*}authToken')}&isredirect=1"
    first = zimbra.session.get(link, timeout=5, allow_redirects=False)
    landed = zimbra.session.get(
        base + first.headers["Location"],
        timeout=5,
        headers={"Cookie": first.headers["Set-Cookie"].partition(";")[0]},
    )

    assert first.status_code == 302
    assert "logged in as anna@firma.test" in landed.text
    assert zimbra.session.get(link, timeout=5).status_code == 400
    assert zimbra.session.get(f"{base}/service/preauth?authtoken=x", timeout=5).status_code == 400
