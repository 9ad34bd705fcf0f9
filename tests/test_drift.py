"""Drift and repair: what is not as it was sold is named, and mended where that is sure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.products import drift
from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook
from .zimbra_state import GRACE, STAMP, add_alias, after_the_next_write, foreign_names, status


def items(answer: Any) -> dict[str, dict[str, Any]]:
    """The drift's items by name."""
    return {one["item"]: one for one in answer.value["data"]["changes"]}


def test_what_was_created_does_not_differ(hook: Hook, simulator: Simulator) -> None:
    """Otherwise nobody would look at what does."""
    hook("create")
    answer = hook("drift")
    plan = hook("plan")

    assert answer.value["message"] == "The service firma.example is as it was sold."
    assert answer.value["data"]["changes"] == []
    assert plan.value["data"] == {"event": "change_package", "changes": []}


def test_an_administrators_own_choices_are_no_drift(hook: Hook, simulator: Simulator) -> None:
    """Mending them would undo what the customer or the provider wanted."""
    hook("create")
    hook("suspend")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["closed"]
    simulator.create_account("anna@firma.example", "Some-Pass-1", zimbraAccountStatus="locked")
    simulator.create_list("all@firma.example")
    simulator.account("admin@firma.example").password = "Own-Pass-1"

    assert items(hook("drift")) == {}
    assert hook("repair").value["code"] == "unchanged"


def spoil(simulator: Simulator) -> None:
    """Change everything that repair can mend."""
    domain = simulator.domain("firma.example")
    domain.attrs["zimbraDomainStatus"] = ["active"]
    domain.attrs["zimbraMailDomainQuota"] = ["0"]
    domain.attrs["zimbraDomainDefaultCOSId"] = [simulator.state.directory.coses["starter"].id]
    admin = simulator.account("admin@firma.example")
    admin.attrs["zimbraDomainAdminMaxMailQuota"] = ["0"]
    kept = [one for one in domain.attrs["zimbraACE"] if "domainAdminRights" not in one]
    domain.attrs["zimbraACE"] = kept


ALL = ["status", "limits", "cos", "rights", "quota-guide"]


def test_each_change_is_named_and_mended(hook: Hook, simulator: Simulator) -> None:
    """What the provider is shown is what repair then does, once."""
    hook("create")
    hook("suspend")
    spoil(simulator)
    simulator.reset_log()
    found = items(hook("drift"))
    dry = hook("repair", dry_run=True)
    untouched = simulator.writes()
    first, second = hook("repair"), hook("repair")

    assert list(found) == ALL
    assert {one["mended_by"] for one in found.values()} == {"repair"}
    assert found["cos"]["wanted"] == {"cos": "business"}
    assert found["cos"]["held"] == {"cos": "starter"}
    assert found["limits"]["wanted"] == {"zimbraMailDomainQuota": str(5 * 2**30)}
    assert found["limits"]["held"] == {"zimbraMailDomainQuota": "0"}
    assert found["status"]["held"] == {"zimbraDomainStatus": "active"}
    assert found["rights"]["held"] == {"rights": ["domainAdminConsoleRights"]}
    assert dry.value["data"]["changes"] == first.value["data"]["changes"]
    assert untouched == []
    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert first.value["message"].endswith(": " + ", ".join(ALL) + ".")
    assert [call.name for call in simulator.writes()] == [
        "ModifyDomainRequest",
        "ModifyDomainRequest",
        "ModifyDomainRequest",
        "GrantRightRequest",
        "ModifyAccountRequest",
    ]
    assert items(hook("drift")) == {}
    assert status(simulator) == "locked"
    assert foreign_names(simulator) == [
        "puq_zimbra.shut:locked", "puq_zimbra.was:active", STAMP,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ALL)
