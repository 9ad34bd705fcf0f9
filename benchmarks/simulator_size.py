"""What the simulator takes for 100,000 accounts: seeding, one GetQuotaUsage of all, memory.

The simulator runs in a process of its own and answers over TLS. Its peer in the same run is lxml,
reading the answer that it gave: that is the least a client can spend on it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import requests
from lxml import etree

from puq_zimbra.simulator import Simulator, make_tls

#: seconds allowed for the whole answer
ALLOWED = 1.0
LOGIN = (
    '<AuthRequest xmlns="urn:zimbraAdmin"><name>admin@example.test</name>'
    "<password>test123</password></AuthRequest>"
)
QUOTA = '<GetQuotaUsageRequest xmlns="urn:zimbraAdmin"/>'
ADMIN = "{urn:zimbraAdmin}"


def simulate(directory: str, accounts: int, parent: Connection) -> None:
    """Seed and serve until the parent says otherwise."""
    simulator = Simulator(domain="example.test", admin_password="test123")
    simulator.create_domain("big.test")
    begun = time.perf_counter()
    simulator.seed_accounts("big.test", accounts, quota=5 << 30, used=lambda index: index)
    seconds = time.perf_counter() - begun
    tls = make_tls("mail.example.test", Path(directory))
    with simulator.serve(tls) as running:
        parent.send((seconds, resident(), running.admin_url, str(tls.ca_file)))
        parent.recv()
        parent.send(resident())
        parent.recv()


def resident() -> int:
    """The resident memory of this process [bytes]; Linux."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def ask(session: requests.Session, url: str, body: str, token: str = "") -> bytes:
    """One request's answer."""
    header = (
        f'<s:Header><context xmlns="urn:zimbra"><authToken>{token}</authToken></context></s:Header>'
        if token
        else ""
    )
    envelope = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">'
        f"{header}<s:Body>{body}</s:Body></s:Envelope>"
    )
    answer = session.post(url, data=envelope, timeout=120)
    answer.raise_for_status()
    return answer.content


def measure(accounts: int, runs: int) -> dict[str, float]:
    """Medians over the runs, and what was seen once."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    answered, parsed, content = [], [], b""
    with tempfile.TemporaryDirectory() as directory, requests.Session() as session:
        server = context.Process(target=simulate, args=(directory, accounts, theirs))
        server.start()
        try:
            seeded, at_rest, url, session.verify = ours.recv()
            session.trust_env = False
            token = etree.fromstring(ask(session, url, LOGIN)).findtext(f".//{ADMIN}authToken")
            for _ in range(runs):
                begun = time.perf_counter()
                content = ask(session, url, QUOTA, token or "")
                answered.append(time.perf_counter() - begun)
                begun = time.perf_counter()
                tree = etree.fromstring(content)
                parsed.append(time.perf_counter() - begun)
                assert len(tree.findall(f".//{ADMIN}account")) >= accounts
            ours.send("measure")
            memory = ours.recv()
            ours.send("end")
        finally:
            server.join(10)
            server.kill()
    return {
        "seeded": round(seeded, 2),
        "answered": round(statistics.median(answered), 2),
        "lxml": round(statistics.median(parsed), 2),
        "megabytes": round(len(content) / 1e6, 1),
        "resident": round(at_rest / 2**20),
        "resident_after": round(memory / 2**20),
    }


def main() -> int:
    """Measure, print, and say whether the bound is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    figures = measure(options.accounts, options.runs)
    if options.json:
        print(json.dumps(figures))
    else:
        print(
            f"\nThe simulator with {options.accounts} accounts: seeded in {figures['seeded']} s,"
            f" resident {figures['resident']} MiB, after answering {figures['resident_after']} MiB;"
            f" GetQuotaUsage of all, {figures['megabytes']} MB,"
            f" received in {figures['answered']} s (allowed {ALLOWED}),"
            f" {figures['answered'] / figures['lxml']:.1f} x lxml reading it"
        )
    return 0 if figures["answered"] < ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
