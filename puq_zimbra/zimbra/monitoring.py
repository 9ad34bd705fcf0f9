"""What Zimbra's logger host knows of the machines: running daemons, and figures over time.

Source: `service/admin/{GetServiceStatus,GetLoggerStats}.java`; zm-core-utils `zmrrdfetch`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from puq_zimbra.readings import Daemon
from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.client import Zimbra


@dataclass(frozen=True)
class Sample:
    """A machine's figures at a time."""

    #: seconds since 1970
    at: int
    #: column -> figure; a column without one is left out
    figures: Mapping[str, float]


def get_service_status(zimbra: Zimbra) -> tuple[Daemon, ...]:
    """Every enabled daemon, and whether it runs (GetServiceStatus.java).

    Empty where the logger is off. A daemon that did not report counts as down.
    """
    response = zimbra.pipeline.send("GetServiceStatus", {})
    return tuple(
        Daemon(one.get("server") or "", one.get("service") or "", one.text == "1")
        for one in answers.children(response)
        if answers.local(one) == "status"
    )


def get_logger_stats(
    zimbra: Zimbra, group: str, columns: tuple[str, ...] = (), *, since: str
) -> dict[str, list[Sample]]:
    """A group's figures by machine, oldest first (GetLoggerStats.java).

    ``group`` is one of the collector's files, such as ``vm.csv``; ``columns`` () = all of them;
    ``since`` is a time in the collector's notation, such as ``now-24h``. At most some 500 samples.
    Empty where the logger is off or has collected none.
    """
    wanted = {"stat": [{"name": column} for column in columns]}
    arguments = {
        "stats": {"name": group, "limit": "true", **({"values": wanted} if columns else {})},
        "startTime": {"time": since},
        "endTime": {"time": "now"},
    }
    response = zimbra.pipeline.send("GetLoggerStats", arguments)
    return {
        machine.get("hn") or "": sorted(_samples(machine), key=lambda one: one.at)
        for machine in answers.children(response)
        if answers.local(machine) == "hostname"
    }


def _samples(machine: etree._Element) -> Iterator[Sample]:
    for row in machine.iter("{*}values"):
        figures = dict(_figures(row))
        at = row.get("t") or ""
        if not at.isdecimal() or len(at) > 11:
            raise answers.garbled()
        if figures:
            yield Sample(int(at), figures)


def _figures(row: etree._Element) -> Iterator[tuple[str, float]]:
    """The columns that have a figure: the collector leaves the others blank."""
    for one in answers.children(row):
        try:
            figure = float(one.get("value") or "nan")
        except ValueError as error:
            raise answers.garbled() from error
        if math.isfinite(figure):
            yield one.get("name") or "", figure
