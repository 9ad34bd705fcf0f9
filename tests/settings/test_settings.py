"""Each server setting: changed, read back, undone, refused out of range and as somebody else's."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from puq_zimbra.settings import reading
from puq_zimbra.settings.kinds import NotTaken
from puq_zimbra.settings.table import BY_KEY, SECTIONS, SETTINGS
from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra import batches
from puq_zimbra.zimbra.client import Zimbra

from ..selfservice.conftest import HOST, as_read
from .conftest import Owner
from .values import BAD, GOOD, NOT_OFFERED, OTHERS, held


def test_every_setting_has_its_cases() -> None:
    """A new row is tried, and there are enough of them."""
    assert set(BY_KEY) == set(GOOD) | OTHERS | NOT_OFFERED
    assert len(SETTINGS) >= 20
    assert len(BY_KEY) == len(SETTINGS)


@pytest.mark.parametrize("section", SECTIONS)
def test_settings_are_changed_read_back_and_undone(
    owner: Owner, simulator: Simulator, section: str
) -> None:
    """The plan writes nothing; what is agreed to is held, told, and put back by one click."""
    keys = [key for key in GOOD if BY_KEY[key].section == section]
    before = {key: held(simulator, key) for key in keys}
    plan = owner.preview(**{key: GOOD[key][0] for key in keys})
    assert f"{len(keys)} settings change" in as_read(plan.value["html"]).text
    assert simulator.writes() == []

    answer = owner.agree(plan)
    assert (answer.code, answer.value["data"]["page"]) == ("updated", "settings")
    scopes = {BY_KEY[key].scope for key in keys}
    assert len(simulator.writes()) == len(scopes)
    notes = {one["key"]: one for one in answer.value["data"]["settings"]}
    for key in keys:
        assert sorted(held(simulator, key)) == sorted(GOOD[key][1]), key
        assert (notes[key]["before"], sorted(notes[key]["after"])) == (
            before[key], sorted(GOOD[key][1]),
        ), key  # fmt: skip

    assert owner.undo().code == "updated"
    assert {key: held(simulator, key) for key in keys} == before


@pytest.mark.parametrize(("key", "text"), [(key, text) for key in BAD for text in BAD[key]])
def test_a_value_out_of_range_is_no_value(key: str, text: str) -> None:
    """Zimbra itself would take most of them."""
    if (key, text) == ("default_class", "00000000-0000-0000-0000-000000000000"):
        pytest.skip("looks like one: the page knows that there is none")
    with pytest.raises(NotTaken):
        BY_KEY[key].kind.read(text)


def test_what_is_out_of_range_is_refused(owner: Owner, simulator: Simulator) -> None:
    """In the plan and, for a form that somebody made up, in the change itself: nothing is sent."""
    typed = {f"set_{key}": texts[-1] for key, texts in BAD.items()}
    answer = owner.send(owner.open("settings").form("preview_settings"), **typed)
    assert answer.code == "invalid"
    assert {one["field"] for one in answer.value["data"]["errors"]} == set(typed)
    assert "127.0.0.0/8 hash:/etc/x" in answer.value["html"]

    made_up = owner.agree_form(owner.preview(largest_message="40"))
    answer = owner.send(made_up, set_trusted_networks="127.0.0.0/8 0.0.0.0/0")
    assert answer.code == "invalid"
    assert "0.0.0.0/0 is too wide" in answer.value["html"]
    assert simulator.writes() == []


@pytest.mark.parametrize("action", ["preview_settings", "change_settings", "undo_settings"])
def test_a_form_of_another_customer_is_refused(
    owner: Owner, simulator: Simulator, action: str
) -> None:
    """His token is not good for anybody else."""
    plan = owner.preview(largest_message="40")
    form = owner.agree_form(plan)
    if action != "change_settings":
        owner.agree(plan)
        form = owner.open("settings").form(action)
    simulator.reset_log()
    owner.id = "8"
    answer = owner.send(form, set_largest_message="50")

    assert answer.code == "refused"
    assert simulator.log == []


def test_a_product_without_the_settings_has_none(owner: Owner, simulator: Simulator) -> None:
    """What the product does not grant is neither shown nor changed."""
    form = owner.agree_form(owner.preview(largest_message="40"))
    owner.capabilities = ("standard",)

    assert "Settings" not in owner.open("settings").nav
    assert owner.send(form).code == "refused"
    assert simulator.writes() == []


def test_another_class_than_the_domains_is_chosen(owner: Owner, simulator: Simulator) -> None:
    """Its values are shown, changed and undone; the domain's own class keeps its own."""
    classes = simulator.state.directory.coses
    classes["starter"].put("zimbraMailTrashLifetime", "12d")
    before = dict(classes["default"].attrs)
    page = owner.open("settings")
    found = page.tree.xpath("//nav[@aria-label='Classes of service']//a")
    links = {one.text: one.get("href") for one in found}
    assert sorted(links) == sorted(one.name for one in classes.values())
    starter = {"id": f":{classes['starter'].id}"}
    assert links["starter"].endswith(urlencode({"puqz_id": starter["id"]}))
    assert owner.open("settings", **starter).form("preview_settings")["set_trash_days"] == "12"

    bad = owner.preview(starter, trash_days="0,5")
    assert owner.page_of(bad).form("preview_settings")["puqz_object"] == starter["id"]
    answer = owner.change(starter, trash_days="7", password_length="12")
    assert answer.code == "updated"
    assert answer.value["data"]["query"] == starter
    held = classes["starter"].attrs
    assert (held["zimbraMailTrashLifetime"], held["zimbraPasswordMinLength"]) == (["7d"], ["12"])
    assert classes["default"].attrs == before
    assert owner.undo().code == "updated"
    assert classes["starter"].attrs["zimbraMailTrashLifetime"] == ["12d"]


