"""Create: domain, administrator and rights, made once and finished after any failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from puq_zimbra.provisioning.admins import PANEL
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook
from .zimbra_state import GRACE, STAMP, add_alias, after_the_next_write, foreign_names


def test_create_makes_domain_administrator_and_rights(hook: Hook, simulator: Simulator) -> None:
    """What was sold exists afterwards, stamped, limited, and its administrator may run it."""
    answer = hook("create")

    assert (answer.value["code"], answer.exit_status, answer.http_status) == ("created", 0, 201)
    domain = simulator.domain("firma.example")
    admin = simulator.account("admin@firma.example")
    assert foreign_names(simulator) == [STAMP]
    assert domain.attrs["zimbraDomainMaxAccounts"] == ["25"]
    assert domain.attrs["zimbraMailDomainQuota"] == [str(5 * 2**30)]
    assert domain.attrs["zimbraDomainAggregateQuota"] == [str(50 * 2**30)]
    assert domain.attrs["zimbraDomainAggregateQuotaPolicy"] == ["BLOCKSENDRECEIVE"]
    assert admin.attrs["zimbraIsDelegatedAdminAccount"] == ["TRUE"]
    assert simulator.verify_password("admin@firma.example", "First-Pass-1")
    assert [call.name for call in simulator.writes()] == [
        "CreateDomainRequest",
        "CreateAccountRequest",
        "GrantRightRequest",
        "GrantRightRequest",
        "ModifyDomainRequest",
    ]
    assert answer.value["data"]["admin_address"] == "admin@firma.example"
    assert answer.value["data"]["mail_hosts"]["imap"] == "mail.example.test:993"


def test_create_twice_makes_everything_once(hook: Hook, simulator: Simulator) -> None:
    """Hosts retry and people double-click."""
    hook("create")
    writes = len(simulator.writes())
    second = hook("create")

    assert second.value["code"] == "already_exists"
    assert second.exit_status == 0
    assert len(simulator.writes()) == writes
    assert len(simulator.calls("CreateDomainRequest")) == 1
    assert len(simulator.calls("CreateAccountRequest")) == 1


WRITES = ("CreateDomainRequest", "CreateAccountRequest", "GrantRightRequest", "ModifyDomainRequest")


@pytest.mark.parametrize("lost", WRITES)
@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_is_looked_into_and_the_work_goes_on(
    hook: Hook, simulator: Simulator, lost: str, applied: bool
) -> None:
    """A time-out is not a failure: what became of the write is read before it is repeated."""
    simulator.drop_next(lost, applied=applied)
    answer = hook("create")

    assert answer.value["code"] == "created"
    assert hook("create").value["code"] == "already_exists"
    assert foreign_names(simulator) == [STAMP]
    done = [call.name for call in simulator.writes() if call.ok]
    assert done.count("CreateDomainRequest") == 1
    assert done.count("CreateAccountRequest") == 1


@pytest.mark.parametrize("lost", WRITES)
@pytest.mark.parametrize("applied", [True, False])
def test_create_finishes_what_an_outage_cut_short(
    hook: Hook, simulator: Simulator, lost: str, applied: bool
) -> None:
    """The answer is lost and Zimbra stays away: the next call completes the work, once."""
    simulator.drop_next(lost, applied=applied)
    looked = 1 if lost == WRITES[0] else 2
    simulator.chaos.add(Plan("GetDomainRequest", "drop", times=9, skip=looked))
    first = hook("create")
    simulator.chaos.clear()
    second = hook("create", service={"admin": {"password": "Second-Pass-2"}})

    assert (first.value["code"], first.value["retryable"]) == ("pending", True)
    assert second.value["code"] in ("created", "already_exists")
    assert foreign_names(simulator) == [STAMP]
    done = [call.name for call in simulator.writes() if call.ok]
    assert done.count("CreateDomainRequest") == 1
    assert done.count("CreateAccountRequest") == 1
    if second.value["code"] == "created":
        assert simulator.verify_password("admin@firma.example", "Second-Pass-2")


def test_a_creation_goes_on_with_the_administrator_as_ordered(
    hook: Hook, simulator: Simulator
) -> None:
    """Of the account that was made before, neither rights, panel, limit nor password is known."""
    simulator.drop_next("CreateAccountRequest", times=2)
    simulator.chaos.add(Plan("GetAccountRequest", "drop", times=9))
    hook("create")
    simulator.chaos.clear()
    simulator.create_account("admin@firma.example", "Some-Pass-1")
    answer = hook("create")
    attrs = simulator.account("admin@firma.example").attrs

    assert answer.value["code"] == "created"
    assert attrs["zimbraIsDelegatedAdminAccount"] == ["TRUE"]
    assert attrs["zimbraDomainAdminMaxMailQuota"] == [str(5 * 2**30)]
    assert set(attrs["zimbraAdminConsoleUIComponents"]) == set(PANEL)
    assert simulator.verify_password("admin@firma.example", "First-Pass-1")


def _unfinished(simulator: Simulator) -> None:
    simulator.domain("firma.example").attrs["zimbraForeignName"].append("puq_zimbra.creating")


def _without_limit(simulator: Simulator) -> None:
    simulator.domain("firma.example").put("zimbraDomainMaxAccounts")


def _without_administrator(simulator: Simulator) -> None:
    directory = simulator.state.directory
    directory.remove(simulator.account("admin@firma.example"))


@pytest.mark.parametrize("lack", [_unfinished, _without_limit, _without_administrator])
def test_what_does_not_read_back_complete_is_not_called_created(
    hook: Hook, simulator: Simulator, lack: Callable[[Simulator], None]
) -> None:
    """The welcome mail would name an account, or a limit, that is not there."""
    writes = len(WRITES) + 1  # both rights are granted
    after_the_next_write(simulator, lambda: lack(simulator), writes)
    first = hook("create")

    assert first.value["code"] == "conflict"
    assert first.value["message"].startswith(("The domain firma.example", "Zimbra did not keep"))


def test_create_of_a_suspended_service_says_so(hook: Hook) -> None:
    """The host must not believe that the customer can log in."""
    hook("create")
    hook("suspend")
    answer = hook("create")

    assert answer.value["code"] == "already_exists"
    assert "is suspended" in answer.value["message"]


def test_create_gives_back_a_lost_administrator_and_his_rights(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """Also when that is cut short: an account without rights is not finished."""
    hook("create")
    hook("change_package", service={"plan": {"mailboxes": 30}})
    zimbra.delete_account(simulator.account("admin@firma.example").id)
    simulator.fail_next("GrantRightRequest", "service.PERM_DENIED")
    first, second = hook("create"), hook("create")
    third = hook("create")

    assert first.value["code"] == "misconfigured"
    assert second.value["code"] == "created"
    assert third.value["code"] == "already_exists"
    assert foreign_names(simulator) == [STAMP]


def test_create_refuses_a_weak_password_before_the_first_write(
    hook: Hook, simulator: Simulator
) -> None:
    """Zimbra would only say so when the domain already exists."""
    answer = hook("create", service={"admin": {"password": "abc"}})

    assert answer.value["code"] == "refused"
    assert simulator.writes() == []


def test_idn_domains_go_as_a_labels_and_are_shown_as_u_labels(
    hook: Hook, simulator: Simulator
) -> None:
    """A Polish name must survive the whole life."""
    service = {"service": {"domain": "Zażółć-Gęślą.example"}}
    created = hook("create", **service)
    repeated = hook("create", **service)
    ended = hook("terminate", **service)

    assert created.value["code"] == "created"
    assert created.value["data"]["domain"] == "zażółć-gęślą.example"
    assert repeated.value["code"] == "already_exists"
    assert ended.value["code"] == "updated"
    sent = simulator.calls("CreateDomainRequest")[0].element.get("name", "")
    assert sent.startswith("xn--")


@pytest.mark.parametrize("holder", ["alias", "list"])
def test_a_taken_administrators_address_is_a_conflict(
    hook: Hook, simulator: Simulator, zimbra: Zimbra, holder: str
) -> None:
    """What holds the address may be the customer's own; a person must decide."""
    hook("create")
    zimbra.delete_account(simulator.account("admin@firma.example").id)
    if holder == "list":
        simulator.create_list("admin@firma.example")
    else:
        simulator.create_account("anna@firma.example", "Pass-Word-1")
        add_alias(zimbra, simulator.account("anna@firma.example").id, "admin@firma.example")
    answer = hook("create")

    assert answer.value["code"] == "conflict"
    assert "admin@firma.example" in answer.value["message"]


