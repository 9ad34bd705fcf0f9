"""`puq-zimbra server settings`: what staff see, change and put back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from puq_zimbra.settings.table import BY_KEY
from puq_zimbra.simulator import Simulator

from ..conftest import Command, Hook
from ..models.conftest import laid_over
from ..selfservice.conftest import HOST, as_read
from .conftest import PRIVATE, Owner
from .values import BAD, GOOD, held


@pytest.fixture
def run(command: Command, hook: Hook, simulator: Simulator) -> Any:
    """Run a verb for a private server that was made; its exit status and JSON."""
    assert laid_over(hook, PRIVATE)("create").value["ok"]
    simulator.reset_log()

    def call(verb: str, *more: str, service: str = "42") -> tuple[int, Any]:
        done = command("server", "settings", verb, "crm.example", service, *more, "--json")
        return done.status, json.loads(done.stdout) if done.stdout else done.stderr

    return call


def test_settings_are_shown_set_and_put_back(run: Any, simulator: Simulator) -> None:
    """The reference of the change is what undo asks for."""
    status, shown = run("show")
    rows = {one["setting"]: one for one in shown["settings"]}
    assert (status, rows["largest_message"]["source"], shown["changes"]) == (0, "default", [])

    status, done = run("set", "largest_message=40", "trash_days=7")
    assert (status, done["code"], done["data"]["restart"]) == (0, "updated", ["mta"])
    assert simulator.state.config["zimbraMtaMaxMessageSize"] == [str(40 * 2**20)]
    _, shown = run("show")
    (change,) = shown["changes"]
    assert change["settings"] == ["largest_message", "trash_days"]

    status, undone = run("undo", change["reference"])
    assert (status, undone["code"]) == (0, "updated")
    assert simulator.state.config["zimbraMtaMaxMessageSize"] == ["10240000"]
    assert run("undo", change["reference"])[1]["code"] == "unchanged"


def test_a_domain_and_a_class_are_chosen(run: Any, simulator: Simulator) -> None:
    """By their names; else the first domain and its class."""
    simulator.create_domain("druga.example")
    domain, classes = simulator.domain("druga.example"), simulator.state.directory.coses
    assert domain is not None
    chosen = ("--domain", "druga.example", "--class", "starter")
    status, done = run("set", *chosen, "trash_days=7", "colour_text=#112233")
    assert (status, {one["object"] for one in done["data"]["changes"]}) == (
        0, {"starter", "druga.example"},
    )  # fmt: skip
    assert domain.attrs["zimbraSkinForegroundColor"] == ["#112233"]
    assert classes["starter"].attrs["zimbraMailTrashLifetime"] == ["7d"]

    def shown(*words: str) -> tuple[str, str]:
        rows = {one["setting"]: one["text"] for one in run("show", *words)[1]["settings"]}
        return rows["trash_days"], rows["colour_text"]

    assert shown(*chosen) == ("7", "#112233")
    assert shown() == ("30", "")
    assert run("show", "--class", "nonsense")[0] != 0
    assert run("show", "--domain", "inna.example")[0] != 0
    reference = run("show")[1]["changes"][0]["reference"]
    assert run("undo", reference)[0] == 0
    assert shown(*chosen) == ("30", "")


def test_all_are_set_read_back_and_put_back(run: Any, simulator: Simulator) -> None:
    """Out of range they are refused, each by its name; another service has no part in it."""
    before = {key: held(simulator, key) for key in GOOD}
    for key, texts in BAD.items():
        status, refused = run("set", f"{key}={texts[-1]}")
        assert (status, refused["message"].split(":")[0]) == (65, key)
    assert simulator.writes() == []

    status, _ = run("set", *(f"{key}={text}" for key, (text, _) in GOOD.items()))
    rows = {one["setting"]: one for one in run("show")[1]["settings"]}
    assert status == 0
    for key, (_, kept) in GOOD.items():
        assert sorted(rows[key]["values"]) == sorted(held(simulator, key)) == sorted(kept), key
    reference = run("show")[1]["changes"][0]["reference"]
    assert run("undo", reference, service="43")[0] != 0
    assert run("undo", reference)[0] == 0
    assert {key: held(simulator, key) for key in GOOD} == before


def test_a_dry_run_tells_and_writes_nothing(run: Any, simulator: Simulator) -> None:
    """Also of an undo."""
    _, told = run("set", "largest_message=40", "--dry-run")
    assert told["data"]["changes"][0]["after"] == [str(40 * 2**20)]
    assert simulator.writes() == []

    run("set", "largest_message=40")
    reference = run("show")[1]["changes"][0]["reference"]
    simulator.reset_log()
    _, told = run("undo", reference, "--dry-run")
    assert told["data"]["changes"][0]["after"] == ["10240000"]
    assert simulator.writes() == []


def test_a_default_comes_back(run: Any, simulator: Simulator) -> None:
    """Of the whole installation it is written; a server's own value is taken away."""
    run("set", "largest_message=40", "largest_upload=20")
    server = next(iter(simulator.state.directory.servers.values()))
    assert server.attrs["zimbraFileUploadMaxSize"] == [str(20 * 2**20)]
    status, _ = run("set", "--reset", "largest_message", "--reset", "largest_upload")

    assert status == 0
    assert simulator.state.config["zimbraMtaMaxMessageSize"] == ["10240000"]
    assert "zimbraFileUploadMaxSize" not in server.attrs


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["trusted_networks=0.0.0.0/0"], 65),
        (["spam_kill=8", "spam_tag=9"], 65),
        (["password_length=64", "password_most=20"], 65),
        (["two_factors=TRUE"], 65),
        (["nonsense=1"], 64),
        (["largest_message"], 64),
        ([], 64),
    ],
)
def test_what_is_wrong_is_refused(
    run: Any, simulator: Simulator, words: list[str], status: int
) -> None:
    """Before anything is written."""
    assert run("set", *words)[0] == status
    assert simulator.writes() == []


