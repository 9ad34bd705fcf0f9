"""Adopt: an existing domain becomes a service's, by its stamp alone, if nobody else has a claim."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook
from .zimbra_state import STAMP, after_the_next_write, foreign_names


@pytest.fixture
def stock(simulator: Simulator) -> Simulator:
    """A domain from before the billing platform, with people in it."""
    simulator.create_domain("firma.example", zimbraForeignName="crm:7", zimbraDomainMaxAccounts="9")
    simulator.create_account("admin@firma.example", "Old-Pass-1")
    simulator.create_account("anna@firma.example", "Anna-Pass-1", zimbraAccountStatus="locked")
    simulator.add_mail("anna@firma.example", 2**30)
    simulator.create_list("all@firma.example", ["anna@firma.example"])
    simulator.reset_log()
    return simulator


def test_adopt_writes_the_stamp_and_nothing_else(hook: Hook, stock: Simulator) -> None:
    """Limits, passwords and statuses are the customer's as they were."""
    before = {key: list(value) for key, value in stock.domain("firma.example").attrs.items()}
    first, second = hook("adopt"), hook("adopt")

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert foreign_names(stock) == ["crm:7", STAMP]
    after = {key: list(value) for key, value in stock.domain("firma.example").attrs.items()}
    assert {key for key in after if after[key] != before.get(key)} == {"zimbraForeignName"}
    assert stock.verify_password("admin@firma.example", "Old-Pass-1")
    assert [call.name for call in stock.writes()] == ["ModifyDomainRequest"]
    assert hook("suspend").value["code"] == "updated"


def test_a_dry_run_says_what_would_be_taken_over_and_what_would_differ(
    hook: Hook, stock: Simulator
) -> None:
    """The provider decides by it whether the plan fits the domain."""
    answer = hook("adopt", dry_run=True)

    data = answer.value["data"]
    assert answer.value["code"] == "unchanged"
    assert data["changes"][0]["attributes"] == {"+zimbraForeignName": [STAMP]}
    assert data["holds"] == {
        "accounts": 2, "resources": 0, "lists": 1, "aliases": 0, "alias_domains": [],
        "used": 2**30,
    }  # fmt: skip
    assert [one["item"] for one in data["drift"]] == ["limits", "cos", "administrator"]
    assert stock.writes() == []


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["puq_zimbra:crm.example:43"], "not_ours"),
        (["puq_zimbra:other.example:42"], "not_ours"),
        (["PUQ_ZIMBRA:crm.example:42"], "not_ours"),
        ([STAMP, "puq_zimbra:crm.example:43"], "not_ours"),
        (["puq_zimbra.purge:2020-01-01"], "conflict"),
        (["puq_zimbra.was:active"], "conflict"),
        (["puq_zimbra.creating"], "conflict"),
    ],
)
def test_a_domain_with_any_other_mark_is_not_adopted(
    hook: Hook, stock: Simulator, names: list[str], code: str
) -> None:
    """It is another service's, or would be purged for a day that an earlier one named."""
    stock.domain("firma.example").attrs["zimbraForeignName"] = names
    answer = hook("adopt")

    assert answer.value["code"] == code
    assert stock.writes() == []


def test_an_alias_domain_is_not_adopted(hook: Hook, stock: Simulator) -> None:
    """Nothing lives in it."""
    stock.create_domain(
        "alias.example",
        zimbraDomainType="alias",
        zimbraDomainAliasTargetId=stock.domain("firma.example").id,
    )
    answer = hook("adopt", service={"domain": "alias.example"})

    assert answer.value["code"] == "conflict"
    assert stock.writes() == []


@pytest.mark.parametrize(
    "attrs",
    [{"zimbraForeignPrincipal": "puq_zimbra:crm.example:99"}, {"zimbraIsAdminAccount": "TRUE"}],
)
def test_a_domain_that_holds_somebody_elses_is_not_adopted(
    hook: Hook, stock: Simulator, attrs: dict[str, str]
) -> None:
    """Its new owner could suspend and delete them."""
    stock.create_account("sold@firma.example", "Some-Pass-1", **attrs)
    answer = hook("adopt")

    assert answer.value["code"] == "conflict"
    assert "sold@firma.example" in answer.value["message"]
    assert stock.writes() == []