def test_every_domain_of_the_server_has_its_settings(owner: Owner, simulator: Simulator) -> None:
    """Chosen above the form; a mailbox of one may catch another's mail, which costs no more."""
    other = simulator.create_domain("druga.example", zimbraSkinForegroundColor="#112233")
    simulator.create_account("anna@firma.example", zimbraMailCatchAllAddress="@druga.example")
    links = owner.open("settings").tree.xpath("//nav[@aria-label='Domains']//a")
    assert [one.text_content() for one in links] == [
        "firma.example", "druga.example", "example.test",
    ]  # fmt: skip
    simulator.traffic.arrivals.clear()
    form = owner.open("settings", id="druga.example").form("preview_settings")
    assert len(simulator.traffic.arrivals) <= 4
    assert (form["set_colour_text"], form["set_catch_all"]) == ("#112233", "anna@firma.example")

    starter = simulator.state.directory.coses["starter"]
    chosen = {"id": f"druga.example:{starter.id}"}
    answer = owner.change(chosen, colour_text="#445566", catch_all="", trash_days="7")
    assert answer.code == "updated"
    assert other.attrs["zimbraSkinForegroundColor"] == ["#445566"]
    assert starter.attrs["zimbraMailTrashLifetime"] == ["7d"]
    assert owner.undo(owner.open("settings")).code == "updated"
    assert other.attrs["zimbraSkinForegroundColor"] == ["#112233"]
    anna = simulator.account("anna@firma.example")
    assert anna is not None
    assert anna.attrs["zimbraMailCatchAllAddress"] == ["@druga.example"]


def test_the_common_list_is_taken_over_by_one_click(owner: Owner, simulator: Simulator) -> None:
    """Beside what is blocked already; the plan says it, and nothing else changes."""
    config = simulator.state.config
    config["zimbraMtaCommonBlockedExtension"] = ["exe", "vbs"]
    config["zimbraMtaBlockedExtension"] = ["bat", "exe"]
    form = owner.open("settings").form("preview_settings")
    plan = owner.send(form, puqz_common="blocked_attachments")
    assert "bat exe vbs" in as_read(plan.value["html"]).text
    assert owner.agree(plan).code == "updated"
    assert config["zimbraMtaBlockedExtension"] == ["bat", "exe", "vbs"]
    assert "Block these, too" not in owner.open("settings").text


