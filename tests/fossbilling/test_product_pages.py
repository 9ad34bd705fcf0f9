"""The customer's pages of the product type: his own alone, with all their forms."""

from __future__ import annotations

import json
import re
import tempfile
from urllib.parse import parse_qs, urlsplit

import pytest

from puq_zimbra.simulator import Simulator

from ..whmcs.php import Told
from .shop import BOTH, Call, ordered


def fragment(told: Told) -> str:
    """The page that was drawn."""
    assert told.thrown == "", told
    drawn = json.loads(told.value)
    assert drawn["template"] == "mod_servicezimbra_page"
    return str(drawn["fragment"])


def hidden(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the form of an action."""
    forms = re.findall(r"<form.*?</form>", html, re.DOTALL)
    (form,) = [one for one in forms if f'value="{action}"' in one]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return dict(fields)


@BOTH
def test_the_customers_pages_and_forms(
    shop: Call, mail_server: Simulator, line: str, domain: str
) -> None:
    """He makes a mailbox on his page; in the language that FOSSBilling shows him."""
    order = ordered(shop, domain)
    shop("activate", order=order)
    page = fragment(shop("get", client=7, order=order, get={"puq_page": "mailbox_new"}))
    keys = hidden(page, "create_mailbox")
    typed = {**keys, "name": "anna", "limit": "1", "password_kind": "own"}
    typed |= {"password": "Anna-Pass-1x"}
    wrong = fragment(shop("post", client=7, order=order, post={**typed, "name": "a b"}))
    typed |= hidden(wrong, "create_mailbox")
    done = shop("post", client=7, order=order, post=typed)

    assert "Skrzynki" in page
    assert "CSRFToken" in keys
    assert 'value="a b"' in wrong
    assert mail_server.verify_password(f"anna@{domain}", "Anna-Pass-1x")
    if line == "0.7":
        assert done.type == "exit"
        (location,) = done.value
        next_page = location.removeprefix("303 Location: ")
    else:
        assert done.value["status"] == 303
        next_page = done.value["redirect"]
    assert next_page.startswith(f"/servicezimbra/{order}?")
    assert parse_qs(urlsplit(next_page).query)["puq_page"]


def test_the_page_is_its_own_clients_alone(shop: Call, mail_server: Simulator, domain: str) -> None:
    """Not another's, nor a guest's; not while it is not active; no form without the token."""
    order = ordered(shop, domain)
    shop("activate", order=order)
    page = fragment(shop("get", client=7, order=order, get={"puq_page": "mailbox_new"}))
    typed = {**hidden(page, "create_mailbox"), "name": "anna", "limit": "1"}
    typed |= {"password_kind": "generated"}
    mail_server.reset_log()
    for client in (8, None):
        assert shop("get", client=client, order=order).thrown
        assert shop("post", client=client, order=order, post=typed).thrown
    del typed["CSRFToken"]
    forged = shop("post", client=7, order=order, post=typed, token=False)
    api = {"as": "client", "data": {"order_id": order, "password": "Other-Pass-9x"}}
    others = shop("api", **api, call="change_password", client=8)
    for state in ("canceled", "suspended", "failed_setup"):
        shop("status", order=order, status=state)
        for function in ("get", "post"):
            assert "not active" in shop(function, client=7, order=order, post=typed).thrown
        webmail = shop("get", client=7, order=order, to="/servicezimbra/:id/webmail")
        assert "not active" in webmail.thrown
        for name in ("change_password", "log_in"):
            assert "not active" in shop("api", **api, call=name, client=7).thrown

    assert forged.value == 403
    assert others.thrown == "Order not found"
    assert mail_server.log == []
    shop("status", order=order, status="active")
    assert shop("api", **api, call="change_password", client=7).value is True
    assert "authtoken" in shop("api", **api, call="log_in", client=7).value
    assert (
        "authtoken"
        in shop("get", client=7, order=order, to="/servicezimbra/:id/webmail").value["redirect"]
    )
    assert (
        shop("get", client=8, order=order, to="/servicezimbra/:id/webmail").thrown
        == "Order not found"
    )


def test_a_file_is_handed_on(shop: Call, mail_server: Simulator, domain: str) -> None:
    """Mailboxes from a file: what the browser uploads, and nothing that it only names."""
    order = ordered(shop, domain)
    shop("activate", order=order)
    page = fragment(shop("get", client=7, order=order, get={"puq_page": "import"}))
    assert 'enctype="multipart/form-data"' in page
    typed = hidden(page, "preview_import")
    with tempfile.NamedTemporaryFile(prefix="puqz-upload-") as upload:
        upload.write(b"address,password\nanna,Anna-Pass-1x\n")
        upload.flush()
        done = shop("post", client=7, order=order, post=typed, files={"file": upload.name})
        secret = shop("post", client=7, order=order, post=typed, files={"file": __file__})

    assert done.value["status"] == 303, done
    seen = parse_qs(urlsplit(done.value["redirect"]).query)
    get = {name: values[0] for name, values in seen.items()}
    assert "anna" in fragment(shop("get", client=7, order=order, get=get))
    assert "redirect" not in secret.value


def test_a_phone_gets_its_profile_once(shop: Call, domain: str) -> None:
    """It is logged in nowhere: the token of the page says all."""
    order = ordered(shop, domain)
    shop("activate", order=order)
    page = fragment(shop("get", client=7, order=order, get={"puq_page": "devices"}))
    found = re.search(r"https://shop\.example/servicezimbra/profile/1\?token=([\w-]+)", page)
    assert found is not None
    asked = {"order": 1, "to": "/servicezimbra/profile/:server"}
    for wrong in ("", "x" * 30, ["x"]):
        assert shop("get", **asked, get={"token": wrong}).value in (404, 410)
    told = shop("get", **asked, get={"token": found[1]}).value
    assert f"admin@{domain}" in told["content"]
    assert told["headers"]["Content-Type"] == "application/x-apple-aspen-config"
    assert shop("get", **asked, get={"token": found[1]}).value == 410


@pytest.mark.parametrize("server", ["2", "3"])
def test_without_an_engine_nothing_is_half_done(shop: Call, domain: str, server: str) -> None:
    """Away, or with another secret: the order is taken; each step says what is the matter."""
    away = {"id": 1, "config": {"server_id": server, "terminate": "grace"}}
    assert shop("api", **{"as": "admin", "call": "save_settings", "data": away}).value is True
    order = ordered(shop, domain)
    for event in ("activate", "suspend", "cancel", "uncancel"):
        told = shop(event, order=order)
        assert told.type == "FOSSBilling\\InformationException", event
    assert shop("status", order=order).value["status"] == "failed_setup"
    shop("status", order=order, status="active")
    page = fragment(shop("get", client=7, order=order))
    api = {"as": "client", "call": "log_in", "data": {"order_id": order}, "client": 7}
    for said in (page, shop("api", **api).thrown):
        assert "gives no answer just now" in said
        assert "nowhere.sock" not in said
        assert "secret" not in said
