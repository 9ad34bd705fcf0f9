"""Model ``mailbox``: one address, sold by itself; the account bears the stamp."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from ..conftest import Hook
from ..zimbra_state import GRACE, STAMP, add_alias, after_the_next_write, rename_account

ADDRESS = "anna@poczta.example"


def words(simulator: Simulator) -> list[str]:
    """What stands in the account's zimbraForeignPrincipal."""
    return sorted(simulator.account(ADDRESS).attrs["zimbraForeignPrincipal"])


def status(simulator: Simulator) -> str:
    """The account's status in Zimbra."""
    return str(simulator.account(ADDRESS).attrs["zimbraAccountStatus"][0])


QUOTA = f"puq_zimbra.quota:{2**30}"


def test_a_mailboxs_life(mailbox: Hook, simulator: Simulator) -> None:
    """Each hook does its work once; the domain it lies in stays as it was."""
    codes = [
        (mailbox(event, new_password="Second-Pass-2").value["code"])
        for event in (
            "create", "create", "suspend", "suspend", "unsuspend", "unsuspend", "renew",
            "change_package", "change_password", "change_password", "usage", "sso_service",
            "client_area", "terminate", "terminate",
        )
    ]  # fmt: skip

    assert codes == [
        "created", "already_exists", "updated", "unchanged", "updated", "unchanged", "unchanged",
        "unchanged", "updated", "unchanged", "unchanged", "unchanged",
        "unchanged", "updated", "already_gone",
    ]  # fmt: skip
    assert simulator.account(ADDRESS) is None
    assert simulator.domain("poczta.example").attrs.get("zimbraForeignName") is None
    assert [c.name for c in simulator.writes() if "Domain" in c.name] == []


def test_create_makes_what_was_ordered(mailbox: Hook, simulator: Simulator) -> None:
    """Class of service, quota, name and password; what the welcome mail needs comes back."""
    answer = mailbox("create")
    account = simulator.account(ADDRESS)

    assert answer.value["data"]["address"] == ADDRESS
    assert account.attrs["zimbraMailQuota"] == [str(2**30)]
    assert account.attrs["displayName"] == ["Anna"]
    assert "zimbraCOSId" in account.attrs
    assert words(simulator) == sorted([STAMP, QUOTA])
    assert simulator.verify_password(ADDRESS, "First-Pass-1")
    assert account.attrs.get("zimbraIsDelegatedAdminAccount") is None


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("lost", ["CreateAccountRequest", "ModifyAccountRequest"])
def test_a_lost_answer_makes_one_mailbox(
    mailbox: Hook, simulator: Simulator, lost: str, applied: bool
) -> None:
    """The account may be there without its password: the next look sets it."""
    simulator.drop_next(lost, applied=applied)
    answer = mailbox("create")

    assert answer.value["code"] == "created"
    assert simulator.verify_password(ADDRESS, "First-Pass-1")
    assert words(simulator) == sorted([STAMP, QUOTA])
    assert mailbox("create").value["code"] == "already_exists"


