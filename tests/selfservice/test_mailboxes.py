"""What the customer does with his mailboxes: each action's effect is read back from Zimbra."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from .conftest import Customer, Page

GB = 2**30
ADDRESS = "anna@firma.example"


@pytest.fixture
def anna(customer: Customer, simulator: Simulator) -> str:
    """The id of a mailbox of the customer's."""
    made = simulator.create_account(ADDRESS, "Old-password-1", displayName="Anna")
    return str(made.id)


def attr(simulator: Simulator, name: str, address: str = ADDRESS) -> list[str]:
    """The values of an attribute of a mailbox."""
    found = simulator.account(address)
    assert found is not None
    return list(found.attrs.get(name, []))


def rows(page: Page) -> list[str]:
    """The addresses of the list, in its order."""
    found = page.tree.xpath("//table[contains(@class, 'puqz-boxes')]/tbody/tr/th//bdi[1]")
    return ["".join(one.text_content().split()) for one in found if "@" in one.text_content()]


def act(customer: Customer, action: str, identity: str, **typed: str) -> Any:
    """Send a form of the mailbox's page."""
    return customer.does(action, "mailbox", {"id": identity}, **typed)


def test_edit(customer: Customer, simulator: Simulator, anna: str) -> None:
    """Address, name, limit and whether it is listed; the page shows them."""
    answer = act(
        customer, "edit_mailbox", anna, name="ania", display_name="Ania N.", limit="1,5",
        hidden="on",
    )  # fmt: skip
    new = "ania@firma.example"

    assert answer.code == "updated"
    assert simulator.account(ADDRESS) is None
    assert attr(simulator, "displayName", new) == ["Ania N."]
    assert attr(simulator, "zimbraMailQuota", new) == [str(GB * 3 // 2)]
    assert attr(simulator, "zimbraHideInGal", new) == ["TRUE"]
    assert "1.5 GB" in customer.open("mailbox", id=anna).text
    assert act(customer, "edit_mailbox", anna).code == "unchanged"


def test_lock_and_unlock(customer: Customer, simulator: Simulator, anna: str) -> None:
    """Locking ends the sessions, too."""
    before = attr(simulator, "zimbraAuthTokenValidityValue")
    assert act(customer, "lock_mailbox", anna).code == "updated"
    assert attr(simulator, "zimbraAccountStatus") == ["locked"]
    assert attr(simulator, "zimbraAuthTokenValidityValue") != before
    assert "Locked" in customer.open("mailboxes").text
    assert act(customer, "unlock_mailbox", anna).code == "updated"
    assert attr(simulator, "zimbraAccountStatus") == ["active"]


def test_the_administrator_cannot_shut_himself_out(
    customer: Customer, simulator: Simulator
) -> None:
    """Neither by the lock nor by the bin: there are no such forms."""
    admin = simulator.account("admin@firma.example")
    assert admin is not None
    page = customer.open("mailbox", id=admin.id)

    sent = {form["puqz_action"] for form in page.forms()}
    assert "sign_out_mailbox" in sent
    assert not {"lock_mailbox", "bin_mailbox"} & sent


def test_sign_out_everywhere(customer: Customer, simulator: Simulator, anna: str) -> None:
    """The password stays."""
    before = attr(simulator, "zimbraAuthTokenValidityValue")
    assert act(customer, "sign_out_mailbox", anna).code == "updated"
    assert attr(simulator, "zimbraAuthTokenValidityValue") != before
    assert simulator.verify_password(ADDRESS, "Old-password-1")


def test_an_own_password(customer: Customer, simulator: Simulator, anna: str) -> None:
    """Under the rules that Zimbra has now."""
    weak = act(customer, "set_mailbox_password", anna, password_kind="own", password="abc")
    page = customer.page_of(weak)
    done = act(
        customer, "set_mailbox_password", anna, password_kind="own", password="Alpha-bravo-7",
        must_change="",
    )  # fmt: skip

    assert (weak.code, [one["field"] for one in weak.value["data"]["errors"]]) == (
        "invalid",
        ["password"],
    )
    assert "at least 6 characters" in page.text
    assert done.code == "updated"
    assert simulator.verify_password(ADDRESS, "Alpha-bravo-7")
    assert attr(simulator, "zimbraPasswordMustChange") in ([], ["FALSE"])


def test_a_generated_password(customer: Customer, simulator: Simulator, anna: str) -> None:
    """It is shown once, right after the change."""
    answer = act(customer, "set_mailbox_password", anna, password_kind="generated")
    password = answer.value["data"]["password"]
    after = customer.open("mailbox", id=anna, notice=answer.value["data"]["notice"])

    assert simulator.verify_password(ADDRESS, password)
    assert password in answer.value["html"]
    assert password not in after.answer["html"]
    assert attr(simulator, "zimbraPasswordMustChange") == ["TRUE"]
    assert act(customer, "set_mailbox_password", anna, password_kind="generated").code == "updated"
    assert attr(simulator, "zimbraPasswordMustChange") == ["TRUE"]


def test_aliases(customer: Customer, simulator: Simulator, anna: str) -> None:
    """Added and taken away."""
    assert act(customer, "add_alias", anna, name="Biuro").code == "updated"
    assert attr(simulator, "zimbraMailAlias") == ["biuro@firma.example"]
    assert "biuro@firma.example" in customer.open("mailbox", id=anna).text
    assert act(customer, "remove_alias", anna).code == "updated"
    assert attr(simulator, "zimbraMailAlias") == []


@pytest.mark.parametrize("taken", ["admin", "team", "jan"])
def test_a_taken_alias_is_refused(
    customer: Customer, simulator: Simulator, anna: str, taken: str
) -> None:
    """By a mailbox, a list or an alias; nothing is left behind that blocks the domain."""
    simulator.create_list("team@firma.example")
    act(customer, "add_alias", anna, name="jan")
    other = simulator.create_account("ewa@firma.example")
    answer = act(customer, "add_alias", other.id, name=taken)

    assert (answer.code, answer.value["data"]["errors"][0]["field"]) == ("invalid", "name")
    assert attr(simulator, "zimbraMailAlias", "ewa@firma.example") == []


def test_forwarding(customer: Customer, simulator: Simulator, anna: str) -> None:
    """With or without a copy; without addresses a copy always stays."""
    to = "jan@outside.example\newa@firma.example"
    assert act(customer, "set_forwarding", anna, to=to, keep_copy="").code == "updated"
    kept = attr(simulator, "zimbraPrefMailForwardingAddress")
    assert kept == ["jan@outside.example, ewa@firma.example"]
    assert attr(simulator, "zimbraPrefMailLocalDeliveryDisabled") == ["TRUE"]
    assert act(customer, "set_forwarding", anna, to="", keep_copy="").code == "updated"
    assert attr(simulator, "zimbraPrefMailForwardingAddress") == []
    assert attr(simulator, "zimbraPrefMailLocalDeliveryDisabled") in ([], ["FALSE"])


def test_forwarding_that_would_lose_mail_is_refused(
    customer: Customer, simulator: Simulator, anna: str
) -> None:
    """To itself, in a circle, and outside where the product forbids it."""
    jan = simulator.create_account("jan@firma.example")
    jan.attrs["zimbraPrefMailForwardingAddress"] = [ADDRESS]
    customer.capabilities = ("standard",)
    sent = (ADDRESS, ADDRESS.upper(), "jan@firma.example", "jan@outside.example", "jan")
    told = [act(customer, "set_forwarding", anna, to=one, keep_copy="on").code for one in sent]

    assert told == ["invalid"] * len(sent)
    assert attr(simulator, "zimbraPrefMailForwardingAddress") == []


def test_out_of_office(customer: Customer, simulator: Simulator, anna: str) -> None:
    """Days are those of the customer's time zone; the page shows what senders get."""
    answer = act(
        customer, "set_out_of_office", anna, on="on", first_day="2026-12-21",
        last_day="2027-01-03", text="Wracam.\r\nAnna", outside_text="Back soon.",
    )  # fmt: skip
    page = customer.open("mailbox", id=anna)

    assert answer.code == "updated"
    assert attr(simulator, "zimbraPrefOutOfOfficeReplyEnabled") == ["TRUE"]
    assert attr(simulator, "zimbraPrefOutOfOfficeFromDate") == ["20261221000000Z"]
    assert attr(simulator, "zimbraPrefOutOfOfficeUntilDate") == ["20270103235959Z"]
    assert attr(simulator, "zimbraPrefOutOfOfficeExternalReply") == ["Back soon."]
    assert "Wracam. Anna" in page.text
    assert act(customer, "set_out_of_office", anna, on="").code == "updated"
    assert attr(simulator, "zimbraPrefOutOfOfficeReplyEnabled") == ["FALSE"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x", "first_day": "2026-12-21", "last_day": "2026-12-20"}, "last_day"),
        ({"text": "x" * 8193}, "text"),
        ({"text": "x", "first_day": "21.12.2026"}, "first_day"),
    ],
)
def test_a_reply_that_makes_no_sense_is_refused(
    customer: Customer, simulator: Simulator, anna: str, typed: dict[str, str], field: str
) -> None:
    """Zimbra would take most of them."""
    answer = act(customer, "set_out_of_office", anna, on="on", **typed)

    assert [one["field"] for one in answer.value["data"]["errors"]] == [field]
    assert attr(simulator, "zimbraPrefOutOfOfficeReplyEnabled") in ([], ["FALSE"])


# -- limits ----------------------------------------------------------------------------------------


def test_the_last_seat(hook: Hook, simulator: Simulator) -> None:
    """The number of the plan is said, those in the bin count, and there is no form any more."""
    assert hook("create", service={"plan": {"mailboxes": 2}}).code == "created"
    customer = Customer(hook, service={"plan": {"mailboxes": 2}})
    form = customer.open("mailbox_new").form("create_mailbox")
    late = customer.open("mailbox_new").form("create_mailbox")
    made = customer.send(form, name="anna", limit="1")
    identity = made.value["data"]["query"]["id"]
    customer.does("bin_mailbox", "mailbox_delete", {"id": identity})
    answer = customer.send(late, name="jan", limit="1")

    assert answer.code == "refused"
    assert "2 mailboxes" in answer.value["message"]
    assert "2 are there" in answer.value["message"]
    assert simulator.account("jan@firma.example") is None
    page = customer.open("mailboxes")
    assert "allows 2 mailboxes, and all are taken" in page.text
    assert "create_mailbox" not in customer.open("mailbox_new").answer["html"]


def test_what_is_left_to_give_out(hook: Hook, simulator: Simulator) -> None:
    """The whole less all limits; more is refused with the numbers."""
    plan = {"domain_quota": 7 * GB, "mailbox_quota": 5 * GB}
    assert hook("create", service={"plan": plan}).code == "created"
    customer = Customer(hook, service={"plan": plan})
    hook("usage", service={"plan": plan})
    page = customer.open("mailbox_new")
    answer = customer.send(page.form("create_mailbox"), name="anna", limit="3")
    above = customer.send(customer.open("mailbox_new").form("create_mailbox"), name="a", limit="6")

    assert "At most 2 GB" in page.text
    assert "3 GB is too large: 2 GB are left" in answer.value["data"]["errors"][0]["message"]
    assert "at most 5 GB" in above.value["data"]["errors"][0]["message"]
    assert simulator.account(ADDRESS) is None


def test_aliases_of_the_plan(hook: Hook, simulator: Simulator) -> None:
    """Zimbra counts none, so we do."""
    assert hook("create", service={"plan": {"aliases": 1}}).code == "created"
    customer = Customer(hook, service={"plan": {"aliases": 1}})
    box = simulator.create_account(ADDRESS)
    told = [act(customer, "add_alias", box.id, name=name) for name in ("one", "two")]

    assert [one.code for one in told] == ["updated", "refused"]
    assert "allows 1 aliases and 1 are there" in told[1].value["message"]
    assert attr(simulator, "zimbraMailAlias") == ["one@firma.example"]


def test_plans_of_mailboxes(customer: Customer, simulator: Simulator) -> None:
    """Where the domain has two classes or more, each with its number."""
    domain = simulator.domain("firma.example")
    assert domain is not None
    coses = simulator.state.directory.coses
    business, starter = coses["business"].id, coses["starter"].id
    domain.attrs["zimbraDomainCOSMaxAccounts"] = [f"{business}:9", f"{starter}:1"]
    page = customer.open("mailbox_new")
    made = customer.send(page.form("create_mailbox"), name="anna", limit="1", tier=starter)
    full = customer.does("create_mailbox", "mailbox_new", {}, name="jan", limit="1", tier=starter)
    other = customer.does("create_mailbox", "mailbox_new", {}, name="jan", limit="1", tier="x")
    anna = made.value["data"]["query"]["id"]
    moved = act(customer, "edit_mailbox", anna, tier=business)

    assert "Free: 8 of 9." in page.text
    assert "Free: 1 of 1." in page.text
    assert full.value["data"]["errors"][0] == {
        "field": "tier",
        "message": "All 1 mailboxes of the plan starter are taken.",
    }
    assert other.code == "invalid"
    assert simulator.account("jan@firma.example") is None
    assert (moved.code, attr(simulator, "zimbraCOSId")) == ("updated", [business])


# -- the list --------------------------------------------------------------------------------------


@pytest.fixture
def many(customer: Customer, simulator: Simulator, hook: Hook) -> Customer:
    """A customer with 123 mailboxes, of which the last reading knows."""
    domain = simulator.domain("firma.example")
    assert domain is not None
    domain.attrs["zimbraDomainMaxAccounts"] = ["500"]
    simulator.seed_accounts("firma.example", 122, quota=GB, used=lambda one: (one % 61) * 2**20)
    for number, status in ((3, "locked"), (5, "maintenance")):
        box = simulator.account(f"user{number}@firma.example")
        assert box is not None
        box.attrs["zimbraAccountStatus"] = [status]
        box.attrs["displayName"] = ["Zofia Żuk"]
        box.attrs["zimbraLastLogonTimestamp"] = ["20261101080000Z"]
        box.attrs["zimbraMailQuota"] = [str(number * GB)]
    customer.service = {"plan": {"mailboxes": 500}}
    hook("usage")
    return customer


def test_pages_of_the_list(many: Customer) -> None:
    """Fifty each; a page past the end is the last."""
    found = [rows(many.open("mailboxes", p=number)) for number in ("1", "2", "3", "99")]

    assert [len(one) for one in found] == [50, 50, 23, 23]
    assert len({address for one in found for address in one}) == 123
    assert "page 3 of 3" in many.open("mailboxes", p="3").text


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("address", "admin@firma.example"),
        ("-address", "user9@firma.example"),
        ("-name", "user3@firma.example"),
        ("-state", "user5@firma.example"),
        ("-last_login", "user3@firma.example"),
        ("-used", "user60@firma.example"),
        ("used", "admin@firma.example"),
        ("-limit", "user5@firma.example"),
        ("<b>", "admin@firma.example"),
    ],
)
def test_the_list_is_sorted_by_each_column(many: Customer, sort: str, first: str) -> None:
    """Used and limit by the last reading, the others by Zimbra."""
    page = many.open("mailboxes", sort=sort)
    alike = {"user60@firma.example": {"user60@firma.example", "user121@firma.example"},
             "user3@firma.example": {"user3@firma.example", "user5@firma.example"}}  # fmt: skip

    assert rows(page)[0] in alike.get(first, {first})
    assert len(rows(page)) == 50


