"""What becomes of the engine's answers: in WHMCS's figures, its logs, its pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from puq_zimbra.simulator import Simulator

from ..conftest import Params
from .conftest import Start
from .door import SECRET
from .engine import Engine
from .hosting import Hosting
from .php import Module, Told, encoded

Asked = Callable[..., Told]
MODULE_LOG_KEYS = {
    "request_id", "serviceid", "userid", "pid", "serverid", "domain", "serverhostname", "serverip",
    "serverport", "suspendreason",
}  # fmt: skip


METRICS = {
    "metrics": [],
    "error": "",
    "usage": {"Firma.example": {"mailboxes": 0, "storage_gb": 1.5}},
}


def test_metrics_are_listed_without_a_server(start: Start) -> None:
    """WHMCS asks when a product is set up."""
    metrics = start().call("MetricProvider metrics", {}).value

    assert list(metrics)[:2] == ["mailboxes", "cos_1"]
    assert metrics["storage_gb"]["unit"] == "GigaBytes"
    assert metrics["aliases"] == {
        "name": "aliases",
        "shown": "Aliases",
        "type": "snapshot",
        "unit": "WholeNumber",
        "value": None,
    }


def test_a_metric_of_zero_is_kept(engine: Engine) -> None:
    """The sample's `if` drops it, and the last figure is billed for ever."""
    engine.answer = METRICS
    usage = engine.call("MetricProvider usage").value
    one = engine.call("MetricProvider tenantUsage", arguments=["firma.example "]).value

    assert {name: one["value"] for name, one in usage["Firma.example"].items()} == {
        "mailboxes": 0,
        "storage_gb": 1.5,
    }
    assert one == usage["Firma.example"]
    assert engine.call("MetricProvider tenantUsage", arguments=["b.example"]).value == []


def test_a_service_has_the_name_that_whmcs_has_for_it(engine: Engine, hosting: Hosting) -> None:
    """Under another one it would be billed to nobody, and Server Sync would terminate it."""
    typed = {1: "XN--Firma-6hc.example", 3: "xn--Firma-6hc.example", 5: "a.example", 6: "a.example"}
    for number, domain in typed.items():
        hosting.execute(f"UPDATE tblhosting SET domain = '{domain}' WHERE id = {number}")
    services = {
        "firma\u017c.example": "1",
        "jan@a.example": "5",
        "ola@a.example": "6",
        "b.example": "4",
    }
    stub = {"database": hosting.address}
    engine.answer = {
        "usage": {name: {"mailboxes": 1} for name in services},
        "services": services,
    }
    usage = engine.call("MetricProvider usage", stub=stub).value
    engine.answer = {
        "success": True,
        "accounts": [
            {"service_id": number, "uniqueIdentifier": name, "domain": name}
            for name, number in services.items()
        ],
    }
    listed = engine.call("ListAccounts", stub=stub).value["accounts"]

    assert list(usage) == [typed[1], "jan@a.example", "ola@a.example", "b.example"]
    assert [one["uniqueIdentifier"] for one in listed] == [
        typed[1], "a.example", "a.example", "b.example",
    ]  # fmt: skip
    assert {"service_id" in one for one in listed} == {False}


@pytest.mark.parametrize("answer", ["No.", {"usage": None, "error": "No."}, [], 0])
def test_metrics_that_are_not_known_are_none(engine: Engine, answer: Any) -> None:
    """Neither zeros nor an exception in WHMCS's cron."""
    engine.answer = answer

    assert engine.call("MetricProvider usage").value == []
    assert engine.call("MetricProvider tenantUsage", arguments=["x"]).value == []


ACCOUNT = {"uniqueIdentifier": "firma.example", "domain": "firma.example", "status": "Active"}


