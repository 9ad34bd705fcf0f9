"""A usage sync of several servers with every fault at every call: no stored figure is ever wrong.

The last good figures stay, marked as stale, or the new ones are there, whole; the other server is
read whatever happens to the first. One sync later all is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import STALE, Plan

from .conftest import Note, Share
from .scenarios import KINDS
from .two_servers import FILLED, MB, Estate, new, old

REJECTED = ("account.AUTH_FAILED", "service.PERM_DENIED", "account.MAINTENANCE_MODE")
PINNED = {"fingerprint": "sha256:" + "00" * 32}


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    """The servers, one of them of two mailbox servers, read once."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mounted:
        zimbras = {
            name: Simulator(domain="example.test", servers=servers)
            for name, servers in (("a", 2), ("b", 1))
        }
        reached = {}
        for name, simulator in zimbras.items():
            url = f"https://{name}.test:7071/service/admin/soap"
            simulator.mount(mounted, url)
            reached[name] = {"url": url, "tls": PINNED}
        made = Estate(tmp_path, zimbras, reached)
        assert all(result.error is None for result in made.sync().values())
        yield made
        made.store.close()
        mounted.reset()


def test_no_stored_figure_is_ever_wrong(estate: Estate, share: Share, note: Note) -> None:
    """Never a zero, a part, or an old figure shown as new."""
    simulator = estate.zimbras["a"]
    simulator.reset_log()
    estate.sync()
    calls = [call.name for call in simulator.log]
    # Rejected log-ins are not tried again for a quarter of an hour: tests/test_login_backoff.py.
    every = [
        (at, kind)
        for at, name in enumerate(calls)
        for kind, about in KINDS.items()
        if about["kind"] != "stale" or name in STALE
        if name != "AuthRequest" or not kind.startswith(REJECTED)
    ]
    chosen = share.of(every, "sync", sample=25, part=150)
    wrong: dict[str, object] = {}
    used = FILLED
    for at, kind in chosen:
        for zimbra, name in ((simulator, "a"), (estate.zimbras["b"], "b")):
            zimbra.add_mail(f"u0@{name}.example", MB)
        before, used = used, used + MB
        # For as long as the sync tries, and not for the log-off after it.
        name = calls[at]
        skip = calls[:at].count(name)
        simulator.chaos.add(Plan(**{"name": name, "skip": skip, **KINDS[kind], "times": 30}))
        result = estate.sync()["a"]
        simulator.chaos.clear()
        mine, theirs = estate.stored("0"), estate.stored("1")
        told = mine, result.error is None
        if told not in ((new(used), True), (old(before), False)):
            wrong[f"{name} #{skip}, {kind}"] = (told, before, used, str(result.error))
        if theirs != new(used):
            wrong[f"{name} #{skip}, {kind}, the other server"] = theirs
        estate.sync()
        if estate.stored("0") != new(used):
            wrong[f"{name} #{skip}, {kind}, afterwards"] = estate.stored("0")
    note("usage sync", cases=len(chosen), wrong=len(wrong))

    assert wrong == {}
