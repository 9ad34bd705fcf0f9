"""The usage sync of 50 Zimbras that are 20 ms away: several at once against one by one.

By the wall clock, with a settings file and a store, in a process that has begun; what the command
takes as a whole is printed beside it. All of it happens under Zimbra's DoS filter, which must have
nothing to refuse; so does the sync of one large server without any distance, which could be asked
faster than the filter lets pass.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from mailboxes import Mailboxes
from ours import PASSWORD, USERNAME
from rounds import medians
from verdict import Figure, Options, main
from zimbra_replay import Conditions, Replay, Seen, replay

from puq_zimbra.cli import cli

SERVERS, MAILBOXES, DOMAINS = 50, 2_000, 10
LARGE = 200_000
#: seconds of a round trip
LATENCY = 0.020
FASTER = 7.0
#: requests a second and at the same time, to one server
RATE, IN_FLIGHT = 25, 1


def settings(directory: Path, server: Replay) -> Path:
    """The settings file of a provider with these servers."""
    password = directory / "password"
    password.touch(mode=0o600)
    password.write_text(PASSWORD)
    # The replayed Zimbras sum nothing up; saying so for each would bury the figures.
    lines = ["[log]", 'level = "error"', "[store]", f'dir = "{directory}/state"']
    for number, url in enumerate(server.urls):
        lines += [f"[servers.mail{number:02}]", f'url = "{url}"', f'username = "{USERNAME}"']
        lines += [f'password_file = "{password}"', f'ca_file = "{server.ca_file}"']
    file = directory / "puq-zimbra.toml"
    file.write_text("\n".join(lines) + "\n")
    return file


def sync(file: Path, data: Sequence[Mailboxes], jobs: int = 16) -> None:
    """Sync in this process."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        words = ["--config", str(file), "usage", "sync", "--jobs", str(jobs), "--json"]
        cli.main(words, standalone_mode=False)
    check(said.getvalue(), data)


def command(file: Path, data: Sequence[Mailboxes]) -> None:
    """Run the command."""
    entry = Path(sys.executable).with_name("puq-zimbra")
    words = [str(entry), "--config", str(file), "usage", "sync", "--json"]
    check(subprocess.run(words, capture_output=True, text=True, check=True).stdout, data)


def check(said: str, data: Sequence[Mailboxes]) -> None:
    """Hold a summary against the data."""
    summary = json.loads(said)
    expected = sum(one.domains for one in data), sum(one.customers for one in data)
    assert (summary["services"], summary["mailboxes"]) == expected, summary


def measure(options: Options) -> Iterator[Figure]:
    """The fifty, and the large one."""
    size, count = options.size(MAILBOXES), 4 if options.small else SERVERS
    many = [Mailboxes(size, DOMAINS, number) for number in range(count)]
    large = [Mailboxes(options.size(LARGE), DOMAINS)]
    with tempfile.TemporaryDirectory() as name, replay(many, Conditions(LATENCY, True, True)) as at:
        file = settings(Path(name), at)
        calls = {
            "several": partial(sync, file, many),
            "single": partial(sync, file, many, 1),
            "command": partial(command, file, many),
        }
        seconds = medians(calls, options.runs, time.perf_counter)
        seen = at.seen()
    place = f"{count} servers of {size} mailboxes, {LATENCY * 1000:.0f} ms a round trip"
    evidence = f"{seconds['several']:.2f} s against {seconds['single']:.2f} s, {place}"
    ratio = seconds["single"] / seconds["several"]
    what = "sync of many servers, one by one against 16 at once"
    yield Figure(what, ratio, "x", evidence, FASTER)
    what = "the command, 16 at once, start of the process included"
    yield Figure(what, seconds["command"], "s", place)
    with tempfile.TemporaryDirectory() as name, replay(large, Conditions(filtered=True)) as at:
        file = settings(Path(name), at)
        sync(file, large)  # the answers are prepared now
        at.seen()
        sync(file, large)
        seen += at.seen()
    yield from polite(seen, f"{count} servers of {size} mailboxes and one of {large[0].count}")


def polite(seen: Sequence[Seen], place: str) -> Iterator[Figure]:
    """What the servers saw, the worst of them."""
    requests = sum(sum(one.requests.values()) for one in seen)
    rejections = sum(one.rejections for one in seen)
    rate = max(one.most_in_a_second for one in seen)
    flight = max(one.most_in_flight for one in seen)
    evidence = f"of {requests + rejections} requests, {place}"
    yield Figure("rejections by the DoS filter", rejections, "", evidence, most=0, timed=False)
    yield Figure("requests in any second to one server", rate, "", place, most=RATE, timed=False)
    yield Figure("requests at once to one server", flight, "", place, most=IN_FLIGHT, timed=False)


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
