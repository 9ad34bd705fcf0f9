"""What a logger host has collected: groups, columns, and figures that any two readings agree on.

The figures are made up, but from nothing but host, column and time, so that the same question
always has the same answer. Source: zm-core-utils `zmrrdfetch`, `zmstat-cpu`, `zmstat-vm`,
`zmstat-df`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

#: Seconds between two samples in each archive, with the days it reaches back.
ARCHIVES = ((30, 2), (300, 60), (3600, 400))
#: Rows above which a limited answer is thinned out.
ROW_LIMIT = 500

_DAY = 86_400
_UNITS = {
    "s": 1,
    "sec": 1,
    "m": 60,
    "min": 60,
    "h": 3600,
    "hour": 3600,
    "d": _DAY,
    "day": _DAY,
    "w": 7 * _DAY,
    "week": 7 * _DAY,
    "month": 30 * _DAY,
    "y": 365 * _DAY,
    "year": 365 * _DAY,
}
_TIME = re.compile(r"(now|end|start)?(?:([+-])\s*(\d+)\s*([a-z]+?)s?)?")
_CPUS = 2
_MEMORY_KB = 8_167_848
_SWAP_KB = 4_194_300
#: Disks with their size in kB and how full they are at first, in parts of 1,000.
_DISKS = (("/dev/sda1", 51_475_068, 310), ("/dev/sdb1", 515_928_320, 420))


def _noise(*parts: object) -> float:
    """A number from 0 to 1 that depends on nothing but the parts."""
    return zlib.crc32(":".join(map(str, parts)).encode()) / 0xFFFFFFFF


def _busy(host: str, column: str, at: int, idle: float, peak: float) -> float:
    """A value between two bounds, higher at noon than at night (UTC)."""
    noon = 1 - abs(at % _DAY - _DAY / 2) / (_DAY / 2)
    return idle + (peak - idle) * (0.7 * noon + 0.3 * _noise(host, column, at))


def _cpu(host: str, column: str, at: int) -> float:
    name, kind = column.split(":")
    parts = {
        "user": _busy(host, name + "user", at, 3, 45),
        "sys": _busy(host, name + "sys", at, 1, 15),
        "iowait": _busy(host, name + "iowait", at, 0, 10),
    }
    return round(parts[kind] if kind in parts else 100 - sum(parts.values()), 1)


def _memory(host: str, column: str, at: int) -> float:
    free = int(_MEMORY_KB * (0.30 - _busy(host, "memory", at, 0.0, 0.2)))
    user = _busy(host, "cpuuser", at, 3, 45)
    system = _busy(host, "cpusys", at, 1, 15)
    waits = _busy(host, "cpuiowait", at, 0, 10)
    return {
        "r": int(_busy(host, "r", at, 0, 4)),
        "b": 0,
        "swpd": 0,
        "free": free,
        "us": int(user),
        "sy": int(system),
        "wa": int(waits),
        "id": 100 - int(user) - int(system) - int(waits),
        "MemTotal": _MEMORY_KB,
        "MemFree": free,
        "Buffers": 131_072,
        "Cached": _MEMORY_KB // 4,
        "SwapTotal": _SWAP_KB,
        "SwapFree": _SWAP_KB,
        "loadavg": round(_busy(host, "load", at, 0.05, 2.5), 2),
    }[column]


def _disk(host: str, column: str, at: int) -> float:
    disk, kind = column.split("::")
    size, first = next((size, first) for name, size, first in _DISKS if name == disk)
    # A tenth of a per cent more each day, over again after 200 days.
    permille = first + int(100 * _noise(host, disk)) + at // _DAY % 200
    used = size * permille // 1000
    return {"disk_use": used, "disk_space": size, "disk_pct_used": -(-permille // 10)}[kind]


def _count(host: str, column: str, at: int) -> float:
    peak = {"mta_count": 12, "mta_volume": 4_000_000, "filter_virus": 2, "filter_spam": 6}
    return int(_busy(host, column, at, 0, peak.get(column, 20)))


_CPU_COLUMNS = tuple(
    f"{cpu}:{kind}"
    for cpu in ("cpu", *(f"cpu{number}" for number in range(_CPUS)))
    for kind in ("user", "sys", "idle", "iowait")
)
_VM_COLUMNS = (
    *("r", "b", "swpd", "free", "us", "sy", "id", "wa"),
    *("MemTotal", "MemFree", "Buffers", "Cached", "SwapTotal", "SwapFree", "loadavg"),
)
_DISK_COLUMNS = tuple(
    f"{disk}::{kind}"
    for disk, _, _ in _DISKS
    for kind in ("disk_use", "disk_space", "disk_pct_used")
)
_MTA_COLUMNS = ("mta_count", "mta_volume", "filter_virus", "filter_spam")
#: Columns of each group, and what computes them.
_GROUPS: dict[str, tuple[tuple[str, ...], Callable[[str, str, int], float]]] = {
    "cpu.csv": (_CPU_COLUMNS, _cpu),
    "vm.csv": (_VM_COLUMNS, _memory),
    "df.csv": (_DISK_COLUMNS, _disk),
    "mtaqueue.csv": (("requests", "KBytes"), _count),
    "zmmtastats": (_MTA_COLUMNS, _count),
}
GROUPS = tuple(_GROUPS)
#: Units, where the collector knows one.
UNITS = {"mta_count": "msgs", "mta_volume": "bytes", "filter_virus": "msgs", "filter_spam": "msgs"}


def columns(group: str) -> tuple[str, ...]:
    """Columns of a group; none for a group that does not exist."""
    return _GROUPS[group][0] if group in _GROUPS else ()


def value(host: str, group: str, column: str, at: int) -> str:
    """One figure at a time in seconds since 1970."""
    return str(_GROUPS[group][1](host, column, at))


def read_time(text: str, now: int, other: int | None = None) -> int:
    """Read a time as the collector does: seconds since 1970, ``now``, ``now-48h``, ``end-1d``.

    ``other`` is what ``end`` or ``start`` stands for. Raises ValueError for anything else.

    >>> read_time("now-48h", 172_800), read_time("17", 0), read_time("end-1d", 0, 100_000)
    (0, 17, 13600)
    """
    text = text.strip().lower()
    if text.isdigit():
        return int(text)
    found = _TIME.fullmatch(text)
    if not text or found is None:
        raise ValueError(f"no time: {text}")
    base, sign, count, unit = found.groups()
    start = other if base in ("end", "start") else now
    if start is None:
        raise ValueError(f"each time refers to the other: {text}")
    if sign is None:
        return start
    if unit not in _UNITS:
        raise ValueError(f"no unit of time: {unit}")
    seconds = int(count) * _UNITS[unit]
    return start - seconds if sign == "-" else start + seconds


def moments(start: int, end: int, now: int, limited: bool) -> range:
    """Times of the samples there are.

    They come from the finest archive that reaches back far enough, or, when the answer is limited,
    from one with few enough of them.
    """
    for step, days in ARCHIVES:
        reaches = now - start <= days * _DAY
        if reaches and not (limited and (end - start) // step > ROW_LIMIT):
            break
    first = max(start - start % step, now - now % step - days * _DAY)
    return range(first, min(end, now) + 1, step)
