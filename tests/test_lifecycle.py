"""Packages, passwords, single sign-on, lists and log-ins: each hook does its work once."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook
from .zimbra_state import GRACE, add_alias


@pytest.mark.parametrize(
    ("event", "lost", "code"),
    [
        ("suspend", "ModifyDomainRequest", "updated"),
        ("terminate", "DeleteAccountRequest", "updated"),
        ("terminate", "DeleteDomainRequest", "updated"),
        ("change_package", "ModifyDomainRequest", "updated"),
        ("change_password", "SetPasswordRequest", "updated"),
    ],
)
@pytest.mark.parametrize("applied", [True, False])
def test_every_hook_survives_a_lost_answer(
    hook: Hook, simulator: Simulator, event: str, lost: str, code: str, applied: bool
) -> None:
    """The host hears what was done, and Zimbra was asked for it once."""
    hook("create")
    simulator.drop_next(lost, applied=applied)
    changes = {"new_password": "Second-Pass-2", "service": {"plan": {"mailboxes": 30}}}
    answer = hook(event, **changes)

    assert answer.value["code"] == code
    assert hook(event, **changes).value["code"] in ("unchanged", "already_gone")


@pytest.mark.parametrize(
    ("event", "plan", "before"),
    [
        ("create", {}, []),
        ("change_package", {"mailboxes": 30}, ["create"]),
        ("suspend", {}, ["create"]),
        ("unsuspend", {}, ["create", "suspend"]),
        ("terminate", {}, ["create"]),
        ("terminate", GRACE, ["create"]),
        ("terminate", {"terminate": {"mode": "keep"}}, ["create"]),
        ("restore", GRACE, ["create", "terminate"]),
        ("renew", GRACE, ["create", "terminate"]),
        ("change_password", {}, ["create"]),
    ],
)
def test_a_dry_run_tells_and_writes_nothing(
    hook: Hook, simulator: Simulator, event: str, plan: dict[str, Any], before: list[str]
) -> None:
    """A dry run that deletes is worse than none."""
    changes = {"service": {"plan": plan}, "new_password": "Second-Pass-2"}
    for one in before:
        hook(one, **({} if one == "create" else changes))
    simulator.reset_log()
    answer = hook(event, dry_run=True, **changes)

    assert answer.value["code"] == "unchanged"
    assert "dry run" in answer.value["message"]
    assert {"action", "object", "attributes"} == set(answer.value["data"]["changes"][0])
    assert simulator.writes() == []
    assert "Second-Pass-2" not in str(answer.value)


def test_change_package_writes_the_difference_once(hook: Hook, simulator: Simulator) -> None:
    """Up and down, and the class of service; nothing is deleted."""
    hook("create")
    simulator.reset_log()
    plan: dict[str, Any] = {
        "plan": {"cos": "starter", "mailboxes": None, "mailbox_quota": 2**30, "domain_quota": 0}
    }
    first, second = hook("change_package", service=plan), hook("change_package", service=plan)

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    domain = simulator.domain("firma.example")
    assert "zimbraDomainMaxAccounts" not in domain.attrs
    assert domain.attrs["zimbraMailDomainQuota"] == [str(2**30)]
    assert domain.attrs["zimbraDomainAggregateQuota"] == ["0"]
    assert [call.name for call in simulator.writes()] == [
        "ModifyDomainRequest",
        "ModifyAccountRequest",
    ]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"mailboxes": 1}, ["in the plan: 1", "in use: 2"]),
        ({"mailbox_quota": 2**30}, ["1024 MB", "anna@firma.example (2048)"]),
        ({"domain_quota": 2**30}, ["1024 MB", "2048 MB"]),
    ],
)
def test_a_plan_below_what_is_held_is_refused_with_the_numbers(
    hook: Hook, simulator: Simulator, plan: dict[str, int], words: list[str]
) -> None:
    """A downgrade never destroys; the customer learns what to free."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    simulator.add_mail("anna@firma.example", 2 * 2**30)
    simulator.reset_log()
    answer = hook("change_package", service={"plan": plan})

    assert answer.value["code"] == "refused"
    assert all(word in answer.value["message"] for word in words)
    assert simulator.writes() == []


@pytest.mark.parametrize(
    "plan", [{"mailboxes": 2}, {"mailbox_quota": 2 * 2**30}, {"domain_quota": 2 * 2**30}]
)
def test_a_plan_for_exactly_what_is_held_is_taken(
    hook: Hook, simulator: Simulator, plan: dict[str, int]
) -> None:
    """The customer freed just what the message named."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    simulator.add_mail("anna@firma.example", 2 * 2**30)

    assert hook("change_package", service={"plan": plan}).value["code"] == "updated"


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"aliases": 0}, "Aliases in the plan: 0, in use: 1"),
        ({"lists": 0}, "lists in the plan: 0, in use: 1"),
        ({"domain_aliases": 0}, "Alias domains in the plan: 0, in use: 1"),
    ],
)
def test_what_zimbra_cannot_limit_is_counted(
    hook: Hook, simulator: Simulator, zimbra: Zimbra, plan: dict[str, int], words: str
) -> None:
    """A smaller plan does not pass over lists and aliases that are there."""
    hook("create")
    add_alias(zimbra, simulator.account("admin@firma.example").id, "info@firma.example")
    simulator.create_list("all@firma.example", ["admin@firma.example"])
    simulator.create_domain(
        "alias.example",
        zimbraDomainType="alias",
        zimbraDomainAliasTargetId=simulator.domain("firma.example").id,
    )
    refused = hook("change_package", service={"plan": plan})
    enough = hook("change_package", service={"plan": dict.fromkeys(plan, 1)})

    assert refused.value["code"] == "refused"
    assert words in refused.value["message"]
    assert enough.value["ok"]


def test_change_password_sets_it_once(hook: Hook, simulator: Simulator) -> None:
    """A repeated call must not end the customer's sessions again."""
    hook("create")
    simulator.reset_log()
    first = hook("change_password", new_password="Second-Pass-2")
    second = hook("change_password", new_password="Second-Pass-2")

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert simulator.verify_password("admin@firma.example", "Second-Pass-2")
    assert len(simulator.calls("SetPasswordRequest")) == 1


