"""How many SOAP requests a whole reading of a Zimbra takes, by what they are for.

100,000 mailboxes in one domain and in 500. The log-off, and having Zimbra act on quotas, read
nothing and are named but not counted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import ours
from mailboxes import Mailboxes
from verdict import Figure, Options, main
from zimbra_replay import replay

MAILBOXES, DOMAINS = 100_000, 500
_NOT_READING = ("EndSession", "ComputeAggregateQuotaUsage")


def measure(options: Options) -> Iterator[Figure]:
    """Read both data sets once: requests are counted, not timed."""
    count, domains = options.size(MAILBOXES), options.size(DOMAINS)
    with replay([Mailboxes(count, 1), Mailboxes(count, domains)]) as server:
        for url in server.urls:
            ours.collected(url, server.ca_file)
        one, many = (seen.requests for seen in server.seen())
    reading = {name: number for name, number in many.items() if name not in _NOT_READING}
    more = sum(number for name, number in reading.items() if _for_status_and_class(name))
    storage = sum(reading.values()) - more
    evidence = f"{count} mailboxes; " + ", ".join(f"{name} {many[name]}" for name in many)
    most = 4 + -(-count // 10_000)
    yield Figure("requests for storage figures", storage, "", evidence, most=most, timed=False)
    most = 1 + -(-count // 5_000)
    what = "requests more for figures by status and class of service"
    yield Figure(what, more, "", evidence, most=most, timed=False)
    what = f"requests more for {domains} domains than for one"
    yield Figure(what, many.total() - one.total(), "", f"{count} mailboxes", most=0, timed=False)


def _for_status_and_class(name: str) -> bool:
    """Whether a request is a page of the directory's accounts, or names classes of service."""
    command, _, kinds = name.partition(" ")
    return command == "GetAllCos" or (command == "SearchDirectory" and "accounts" in kinds)


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