def test_the_list_is_sorted_by_plan(many: Customer, simulator: Simulator, runtime: Runtime) -> None:
    """By its name, where there is a choice; also what a search finds, and before the reading."""
    assert "sort=tier" not in many.open("mailboxes").answer["html"]
    coses = simulator.state.directory.coses
    rules = [f"{coses[one].id}:99" for one in ("business", "starter")]
    simulator.domain("firma.example").put("zimbraDomainCOSMaxAccounts", *rules)
    for name, cos in (("user9", "starter"), ("user3", "starter"), ("user50", "business")):
        simulator.account(f"{name}@firma.example").put("zimbraCOSId", coses[cos].id)
    simulator.domain("firma.example").put("zimbraDomainDefaultCOSId", coses["business"].id)
    later = runtime.now() + timedelta(hours=2)
    runtime.now = lambda: later
    many.ask("usage")
    down, up = rows(many.open("mailboxes", sort="-tier")), rows(many.open("mailboxes", sort="tier"))

    assert down[:2] == ["user9@firma.example", "user3@firma.example"]
    assert up[:2] == ["admin@firma.example", "user0@firma.example"]
    found = rows(many.open("mailboxes", sort="-tier", q="user3"))
    assert found[0] == "user3@firma.example"
    assert "sort=tier" in many.open("mailboxes").answer["html"]


