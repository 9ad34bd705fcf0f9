"""The usage sync: read whole or not at all; a failure leaves the last figures, marked as stale."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.provisioning import stamp_search
from puq_zimbra.simulator import Simulator, TlsFiles
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.store.database import Store
from puq_zimbra.usage.tallies import Tallies
from puq_zimbra.zimbra import listings
from puq_zimbra.zimbra.client import Zimbra
from tests.conftest import Hook, Params
from tests.test_operations import together
from tests.zimbra_state import alias_domain, rename_domain

from .conftest import latest, sync

MB = 2**20

pytestmark = pytest.mark.both_databases


def test_a_sync_keeps_every_service_of_the_server(
    sold: Simulator, configured: Config, store: Store
) -> None:
    """The customer's mailboxes count, Zimbra's own and other people's do not."""
    result = sync(configured, store)

    assert (result.error, result.services, result.mailboxes) == (None, 1, 2)
    usage = latest(store)
    assert (usage.used, usage.limit, usage.stale) == (30 * MB, 50 * 2**30, False)
    assert sorted((one.address, one.used) for one in usage.mailboxes) == [
        ("admin@firma.example", 10 * MB),
        ("anna@firma.example", 20 * MB),
    ]
    assert sold.writes() == []


def test_requests_do_not_grow_with_the_domains(
    hook: Hook, sold: Simulator, configured: Config, store: Store
) -> None:
    """Each GetQuotaUsage makes Zimbra compute its whole list."""
    for number in range(5):
        hook("create", service={"id": f"1{number}", "domain": f"d{number}.example"})
    sold.reset_log()
    sync(configured, store)

    assert len(sold.calls("GetQuotaUsageRequest")) == 1