def test_a_weak_password_is_refused_by_its_rule(hook: Hook, simulator: Simulator) -> None:
    """Zimbra would set it all the same: the policy is asked first."""
    hook("create")
    simulator.reset_log()
    answer = hook("change_password", new_password="abc")

    assert answer.value["code"] == "refused"
    assert answer.value["message"] == "The password is too short: at least 6 characters."
    assert simulator.writes() == []


@pytest.mark.parametrize(
    "event", ["suspend", "unsuspend", "change_package", "change_password", "renew", "sso_service"]
)
def test_what_does_not_exist_is_not_found(hook: Hook, simulator: Simulator, event: str) -> None:
    """Nothing to act on is no success: a success would hide a lost domain."""
    answer = hook(event, new_password="Second-Pass-2")

    assert (answer.value["code"], answer.exit_status) == ("not_found", 1)
    assert simulator.writes() == []


def test_sso_opens_the_administrators_mailbox_once(hook: Hook, simulator: Simulator) -> None:
    """The link is for this account, for a short time, and for a service in good standing."""
    hook("create")
    answer = hook("sso_service")
    hook("suspend")
    refused = hook("sso_service")

    assert answer.value["data"]["url"].startswith("https://127.0.0.1:")
    assert "/service/preauth?authtoken=" in answer.value["data"]["url"]
    assert "&isredirect=1" in answer.value["data"]["url"]
    assert refused.value["code"] == "refused"
    assert len(simulator.calls("DelegateAuthRequest")) == 1


def test_sso_for_staff_carries_no_token(hook: Hook) -> None:
    """An administrator's token in a link would stay good for hours."""
    answer = hook("sso_admin")

    assert answer.value["ok"]
    assert "token" not in answer.value["data"]["url"]


def test_test_connection_names_the_zimbra(hook: Hook) -> None:
    """The provider sees that he reached the right one, as whom."""
    answer = hook("test_connection", service=None)

    assert answer.value["ok"]
    assert answer.value["data"]["administrator"] == "global"
    assert answer.value["data"]["version"].startswith("10.")


def test_list_services_gives_all_of_the_installation(hook: Hook, simulator: Simulator) -> None:
    """Another installation's services on the same Zimbra are not in the list."""
    hook("create")
    hook("create", service={"id": "43", "domain": "druga.example"})
    hook("create", installation="other.example", service={"domain": "obca.example"})
    hook("suspend")
    services = {one["service_id"]: one for one in hook("list_services").value["data"]["services"]}

    assert set(services) == {"42", "43"}
    assert services["42"]["suspended"] is True
    assert services["43"] | {"created": ""} == {
        "service_id": "43", "model": "domain", "domain": "druga.example", "mailbox": "",
        "status": "active", "suspended": False, "purge_at": None, "cos": "business", "created": "",
    }  # fmt: skip


def test_one_log_in_serves_a_process(hook: Hook, simulator: Simulator) -> None:
    """Each log-in is written to the administrator's directory entry."""
    hook("create")
    hook("suspend")
    hook("unsuspend")

    assert len(simulator.calls("AuthRequest")) == 1


def test_an_expired_log_in_is_renewed_once(hook: Hook, simulator: Simulator) -> None:
    """Tokens run out in the middle of the night."""
    hook("create")
    simulator.expire_tokens()
    answer = hook("suspend")

    assert answer.value["code"] == "updated"
    assert len(simulator.calls("AuthRequest")) == 2


def test_a_delegated_administrator_is_refused_at_the_test(hook: Hook, simulator: Simulator) -> None:
    """Better at the test of the connection than at the first order."""
    simulator.create_account("lesser@example.test", "Pass-1", zimbraIsDelegatedAdminAccount="TRUE")
    answer = hook(
        "test_connection", server={"username": "lesser@example.test", "password": "Pass-1"}
    )

    assert answer.value["code"] == "misconfigured"


def test_no_log_in_is_tried_with_a_customers_password(hook: Hook, simulator: Simulator) -> None:
    """Ten wrong ones would shut out the whole billing host."""
    hook("create")
    for number in range(12):
        hook("change_password", new_password=f"Another-Pass-{number}")

    assert len(simulator.calls("AuthRequest")) == 1


def test_sso_of_a_locked_mailbox_is_refused(hook: Hook, simulator: Simulator) -> None:
    """The link would not open it."""
    hook("create")
    simulator.account("admin@firma.example").attrs["zimbraAccountStatus"] = ["locked"]

    assert hook("sso_service").value["code"] == "refused"
