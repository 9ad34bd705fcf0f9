"""A class of service is its id: renamed or deleted, none of its mailboxes is billed twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.database import Store
from tests import databases
from tests.conftest import Hook

from .conftest import latest, sync
from .test_figures import run

pytestmark = pytest.mark.both_databases

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def cos_id(simulator: Simulator, name: str) -> str:
    """A class's id."""
    return str(simulator.state.directory.coses[name].id)


def rename_class(simulator: Simulator, name: str, to: str) -> None:
    """Rename a class as its administrator would."""
    coses = simulator.state.directory.coses
    entry = coses[to] = coses.pop(name)
    entry.name = to
    entry.put("cn", to)


def delete_class(simulator: Simulator, name: str) -> None:
    """Delete a class that mailboxes name."""
    entry = simulator.state.directory.coses.pop(name)
    del simulator.state.directory.by_id[entry.id]


def ledger(configured: Config, tmp_path: Any) -> dict[str, tuple[int, str]]:
    """The month's mailboxes by class: how many, and the class's id."""
    done = run(configured, tmp_path, "ledger", "42", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {
        row["figure"]: (row["value"], row["cos_id"])
        for row in rows
        if row["figure"].startswith("cos:")
    }


def test_a_renamed_class_stands_once_in_the_ledger(
    sold: Simulator, configured: Config, store: Store, tmp_path: Any
) -> None:
    """Under two names the same mailboxes would be billed twice in that month."""
    sync(configured, store, NOW)
    identity = cos_id(sold, "business")
    rename_class(sold, "business", "Firma 25")
    sync(configured, store, LATER)

    assert ledger(configured, tmp_path) == {"cos:Firma 25": (2, identity)}


def test_a_renamed_class_is_counted_by_its_new_name_or_its_id(
    hook: Hook, sold: Simulator, runtime: Runtime
) -> None:
    """The settings name classes as they are called now, or once and for all by id."""
    identity = cos_id(sold, "business")
    hook("usage")
    rename_class(sold, "business", "Firma 25")
    runtime.now = lambda: (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0)
    slots = ["business", "Firma 25", identity, "default"]
    settings = runtime.config.usage.model_copy(update={"cos_slots": slots})
    runtime.settings = runtime.config.model_copy(update={"usage": settings})
    billed = hook("usage").value["data"]["metrics"]["firma.example"]

    assert [billed[f"cos_{slot}"] for slot in range(1, 6)] == [0, 2, 2, 0, 0]


@pytest.mark.parametrize(("default", "counted"), [(True, "business"), (False, "default")])
def test_a_deleted_class_counts_as_what_zimbra_then_uses(
    sold: Simulator,
    configured: Config,
    store: Store,
    hook: Hook,
    tmp_path: Any,
    default: bool,
    counted: str,
) -> None:
    """The domain's default, else the default: nobody can bill by the id of what is gone."""
    gone = cos_id(sold, "starter")
    for number in range(3):
        sold.create_account(f"u{number}@firma.example", "Some-Pass-1", zimbraCOSId=gone)
    delete_class(sold, "starter")
    if not default:
        sold.domain("firma.example").put("zimbraDomainDefaultCOSId")
    sync(configured, store, NOW)
    by_sync = latest(store).counts.billable(locked=True, closed=True)
    hook("usage", service={"id": "42"})
    by_hook = latest(store).counts.billable(locked=True, closed=True)

    assert by_sync == by_hook == {cos_id(sold, counted): 5}
    assert ledger(configured, tmp_path) == {f"cos:{counted}": (5, cos_id(sold, counted))}


def test_the_default_class_of_an_unstamped_domain_is_its_mailboxes_class(
    hook: Hook, simulator: Simulator, configured: Config, store: Store
) -> None:
    """A mailbox sold by itself without a class has its domain's, whose domain is no service."""
    business = cos_id(simulator, "business")
    simulator.create_domain("poczta.example", zimbraDomainDefaultCOSId=business)
    one = {"model": "mailbox", "domain": None, "mailbox": {"address": "jan@poczta.example"}}
    hook("create", service={**one, "plan": {"cos": None, "domain_quota": 0}})
    sync(configured, store, NOW)
    by_sync = latest(store).counts.billable(locked=True, closed=True)
    hook("usage", service={**one, "plan": {"cos": None, "domain_quota": 0}})

    assert by_sync == {business: 1}
    assert latest(store).counts.billable(locked=True, closed=True) == {business: 1}


def test_figures_of_before_are_brought_over_by_name(
    sold: Simulator, configured: Config, store: Store, tmp_path: Any
) -> None:
    """In the month of the upgrade nobody is billed under a name and under an id."""
    sync(configured, store, NOW)
    identity = cos_id(sold, "business")
    databases.execute(
        configured,
        f"UPDATE peak SET figure = 'cos:business', value = 9 WHERE figure = 'cos:{identity}'",
        "INSERT INTO peak SELECT service, '2026-10', figure, 7, measured_at FROM peak"
        " WHERE figure = 'cos:business'",
        "DELETE FROM cos_name",
    )
    assert ledger(configured, tmp_path) == {"cos:business": (9, "")}
    sync(configured, store, LATER)
    peaks = [(one.month, one.figure, one.value, one.cos) for one in store.history.peaks(
        "crm.example", "42", None
    ) if one.figure.startswith("cos:")]  # fmt: skip

    assert peaks == [
        ("2026-10", "cos:business", 7, identity),
        ("2026-11", "cos:business", 9, identity),
    ]