def test_the_list_is_searched(many: Customer) -> None:
    """In addresses and names; what a filter would read as its own is a letter."""
    assert rows(many.open("mailboxes", q="żuk")) == ["user3@firma.example", "user5@firma.example"]
    assert len(rows(many.open("mailboxes", q="user12"))) == 3
    by_use = rows(many.open("mailboxes", q="żuk", sort="-used"))
    assert by_use == ["user5@firma.example", "user3@firma.example"]
    assert len(rows(many.open("mailboxes", q="user12", sort="-limit"))) == 3
    for odd in ("*", "(", ")", "\\", "*)(zimbraId=*", "x" * 300):
        page = many.open("mailboxes", q=odd)
        assert rows(page) == []
        assert "No mailbox's address or name holds this" in page.text


def test_the_search_form_carries_the_hosts_query(many: Customer) -> None:
    """A browser drops the query of a GET form's address."""
    form = next(one for one in many.open("mailboxes").tree.forms if one.method == "GET")

    assert form.action == "page.php"
    assert dict(form.form_values()) == {
        "p": "mailboxes", "puqz_sort": "address", "puqz_q": "", "puqz_state": "",
    }  # fmt: skip


def attr_of(simulator: Simulator, address: str) -> dict[str, list[str]]:
    """What Zimbra holds of an account."""
    found = simulator.account(address)
    assert found is not None
    return found.attrs