@pytest.mark.parametrize(
    ("answer", "success"),
    [
        ({"success": True, "accounts": [ACCOUNT]}, True),
        ({"success": True, "accounts": []}, True),
        ({"success": True, "accounts": [ACCOUNT, "x"]}, False),
        ({"success": True, "accounts": [ACCOUNT, {"domain": "a.example"}]}, False),
        ({"success": True, "accounts": {"a": ACCOUNT}}, False),
        ({"success": True}, False),
        ({"success": False, "error": "No."}, False),
        ("No.", False),
    ],
)
def test_a_list_is_whole_or_an_error(engine: Engine, answer: Any, success: bool) -> None:
    """Server Sync terminates what a list leaves out."""
    engine.answer = answer
    told = engine.call("ListAccounts").value

    assert told["success"] is success
    assert ("accounts" in told) is success
    assert success or told["error"]


@pytest.mark.parametrize("link", ["http://mail.example", "javascript:alert(1)", "", None, 5])
def test_a_link_that_is_none_is_not_followed(engine: Engine, link: Any) -> None:
    """WHMCS sends the browser there."""
    engine.answer = {"success": True, "redirectTo": link}
    told = engine.call("ServiceSingleSignOn").value

    assert told["success"] is False
    assert "redirectTo" not in told


def test_a_link_is_handed_on_and_not_logged(engine: Engine) -> None:
    """Its token opens the mailbox."""
    engine.answer = {"success": True, "redirectTo": "https://mail.example/?authtoken=Canary"}
    told = engine.call("ServiceSingleSignOn")

    assert told.value == {"success": True, "redirectTo": "https://mail.example/?authtoken=Canary"}
    assert "Canary" not in json.dumps(told.log)


def test_staff_read_what_is_wrong_where_customers_do_not(
    start: Start, whmcs_params: Params
) -> None:
    """In WHMCS's administration the same functions tell of the engine."""
    module = start()
    params = whmcs_params | {"serveraccesshash": f"secret={SECRET}\nengine=unix:/x.sock"}
    prepended = module.folder / "admin.php"
    prepended.write_text("<?php define('ADMINAREA', true);")
    staff = Module(module.folder, options=("-d", f"auto_prepend_file={prepended}"))
    told = staff.call("ChangePassword", params)
    staff.close()

    assert "does not answer at unix:/x.sock" in told.value
    assert "unix:" not in module.call("ChangePassword", params).value


def test_what_the_door_says_is_told(engine: Engine) -> None:
    """An engine that is older than the module says so in its own way."""
    engine.answer = {"ok": False, "code": "not_found", "message": "There is no such event."}

    assert engine.call("Repair").value == "There is no such event."


PASSWORD = "Ca&na<r> y\"1'/ż%"


@pytest.mark.parametrize("answer", ["success", f"It is {PASSWORD} {quote(PASSWORD)} (op-1)."])
def test_no_secret_is_logged(engine: Engine, answer: str) -> None:
    """Named keys alone, and in those no form of a secret that anybody might have written."""
    engine.answer = answer
    secrets = {"password": PASSWORD, "serverpassword": "Se&rver-1", "domain": PASSWORD}
    params = {key: encoded(text) for key, text in secrets.items()}
    told = engine.call(
        "ChangePassword", params=params | {"suspendreason": f"for {encoded(PASSWORD)}"}
    )
    ((name, action, request, response, _, replaced),) = told.log
    shown = json.dumps([request, response], ensure_ascii=False)

    assert (name, action) == ("puqzimbra", "ChangePassword")
    assert set(request) <= MODULE_LOG_KEYS
    assert "*****" in request["suspendreason"]
    for text in (PASSWORD, "Se&rver-1", SECRET):
        forms = {
            text, encoded(text), escape(text), quote(text, safe=""), quote_plus(text),
            json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1],
            json.dumps(text)[1:-1].replace("/", "\\/"),
        }  # fmt: skip
        assert [form for form in forms if form in shown] == []
        assert {encoded(text), quote(text, safe=""), text} <= set(replaced)


def test_what_a_customer_types_is_masked_too(engine: Engine) -> None:
    """The form's password never was in `$params`."""
    engine.answer = f"Not {PASSWORD}."
    form = {"puqz_action": "change_admin_password", "password": encoded(PASSWORD), "token": "t"}
    told = engine.call("change_admin_password", method="POST", post=form, stub={"token": "t"})

    assert told.value == f"Not {PASSWORD}."
    assert told.log[0][3] == "Not ********."