def test_create_during_the_grace_period_makes_nothing(hook: Hook, simulator: Simulator) -> None:
    """An order must not silently revive what is about to be deleted, nor fill it."""
    hook("create")
    hook("terminate", service={"plan": GRACE})
    simulator.domain("firma.example").attrs["zimbraForeignName"].append("puq_zimbra.creating")
    simulator.reset_log()
    answer = hook("create").value

    assert (answer["code"], answer["data"]["state"]) == ("already_exists", "ending")
    assert simulator.writes() == []


def test_a_weak_password_is_refused_in_the_customers_language(
    hook: Hook, simulator: Simulator
) -> None:
    """Every rule of the class of service has its sentence."""
    simulator.create_cos("strict", zimbraPasswordMinUpperCaseChars="3")
    simulator.reset_log()
    service = {"plan": {"cos": "strict"}, "admin": {"password": "small-letters-1"}}
    answer = hook("create", service=service, locale="pl")

    assert answer.value["code"] == "refused"
    assert answer.value["message"] == ("W haśle jest za mało wielkich liter. Wymagane minimum: 3.")
    assert simulator.writes() == []


def test_a_password_that_zimbra_alone_refuses_is_the_customers_to_change(
    hook: Hook, simulator: Simulator
) -> None:
    """Its lists of names and common passwords cannot be read; with another one the work goes on."""
    rules = {"zimbraFeatureAllowUsernameInPassword": "FALSE"}
    simulator.create_cos("strict", **rules)
    service: dict[str, Any] = {"plan": {"cos": "strict"}, "admin": {"password": "Admin-Pass-1"}}
    refused = hook("create", service=service)
    service["admin"] = {"password": "Other-Pass-1"}
    created = hook("create", service=service)

    assert refused.value["code"] == "refused"
    assert refused.value["message"].startswith("The password does not meet Zimbra's rules")
    assert created.value["code"] == "created"
    assert simulator.verify_password("admin@firma.example", "Other-Pass-1")


