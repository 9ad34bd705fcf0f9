"""What a customer's administrator can write reaches his own figures alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.database import Store
from tests.conftest import Hook

from .conftest import latest, sync

pytestmark = pytest.mark.both_databases

MB = 2**20
BIGGEST = 2**63 - 1
BESIDE = {
    "id": "66",
    "domain": "zla.example",
    "plan": {"mailboxes": 99, "mailbox_quota": 0, "domain_quota": 0},
}


@pytest.fixture
def beside(hook: Hook, sold: Simulator) -> Simulator:
    """Another customer's domain with three mailboxes."""
    hook("create", service=BESIDE)
    for number in range(2):
        sold.create_account(f"x{number}@zla.example", "Some-Pass-1")
    return sold


def quotas(simulator: Simulator, *values: int) -> None:
    """Write the other customer's quotas as his administrator would."""
    for number, value in enumerate(values):
        attrs = simulator.account(f"x{number}@zla.example").attrs
        attrs["zimbraMailQuota"] = [str(value)]


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ((BIGGEST, BIGGEST), [BIGGEST, BIGGEST]),
        ((BIGGEST, 0), [BIGGEST, None]),
        ((2 * 10**17, 2 * 10**17), [2 * 10**17, 2 * 10**17]),
        ((-1, -(2**63)), [0, 0]),
    ],
)
def test_no_quota_stops_anybody_elses_figures(
    hook: Hook,
    beside: Simulator,
    configured: Config,
    store: Store,
    values: tuple[int, ...],
    limits: list[int | None],
) -> None:
    """Sums and hundredfolds of them pass what a database's integer holds."""
    quotas(beside, *values)
    beside.add_mail("x0@zla.example", MB)
    result = sync(configured, store)
    other = store.usage.latest("crm.example", "66")
    page = hook("client_area", service=BESIDE, page="usage")
    usage = hook("usage", service=BESIDE)

    assert (result.error, result.services, latest(store).used) == (None, 2, 30 * MB)
    assert other is not None
    boxes = {one.address: one.limit for one in store.usage.mailboxes(other)}
    assert [boxes["x0@zla.example"], boxes["x1@zla.example"]] == limits
    assert page.value["html"]
    assert usage.value["ok"]
    json.dumps(usage.value)


def test_a_negative_quota_lets_nothing_in_and_is_said_to_be_full(
    hook: Hook, beside: Simulator, configured: Config, store: Store
) -> None:
    """Zimbra passes over a limit of 0 alone: told as unlimited, his lost mail would be a riddle."""
    quotas(beside, -1, -1)
    beside.account("admin@zla.example").attrs["zimbraMailQuota"] = ["-1"]
    sync(configured, store)
    answer = hook("usage", service=BESIDE).value["data"]
    notices = {one["name"]: one for one in answer["notices"]}
    page = hook("client_area", service=BESIDE, page="usage").value["html"]

    assert answer["rows"][0]["disk_limit_mb"] == 1  # 0 would be unlimited
    assert set(notices) >= {"zla.example", "admin@zla.example", "x0@zla.example", "x1@zla.example"}
    assert notices["x0@zla.example"]["percent"] == 100
    assert "3 mailboxes are full" in " ".join(page.split())


def test_the_threshold_is_exact_for_every_size(
    beside: Simulator, configured: Config, store: Store
) -> None:
    """It is rounded in parts, and must not move by it."""
    attrs = beside.account("x0@zla.example").attrs
    notices = []
    for quota, used in ((1009, 908), (1009, 909), (BIGGEST, 0)):
        attrs["zimbraMailQuota"] = [str(quota)]
        box = beside.state.mailboxes.get(beside.account("x0@zla.example").id)
        beside.add_mail("x0@zla.example", used - (box.size if box else 0))
        sync(configured, store)
        found = store.history.notices("crm.example")
        notices.append(sum(one.address.startswith("x0@") and not one.ended_at for one in found))

    assert notices == [0, 1, 0]  # 90 % of 1009 bytes are 908.1


