"""What becomes of the engine's answers: in WHMCS's figures, its logs, its pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from lxml import html

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
    "serverport", "suspendreason", "settings", "options",
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
    form = {"puqz_action": "edit", "own_password": encoded(PASSWORD), "token": "t"}
    for answer in (f"Not {PASSWORD}.", {"ok": False, "message": f"Not {PASSWORD}."}):
        engine.answer = answer
        told = engine.call("client_action", method="POST", post=form, stub={"token": "t"})

        assert told.value == f"Not {PASSWORD}."
        assert told.log[0][3] == "Not ********."


def test_a_drawn_page_is_not_logged(engine: Engine) -> None:
    """The log is for what went wrong; a customer's page is not."""
    engine.answer = {"templateVariables": {"puqFragment": "<div>"}}
    assert engine.call("ClientArea").log == []
    engine.answer = "No."
    assert engine.call("ClientArea").log[0][3] == "No."


PROFILES = "https://crm.example/billing/modules/servers/puqzimbra/profile.php"
MODEL = {
    "regdate": "2026-01-05", "amount": "49.00", "billingcycle": "Monthly",
    "nextduedate": "2026-12-05", "paymentmethod": "banktransfer",
    "client": {"currencyrel": {"code": "PLN"}, "password": "Canary"},
}  # fmt: skip


def test_a_whole_page_has_the_billing_facts_among_its_rows(engine: Engine, start: Start) -> None:
    """It stands in the place of WHMCS's own rows, but for a page that did not come."""
    engine.module = start(page="whole")
    engine.answer = {"templateVariables": {"puqFragment": "<div>"}}
    stub = {"gateways": [["paypal", "PayPal"], ["banktransfer", "Przelew"]]}
    told = engine.call("ClientArea", params={"model": MODEL}, stub=stub)
    asked = engine.door.seen[0].params["_puq"]
    engine.answer = "No."
    away = engine.call("ClientArea").value

    assert told.value["tabOverviewReplacementTemplate"] == "templates/overview.tpl"
    assert asked["mode"] == "full"
    assert asked["billing"] == {
        "registered": "2026-01-05", "recurring_amount": "49.00", "currency": "PLN",
        "cycle": "monthly", "next_due": "2026-12-05", "payment_method": "Przelew",
    }  # fmt: skip
    assert away["tabOverviewModuleOutputTemplate"] == "templates/clientarea.tpl"


def test_the_page_is_asked_for_with_what_whmcs_knows(engine: Engine) -> None:
    """Where it lies, where its form goes, what was asked of its table, what was bought."""
    engine.answer = {"templateVariables": {"puqFragment": "<div>{$smarty.version}</div>"}}
    told = engine.call(
        "ClientArea",
        params={"model": MODEL},
        get={
            "puq_page": "mailbox",
            "puqz_id": "a1",
            "puqz_search": "Anna &amp; \u017b",
            "puqz_sort": "-used",
            "puqz_notice": "n0",
            "puqz_X": "no",
            "puqz_list": ["x"],
            "other": "no",
        },
        script="/billing/clientarea.php",
        stub={
            "token": "abc",
            "address": "https://crm.example/billing/",
            "gateways": [["paypal", "PayPal"], ["banktransfer", "Przelew"]],
        },
    )
    asked = engine.door.seen[0].params["_puq"]
    page = "/billing/clientarea.php?action=productdetails&id=42"
    own = "puq_page=mailbox&puqz_id=a1&puqz_search=Anna+%26+%C5%BB&puqz_sort=-used"

    assert told.value == {
        "tabOverviewModuleOutputTemplate": "templates/clientarea.tpl",
        "templateVariables": {"puqFragment": "<div>{$smarty.version}</div>"},
    }
    assert asked["assets_url"] == "/billing/modules/servers/puqzimbra/assets"
    assert asked["page"] == "mailbox"
    assert asked["query"] == {
        "id": "a1", "search": "Anna & \u017b", "sort": "-used", "notice": "n0", "list": "",
    }  # fmt: skip
    assert asked["form"] == {
        "action": f"{page}&{own}", "id": "42", "modop": "custom", "a": "client_action",
        "page_url": f"{page}&puq_page=", "search": "Anna & \u017b", "sort": "-used", "token": "abc",
        "sso_url": f"{page}&dosinglesignon=1", "ticket_url": "/billing/submitticket.php",
        "takes_files": "1",
        "profile_url": f"{PROFILES}?server=1&token=",
    }  # fmt: skip
    assert asked["actor"] == {"kind": "automatic"}
    # WHMCS prints the billing facts beside the page.
    assert (asked["mode"], "billing" in asked) == ("embedded", False)
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
    engine: Engine, start: Start, model: Params, expected: Params
) -> None:
    """WHMCS's objects differ from version to version; the page does not depend on them."""
    engine.module = start(page="whole")
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
        "puqz_action": "create_mailbox",
        "name": "a&amp;b",
        "rows": ["1", "2"],
        "Bad name": "x",
    }
    told = engine.call(
        "client_action",
        method=method,
        post=form | {"token": token},
        stub={"token": "right"},
    )

    assert (told.value == "success") is sent
    assert [one.path for one in engine.door.seen] == ["/v1/hook/whmcs/ClientAction"] * sent
    if sent:
        sent_on = engine.door.seen[0].params["_puq"]["form"]
        assert sent_on["a"] == "client_action"
        assert sent_on["page_url"] == "/clientarea.php?action=productdetails&id=42&puq_page="
        assert {name: sent_on[name] for name in ("puqz_action", "name", "rows")} == {
            "puqz_action": "create_mailbox", "name": "a&b", "rows": "1\n2",
        }  # fmt: skip
        assert "Bad name" not in sent_on


