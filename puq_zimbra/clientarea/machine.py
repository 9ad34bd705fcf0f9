"""What Zimbra tells of its machines, as the page shows it: daemons, a day of work, memory, disks.

Pure. Where Zimbra does not say, there is None, which the page puts into words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from puq_zimbra import readings
from puq_zimbra.clientarea.quota_bar import Space

HOURS = 24
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Hour:
    """How busy a machine's processors were in an hour."""

    #: its beginning
    at: datetime
    #: place in the chart, 0 = the oldest
    place: int
    #: percent
    busy: int

    @property
    def height(self) -> int:
        """Height of the column, 0 to 100; anything shows as 1 at the least."""
        return max(1, self.busy)


@dataclass(frozen=True)
class Machine:
    """One of Zimbra's machines."""

    name: str
    measured_at: datetime
    #: those of the last 24 hours that were measured; empty = Zimbra does not say
    hours: tuple[Hour, ...]
    #: the first and the last of the 24 hours
    first: datetime
    last: datetime
    #: None = Zimbra does not say
    memory: Space | None
    #: disk and its space, the fullest first
    disks: tuple[tuple[str, Space], ...]

    @property
    def least(self) -> int:
        """Percent busy in the quietest hour; there must be one."""
        return min(hour.busy for hour in self.hours)

    @property
    def most(self) -> int:
        """Percent busy in the busiest hour; there must be one."""
        return max(hour.busy for hour in self.hours)


@dataclass(frozen=True)
class MachineView:
    """All that Zimbra tells of its machines."""

    #: those that do not run first; empty = Zimbra does not say
    daemons: tuple[readings.Daemon, ...]
    #: empty = Zimbra does not say
    machines: tuple[Machine, ...]

    @property
    def down(self) -> int:
        """Daemons that do not run."""
        return sum(not one.runs for one in self.daemons)


def build(told: readings.Machines, now: datetime) -> MachineView:
    """Lay out what Zimbra told."""
    daemons = sorted(told.daemons, key=lambda one: (one.runs, one.machine, one.name))
    return MachineView(tuple(daemons), tuple(_machine(one, now) for one in told.loads))


def _machine(load: readings.MachineLoad, now: datetime) -> Machine:
    last = now.replace(minute=0, second=0, microsecond=0)
    first = last - (HOURS - 1) * _HOUR
    disks = [(name, Space(*sizes)) for name, sizes in load.disks.items()]
    return Machine(
        name=load.machine,
        measured_at=load.measured_at,
        hours=tuple(_hours(sorted(load.busy.items()), first, last)),
        first=first,
        last=last,
        memory=Space(*load.memory) if load.memory else None,
        disks=tuple(sorted(disks, key=lambda disk: -(disk[1].percent or 0))),
    )


def _hours(busy: Sequence[tuple[datetime, int]], first: datetime, last: datetime) -> list[Hour]:
    return [Hour(at, (at - first) // _HOUR, percent) for at, percent in busy if first <= at <= last]
