"""Our collector against other people's clients, and against what no client can do without.

Each logs in, reads the storage of 100,000 mailboxes and sums it up by domain, once with all of them
in one domain and once in 500. What counts is the client's CPU time; imports are left out.
Compressed and plain are told apart, because python-zimbra never asks for compression. A client that
comes to other sums than the data set has stops the benchmark.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import ours
import peers
from mailboxes import Mailboxes, Sums
from rounds import medians
from verdict import Figure, Options, main
from zimbra_replay import Conditions, Replay, replay

MAILBOXES, DOMAINS = 100_000, 500
GZIP, PLAIN = "compressed", "plain"
PYTHON_ZIMBRA_JSON = "python-zimbra, JSON"
#: a peer, which of ours it is held against, and how many times faster ours must be
COMPARED = (
    ("python-zimbra, XML", GZIP, 15.0),
    (PYTHON_ZIMBRA_JSON, GZIP, 1.0),
    (PYTHON_ZIMBRA_JSON, PLAIN, 1.3),
    ("zeep, whole answer", GZIP, 8.0),
    ("requests + lxml, whole answer", GZIP, 1.7),
)
READ, PARSED = "read and discard", "msgspec in a bare loop"
#: of python-zimbra's bytes, requests and answers
WIRE = 1 / 3


class Client(NamedTuple):
    """A client, and the server that it talks to."""

    server: Replay
    read: Callable[..., Sums | int]

    def run(self) -> Sums | int:
        """Log in, read and sum up."""
        return self.read(self.server.urls[0], self.server.ca_file)


def clients(gzip: Replay, plain: Replay, data: Mailboxes) -> Mapping[str, Client]:
    """Every client by its name."""
    accounts = data.count
    collector = partial(ours.storage, domains=[data.domain(n) for n in range(data.domains)])
    found = {
        GZIP: Client(gzip, collector),
        # Ours asks for compression: plain is a server that has it switched off.
        PLAIN: Client(plain, collector),
        "python-zimbra, XML": Client(gzip, partial(peers.python_zimbra, kind="xml")),
        PYTHON_ZIMBRA_JSON: Client(gzip, partial(peers.python_zimbra, kind="json")),
        "zeep, whole answer": Client(gzip, peers.zeep_whole),
        "requests + lxml, whole answer": Client(gzip, peers.requests_lxml),
    }
    for mine in (GZIP, PLAIN):
        server, compressed = found[mine].server, mine == GZIP
        for floor, read in ((PARSED, peers.msgspec_bare), (READ, peers.discarded)):
            bare = partial(read, compressed=compressed, accounts=accounts)
            found[f"{floor}, {mine}"] = Client(server, bare)
    return found


def checked(client: Client, data: Mailboxes) -> int:
    """Run a client once and hold what it found against the data; return the bytes on the wire."""
    client.server.seen()
    found = client.run()
    seen = client.server.seen()[0]
    if isinstance(found, int):
        assert 0.9 * seen.bytes_sent < found < seen.bytes_sent, "not the whole answer was read"
    else:
        assert found == data.sums, "a client came to other sums"
    return seen.bytes


def measure(options: Options) -> Iterator[Figure]:
    """Both data sets."""
    count = options.size(MAILBOXES)
    for data in (Mailboxes(count, 1), Mailboxes(count, options.size(DOMAINS))):
        with replay([data]) as gzip, replay([data], Conditions(gzip=False)) as plain:
            all_clients = clients(gzip, plain, data)
            wire = {name: checked(client, data) for name, client in all_clients.items()}
            calls = {name: client.run for name, client in all_clients.items()}
            seconds = medians(calls, options.runs, time.process_time)
        place = f"{count} mailboxes in {data.domains} domain{'s' * (data.domains > 1)}"
        yield from figures(seconds, wire, place)


def figures(seconds: Mapping[str, float], wire: Mapping[str, int], place: str) -> Iterator[Figure]:
    """What the medians of one data set say."""
    for peer, mine, bound in COMPARED:
        taken = f"{_ms(seconds[mine])} against {_ms(seconds[peer])} of CPU time, {place}"
        ratio = seconds[peer] / seconds[mine]
        yield Figure(f"collector, {mine}, against {peer}", ratio, "x", taken, least=bound)
    sizes = wire[GZIP], wire[PYTHON_ZIMBRA_JSON]
    taken = f"{sizes[0] / 1e6:.2f} MB against {sizes[1] / 1e6:.2f} MB, {place}"
    what = f"bytes on the wire, {GZIP}, of those of {PYTHON_ZIMBRA_JSON}"
    yield Figure(what, sizes[0] / sizes[1], "x", taken, most=WIRE, timed=False)
    for floor in (PARSED, READ):
        for mine in (GZIP, PLAIN):
            least = seconds[f"{floor}, {mine}"]
            taken = f"{_ms(seconds[mine])} over {_ms(least)} of CPU time, {place}"
            yield Figure(f"collector, {mine}, over {floor}", seconds[mine] / least, "x", taken)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
