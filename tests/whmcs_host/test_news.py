"""What the engine finishes by itself, or a person puts right, sets the host's status right."""

from __future__ import annotations

import json
import threading

import pytest

from puq_zimbra.simulator import Simulator
from tests.faults.observed import look
from tests.processes import wait_for

from .engines import Engine
from .faults import PATIENCE, after_the_next
from .life import ADMIN, LATER, ORDERED, SERVICE, SMALL, Life

pytestmark = pytest.mark.parametrize(("engine", "database"), [("http", "MariaDB")], indirect=True)


def test_nothing_stays_pending_until_somebody_retries(
    life: Life, engine: Engine, simulator: Simulator
) -> None:
    """The host gave up, the engine went on, and the next cron hears of it."""
    life.host.do("cron", today=ORDERED)
    go_on = threading.Event()
    life.host.configure(**engine.settings, seconds=engine.short)
    with after_the_next(simulator, "CreateDomain", lambda: go_on.wait(PATIENCE)):
        assert life.take("create") != "success"
        assert life.host.service(SERVICE)["domainstatus"] == "Pending"
        assert len(life.host.queue()) == 1
        go_on.set()
    life.host.configure(**engine.settings)
    wait_for(lambda: look(simulator).mailboxes == ((ADMIN, "active"),))
    wait_for(lambda: not look(simulator).unfinished)

    def is_active() -> bool:
        life.host.do("cron", today=ORDERED)
        return str(life.host.service(SERVICE)["domainstatus"]) == "Active"

    wait_for(is_active)
    life.check("create")


def test_what_is_restored_is_active(life: Life) -> None:
    """The mail waited for its deletion; whoever has it again pays for it again."""
    assert life.take("create") == "success"
    options = json.dumps({1: "domain", 2: "starter", 3: "5", 5: "1024", 10: "grace", 11: "7"})
    life.host.do("change", table="tblproducts", number=SMALL, options=options)
    before = life.host.service(SERVICE)
    life.host.fill(("tblcancelrequests", {"relid": SERVICE, "type": "Immediate"}))
    assert life.host.do("cron", today=LATER)["TerminateAccount"] == "success"
    assert life.host.service(SERVICE)["domainstatus"] == "Terminated"
    assert life.host.do("button", service=SERVICE, function="Restore") == "success"

    assert life.host.service(SERVICE) == before
    assert look(life.simulator).status == "active"