def test_the_list_shows_one_state_alone(
    hook: Hook, customer: Customer, simulator: Simulator
) -> None:
    """What is full is told by the last reading, who may log in by Zimbra as it is now."""
    full = {3: 130, 7: 95, 8: 100, 9: 130}
    simulator.seed_accounts(
        "firma.example", 122, quota=GB, used=lambda one: full.get(one, 1) * GB // 100
    )
    for number, status in ((3, "locked"), (5, "maintenance")):
        attr_of(simulator, f"user{number}@firma.example")["zimbraAccountStatus"] = [status]
    customer.service = {"plan": {"mailboxes": 500}}
    hook("usage")

    def shown(**query: str) -> list[str]:
        return [one.partition("@")[0] for one in rows(customer.open("mailboxes", **query))]

    simulator.traffic.arrivals.clear()
    assert shown(state="near") == ["user7"]
    assert len(simulator.traffic.arrivals) <= 3
    assert shown(state="over") == ["user8", "user9"]
    assert shown(state="over", sort="-used") == ["user9", "user8"]
    assert shown(state="over", sort="-name", q="user8") == ["user8"]  # has no such order
    assert shown(state="locked") == shown(state="locked", sort="-used") == ["user3", "user5"]
    assert shown(state="locked", q="user7") == shown(state="<b>", q="nobody") == []
    assert {len(shown(state="works", p=number)) for number in "12"} == {50}
    last = customer.open("mailboxes", state="works", p="3")
    assert (len(rows(last)), "118 mailboxes found." in last.text) == (18, True)

    form = next(one for one in last.tree.forms if one.method == "GET")
    assert dict(form.form_values())["puqz_state"] == "works"
    page = customer.open("mailboxes", state="over")
    assert ["state=over" in one for one in page.tree.xpath("//thead//a/@href")] == [True] * 3
    attr_of(simulator, "user8@firma.example")["zimbraAccountStatus"] = ["locked"]
    assert shown(state="over") == ["user9"]