def test_one_item_is_mended_alone(hook: Hook, simulator: Simulator, name: str) -> None:
    """The provider may leave the rest as it is."""
    hook("create")
    hook("suspend")
    spoil(simulator)
    answer = hook("repair", form={"items": f" {name} , over-plan"})

    assert answer.value["code"] == "updated"
    assert [one["item"] for one in answer.value["data"]["left"]] == [n for n in ALL if n != name]
    assert list(items(hook("drift"))) == [n for n in ALL if n != name]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"items": "limits,everything"}, "form.items: there is no item everything"),
        ({"items": " ,"}, "form.items: there is no item without a name"),
        ({"item": "limits"}, "form.item is not a known key"),
    ],
)
def test_an_unknown_item_is_named(
    hook: Hook, simulator: Simulator, form: dict[str, str], words: str
) -> None:
    """A misspelt one must not mean all."""
    hook("create")
    simulator.reset_log()
    answer = hook("repair", form=form)

    assert answer.value["code"] == "invalid"
    assert words in answer.value["message"]
    assert simulator.log == []


def test_limits_below_what_is_held_are_not_written(hook: Hook, simulator: Simulator) -> None:
    """As for a change of the package; the rest can still be mended by name."""
    hook("create")
    for name in ("anna", "jan"):
        simulator.create_account(f"{name}@firma.example", "Some-Pass-1")
    plan = {"plan": {"mailboxes": 2, "mailbox_quota": 2**30}}
    simulator.reset_log()
    found = items(hook("drift", service=plan))
    refused = hook("repair", service=plan)
    writes = simulator.writes()
    other = hook("repair", service=plan, form={"items": "quota-guide"})

    assert list(found) == ["limits", "over-plan", "quota-guide"]
    assert "in use: 3" in found["over-plan"]["held"]["problem"]
    assert refused.value["code"] == "refused"
    assert "in use: 3" in refused.value["message"]
    assert writes == []
    assert other.value["code"] == "updated"


def test_every_limit_that_is_passed_is_named(hook: Hook, simulator: Simulator) -> None:
    """Zimbra keeps nobody from making lists, and what one limit hides nobody pays for."""
    hook("create")
    for name in ("anna", "jan"):
        simulator.create_account(f"{name}@firma.example", "Some-Pass-1")
        simulator.create_list(f"l-{name}@firma.example")
    found = items(hook("drift", service={"plan": {"mailboxes": 2, "lists": 1}}))
    problem = found["over-plan"]["held"]["problem"]

    assert "Mailboxes in the plan: 2, in use: 3." in problem
    assert "Distribution lists in the plan: 1, in use: 2." in problem


