"""The simulator as a process of its own.

Prints one line when it is ready, serves until it is told to stop, and keeps its state in a folder
when given one.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Literal

from puq_zimbra.simulator import storage
from puq_zimbra.simulator.control import read_plans
from puq_zimbra.simulator.running import Running
from puq_zimbra.simulator.simulator import Simulator
from puq_zimbra.simulator.tls import make_tls

_STATE = "state.json"


def main(
    admin_port: int = 7071,
    user_port: int = 7443,
    domain: str = "example.test",
    admin_password: str = "test123",
    hostname: str = "mail.example.test",
    flavour: str = "zimbra10",
    seed: Literal["empty", "demo"] = "empty",
    state_dir: Path | str | None = None,
    servers: int = 1,
    dos_limit: int = 0,
    chaos: Path | str | None = None,
    logger: bool = False,
    as_json: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; with a state folder, go on where the last run stopped."""
    simulator = Simulator(
        domain=domain,
        admin_password=admin_password,
        hostname=hostname,
        flavour=flavour,
        servers=servers,
        dos_limit=dos_limit,
        control=chaos is not None,
        logger=logger,
    )
    if chaos is not None and Path(chaos).exists():
        for plan in read_plans(json.loads(Path(chaos).read_text("utf-8"))):
            simulator.chaos.add(plan)
    with tempfile.TemporaryDirectory(prefix="simulator-") as scratch:
        folder = Path(state_dir) if state_dir else Path(scratch)
        kept = folder / _STATE if state_dir else None
        if kept is not None and kept.exists():
            storage.load(simulator.state, kept)
        simulator.seed(seed)
        stop = _stop_on_signals()
        tls = make_tls(hostname, folder)
        with simulator.serve(tls, admin_port, user_port) as running:
            _announce(running, as_json=as_json)
            stop.wait()
        if kept is not None:
            storage.save(simulator.state, kept)


def _announce(running: Running, *, as_json: bool) -> None:
    told = {
        "admin": running.admin_url,
        "user": running.user_url,
        "fingerprint": running.fingerprint,
        "ca_file": str(running.ca_file),
    }
    line = " ".join(f"{key}={value}" for key, value in told.items())
    sys.stdout.write((json.dumps({"ready": told}) if as_json else f"ready {line}") + "\n")
    sys.stdout.flush()


def _stop_on_signals() -> threading.Event:
    """Set an event on SIGTERM and SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop
