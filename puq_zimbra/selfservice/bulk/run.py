"""Make the mailboxes of an import: rounds of one read and one batch of writes.

A round reads what Zimbra holds of its rows, says of each what is still to be written, and sends all
of that at once. A row is over when a read shows it as it was wanted. So an interruption anywhere
costs a read: what was made bears the mark of the import, and gets its password once more, as nobody
saw whether it was set.

Source: `service/admin/{CreateAccount,ModifyAccount,SetPassword,AddAccountAlias}.java`; recorded
batches of a genuine server (writes before a refused one are kept).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from puq_zimbra.errors import (
    N_,
    AddressExists,
    Fault,
    LimitReached,
    PasswordRefused,
    PuqZimbraError,
    RequestRefused,
    TokenRejected,
    Transient,
)
from puq_zimbra.provisioning import passwords
from puq_zimbra.provisioning.entries import KINDS, words_of
from puq_zimbra.selfservice import scope
from puq_zimbra.selfservice.bulk import held as holders
from puq_zimbra.selfservice.bulk.held import Held
from puq_zimbra.selfservice.bulk.preview import IN_BIN, NO_SEAT, TAKEN, size_of
from puq_zimbra.selfservice.bulk.rows import Said, Wanted
from puq_zimbra.store.bulk import Outcome
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra import batches
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.batches import Command
from puq_zimbra.zimbra.client import Zimbra

#: rows that a round begins with
ROUND = 50
#: how often a row is written before it counts as failed
_TRIES = 3
_WORDS = KINDS["account"].words
_NOT_KEPT = N_("Zimbra did not keep this row: import it once more, or ask your provider.")
_NOT_NOW = N_("Zimbra could not do this just now: import the row once more.")
NOT_TAKEN = N_("Zimbra refused this row (%(code)s).")
_LIMIT = N_("Your plan allows no more mailboxes: delete one for good, or order a bigger plan.")
_ALIAS = N_("The mailbox is there; the alias %(alias)s is taken.")


@dataclass
class Task:
    """A row that is being made."""

    wanted: Wanted
    #: how often something was sent for it
    tries: int = 0
    #: Zimbra said that its password is set
    has_password: bool = False
    #: why it cannot be made
    failed: Said | None = None
    #: aliases that were refused
    without: set[str] = field(default_factory=set)


@dataclass
class Import:
    """The rows of one import."""

    zimbra: Zimbra
    #: what the mailboxes that it made bear
    mark: str
    #: the one domain that all are in; None = there are several
    domain: str | None
    #: mailboxes that the plan still allows; None = unlimited
    seats: int | None
    #: mailboxes of the plan, to be told
    most: int | None
    #: ids of mailboxes in the bin
    in_bin: frozenset[str]
    note: Callable[[Sequence[Outcome]], None]
    #: lets others have their turn, and raises where the service may not be changed any more
    breathe: Callable[[], None]

    def carry_out(self, rows: Sequence[Wanted]) -> None:
        """Make the rows, a round after the other."""
        fresh: Iterator[Wanted] = iter(rows)
        tasks: list[Task] = []
        while True:
            tasks += [Task(one) for one in itertools.islice(fresh, ROUND)]
            if not tasks:
                return
            tasks = self._round(tasks)

    def _round(self, tasks: Sequence[Task]) -> list[Task]:
        """Read, write and note once; the tasks that are not over."""
        wanted = [one.wanted for one in tasks]
        addresses = [address for one in wanted for address in (one.address, *one.aliases)]
        held = holders.of_addresses(self.zimbra, addresses, self.domain)
        over, sent, left = [], [], []
        for task in tasks:
            found = self._next(task, held)
            if isinstance(found, Outcome):
                over.append(found)
                continue
            left.append(task)
            sent += [(task, one) for one in found]
        self.note(over)
        if sent:
            answers = self.zimbra.batch([command for _, command in sent])
            for (task, command), answer in zip(sent, answers, strict=True):
                if isinstance(answer, PuqZimbraError):
                    self._refused(task, command, answer)
                elif command.name in ("CreateAccount", "SetPassword"):
                    task.has_password = True
        self.breathe()
        return left

    def _next(self, task: Task, held: Held) -> Outcome | list[Command]:
        """What is to be written next for a row, or what became of it."""
        wanted = task.wanted
        holder = held.by_address.get(wanted.address)
        if task.failed is not None:
            return _failed(wanted, task.failed)
        if holder is None:
            return self._absent(task)
        account = holder.account
        if account is None or holder.name != wanted.address or scope.is_system(account):
            return _failed(wanted, Said(TAKEN))
        if account.one("zimbraAccountStatus") == "pending":
            return _failed(wanted, Said(IN_BIN if account.id in self.in_bin else TAKEN))
        if wanted.new and self.mark not in words_of(account):
            return _failed(wanted, Said(TAKEN))
        commands = self._missing(task, account, held)
        if not commands:
            return _made(task)
        return self._tried(task, commands)

    def _absent(self, task: Task) -> Outcome | list[Command]:
        wanted = task.wanted
        if not wanted.new:
            return _failed(wanted, Said(scope.GONE))
        if self.seats is not None and not task.tries:
            if self.seats <= 0:
                return _failed(wanted, Said(NO_SEAT, {"most": self.most}))
            self.seats -= 1
        attributes = {**attributes_of(wanted), _WORDS: self.mark}
        command = batches.creating_account(wanted.address, wanted.password, attributes)
        return self._tried(task, [command])

    def _missing(self, task: Task, account: Entry, held: Held) -> list[Command]:
        """What a mailbox that is there lacks."""
        wanted, found = task.wanted, []
        if wanted.new and not task.has_password:
            found.append(batches.setting_password(account.id, wanted.password))
        if changes := _difference(wanted, account):
            found.append(batches.modifying_account(account.id, changes))
        aliases = holders.aliases_of(account)
        for alias in wanted.aliases:
            if alias in aliases or alias in task.without:
                continue
            # Refused beside a list, an alias leaves an entry behind that blocks the domain's end.
            if alias in held.by_address:
                task.without.add(alias)
            else:
                found.append(batches.adding_account_alias(account.id, alias))
        return found

    def _tried(self, task: Task, commands: list[Command]) -> Outcome | list[Command]:
        task.tries += 1
        if task.tries > _TRIES + 1:
            return _failed(task.wanted, Said(_NOT_KEPT))
        return commands

    def _refused(self, task: Task, command: Command, error: PuqZimbraError) -> None:
        """Note why a write was refused, where a next try would not help."""
        if isinstance(error, Transient | TokenRejected) or not isinstance(error, Fault):
            if task.tries >= _TRIES:
                task.failed = Said(_NOT_NOW)
            return
        if command.name == "AddAccountAlias":
            alias = str(command.arguments["alias"])
            task.without.add(alias)
            if not isinstance(error, AddressExists):
                with suppress(Fault):  # what the refusal left behind, if anything
                    self.zimbra.remove_account_alias(str(command.arguments["id"]), alias)
            return
        task.failed = _why(error)


def _why(error: Fault) -> Said:
    unique = isinstance(error, RequestRefused) and "non-unique" in error.text
    if unique or isinstance(error, AddressExists):
        return Said(TAKEN)
    if isinstance(error, PasswordRefused):
        refusal = passwords.refusal(error)
        return Said(refusal.message, refusal.values)
    if isinstance(error, LimitReached):
        return Said(_LIMIT)
    return Said(NOT_TAKEN, {"code": error.zimbra_code})


def _made(task: Task) -> Outcome:
    wanted = task.wanted
    outcome = "created" if wanted.new else "changed"
    if not task.without:
        return Outcome(wanted.line, wanted.address, outcome)
    values = {"alias": shown_address(min(task.without))}
    return Outcome(wanted.line, wanted.address, outcome, _ALIAS, values)


def _failed(wanted: Wanted, why: Said) -> Outcome:
    return Outcome(wanted.line, wanted.address, "failed", why.message, why.values)


def attributes_of(wanted: Wanted) -> dict[str, str]:
    """What a new mailbox is made with."""
    found = {
        "displayName": wanted.display_name or "",
        "zimbraMailQuota": str(wanted.limit) if wanted.limit else "",
        "zimbraCOSId": wanted.cos or "",
        "zimbraPasswordMustChange": "TRUE" if wanted.must_change else "",
    }
    return {name: value for name, value in found.items() if value}


def _difference(wanted: Wanted, account: Entry) -> Mapping[str, Any]:
    found: dict[str, str] = {}
    if wanted.display_name is not None and wanted.display_name != account.one("displayName"):
        found["displayName"] = wanted.display_name
    if wanted.limit is not None and wanted.limit != size_of(account):
        found["zimbraMailQuota"] = str(wanted.limit) if wanted.limit else ""
    if wanted.cos is not None and wanted.cos != account.one("zimbraCOSId"):
        found["zimbraCOSId"] = wanted.cos
    if wanted.must_change and account.one("zimbraPasswordMustChange") != "TRUE":
        found["zimbraPasswordMustChange"] = "TRUE"
    return found
