"""What one `puq-zimbra hook` process costs besides its SOAP calls.

Each figure is the median of the runs, interleaved, of a whole process: start, imports, the hook,
exit. The simulator answers on loopback; what it takes for its calls is measured in the same run by
making the same hook call in this process, warm, and taken off.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator, make_tls

#: seconds allowed besides SOAP: without the store, with it
ALLOWED = {"store": 0.6, "no store": 0.4}
#: requests a second: kept count of as ever, but so many that none of these runs waits
RATE = 1000
EVENTS = {
    "python -c pass": ("", ""),
    "describe": ("plain", "no store"),
    "MetaData": ("whmcs", "no store"),
    "test_connection": ("plain", "no store"),
    "list_services": ("plain", "no store"),
    "create (exists)": ("plain", "store"),
    "suspend (is)": ("plain", "store"),
    "usage (stored)": ("plain", "store"),
    "client_area": ("plain", "store"),
}


def params(url: str, fingerprint: str) -> dict[str, Any]:
    """A call of the host plain."""
    return {
        "installation": "bench.example",
        "server": {
            "url": url,
            "username": "admin@example.test",
            "password": "test123",
            "tls": {"fingerprint": fingerprint},
        },
        "service": {
            "id": "1",
            "domain": "bench.example",
            "admin": {"password": "Bench-Pass-1"},
        },
    }


def process(host: str, event: str, given: bytes, directory: str) -> float:
    """Seconds of one whole process."""
    command = [sys.executable, "-c", "pass"]
    if host:
        entry = Path(sys.executable).with_name("puq-zimbra")
        command = [str(entry), "hook", host, event]
    begun = time.perf_counter()
    subprocess.run(
        command,
        input=given,
        env={**os.environ, "XDG_STATE_HOME": directory},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return time.perf_counter() - begun


def main() -> int:
    """Measure, print, and say whether the bounds are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="print the medians as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        simulator = Simulator(domain="example.test", admin_password="test123")
        tls = make_tls("mail.example.test", Path(directory))
        config = Path(directory) / "puq-zimbra.toml"
        config.write_text(
            f'[store]\ndir = "{directory}/state"\n[limits]\nrequests_per_second = {RATE}\n'
        )
        os.environ["PUQ_ZIMBRA_CONFIG"] = str(config)
        with simulator.serve(tls, admin_port=0, user_port=0) as running:
            given = params(running.admin_url, running.fingerprint)
            figures = measure(given, directory, options.runs)
    if options.json:
        print(json.dumps(figures))
    else:
        show(figures, options.runs)
    return 0 if all(row["ok"] for row in figures.values()) else 1


def measure(given: dict[str, Any], directory: str, runs: int) -> dict[str, dict[str, Any]]:
    """Medians of every event."""
    whole: dict[str, list[float]] = {name: [] for name in EVENTS}
    soap: dict[str, list[float]] = {name: [] for name in EVENTS}
    settings = {"store": {"dir": f"{directory}/state"}, "limits": {"requests_per_second": RATE}}
    config = Config.model_validate(settings)
    warm = Runtime(config)
    for event in ("create", "suspend", "usage"):
        dispatch("plain", event, given, warm)
    text = json.dumps(given).encode()
    for _ in range(runs):
        for name, (host, _) in EVENTS.items():
            event = name.split(" ")[0]
            body = b"{}" if event in ("describe", "MetaData") else text
            whole[name].append(process(host, event, body, directory))
            if host and body is text:
                begun = time.perf_counter()
                dispatch(host, event, given, warm)
                soap[name].append(time.perf_counter() - begun)
    warm.close()
    figures = {}
    for name, (_, kind) in EVENTS.items():
        median = statistics.median(whole[name])
        calls = statistics.median(soap[name]) if soap[name] else 0.0
        allowed = ALLOWED.get(kind)
        besides = median - calls
        figures[name] = {
            "seconds": round(median, 3),
            "soap": round(calls, 3),
            "besides": round(besides, 3),
            "allowed": allowed,
            "ok": allowed is None or besides < allowed,
        }
    return figures


def show(figures: dict[str, dict[str, Any]], runs: int) -> None:
    """Print the table."""
    floor = figures["python -c pass"]["seconds"]
    print(
        f"One hook process, median of {runs} [s]; {os.cpu_count()} cores, Python"
        f" {platform.python_version()}"
    )
    print(f"{'event':<18}{'whole':>8}{'SOAP':>8}{'besides':>9}{'allowed':>9}{'x python':>10}")
    for name, row in figures.items():
        allowed = row["allowed"] or ""
        mark = "" if row["ok"] else "  TOO SLOW"
        print(
            f"{name:<18}{row['seconds']:>8.3f}{row['soap']:>8.3f}{row['besides']:>9.3f}"
            f"{allowed:>9}{row['seconds'] / floor:>10.1f}{mark}"
        )


if __name__ == "__main__":
    sys.exit(main())
