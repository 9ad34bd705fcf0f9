"""What a whole reading of a Zimbra, directory and storage, adds to a process's memory and CPU time.

Each reading of 10,000, 100,000 or 1,000,000 mailboxes has a fresh process, which has read a few
before, so that imports and first uses are no part of it. Growth is held against a straight line
through the sizes' own differences, which leaves out what every reading costs once.

Source: proc(5), VmHWM: the peak of this program alone, while ru_maxrss begins with its parent's.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import ours
from mailboxes import Mailboxes
from verdict import Figure, Options, main
from zimbra_replay import Replay, replay

SIZES, DOMAINS = (10_000, 100_000, 1_000_000), 500
#: 2^20 bytes of growth, at any size
MOST = 25.0
#: what a mailbox more may cost at the large sizes, over what it costs at the small ones
LINEAR = 1.15
FEW = Mailboxes(100, 10)


def peak() -> float:
    """The most resident memory that this program has had, in 2^20 bytes; Linux."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def read(ca_file: Path, few: str, url: str) -> None:
    """In a process of its own: read the few, then the whole; print what that took."""
    ours.collected(few, ca_file)
    before, begun = peak(), time.process_time()
    mailboxes = ours.collected(url, ca_file)
    seconds = time.process_time() - begun
    print(json.dumps({"mailboxes": mailboxes, "seconds": seconds, "growth": peak() - before}))


def in_a_process(server: Replay, few: str, url: str, data: Mailboxes) -> tuple[float, float]:
    """CPU seconds and growth of one reading."""
    command = [sys.executable, __file__, "read", str(server.ca_file), few, url]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    found = json.loads(printed)
    assert found["mailboxes"] == data.customers, "the collector counted wrong"
    return found["seconds"], found["growth"]


def measure(options: Options) -> Iterator[Figure]:
    """All sizes, interleaved."""
    sets = [Mailboxes(options.size(size), options.size(DOMAINS)) for size in SIZES]
    taken: dict[int, list[tuple[float, float]]] = {data.count: [] for data in sets}
    with replay([FEW, *sets]) as server:
        few, *urls = server.urls
        for _ in range(options.runs):
            for data, url in zip(sets, urls, strict=True):
                taken[data.count].append(in_a_process(server, few, url, data))
    seconds = {size: statistics.median(one[0] for one in each) for size, each in taken.items()}
    growth = {size: statistics.median(one[1] for one in each) for size, each in taken.items()}
    for size, added in growth.items():
        evidence = f"{size} mailboxes in {sets[0].domains} domains; {seconds[size]:.2f} s of CPU"
        what = "memory that a whole reading adds"
        yield Figure(what, added, "MB", evidence, most=MOST, timed=False)
    yield linear(seconds)


def linear(seconds: dict[int, float]) -> Figure:
    """What a mailbox more costs at the large sizes, over what it costs at the small ones."""
    small, middle, large = seconds
    first = (seconds[middle] - seconds[small]) / (middle - small)
    second = (seconds[large] - seconds[middle]) / (large - middle)
    evidence = (
        f"{second * 1e6:.2f} microseconds of CPU time from {middle} to {large} mailboxes,"
        f" {first * 1e6:.2f} from {small} to {middle}"
    )
    return Figure("a mailbox more, large against small", second / first, "x", evidence, most=LINEAR)


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        read(Path(sys.argv[2]), sys.argv[3], sys.argv[4])
    else:
        sys.exit(main(__doc__, measure))
