"""A service's life over the hooks: each does its work once, and a second call writes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook

STAMP = "puq_zimbra:crm.example:42"


def status(simulator: Simulator) -> str:
    """The domain's status in Zimbra."""
    return str(simulator.domain("firma.example").attrs["zimbraDomainStatus"][0])


def add_alias(zimbra: Zimbra, identity: str, alias: str) -> None:
    """Give an account another address, by a request that the product has no use for."""
    token = zimbra.connection.auth()
    body = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Header>'
        f'<context xmlns="urn:zimbra"><authToken>{token}</authToken></context></e:Header><e:Body>'
        f'<AddAccountAliasRequest xmlns="urn:zimbraAdmin" id="{identity}" alias="{alias}"/>'
        "</e:Body></e:Envelope>"
    )
    assert zimbra.connection._transport.post(body.encode()).status == 200


def foreign_names(simulator: Simulator, domain: str = "firma.example") -> list[str]:
    """What stands in the domain's zimbraForeignName."""
    return sorted(simulator.domain(domain).attrs.get("zimbraForeignName", []))


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


def test_create_leaves_a_foreign_domain_alone(hook: Hook, simulator: Simulator) -> None:
    """A name is not ownership: the domain may be another customer's."""
    simulator.create_domain("firma.example", zimbraForeignName="puq_zimbra:crm.example:43")
    simulator.reset_log()
    answer = hook("create")

    assert (answer.value["code"], answer.exit_status) == ("not_ours", 77)
    assert simulator.writes() == []


@pytest.mark.parametrize(
    "stamp", ["", "PUQ_ZIMBRA:crm.example:42", "puq_zimbra:crm.example:420", "other:x"]
)
@pytest.mark.parametrize(
    "event",
    ["create", "suspend", "unsuspend", "terminate", "change_package", "change_password", "renew",
     "sso_service", "client_area"],
)  # fmt: skip
def test_no_hook_touches_what_bears_no_exact_stamp(
    hook: Hook, simulator: Simulator, event: str, stamp: str
) -> None:
    """Zimbra compares foreign names without regard to case; we must not."""
    attrs = {"zimbraForeignName": stamp} if stamp else {}
    simulator.create_domain("firma.example", **attrs)
    simulator.create_account("admin@firma.example", "Other-Pass-1")
    simulator.reset_log()
    answer = hook(event, new_password="Second-Pass-2")

    assert answer.value["code"] == "not_ours"
    assert simulator.writes() == []
    assert simulator.calls("DelegateAuthRequest") == []


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

    assert (first.value["code"], first.value["retryable"]) == ("unavailable", True)
    assert second.value["code"] in ("created", "already_exists")
    assert foreign_names(simulator) == [STAMP]
    done = [call.name for call in simulator.writes() if call.ok]
    assert done.count("CreateDomainRequest") == 1
    assert done.count("CreateAccountRequest") == 1
    if second.value["code"] == "created":
        assert simulator.verify_password("admin@firma.example", "Second-Pass-2")


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


@pytest.mark.parametrize("mode", ["locked", "maintenance", "closed"])
def test_suspend_and_unsuspend_are_exact(hook: Hook, simulator: Simulator, mode: str) -> None:
    """Mailboxes keep their own status; the domain comes back as it was."""
    hook("create")
    simulator.create_account("locked@firma.example", "Some-Pass-1", zimbraAccountStatus="locked")
    simulator.create_list("all@firma.example", ["admin@firma.example"])
    plan = {"plan": {"suspend_mode": mode}}
    suspended = hook("suspend", service=plan)
    during = status(simulator)
    again = hook("suspend", service=plan)
    back = hook("unsuspend", service=plan)

    assert (suspended.value["code"], again.value["code"]) == ("updated", "unchanged")
    assert during == mode
    assert back.value["code"] == "updated"
    assert hook("unsuspend").value["code"] == "unchanged"
    assert status(simulator) == "active"
    assert foreign_names(simulator) == [STAMP]
    assert simulator.account("locked@firma.example").attrs["zimbraAccountStatus"] == ["locked"]


def test_unsuspend_does_not_lift_an_administrators_lock(hook: Hook, simulator: Simulator) -> None:
    """What an administrator closed before the suspension stays closed after it."""
    hook("create")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["closed"]
    first, second = hook("suspend"), hook("suspend")
    during = status(simulator)
    hook("unsuspend")

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert during == "closed"
    assert status(simulator) == "closed"


