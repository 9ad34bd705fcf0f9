"""What is kept of the readings: history, peaks, notices; and the commands that show it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from puq_zimbra.cli import cli
from puq_zimbra.config import Config
from puq_zimbra.errors import Unavailable
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.database import Store
from puq_zimbra.zimbra.client import Zimbra
from tests import databases
from tests.conftest import Hook

from .conftest import latest, sync
from .test_command import settings_file

pytestmark = pytest.mark.both_databases

MB = 2**20
GB = 2**30
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def run(configured: Config, tmp_path: Any, *arguments: str) -> Result:
    """Run a command of the group."""
    settings = settings_file(configured, tmp_path)
    return CliRunner().invoke(cli, ["--config", settings, "usage", *arguments])


def test_peaks_are_the_months_highest_with_the_reading_that_shows_them(
    sold: Simulator, configured: Config, store: Store, tmp_path: Any
) -> None:
    """A bill of a month rests on one reading, which stays."""
    sync(configured, store, NOW)
    sold.add_mail("anna@firma.example", 100 * MB)
    sync(configured, store, NOW + timedelta(hours=1))
    sold.add_mail("anna@firma.example", -90 * MB)
    sync(configured, store, NOW + timedelta(hours=2))
    sync(configured, store, NOW + timedelta(days=14))
    done = run(configured, tmp_path, "ledger", "42", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    storage = {row["month"]: row for row in rows if row["figure"] == "storage"}

    assert storage["2026-11"]["value"] == 130 * MB
    assert storage["2026-11"]["measured_at"] == "2026-11-20T13:00:00+00:00"
    assert storage["2026-12"]["value"] == 40 * MB
    assert {row["figure"] for row in rows} == {"storage", "mailboxes", "cos:business"}


def test_old_readings_are_thinned_out_but_for_the_evidence(
    sold: Simulator, configured: Config, store: Store
) -> None:
    """One a day, then one a month; what a ledger's figure rests on stays."""
    begin = NOW - timedelta(days=500)
    for hours in (0, 1, 2, 24, 25, 24 * 40, 24 * 40 + 1, 24 * 480, 24 * 480 + 1):
        sync(configured, store, begin + timedelta(hours=hours))
    sold.add_mail("anna@firma.example", 10 * MB)
    peak = begin + timedelta(hours=26)
    sync(configured, store, peak)
    sold.add_mail("anna@firma.example", -10 * MB)
    sync(configured, store, begin + timedelta(hours=27))
    store.history.prune(NOW, configured.usage)
    one = latest(store)
    kept = [point.measured_at for point in store.history.points(one, begin)]

    assert kept == [
        begin,  # it shows the month's mailboxes
        peak,
        begin + timedelta(hours=27),  # the last of its month
        begin + timedelta(hours=24 * 40),  # it shows the month's figures
        begin + timedelta(hours=24 * 40 + 1),
        begin + timedelta(hours=24 * 480),
        begin + timedelta(hours=24 * 480 + 1),
    ]


