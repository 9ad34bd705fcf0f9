"""A mailbox server that is down, or was retired and still stands in the directory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.database import Store
from tests import databases
from tests.conftest import Command, Hook

from .conftest import MB

pytestmark = pytest.mark.both_databases

OTHER = {"id": "43", "domain": "druga.example"}


@pytest.fixture
def simulator() -> Simulator:
    """A Zimbra of two mailbox servers."""
    simulator = Simulator(domain="example.test", admin_password="test123", servers=2)
    simulator.create_cos("business")
    return simulator


@pytest.fixture
def hosts(hook: Hook, simulator: Simulator) -> list[str]:
    """Two services, all of whose mailboxes are on the first server."""
    names = sorted(simulator.state.directory.servers)
    for service, address in (({}, "admin@firma.example"), (OTHER, "admin@druga.example")):
        hook("create", service=service)
        simulator.account(address).attrs["zimbraMailHost"] = [names[0]]
        simulator.add_mail(address, MB)
    return names


@pytest.fixture
def store(config: Any) -> Iterator[Store]:
    """The store of the settings file."""
    opened = Store.open(config)
    yield opened
    opened.close()


def used(store: Store, service_id: str) -> int | None:
    """What the last reading of a service says."""
    found = store.usage.latest("crm.example", service_id)
    return None if found is None else found.used


def test_a_server_on_which_nobody_lives_stops_nothing(
    hook: Hook, simulator: Simulator, hosts: list[str], store: Store, command: Command
) -> None:
    """It is named, and the figures are whole, by the sync and by a hook's own reading."""
    simulator.state.dead_servers.add(hosts[1])
    by_hook = hook("usage")
    sync = command("usage", "sync")

    assert by_hook.value["data"]["rows"][0]["disk_used_mb"] == 1
    assert (sync.status, used(store, "42"), used(store, "43")) == (0, MB, MB)
    assert f"mail1: the mailbox server {hosts[1]} gives no figures" in sync.stderr
    assert hook("change_package", service={"plan": {"mailboxes": 30}}).value["ok"]


def test_services_without_a_mailbox_on_a_lost_server_are_measured(
    hook: Hook,
    simulator: Simulator,
    hosts: list[str],
    store: Store,
    command: Command,
    config: Config,
) -> None:
    """The others' figures stay, and are named with the server."""
    simulator.account("admin@druga.example").attrs["zimbraMailHost"] = [hosts[1]]
    command("usage", "sync")
    databases.execute(config, "UPDATE usage SET measured_at = measured_at - 60")
    simulator.state.dead_servers.add(hosts[1])
    for address in ("admin@firma.example", "admin@druga.example"):
        simulator.add_mail(address, MB)
    sync = command("usage", "sync")
    stale = store.usage.latest("crm.example", "43")
    asked = hook("change_package", service=OTHER)

    assert sync.status == 69
    assert hosts[1] in sync.stderr
    assert "puq_zimbra:crm.example:43" in sync.stderr
    assert "puq_zimbra:crm.example:42" not in sync.stderr
    assert used(store, "42") == 2 * MB
    assert stale is not None
    assert (stale.used, stale.stale) == (MB, True)
    assert (asked.value["code"], hosts[1] in asked.value["message"]) == ("unavailable", True)


def test_a_zimbra_of_which_no_server_answers_is_not_read(
    simulator: Simulator, hosts: list[str], store: Store, command: Command
) -> None:
    """Else a service without mailboxes would be taken for whole."""
    simulator.state.dead_servers.update(hosts)
    sync = command("usage", "sync")

    assert (sync.status, used(store, "42")) == (69, None)


def test_doctor_names_the_lost_server(
    simulator: Simulator, hosts: list[str], command: Command
) -> None:
    """The sync's mail may have gone to nobody."""
    simulator.state.dead_servers.add(hosts[1])

    assert f"mailbox-server mail1: The mailbox server {hosts[1]}" in command("doctor").stdout


def test_accounts_named_like_zimbras_own_are_billed_and_told(
    simulator: Simulator, hosts: list[str], command: Command, hook: Hook
) -> None:
    """A migration brings them over without Zimbra's mark; nobody should pay for them unseen."""
    for name in ("galsync.ab12", "spam.x1", "spamer"):
        account = simulator.create_account(f"{name}@firma.example", "Some-Pass-1")
        account.attrs["zimbraMailHost"] = [hosts[0]]
    marked = simulator.create_account(
        "ham.y@firma.example", "Some-Pass-1", zimbraIsSystemAccount="TRUE"
    )
    marked.attrs["zimbraMailHost"] = [hosts[0]]
    sync = command("usage", "sync")
    doctor = command("doctor").stdout
    metrics = hook("usage").value["data"]["metrics"]["firma.example"]

    assert (sync.status, metrics["mailboxes"]) == (0, 4)
    for told in (sync.stderr, doctor):
        assert "galsync.ab12@firma.example, spam.x1@firma.example" in told
        assert "spamer" not in told
        assert "ham.y" not in told
