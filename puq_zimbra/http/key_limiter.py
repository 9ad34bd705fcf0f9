"""Per-key concurrency limit: at most so many at once for each key; the others wait in order.

They wait in the event loop, where they occupy no worker.

Source: asyncio.Semaphore, which is first in, first out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class _Key:
    semaphore: asyncio.Semaphore
    #: how many wait or are inside
    users: int = 0


class KeyLimiter:
    """A limit for any number of keys."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._keys: dict[str, _Key] = {}

    @asynccontextmanager
    async def limit(self, name: str) -> AsyncIterator[None]:
        """Wait until fewer than the limit are inside for a key; "" has no limit."""
        if not name:
            yield
            return
        key = self._keys.setdefault(name, _Key(asyncio.Semaphore(self._at_once)))
        key.users += 1
        try:
            async with key.semaphore:
                yield
        finally:
            key.users -= 1
            if not key.users:
                del self._keys[name]