#: from open to shut, and what a plan's suspend mode is for a mailbox
STATUSES = ("active", "lockout", "locked", "maintenance", "pending", "closed")
MODES = {"locked": "locked", "maintenance": "maintenance", "closed": "pending"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("before", STATUSES)
def test_suspension_is_exact_and_never_closes(
    mailbox: Hook, simulator: Simulator, before: str, mode: str
) -> None:
    """A closed account leaves its lists for good; what staff had shut stays shut."""
    mailbox("create")
    simulator.account(ADDRESS).attrs["zimbraAccountStatus"] = [before]
    plan = {"plan": {"suspend_mode": mode}}
    first, second = mailbox("suspend", plan), mailbox("suspend", plan)
    during = status(simulator)
    mailbox("unsuspend", plan)

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert during == max(before, MODES[mode], key=STATUSES.index)
    assert status(simulator) == before
    assert words(simulator) == sorted([STAMP, QUOTA])


def test_a_mode_that_returns_mail_returns_a_mailboxs_too(
    mailbox: Hook, simulator: Simulator
) -> None:
    """Neither delivered nor forwarded while unpaid; its lists and its forwarding stay its own."""
    mailbox("create")
    forwarding = {"zimbraPrefMailForwardingAddress": ["anna@outside.example"]}
    simulator.account(ADDRESS).attrs.update(forwarding)
    simulator.create_list("all@poczta.example", [ADDRESS])
    plan = {"plan": {"suspend_mode": "closed"}}
    mailbox("suspend", plan)
    during = list(simulator.account(ADDRESS).attrs["zimbraMailStatus"])
    mailbox("unsuspend", plan)
    held = simulator.account(ADDRESS).attrs

    assert during == ["disabled"]
    assert (held["zimbraMailStatus"], held["zimbraAccountStatus"]) == (["enabled"], ["active"])
    assert held["zimbraPrefMailForwardingAddress"] == ["anna@outside.example"]
    assert ADDRESS in (simulator.list("all@poczta.example").members or {})


@pytest.mark.parametrize("mode", MODES)
def test_one_suspended_before_modes_counted_comes_back(
    mailbox: Hook, simulator: Simulator, mode: str
) -> None:
    """An earlier version locked every mailbox, and noted the status before alone."""
    mailbox("create")
    account = simulator.account(ADDRESS)
    account.attrs["zimbraAccountStatus"] = ["locked"]
    account.attrs["zimbraForeignPrincipal"].append("puq_zimbra.was:active")
    answer = mailbox("unsuspend", {"plan": {"suspend_mode": mode}})

    assert answer.value["code"] == "updated"
    assert status(simulator) == "active"
    assert words(simulator) == sorted([STAMP, QUOTA])


def test_a_mailbox_in_a_shut_domain_is_not_called_active(
    mailbox: Hook, simulator: Simulator
) -> None:
    """The provider's own domain lies over it."""
    mailbox("create")
    mailbox("suspend")
    simulator.domain("poczta.example").attrs["zimbraDomainStatus"] = ["maintenance"]
    answer = mailbox("unsuspend")

    assert status(simulator) == "active"
    assert "poczta.example: maintenance" in answer.value["message"]
    assert "is active" not in answer.value["message"]


def test_suspended_it_cannot_be_entered(mailbox: Hook, simulator: Simulator) -> None:
    """No single sign-on for the unpaid; and none into a domain that staff have shut."""
    mailbox("create")
    mailbox("suspend")
    suspended = mailbox("sso_service")
    mailbox("unsuspend")
    simulator.domain("poczta.example").attrs["zimbraDomainStatus"] = ["locked"]
    shut = mailbox("sso_service")

    assert suspended.value["code"] == shut.value["code"] == "refused"
    assert simulator.calls("DelegateAuthRequest") == []


def test_it_has_no_administration_panel(mailbox: Hook) -> None:
    """Its owner administrates nothing, on the page too."""
    mailbox("create")

    assert mailbox("sso_service", target="admin").value["code"] == "refused"
    html = mailbox("client_area").value["html"]
    assert ADDRESS in html
    assert "zimbraAdmin" not in html


def test_a_mailbox_of_which_nothing_is_said_waits(mailbox: Hook, simulator: Simulator) -> None:
    """As for domains: only an explicit mode deletes at once."""
    mailbox("create")
    answer = mailbox("terminate", {"plan": {"terminate": None}})

    assert answer.value["code"] == "updated"
    assert answer.value["data"]["purge_at"]
    assert simulator.account(ADDRESS) is not None


def test_grace_is_called_off_by_a_renewal(mailbox: Hook, simulator: Simulator) -> None:
    """As for domains: nothing is deleted before the day."""
    mailbox("create")
    first, second = mailbox("terminate", {"plan": GRACE}), mailbox("terminate", {"plan": GRACE})
    refused = mailbox("unsuspend")
    renewed = mailbox("renew")

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert first.value["data"]["purge_at"] == second.value["data"]["purge_at"]
    assert refused.value["code"] == "refused"
    assert renewed.value["code"] == "updated"
    assert status(simulator) == "active"


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        (None, "not_found"),
        ({"zimbraForeignName": "puq_zimbra:crm.example:43"}, "not_ours"),
        ({"zimbraForeignName": "puq_zimbra:other.example:42"}, "not_ours"),
    ],
)
def test_it_is_not_sold_inside_somebodys_service(
    hook: Hook, simulator: Simulator, domain: dict[str, str] | None, code: str, mailbox: Hook
) -> None:
    """A customer must not order an address in another customer's domain."""
    if domain:
        simulator.create_domain("druga.example", **domain)
    simulator.reset_log()
    answer = mailbox("create", {"mailbox": {"address": "boss@druga.example"}})

    assert answer.value["code"] == code
    assert simulator.writes() == []