def test_a_list_by_the_reading_of_a_domain_with_letters_of_its_own(
    hook: Hook, simulator: Simulator
) -> None:
    """Zimbra names its mailboxes as people read them, and its domain by the A-label."""
    service = {"id": "77", "domain": "firma-przykład.example"}
    assert hook("create", service=service).code == "created"
    simulator.seed_accounts(
        "xn--firma-przykad-6hc.example", 22, quota=GB, used=lambda one: 99 * GB // 100
    )

    def call(event: str, **more: Any) -> Any:
        return hook(event, **{**more, "service": {**more["service"], **service}})

    customer = Customer(call)
    call("usage", service={})

    assert len(rows(customer.open("mailboxes", sort="-used"))) == 23
    assert len(rows(customer.open("mailboxes", state="near"))) == 22


# -- the other models ------------------------------------------------------------------------------


def test_a_mailbox_sold_by_itself(hook: Hook, simulator: Simulator) -> None:
    """Its owner has its page, and nothing that an administrator does."""
    simulator.create_domain("poczta.example")
    simulator.create_account("jan@poczta.example")
    service = {
        "model": "mailbox",
        "domain": None,
        "mailbox": {"address": "anna@poczta.example"},
        "plan": {"mailboxes": None, "domain_quota": None},
    }
    assert hook("create", service=service).code == "created"
    customer = Customer(hook, service=service)
    page = customer.open("mailbox")
    sent = {form["puqz_action"] for form in page.forms()}
    jan = simulator.account("jan@poczta.example")
    assert jan is not None

    assert "anna@poczta.example" in page.text
    assert {"set_forwarding", "set_out_of_office", "set_mailbox_password"} <= sent
    assert not {"edit_mailbox", "lock_mailbox", "add_alias", "open_mailbox"} & sent
    assert "jan@" not in customer.open("mailbox", id=jan.id).text
    answer = customer.does("set_forwarding", "mailbox", {}, to="x@outside.example", keep_copy="on")
    assert answer.code == "updated"
    kept = attr(simulator, "zimbraPrefMailForwardingAddress", "anna@poczta.example")
    assert kept == ["x@outside.example"]


