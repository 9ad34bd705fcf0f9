"""A usage sync of several servers over real sockets and TLS, one of them spoilt in every way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from puq_zimbra.simulator import Simulator

from .conftest import Note, Share
from .two_servers import FILLED, MB, Estate, new, old
from .wire import WIRE, Elsewhere, Server, certificates

#: seconds that a request may take here
REQUEST = 0.3
#: a resolver that knows no name knows none of either server
BOTH = {"no such name"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The one that is spoilt."""
    own, unknown, misnamed = certificates(tmp_path)
    simulator, elsewhere = Simulator(), Elsewhere(own)
    with simulator.serve(own) as running:
        yield Server(simulator, running, own, unknown, misnamed, elsewhere)
    elsewhere.close()


@pytest.fixture
def estate(server: Server, tmp_path: Path) -> Iterator[Estate]:
    """It and another one, read once."""
    other, tls = Simulator(), {"ca_file": str(server.own.ca_file)}
    with other.serve(server.own) as running:
        zimbras = {"a": server.simulator, "b": other}
        places = {"a": server.running.admin_url, "b": running.admin_url}
        reached = {name: {"url": url, "tls": tls} for name, url in places.items()}
        made = Estate(tmp_path / "state", zimbras, reached, request_seconds=REQUEST)
        assert all(result.error is None for result in made.sync().values())
        yield made
        made.store.close()


def test_no_stored_figure_is_ever_wrong(
    estate: Estate, server: Server, share: Share, note: Note
) -> None:
    """Never a zero, a part, or an old figure shown as new."""
    server.simulator.reset_log()
    estate.sync()
    calls = [call.name for call in server.simulator.log]
    chosen = share.of(WIRE, "sync", sample=3, part=10)
    wrong: dict[str, object] = {}
    used = FILLED
    for kind in chosen:
        for name, zimbra in estate.zimbras.items():
            zimbra.add_mail(f"u0@{name}.example", MB)
        before, used = used, used + MB
        position = share.random(("sync", kind)).randrange(len(calls))
        name, ordinal = calls[position], calls[:position].count(calls[position])
        with WIRE[kind](server, name, ordinal):
            results = estate.sync()
        allowed = {"a": ((new(used), True), (old(before), False)), "b": ((new(used), True),)}
        for number, one in enumerate(("a", "b")):
            told = estate.stored(str(number)), results[one].error is None
            if told not in allowed["a" if kind in BOTH else one]:
                wrong[f"{kind} from {name} #{ordinal}, {one}"] = told, before, used
        estate.sync()
        if estate.stored("0") != new(used):
            wrong[f"{kind} from {name} #{ordinal}, afterwards"] = estate.stored("0")
    note("usage sync", cases=len(chosen), wrong=len(wrong))

    assert wrong == {}
    assert server.elsewhere.received == b""
