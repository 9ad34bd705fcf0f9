"""Every hook that writes, for each model, from a few states of Zimbra."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

GRACE = {"terminate": {"mode": "grace", "grace_days": 14}}
#: its deletion is due at once
NOW = {"terminate": {"mode": "grace", "grace_days": 0}}
KEEP = {"terminate": {"mode": "keep"}}
DELETE = {"terminate": {"mode": "delete"}}
#: what each model's call says of the service
SERVICES: dict[str, dict[str, Any]] = {
    "domain": {"model": "domain"},
    "mailbox": {
        "model": "mailbox",
        "domain": None,
        "mailbox": {"address": "anna@firma.example"},
        "plan": {"mailboxes": None, "domain_quota": None},
    },
    "server": {"model": "server", "disk": 200 * 2**30},
}


@dataclass(frozen=True)
class Case:
    """An event and what happened before it."""

    model: str
    event: str
    #: events before, each with the plan that it is called with
    before: tuple[tuple[str, dict[str, Any]], ...] = ()
    plan: dict[str, Any] = field(default_factory=dict)
    #: a request of Zimbra's that fails in the first of the events before
    fails: str = ""
    #: what staff does right before: a function of `tests.test_dry_run`
    meddle: str = ""

    @property
    def name(self) -> str:
        """How the test is called."""
        before = [one + str(plan.get("terminate", {}).get("mode", "")) for one, plan in self.before]
        mode = self.plan.get("terminate", {}).get("mode", "")
        parts = [self.model, *before, self.fails, self.meddle, self.event + mode]
        return "-".join(one for one in parts if one)


def cases() -> Iterator[Case]:
    """All of them."""
    made: tuple[tuple[str, dict[str, Any]], ...] = (("create", {}),)
    small = {"mailboxes": 30, "mailbox_quota": 2 * 2**30, "aliases": 10}
    for model in SERVICES:
        plan = {key: small[key] for key in (("mailbox_quota",) if model == "mailbox" else small)}
        yield Case(model, "create", plan=plan)
        yield Case(model, "adopt", meddle="make_by_hand")
        yield Case(model, "suspend", made)
        yield Case(model, "suspend", (*made, ("suspend", {})), {"suspend_mode": "closed"})
        yield Case(model, "unsuspend", (*made, ("suspend", {})))
        yield Case(model, "change_package", made, plan)
        yield Case(model, "change_password", made, meddle="lock_out")
        yield Case(model, "change_password", (*made, ("change_password", {})))
        yield Case(model, "terminate", made, GRACE)
        yield Case(model, "terminate", (*made, ("suspend", {})), KEEP)
        yield Case(model, "terminate", made, DELETE, meddle="fill")
        yield Case(model, "purge", (*made, ("terminate", NOW)), NOW, meddle="fill")
        yield Case(model, "restore", (*made, ("terminate", KEEP)), KEEP)
        yield Case(model, "renew", (*made, ("terminate", GRACE)), GRACE)
        yield Case(model, "repair", made, meddle="spoil")
        yield Case(model, "repair", (*made, ("suspend", {})), meddle="spoil")
        yield Case(model, "transfer", (*made, ("terminate", GRACE)))
    for model in ("domain", "server"):
        yield Case(model, "create", made, {"mailboxes": 30}, fails="CreateAccountRequest")
        yield Case(model, "purge_bin", made, meddle="wait_in_bin")
        yield Case(model, "create", made, fails="GrantRightRequest")
        yield Case(model, "create", made, meddle="lose_administrator")
        yield Case(model, "repair", made, meddle="demote_administrator")
    yield Case("mailbox", "create", made, {"mailbox_quota": 2**30}, fails="ModifyAccountRequest")