def test_a_forged_stamp_in_somebodys_domain_counts_for_nothing(
    hook: Hook, mailbox: Hook, simulator: Simulator
) -> None:
    """A domain's administrator can write our mark on his own mailboxes."""
    mailbox("create")
    hook("create", service={"id": "43", "domain": "druga.example"})
    simulator.create_account("evil@druga.example", "Evil-Pass-1", zimbraForeignPrincipal=STAMP)
    simulator.reset_log()
    listed = mailbox("list_services")
    taken = mailbox("terminate", {"mailbox": {"address": "evil@druga.example"}})
    sync = hook("usage", service=None)

    assert {one["service_id"] for one in listed.value["data"]["services"]} == {"42", "43"}
    assert taken.value["code"] == "conflict"
    assert ADDRESS in taken.value["message"]
    assert sync.value["ok"]
    assert simulator.writes() == []


@pytest.mark.parametrize("lack", ["the end of the creation", "the quota"])
def test_a_mailbox_that_does_not_read_back_complete_is_not_called_created(
    mailbox: Hook, simulator: Simulator, lack: str
) -> None:
    """The welcome mail goes out once; the next call would have nothing to finish."""

    def act() -> None:
        account = simulator.account(ADDRESS)
        if lack == "the quota":
            account.put("zimbraMailQuota", "1")
        else:
            account.attrs["zimbraForeignPrincipal"].append("puq_zimbra.creating")

    after_the_next_write(simulator, act, writes=2)
    answer = mailbox("create")

    assert answer.value["code"] == "conflict"
    assert "does not read back complete" in answer.value["message"]


@pytest.mark.parametrize("event", ["create", "suspend", "change_password", "terminate"])
def test_an_address_without_the_stamp_is_left_alone(
    mailbox: Hook, simulator: Simulator, event: str
) -> None:
    """A name is not ownership."""
    simulator.create_account(ADDRESS, "Their-Pass-1")
    simulator.reset_log()
    answer = mailbox(event, new_password="Second-Pass-2")

    assert answer.value["code"] == "not_ours"
    assert simulator.writes() == []


def test_settings_name_where_mailboxes_are_sold(mailbox: Hook, runtime: Any) -> None:
    """A provider who keeps other domains on the same Zimbra says which."""
    settings = runtime.config.mailbox.model_copy(update={"domains": ["inna.example"]})
    runtime.settings = runtime.config.model_copy(update={"mailbox": settings})
    answer = mailbox("create")

    assert answer.value["code"] == "refused"


def test_change_package_takes_away_only_its_own_quota(mailbox: Hook, simulator: Simulator) -> None:
    """A quota that staff gave by hand is not the plan's to clear."""
    mailbox("create")
    ours = mailbox("change_package", {"plan": {"mailbox_quota": None}})
    without = simulator.account(ADDRESS).attrs.get("zimbraMailQuota")
    mailbox("change_package")
    simulator.account(ADDRESS).attrs["zimbraMailQuota"] = [str(7 * 2**30)]
    theirs = mailbox("change_package", {"plan": {"mailbox_quota": None}})

    assert ours.value["code"] == theirs.value["code"] == "updated"
    assert without is None
    assert simulator.account(ADDRESS).attrs["zimbraMailQuota"] == [str(7 * 2**30)]
    assert words(simulator) == [STAMP]


