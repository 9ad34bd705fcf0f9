"""A reading that a wrong clock dated ahead never counts as the newest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from puq_zimbra.cli import cli
from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.database import Store
from tests import databases
from tests.conftest import Hook

from .conftest import MB, sync
from .test_command import settings_file
from .test_figures import run

pytestmark = pytest.mark.both_databases


def test_the_host_and_the_page_get_the_last_true_reading(
    hook: Hook, sold: Simulator, configured: Config, store: Store, tmp_path: Any
) -> None:
    """Else a morning with a wrong clock would hide every reading until that day comes."""
    now = datetime.now(UTC)
    sync(configured, store, now + timedelta(days=40))
    show = ("show", "42", "--installation", "crm.example")
    assert "never measured" in str(run(configured, tmp_path, *show).exception)
    sold.add_mail("anna@firma.example", 5 * MB)
    sync(configured, store, now)
    rows = hook("usage", service=None).value["data"]["rows"]
    one = hook("usage").value["data"]["rows"]
    shown = run(configured, tmp_path, *show, "--json").output

    assert [row["disk_used_mb"] for row in (*rows, *one)] == [35, 35]
    assert f'"used": {35 * MB}' in shown


def test_a_server_read_in_the_future_is_read_again(
    hook: Hook, sold: Simulator, configured: Config, store: Store, tmp_path: Any
) -> None:
    """Neither a hook nor a run that goes on takes it for done."""
    sync(configured, store, datetime.now(UTC) + timedelta(days=40))
    sold.reset_log()
    hook("usage", service=None)
    asked = len(sold.calls("GetQuotaUsageRequest"))
    databases.execute(
        configured, "DELETE FROM sync_run", "INSERT INTO sync_run VALUES (1700000000, NULL)"
    )
    sync(configured, store, datetime.now(UTC) + timedelta(days=40))
    sold.reset_log()
    command = ["--config", settings_file(configured, tmp_path), "usage", "sync", "--resume"]
    CliRunner().invoke(cli, command)

    assert (asked, len(sold.calls("GetQuotaUsageRequest"))) == (1, 1)


@pytest.mark.parametrize(
    ("good", "failed"),
    [(-2, -1), (-2, 40 * 24), (39 * 24, 40 * 24)],
    ids=["before", "ahead", "both"],
)
def test_a_good_reading_ends_an_earlier_failure(
    sold: Simulator, configured: Config, store: Store, good: int, failed: int
) -> None:
    """Else true figures would be called old until the day that a wrong clock wrote comes."""
    now = datetime.now(UTC)
    sync(configured, store, now + timedelta(hours=good))
    sold.fail_next("GetQuotaUsageRequest", "service.FAILURE", times=9)
    sync(configured, store, now + timedelta(hours=failed))
    sold.chaos.clear()
    before = read(store)
    sync(configured, store, now)
    after = store.usage.latest("crm.example", "42", now=now)

    assert (before.stale, after and after.stale) == (True, False)


def test_a_wrongly_dated_peak_gives_way_to_a_true_one(
    sold: Simulator, configured: Config, store: Store, runtime: Runtime
) -> None:
    """A month is not billed by what was held in another."""
    now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    sync(configured, store, datetime(2026, 11, 20, 12, tzinfo=UTC))
    sold.add_mail("anna@firma.example", -15 * MB)
    sync(configured, store, now)
    peaks = {one.figure: one for one in store.history.peaks("crm.example", "42", "2026-11")}
    points = store.history.points(read(store), now - timedelta(days=9), now)

    assert (peaks["storage"].value, peaks["storage"].measured_at) == (15 * MB, now)
    assert [point.measured_at for point in points] == [now]


def read(store: Store) -> Any:
    """The service's last reading, of whatever time."""
    return store.usage.latest("crm.example", "42")
