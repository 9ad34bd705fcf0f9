"""Hook calls in processes of their own, forked from one that has loaded everything."""

from __future__ import annotations

import multiprocessing
from typing import Any

from . import child
from .case_env import World
from .child import Counted, Trap
from .scenarios import Story

#: seconds to wait for another process
PATIENCE = 60.0
NO_TRAP = Trap()

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    [
        "__main__",
        "sqlite3",
        "sqlalchemy.dialects.sqlite",
        "sqlalchemy.dialects.postgresql.psycopg",
        "psycopg",
        "stamina",
        "zeep",
        "puq_zimbra.engine.dispatch",
        "puq_zimbra.engine.runtime",
        "puq_zimbra.store.database",
        "puq_zimbra.zimbra.client",
        "puq_zimbra.i18n",
    ]
)


class HookProcess:
    """A process that carries out one hook call."""

    def __init__(self, world: World, story: Story, trap: Trap = NO_TRAP) -> None:
        self._answers, sends = _forks.Pipe(duplex=False)
        self.process = _forks.Process(
            target=child.run,
            args=(
                sends,
                story.event,
                world.params(story.asked),
                world.settings,
                world.clock.now(),
                trap,
            ),
        )
        self.process.start()
        sends.close()

    def kill(self) -> None:
        """End it by SIGKILL."""
        self.process.kill()
        self.end()

    def end(self) -> int | None:
        """Wait for its end; its exit status."""
        self.process.join(PATIENCE)
        status = self.process.exitcode
        self._answers.close()
        return status

    def answer(self) -> tuple[dict[str, Any], Counted, int]:
        """Its answer, what it counted, and the bytes of memory that it took."""
        assert self._answers.poll(PATIENCE), "the process does not answer"
        answered: tuple[dict[str, Any], Counted, int] = self._answers.recv()
        assert self.end() == 0
        return answered