def test_a_private_server(hook: Hook, simulator: Simulator) -> None:
    """Mailboxes of each of its domains; not of a domain that is another service's."""
    service = {"model": "server", "disk": 200 * GB}
    assert hook("create", service=service).code == "created"
    simulator.create_domain("druga.example")
    simulator.create_domain("obca.example", zimbraForeignName="puq_zimbra:crm.example:77")
    customer = Customer(hook, service=service)
    query = {"domain": "druga.example"}
    answer = customer.does("create_mailbox", "mailbox_new", query, name="anna", limit="1")
    identity = answer.value["data"]["query"]["id"]
    listed = customer.open("mailboxes", domain="druga.example")
    binned = customer.does("bin_mailbox", "mailbox_delete", {"id": identity})

    assert answer.code == "created"
    assert rows(listed) == ["anna@druga.example"]
    assert binned.code == "updated"
    assert "anna@druga.example" in customer.open("bin").text
    assert customer.does("restore_mailbox", "bin", {}).code == "updated"
    assert attr(simulator, "zimbraAccountStatus", "anna@druga.example") == ["active"]
    assert "obca" not in customer.open("mailboxes", domain="obca.example").text


# -- several at once ------------------------------------------------------------------------------


def several(customer: Customer, what: str, *identities: str) -> Any:
    """Choose mailboxes in the list, go on, and send the form of the page that asks."""
    listed = customer.open("mailboxes")
    chooser = next(one for one in listed.tree.forms if "puqz_what" in one.fields)
    boxes = {f"box_{one}": "1" for one in identities}
    assert {f"puqz_{one}" for one in boxes} <= set(chooser.fields)
    page = customer.open("mailboxes_change", what=what, **boxes)
    return customer.send(page.form("change_mailboxes"))


