"""Who waits for whom: only so many of a kind are inside at once, the others wait in the order they
came, where they take no worker from anybody.

Source: asyncio.Semaphore, which lets in first who came first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class _Kind:
    inside: asyncio.Semaphore
    wanted_by: int = 0


class Turns:
    """Turns of any number of kinds, each known by a text."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._kinds: dict[str, _Kind] = {}

    @asynccontextmanager
    async def of(self, kind: str) -> AsyncIterator[None]:
        """Be inside as one of a kind; "" is none and waits for nobody."""
        if not kind:
            yield
            return
        known = self._kinds.setdefault(kind, _Kind(asyncio.Semaphore(self._at_once)))
        known.wanted_by += 1
        try:
            async with known.inside:
                yield
        finally:
            known.wanted_by -= 1
            if not known.wanted_by:
                del self._kinds[kind]