@pytest.mark.parametrize("plan", [{"mailbox_quota": 2**20}, {"mailbox_quota": None, "cos": "tiny"}])
def test_a_smaller_plan_than_what_is_used_is_refused(
    mailbox: Hook, simulator: Simulator, plan: dict[str, Any]
) -> None:
    """By its own quota, or by that of the class of service."""
    simulator.create_cos("tiny", zimbraMailQuota="1048576")
    mailbox("create")
    simulator.add_mail(ADDRESS, 3 * 2**20)
    simulator.reset_log()
    answer = mailbox("change_package", {"plan": plan})

    assert answer.value["code"] == "refused"
    assert f"{ADDRESS} (3)" in answer.value["message"]
    assert simulator.writes() == []


def test_usage_is_the_mailboxs_own(hook: Hook, mailbox: Hook, simulator: Simulator) -> None:
    """Its neighbours in the provider's domain are not on the customer's bill."""
    mailbox("create")
    simulator.create_account("sasiad@poczta.example", "Other-Pass-1")
    simulator.add_mail(ADDRESS, 5 * 2**20)
    simulator.add_mail("sasiad@poczta.example", 50 * 2**20)
    one = mailbox("usage").value["data"]["rows"]
    every = hook("usage", service=None).value["data"]["rows"]

    assert one[0] | {"measured_at": ""} == {
        "service_id": "42", "domain": "poczta.example", "username": ADDRESS,
        "disk_used_mb": 5, "disk_limit_mb": 1024, "measured_at": "", "complete": True,
    }  # fmt: skip
    assert [(row["username"], row["disk_used_mb"]) for row in every] == [(ADDRESS, 5)]


def test_a_due_mailbox_is_listed_with_its_address(mailbox: Hook) -> None:
    """What the host's list compares is the address, not the provider's domain."""
    mailbox("create")
    listed = mailbox("list_services").value["data"]["services"]

    assert (listed[0]["model"], listed[0]["mailbox"]) == ("mailbox", ADDRESS)


#: local parts that Zimbra takes and no new address may have
ODD = ("o'brien", "_biuro", "a..b", ".kontakt", "sales*", "back\\slash", "r&d", "x" * 65)


@pytest.mark.parametrize("local", ODD, ids=ascii)
def test_an_existing_address_is_adopted_and_served_whatever_zimbra_took(
    mailbox: Hook, simulator: Simulator, local: str
) -> None:
    """The rule for new addresses binds creation alone."""
    address = f"{local}@poczta.example"
    simulator.create_account(address, "Some-Pass-1")
    sold = {"mailbox": {"address": address}}
    codes = [
        mailbox(event, sold, new_password="Second-Pass-2").value["code"]
        for event in (
            "adopt", "adopt", "suspend", "unsuspend", "change_password", "sso_service", "drift",
            "usage", "client_area", "change_package", "create", "terminate", "terminate",
        )
    ]  # fmt: skip

    assert codes == [
        "updated", "unchanged", "updated", "updated", "updated", "unchanged", "unchanged",
        "unchanged", "unchanged", "updated", "already_exists", "updated", "already_gone",
    ]  # fmt: skip
    assert simulator.account(address) is None


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("local", ODD, ids=ascii)
def test_no_odd_address_is_made(
    mailbox: Hook, simulator: Simulator, local: str, dry_run: bool
) -> None:
    """Other mail systems would not write to it."""
    sold = {"mailbox": {"address": f"{local}@poczta.example"}}
    answer = mailbox("create", sold, dry_run=dry_run)

    assert answer.value["code"] == "invalid"
    assert "service.mailbox.address" in answer.value["message"]
    assert simulator.writes() == []


@pytest.mark.parametrize("local", ["a b", "a,b", "a(b)", "zażółć", "a@b", "\N{KELVIN SIGN}elvin"])
def test_what_no_address_can_be_is_refused_for_every_event(mailbox: Hook, local: str) -> None:
    """Zimbra would look for another one."""
    answer = mailbox("suspend", {"mailbox": {"address": f"{local}@poczta.example"}})

    assert answer.value["code"] == "invalid"