def test_a_threshold_is_told_once_per_crossing(
    hook: Hook, sold: Simulator, configured: Config, store: Store, tmp_path: Any
) -> None:
    """A host that mails each notice must not mail every hour."""
    sold.account("anna@firma.example").attrs["zimbraMailQuota"] = [str(100 * MB)]
    sync(configured, store, NOW)
    for hours, change in ((1, 75), (2, 0), (3, -40), (4, 50), (5, 0)):
        sold.add_mail("anna@firma.example", change * MB)
        sync(configured, store, NOW + timedelta(hours=hours))
    done = run(configured, tmp_path, "notices", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    told = hook("usage", service=None, cursor=str(rows[0]["id"])).value["data"]["notices"]

    assert [(row["name"], row["crossed_at"], row["ended_at"]) for row in rows] == [
        ("anna@firma.example", "2026-11-20T13:00:00+00:00", "2026-11-20T15:00:00+00:00"),
        ("anna@firma.example", "2026-11-20T16:00:00+00:00", None),
    ]
    assert [one["id"] for one in told] == [rows[1]["id"]]
    assert (told[0]["kind"], told[0]["percent"]) == ("mailbox", 105)


def test_the_ledger_counts_what_is_billed(sold: Simulator, configured: Config) -> None:
    """A locked mailbox that is not to be billed stands in no month's highest."""
    settings = configured.usage.model_copy(update={"bill_locked": False})
    sold.account("anna@firma.example").attrs["zimbraAccountStatus"] = ["locked"]
    store = Store.open(configured.model_copy(update={"usage": settings}))
    sync(configured, store, NOW)
    peaks = {one.figure: one.value for one in store.history.peaks("crm.example", "42", None)}
    held = latest(store).counts.mailboxes
    store.close()

    assert (peaks["mailboxes"], held) == (1, 2)


def test_the_threshold_is_the_providers(sold: Simulator, configured: Config) -> None:
    """Some want to sell more space earlier."""
    settings = configured.usage.model_copy(update={"notice_percent": 20})
    config = configured.model_copy(update={"usage": settings})
    sold.account("anna@firma.example").attrs["zimbraMailQuota"] = [str(100 * MB)]
    store = Store.open(config)
    sync(config, store, NOW)
    told = store.history.notices("crm.example")
    store.close()

    assert [(one.address, one.used) for one in told] == [("anna@firma.example", 20 * MB)]


def test_a_cursor_that_is_no_number_is_refused(hook: Hook, sold: Simulator) -> None:
    """Everything would be told again and again."""
    assert hook("usage", service=None, cursor="last").value["code"] == "invalid"


def test_mailboxes_that_grew_are_known_by_the_day(
    sold: Simulator, configured: Config, store: Store
) -> None:
    """One figure a day and mailbox is enough to say who grows; a new one grew from nothing."""
    sync(configured, store, NOW - timedelta(days=20))
    sold.add_mail("anna@firma.example", 50 * MB)
    sold.add_mail("admin@firma.example", 5 * MB)
    sold.create_account("moved@firma.example", "Some-Pass-1")
    sold.add_mail("moved@firma.example", 20 * MB)
    sync(configured, store, NOW)
    growth = store.history.growth(latest(store), NOW - timedelta(days=30), 10)
    later = store.history.growth(latest(store), NOW + timedelta(days=1), 10)

    assert [(one.address, one.grown) for one in growth] == [
        ("anna@firma.example", 50 * MB),
        ("moved@firma.example", 20 * MB),
        ("admin@firma.example", 5 * MB),
    ]
    assert later == []
    assert growth[0].day == (NOW - timedelta(days=20)).date()


def test_a_deleted_mailbox_is_not_shown_any_more(
    sold: Simulator, configured: Config, store: Store, zimbra: Zimbra
) -> None:
    """Its old figure must not stand among the new ones; the service's others stay."""
    sync(configured, store, NOW)
    before = [one.address for one in latest(store).mailboxes]
    zimbra.delete_account(sold.account("anna@firma.example").id)
    sync(configured, store, NOW + timedelta(hours=1))

    assert sorted(before) == ["admin@firma.example", "anna@firma.example"]
    assert [one.address for one in latest(store).mailboxes] == ["admin@firma.example"]


def test_the_export_is_safe_in_a_spreadsheet(
    sold: Simulator, configured: Config, store: Store, tmp_path: Any
) -> None:
    """A row a reading; numbers are bytes, and no name is a formula."""
    sync(configured, store, NOW)
    databases.execute(configured, "UPDATE service SET service_id = '=1+1'")
    done = run(configured, tmp_path, "export")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))

    assert [(row["service_id"], row["used"], row["limit"]) for row in rows] == [
        ("'=1+1", str(30 * MB), str(50 * GB))
    ]