def test_a_domain_whose_alias_domain_is_another_services_is_not_adopted(
    hook: Hook, stock: Simulator
) -> None:
    """Deleting the one would delete the other."""
    stock.create_domain(
        "alias.example",
        zimbraDomainType="alias",
        zimbraDomainAliasTargetId=stock.domain("firma.example").id,
        zimbraForeignName="puq_zimbra:crm.example:99",
    )
    answer = hook("adopt")

    assert answer.value["code"] == "conflict"
    assert "alias.example" in answer.value["message"]
    assert stock.writes() == []


def test_a_service_has_one_domain(hook: Hook, stock: Simulator) -> None:
    """A second domain would make it unclear which one is paid for."""
    hook("create", service={"domain": "nowa.example"})
    stock.reset_log()
    answer = hook("adopt")

    assert answer.value["code"] == "conflict"
    assert "nowa.example" in answer.value["message"]
    assert stock.writes() == []


def test_what_does_not_exist_cannot_be_adopted(hook: Hook, simulator: Simulator) -> None:
    """That is for create."""
    assert hook("adopt").value["code"] == "not_found"
    assert simulator.writes() == []


@pytest.mark.parametrize("event", ["adopt", "drift"])
def test_only_who_sees_everything_says_whose_it_is(
    hook: Hook, stock: Simulator, zimbra: Zimbra, event: str
) -> None:
    """To a domain's administrator what is not his is simply not shown."""
    stock.create_account("lesser@example.test", "Pass-1", zimbraIsDelegatedAdminAccount="TRUE")
    lesser = stock.account("lesser@example.test")
    for name in ("firma.example", "example.test"):
        zimbra.grant_right(stock.domain(name).id, lesser.id, "domainAdminRights")
    stock.reset_log()
    answer = hook(event, server={"username": "lesser@example.test", "password": "Pass-1"})

    assert answer.value["code"] == "misconfigured"
    assert "not a global administrator" in answer.value["message"]
    assert stock.writes() == []


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_is_looked_into(hook: Hook, stock: Simulator, applied: bool) -> None:
    """Written once, whatever became of the answer."""
    stock.drop_next("ModifyDomainRequest", applied=applied)
    first, second = hook("adopt"), hook("adopt")

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert foreign_names(stock) == ["crm:7", STAMP]


def test_whoever_sees_two_owners_steps_back(hook: Hook, stock: Simulator) -> None:
    """Two stamps on a domain would make it nobody's, and every list of services an error."""
    names = stock.domain("firma.example").attrs
    after_the_next_write(
        stock, lambda: names["zimbraForeignName"].append("puq_zimbra:crm.example:43")
    )
    answer = hook("adopt")

    assert answer.value["code"] == "conflict"
    assert "at the same moment" in answer.value["message"]
    assert foreign_names(stock) == ["crm:7", "puq_zimbra:crm.example:43"]


def test_of_many_at_once_one_at_the_most_has_the_domain(hook: Hook, stock: Simulator) -> None:
    """And that one was told so."""

    def adopt(number: int) -> Any:
        return hook("adopt", service={"id": str(number)}).value

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(adopt, range(8)))
    owners = [one for one in foreign_names(stock) if one.startswith("puq_zimbra:")]
    told = [f"puq_zimbra:crm.example:{n}" for n, one in enumerate(answers) if one["ok"]]

    assert owners == told
    assert len(owners) <= 1
    assert {one["code"] for one in answers} <= {"updated", "conflict", "not_ours"}


def test_an_adopted_service_is_repaired_and_terminated_like_any_other(
    hook: Hook, stock: Simulator
) -> None:
    """From there on it is what was sold."""
    hook("adopt")
    repaired = hook("repair")
    still = hook("drift")

    assert repaired.value["code"] == "updated"
    assert still.value["data"]["changes"] == []
    assert stock.verify_password("admin@firma.example", "Old-Pass-1")
    assert stock.account("anna@firma.example").attrs["zimbraAccountStatus"] == ["locked"]
    assert hook("terminate").value["code"] == "updated"
    assert stock.domain("firma.example") is None