def test_a_drawn_page_is_not_logged(engine: Engine) -> None:
    """The log is for what went wrong; a customer's page is not."""
    engine.answer = {"templateVariables": {"puqFragment": "<div>"}}
    assert engine.call("ClientArea").log == []
    engine.answer = "No."
    assert engine.call("ClientArea").log[0][3] == "No."


MODEL = {
    "regdate": "2026-01-05", "amount": "49.00", "billingcycle": "Monthly",
    "nextduedate": "2026-12-05", "paymentmethod": "banktransfer",
    "client": {"currencyrel": {"code": "PLN"}, "password": "Canary"},
}  # fmt: skip


def test_the_page_is_asked_for_with_what_whmcs_knows(engine: Engine) -> None:
    """Where it lies, where its form goes, what was asked of its table, what was bought."""
    engine.answer = {"templateVariables": {"puqFragment": "<div>{$smarty.version}</div>"}}
    told = engine.call(
        "ClientArea",
        params={"model": MODEL},
        get={"puq_page": "2", "puqz_search": "Anna & \u017b", "puqz_sort": "-used"},
        script="/billing/clientarea.php",
        stub={"token": "abc", "gateways": [["paypal", "PayPal"], ["banktransfer", "Przelew"]]},
    )
    asked = engine.door.seen[0].params["_puq"]
    page = "/billing/clientarea.php?action=productdetails&id=42"

    assert told.value == {
        "tabOverviewModuleOutputTemplate": "templates/clientarea.tpl",
        "templateVariables": {"puqFragment": "<div>{$smarty.version}</div>"},
    }
    assert asked["assets_url"] == "/billing/modules/servers/puqzimbra/assets"
    assert asked["page"] == "2"
    assert asked["form"] == {
        "action": page, "id": "42", "modop": "custom", "a": "change_admin_password",
        "page_url": f"{page}&puq_page=", "search": "Anna & \u017b", "sort": "-used", "token": "abc",
    }  # fmt: skip
    assert asked["billing"] == {
        "registered": "2026-01-05", "recurring_amount": "49.00", "currency": "PLN",
        "cycle": "monthly", "next_due": "2026-12-05", "payment_method": "Przelew",
    }  # fmt: skip
    assert b"Canary" not in engine.door.seen[0].body


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ({}, {}),
        ({"regdate": "0000-00-00", "amount": "x", "client": None}, {}),
        ({"regdate": 5, "amount": 7, "nextduedate": "2026-12-05 00:00:00"},
         {"recurring_amount": "7.00", "next_due": "2026-12-05"}),
    ],
)  # fmt: skip
def test_billing_facts_that_are_not_there_are_left_out(
    engine: Engine, model: Params, expected: Params
) -> None:
    """WHMCS's objects differ from version to version; the page does not depend on them."""
    engine.call("ClientArea", params={"model": model})

    assert engine.door.seen[0].params["_puq"].get("billing", {}) == expected


@pytest.mark.parametrize(
    ("method", "token", "sent"),
    [
        ("POST", "right", True),
        ("POST", "wrong", False),
        ("POST", "", False),
        ("GET", "right", False),
    ],
)
def test_a_form_counts_if_the_customer_sent_it(
    engine: Engine, method: str, token: str, sent: bool
) -> None:
    """Not a link, and not somebody else's page."""
    form = {
        "puqz_action": "change_admin_password",
        "password": "a&amp;b",
        "password_again": "a&amp;b",
    }
    told = engine.call(
        "change_admin_password",
        method=method,
        post=form | {"token": token},
        stub={"token": "right"},
    )

    assert (told.value == "success") is sent
    assert [one.path for one in engine.door.seen] == ["/v1/hook/whmcs/ClientAction"] * sent
    if sent:
        expected = {"puqz_action": form["puqz_action"], "password": "a&b", "password_again": "a&b"}
        assert engine.door.seen[0].params["_puq"]["form"] == expected