def test_a_rule_that_zimbra_holds_another_way_is_named(hook: Hook, simulator: Simulator) -> None:
    """The class was made stricter since we looked: the sentence has Zimbra's own number."""
    simulator.create_cos("strict")
    made = simulator.state.directory.coses["strict"]
    after_the_next_write(simulator, lambda: made.put("zimbraPasswordMinLength", "40"))
    answer = hook("create", service={"plan": {"cos": "strict"}})

    assert answer.value["code"] == "refused"
    assert answer.value["message"] == "The password is too short: at least 40 characters."


@pytest.mark.parametrize(
    ("rule", "length", "code"),
    [
        (("zimbraPasswordMaxLength", "0"), 70, "created"),
        (("zimbraPasswordMaxLength", "12"), 12, "created"),
        (("zimbraPasswordMaxLength", "12"), 13, "refused"),
        (("zimbraPasswordMinLength", "12"), 12, "created"),
        (("zimbraPasswordMinLength", "12"), 11, "refused"),
    ],
)
def test_a_password_of_just_the_length_that_is_allowed_is_taken(
    hook: Hook, simulator: Simulator, rule: tuple[str, str], length: int, code: str
) -> None:
    """And 0 is no limit in Zimbra."""
    simulator.create_cos("strict", **dict([rule]))
    password = ("Aa1-" * 20)[:length]
    service = {"plan": {"cos": "strict"}, "admin": {"password": password}}

    assert hook("create", service=service).value["code"] == code


def test_a_refused_order_without_a_class_of_service_makes_nothing(
    hook: Hook, simulator: Simulator
) -> None:
    """Without one Zimbra's default class holds, and so do its password rules."""
    simulator.state.directory.coses["default"].attrs["zimbraPasswordMinLength"] = ["14"]
    answer = hook("create", service={"plan": {"cos": None}})

    assert answer.value["code"] == "refused"
    assert simulator.writes() == []


def test_a_customers_own_password_survives_a_repeated_order(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """Once the creation is complete the password is the customer's."""
    hook("create")
    zimbra.delete_account(simulator.account("admin@firma.example").id)
    simulator.create_account("admin@firma.example", "Customers-Own-1")
    answer = hook("create")

    assert answer.value["code"] == "already_exists"
    assert simulator.verify_password("admin@firma.example", "Customers-Own-1")


def test_a_renamed_administrator_is_not_doubled(hook: Hook, simulator: Simulator) -> None:
    """A second one would have all rights too."""
    hook("create")
    simulator.reset_log()
    answer = hook("create", service={"admin": {"name": "boss"}})

    assert answer.value["code"] == "already_exists"
    assert simulator.writes() == []
