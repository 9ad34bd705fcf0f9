"""Processes that carry out whole operations in one store: how many commits a second.

Each client is a process with the store open, as a hook is, and has services of its own. An
operation is one commit to begin, one for each write that is noted before it is sent, one to end.
With ``one_lock`` every transaction takes the store's lock alone, as all did before version 0.2.
"""

from __future__ import annotations

import multiprocessing
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection

from puq_zimbra.config import Config
from puq_zimbra.reply import Reply
from puq_zimbra.store import locks
from puq_zimbra.store.database import Store
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.store.operations.steps import Run

#: writes of an operation: those of a creation
STEPS = 4
#: commits of an operation
COMMITS = STEPS + 2

_statement = locks.statement


def one_lock(held: Sequence[locks.Lock]) -> str:
    """The lock that every writing transaction took."""
    del held
    return _statement(())


def operate(store: Store, service_id: str) -> None:
    """Carry out one operation."""
    name = secrets.token_hex(12)
    intent = Intent(name, "crm.example", service_id, "suspend", name, "f" * 64, "{}")
    run = store.operations.begin(intent, 60)
    assert isinstance(run, Run)
    steps = store.operations.steps(run)
    for number in range(STEPS):
        steps.sending("ModifyDomain", f"d{number}.example")
        steps.answered("done")
    store.operations.end(steps, Reply("updated", "It was done."))


def client(pipe: Connection, config: Config, number: int) -> None:
    """Carry out as many operations as the pipe says, again and again until it is closed."""
    store = Store.open(config)
    pipe.send("ready")
    while job := pipe.recv():
        operations, old = job
        if old:
            locks.statement = one_lock
        else:
            locks.statement = _statement
        for one in range(operations):
            operate(store, f"{number}-{one % 20}")
        pipe.send("done")
    store.close()


class Clients:
    """Clients that wait for work."""

    def __init__(self, pipes: list[Connection]) -> None:
        self._pipes = pipes

    def work(self, clients: int, operations: int, *, old: bool) -> None:
        """Let so many clients carry out so many operations each, all at once."""
        pipes = self._pipes[:clients]
        for pipe in pipes:
            pipe.send((operations, old))
        for pipe in pipes:
            assert pipe.recv() == "done"


@contextmanager
def clients(config: Config, count: int) -> Iterator[Clients]:
    """Start so many clients."""
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for number in range(count):
        mine, theirs = context.Pipe()
        process = context.Process(target=client, args=(theirs, config, number), daemon=True)
        process.start()
        assert mine.recv() == "ready"
        pipes.append(mine)
        processes.append(process)
    yield Clients(pipes)
    for pipe, process in zip(pipes, processes, strict=True):
        pipe.send(None)
        process.join()
