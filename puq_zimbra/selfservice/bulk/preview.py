"""What an import would do, row by row, before anything is written.

A row of a mailbox that is there changes what it says and leaves the rest; its password is never
changed, so that the same file can be read in again. Limits of the plan count row by row: those that
fit are made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from puq_zimbra.clientarea.fields import FieldErrors
from puq_zimbra.errors import N_, Refused
from puq_zimbra.provisioning import passwords, plans
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice import creation, limits, scope
from puq_zimbra.selfservice.bulk import held as holders
from puq_zimbra.selfservice.bulk.held import Held
from puq_zimbra.selfservice.bulk.rows import Row, Said, Wanted
from puq_zimbra.selfservice.bulk.tiers import Tiers
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

TAKEN = N_("This address is taken: by a mailbox, an alias or a list.")
IN_BIN = N_("A mailbox of this address is in the bin: restore it, or delete it for good first.")
NO_SEAT = N_("Your plan allows %(most)s mailboxes, and all are taken by then.")


@dataclass(frozen=True)
class Change:
    """One thing that a row makes different; sizes in bytes, 0 = no limit."""

    #: name, limit, tier, alias
    what: str
    before: str | int | None
    after: str | int


@dataclass(frozen=True)
class Seen:
    """A row, and what becomes of it."""

    row: Row
    #: new, changed, same or error
    outcome: str
    changes: Sequence[Change] = ()
    #: what is to be made; None for rows that change nothing
    wanted: Wanted | None = field(default=None, repr=False)
    wrong: Said | None = None


@dataclass(frozen=True)
class Preview:
    """All rows, and what the plan allows then."""

    seen: Sequence[Seen]
    #: mailboxes that are there afterwards
    seats: int
    #: mailboxes of the plan; None = unlimited
    most: int | None
    #: bytes that are left to give out afterwards; None = not known, or no limit
    left: int | None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows have which outcome."""
        return Counter(one.outcome for one in self.seen)

    @property
    def wanted(self) -> list[Wanted]:
        """What is to be made."""
        return [one.wanted for one in self.seen if one.wanted is not None]

    def worst_first(self) -> list[Seen]:
        """The rows with errors, then those that change something, new ones, the others."""
        order = {"error": 0, "changed": 1, "new": 2, "same": 3}
        return sorted(self.seen, key=lambda one: (order[one.outcome], one.row.line))


def domains_of(zimbra: Zimbra, request: Request, stamped: Entry) -> dict[str, Entry]:
    """The domains in which an import may make mailboxes, the service's own first."""
    return {domain_of(one): one for one in scope.domains_of(zimbra, request, stamped)}


def of(
    zimbra: Zimbra, request: Request, stamped: Entry, rows: Sequence[Row], left: int | None
) -> Preview:
    """What the rows would do; ``left`` bytes are left to give out."""
    domains = domains_of(zimbra, request, stamped)
    used = {one.address.rpartition("@")[2] for one in rows if one.wrong is None} & domains.keys()
    found = holders.in_domains(zimbra, used or list(domains)[:1])
    return _Plan(zimbra, request, domains, found, left).preview(rows)