@pytest.mark.parametrize(
    "damaged", ["{broken", "[]", '{"business": 1}', '{"": {"active": "many"}}']
)
@pytest.mark.usefixtures("sold")
def test_a_damaged_row_costs_no_other_reading(
    configured: Config, store: Store, tmp_path: Any, hook: Hook, damaged: str
) -> None:
    """One of a thousand services must not keep the export from all who are billed by it."""
    hook("create", service={"id": "43", "domain": "druga.example"})
    sync(configured, store, datetime.now(UTC))
    spoil = f"UPDATE usage SET classes = '{damaged}' WHERE service = "
    databases.execute(configured, spoil + "(SELECT id FROM service WHERE service_id = '42')")
    done = run(configured, tmp_path, "export")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    told = hook("usage", service=None)

    assert [row["service_id"] for row in rows] == ["43"]
    assert isinstance(done.exception, Unavailable)
    assert "1, of these services: crm.example 42" in str(done.exception)
    assert sorted(row["service_id"] for row in told.value["data"]["rows"]) == ["42", "43"]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_show_gives_the_last_figures(
    sold: Simulator, configured: Config, store: Store, tmp_path: Any, options: list[str]
) -> None:
    """For a person at the telephone."""
    sync(configured, store, NOW)
    done = run(configured, tmp_path, "show", "crm.example", "42", *options)

    assert done.exit_code == 0
    assert "anna@firma.example" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("verb", "options"),
    [("show", ["--json"]), ("export", ["--json"]), ("ledger", ["--json"]), ("ledger", ["--csv"])],
)
def test_the_old_spelling_gives_the_same_and_names_the_new_one(
    sold: Simulator,
    configured: Config,
    store: Store,
    tmp_path: Any,
    verb: str,
    options: list[str],
) -> None:
    """A provider's scripts go on; every verb names a service by INSTALLATION SERVICE_ID."""
    sync(configured, store, NOW)
    now = run(configured, tmp_path, verb, "crm.example", "42", *options)
    other = run(configured, tmp_path, verb, "crm.example", "43", *options)
    old = run(configured, tmp_path, verb, "42", "--installation", "crm.example", *options)
    both = run(configured, tmp_path, verb, "crm.example", "42", "--installation", "crm.other")

    assert (now.exit_code, now.stderr) == (old.exit_code, "") == (0, "")
    assert old.stdout == now.stdout != other.stdout
    assert old.stderr.endswith(f"puq-zimbra usage {verb} crm.example 42\n")
    assert isinstance(both.exception, SystemExit)
    assert both.exit_code == 2
    assert both.stdout == ""


def test_a_service_of_every_installation_is_still_exported(
    sold: Simulator, configured: Config, store: Store, tmp_path: Any
) -> None:
    """The old spelling without an installation asks all of them; the new one needs a name."""
    sync(configured, store, NOW)
    done = run(configured, tmp_path, "export", "42", "--json")

    assert '"installation": "crm.example"' in done.stdout
    assert done.stderr.endswith("puq-zimbra usage export INSTALLATION 42\n")


def test_show_of_the_unknown_says_what_to_do(configured: Config, tmp_path: Any) -> None:
    """Not an empty table."""
    with pytest.raises(Exception, match="never measured"):
        CliRunner().invoke(
            cli,
            ["--config", settings_file(configured, tmp_path), "usage", "show", "7"],
            catch_exceptions=False,
        )


def test_metrics_keep_their_zeros_and_leave_out_what_is_not_billed(
    hook: Hook, sold: Simulator, runtime: Any
) -> None:
    """A metric that is left out would keep its old value at the host."""
    settings = runtime.config.usage.model_copy(update={"cos_slots": ["starter", "business"]})
    runtime.settings = runtime.config.model_copy(update={"usage": settings})
    sold.account("anna@firma.example").attrs["zimbraAccountStatus"] = ["locked"]
    billed = hook("usage").value["data"]["metrics"]["firma.example"]
    plan = {"plan": {"bill_locked": False}}
    less = hook("usage", service=plan).value["data"]["metrics"]["firma.example"]

    assert (billed["mailboxes"], billed["cos_1"], billed["cos_2"]) == (2, 0, 2)
    assert (less["mailboxes"], less["cos_2"]) == (1, 1)
    assert billed["aliases"] == billed["distribution_lists"] == billed["domain_aliases"] == 0
