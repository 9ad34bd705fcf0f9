"""kill -9 of an import at any of its rows: the next process goes on, and makes each row once."""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from puq_zimbra.billing import plain
from puq_zimbra.engine import imports
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.work import carry_on_all
from puq_zimbra.request import Request
from puq_zimbra.selfservice.bulk import run, start
from puq_zimbra.selfservice.bulk.rows import Row
from puq_zimbra.simulator import Simulator
from tests.conftest import Hook, Params, lay_over
from tests.faults.figures import PROPERTY

from .import_child import FORKS, carry_on

#: rows of an import: two rounds of writes, the second one short
ROWS = run.ROUND + 10
#: as many and as large as the rows ask for
UNLIMITED = {"mailboxes": None, "domain_quota": None}
#: seconds for a process to end
PATIENCE = 120


def rows(domain: str) -> list[Row]:
    """New mailboxes; every fifth has a password, every seventh an alias."""
    return [
        Row(
            number + 2,
            f"box{number}@{domain}",
            display_name=f"Person {number}",
            limit=2**30,
            aliases=(f"alias{number}@{domain}",) if number % 7 == 0 else (),
            password=f"Own-Password-{number}" if number % 5 == 0 else None,
        )
        for number in range(ROWS)
    ]


def begun(number: int, params: Params, worker: Runtime) -> tuple[Request, str]:
    """The request of a service of its own, and the reference of an import that was begun there."""
    given = copy.deepcopy(params)
    service = {"id": f"{number}", "domain": f"d{number}.example", "plan": UNLIMITED}
    lay_over(given, {"service": service, "request_id": f"import-{number}"})
    request = worker.config.complete(plain.validate(given))
    bulk = worker.store().bulk
    identity = start.keep(bulk, request, rows(f"d{number}.example"))
    return request, imports.begin(request, worker, identity)


def killed_at(row: int, simulator: Simulator, settings: str, reference: str) -> int | None:
    """Carry an import on in a process that dies as Zimbra makes its row; its exit status."""
    process = FORKS.Process(target=carry_on, args=(settings, reference))
    left = [row]

    def watch(name: str) -> None:
        if name == "CreateAccountRequest":
            left[0] -= 1
            if left[0] == -1:
                process.kill()

    simulator.chaos.on_command.append(watch)
    process.start()
    process.join(PATIENCE)
    simulator.chaos.on_command.remove(watch)
    return process.exitcode


def wrong(number: int, made: Counter[str], worker: Runtime, simulator: Simulator) -> list[str]:
    """What is not as it was asked for."""
    domain, found = f"d{number}.example", []
    bulk = worker.store().bulk
    upload = bulk.latest("crm.example", f"{number}")
    assert upload is not None
    passwords = dict(bulk.take_passwords(upload))
    for row in rows(domain):
        account = simulator.account(row.address)
        password = row.password or passwords.get(row.address, "")
        if account is None or made[row.address] != 1:
            found.append(f"{row.address} was made {made[row.address]} times")
        elif not simulator.verify_password(row.address, password):
            found.append(f"{row.address} has another password")
        elif tuple(account.attrs.get("zimbraMailAlias", ())) != row.aliases:
            found.append(f"{row.address} has other aliases")
    counts = bulk.counts(upload)
    return found if counts == {"created": ROWS} else [*found, str(counts)]


def test_killed_at_any_row_each_row_is_made_once(
    hook: Hook,
    params: Params,
    simulator: Simulator,
    worker: Runtime,
    settings: str,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, Any], None],
) -> None:
    """A sample of rows; `--faults=all` takes 200."""
    option = request.config.getoption
    kills = {"sample": 3, "part": 20, "all": 200}[option("--faults")]
    chance = random.Random(f"{option('--seed')} import")
    problems: dict[str, Any] = {}
    for number in range(100, 100 + kills):
        row = chance.randrange(ROWS)
        service = {"id": f"{number}", "domain": f"d{number}.example", "plan": UNLIMITED}
        made = hook("create", service=service).code
        while made == "pending":  # the machine has much else to do
            made = hook("create", service=service).code
        assert made in ("created", "already_exists")
        _, reference = begun(number, params, worker)
        simulator.reset_log()
        status = killed_at(row, simulator, settings, reference)
        assert [reply.code for _, reply in carry_on_all(worker)] == ["updated"]
        calls = [one for one in simulator.calls("CreateAccountRequest") if one.ok]
        created = Counter(str(one.element.get("name")) for one in calls)
        found = wrong(number, created, worker, simulator)
        if found or status != -9:
            problems[f"kill {number - 100} at row {row}"] = [status, *found[:3]]

    figures = {"cases": kills, "converged": kills - len(problems)}
    record_property(f"{PROPERTY}kill -9, import of mailboxes", figures)
    assert problems == {}