def test_the_mailbox_that_catches_is_a_row(tenant: Owner, simulator: Simulator) -> None:
    """One of the service's; not shown where another's catches, or the product does not grant it."""
    simulator.create_domain("inna.example", zimbraForeignName="puq_zimbra:crm.example:8")
    for name in ("anna@firma.example", "jan@firma.example", "boss@inna.example"):
        simulator.create_account(name, zimbraMailCatchAllAddress="@druga.example")
    bad = tenant.preview(catch_all="boss@inna.example")
    assert "boss@inna.example is no mailbox of yours." in bad.value["html"]
    assert tenant.change(catch_all="anna@firma.example").code == "updated"
    assert tenant.change(catch_all="jan@firma.example").code == "updated"
    assert held(simulator, "catch_all") == ["jan@firma.example"]
    assert tenant.undo().code == "updated"
    assert held(simulator, "catch_all") == ["anna@firma.example"]

    tenant.capabilities = ("settings",)
    assert "set_catch_all" not in tenant.open("settings").form("preview_settings")
    tenant.capabilities = ("full",)
    boss = simulator.account("boss@inna.example")
    assert boss is not None
    boss.put("zimbraMailCatchAllAddress", "@firma.example")
    page = tenant.open("settings")
    assert "set_catch_all" not in page.form("preview_settings")
    assert "boss@" not in page.text


@pytest.mark.parametrize("who", ["owner", "tenant"])
def test_a_class_that_is_not_there_has_no_settings(
    who: str, simulator: Simulator, request: pytest.FixtureRequest
) -> None:
    """Nor has any class, for the customer of a domain."""
    customer: Owner = request.getfixturevalue(who)
    form = customer.open("settings").form("preview_settings")
    found = simulator.state.directory.coses["starter"].id if who == "tenant" else "0" * 36
    assert customer.send(form, puqz_object=f":{found}").code == "refused"
    answer = customer.ask("client_area", form=HOST, page="settings", query={"id": f":{found}"})
    assert answer.code == "not_found"
    assert "There is no such class of service." in answer.value["message"]


def test_all_settings_cost_few_requests(owner: Owner, simulator: Simulator) -> None:
    """The page asks Zimbra four times at the most, however many rows it has."""
    owner.open("overview")
    simulator.traffic.arrivals.clear()
    page = owner.open("settings")

    assert len(simulator.traffic.arrivals) <= 4
    names = {one for one in page.form("preview_settings") if one.startswith("set_")}
    assert len(names) == len(SETTINGS) - len(NOT_OFFERED)


def test_a_zimbra_that_does_not_know_an_attribute_is_asked_without_it(
    zimbra: Zimbra, simulator: Simulator
) -> None:
    """GetDomain refuses all attributes for the sake of one; the rest of the page stays."""
    simulator.create_domain("firma.example", zimbraSkinLogoURL="https://firma.example/")
    domain = zimbra.get_domain("firma.example", "name", ("zimbraId",))
    simulator.fail_next("GetDomainRequest", "service.INVALID_REQUEST")
    state = reading.read(zimbra, domain, whole=False)

    assert state.held["logo_link"].values == ("https://firma.example/",)
    assert simulator.calls("GetAttributeInfoRequest")[1:]


def test_a_token_that_expired_is_renewed_for_a_batch(zimbra: Zimbra, simulator: Simulator) -> None:
    """Zimbra answers with a fault for each request, in an answer that looks like a success."""
    simulator.create_domain("firma.example")
    domain = zimbra.get_domain("firma.example", "name", ("zimbraId",))
    simulator.expire_tokens()

    assert reading.read(zimbra, domain, whole=True).held
    assert len(simulator.calls("AuthRequest")) == 2


def test_a_batch_holds_no_writes(zimbra: Zimbra, simulator: Simulator) -> None:
    """Each is noted before it is sent, and looked into when its answer is lost."""
    with pytest.raises(LookupError, match="ModifyConfig writes"):
        batches.read(zimbra, [("GetAllConfig", {}), ("ModifyConfig", {"a": []})])

    assert simulator.log == []