def test_a_class_of_service_below_what_is_used_is_not_written(
    hook: Hook, simulator: Simulator
) -> None:
    """Its own quota would stop the mail of whoever uses more."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    simulator.add_mail("anna@firma.example", 2 * 2**30)
    plan = {"plan": {"cos": "starter"}}
    simulator.reset_log()

    assert list(items(hook("drift", service=plan))) == ["cos", "quota-in-force", "over-plan"]
    assert hook("repair", service=plan, form={"items": "cos"}).value["code"] == "refused"
    assert simulator.writes() == []


@pytest.mark.parametrize(
    ("before", "drifting", "mended_by", "repair"),
    [
        ("none", "missing", "create", "not_found"),
        ("renamed", "renamed", "person", "conflict"),
        ("twice", "stamp-twice", "person", "conflict"),
        ("foreign", "foreign-stamp", "person", "not_ours"),
        ("alias", "alias-domain", "person", "conflict"),
        ("deleting", "deleting", "terminate", "refused"),
        ("unfinished", "unfinished", "create", "refused"),
        ("two words", "stamp-words", "person", "unchanged"),
        ("no word", "stamp-words", "person", "unchanged"),
        ("no day", "stamp-words", "person", "unchanged"),
        ("nonsense", "status", "person", "unchanged"),
        ("no class", "cos", "person", "misconfigured"),
        ("no administrator", "administrator", "create", "unchanged"),
        ("alias of another", "administrator", "person", "unchanged"),
    ],
)
def test_what_repair_cannot_mend_is_named_with_who_can(
    hook: Hook,
    simulator: Simulator,
    zimbra: Zimbra,
    before: str,
    drifting: str,
    mended_by: str,
    repair: str,
) -> None:
    """A person must know where to begin; nothing is guessed and nothing written."""
    if before != "none":
        hook("create")
    changes = meddle(simulator, zimbra, before)
    simulator.reset_log()
    found = hook("drift", **changes)

    assert found.value["ok"]
    assert {name: one["mended_by"] for name, one in items(found).items()} == {drifting: mended_by}
    assert hook("repair", **changes).value["code"] == repair
    if repair == "unchanged":
        named = hook("repair", form={"items": drifting}, **changes)
        assert named.value["code"] == "refused"
    assert simulator.writes() == []


def meddle(simulator: Simulator, zimbra: Zimbra, how: str) -> dict[str, Any]:
    """Do what an administrator may have done in Zimbra; what to change in the call."""
    domain = simulator.domain("firma.example")
    names = domain.attrs["zimbraForeignName"] if domain else []
    words = {
        "foreign": ["puq_zimbra:other.example:1"],
        "deleting": ["puq_zimbra.deleting"],
        "unfinished": ["puq_zimbra.creating"],
        "two words": ["puq_zimbra.was:active", "puq_zimbra.was:closed"],
        "no word": ["puq_zimbra.purge:2030-01-01"],
        "no day": ["puq_zimbra.was:active", "puq_zimbra.purge:soon"],
    }
    names += words.get(how, [])
    if how == "renamed":
        return {"service": {"domain": "nowa.example"}}
    if how == "twice":
        simulator.create_domain("druga.example", zimbraForeignName=STAMP)
    elif how == "alias":
        simulator.create_domain(
            "alias.example",
            zimbraDomainType="alias",
            zimbraDomainAliasTargetId=domain.id,
            zimbraForeignName=STAMP,
        )
        names.clear()
        return {"service": {"domain": "alias.example"}}
    elif how == "nonsense":
        domain.attrs["zimbraDomainStatus"] = ["sleeping"]
    elif how == "no class":
        simulator.state.directory.coses["bizness"] = simulator.state.directory.coses.pop("business")
    elif how in ("no administrator", "alias of another"):
        zimbra.delete_account(simulator.account("admin@firma.example").id)
        if how == "alias of another":
            simulator.create_account("anna@firma.example", "Some-Pass-1")
            anna = simulator.account("anna@firma.example").id
            add_alias(zimbra, anna, "admin@firma.example")
    return {}


def test_a_domain_of_nobody_or_of_others_is_not_told_about(
    hook: Hook, simulator: Simulator
) -> None:
    """Another customer's limits and administrator are none of the caller's business."""
    for stamp in ("", "puq_zimbra:crm.example:43"):
        name = "obca.example" if stamp else "niczyja.example"
        simulator.create_domain(name, **({"zimbraForeignName": stamp} if stamp else {}))
        answer = hook("drift", service={"domain": name})

        assert answer.value["code"] == "not_ours"
        assert "data" not in answer.value
    assert simulator.writes() == []


def test_beside_a_foreign_stamp_nothing_of_the_domain_is_told(
    hook: Hook, simulator: Simulator
) -> None:
    """Neither whose it is nor what it holds: it may be theirs."""
    hook("create")
    simulator.domain("firma.example").attrs["zimbraForeignName"].append("puq_zimbra:other:canary")
    answer = hook("drift", service={"plan": {"mailboxes": 1}})

    assert list(items(answer)) == ["foreign-stamp"]
    assert "canary" not in str(answer.value)


def test_a_mailbox_at_the_administrators_address_is_promoted_if_nobody_runs_the_domain(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """A domain without an administrator gets the one that was sold; his password stays."""
    hook("create")
    zimbra.delete_account(simulator.account("admin@firma.example").id)
    simulator.create_account("admin@firma.example", "Own-Pass-1")
    found = items(hook("drift"))
    repaired = hook("repair", form={"items": "administrator"})

    assert {name: one["mended_by"] for name, one in found.items()} == {"administrator": "repair"}
    assert repaired.value["code"] == "updated"
    assert simulator.verify_password("admin@firma.example", "Own-Pass-1")
    admin = simulator.account("admin@firma.example")
    assert admin.attrs["zimbraIsDelegatedAdminAccount"] == ["TRUE"]
    assert items(hook("drift")) == {}


@pytest.mark.parametrize("made", [True, False])
def test_a_renamed_administrator_is_not_doubled(
    hook: Hook, simulator: Simulator, made: bool
) -> None:
    """Whether or not somebody has a mailbox at the address that was sold."""
    hook("create")
    if made:
        simulator.create_account("boss@firma.example", "Own-Pass-1")
    changes = {"service": {"admin": {"name": "boss"}}}

    found = items(hook("drift", **changes))

    assert {name: one["mended_by"] for name, one in found.items()} == {
        "administrator-renamed": "person"
    }
    assert found["administrator-renamed"]["held"] == {"mailbox": "admin@firma.example"}
    assert hook("repair", **changes).value["code"] == "unchanged"
    assert hook("plan", **changes).value["data"]["changes"] == []


@pytest.mark.parametrize(
    "lost", ["ModifyDomainRequest", "ModifyAccountRequest", "GrantRightRequest"]
)
@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_is_looked_into(
    hook: Hook, simulator: Simulator, lost: str, applied: bool
) -> None:
    """Each write is carried out once."""
    hook("create")
    hook("suspend")
    spoil(simulator)
    simulator.reset_log()
    simulator.drop_next(lost, applied=applied)
    answer = hook("repair")

    assert answer.value["code"] == "updated"
    assert items(hook("drift")) == {}
    assert hook("repair").value["code"] == "unchanged"


def test_repair_does_not_take_the_place_of_what_is_open(hook: Hook, simulator: Simulator) -> None:
    """Else a suspension that the host was told would go on were lost by it."""
    hook("create")
    simulator.drop_next("ModifyDomainRequest", times=2)
    pending = hook("suspend")
    bigger = {"plan": {"mailboxes": 40}}
    refused = hook("repair", service=bigger)
    hook("suspend")
    done = hook("repair", service=bigger)

    assert (pending.value["code"], refused.value["code"]) == ("pending", "refused")
    assert pending.value["reference"] in refused.value["message"]
    assert done.value["code"] == "updated"
    assert status(simulator) == "locked"


def test_a_repair_that_is_not_finished_is_given_up(
    hook: Hook, simulator: Simulator, runtime: Runtime
) -> None:
    """Who asked for it asks again; by itself it would not know which items were meant."""
    hook("create")
    bigger = {"plan": {"mailboxes": 40}}
    simulator.drop_next("ModifyDomainRequest", times=2)
    first = hook("repair", service=bigger, form={"items": "limits"})
    left = runtime.store().operations.unfinished()
    second = hook("repair", service=bigger, form={"items": "limits"})

    assert (first.value["code"], second.value["code"]) == ("unavailable", "updated")
    assert left == []


def test_what_zimbra_did_not_keep_is_said(hook: Hook, simulator: Simulator) -> None:
    """Success is told after a fresh reading and not before."""
    hook("create")
    simulator.domain("firma.example").attrs["zimbraMailDomainQuota"] = ["0"]
    attrs = simulator.domain("firma.example").attrs
    after_the_next_write(simulator, lambda: attrs.update(zimbraMailDomainQuota=["1"]))
    answer = hook("repair")

    assert answer.value["code"] == "conflict"
    assert answer.value["message"].endswith(": limits.")


def test_a_service_waiting_for_its_deletion_is_no_drift(hook: Hook) -> None:
    """The day stands there because the host wanted it."""
    hook("create")
    hook("terminate", service={"plan": GRACE})

    assert items(hook("drift", service={"plan": GRACE})) == {}


def test_every_item_is_in_the_documentation() -> None:
    """Whoever reads an item's name must find what it means."""
    text = (Path(__file__).parent.parent / "docs/adopting.md").read_text(encoding="utf-8")

    assert [name for name in drift.NAMES if f"\n| `{name}` | " not in text] == []