def test_a_setting_that_was_changed_again_is_not_undone(run: Any, simulator: Simulator) -> None:
    """Nor is the change of another service, or one that never was."""
    run("set", "largest_message=40")
    reference = run("show")[1]["changes"][0]["reference"]
    run("set", "largest_message=50")
    simulator.reset_log()

    assert run("undo", reference)[1]["code"] == "refused"
    assert run("undo", "op-0000000000000000")[1]["code"] == "not_found"
    assert simulator.writes() == []


@pytest.mark.parametrize("key", ["web_from=192.0.2.0/24", "password_age=90"])
def test_our_own_administrator_is_not_shut_out(run: Any, simulator: Simulator, key: str) -> None:
    """He is of the class; with a value of his own, it does not hold for him."""
    assert run("set", key)[0] == 65
    assert simulator.writes() == []
    admin = simulator.account("admin@example.test")
    assert admin is not None
    own = {"zimbraPasswordMaxAge": ["0"], "zimbraWebClientAllowedIPs": ["127.0.0.1"]}
    admin.attrs.update(own)
    assert run("set", key)[0] == 0


def test_the_default_class_is_the_customers_where_the_plan_names_none(
    owner: Owner, simulator: Simulator
) -> None:
    """It is chosen by its name; what is no class is refused."""
    cos = simulator.state.directory.coses["starter"].id
    page = owner.open("settings")
    assert "starter" in page.text
    bad = owner.preview(default_class="00000000-0000-0000-0000-000000000000")
    assert bad.code == "invalid"
    assert owner.change(default_class=cos).code == "updated"
    domain = simulator.domain("firma.example")
    assert domain is not None
    assert domain.attrs["zimbraDomainDefaultCOSId"] == [cos]


def test_a_domains_customer_has_its_own_part(tenant: Owner, simulator: Simulator) -> None:
    """Nothing of the shared Zimbra, and nothing of its classes."""
    form = tenant.open("settings").form("preview_settings")
    names = {one for one in form if one.startswith("set_")}
    assert {"set_logo_app", "set_disclaimer", "set_public_host"} <= names
    assert not names & {"set_largest_message", "set_password_length", "set_default_class"}
    assert tenant.send(form, set_largest_message="50").code == "invalid"
    assert tenant.change(colour_text="#112233").code == "updated"
    assert {one.name for one in simulator.writes()} == {"ModifyDomainRequest"}


