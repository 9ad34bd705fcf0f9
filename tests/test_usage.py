"""Usage: read whole or not at all; a failure leaves the last figures, marked as stale."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from puq_zimbra.hooks.dispatch import dispatch
from puq_zimbra.hooks.runtime import Runtime

from puq_zimbra.cli import cli
from puq_zimbra.config import Config
from puq_zimbra.model import ServiceUsage
from puq_zimbra.provisioning import stamped
from puq_zimbra.simulator import Simulator, TlsFiles
from puq_zimbra.store.database import Store
from puq_zimbra.usage.sync import sync_server
from puq_zimbra.zimbra import quota
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook, Params

MB = 2**20


@pytest.fixture
def configured(config: Config, params: Params, tmp_path: Any, tls: TlsFiles) -> Config:
    """Settings that name the simulated server."""
    secret = tmp_path / "password"
    secret.write_text("test123")
    secret.chmod(0o600)
    server = {
        "url": params["server"]["url"],
        "username": "admin@example.test",
        "password_file": str(secret),
        "ca_file": str(tls.ca_file),
    }
    return Config.model_validate(config.model_dump() | {"servers": {"mail1": server}})


@pytest.fixture
def store(configured: Config) -> Iterator[Store]:
    """The configured store."""
    opened = Store.open(configured)
    yield opened
    opened.close()


def sync(config: Config, store: Store, now: datetime | None = None) -> Any:
    """Sync the configured server."""
    zimbras: list[Zimbra] = []

    def connect(server: Any) -> Zimbra:
        zimbras.append(Zimbra(server))
        return zimbras[-1]

    try:
        at = now or datetime.now(UTC)
        return sync_server("mail1", config.server("mail1"), connect, store, at)
    finally:
        for zimbra in zimbras:
            zimbra.close()


def latest(store: Store) -> ServiceUsage:
    """The last figures of service 42."""
    found = store.figures.latest("crm.example", "42")
    assert found is not None
    return found


@pytest.fixture
def sold(hook: Hook, simulator: Simulator) -> Simulator:
    """A service with three mailboxes, one of them Zimbra's own, beside somebody else's domain."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    simulator.create_account("galsync@firma.example", "Some-Pass-1", zimbraIsSystemAccount="TRUE")
    simulator.add_mail("admin@firma.example", 10 * MB)
    simulator.add_mail("anna@firma.example", 20 * MB)
    simulator.add_mail("galsync@firma.example", 40 * MB)
    simulator.create_domain("foreign.example")
    simulator.create_account("x@foreign.example", "Some-Pass-1")
    simulator.add_mail("x@foreign.example", 80 * MB)
    simulator.reset_log()
    return simulator


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
    monkeypatch.setattr(quota, "PAGE", 2)
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
        b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body>'
        b'<GetQuotaUsageResponse xmlns="urn:zimbraAdmin" more="0" searchTotal="0"/>'
        b"</soap:Body></soap:Envelope>"
    )
    sold.http_next("GetQuotaUsageRequest", status=200, body=empty, content_type="text/xml")
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


def test_the_usage_hook_prefers_fresh_stored_figures(
    hook: Hook, sold: Simulator, configured: Config, store: Store
) -> None:
    """A host that asks often must not make Zimbra compute often."""
    first = hook("usage", service=None)
    sold.add_mail("anna@firma.example", 5 * MB)
    sold.reset_log()
    second = hook("usage", service=None)

    assert first.value["data"]["rows"] == second.value["data"]["rows"]
    assert first.value["data"]["rows"][0]["disk_used_mb"] == 30
    assert first.value["data"]["metrics"]["firma.example"]["mailboxes"] == 2
    assert sold.log == []


def test_the_usage_hook_of_an_unreachable_zimbra_has_no_rows(hook: Hook, sold: Simulator) -> None:
    """A row of zeros would be billed."""
    sold.drop_next("SearchDirectoryRequest", times=3)
    answer = hook("usage", service=None)

    assert answer.value["code"] == "unavailable"
    assert "data" not in answer.value


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
    assert store.figures.latest("crm.example", "43") is not None
    assert store.figures.latest("crm.example", "42") is None
    assert listed.value["code"] == "conflict"
    assert other.value["ok"]


def test_stamps_of_all_installations_are_found(sold: Simulator, zimbra: Zimbra) -> None:
    """One Zimbra may serve several billing platforms."""
    sold.create_domain("next.example", zimbraForeignName="puq_zimbra:other.example:7")

    assert set(stamped.find_all(zimbra).services) == {
        "puq_zimbra:crm.example:42",
        "puq_zimbra:other.example:7",
    }
    assert set(stamped.find_all(zimbra, "crm.example").services) == {"puq_zimbra:crm.example:42"}


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


def test_figures_of_a_former_domain_are_not_shown(hook: Hook, sold: Simulator) -> None:
    """The same name again is another domain, and so is another name."""
    assert hook("usage").value["data"]["rows"][0]["disk_used_mb"] == 30
    hook("terminate")
    hook("create")

    assert hook("usage").value["data"]["rows"][0]["disk_used_mb"] == 0