@pytest.mark.parametrize(
    ("what", "status"), [("lock", "locked"), ("bin", "pending"), ("sign_out", "active")]
)
def test_several_are_changed(
    customer: Customer, simulator: Simulator, anna: str, what: str, status: str
) -> None:
    """The administrator's stays as it is, and so does what was not chosen."""
    jan = simulator.create_account("jan@firma.example").id
    simulator.create_account("ewa@firma.example")
    admin = simulator.account("admin@firma.example")
    assert admin is not None
    answer = several(customer, what, anna, jan, *([] if what == "sign_out" else [admin.id]))

    assert answer.code == "updated", answer
    assert answer.value["message"].endswith(": 2.")
    names = ("anna", "jan", "ewa", "admin")
    found = [attr(simulator, "zimbraAccountStatus", f"{name}@firma.example") for name in names]
    assert found == [[status], [status], ["active"], ["active"]]


def test_several_get_a_limit(hook: Hook, simulator: Simulator) -> None:
    """One for all; too much for the plan, or for what is left, changes none of them."""
    plan = {"domain_quota": 18 * GB, "mailbox_quota": 9 * GB}
    assert hook("create", service={"plan": plan}).code == "created"
    customer = Customer(hook, service={"plan": plan})
    simulator.account("admin@firma.example").put("zimbraMailQuota", str(GB))
    made = [
        simulator.create_account(f"{name}@firma.example", zimbraMailQuota=str(4 * GB)).id
        for name in ("anna", "jan")
    ]
    boxes = {f"box_{one}": "1" for one in made}

    def sent(limit: str) -> Any:
        page = customer.open("mailboxes_change", what="limit", **boxes)
        return customer.send(page.form("change_mailboxes"), limit=limit).value

    words = [sent(one)["data"]["errors"][0]["message"] for one in ("", "x", "10", "9")]
    assert words[0] == "Fill in this field."
    assert "at most 9 GB" in words[2]
    assert words[3] == "Together these limits take 10 GB more, and 9 GB are left to give out."
    assert sent("8")["message"] == "Mailboxes with the new limit: 2."
    for name in ("anna", "jan"):
        assert attr(simulator, "zimbraMailQuota", f"{name}@firma.example") == [str(8 * GB)]


def test_several_get_a_plan(customer: Customer, simulator: Simulator, anna: str) -> None:
    """Where there is a choice, and as many as are free in it."""
    coses = simulator.state.directory.coses
    business, starter = coses["business"].id, coses["starter"].id
    jan = simulator.create_account("jan@firma.example").id
    boxes = {f"box_{anna}": "1", f"box_{jan}": "1"}
    assert "Change the mailbox plan" not in customer.open("mailboxes").text
    domain = simulator.domain("firma.example")
    assert domain is not None

    def sent(tier: str, most: int) -> Any:
        domain.put("zimbraDomainCOSMaxAccounts", f"{business}:9", f"{starter}:{most}")
        page = customer.open("mailboxes_change", what="tier", **boxes)
        return customer.send(page.form("change_mailboxes"), tier=tier).value

    few = sent(starter, 1)["data"]["errors"][0]["message"]
    assert few == "Mailboxes to be moved: 2; free in the plan starter: 1."
    assert sent("x", 2)["code"] == "invalid"
    assert sent(starter, 2)["message"] == "Mailboxes with the new plan: 2."
    assert attr(simulator, "zimbraCOSId", "jan@firma.example") == [starter]
    assert "Change the mailbox plan" in customer.open("mailboxes").text


def test_several_are_unlocked(customer: Customer, simulator: Simulator, anna: str) -> None:
    """Those that are not locked are named as such."""
    jan = simulator.create_account("jan@firma.example", zimbraAccountStatus="locked").id
    page = customer.open(
        "mailboxes_change", what="unlock", **{f"box_{anna}": "1", f"box_{jan}": "1"}
    )
    answer = customer.send(page.form("change_mailboxes"))

    assert "Unlock 1 mailbox?" in page.text
    assert "It is not locked." in page.text
    assert answer.value["message"] == "Unlocked mailboxes: 1."
    assert attr(simulator, "zimbraAccountStatus", "jan@firma.example") == ["active"]


