"""Hooks over HTTP: what the command line says, signed, with the status of the reply's code."""

from __future__ import annotations

import copy
import json
import platform
import time
from typing import Any

import jsonschema_rs

from puq_zimbra.http.secret_file import key_of
from puq_zimbra.http.signatures import headers
from puq_zimbra.request import Request
from puq_zimbra.simulator import Simulator
from tests.conftest import Params, lay_over

from .serving import Caller


def laid_over(params: Params, **changes: Any) -> Params:
    """A call with changes."""
    given = copy.deepcopy(params)
    lay_over(given, changes)
    return given


def test_a_life(caller: Caller, params: Params, simulator: Simulator) -> None:
    """Sold, sold again, suspended, paid, looked at, terminated."""
    heard = [
        caller.call(event, params | extra)
        for event, extra in (
            ("create", {}),
            ("create", {}),
            ("suspend", {}),
            ("sso_service", {}),
            ("unsuspend", {}),
            ("sso_service", {}),
            ("client_area", {}),
            ("change_password", {"new_password": "Second-Pass-2"}),
            ("usage", {}),
            ("terminate", {}),
            ("terminate", {}),
            ("suspend", {}),
        )
    ]

    assert [(one.value["code"], one.status) for one in heard] == [
        ("created", 201),
        ("already_exists", 200),
        ("updated", 200),
        ("refused", 409),
        ("updated", 200),
        ("unchanged", 200),
        ("unchanged", 200),
        ("updated", 200),
        ("unchanged", 200),
        ("updated", 200),
        ("already_gone", 200),
        ("not_found", 404),
    ]
    assert simulator.domain("firma.example") is None


def test_the_host_whmcs_hears_its_own_words(caller: Caller) -> None:
    """The body is what the function returns."""
    heard = caller.call("MetaData", [], host="whmcs")
    assert (heard.status, heard.value["DisplayName"]) == (200, "PUQ Zimbra")

    heard = caller.call("CreateAccount", {}, host="whmcs")
    assert heard.status == 400
    assert isinstance(heard.value, str)


def test_a_body_that_is_no_object_is_refused(caller: Caller, secret: str) -> None:
    """What is signed may still be nonsense."""
    for number, body in enumerate((b"", b"{", b"[1]", b'{"a": 1, "a": 2}', b"\xff", b"null")):
        signature = headers([key_of(secret)], f"msg_{number}", int(time.time()), body)
        heard = caller.send("/v1/hook/plain/create", body, signature)
        assert (heard.status, heard.value["code"]) == (400, "invalid"), body


def test_what_is_no_text_comes_back_signed(caller: Caller) -> None:
    """JSON can name half a surrogate pair, UTF-8 cannot: the answer holds a question mark."""
    heard = caller.call("describe", {"form": {"x\ud800": "\udfff!"}})
    assert (heard.status, heard.value["data"]["form"]) == (200, {"x?": "?!"})


def test_an_unknown_event_or_host_is_not_found(caller: Caller) -> None:
    """An event is named, signed; a host is no address at all."""
    heard = caller.call("explode", {})
    assert (heard.status, heard.value["code"]) == (404, "not_found")
    assert caller.send("/v1/hook/nobody/create", b"{}", {}).status == 404


def test_a_call_for_another_event_is_refused(
    caller: Caller, params: Params, simulator: Simulator
) -> None:
    """The address is not signed: the body says what the call is for."""
    heard = caller.call("terminate", params | {"event": "suspend"})
    assert (heard.status, heard.value["code"]) == (400, "invalid")
    heard = caller.call("SuspendAccount", {"_puq": {"event": "Renew"}}, host="whmcs")
    assert heard.status == 400
    assert simulator.log == []


def test_the_id_is_the_request_id(caller: Caller, params: Params) -> None:
    """One request has one id."""
    heard = caller.call("create", params | {"request_id": "other"}, identity="msg_mine")
    assert (heard.status, heard.value["code"]) == (400, "invalid")


def test_whether_it_lives_and_is_ready(caller: Caller) -> None:
    """For a supervisor and a load balancer."""
    assert caller.get("/healthz").value == {"ok": True}
    assert caller.get("/readyz").value == {"ok": True}


def test_the_figures_for_prometheus(caller: Caller, params: Params) -> None:
    """Hooks, requests to Zimbra, open operations, age of the figures, log-ins."""
    caller.call("create", params)
    caller.call("usage", params)
    caller.send("/v1/hook/plain/create", b"{}", {})
    text = caller.get("/metrics").body.decode()
    lines = dict(
        line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#")
    )

    assert lines['puq_zimbra_hooks_total{code="created",event="create",host="plain"}'] == "1.0"
    assert lines['puq_zimbra_requests_turned_away_total{reason="401"}'] == "1.0"
    assert (
        lines['puq_zimbra_soap_requests_total{outcome="answered",request="CreateDomain"}'] == "1.0"
    )
    assert lines['puq_zimbra_operations{state="open"}'] == "0.0"
    assert lines["puq_zimbra_store_up"] == "1.0"
    assert float(lines['puq_zimbra_usage_age_seconds{server="mail1"}']) < 60
    assert lines['puq_zimbra_login_shut{server="mail1"}'] == "0.0"
    assert lines['puq_zimbra_server_up{server="mail1"}'] == "1.0"
    assert float(lines['puq_zimbra_server_certificate_end_seconds{server="mail1"}']) > time.time()
    assert lines['puq_zimbra_operations{state="held"}'] == "0.0"
    assert lines["puq_zimbra_operation_oldest_seconds"] == "0.0"
    assert lines["puq_zimbra_store_writable"] == "1.0"
    assert float(lines["puq_zimbra_store_free_bytes"]) > 0
    assert f'puq_zimbra_build_info{{python="{platform.python_version()}",version=' in text
    assert "test123" not in text


def test_the_openapi_document_names_every_event(caller: Caller) -> None:
    """For whoever writes another host's side."""
    paths = caller.get("/openapi.json").value["paths"]
    operation = paths["/v1/hook/plain/{event}"]["post"]
    events = next(one for one in operation["parameters"] if one["in"] == "path")["schema"]["enum"]

    assert {"create", "sso_service"} <= set(events)
    assert "503" in operation["responses"]
    assert json.dumps(operation["requestBody"])
    assert {"client_page", "client_action"} <= set(events)


def test_the_pages_as_json_are_as_the_document_says(caller: Caller, params: Params) -> None:
    """Its schemas hold for what is answered, and its examples are requests."""
    document = caller.get("/openapi.json").value
    schemas = document["components"]["schemas"]
    content = document["paths"]["/v1/hook/plain/{event}"]["post"]["requestBody"]["content"]
    assert caller.call("create", params).status == 201
    plan = {**params["service"]["plan"], "self_service": ["full"]}
    service = {**params["service"], "customer_id": "7", "plan": plan}
    asked = {**params, "service": service, "page": "mailbox_new", "query": {}}
    page = caller.call("client_page", asked).value["data"]
    (form,) = page["forms"]
    typed = {**form["keys"], "name": "anna", "limit": "1", "password_kind": "generated"}
    done = caller.call("client_action", {**asked, "form": typed}).value["data"]

    jsonschema_rs.validate(schemas["PageData"], page)
    jsonschema_rs.validate(schemas["FormData"], done)
    assert done["page"] == "mailbox"
    for example in content["application/json"]["examples"].values():
        Request.model_validate_json(json.dumps(example["value"]))