def test_terminate_deletes_all_of_it_and_only_that(hook: Hook, simulator: Simulator) -> None:
    """Mailboxes, lists and the domain go; a neighbour stays."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    simulator.create_list("all@firma.example", ["anna@firma.example"])
    simulator.create_domain("other.example")
    first = hook("terminate")
    second = hook("terminate")

    assert (first.value["code"], first.exit_status) == ("updated", 0)
    assert (second.value["code"], second.exit_status) == ("already_gone", 0)
    assert simulator.domain("firma.example") is None
    assert simulator.domain("other.example") is not None


@pytest.mark.parametrize("mode", ["locked", "maintenance", "closed"])
def test_terminate_of_a_suspended_service_works(
    hook: Hook, simulator: Simulator, mode: str
) -> None:
    """The common path: unpaid, suspended, terminated."""
    hook("create")
    hook("suspend", service={"plan": {"suspend_mode": mode}})

    assert hook("terminate").value["code"] == "updated"
    assert simulator.domain("firma.example") is None


def test_terminate_stops_before_anything_foreign(hook: Hook, simulator: Simulator) -> None:
    """A mailbox sold as another service inside the domain must not go with it."""
    hook("create")
    simulator.create_account(
        "sold@firma.example", "Some-Pass-1", zimbraForeignPrincipal="puq_zimbra:crm.example:99"
    )
    simulator.reset_log()
    answer = hook("terminate")

    assert answer.value["code"] == "conflict"
    assert "sold@firma.example" in answer.value["message"]
    assert simulator.writes() == []


def test_terminate_with_grace_locks_and_can_be_called_off(hook: Hook, simulator: Simulator) -> None:
    """Nothing is deleted before the day that the customer was told."""
    hook("create")
    plan = {"plan": {"terminate": {"mode": "grace", "grace_days": 14}}}
    first, second = hook("terminate", service=plan), hook("terminate", service=plan)
    refused = hook("unsuspend", service=plan)
    renewed = hook("renew", service=plan)

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert first.value["data"] == second.value["data"]
    assert refused.value["code"] == "refused"
    assert renewed.value["code"] == "updated"
    assert status(simulator) == "active"
    assert foreign_names(simulator) == [STAMP]


def test_terminate_keep_deletes_nothing(hook: Hook, simulator: Simulator) -> None:
    """The provider may want the mail kept."""
    hook("create")
    plan = {"plan": {"terminate": {"mode": "keep"}}}

    assert hook("terminate", service=plan).value["code"] == "updated"
    assert hook("terminate", service=plan).value["code"] == "unchanged"
    assert status(simulator) == "locked"


GRACE = {"terminate": {"mode": "grace", "grace_days": 14}}


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


def test_a_service_that_is_kept_after_all_is_not_deleted_later(
    hook: Hook, simulator: Simulator
) -> None:
    """The day of the deletion must not stay behind when the plan now says keep."""
    hook("create")
    hook("terminate", service={"plan": GRACE})
    kept = {"plan": {"terminate": {"mode": "keep"}}}
    first, second = hook("terminate", service=kept), hook("terminate", service=kept)

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert foreign_names(simulator) == sorted([STAMP, "puq_zimbra.was:active"])


def test_restore_calls_off_a_deletion_and_nothing_else(hook: Hook, simulator: Simulator) -> None:
    """A service that is merely unpaid is not opened by it."""
    hook("create")
    hook("suspend")
    suspended = hook("restore")
    hook("terminate", service={"plan": GRACE})
    first, second = hook("restore"), hook("restore")

    assert suspended.value["code"] == "unchanged"
    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert status(simulator) == "active"


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


def test_create_refuses_a_weak_password_before_the_first_write(
    hook: Hook, simulator: Simulator
) -> None:
    """Zimbra would only say so when the domain already exists."""
    answer = hook("create", service={"admin": {"password": "abc"}})

    assert answer.value["code"] == "refused"
    assert simulator.writes() == []


def test_renew_of_a_healthy_service_changes_nothing(hook: Hook, simulator: Simulator) -> None:
    """Each paid invoice calls it."""
    hook("create")
    simulator.reset_log()

    assert hook("renew").value["code"] == "unchanged"
    assert hook("renew").value["code"] == "unchanged"
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
        "service_id": "43", "domain": "druga.example", "status": "active",
        "suspended": False, "purge_at": None, "cos": "business", "created": "",
    }  # fmt: skip


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
    sent = simulator.calls("CreateDomainRequest")[0].element.get("name")
    assert sent.startswith("xn--")


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


def test_a_deletion_stops_at_a_foreign_alias_domain(hook: Hook, simulator: Simulator) -> None:
    """Zimbra would silently delete it together with the domain it points to."""
    hook("create")
    simulator.create_domain(
        "alias.example",
        zimbraDomainType="alias",
        zimbraDomainAliasTargetId=simulator.domain("firma.example").id,
    )
    simulator.reset_log()
    answer = hook("terminate")

    assert answer.value["code"] == "conflict"
    assert "alias.example" in answer.value["message"]
    assert simulator.writes() == []


def test_a_deletion_never_takes_a_global_administrator(hook: Hook, simulator: Simulator) -> None:
    """Staff may have an account in a customer's domain."""
    hook("create")
    simulator.create_account("staff@firma.example", "Pass-1", zimbraIsAdminAccount="TRUE")
    simulator.reset_log()

    assert hook("terminate").value["code"] == "conflict"
    assert simulator.writes() == []


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


