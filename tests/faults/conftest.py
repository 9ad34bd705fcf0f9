"""How much of the faults a run tries, what it counts, and the worlds that it tries them in."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import responses

from puq_zimbra.simulator import Running, Simulator, TlsFiles
from tests import databases

from .case_env import SERVER, URL, Clock, InMemory, Worlds
from .figures import PROPERTY
from .stores import Postgres, Sqlite

Item = TypeVar("Item")
Note = Callable[..., None]


#: the parts that a long test is cut into, so that several processors can share it
PARTS = 10


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Cut long tests into parts, but for a sample."""
    if "part" in metafunc.fixturenames:
        whole = metafunc.config.getoption("--faults") != "sample"
        metafunc.parametrize("part", range(PARTS if whole else 1))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a third of the stories for a sample; `--faults=part` and `all` have each of them."""
    share = Share(config.getoption("--faults"), config.getoption("--seed"))
    if share.size != "sample":
        return
    left_out = [
        item
        for item in items
        if isinstance(item, pytest.Function)
        and item.path.parent == Path(__file__).parent
        and hasattr(item, "callspec")
        and "story" in item.callspec.params
        and share.random(item.name).randrange(3)
    ]
    config.hook.pytest_deselected(items=left_out)
    for item in left_out:
        items.remove(item)


@dataclass(frozen=True)
class Share:
    """How much of a level is run, and which: the same for the same seed."""

    #: sample (in every run of all tests), part (in continuous integration) or all
    size: str
    seed: int

    def number(self, sample: int, part: int, whole: int) -> int:
        """One of three numbers."""
        return {"sample": sample, "part": part, "all": whole}[self.size]

    def of(
        self, every: Iterable[Item], key: object, sample: int, part: int, whole: int | None = None
    ) -> list[Item]:
        """So many of the items, or all of them; ``key`` tells one choice from another."""
        items = list(every)
        wanted = self.number(sample, part, len(items) if whole is None else whole)
        return self.random(key).sample(items, min(wanted, len(items)))

    def random(self, key: object) -> random.Random:
        """Chance that is the same in every run with the seed."""
        return random.Random(f"{self.seed} {key}")


@pytest.fixture
def share(request: pytest.FixtureRequest) -> Share:
    """How much is run."""
    option = request.config.getoption
    return Share(option("--faults"), option("--seed"))


@pytest.fixture
def note(record_property: Callable[[str, Any], None]) -> Note:
    """Note a level's figures for the table."""
    return lambda level, **figures: record_property(PROPERTY + level, figures)


@pytest.fixture
def in_memory() -> Iterator[InMemory]:
    """Where a simulator is mounted whose answers are looked at."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mounted:
        yield InMemory(mounted)
        mounted.reset()


@pytest.fixture
def worlds(tmp_path: Path, in_memory: InMemory) -> Iterator[Worlds]:
    """Worlds in memory, one after the other."""
    simulator = Simulator(clock=Clock())
    simulator.mount(in_memory, URL)  # type: ignore[arg-type]
    made = Worlds(tmp_path, simulator, SERVER)
    yield made
    made.close()


@pytest.fixture
def carbonio_worlds(tmp_path: Path, in_memory: InMemory) -> Iterator[Worlds]:
    """Worlds on a Carbonio, in memory, one after the other."""
    simulator = Simulator(clock=Clock(), flavour="carbonio")
    simulator.mount(in_memory, URL)  # type: ignore[arg-type]
    made = Worlds(tmp_path, simulator, SERVER)
    yield made
    made.close()


@pytest.fixture
def served(tls: TlsFiles) -> Iterator[tuple[Simulator, Running]]:
    """A simulator behind real sockets and TLS."""
    simulator = Simulator(clock=Clock())
    with simulator.serve(tls) as running:
        yield simulator, running


def reached(running: Running) -> dict[str, Any]:
    """The server of a call, over real sockets."""
    return {"url": running.admin_url, "tls": {"fingerprint": running.fingerprint}}


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def store(request: pytest.FixtureRequest) -> Iterator[Sqlite]:
    """Each kind of store in turn."""
    if request.param == "SQLite":
        yield Sqlite()
        return
    url = os.environ.get(databases.VARIABLE)
    if not url:
        pytest.skip(f"{databases.VARIABLE} names no PostgreSQL")
    postgres = Postgres(url)
    yield postgres
    postgres.close()


@pytest.fixture
def real_worlds(
    tmp_path: Path, served: tuple[Simulator, Running], store: Sqlite
) -> Iterator[Worlds]:
    """Worlds behind real sockets, on each kind of store."""
    simulator, running = served
    made = Worlds(tmp_path, simulator, reached(running), store)
    yield made
    made.close()
