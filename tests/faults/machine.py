"""A service's life: hooks in any order, faults, time, and an administrator who meddles in Zimbra.

After each hook the service is held against what it was before and what the hook was to make of it:
done means all of it, anything else none of it, or a part on the way that the next call finishes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from puq_zimbra.billing import plain
from puq_zimbra.cli.store import backup, restore
from puq_zimbra.engine.dispatch import carry_out_internal
from puq_zimbra.engine.unfinished import carry_on
from puq_zimbra.reply import CODES
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.zimbra.client import Zimbra

from .case_env import PASSWORDS, Worlds
from .leftovers import Left, beginnings, left_open
from .observed import (
    ADMIN,
    DOMAIN,
    GRACE_DAYS,
    STAMP,
    STATUSES,
    Seen,
    limits_of,
    look,
    same,
    wanted,
)
from .scenarios import KINDS, Story

Reply = dict[str, Any]
#: holds what a call did against what it may do, of the state in which it met the service
Check = Callable[[Seen, Reply, Seen], None]
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
        self.zimbra = Zimbra(plain.validate(self.world.params({})).zimbra_server)
        self.theirs = self.world.foreign_state()
        #: every size that a mailbox ever had
        self.sizes: dict[str, set[int]] = {}
        self.steps = -1  # the invariants are looked at before the first
        self.world.clock.wrong = timedelta()
        #: what was open when the last call came
        self.left: list[Left] = []
        self.backup = self.world.place.with_name(f"{self.world.place.name}-backup.tar")

    # -- the host ------------------------------------------------------------------------------

    @rule(plan=plans, fault=faults)
    def create(self, plan: dict[str, Any], fault: Any) -> None:
        """An order, a retry, a double click."""

        def check(before: Seen, reply: Reply, after: Seen) -> None:
            if not self._may_touch(before, after):
                return
            assert set(before.mailboxes) <= set(after.mailboxes), "a mailbox went"
            if before.there and not before.unfinished:
                kept = replace(after, mailboxes=before.mailboxes, password=before.password)
                assert same(before, replace(kept, open=before.open)) == [], (reply, before, after)
            if reply["ok"]:
                assert after.ours
                assert not after.unfinished or after.purge is not None
                is_open = after.status == "active" and not after.was
                # What was carried on after it, it could not say.
                assert self.left or (reply["data"]["state"] == "active") == is_open
            if reply["code"] == "created" and (before.unfinished or not before.there):
                limits = limits_of({**plan, "cos id": self._cos_id(plan)})
                status = (before.status, before.was) if before.there else ("active", None)
                assert (after.status, after.was, after.limits) == (*status, limits)
                assert after.password == PASSWORDS[0]

        self._call("create", plan, fault, check)

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
        self._call("terminate", plan, fault, self._deleted)

    def _deleted(self, before: Seen, reply: Reply, after: Seen) -> None:
        """Gone, on its way, or as it was."""
        if not self._may_touch(before, after):
            return
        if self.world.clock.wrong:
            assert not reply["ok"] or not before.there
            assert same(before, after) == []
        elif reply["ok"] or not after.there:
            assert after == Seen()
        elif after.mailboxes != before.mailboxes:
            assert set(after.mailboxes) < set(before.mailboxes)
            assert after.deleting
            assert after.status == "closed"

    @rule(fault=faults)
    def purge(self, fault: Any) -> None:
        """Cron's turn, with a list of what was due that is as old as may be."""
        newer = any(one.event not in ("terminate", "purge") for one in left_open(self.world))

        def check(before: Seen, reply: Reply, after: Seen) -> None:
            today = str(self.world.clock.now().date())
            if before.purge is None or before.purge > today or newer:
                assert not self._may_touch(before, after) or same(before, after) == []
            elif reply["code"] != "unchanged":
                self._deleted(before, reply, after)

        self._call("purge", None, fault, check)

    @rule()
    def work(self) -> None:
        """Cron carries on what is open."""

        def check(before: Seen, _: Reply, after: Seen) -> None:
            assert same(before, replace(after, open=before.open)) == [], (before, after)

        self._call("work", None, None, check)

    @rule()
    def keep_a_backup(self) -> None:
        """Of our own memory; one at a time."""
        self.backup.unlink(missing_ok=True)
        backup.write(self.world.runtime.config, self.backup)

    @precondition(lambda self: self.backup.exists())
    @rule()
    def restore_a_backup(self) -> None:
        """What was open in it and destroys waits for a person; all else may go on."""
        config = self.world.runtime.config
        self.world.close()
        restore.put_back(config, self.backup, replace=True, dry_run=False)
        for kept in config.store_directory().glob("replaced-*"):
            kept.unlink()
        self.world.restart()
        ends = [one for one in left_open(self.world) if one.event in ("terminate", "purge")]
        assert all(one.held or one.plan["terminate"]["mode"] == "keep" for one in ends)

    @rule(days=st.sampled_from([0, 0, 400, -400]))
    def set_the_clock(self, days: int) -> None:
        """Ours is wrong, or right again; Zimbra's answers carry the right date."""
        self.world.clock.wrong = timedelta(days=days)

    @rule(
        event=st.sampled_from(["change_password", "client_action"]),
        new=st.sampled_from(PASSWORDS),
        fault=faults,
    )
    def password(self, event: str, new: str, fault: Any) -> None:
        """By the host or by the customer."""
        form = {"puqz_action": "change_admin_password", "password": new, "password_again": new}

        def check(before: Seen, reply: Reply, after: Seen) -> None:
            if self._may_touch(before, after):
                allowed = {new} if reply["ok"] else {new, before.password}
                assert after.password in allowed
                kept = replace(after, password=before.password)
                assert same(before, replace(kept, open=before.open)) == []

        self._call(event, None, fault, check, new_password=new, form=form)

    @rule(event=st.sampled_from(READING), fault=faults)
    def read(self, event: str, fault: Any) -> None:
        """Questions change nothing."""

        def check(before: Seen, reply: Reply, after: Seen) -> None:
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

        self._call(event, None, fault, check)

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
            self.simulator.create_account(address, "Some-Pass-1", **stamp)

    @precondition(lambda self: bool(look(self.simulator).mailboxes))
    @rule(size=st.sampled_from([1, 2**20, 2**30]), chance=st.randoms(use_true_random=False))
    def mail_comes(self, size: int, chance: Any) -> None:
        """A mailbox grows."""
        self.simulator.add_mail(chance.choice(look(self.simulator).mailboxes)[0], size)

    @precondition(lambda self: bool(look(self.simulator).mailboxes))
    @rule(
        what=st.sampled_from(["delete", "rename", "locked", "active", "closed", "free"]),
        chance=st.randoms(use_true_random=False),
    )
    def meddle_with_a_mailbox(self, what: str, chance: Any) -> None:
        """Delete it, rename it, lock it, or take another service's mark from it."""
        entry = self.simulator.account(chance.choice(look(self.simulator).mailboxes)[0])
        assert entry is not None
        if what == "delete":
            self.simulator.state.directory.remove(entry)
        elif what == "rename":
            new = f"was-{entry.name}"
            if self.simulator.account(new) is None:
                self.simulator.state.directory.move(entry, new)
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
        directory = self.simulator.state.directory
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
        """Check what holds after every step.

        I3, I15: nothing foreign changes. I12: a suspended customer stays out, as long as no
        administrator opens the domain. I5: a figure that is stored was true at some time.
        """
        self.steps += 1
        assert self.world.foreign_state() == self.theirs
        seen = look(self.simulator)
        if seen.was is not None and seen.status != "active":
            assert not seen.open
        for address, _ in seen.mailboxes:
            entry = self.simulator.account(address)
            assert entry is not None
            self.sizes.setdefault(address, {0}).add(self.simulator.state.used(entry))
        figures = self.world.runtime.store().usage
        latest = figures.latest("crm.example", "42")
        for one in figures.mailboxes(latest) if latest else ():
            assert one.used in self.sizes.get(one.address, set()), one

    def teardown(self) -> None:
        """Whatever happened: the end and a new order give a whole service, or name what is not."""
        self.world.restart()  # a process does not try again what was rejected
        self.world.clock.wrong = timedelta()
        seen = look(self.simulator)
        plan = {"cos": "business", "mailboxes": 25, "terminate": {"mode": "delete"}}
        last = self.world.call("terminate", service={"plan": plan})
        if seen.there and not seen.ours:
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
        self, event: str, plan: dict[str, Any] | None, fault: Any, check: Check, **more: Any
    ) -> None:
        """Call a hook and hold what it did against what it may do.

        It may have carried on beside what earlier calls left open: then it met the service so.
        """
        before, left = look(self.simulator), left_open(self.world)
        self.left = left
        self.simulator.reset_log()
        if fault is not None:
            skip, kind = fault
            self.simulator.chaos.add(Plan(**{"name": "*", "skip": skip, **KINDS[kind]}))
        changes = {**more, "service": {"plan": plan}} if plan else more
        reply = self._reply(event, changes)
        self.simulator.chaos.clear()
        assert reply["code"] in CODES
        assert "inside the mail module" not in reply["message"]
        assert self.world.made_twice() == []
        after = look(self.simulator)
        failed: AssertionError | None = None
        for beginning in beginnings(self.world, before, left, after):
            try:
                check(beginning, reply, after)
            except AssertionError as error:
                failed = failed or error
            else:
                return
        assert failed is not None
        raise failed

    def _reply(self, event: str, changes: dict[str, Any]) -> Reply:
        """What a hook, or a command of cron's, says."""
        if event not in ("purge", "work"):
            return self.world.call(event, **changes)
        call = plain.validate(self.world.params(changes))
        if event == "purge":
            reply = carry_out_internal("purge", call, self.world.runtime)
            return {"ok": reply.ok, "code": reply.code, "message": reply.message}
        for one in left_open(self.world):
            carry_on(one.id, self.world.runtime, None, call)
        return {"ok": True, "code": "unchanged", "message": ""}

    def _may_touch(self, before: Seen, after: Seen) -> bool:
        """Whether the domain was ours or nobody's; another's must be as it was, and unasked for."""
        if before.there and not before.ours:
            assert same(before, after) == []
            # Where Zimbra denies for a moment that it is there, its name is found to be taken.
            taken = ("CreateDomainRequest", False)
            assert [one for one in self.simulator.writes() if (one.name, one.ok) != taken] == []
            return False
        return True

    def _all_or_nothing(self, event: str, plan: dict[str, Any], fault: Any) -> None:
        """A hook whose one write is the whole change."""
        with_id = {**plan, "cos id": self._cos_id(plan)}

        def check(before: Seen, reply: Reply, after: Seen) -> None:
            if not self._may_touch(before, after):
                return
            end = wanted(before, event, with_id, self.world.clock.now())
            end = replace(end, open=after.open)
            if reply["ok"] or after != replace(before, open=after.open):
                assert same(end, after) == [], (event, reply)
            if event == "terminate" and plan["terminate"]["mode"] == "grace" and before.there:
                assert not (reply["ok"] and self.world.clock.wrong)
            if "is active again" in reply["message"]:
                assert after.status == "active"

        self._call(event, plan, fault, check)

    def _cos_id(self, plan: dict[str, Any]) -> str:
        return self.simulator.state.directory.coses[plan["cos"]].id

    def _domain_id(self) -> str:
        domain = self.simulator.domain(DOMAIN)
        assert domain is not None
        return domain.id

    def _is_usable(self) -> bool:
        seen = look(self.simulator)
        return seen.there and seen.status != "suspended" and ADMIN.endswith(DOMAIN)