def test_create_during_the_grace_period_is_refused(hook: Hook) -> None:
    """An order must not silently revive what is about to be deleted."""
    hook("create")
    hook("terminate", service={"plan": GRACE})

    assert hook("create").value["code"] == "refused"


def test_a_weak_password_is_refused_in_the_customers_language(
    hook: Hook, simulator: Simulator
) -> None:
    """Every rule of the class of service has its sentence."""
    simulator.create_cos("strict", zimbraPasswordMinUpperCaseChars="3")
    simulator.reset_log()
    service = {"plan": {"cos": "strict"}, "admin": {"password": "small-letters-1"}}
    answer = hook("create", service=service, locale="pl")

    assert answer.value["code"] == "refused"
    assert answer.value["message"] == (
        "W haśle jest za mało wielkich liter. Najmniejsza ich liczba: 3."
    )
    assert simulator.writes() == []


def test_a_deletion_stops_at_an_alias_of_an_outside_mailbox(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """Zimbra would refuse to delete the domain when every mailbox is already gone."""
    hook("create")
    simulator.create_account("boss@example.test", "Some-Pass-1")
    add_alias(zimbra, simulator.account("boss@example.test").id, "kontakt@firma.example")
    simulator.reset_log()
    answer = hook("terminate")

    assert answer.value["code"] == "conflict"
    assert "kontakt@firma.example" in answer.value["message"]
    assert simulator.writes() == []


def test_own_aliases_go_with_their_mailbox(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """They are nothing to stop at."""
    hook("create")
    add_alias(zimbra, simulator.account("admin@firma.example").id, "info@firma.example")

    assert hook("terminate").value["code"] == "updated"
    assert simulator.domain("firma.example") is None


@pytest.mark.parametrize("event", ["create", "terminate"])
def test_a_service_whose_domain_was_edited_in_the_host_is_a_conflict(
    hook: Hook, simulator: Simulator, event: str
) -> None:
    """Success would leave the old domain running, or make a second one."""
    hook("create")
    simulator.reset_log()
    answer = hook(event, service={"domain": "nowa.example"})

    assert answer.value["code"] == "conflict"
    assert "firma.example" in answer.value["message"]
    assert simulator.writes() == []


@pytest.mark.parametrize("event", ["suspend", "terminate", "change_package", "create"])
def test_the_services_alias_domain_is_not_its_domain(
    hook: Hook, simulator: Simulator, event: str
) -> None:
    """Suspending the alias would leave the mail running."""
    hook("create")
    simulator.create_domain(
        "alias.example",
        zimbraDomainType="alias",
        zimbraDomainAliasTargetId=simulator.domain("firma.example").id,
        zimbraForeignName=STAMP,
    )
    simulator.reset_log()
    answer = hook(event, service={"domain": "alias.example"})

    assert answer.value["code"] == "conflict"
    assert simulator.writes() == []
    assert hook("list_services").value["ok"]


def test_a_stricter_lock_set_during_a_suspension_is_not_opened(
    hook: Hook, simulator: Simulator
) -> None:
    """Staff shut a hacked domain while it is unpaid; the next cron must not open it."""
    hook("create")
    hook("suspend")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["closed"]
    hook("suspend")

    assert status(simulator) == "closed"


@pytest.mark.parametrize("event", ["create", "unsuspend", "renew", "restore"])
def test_a_half_deleted_service_is_not_called_fine(
    hook: Hook, simulator: Simulator, event: str
) -> None:
    """Its mailboxes are gone: only finishing the deletion is left."""
    hook("create")
    simulator.fail_next("DeleteDomainRequest", "service.PERM_DENIED")
    first = hook("terminate")
    simulator.reset_log()
    answer = hook(event)

    assert first.value["code"] == "misconfigured"
    assert answer.value["code"] == "refused"
    assert simulator.writes() == []
    assert hook("terminate").value["code"] == "updated"


def test_a_domain_that_staff_suspended_can_be_terminated_through_an_outage(
    hook: Hook, simulator: Simulator
) -> None:
    """Zimbra refuses changes to accounts of a suspended domain, also the second time."""
    hook("create")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["suspended"]
    simulator.drop_next("DeleteAccountRequest", applied=True)

    assert hook("terminate").value["code"] == "updated"
    assert simulator.domain("firma.example") is None


def test_a_refused_order_without_a_class_of_service_makes_nothing(
    hook: Hook, simulator: Simulator
) -> None:
    """Without one Zimbra's default class holds, and so do its password rules."""
    simulator.world.directory.coses["default"].attrs["zimbraPasswordMinLength"] = ["14"]
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
