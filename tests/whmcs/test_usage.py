"""The engine's figures in WHMCS's table of services.

In MariaDB they go by a temporary table, in SQLite, which knows no such statement, one by one: as
they do where WHMCS's database user may make no temporary table.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from ..conftest import Params
from .engine import Engine
from .hosting import Hosting
from .php import Module

#: refuses to change service 5
NO = {
    "sqlite": "CREATE TRIGGER no BEFORE UPDATE ON tblhosting WHEN NEW.id = 5"
    " BEGIN SELECT RAISE(ABORT, 'no'); END",
    "mysql": "CREATE TRIGGER no BEFORE UPDATE ON tblhosting FOR EACH ROW"
    " IF NEW.id = 5 THEN SIGNAL SQLSTATE '45000'; END IF",
}


def row(service_id: object, used: object = 3, limit: object = 0, **more: Any) -> dict[str, Any]:
    """A row of the engine's answer."""
    measured = "2026-11-21T12:00:00+00:00"
    return {
        "service_id": service_id, "domain": "x.example", "username": "", "disk_used_mb": used,
        "disk_limit_mb": limit, "measured_at": measured, "complete": True, **more,
    }  # fmt: skip


def test_usage_is_written_for_services_that_run(engine: Engine, hosting: Hosting) -> None:
    """By id and server, so that two services of one name get each its own; zero is a figure."""
    engine.answer = [row("1", 0, 10), row("2", 5, 0), row("3"), row("4"), row("7"), row("99")]
    told = engine.call("UsageUpdate", stub={"database": hosting.address})

    moment = "2026-11-21 12:00:00"
    assert hosting.written() == {1: (0, 10, 7, moment), 2: (5, 0, 7, moment)}
    assert told.type == "null"
    assert told.activity == []
    assert told.log[-1][3] == "6 rows"


def test_the_same_process_writes_server_after_server(engine: Engine, hosting: Hosting) -> None:
    """As WHMCS's cron does: what one server's figures were is not written for the next."""
    stub = {"database": hosting.address}
    engine.answer = [row("1", 1), row("4", 1)]
    engine.call("UsageUpdate", stub=stub)
    engine.answer = [row("4", 2)]
    engine.call("UsageUpdate", stub=stub, params={"serverid": 2})

    assert {key: values[0] for key, values in hosting.written().items()} == {1: 1, 4: 2}


def test_more_rows_than_go_into_one_statement(engine: Engine, hosting: Hosting) -> None:
    """Each of them, and of a service that is named twice the last."""
    hosting.execute("DELETE FROM tblhosting")
    for start in range(1, 2502, 500):
        values = ", ".join(f"({number}, 1, 'Active')" for number in range(start, start + 500))
        hosting.execute(f"INSERT INTO tblhosting (id, server, domainstatus) VALUES {values}")
    engine.answer = [row(str(number), number) for number in range(1, 2501)] + [row("1", 9)]
    engine.call("UsageUpdate", stub={"database": hosting.address})

    used = {key: values[0] for key, values in hosting.written().items()}
    assert used == {number: number for number in range(1, 2501)} | {1: 9}


@pytest.mark.parametrize(
    "doubtful",
    [
        row("1", complete=False),
        row("1", None),
        row("1", 3, None),
        row("1", "3"),
        row("1", 3.5),
        row("1", measured_at="soon"),
        row("1", measured_at=None),
        row("1 OR 1=1"),
        row(None),
        "success",
    ],
    ids=lambda one: json.dumps(one)[:60],
)
def test_a_row_that_is_not_known_whole_is_left(
    engine: Engine, hosting: Hosting, doubtful: Any
) -> None:
    """An old figure is true of its day; a zero never was. The other rows are written."""
    engine.answer = [doubtful, row("5", 8)]
    engine.call("UsageUpdate", stub={"database": hosting.address})

    assert list(hosting.written()) == [5]


@pytest.mark.parametrize("answer", ["Zimbra cannot be reached (op-1).", {"rows": []}, None, True])
def test_no_list_writes_nothing_and_is_told(engine: Engine, hosting: Hosting, answer: Any) -> None:
    """The cron has no reader: WHMCS's activity log has."""
    engine.answer = answer
    told = engine.call("UsageUpdate", stub={"database": hosting.address})

    assert hosting.written() == {}
    assert told.activity[0].startswith("puqzimbra: the usage of server 1 was not updated. ")


def test_a_table_that_cannot_be_written_keeps_every_row(engine: Engine, hosting: Hosting) -> None:
    """All rows or none: half an update looks like a whole one."""
    hosting.execute(NO[hosting.address.partition(":")[0]])
    engine.answer = [row("1"), row("5")]
    told = engine.call("UsageUpdate", stub={"database": hosting.address})

    assert hosting.written() == {}
    assert len(told.activity) == 1


def test_usage_from_a_real_reading(
    over_service: Module, whmcs_params: Params, simulator: Simulator, hosting: Hosting
) -> None:
    """From a mailbox in Zimbra to a number in WHMCS's table."""
    params = whmcs_params | {"serviceid": 1}
    assert over_service.call("CreateAccount", params).value == "success"
    simulator.add_mail("admin@firma.example", 3 * 2**20 + 1)
    server = {name: params[name] for name in params if name.startswith("server")}
    told = over_service.call("UsageUpdate", server, stub={"database": hosting.address})
    (used, limit, _, moment) = hosting.written()[1]

    assert told.activity == []
    assert (used, limit) == (4, 51200)
    age = datetime.now(UTC).replace(tzinfo=None) - datetime.fromisoformat(moment)
    assert abs(age.total_seconds()) < 3600

    usage = over_service.call("MetricProvider usage", server).value
    assert usage["firma.example"]["mailboxes"]["value"] == 1
    assert usage["firma.example"]["aliases"]["value"] == 0