def test_a_customer_changes_his_password(
    over_service: Module, whmcs_params: Params, simulator: Simulator
) -> None:
    """From the form to Zimbra."""
    over_service.call("CreateAccount", whmcs_params)
    page = over_service.call("ClientArea", whmcs_params, stub={"token": "t"}).value
    fragment = page["templateVariables"]["puqFragment"]
    document: Any = html.fromstring(f"<div>{fragment}</div>")
    (form,) = [one for one in document.forms if one.method == "POST"]
    password = encoded("Third & <Pass> 3")
    typed = {**dict(form.fields), "password": password, "password_again": password}
    told = over_service.call("client_action", whmcs_params, method="POST", post=typed)

    assert told.value == "success"
    assert simulator.verify_password("admin@firma.example", "Third & <Pass> 3")


@pytest.mark.parametrize("ok", [True, False])
def test_a_page_that_comes_with_the_answer_is_drawn(engine: Engine, ok: bool) -> None:
    """What is wrong stands at its field; a password that is shown once is asked for by nobody."""
    engine.answer = {"ok": ok, "message": "Look.", "html": "<div>this once</div>", "next": "x"}
    told = engine.call("client_action", method="POST", post={"puqz_action": "create_mailbox"})
    engine.answer = {"templateVariables": {"puqFragment": "<div>as always</div>"}}
    pages = [engine.call("ClientArea").value["templateVariables"]["puqFragment"] for _ in "12"]

    assert told.value == ("success" if ok else "Look.")
    assert pages == ["<div>this once</div>", "<div>as always</div>"]
    assert [one.path.rpartition("/")[2] for one in engine.door.seen] == [
        "ClientAction",
        "ClientArea",
    ]


@pytest.mark.parametrize("answer", [{"ok": False}, {"message": 5}, [], None, 7, {"message": ""}])
def test_an_answer_of_another_kind_is_a_sentence(engine: Engine, answer: Any) -> None:
    """WHMCS shows what the function returns."""
    engine.answer = answer
    told = engine.call("client_action", method="POST", post={"puqz_action": "x"})

    assert told.value.startswith("The mail server gives no answer")


STAFF = {"adminid": 3, "uid": 7}


@pytest.mark.parametrize(
    ("function", "session", "names", "actor"),
    [
        ("ClientArea", {"uid": 7}, {}, {"kind": "customer", "id": "7", "name": "Anna & N"}),
        ("ClientArea", {"uid": 7}, {"user": "J\n"}, {"kind": "customer", "id": "7", "name": "J"}),
        ("ChangePassword", {"uid": 7}, {}, {"kind": "customer", "id": "7", "name": "Anna & N"}),
        ("ClientArea", STAFF, {"admin": "Ewa"}, {"kind": "staff", "id": "3", "name": "Ewa"}),
        ("SuspendAccount", STAFF, {}, {"kind": "staff", "id": "3"}),
        ("UnsuspendAccount", {"uid": 7}, {"user": "Jan"}, {"kind": "automatic"}),
        ("SuspendAccount", {}, {}, {"kind": "automatic"}),
        ("ClientArea", {"uid": "x", "adminid": ["3"]}, {}, {"kind": "automatic"}),
    ],
)  # fmt: skip
def test_who_acts_is_said(
    engine: Engine, function: str, session: Params, names: Params, actor: Params
) -> None:
    """Staff who look at a customer's page are not the customer; an order's payment is nobody."""
    client = {"firstname": "Anna &amp;", "lastname": "N", "userid": 7}
    engine.call(
        function,
        params={"clientsdetails": client},
        session=session,
        stub={"user": None, "admin": None, **names},
    )

    assert engine.door.seen[0].params["_puq"]["actor"] == actor
    assert engine.door.seen[0].params["userid"] == "7"


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
        ({"serverhostname": " mail.example:8443 ", "serverport": ""},
         "https://mail.example:8443/zimbraAdmin/", "https://mail.example/"),
        ({"serverhostname": "https://mail.example/", "serverport": " 8443 "},
         "https://mail.example:8443/zimbraAdmin/", "https://mail.example/"),
        ({"serverhostname": "", "serverip": "2001:db8::1"},
         "https://[2001:db8::1]:7071/zimbraAdmin/", "https://[2001:db8::1]/"),
        ({"serveraccesshash": "# webmail_url=https://old.example\n\ufeffWebmail_URL =https://w.example"},
         "https://mail.example:7071/zimbraAdmin/", "https://w.example"),
    ],
)  # fmt: skip
def test_links_for_staff_ask_nobody(
    start: Start, changes: Params, admin: str, webmail: str
) -> None:
    """WHMCS draws them for every server of a list."""
    module = start()
    params = {"serverhostname": "mail.example", **changes}
    found = module.call("AdminLink", params).value, module.call("LoginLink", params).value

    for link, address in zip(found, (admin, webmail), strict=True):
        assert link.startswith(f'<a href="{address}"') if address else link == ""
        assert "<form" not in link


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
