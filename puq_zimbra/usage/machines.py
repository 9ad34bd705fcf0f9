"""Ask Zimbra about the machines of a private server: daemons, processors, memory, disks.

This is the only way by which admin SOAP tells of them, and it is often switched off: what Zimbra
does not say is left empty, whatever the reason, and no reason stops the customer's page.

Source: zm-core-utils `zmstat-vm` and `zmstat-df` (their figures are kB of 1,024 bytes and percent).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from statistics import fmean
from typing import TypeVar

from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.readings import Daemon, MachineLoad, Machines
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.monitoring import Sample, get_logger_stats, get_service_status

log = logging.getLogger("puq_zimbra")

_KB, _HOUR = 1024, 3600
#: idle time in percent, and memory in kB (Zimbra collects /proc/meminfo as it finds it)
_VM = ("id", "MemTotal", "MemAvailable", "MemFree", "Buffers", "Cached")
_USED, _SIZE = "::disk_use", "::disk_space"

Said = TypeVar("Said")


def read(zimbra: Zimbra) -> Machines:
    """Ask what can be asked; no failure is raised, for none is worth the rest of a page."""
    no_daemons: tuple[Daemon, ...] = ()
    nothing: dict[str, list[Sample]] = {}
    daemons = _said("daemons", lambda: get_service_status(zimbra), no_daemons)
    day = _said("load", lambda: get_logger_stats(zimbra, "vm.csv", _VM, since="now-24h"), nothing)
    disks = _said("disks", lambda: get_logger_stats(zimbra, "df.csv", since="now-1h"), nothing)
    loads = (_load(name, day.get(name, ()), disks.get(name, ())) for name in sorted({*day, *disks}))
    return Machines(daemons, tuple(one for one in loads if one is not None))


def _said(what: str, ask: Callable[[], Said], nothing: Said) -> Said:
    try:
        return ask()
    except PuqZimbraError as error:
        log.info("not said", extra={"fields": {"what": what, "cause": type(error).__name__}})
        return nothing


def _load(machine: str, day: Sequence[Sample], disks: Sequence[Sample]) -> MachineLoad | None:
    """The figures of one machine; None if there are none at all."""
    if not day and not disks:
        return None
    return MachineLoad(
        machine=machine,
        measured_at=_time(max(one.at for one in (*day, *disks))),
        busy=_busy(day),
        memory=_memory(_newest(day)),
        disks=_disks(_newest(disks)),
    )


def _busy(day: Sequence[Sample]) -> dict[datetime, int]:
    """Percent of the processors' time that was not idle, on the average of each hour."""
    hours: dict[int, list[float]] = {}
    for one in day:
        if "id" in one.figures:
            hours.setdefault(one.at - one.at % _HOUR, []).append(one.figures["id"])
    return {_time(at): min(100, max(0, round(100 - fmean(idle)))) for at, idle in hours.items()}


def _memory(newest: Mapping[str, float]) -> tuple[int, int] | None:
    """Memory in use and in all. What only caches files is free for whoever needs it."""
    free = newest.get("MemAvailable")
    if free is None and "MemFree" in newest:
        free = sum(newest.get(column, 0) for column in ("MemFree", "Buffers", "Cached"))
    total = newest.get("MemTotal")
    if free is None or not total or not 0 <= free <= total:
        return None
    return round(total - free) * _KB, round(total) * _KB


def _disks(newest: Mapping[str, float]) -> dict[str, tuple[int, int]]:
    """Bytes in use and in all, by disk."""
    return {
        column.removesuffix(_USED): (round(used) * _KB, round(size) * _KB)
        for column, used in sorted(newest.items())
        if column.endswith(_USED)
        and (size := newest.get(column.removesuffix(_USED) + _SIZE, 0)) >= used >= 0
        and size
    }


def _newest(samples: Sequence[Sample]) -> dict[str, float]:
    """The newest figure of each column."""
    return {column: figure for one in samples for column, figure in one.figures.items()}


def _time(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