@pytest.mark.parametrize("how", ["size", "id"])
def test_a_figure_that_cannot_be_kept_fails_its_own_service_alone(
    hook: Hook, beside: Simulator, configured: Config, store: Store, how: str
) -> None:
    """All others are billed; the summary names the one."""
    if how == "size":
        beside.add_mail("x0@zla.example", -5)
    else:
        rename(beside, "x0@zla.example", "a" * 65)
    result = sync(configured, store)

    assert "puq_zimbra:crm.example:66" in str(result.error)
    assert latest(store).used == 30 * MB
    assert store.usage.latest("crm.example", "66") is None
    assert hook("usage", service=BESIDE).value["code"] == "unavailable"


def rename(simulator: Simulator, address: str, identity: str) -> None:
    """Let an account have been made with an id of the customer's choice."""
    account: Any = simulator.account(address)
    directory = simulator.state.directory
    directory.by_id[identity] = directory.by_id.pop(account.id)
    account.attrs["zimbraId"] = [identity]
    account.id = identity


def test_rooms_in_which_somebody_can_log_in_are_counted(
    hook: Hook, sold: Simulator, configured: Config, store: Store
) -> None:
    """Zimbra counts them in no limit and in no storage, yet each can be a mailbox nobody pays."""
    for number, status in enumerate(("active", "active", "closed")):
        sold.create_resource(f"r{number}@firma.example", zimbraAccountStatus=status)
    result = sync(configured, store)
    by_sync = latest(store).counts
    metrics = hook("usage").value["data"]["metrics"]["firma.example"]
    peaks = {one.figure: one.value for one in store.history.peaks("crm.example", "42", None)}

    assert (result.error, by_sync.resources, by_sync.mailboxes) == (None, 2, 2)
    assert (metrics["resources"], metrics["mailboxes"], peaks["resources"]) == (2, 2, 2)


def test_space_of_rooms_is_billed_and_shown(
    hook: Hook, sold: Simulator, configured: Config, store: Store
) -> None:
    """Fifty are asked for at once; one that gives no figure leaves the last ones as they were."""
    sold.traffic.arrivals.clear()
    sync(configured, store, datetime.now(UTC) - timedelta(hours=1))
    without = len(sold.traffic.arrivals)
    for number in range(51):
        sold.create_resource(f"r{number}@firma.example")
    sold.add_mail("r7@firma.example", 512 * MB)
    sync(configured, store)
    more = len(sold.traffic.arrivals) - 2 * without
    peaks = {one.figure: one.value for one in store.history.peaks("crm.example", "42", None)}

    assert (latest(store).used, latest(store).in_rooms, more) == (542 * MB, 512 * MB, 2)
    billed = hook("usage").value["data"]["metrics"]["firma.example"]["storage_gb"]
    assert (peaks["storage"], billed) == (542 * MB, 0.529)
    text = hook("client_area").value["html"].replace("\N{NO-BREAK SPACE}", " ")
    assert "Rooms and equipment hold another 0.5 GB." in text

    sold.add_mail("r7@firma.example", 512 * MB)
    sold.fail_next("GetMailboxRequest", "service.FAILURE", times=200)
    assert sync(configured, store, datetime.now(UTC) + timedelta(hours=1)).error is not None
    assert (latest(store).used, latest(store).stale) == (542 * MB, True)


def test_rooms_that_zimbra_says_nothing_of_are_left_out(
    sold: Simulator, configured: Config, store: Store
) -> None:
    """Staff suspended the domain in Zimbra, which then tells of no mailbox in it."""
    sold.create_resource("room@firma.example")
    sold.add_mail("room@firma.example", 5 * MB)
    sold.domain("firma.example").attrs["zimbraDomainStatus"] = ["suspended"]

    assert sync(configured, store).error is None
    assert (latest(store).used, latest(store).in_rooms) == (30 * MB, 0)
