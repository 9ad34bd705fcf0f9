"""What hosts say of the customer's rights, and what a host of before still gets."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.engine.dispatch import Answer, dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..conftest import Hook, Params
from .conftest import HOST, Customer, as_read

NEW = "Third-Pass-3"
OLD_FORM = {"puqz_action": "change_admin_password", "password": NEW, "password_again": NEW}


@pytest.fixture
def sold(whmcs_params: Params, runtime: Runtime) -> Any:
    """Call a function of WHMCS for a service that was made."""

    def call(event: str, page: dict[str, Any], **more: Any) -> Answer:
        given = {"form": HOST, "page": "overview", **page}
        beside = {**whmcs_params["_puq"], **given}
        return dispatch("whmcs", event, {**whmcs_params, **more, "_puq": beside}, runtime)

    assert dispatch("whmcs", "CreateAccount", whmcs_params, runtime).value == "success"
    return call


def shown(answer: Answer) -> str:
    """The page that WHMCS prints."""
    return str(answer.value["templateVariables"]["puqFragment"])


@pytest.mark.parametrize(
    ("setting", "there"),
    [
        ("", False),
        ("look", False),
        ("standard", True),
        ("Full", True),
        ("look, mailboxes", True),
        ("password;dns", False),
    ],
)
def test_a_product_grants_what_its_setting_says(sold: Any, setting: str, there: bool) -> None:
    """A product of before the upgrade has none: its customers look, as they did."""
    html = shown(sold("ClientArea", {"query": {}}, configoption14=setting))

    assert ("Mailboxes" in as_read(html).nav) is there


def test_a_wrong_word_of_the_setting_is_named(sold: Any) -> None:
    """An administrator corrects what he reads, not what he must guess."""
    for event in ("CreateAccount", "ChangePackage"):
        told = sold(event, {}, configoption14="standard, mailboxs, goats").value

        assert "Self-service names mailboxs, goats" in told
        assert "catch_all" in told
    assert sold("SuspendAccount", {}, configoption14="goats").value == "success"


def test_the_setting_can_be_a_bought_option(sold: Any) -> None:
    """Providers sell it under their own word, with a text of their own after the bar."""
    bought = {"Samoobs\u0142uga|Ile klient mo\u017ce": "full|Wszystko"}
    html = shown(sold("ClientArea", {"query": {}}, configoptions=bought, configoption14="look"))

    assert "Mailboxes" in as_read(html).nav


@pytest.mark.parametrize("more", [{"userid": ""}, {"query": None}])
def test_a_module_of_before_has_the_password_form_and_no_other(
    sold: Any, simulator: Simulator, more: dict[str, Any]
) -> None:
    """Whatever its product grants: it could not carry the others."""
    query: dict[str, Any] = {} if "query" in more else {"query": {}}
    params = {"userid": more["userid"]} if "userid" in more else {}
    params["configoption14"] = "full"
    for wanted in ("overview", "mailbox_new", "mailboxes", "activity"):
        page = as_read(shown(sold("ClientArea", {**query, "page": wanted}, **params)))

        assert [form["puqz_action"] for form in page.forms()] == ["change_admin_password"]
        assert "puqz_token" not in page.forms()[0]
    told = sold("ClientAction", {**query, "form": OLD_FORM}, **params).value
    assert told == "success"
    assert simulator.verify_password("admin@firma.example", NEW)


def test_whmcs_is_told_where_to_go_on(sold: Any, simulator: Simulator) -> None:
    """The module answers the browser with a redirect, or with the page where something is wrong."""
    full = {"configoption14": "full"}
    asked = {"query": {}, "page": "mailbox_new"}
    page = as_read(shown(sold("ClientArea", asked, **full)))
    form = page.form("create_mailbox") | {"name": "anna", "limit": "1"}
    own = {"password_kind": "own", "password": "Alpha-bravo-7", "must_change": ""}
    wrong = sold("ClientAction", {"query": {}, "form": HOST | form | own | {"name": ""}}, **full)
    form |= {"puqz_token": as_read(wrong.value["html"]).form("create_mailbox")["puqz_token"]}
    done = sold("ClientAction", {"query": {}, "form": HOST | form | own}, **full)

    assert (wrong.value["ok"], wrong.value["errors"][0]["field"]) == (False, "name")
    assert (done.value["ok"], "html" in done.value) == (True, False)
    assert done.value["next"].startswith("page.php?p=mailbox&puqz_id=")
    assert simulator.account("anna@firma.example") is not None


def test_what_a_host_says_of_itself_is_no_part_of_the_form(hook: Hook) -> None:
    """An invoice that was made between the two halves of a double click makes no other form."""
    assert hook("create").code == "created"
    customer = Customer(hook, ("look",))
    form = {**customer.open().form("change_admin_password"), "password": NEW}
    first = customer.send(form, password_again=NEW)
    again = customer.send(form, password_again=NEW, pay_url="/viewinvoice.php?id=1")
    other = customer.send(form, password_again=NEW, password="Other-Pass-4")

    assert (first.code, again.code, other.code) == ("updated", "updated", "refused")


def test_who_looks_only_changes_his_own_password(hook: Hook, simulator: Simulator) -> None:
    """With the preset look, by a form with our token; what is wrong stands at its field."""
    assert hook("create").code == "created"
    customer = Customer(hook, ("look",))
    form = customer.open().form("change_admin_password")
    unlike = customer.send(form, password=NEW, password_again="x")
    again = as_read(unlike.value["html"]).form("change_admin_password")
    done = customer.send(again, password=NEW, password_again=NEW)

    assert [one["field"] for one in unlike.value["data"]["errors"]] == ["password_again"]
    assert NEW not in unlike.value["html"]
    assert done.code == "updated"
    assert simulator.verify_password("admin@firma.example", NEW)
    assert customer.send({**form, "puqz_token": "x"}, password=NEW).code == "refused"


def test_a_weak_password_is_said_at_its_field(hook: Hook, simulator: Simulator) -> None:
    """Zimbra's own policy decides."""
    assert hook("create").code == "created"
    answer = Customer(hook, ("look",)).does(
        "change_admin_password", "overview", {}, password="a", password_again="a"
    )

    assert answer.code == "invalid"
    assert [one["field"] for one in answer.value["data"]["errors"]] == ["password"]