def test_a_customer_changes_his_password(
    over_service: Module, whmcs_params: Params, simulator: Simulator
) -> None:
    """From the form to Zimbra."""
    over_service.call("CreateAccount", whmcs_params)
    password = encoded("Third & <Pass> 3")
    form = {
        "puqz_action": "change_admin_password",
        "password": password,
        "password_again": password,
    }
    stub = {"token": "t"}
    told = over_service.call(
        "change_admin_password", whmcs_params, method="POST", post=form | stub, stub=stub
    )

    assert told.value == "success"
    assert simulator.verify_password("admin@firma.example", "Third & <Pass> 3")


def test_the_engines_lines_are_not_escaped_again(engine: Engine) -> None:
    """They are HTML already; our own sentences are not."""
    engine.answer = {"Domain": "<bdi>a&amp;b</bdi>"}
    assert engine.call("AdminServicesTabFields").value == engine.answer
    engine.answer = 5
    assert engine.call("AdminServicesTabFields").value["Zimbra"].startswith("The mail engine gave")
    failed = engine.call("AdminServicesTabFields", params={"domain": ["<b>"]})
    assert failed.value == {"Zimbra": "The parameter domain is not a text."}


@pytest.mark.parametrize(
    ("changes", "admin", "webmail"),
    [
        ({"serverport": "7071"}, "https://mail.example:7071/zimbraAdmin/", "https://mail.example/"),
        ({"serverport": ""}, "https://mail.example:7071/zimbraAdmin/", "https://mail.example/"),
        ({"serveraccesshash": "admin_url=https://a.example/?b=1&c=2\r\nwebmail_url=https://w.example"},
         "https://a.example/?b=1&amp;c=2", "https://w.example"),
        ({"serverhostname": "\"><script>", "serveraccesshash": "webmail_url=javascript:x"}, "", ""),
    ],
)  # fmt: skip
def test_links_for_staff_ask_nobody(
    start: Start, changes: Params, admin: str, webmail: str
) -> None:
    """WHMCS draws them for every server of a list."""
    module = start()
    params = {"serverhostname": "mail.example", **changes}
    found = module.call("AdminLink", params).value, module.call("LoginLink", params).value

    for html, address in zip(found, (admin, webmail), strict=True):
        assert html.startswith(f'<a href="{address}"') if address else html == ""
        assert "<form" not in html


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"domain": " Firma.example"}, "admin@firma.example"),
        ({"configoption12": "biuro"}, "biuro@firma.example"),
        ({"configoption12": "biuro", "configoptions": {"Administrator": "x"}}, "x@firma.example"),
        ({"configoption1": "mailbox", "customfields": {"Mailbox": "anna"}}, "anna@firma.example"),
        ({"configoption1": "mailbox", "customfields": {"Mailbox": "a@b.example"}}, "a@b.example"),
        ({"configoption1": "mailbox", "domain": "anna@b.example"}, "anna@b.example"),
        ({"configoption1": "mailbox"}, None),
        ({"domain": ""}, None),
        ({"moduletype": "cpanel"}, None),
        ({"moduletype": None, "domain": ["x"]}, None),
    ],
)
def test_the_username_is_what_the_customer_logs_in_with(
    start: Start, changes: Params, expected: str | None
) -> None:
    """WHMCS's welcome mail shows it; for another module's product nothing is said."""
    params = {"moduletype": "puqzimbra", "domain": "firma.example", **changes}
    told = start().call("hook OverrideModuleUsernameGeneration", params)

    assert told.thrown == ""
    assert told.value == expected


def test_a_hook_that_fails_disturbs_nobody(start: Start) -> None:
    """WHMCS runs it in the midst of somebody's order."""
    told = start().call(
        "hook OverrideModuleUsernameGeneration", {"moduletype": "puqzimbra", "domain": ["x"]}
    )

    assert (told.value, told.thrown) == (None, "")
    assert len(told.activity) == 1
