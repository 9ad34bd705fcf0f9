"""Purge: what a termination with grace announced happens on its day, and not before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from click.testing import CliRunner, Result

from puq_zimbra.cli import cli
from puq_zimbra.simulator import Simulator

from .conftest import Hook

GRACE = {"plan": {"terminate": {"mode": "grace", "grace_days": 14}}}


def purge(settings: str, *options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(cli, ["--config", settings, "purge", "--due", *options])


def due(simulator: Simulator, domain: str, days: int) -> None:
    """Set the day of the deletion, counted from today."""
    names = simulator.domain(domain).attrs["zimbraForeignName"]
    day = (datetime.now(UTC) + timedelta(days=days)).date()
    names[:] = [one for one in names if ".purge:" not in one] + [f"puq_zimbra.purge:{day}"]


def test_only_what_is_due_goes(hook: Hook, simulator: Simulator, settings: str) -> None:
    """A day too early would delete mail that the customer may still call back."""
    for number, domain in (("1", "due.example"), ("2", "later.example"), ("3", "kept.example")):
        hook("create", service={"id": number, "domain": domain})
    for number, domain in (("1", "due.example"), ("2", "later.example")):
        hook("terminate", service={"id": number, "domain": domain, **GRACE})
    due(simulator, "due.example", 0)
    due(simulator, "later.example", 1)
    dry = purge(settings, "--dry-run")
    still = simulator.domain("due.example")
    done = purge(settings)

    assert dry.exit_code == 0
    assert "2 objects would be deleted" in dry.output
    assert still is not None
    assert (done.exit_code, "due.example" in done.output) == (0, True)
    assert simulator.domain("due.example") is None
    assert simulator.domain("later.example") is not None
    assert simulator.domain("kept.example") is not None
    assert purge(settings).stdout == ""


def test_a_mailbox_sold_by_itself_goes_on_its_day(
    hook: Hook, simulator: Simulator, settings: str
) -> None:
    """The day stands on the account; the provider's domain around it stays."""
    simulator.create_domain("poczta.example")
    sold = {
        "model": "mailbox",
        "domain": None,
        "mailbox": {"address": "anna@poczta.example"},
        "plan": {"mailboxes": None, "terminate": {"mode": "grace", "grace_days": 0}},
    }
    hook("create", service=sold)
    hook("terminate", service=sold)
    done = purge(settings)

    assert (done.exit_code, "anna@poczta.example" in done.output) == (0, True)
    assert simulator.account("anna@poczta.example") is None
    assert simulator.domain("poczta.example") is not None


def test_a_private_server_goes_on_its_day(hook: Hook, simulator: Simulator, settings: str) -> None:
    """With all of its domains, which only the mark on the first one tells."""
    sold = {"model": "server", "plan": {"terminate": {"mode": "grace", "grace_days": 0}}}
    hook("create", service=sold)
    simulator.create_domain("druga.example")
    hook("terminate", service=sold)

    assert purge(settings).exit_code == 0
    assert simulator.domain("firma.example") is None
    assert simulator.domain("druga.example") is None
    assert simulator.domain("example.test") is not None


def test_what_cannot_go_is_named_and_stops_no_other(
    hook: Hook, simulator: Simulator, settings: str
) -> None:
    """Somebody else's mailbox in one domain must not keep all others."""
    for number, domain in (("1", "a.example"), ("2", "b.example")):
        hook("create", service={"id": number, "domain": domain})
        hook("terminate", service={"id": number, "domain": domain, **GRACE})
        due(simulator, domain, -1)
    simulator.create_account(
        "sold@a.example", "Some-Pass-1", zimbraForeignPrincipal="puq_zimbra:crm.example:99"
    )
    done = purge(settings)

    assert done.exit_code == 1
    assert "sold@a.example" in done.output
    assert simulator.domain("a.example") is not None
    assert simulator.domain("b.example") is None


def test_an_unreachable_zimbra_is_said(simulator: Simulator, settings: str) -> None:
    """Cron must mail it."""
    simulator.drop_next("SearchDirectoryRequest", times=3)

    assert purge(settings).exit_code == 69