def test_what_another_changed_meanwhile_is_not_written_over(
    owner: Owner, simulator: Simulator
) -> None:
    """A field that was not touched is not sent; one that was is told with its present value."""
    form = owner.open("settings").form("preview_settings")
    simulator.state.config["zimbraSpamKillPercent"] = ["90"]
    plan = owner.send(form, set_largest_message="40")
    assert owner.agree(plan).code == "updated"
    assert simulator.state.config["zimbraSpamKillPercent"] == ["90"]
    answer = owner.send(form, set_spam_kill="12")

    assert answer.code == "invalid"
    assert "it is 18 now" in answer.value["html"]


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("name", ["ModifyConfig", "ModifyServer", "ModifyCos", "ModifyDomain"])
def test_a_lost_answer_is_looked_into(
    owner: Owner, simulator: Simulator, name: str, applied: bool
) -> None:
    """The form converges, and can still be undone."""
    typed = {"spam_subject": "[SPAM]", "relay_host": "relay.firma.example", "trash_days": "7",
             "colour_text": "#112233"}  # fmt: skip
    plan = owner.preview(**typed)
    simulator.drop_next(f"{name}Request", applied=applied)
    answer = owner.agree(plan)

    assert answer.code == "updated"
    assert {one["key"] for one in answer.value["data"]["settings"]} <= set(typed)
    assert "puqz" not in json.dumps(simulator.state.config)
    assert simulator.state.config["zimbraSpamSubjectTag"] == ["[SPAM]"]
    assert owner.undo().code == "updated"


@pytest.mark.parametrize("name", ["ModifyConfig", "ModifyServer", "ModifyCos", "ModifyDomain"])
def test_what_zimbra_refuses_in_part_is_put_back_as_a_whole(
    owner: Owner, simulator: Simulator, name: str
) -> None:
    """Nothing is half done; the same form does it once Zimbra takes it."""
    typed = {"spam_subject": "[SPAM]", "largest_upload": "20", "trash_days": "7",
             "colour_text": "#112233"}  # fmt: skip
    before = {key: held(simulator, key) for key in typed}
    plan = owner.preview(**typed)
    simulator.fail_next(f"{name}Request", "service.INVALID_REQUEST", applied=True)
    assert not owner.agree(plan).value["ok"]
    assert {key: held(simulator, key) for key in typed} == before

    assert owner.change(**typed).code == "updated"
    assert owner.undo().code == "updated"
    assert {key: held(simulator, key) for key in typed} == before


def test_a_change_that_broke_off_is_told_and_undone(
    owner: Owner, run: Any, simulator: Simulator
) -> None:
    """As long as something of it is held; a command tells it, too."""
    typed = {"spam_subject": "[SPAM]", "largest_upload": "20"}
    before = {key: held(simulator, key) for key in typed}
    plan = owner.preview(**typed)
    simulator.http_next("ModifyConfigRequest", 503, times=2)
    assert owner.agree(plan).code == "unavailable"
    assert (held(simulator, "largest_upload"), held(simulator, "spam_subject")) == (
        [str(20 * 2**20)], before["spam_subject"],
    )  # fmt: skip

    page = owner.open("settings")
    assert "broke off" in page.text
    assert [one["broke_off"] for one in run("show")[1]["changes"]] == [True]
    assert owner.undo(page).code == "updated"
    assert {key: held(simulator, key) for key in typed} == before
    assert "broke off" not in owner.open("settings").text


def test_a_default_that_a_broken_off_change_brought_back_can_be_undone(
    owner: Owner, simulator: Simulator
) -> None:
    """The same form again knows from what it showed what was there."""
    owner.change(spam_kill="12")
    form = owner.agree_form(owner.reset("spam_kill"))
    simulator.state.config["zimbraSpamKillPercent"] = list(BY_KEY["spam_kill"].default)
    answer = owner.send(form)

    assert [one["before"] for one in answer.value["data"]["settings"]] == [["60"]]
    assert owner.undo().code == "updated"
    assert simulator.state.config["zimbraSpamKillPercent"] == ["60"]


def test_a_polish_number_that_was_not_touched_is_no_change(
    owner: Owner, simulator: Simulator
) -> None:
    """It is shown with a comma, and neither read as another nor as somebody else's change."""
    form = owner.ask("client_area", form=HOST, page="settings", query={}, locale="pl")
    fields = as_read(form.value["html"]).form("preview_settings")
    assert fields["set_spam_tag"] == "6,6"
    answer = owner.send(fields, set_spam_kill="12,4")

    assert [one for one in owner.agree_form(answer) if one.startswith("set_")] == ["set_spam_kill"]
    assert owner.agree(answer).code == "updated"
    assert simulator.state.config["zimbraSpamKillPercent"] == ["62"]


def test_a_form_sent_twice_is_carried_out_once(owner: Owner, simulator: Simulator) -> None:
    """A double click gets the first answer again."""
    form = owner.agree_form(owner.preview(largest_message="40"))
    first, again = owner.send(form), owner.send(form)

    assert (first.code, again.code) == ("updated", "updated")
    assert len(simulator.writes()) == 1