def test_a_due_mailbox_with_an_odd_address_is_purged(
    mailbox: Hook, simulator: Simulator, command: Any
) -> None:
    """What was adopted must end, too, when its day has come."""
    sold = {"mailbox": {"address": "o'brien@poczta.example"}, "plan": GRACE}
    simulator.create_account("o'brien@poczta.example", "Some-Pass-1")
    mailbox("adopt", sold)
    mailbox("terminate", sold)
    words = simulator.account("o'brien@poczta.example").attrs["zimbraForeignPrincipal"]
    words[:] = [one if ".purge:" not in one else "puq_zimbra.purge:2020-01-01" for one in words]
    done = command("purge", "--due")

    assert done.status == 0, done.stdout
    assert simulator.account("o'brien@poczta.example") is None


@pytest.mark.parametrize("how", ["in the domain", "to another domain", "keeping its alias"])
def test_a_renamed_mailbox_is_found_by_its_stamp(
    mailbox: Hook, simulator: Simulator, zimbra: Zimbra, how: str
) -> None:
    """It is acted on; before it is made, changed or ended a person puts the name right."""
    mailbox("create")
    simulator.create_domain("inna.example")
    new = "anna@inna.example" if how == "to another domain" else "anna.nowak@poczta.example"
    rename_account(simulator, ADDRESS, new)
    if how == "keeping its alias":
        add_alias(zimbra, simulator.account(new).id, ADDRESS)
    told = {}
    for event in ("suspend", "unsuspend", "change_password", "sso_service", "client_area", "usage"):
        answer = mailbox(event, new_password="Second-Pass-2")
        assert answer.value["ok"], (event, answer.value)
        told[event] = answer.value["message"] + answer.value.get("html", "")
    refused = [mailbox(e) for e in ("create", "change_package", "terminate", "repair", "adopt")]

    assert all(new in told[event] for event in told if event != "usage"), told
    assert simulator.verify_password(new, "Second-Pass-2")
    for answer in refused:
        assert answer.value["code"] == "conflict"
        assert new in answer.value["message"]
        assert ADDRESS in answer.value["message"]
    items = mailbox("drift").value["data"]["changes"]
    assert [(one["item"], one["held"]) for one in items] == [("renamed", {"name": [new]})]
    assert simulator.account(new) is not None


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("event", ["suspend", "change_password", "sso_service", "terminate"])
def test_a_sold_mailbox_that_became_a_global_administrators_is_not_touched(
    mailbox: Hook, simulator: Simulator, event: str, renamed: bool
) -> None:
    """A customer must not be let into an account that runs the whole Zimbra."""
    mailbox("create")
    simulator.account(ADDRESS).attrs["zimbraIsAdminAccount"] = ["TRUE"]
    if renamed:
        rename_account(simulator, ADDRESS, "root@poczta.example")
    simulator.reset_log()
    answer = mailbox(event, new_password="Second-Pass-2")

    assert answer.value["code"] == "conflict"
    assert "it is not touched" in answer.value["message"]
    assert simulator.writes() == []
    assert simulator.calls("DelegateAuthRequest") == []


def test_a_mailbox_that_was_moved_into_another_service_is_not_ours_any_more(
    hook: Hook, mailbox: Hook, simulator: Simulator
) -> None:
    """The administrator of that domain may have written the stamp himself."""
    mailbox("create")
    hook("create", service={"id": "43", "domain": "druga.example"})
    rename_account(simulator, ADDRESS, "anna@druga.example")
    simulator.reset_log()
    suspended, ended = mailbox("suspend"), mailbox("terminate")

    assert suspended.value["code"] == "not_found"
    assert "another service" in suspended.value["message"]
    assert ended.value["code"] == "already_gone"
    assert simulator.writes() == []
    assert simulator.account("anna@druga.example") is not None
