"""Purge: what a termination with grace announced happens on its day, and not before."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from puq_zimbra.cli import cli
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan

from .conftest import Hook
from .processes import wait_for

GRACE = {"plan": {"terminate": {"mode": "grace", "grace_days": 14}}}


def purge(settings: str, *options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(cli, ["--config", settings, "purge", "--due", *options])


class Purging:
    """The command in a thread of its own."""

    def __init__(self, settings: str) -> None:
        self._done: list[Result] = []
        self._thread = threading.Thread(target=lambda: self._done.append(purge(settings)))
        self._thread.start()

    def result(self) -> Result:
        """How it ended, waited for."""
        self._thread.join()
        return self._done[0]


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
    simulator.create_account("staff@a.example", "Some-Pass-1", zimbraIsAdminAccount="TRUE")
    done = purge(settings)

    assert done.exit_code == 1
    assert "staff@a.example" in done.output
    assert simulator.domain("a.example") is not None
    assert simulator.domain("b.example") is None


def test_an_unreachable_zimbra_is_said(simulator: Simulator, settings: str) -> None:
    """Cron must mail it."""
    simulator.drop_next("SearchDirectoryRequest", times=3)

    assert purge(settings).exit_code == 69


def two_due(hook: Hook, simulator: Simulator) -> None:
    """Two services whose day has come."""
    for number, domain in (("1", "a.example"), ("2", "b.example")):
        hook("create", service={"id": number, "domain": domain})
        hook("terminate", service={"id": number, "domain": domain, **GRACE})
        due(simulator, domain, 0)


@pytest.mark.parametrize("event", ["renew", "restore"])
def test_who_paid_while_the_purge_ran_keeps_his_mail(
    hook: Hook, simulator: Simulator, settings: str, event: str
) -> None:
    """The list of what is due was made before; the host was told that the service goes on."""
    two_due(hook, simulator)
    simulator.delay_next("DeleteAccountRequest", 1.0)
    done = Purging(settings)
    wait_for(lambda: not simulator.chaos.pending)
    paid = hook(event, service={"id": "2", "domain": "b.example"})
    result = done.result()

    assert paid.value["code"] == "updated"
    assert simulator.domain("a.example") is None
    assert simulator.domain("b.example").first("zimbraDomainStatus") == "active"
    assert (result.exit_code, "is not due for its deletion" in result.output) == (0, True)


def test_a_deletion_called_off_while_its_contents_were_listed_stops(
    hook: Hook, simulator: Simulator, settings: str
) -> None:
    """Listing a large domain takes a while; right before the first deletion it is read again."""
    service = {"id": "1", "domain": "a.example"}
    hook("create", service=service)
    hook("terminate", service={**service, **GRACE})
    due(simulator, "a.example", 0)
    # The first two searches are for what is due, the third is for what the domain holds.
    simulator.chaos.add(Plan("SearchDirectoryRequest", "delay", skip=2, seconds=0.5))
    done = Purging(settings)
    wait_for(lambda: not simulator.chaos.pending)
    names = simulator.domain("a.example").attrs["zimbraForeignName"]
    names[:] = [one for one in names if ".purge:" not in one]
    simulator.reset_log()

    assert (done.result().exit_code, "was called off" in done.result().output) == (1, True)
    assert simulator.writes() == []


@pytest.mark.parametrize("days", [400, -400])
def test_nothing_is_purged_with_a_wrong_clock(
    hook: Hook, simulator: Simulator, settings: str, days: int
) -> None:
    """A machine that comes up with another date would delete mail long before its day."""
    two_due(hook, simulator)
    simulator.reset_log()
    simulator.state.clock = lambda: time.time() - days * 86400
    done, dry = purge(settings), purge(settings, "--dry-run")

    for one in (done, dry):
        assert (one.exit_code, "differ by 400 days" in one.output) == (78, True)
    assert simulator.writes() == []
