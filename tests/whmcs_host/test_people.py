"""What clients' browsers and admins do with a service beside its life."""

from __future__ import annotations

import plistlib
import threading
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from lxml import html

from puq_zimbra.simulator import Simulator, TlsFiles
from tests.processes import wait_for

from .faults import PATIENCE, after_the_next
from .host import Client, told
from .life import (
    ADMIN,
    CLIENT,
    FIRST_PASSWORD,
    HELD,
    MB,
    MEASURED,
    NEW_PASSWORD,
    OVERDUE,
    SERVER,
    SERVICE,
    SMALL,
    Life,
    made,
)
from .secrecy import found_in


@pytest.fixture
def bought(life: Life) -> Life:
    """A service that was paid for."""
    assert life.take("create") == "success"
    return life


def fields_of(page: str, action: str) -> dict[str, str]:
    """The fields of a form that our fragment brings."""
    document: Any = html.fromstring(page)
    (form,) = (one for one in document.forms if one.fields.get("puqz_action") == action)
    assert form.action.startswith("/clientarea.php?action=productdetails")
    return {name: value or "" for name, value in form.fields.items()}


def test_the_form_of_the_page_changes_the_password(bought: Life) -> None:
    """It carries all that the host asks of a form, and any password as it was typed."""
    page = bought.client.get(SERVICE).text
    new = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    after = bought.client.follow(bought.client.send(page, "change_admin_password", **new))

    assert 'role="status"' in after
    assert bought.simulator.verify_password(ADMIN, NEW_PASSWORD)
    assert found_in(bought) == []
    # The host knows it, too: told to set what it knows, it sets the same.
    assert bought.host.do("core", function="ChangePassword", service=SERVICE) == "success"
    assert bought.simulator.verify_password(ADMIN, NEW_PASSWORD)


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_nobody_else_sends_the_form(bought: Life) -> None:
    """A link, or a page of somebody else's, that a client is made to open changes nothing."""
    page = bought.client.get(SERVICE).text
    form = fields_of(page, "change_admin_password")
    form |= {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    by_link = bought.client.get(SERVICE, **form)
    forged = bought.client.send(page, "change_admin_password", **form | {"token": "0" * 40})
    ours_forged = bought.client.send(page, "change_admin_password", **form | {"puqz_token": "x"})

    assert " " in told(by_link)
    assert forged.status_code == 403
    assert "(op-" in told(ours_forged)
    assert bought.simulator.verify_password(ADMIN, FIRST_PASSWORD)


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_two_unlike_passwords_are_a_sentence(bought: Life) -> None:
    """In the client's language, at the field; nothing of what was typed comes back."""
    page = bought.client.get(SERVICE).text
    answer = bought.client.send(
        page, "change_admin_password", password="One-1-One", password_again="Two-2-Two"
    )
    document: Any = html.fromstring(answer.text)
    wrong = document.xpath('//p[@class="puqz-error"]')

    assert ["hasła" in one.text_content() for one in wrong] == [True]
    assert "One-1-One" not in answer.text
    assert bought.simulator.verify_password(ADMIN, FIRST_PASSWORD)


@pytest.fixture
def full(bought: Life) -> Life:
    """Its product grants all that a customer can do."""
    assert bought.take("upgrade") == "success"
    return bought


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_a_client_runs_his_mail(full: Life) -> None:
    """Every form by one function of the module: wrong, then right, shown once, then changed."""
    client, new = full.client, {"name": "anna", "limit": "1", "must_change": None}
    page = client.get(SERVICE, puq_page="mailbox_new").text
    wrong = client.send(page, "create_mailbox", **{**new, "limit": "many"}).text
    once = client.send(wrong, "create_mailbox", **new)
    shown: Any = html.fromstring(once.text)
    password = shown.xpath('string(//*[contains(@class, "puqz-copy")]//bdi)')
    made = full.simulator.account("anna@firma.example")

    assert html.fromstring(wrong).xpath("//input[@aria-invalid]/@name") == ["limit"]
    assert told(once) == "success"
    assert full.simulator.verify_password("anna@firma.example", password)
    page = client.get(SERVICE, puq_page="mailbox", puqz_id=made.id).text
    answer = client.send(page, "edit_mailbox", name="anna.n", display_name="Anna & <N>")
    after = client.follow(answer)
    assert "anna.n@" in after
    assert 'role="status"' in after
    assert full.simulator.account("anna.n@firma.example").first("displayName") == "Anna & <N>"


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_a_mailbox_opens_in_the_webmail(full: Life) -> None:
    """The one link that leaves the host: over TLS, and made for this click."""
    client = full.client
    page = client.get(SERVICE, puq_page="mailbox_new").text
    client.send(page, "create_mailbox", name="anna", limit="1", must_change=None)
    made = full.simulator.account("anna@firma.example")
    page = client.get(SERVICE, puq_page="mailbox", puqz_id=made.id).text
    links = [client.send(page, "open_mailbox").headers.get("Location", "") for _ in "12"]

    assert all(link.startswith("https://") for link in links)
    assert links[0] != links[1]


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_a_form_that_is_refused_shows_its_page_again(full: Life) -> None:
    """Not the first page: the client goes on where he was."""
    page = full.client.get(SERVICE, puq_page="mailbox_new").text
    answer = full.client.send(page, "create_mailbox", name="anna", puqz_token="old")

    assert " " in told(answer)
    assert fields_of(answer.text, "create_mailbox")["puqz_token"] != "old"


def test_a_phone_fetches_its_profile_without_a_log_in(full: Life) -> None:
    """The address behind the code on the page, whichever way the engine is reached; once."""
    page: Any = html.fromstring(full.client.get(SERVICE, puq_page="devices").text)
    (address,) = page.xpath("//a[contains(@href, '/profile.php?')]/@href")
    site = "https://crm.example"
    phone = [
        requests.get(address.replace(site, full.client.address), timeout=PATIENCE) for _ in "12"
    ]

    assert address.startswith(f"{site}/modules/servers/puqzimbra/profile.php?server={SERVER}&")
    assert page.xpath("//figure//*[local-name()='svg']")
    assert [one.status_code for one in phone] == [200, 410], phone[0].text
    assert phone[0].headers["Content-Type"] == "application/x-apple-aspen-config"
    assert plistlib.loads(phone[0].content)["PayloadContent"][0]["EmailAddress"] == ADMIN


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_staff_on_a_clients_page_are_staff(full: Life) -> None:
    """What they do there stands under the provider's name."""
    full.client.masquerade(admin=5)
    page = full.client.get(SERVICE, puq_page="mailbox_new").text
    full.client.send(page, "create_mailbox", name="ola", limit="1")
    full.client.masquerade(admin=0)
    page = full.client.get(SERVICE, puq_page="mailbox_new").text
    full.client.send(page, "create_mailbox", name="jan", limit="1")
    activity: Any = html.fromstring(full.client.get(SERVICE, puq_page="activity").text)
    newest = [one.xpath("string(td[2])") for one in activity.xpath("//tbody/tr")[:2]]

    # The reader himself and the provider, in the words of either state of the catalogue.
    assert newest[0] in ("Ty", "You")
    assert newest[1] in ("Dostawca", "Provider")


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_an_unpaid_service_leads_to_its_invoice(bought: Life) -> None:
    """The page says what to do, and the host has the page for it."""
    bought.host.do("cron", today=OVERDUE)
    page = html.fromstring(bought.client.get(SERVICE).text)
    links = page.xpath('//*[contains(@class, "puqz-status")]//a/@href')
    unpaid = [one for one in bought.host.rows("tblinvoices") if one["status"] == "Unpaid"]

    assert links == [f"/viewinvoice.php?id={unpaid[0]['id']}", "/submitticket.php"]


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_the_page_finds_its_style_sheet(bought: Life) -> None:
    """As the host's web server has them."""
    page = html.fromstring(bought.client.get(SERVICE).text)
    sheets = [each.get("href", "") for each in page.iterfind('.//link[@rel="stylesheet"]')]
    answers = [
        bought.client.session.get(urljoin(bought.client.address, each), timeout=10)
        for each in sheets
    ]

    assert [(each.status_code, ".puqz" in each.text) for each in answers] == [(200, True)]


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_the_server_side_files_stay_inside(bought: Life) -> None:
    """What the module's folder must not give to a browser, whatever the web server lets out."""
    folder = f"{bought.client.address}/modules/servers/puqzimbra"
    for name in (
        "config.php",
        "puqzimbra.php",
        "hooks.php",
        "lib/Answers.php",
        "bridge/Settings.php",
    ):
        assert requests.get(f"{folder}/{name}", timeout=10).status_code == 404


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_what_an_admin_sees(bought: Life, running: Any) -> None:
    """The server's page, the product's settings, the service's page."""
    host = bought.host
    options = host.do("options", module="puqzimbra", server=SERVER)
    fields = host.do("fields", service=SERVICE)

    assert host.do("test", server=SERVER) == {"success": True, "error": ""}
    assert host.do("admin-sso", server=SERVER)["redirectTo"].startswith("https://127.0.0.1:")
    assert {"", "business", "starter"} < set(options["Class of service"]["Loaded"])
    assert any("firma.example" in field for field in fields.values())
    assert host.do("button", service=SERVICE, function="Check") == "success"


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_what_differs_is_said_and_mended(bought: Life) -> None:
    """Somebody took the limit away in Zimbra's own panel."""
    bought.simulator.domain("firma.example").attrs["zimbraDomainMaxAccounts"] = ["500"]
    said = bought.host.do("button", service=SERVICE, function="Check")
    mended = bought.host.do("button", service=SERVICE, function="Repair")

    assert "firma.example" in said
    assert mended == "success"
    bought.check("create")


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_what_is_billed_by_use(bought: Life) -> None:
    """The tenant is the domain as it was typed; a product's page needs no server."""
    bought.simulator.add_mail(ADMIN, 3 * MB)
    tenants = bought.host.do("metrics", server=SERVER)
    known = bought.host.do("product-metrics", module="puqzimbra")

    assert list(tenants) == ["Firma.Example"]
    assert tenants["Firma.Example"]["mailboxes"] == 1
    assert tenants["Firma.Example"]["aliases"] == 0
    assert set(tenants["Firma.Example"]) == set(known)
    assert known["storage_gb"] == "GigaBytes"


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_server_sync_finds_every_service_or_none(bought: Life, simulator: Simulator) -> None:
    """Half a list would end in half of the services being terminated."""
    listed = bought.host.do("accounts", server=SERVER)
    simulator.http_next("SearchDirectoryRequest", 503, times=20)
    cut = bought.host.do("accounts", server=SERVER)

    assert [(one["uniqueIdentifier"], one["status"]) for one in listed["accounts"]] == [
        ("Firma.Example", "Active")
    ]
    assert cut["success"] is False
    assert "accounts" not in cut


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_what_is_not_ours_stays_refused(life: Life, simulator: Simulator) -> None:
    """A domain that somebody made by hand is not taken over, however often an admin retries."""
    simulator.create_domain("firma.example")
    said = life.take("create")
    again = life.again("create")

    assert "firma.example" in said
    assert " " in again
    assert life.host.service(SERVICE)["domainstatus"] == "Pending"
    assert simulator.domain("firma.example").attrs.get("zimbraForeignName") is None


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_figures_go_to_their_own_service(bought: Life) -> None:
    """An old service of the same domain and a foreign one on the server keep theirs."""
    before = {row["id"]: row for row in bought.host.rows("tblhosting")}
    bought.simulator.add_mail(ADMIN, HELD)
    assert bought.take("usage") == "success"
    after = {row["id"]: row for row in bought.host.rows("tblhosting")}

    assert [number for number in after if after[number] != before[number]] == [SERVICE]


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_unread_figures_are_not_written(bought: Life, simulator: Simulator) -> None:
    """A zero with a day is believed; no figure is not."""
    before = bought.host.service(SERVICE)
    simulator.http_next("*", 503, times=100)
    bought.host.do("cron", today=MEASURED)
    simulator.chaos.clear()
    said = bought.host.rows("tblactivitylog")[-1]["description"]

    assert bought.host.service(SERVICE) == before
    assert before["lastupdate"] is None
    assert "usage of server 3 was not updated" in said


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_a_downgrade_below_use_waits_in_the_queue(bought: Life) -> None:
    """The reason has numbers, and the service keeps what it had."""
    assert bought.take("upgrade") == "success"
    bought.simulator.seed_accounts("firma.example", 9)
    said = bought.host.do("upgrade", service=SERVICE, product=SMALL)

    assert "10" in said
    assert "5" in said
    assert bought.simulator.domain("firma.example").first("zimbraDomainMaxAccounts") == "25"
    assert [one["module_action"] for one in bought.host.queue()] == ["ChangePackage"]


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_two_clicks_at_once(life: Life, tls: TlsFiles) -> None:
    """An impatient admin and the cron make one domain."""
    answers: list[str] = []
    click = lambda: answers.append(  # noqa: E731
        life.host.do("core", function="CreateAccount", service=SERVICE)
    )
    clicks = [threading.Thread(target=click) for _ in range(3)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join(60)
    clients = Client(life.client.address, CLIENT + 1, tls.ca_file)
    stranger = clients.get(SERVICE)
    clients.session.close()

    assert "success" in answers
    assert len(answers) == 3
    assert life.simulator.domain("firma.example") is not None
    assert sum(call.ok for call in life.simulator.calls("CreateDomainRequest")) == 1
    assert sum(call.ok for call in life.simulator.calls("CreateAccountRequest")) == 1
    assert stranger.status_code == 404


def test_a_host_that_dies_can_be_told_again(life: Life) -> None:
    """PHP's own limits end a request in the middle; nothing is queued, so the admin clicks."""
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        go_on.wait(PATIENCE)

    with after_the_next(life.simulator, "CreateDomain", hold):
        click = life.host.start("core", function="CreateAccount", service=SERVICE)
        wait_for(held.is_set)
        click.kill()
        click.communicate()
        go_on.set()
    again = life.host.do("core", function="CreateAccount", service=SERVICE)

    assert again == "success"
    life.check("create")
    assert set(made(life.simulator).values()) == {1}