def test_all_pages_are_read_with_one_session(
    sold: Simulator, configured: Config, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the echoed session every page would be computed anew."""
    monkeypatch.setattr(listings, "QUOTA_PAGE", 2)
    sync(configured, store)
    sessions = [call.element.get("offset") for call in sold.calls("GetQuotaUsageRequest")]

    assert latest(store).used == 30 * MB
    assert sessions == ["0", "2", "4"]


@pytest.mark.parametrize("request_name", ["GetQuotaUsageRequest", "SearchDirectoryRequest",
                                          "GetAllServersRequest"])  # fmt: skip
@pytest.mark.parametrize("how", ["fault", "page", "drop", "cut"])
def test_a_failed_reading_writes_nothing(
    sold: Simulator, configured: Config, store: Store, request_name: str, how: str
) -> None:
    """Never a zero, never a part: the last figures stay and say that they are old."""
    begun = datetime.now(UTC)
    sync(configured, store, begun)
    sold.add_mail("anna@firma.example", 5 * MB)
    if how == "fault":
        sold.fail_next(request_name, "service.FAILURE", times=3)
    elif how == "page":
        sold.http_next(request_name, times=3)
    else:
        sold.drop_next(request_name, when="before" if how == "drop" else "middle", times=3)
    result = sync(configured, store, begun + timedelta(hours=1))

    assert result.error is not None
    usage = latest(store)
    assert (usage.used, usage.stale) == (30 * MB, True)
    assert int(usage.measured_at.timestamp()) == int(begun.timestamp())

    result = sync(configured, store, begun + timedelta(hours=2))
    assert (result.error, latest(store).used, latest(store).stale) == (None, 35 * MB, False)


def test_an_empty_list_for_a_domain_with_mailboxes_is_not_believed(
    sold: Simulator, configured: Config, store: Store
) -> None:
    """A zero is only written when the directory knows no mailbox either."""
    sync(configured, store)
    empty = (
        b'{"Body":{"GetQuotaUsageResponse":{"more":false,"searchTotal":0,'
        b'"_jsns":"urn:zimbraAdmin"}},"_jsns":"urn:zimbraSoap"}'
    )
    kind = "text/javascript; charset=utf-8"
    sold.http_next("GetQuotaUsageRequest", status=200, body=empty, content_type=kind)
    result = sync(configured, store, datetime.now(UTC) + timedelta(hours=1))

    assert result.error is not None
    assert latest(store).used == 30 * MB


def test_all_mailbox_servers_are_read(
    tls: TlsFiles, config: Config, params: Params, tmp_path: Any
) -> None:
    """Without a domain, Zimbra lists the accounts of the server that answers."""
    simulator = Simulator(domain="example.test", admin_password="test123", servers=2)
    simulator.create_domain("firma.example", zimbraForeignName="puq_zimbra:crm.example:42")
    for number in range(6):
        simulator.create_account(f"u{number}@firma.example", "Some-Pass-1")
        simulator.add_mail(f"u{number}@firma.example", MB)
    with simulator.serve(tls, admin_port=0, user_port=0) as running:
        secret = tmp_path / "pw"
        secret.write_text("test123")
        secret.chmod(0o600)
        server = {
            "url": running.admin_url,
            "username": "admin@example.test",
            "password_file": str(secret),
            "ca_file": str(tls.ca_file),
        }
        two = Config.model_validate(config.model_dump() | {"servers": {"mail1": server}})
        store = Store.open(two)
        result = sync(two, store)
        usage = latest(store)
        store.close()

    assert result.error is None
    assert (usage.used, len(usage.mailboxes)) == (6 * MB, 6)
    assert len(simulator.calls("GetQuotaUsageRequest")) == 2


def test_a_domain_with_two_owners_stops_only_itself(
    hook: Hook, sold: Simulator, configured: Config, store: Store
) -> None:
    """Nobody can say whom to bill for it; all others are billed."""
    hook("create", service={"id": "43", "domain": "druga.example"})
    sold.domain("firma.example").attrs["zimbraForeignName"].append("puq_zimbra:other.example:9")
    result = sync(configured, store)
    listed = hook("list_services", service=None)
    other = hook("list_services", service=None, installation="third.example")

    assert (result.services, result.error is None) == (1, False)
    assert "puq_zimbra:crm.example:42" in str(result.error)
    assert store.usage.latest("crm.example", "43") is not None
    assert store.usage.latest("crm.example", "42") is None
    assert listed.value["code"] == "conflict"
    assert other.value["ok"]


def test_stamps_of_all_installations_are_found(sold: Simulator, zimbra: Zimbra) -> None:
    """One Zimbra may serve several billing platforms."""
    sold.create_domain("next.example", zimbraForeignName="puq_zimbra:other.example:7")

    assert set(stamp_search.find_all(zimbra).services) == {
        "puq_zimbra:crm.example:42",
        "puq_zimbra:other.example:7",
    }
    assert set(stamp_search.find_all(zimbra, "crm.example").services) == {
        "puq_zimbra:crm.example:42"
    }


def test_a_list_of_an_administrator_who_sees_a_part_is_refused(
    hook: Hook, simulator: Simulator
) -> None:
    """Server Sync terminates what the list leaves out."""
    hook("create")
    simulator.create_account("lesser@example.test", "Pass-1", zimbraIsDelegatedAdminAccount="TRUE")
    lesser = {"username": "lesser@example.test", "password": "Pass-1"}

    assert hook("list_services", server=lesser).value["code"] == "misconfigured"


def test_a_mailbox_that_zimbra_does_not_measure_is_noticed(
    sold: Simulator, configured: Config, store: Store
) -> None:
    """A sum without it would look whole, and be billed."""
    begun = datetime.now(UTC)
    sync(configured, store, begun)
    sold.account("anna@firma.example").attrs["zimbraMailHost"] = ["gone.example.test"]
    result = sync(configured, store, begun + timedelta(hours=1))

    assert result.error is not None
    assert (latest(store).used, latest(store).stale) == (30 * MB, True)


def test_as_many_other_mailboxes_are_not_taken_for_the_same(
    sold: Simulator, configured: Config, store: Store
) -> None:
    """One was deleted and one made between the two listings: the sum is of neither."""
    rows = rows_of(sold, "GetQuotaUsageRequest")
    next(row for row in rows if row["name"] == "anna@firma.example")["id"] = "another"
    body = {"Body": {"GetQuotaUsageResponse": {"searchTotal": len(rows), "account": rows}}}
    spoilt = Plan("GetQuotaUsageRequest", "http", status=200, content_type="text/javascript")
    sold.chaos.add(replace(spoilt, body=json.dumps(body).encode()))
    result = sync(configured, store)

    assert "puq_zimbra:crm.example:42" in str(result.error)
    assert store.usage.latest("crm.example", "42") is None


def test_a_mailbox_with_two_owners_is_billed_to_neither(
    sold: Simulator, configured: Config, store: Store
) -> None:
    """Nobody can say whose it is, whichever stamp Zimbra names first."""
    stamps = ["puq_zimbra:crm.example:7", "puq_zimbra:crm.example:8"]
    sold.create_domain("poczta.example")
    sold.create_account("jan@poczta.example", "Some-Pass-1", zimbraForeignPrincipal=stamps)
    result = sync(configured, store)

    assert all(stamp in str(result.error) for stamp in stamps)
    assert store.usage.latest("crm.example", "7") is None
    assert store.usage.latest("crm.example", "8") is None
    assert latest(store).used == 30 * MB


def test_figures_bear_the_name_that_the_domain_has_now(
    hook: Hook, sold: Simulator, configured: Config, store: Store
) -> None:
    """Staff may rename a domain in Zimbra: it is the same service, and the next reading says so."""
    begun = datetime.now(UTC)
    sync(configured, store, begun - timedelta(hours=1))
    rename_domain(sold, "firma.example", "nowa.example")
    sync(configured, store, begun)

    assert (latest(store).domain, latest(store).used) == ("nowa.example", 30 * MB)
    assert {row["domain"] for row in hook("usage", service=None).value["data"]["rows"]} == {
        "nowa.example"
    }


def test_alias_domains_count_for_the_service_that_they_belong_to(
    hook: Hook, sold: Simulator, configured: Config, store: Store
) -> None:
    """One that bears another service's stamp is billed there, whoever measures."""
    alias_domain(sold)
    target = sold.domain("firma.example").id
    for name, stamp in (("ours.example", "42"), ("theirs.example", "43")):
        sold.create_domain(
            name,
            zimbraDomainType="alias",
            zimbraDomainAliasTargetId=target,
            zimbraForeignName=f"puq_zimbra:crm.example:{stamp}",
        )
    read = hook("usage").value["data"]["metrics"]["firma.example"]["domain_aliases"]
    sync(configured, store)

    assert (read, latest(store).counts.alias_domains) == (2, 2)


UNREADABLE = {
    "no id": lambda row: row.pop("id"),
    "a text for a size": lambda row: row.update(used="many", a="none"),
    "a list for an id": lambda row: row.update(id=["x"]),
}


@pytest.mark.parametrize("request_name", ["GetQuotaUsageRequest", "SearchDirectoryRequest"])
@pytest.mark.parametrize("how", UNREADABLE)
def test_a_row_that_cannot_be_read_costs_its_own_service_alone(
    hook: Hook,
    sold: Simulator,
    configured: Config,
    store: Store,
    request_name: str,
    how: str,
) -> None:
    """One damaged entry among a hundred thousand must not stop everybody's billing."""
    hook("create", service={"id": "43", "domain": "druga.example"})
    sync(configured, store, datetime.now(UTC) - timedelta(hours=1))
    sold.add_mail("admin@druga.example", 7 * MB)
    rows = rows_of(sold, request_name)
    UNREADABLE[how](next(row for row in rows if row["name"] == "anna@firma.example"))
    response = {"searchTotal": len(rows), "account": rows}
    body = {"Body": {request_name.replace("Request", "Response"): response}}
    spoilt = Plan(request_name, "http", status=200, content_type="text/javascript")
    # The first search is for domains.
    skip = 1 if request_name == "SearchDirectoryRequest" else 0
    sold.chaos.add(replace(spoilt, skip=skip, body=json.dumps(body).encode()))
    result = sync(configured, store)

    assert str(result.error).endswith(": puq_zimbra:crm.example:42.")
    other = store.usage.latest("crm.example", "43")
    assert other is not None
    assert (other.used, other.stale, latest(store).stale) == (7 * MB, False, True)


def rows_of(simulator: Simulator, request_name: str) -> list[dict[str, Any]]:
    """Zimbra's accounts as they stand in an answer."""
    accounts = [one for one in simulator.state.directory.by_id.values() if one.kind == "account"]
    if request_name == "GetQuotaUsageRequest":
        used = {"admin@druga.example": 7 * MB}
        return [
            {"name": one.name, "limit": 0, "id": one.id, "used": used.get(one.name, MB)}
            for one in accounts
        ]
    return [
        {
            "id": one.id,
            "name": one.name,
            "a": [
                {"n": name, "_content": value}
                for name in Tallies.ATTRIBUTES
                for value in one.attrs.get(name, ())
            ],
        }
        for one in accounts
    ]


def test_a_name_like_a_system_accounts_hides_nothing(
    hook: Hook, sold: Simulator, configured: Config, store: Store
) -> None:
    """Customers choose their mailboxes' names themselves."""
    for name in ("galsync.jan", "ham.kowalski", "spam.reports"):
        sold.create_account(f"{name}@firma.example", "Some-Pass-1")
        sold.add_mail(f"{name}@firma.example", MB)
    sync(configured, store)
    answer = hook("change_package", service={"plan": {"mailboxes": 4}})

    assert (latest(store).used, len(latest(store).mailboxes)) == (33 * MB, 5)
    assert answer.value["code"] == "refused"


def test_a_collapse_waits_for_a_second_reading(
    sold: Simulator, configured: Config, store: Store
) -> None:
    """A mail store that lost its index says zero; the customer would be billed for nothing."""
    begun = datetime.now(UTC)
    sold.add_mail("anna@firma.example", 2000 * MB)
    sync(configured, store, begun)
    sold.add_mail("anna@firma.example", -2015 * MB)
    sold.add_mail("admin@firma.example", -10 * MB)
    result = sync(configured, store, begun + timedelta(hours=1))
    first = latest(store)
    sync(configured, store, begun + timedelta(hours=2))

    assert result.error is not None
    assert (first.used, first.stale) == (2030 * MB, True)
    assert (latest(store).used, latest(store).stale) == (5 * MB, False)


def test_an_outage_while_summing_up_costs_no_figures(
    sold: Simulator, configured: Config, store: Store
) -> None:
    """Zimbra's own sum is a favour, not a part of the reading."""
    sold.drop_next("ComputeAggregateQuotaUsageRequest", times=3)

    assert sync(configured, store).error is None
    assert latest(store).used == 30 * MB


def test_a_locked_mailbox_is_known_as_locked(
    hook: Hook, sold: Simulator, configured: Config, store: Store
) -> None:
    """Whoever measures, the page must say the same."""
    sold.account("anna@firma.example").attrs["zimbraAccountStatus"] = ["locked"]
    sync(configured, store)
    by_sync = {one.address: one.status for one in latest(store).mailboxes}
    hook("usage", service={"plan": {"mailboxes": 3}})

    assert by_sync == {"admin@firma.example": "active", "anna@firma.example": "locked"}


def test_readings_that_come_together_are_all_kept(
    sold: Simulator, configured: Config, store: Store
) -> None:
    """The cron's sync and a hook's own reading of a service that was never measured before."""
    now = datetime.now(UTC)
    results = together(6, lambda _: sync(configured, store, now))

    assert [result.error for result in results] == [None] * 6
    assert latest(store).used == 30 * MB