def test_a_new_quota_is_billed_at_once(hook: Hook, sold: Simulator) -> None:
    """The customer has just paid for it."""
    hook("usage")
    hook("change_package", service={"plan": {"domain_quota": 100 * 2**30}})

    assert hook("usage").value["data"]["rows"][0]["disk_limit_mb"] == 100 * 1024


GARBLED = (
    '{"used": -5, "limit": 0}', '{"used": true, "limit": 0}', '{"used": 1e999, "limit": 0}',
    '{"used": 99999999999999999999999, "limit": 0}', '{"used": "x", "limit": 0}', '{"limit": 0}',
)  # fmt: skip


@pytest.mark.parametrize("figures", GARBLED)
@pytest.mark.parametrize("header", ['{"context": {}}', "[1]", '{"context": "x"}'])
def test_garbled_figures_are_no_figures(
    hook: Hook, sold: Simulator, figures: str, header: str
) -> None:
    """Whatever stands in the answer, it must not be billed, and must not break us."""
    row = '{"name": "anna@firma.example", "id": "1", ' + figures[1:]
    body = (
        f'{{"Header": {header}, "Body": {{"GetQuotaUsageResponse": {{"account": [{row}],'
        ' "searchTotal": 1}}}'
    )
    sold.http_next(
        "GetQuotaUsageRequest", status=200, body=body.encode(), content_type="text/javascript",
        times=3,
    )  # fmt: skip
    answer = hook("usage")

    assert answer.value["code"] == "unavailable"
    assert "inside the mail module" not in answer.value["message"]


def settings_file(config: Config, tmp_path: Any) -> str:
    """The settings as a TOML file."""
    server = config.servers["mail1"]
    path = tmp_path / "puq-zimbra.toml"
    path.write_text(
        f'[store]\ndir = "{config.store.dir}"\n[servers.mail1]\nurl = "{server.url}"\n'
        f'username = "{server.username}"\npassword_file = "{server.password_file}"\n'
        f'ca_file = "{server.ca_file}"\n'
    )
    return str(path)


def test_the_command_says_what_it_read(sold: Simulator, configured: Config, tmp_path: Any) -> None:
    """Cron mails one line; the exit status says whether all of it was read."""
    settings = settings_file(configured, tmp_path)
    good = CliRunner().invoke(cli, ["--config", settings, "usage", "sync"])
    sold.fail_next("GetQuotaUsageRequest", "service.FAILURE", times=3)
    bad = CliRunner().invoke(cli, ["--config", settings, "usage", "sync", "--json"])

    assert (good.exit_code, good.output) == (
        0,
        "servers read: 1 of 1, services: 1, mailboxes: 2\n",
    )
    assert bad.exit_code == 69
    assert '"complete": false' in bad.output


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


def test_without_a_domain_quota_the_mailboxes_limits_count(
    hook: Hook, simulator: Simulator
) -> None:
    """The page and the billing host must name the same total."""
    hook("create", service={"plan": {"domain_quota": 0}})
    row = hook("usage").value["data"]["rows"][0]

    assert row["disk_limit_mb"] == 5 * 1024


def test_one_servers_wrong_settings_stop_no_other(
    sold: Simulator, configured: Config, tmp_path: Any
) -> None:
    """A forgotten password file must not stop everybody's billing."""
    path = settings_file(configured, tmp_path)
    broken = '[servers.a0]\nurl = "https://a.example"\nusername = "a"\npassword_file = "/none"\n'
    with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 - appended to
        file.write(broken)
    done = CliRunner().invoke(cli, ["--config", path, "usage", "sync", "--json"])

    assert done.exit_code == 78
    assert '"services": 1' in done.output
    assert "password file" in done.output


def test_first_pages_of_a_new_service_at_once(
    params: Params, hook: Hook, config: Config, simulator: Simulator
) -> None:
    """Browsers load twice, and the store is new."""
    hook("create")
    pages: list[str] = []

    def draw() -> None:
        runtime = Runtime(config)
        pages.append(dispatch("plain", "client_area", params, runtime).value["code"])
        runtime.close()

    threads = [threading.Thread(target=draw) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert pages == ["unchanged"] * 6


@pytest.mark.parametrize("service", [{}, None], ids=["one", "all"])
def test_a_collapse_is_not_handed_to_the_host(
    hook: Hook, sold: Simulator, runtime: Runtime, service: object
) -> None:
    """The hook that reads by itself must be as careful as the sync."""
    sold.add_mail("anna@firma.example", 2000 * MB)
    hook("usage", service=service)
    sold.add_mail("anna@firma.example", -2015 * MB)
    sold.add_mail("admin@firma.example", -10 * MB)
    runtime.now = lambda: (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0)
    data = hook("usage", service=service).value["data"]

    assert [row["disk_used_mb"] for row in data["rows"]] in ([2030], [])
    assert data["rows"] or not data["complete"]
