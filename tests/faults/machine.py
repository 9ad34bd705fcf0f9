"""A service's life: hooks in any order, faults, time, and an administrator who meddles in Zimbra.

After each hook the service is held against what it was before and what the hook was to make of it:
done means all of it, anything else none of it, or a part on the way that the next call finishes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from puq_zimbra.billing import plain
from puq_zimbra.model import CODES
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.zimbra.client import Zimbra

from .seen import ADMIN, DOMAIN, GRACE_DAYS, STAMP, STATUSES, Seen, limits_of, look, same, wanted
from .stories import KINDS, Story
from .world import PASSWORDS, Worlds

READING = ("usage", "client_area", "sso_service", "list_services")
CALMER = sorted(set(KINDS) - {"stale 1", "stale 2", "stale 3"})
faults = st.none() | st.tuples(st.integers(0, 9), st.sampled_from(CALMER))
plans = st.fixed_dictionaries(
    {
        "cos": st.sampled_from(["business", "starter"]),
        "mailboxes": st.sampled_from([3, 25, 40]),
        "mailbox_quota": st.just(5 * 2**30),
        "domain_quota": st.sampled_from([2**33, 2**40]),
        "suspend_mode": st.sampled_from(["locked", "maintenance", "closed"]),
        "terminate": st.sampled_from(
            [{"mode": "delete"}, {"mode": "grace", "grace_days": GRACE_DAYS}, {"mode": "keep"}]
        ),
    }
)


class Life(RuleBasedStateMachine):
    """One service, from an empty Zimbra on."""

    def __init__(self, worlds: Worlds) -> None:
        super().__init__()
        self.world = worlds.before(Story("domain", "create"))
        self.simulator = self.world.simulator
        self.zimbra = Zimbra(plain.validate(self.world.params({})).given_server)
        self.theirs = self.world.foreign_state()
        #: every size that a mailbox ever had
        self.sizes: dict[str, set[int]] = {}
        self.steps = -1  # the invariants are looked at before the first

    # -- the host ------------------------------------------------------------------------------

    @rule(plan=plans, fault=faults)
    def create(self, plan: dict[str, Any], fault: Any) -> None:
        """An order, a retry, a double click."""
        before, reply, after = self._call("create", plan, fault)
        if not self._may_touch(before, after):
            return
        assert set(before.mailboxes) <= set(after.mailboxes), "a mailbox went"
        if before.there and not before.unfinished:
            kept = replace(after, mailboxes=before.mailboxes, password=before.password)
            assert same(before, replace(kept, open=before.open)) == [], (reply, before, after)
        if reply["ok"]:
            assert after.ours
            assert not after.unfinished
        if reply["code"] == "created" and (before.unfinished or not before.there):
            limits = limits_of({**plan, "cos id": self._cos_id(plan)})
            status = (before.status, before.was) if before.there else ("active", None)
            assert (after.status, after.was, after.limits) == (*status, limits)
            assert after.password == PASSWORDS[0]

    @rule(
        event=st.sampled_from(["suspend", "unsuspend", "restore", "renew"]),
        plan=plans,
        fault=faults,
    )
    def pause(self, event: str, plan: dict[str, Any], fault: Any) -> None:
        """Unpaid, paid."""
        self._all_or_nothing(event, plan, fault)

    @rule(plan=plans, fault=faults)
    def change_package(self, plan: dict[str, Any], fault: Any) -> None:
        """More or less for another price."""
        self._all_or_nothing("change_package", plan, fault)

    @rule(plan=plans, fault=faults)
    def terminate(self, plan: dict[str, Any], fault: Any) -> None:
        """The end, in each mode."""
        if plan["terminate"]["mode"] != "delete":
            self._all_or_nothing("terminate", plan, fault)
            return
        before, reply, after = self._call("terminate", plan, fault)
        if not self._may_touch(before, after):
            return
        if before.foreign_inside:
            assert not reply["ok"]
            assert same(before, after) == []
        elif reply["ok"] or not after.there:
            assert after == Seen()
        elif after.mailboxes != before.mailboxes:
            assert set(after.mailboxes) < set(before.mailboxes)
            assert after.deleting
            assert after.status == "closed"

    @rule(
        event=st.sampled_from(["change_password", "client_action"]),
        new=st.sampled_from(PASSWORDS),
        fault=faults,
    )
    def password(self, event: str, new: str, fault: Any) -> None:
        """By the host or by the customer."""
        form = {"puqz_action": "change_admin_password", "password": new, "password_again": new}
        before, reply, after = self._call(event, None, fault, new_password=new, form=form)
        if self._may_touch(before, after):
            allowed = {new} if reply["ok"] else {new, before.password}
            assert after.password in allowed
            assert same(before, replace(after, password=before.password)) == []

    @rule(event=st.sampled_from(READING), fault=faults)
    def read(self, event: str, fault: Any) -> None:
        """Questions change nothing."""
        before, reply, after = self._call(event, None, fault)
        assert same(before, after) == []
        assert self.simulator.writes() == []
        if event == "list_services" and reply["ok"]:
            listed = [one["service_id"] for one in reply["data"]["services"]]
            # A mailbox that was sold by itself counts where the domain is nobody's.
            sold = {"42": before.ours, "99": before.foreign_inside and before.nobodys}
            assert listed == sorted(["43", *(one for one, is_sold in sold.items() if is_sold)])
        if event == "sso_service" and reply["ok"]:
            assert before.status == "active"
            assert before.was is None

    @rule(event=st.sampled_from(["create", "suspend", "terminate", "change_package", "renew"]))
    def somebody_else(self, event: str) -> None:
        """Another customer's service names our domain."""
        before = look(self.simulator)
        self.simulator.reset_log()
        reply = self.world.call(event, service={"id": "44"})
        assert same(before, look(self.simulator)) == [] or not before.there
        if before.there:
            assert reply["code"] == "not_ours"
            assert self.simulator.writes() == []
        elif event == "create" and reply["ok"]:
            self.zimbra.modify_domain(self._domain_id(), {"zimbraForeignName": STAMP})

    @rule(hours=st.integers(1, 24 * 40))
    def time_passes(self, hours: int) -> None:
        """Log-ins run out, grace periods end."""
        self.world.clock.moved += timedelta(hours=hours)

    @rule()
    def restart(self) -> None:
        """The next call comes from another process."""
        self.world.restart()

    # -- the customer and an administrator of Zimbra -------------------------------------------

    @precondition(lambda self: self._is_usable())
    @rule(name=st.sampled_from(["anna", "bert"]), foreign=st.booleans())
    def add_mailbox(self, name: str, foreign: bool) -> None:
        """By the customer; or sold as a service of its own in this domain."""
        address = f"{name}@{DOMAIN}"
        if self.simulator.account(address) is None and len(look(self.simulator).mailboxes) < 3:
            stamp = {"zimbraForeignPrincipal": "puq_zimbra:crm.example:99"} if foreign else {}
            self.simulator.create_account(address, "Anna-Pass-1", **stamp)

    @precondition(lambda self: look(self.simulator).mailboxes)
    @rule(size=st.sampled_from([1, 2**20, 2**30]), chance=st.randoms(use_true_random=False))
    def mail_comes(self, size: int, chance: Any) -> None:
        """A mailbox grows."""
        self.simulator.add_mail(chance.choice(look(self.simulator).mailboxes)[0], size)

    @precondition(lambda self: look(self.simulator).mailboxes)
    @rule(
        what=st.sampled_from(["delete", "rename", "locked", "active", "closed", "free"]),
        chance=st.randoms(use_true_random=False),
    )
    def meddle_with_a_mailbox(self, what: str, chance: Any) -> None:
        """Delete it, rename it, lock it, or take another service's mark from it."""
        entry = self.simulator.account(chance.choice(look(self.simulator).mailboxes)[0])
        assert entry is not None
        if what == "delete":
            self.simulator.world.directory.remove(entry)
        elif what == "rename":
            new = f"was-{entry.name}"
            if self.simulator.account(new) is None:
                self.simulator.world.directory.move(entry, new)
        elif what == "free":
            entry.put("zimbraForeignPrincipal")
        else:
            entry.put("zimbraAccountStatus", what)

    @precondition(lambda self: look(self.simulator).there)
    @rule(status=st.sampled_from(STATUSES))
    def meddle_with_the_status(self, status: str) -> None:
        """An administrator locks the domain, or opens it."""
        self.zimbra.modify_domain(self._domain_id(), {"zimbraDomainStatus": status})

    @precondition(lambda self: look(self.simulator).there)
    @rule(stamp=st.sampled_from([STAMP, STAMP, "puq_zimbra:other.example:42", None]))
    def meddle_with_the_stamp(self, stamp: str | None) -> None:
        """The domain is given away, or given back."""
        entry = self.simulator.domain(DOMAIN)
        assert entry is not None
        kept = [n for n in entry.attrs.get("zimbraForeignName", []) if n.startswith("puq_zimbra.")]
        entry.put("zimbraForeignName", *([stamp] if stamp else []), *kept)

    @precondition(lambda self: look(self.simulator).there)
    @rule(cos=st.sampled_from(["business", "starter"]), most=st.sampled_from(["7", "25"]))
    def meddle_with_the_limits(self, cos: str, most: str) -> None:
        """Something was promised on the telephone."""
        limits = {
            "zimbraDomainDefaultCOSId": self._cos_id({"cos": cos}),
            "zimbraDomainMaxAccounts": most,
        }
        self.zimbra.modify_domain(self._domain_id(), limits)

    @precondition(lambda self: look(self.simulator).there)
    @rule(again=st.booleans())
    def delete_the_domain(self, again: bool) -> None:
        """By hand; perhaps somebody makes one of the same name."""
        directory = self.simulator.world.directory
        for entry in [*directory.contents[DOMAIN].values()]:
            directory.remove(entry)
        entry = self.simulator.domain(DOMAIN)
        assert entry is not None
        directory.remove(entry)
        if again:
            self.simulator.create_domain(DOMAIN)

    # -- what always holds ---------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        """I3, I15: nothing foreign changes. I12: whoever is suspended stays out, as long as no
        administrator opens the domain. I5: a figure that is stored was true at some time."""
        self.steps += 1
        assert self.world.foreign_state() == self.theirs
        seen = look(self.simulator)
        if seen.was is not None and seen.status != "active":
            assert not seen.open
        for address, _ in seen.mailboxes:
            entry = self.simulator.account(address)
            assert entry is not None
            self.sizes.setdefault(address, {0}).add(self.simulator.world.used(entry))
        figures = self.world.runtime.store().figures
        latest = figures.latest("crm.example", "42")
        for one in figures.mailboxes(latest) if latest else ():
            assert one.used in self.sizes.get(one.address, set()), one

    def teardown(self) -> None:
        """Whatever happened: the end and a new order give a whole service, or name what is not."""
        self.world.restart()  # a process does not try again what was rejected
        seen = look(self.simulator)
        plan = {"cos": "business", "mailboxes": 25, "terminate": {"mode": "delete"}}
        last = self.world.call("terminate", service={"plan": plan})
        if seen.there and (not seen.ours or seen.foreign_inside):
            assert last["code"] in ("not_ours", "conflict")
            assert same(seen, look(self.simulator)) == []
        else:
            assert last["ok"], last
            assert look(self.simulator) == Seen()
            assert self.world.call("create")["code"] == "created"
            seen = look(self.simulator)
            assert seen.open
            assert not seen.unfinished
        assert self.world.audit_is_intact()
        self.zimbra.close()

    # -- how -----------------------------------------------------------------------------------

    def _call(
        self, event: str, plan: dict[str, Any] | None, fault: Any, **more: Any
    ) -> tuple[Seen, dict[str, Any], Seen]:
        before = look(self.simulator)
        self.simulator.reset_log()
        if fault is not None:
            skip, kind = fault
            self.simulator.chaos.add(Plan(**{"name": "*", "skip": skip, **KINDS[kind]}))
        changes = {**more, "service": {"plan": plan}} if plan else more
        reply = self.world.call(event, **changes)
        self.simulator.chaos.clear()
        assert reply["code"] in CODES
        assert "inside the mail module" not in reply["message"]
        assert self.world.made_twice() == []
        return before, reply, look(self.simulator)

    def _may_touch(self, before: Seen, after: Seen) -> bool:
        """Whether the domain was ours or nobody's; another's must be as it was, and unasked for."""
        if before.there and not before.ours:
            assert same(before, after) == []
            assert self.simulator.writes() == []
            return False
        return True

    def _all_or_nothing(self, event: str, plan: dict[str, Any], fault: Any) -> None:
        """A hook whose one write is the whole change."""
        before, reply, after = self._call(event, plan, fault)
        if not self._may_touch(before, after):
            return
        with_id = {**plan, "cos id": self._cos_id(plan)}
        end = wanted(before, event, with_id, self.world.clock.now())
        end = replace(end, open=after.open)
        if reply["ok"] or after != before:
            assert same(end, after) == [], (event, reply)

    def _cos_id(self, plan: dict[str, Any]) -> str:
        return self.simulator.world.directory.coses[plan["cos"]].id

    def _domain_id(self) -> str:
        domain = self.simulator.domain(DOMAIN)
        assert domain is not None
        return domain.id

    def _is_usable(self) -> bool:
        seen = look(self.simulator)
        return seen.there and seen.status != "suspended" and ADMIN.endswith(DOMAIN)
