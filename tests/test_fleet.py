"""One rate limit for several machines: slots are leased; without the database each has a share."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.billing import plain
from puq_zimbra.config import Config, Limits
from puq_zimbra.errors import StoreAway
from puq_zimbra.simulator import Simulator
from puq_zimbra.store import slots
from puq_zimbra.store.database import Store
from puq_zimbra.store.slots import Wanted
from puq_zimbra.zimbra import fleet
from puq_zimbra.zimbra.client import Zimbra

from . import databases
from .conftest import Params

pytest.importorskip("procrastinate")


@pytest.fixture
def store_settings(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """`[store]` in PostgreSQL."""
    yield from databases.settings("postgresql", tmp_path / "state")


@pytest.fixture
def store(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store that workers share, in a database that runs for a while."""
    monkeypatch.setattr(slots, "_CAREFUL", 0.0)
    store = Store.open(config)
    store.prepare_queue()
    store.prepare_queue()  # of a second machine: nothing is left to do
    yield store
    store.close()


def held(store: Store, node: str, **more: Any) -> list[int]:
    """The slots that a machine gets when it asks for those of a second."""
    one = Wanted("second", 25, 8, seconds=more.pop("seconds", 60.0), **more)
    return store.lease_slots("mail1:7071", node, [one])["second"]


def test_machines_share_by_how_many_there_are(store: Store) -> None:
    """One alone leaves room for another; none gets less than its share, and no slot is two's."""
    alone = held(store, "a")
    second = held(store, "b")
    evened = held(store, "a")
    third = held(store, "c")
    everybody = [held(store, node) for node in "abc"]

    assert (len(alone), len(second), len(evened)) == (17, 8, 12)
    assert set(alone) & set(second) == set()
    assert set(evened) <= set(alone)
    assert len(third) == 5  # what rested long enough, or was nobody's
    assert min(map(len, everybody)) >= 5
    assert sum(map(len, everybody)) == len(set().union(*everybody)) <= 25


def test_a_slot_rests_before_another_machine_gets_it(store: Store) -> None:
    """What the one sent in its last moment, and the other at once, Zimbra would count together."""
    held(store, "a", seconds=-1.0)
    resting = held(store, "b", rest=30.0)
    rested = held(store, "b", rest=0.5)

    assert len(resting) == 8
    assert len(rested) == 17


def test_who_does_not_know_the_others_keeps_to_his_share(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may not have noticed that the database is back, and use their share without it."""
    assert len(held(store, "a", only_share=True)) == 8
    monkeypatch.setattr(slots, "_CAREFUL", 1e9)
    assert len(held(store, "a")) == 8


def test_three_machines_keep_one_limit(
    store: Store,
    params: Params,
    simulator: Simulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the database, when it goes away, and without it."""
    monkeypatch.setattr(fleet, "_CAREFUL", 0.0)
    asked: list[str] = []
    away = threading.Event()

    def lease(server: str, node: str, wanted: Sequence[Wanted]) -> Mapping[str, list[int]]:
        asked.append(node)
        if away.is_set():
            raise StoreAway("It is away.")
        return store.lease_slots(server, node, wanted)

    server, shared = plain.validate(params).zimbra_server, fleet.Shared(3, lease)
    machines = [
        Zimbra(server, Limits(), tmp_path / name, shared) for name in ("one", "two", "three")
    ]

    def ask(zimbra: Zimbra, times: int) -> None:
        for _ in range(times):
            zimbra.get_version_info()

    def all_ask(times: int) -> None:
        threads = [threading.Thread(target=ask, args=(one, times)) for one in machines * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    began = time.monotonic()
    all_ask(4)
    rounds = time.monotonic() - began + 2
    with_it = len(asked)
    away.set()
    all_ask(4)
    for one in machines:
        one.close()

    assert simulator.traffic.busiest_second() <= 25
    assert simulator.traffic.most_at_once <= 8
    assert len(simulator.calls("GetVersionInfoRequest")) == 72
    assert len(set(asked)) == 3
    assert with_it <= 3 * rounds  # the processes of a machine share an answer for a second