def test_several_of_others_are_not_touched(
    customer: Customer, simulator: Simulator, anna: str, hook: Hook
) -> None:
    """Ids that were typed into the form are looked at like any other."""
    assert hook("create", service={"id": "43", "domain": "inna.example"}).code == "created"
    other = simulator.account("admin@inna.example")
    system = simulator.create_account("galsync@firma.example", zimbraIsSystemAccount="TRUE")
    assert other is not None
    page = customer.open("mailboxes_change", what="lock", **{f"box_{anna}": "1"})
    foreign = {f"box_{one}": "1" for one in (other.id, system.id, "x", "")}
    answer = customer.send({**page.form("change_mailboxes"), **foreign})

    assert answer.value["message"] == "Locked mailboxes: 1. Left as they were: 3."
    assert attr(simulator, "zimbraAccountStatus", "admin@inna.example") == ["active"]
    assert attr(simulator, "zimbraAccountStatus", "galsync@firma.example") == ["active"]
    asked = customer.open("mailboxes_change", what="lock", **{f"box_{other.id}": "1"})
    assert "inna.example" not in asked.text
    assert "change_mailboxes" not in asked.answer["html"]


# -- open in the webmail ---------------------------------------------------------------------------


def test_a_mailbox_is_opened(customer: Customer, simulator: Simulator, anna: str) -> None:
    """By a link of its own each time, which stands nowhere; every use is in the activity."""
    form = customer.open("mailbox", id=anna).form("open_mailbox")
    links = [customer.send(form).value["data"]["next"] for _ in range(2)]

    assert all(one.startswith("https://") and "/service/preauth?authtoken=" in one for one in links)
    assert links[0] != links[1]
    assert len(simulator.calls("DelegateAuthRequest")) == 2
    assert "Opening of a mailbox" in customer.open("activity").text


def test_only_where_the_product_says_so(
    customer: Customer, simulator: Simulator, anna: str
) -> None:
    """It reads another's mail, so no preset but the largest has it."""
    form = customer.open("mailbox", id=anna).form("open_mailbox")
    customer.capabilities = ("standard",)

    assert "open_mailbox" not in customer.open("mailbox", id=anna).answer["html"]
    assert customer.send(form).code == "refused"
    assert simulator.calls("DelegateAuthRequest") == []


def test_a_locked_mailbox_is_not_opened(
    customer: Customer, simulator: Simulator, anna: str
) -> None:
    """The form of before the lock opens nothing, not even the second time."""
    form = customer.open("mailbox", id=anna).form("open_mailbox")
    first = customer.send(form)
    act(customer, "lock_mailbox", anna)
    second = customer.send(form)

    assert (first.value["ok"], second.code) == (True, "refused")
    assert "next" not in second.value.get("data", {})


def test_a_suspension_ends_what_was_opened(
    customer: Customer, simulator: Simulator, anna: str, hook: Hook
) -> None:
    """A delegated token would outlive the lock of the domain."""
    customer.send(customer.open("mailbox", id=anna).form("open_mailbox"))
    before = attr(simulator, "zimbraAuthTokenValidityValue")
    hook("suspend")

    assert attr(simulator, "zimbraAuthTokenValidityValue") != before


def test_a_mailbox_leads_to_its_other_pages(customer: Customer, simulator: Simulator) -> None:
    """What is not found from the mailbox is not found."""
    made = simulator.create_account("anna@firma.example", "Old-password-1")
    page = customer.open("mailbox", id=made.id)
    links = {one.text_content(): one.get("href") for one in page.tree.xpath("//a")}

    for text, name in (
        ("Trusted and blocked senders", "allow_block"),
        ("Deleted messages", "recover"),
    ):
        assert f"p={name}&puqz_id={made.id}" in links[text]
