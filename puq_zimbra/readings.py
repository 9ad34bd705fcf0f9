"""What was read of services and servers, in our words. Sizes are bytes, times UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class MailboxUsage:
    """One mailbox's storage at one time."""

    #: Zimbra's id
    id: str
    #: as Zimbra writes it
    address: str
    #: bytes; None = unknown
    used: int | None
    #: bytes; None = unlimited, 0 = nothing fits
    limit: int | None
    #: Zimbra's account status
    status: str
    #: id of its own class of service; "" = the domain's
    cos: str = ""


#: stands for the status ``pending`` of a mailbox that is in its customer's bin
IN_BIN = "bin"
#: statuses in which nobody can log in until somebody changes them (``lockout`` ends by itself)
_LOCKED = {"locked", "maintenance", "pending"}


@dataclass(frozen=True)
class Counts:
    """What a service holds besides storage, at one time."""

    #: class of service's id -> Zimbra's account status, or `IN_BIN` -> mailboxes; "" = the default
    #: class, of which the id is not known; readings of before version 5 have names for ids
    classes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    aliases: int = 0
    lists: int = 0
    alias_domains: int = 0
    #: active rooms and equipment: each can have a password, and mail
    resources: int = 0
    #: class of service's id -> its name when it was last seen
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def mailboxes(self) -> int:
        """The customer's mailboxes."""
        return sum(sum(statuses.values()) for statuses in self.classes.values())

    def billable(self, *, locked: bool, closed: bool, in_bin: bool = True) -> dict[str, int]:
        """Mailboxes by class of service's id; ``locked``, ``closed`` or ``in_bin`` count or not."""
        left_out = (set() if locked else _LOCKED) | (set() if closed else {"closed"})
        left_out |= set() if in_bin else {IN_BIN}
        return {
            name: sum(count for status, count in statuses.items() if status not in left_out)
            for name, statuses in self.classes.items()
        }

    def name_of(self, cos: str) -> str:
        """The name of a class of service; the id where no name is known."""
        return self.names.get(cos, cos) or "default"


@dataclass(frozen=True)
class ServiceUsage:
    """A service's storage at one time: the sum over its mailboxes."""

    installation: str
    service_id: str
    #: A-label form; that of the address for model ``mailbox``
    domain: str
    #: Zimbra's id of what bears the stamp: a new domain of the same name is another one
    domain_id: str
    #: UTC
    measured_at: datetime
    #: bytes
    used: int
    #: the space noted in Zimbra for the whole service, in bytes; None = unlimited
    limit: int | None
    #: the mailboxes' limits in bytes together; None when one is unlimited or none is there
    mailbox_limits: int | None
    counts: Counts
    #: read for the customer's page alone
    mailboxes: tuple[MailboxUsage, ...] = ()
    #: the address of a mailbox sold by itself; "" for domains and servers
    address: str = ""
    #: a reading failed since: the figures are the last good ones
    stale: bool = False

    @property
    def space(self) -> int | None:
        """What the service may use in bytes, as far as Zimbra says it; None = unlimited."""
        return self.mailbox_limits if self.limit is None else self.limit

    @property
    def in_rooms(self) -> int:
        """The bytes in rooms and equipment: what no mailbox holds; 0 where it is not known."""
        held = [one.used for one in self.mailboxes if one.used is not None]
        return max(0, self.used - sum(held)) if len(held) == self.counts.mailboxes else 0


@dataclass(frozen=True)
class UsagePoint:
    """A service's storage in its history."""

    measured_at: datetime
    #: bytes
    used: int
    limit: int | None
    mailboxes: int


@dataclass(frozen=True)
class Growth:
    """How much a mailbox grew."""

    #: as Zimbra writes it
    address: str
    #: bytes now, and bytes more than on the day
    used: int
    grown: int
    day: date


@dataclass(frozen=True)
class Peak:
    """The highest figure of a month, with the reading that shows it."""

    installation: str
    service_id: str
    #: A-label form
    domain: str
    #: YYYY-MM (UTC)
    month: str
    #: storage (bytes), mailboxes, resources, or cos: followed by the class of service's name
    figure: str
    value: int
    measured_at: datetime
    #: id of that class of service; "" = none, or it is not known
    cos: str = ""


@dataclass(frozen=True)
class Notice:
    """A service or a mailbox that passed the threshold of its space."""

    #: later ones have higher numbers
    id: int
    installation: str
    service_id: str
    #: the mailbox, or the service's domain, as Zimbra writes it
    address: str
    #: whether it is a mailbox, and not the service as a whole
    mailbox: bool
    #: bytes at the crossing
    used: int
    limit: int
    crossed_at: datetime
    #: when it fell below again; None = it has not
    ended_at: datetime | None


@dataclass(frozen=True)
class Daemon:
    """A part of Zimbra, such as its mta, on one of its machines."""

    machine: str
    #: Zimbra's name of it
    name: str
    runs: bool


@dataclass(frozen=True)
class MachineLoad:
    """How busy one of Zimbra's machines is; what Zimbra does not say is empty or None."""

    machine: str
    #: the newest of these figures
    measured_at: datetime
    #: hours of the last day (their beginning, UTC) -> percent of the processors' time, oldest first
    busy: Mapping[datetime, int]
    #: bytes in use and in all
    memory: tuple[int, int] | None
    #: disk -> bytes in use and in all
    disks: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Machines:
    """What Zimbra can tell of the machines of a private server; empty where it does not say."""

    daemons: tuple[Daemon, ...] = ()
    loads: tuple[MachineLoad, ...] = ()


@dataclass(frozen=True)
class ServiceState:
    """How a service stands in Zimbra."""

    #: zimbraDomainStatus; for model ``mailbox`` zimbraAccountStatus
    status: str
    #: suspended by the host (not: locked by an administrator)
    suspended: bool
    #: the day on which it will be deleted; None = it will not
    purge_at: date | None
    #: the address that logs in: the administrator's, or the mailbox sold
    admin_address: str
    #: the host's reason for the suspension; "" if it gave none
    reason: str = ""