class _Plan:
    """Counts what is left of the plan while the rows are gone through."""

    def __init__(
        self,
        zimbra: Zimbra,
        request: Request,
        domains: Mapping[str, Entry],
        held: Held,
        left: int | None,
    ) -> None:
        plan = request.purchase.plan
        self._request, self._domains, self._held, self._left = request, domains, held, left
        self._policy = plans.class_of_service(zimbra, plan) or plans.default_class(zimbra)
        self._tiers = Tiers(zimbra)
        self._most = plan.mailboxes
        # All domains count, and rooms and equipment: an import is about some of them.
        self._seats = limits.seats(zimbra, domains.values()) if self._most else len(held.mailboxes)
        self._aliases, self._most_aliases = held.aliases, plan.aliases
        self._marks = {key for one in domains.values() for key in bins.marks(one)}
        #: addresses that rows before take
        self._given: set[str] = set()

    def preview(self, rows: Sequence[Row]) -> Preview:
        """Go through the rows."""
        seen = [self._see(row) for row in rows]
        return Preview(seen, self._seats, self._most, self._left)

    def _see(self, row: Row) -> Seen:
        if row.wrong is not None:
            return Seen(row, "error", wrong=row.wrong)
        try:
            holder = self._held.by_address.get(row.address)
            if holder is None:
                return self._new(row)
            if holder.account is None or holder.name != row.address:
                raise Refused(TAKEN)
            return self._known(row, holder.account)
        except FieldErrors as error:
            wrong = next(iter(error.errors.values()))
            return Seen(row, "error", wrong=Said(wrong.message, wrong.values))
        except Refused as error:
            return Seen(row, "error", wrong=Said(error.message, error.values))

    def _new(self, row: Row) -> Seen:
        domain = self._domains[row.address.rpartition("@")[2]]
        if row.address in self._given:
            raise Refused(TAKEN)
        if self._most is not None and self._seats >= self._most:
            raise Refused(NO_SEAT, most=self._most)
        if row.password is not None:
            passwords.check(row.password, self._policy)
        cos = self._tiers.id_of(row.tier, domain)
        size = limits.most_of_a_mailbox(self._request, domain) if row.limit is None else row.limit
        limits.require_quota(self._request, domain, size or None, self._left)
        self._require_aliases(row, row.aliases)
        self._seats += 1
        self._take(row, row.aliases, size or 0)
        wanted = Wanted(
            row.line, row.address, True, row.display_name, size or 0, cos, row.aliases,
            True if row.must_change is None else row.must_change,
            row.password or "", row.password is None,
        )  # fmt: skip
        return Seen(row, "new", self._changes(row, None, wanted), wanted)

    def _known(self, row: Row, account: Entry) -> Seen:
        if scope.is_system(account):
            raise Refused(TAKEN)
        if account.one("zimbraAccountStatus") == "pending":
            raise Refused(IN_BIN if account.id in self._marks else TAKEN)
        domain = self._domains[row.address.rpartition("@")[2]]
        cos = self._tiers.id_of(row.tier, domain)
        before = size_of(account)
        there = holders.aliases_of(account)
        aliases = tuple(one for one in row.aliases if one not in there)
        name = row.display_name if row.display_name != account.one("displayName") else None
        limit = row.limit if row.limit not in (None, before) else None
        if cos is not None and cos == account.one("zimbraCOSId"):
            cos = None
        if limit is not None:
            room = None if self._left is None else self._left + before
            limits.require_quota(self._request, domain, limit or None, room)
        self._require_aliases(row, aliases)
        if (name, limit, cos, aliases) == (None, None, None, ()):
            return Seen(row, "same")
        self._take(row, aliases, (limit or 0) - before if limit is not None else 0)
        wanted = Wanted(
            row.line, row.address, False, name, limit, cos, aliases, False, "", False
        )  # fmt: skip
        return Seen(row, "changed", self._changes(row, account, wanted), wanted)

    def _require_aliases(self, row: Row, aliases: Sequence[str]) -> None:
        for one in aliases:
            if one in self._held.by_address or one in self._given:
                raise Refused(N_("The alias %(alias)s is taken."), alias=shown_address(one))
        if self._most_aliases is not None and self._aliases + len(aliases) > self._most_aliases:
            raise Refused(
                "Your plan allows %(most)s aliases and %(held)s are there: remove one, or order a"
                " bigger plan.",
                most=self._most_aliases,
                held=self._aliases,
            )

    def _take(self, row: Row, aliases: Sequence[str], size: int) -> None:
        self._given |= {row.address, *aliases}
        self._aliases += len(aliases)
        if self._left is not None:
            self._left = max(0, self._left - size)

    def _changes(self, row: Row, account: Entry | None, wanted: Wanted) -> list[Change]:
        found = []
        if wanted.display_name is not None:
            before = account.one("displayName") if account else None
            found.append(Change("name", before, wanted.display_name))
        if wanted.limit is not None:
            found.append(Change("limit", size_of(account) if account else None, wanted.limit))
        if wanted.cos is not None and row.tier is not None:
            held = self._tiers.name_of(account.one("zimbraCOSId")) if account else None
            found.append(Change("tier", held, self._tiers.name_of(wanted.cos) or row.tier))
        found += [Change("alias", None, shown_address(one)) for one in wanted.aliases]
        return found


def size_of(account: Entry) -> int:
    """A mailbox's own limit in bytes; 0 = none."""
    text = account.one("zimbraMailQuota") or ""
    return int(text) if text.isascii() and text.isdigit() else 0


def with_passwords(zimbra: Zimbra, request: Request, wanted: Sequence[Wanted]) -> list[Wanted]:
    """What is to be made, with a password for each that has none."""
    plan = request.purchase.plan
    policy = plans.class_of_service(zimbra, plan) or plans.default_class(zimbra)
    return [
        replace(one, password=creation.generate(policy)) if one.generated else one for one in wanted
    ]
