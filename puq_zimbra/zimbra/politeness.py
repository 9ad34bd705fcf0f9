"""Ask a Zimbra no more often and no more densely than its filters allow, whoever of us asks.

A request holds two *places* while it is under way, which all processes and threads of a machine
share: one of 8 that bound what runs at once, and one of 25 that rest for a second after the answer.
Whenever two requests used the same resting place, the second arrived more than a second after the
first, however long either was on its way: so no second sees more than 25 arrive, by Zimbra's clock
as well as by ours. Requests at even distances would promise that only if all took the same time,
and would make a creation's 14 half a second slower on a Zimbra that nobody else asks for anything.

A place is a file under flock(2), which the kernel gives back when its holder dies. In the file
stands when its rest is over, on the machine's monotonic clock; what cannot be such a time (from
before the last start of the machine, for one) is none. Where the files cannot be used, the limits
hold within the process.

Source: flock(2), memfd_create(2); Jetty's `DoSFilter` (a ring of the last 30 arrivals, 429 above),
`ZimbraQoSFilter`.
"""

from __future__ import annotations

import fcntl
import logging
import math
import os
import re
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from puq_zimbra.config import Limits
from puq_zimbra.errors import TimeUsedUp
from puq_zimbra.zimbra import budget

#: seconds that a place of the rate rests
_SECOND = 1.0
#: seconds between two looks while every place is held
_LOOK = 0.01
#: seconds to wait where no hook's time bounds it, as in a cron job
_PATIENCE = 60.0

_TIME = struct.Struct("d")

log = logging.getLogger("puq_zimbra")


class Politeness:
    """The limits of one server."""

    def __init__(self, folder: Path | None, server: str, limits: Limits) -> None:
        """``folder`` is where the files are (`own_folder`), ``server`` host and port."""
        name = file_name(server)
        self._at_once = Places(folder, f"{name}.at-once", limits.concurrent_requests)
        self._rate = Places(folder, f"{name}.second", limits.requests_per_second, _SECOND)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Make one request inside.

        Raises:
            TimeUsedUp: the turn did not come within the hook's time.
        """
        with self._at_once.one(), self._rate.one():
            yield


class Places:
    """So many places, each for one holder at a time."""

    def __init__(self, folder: Path | None, name: str, count: int, rest: float = 0.0) -> None:
        self._folder, self._name, self._count, self._rest = folder, name, count, rest
        #: where the next look begins: what was taken last rests longest
        self._next = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a place; with a count of 0 there is no limit."""
        if not self._count:
            yield
            return
        file = self._wait()
        try:
            yield
        finally:
            self._leave(file)

    def _wait(self) -> int:
        until = time.monotonic() + budget.remaining(_PATIENCE)
        while True:
            file, wait = self._look()
            if file is not None:
                return file
            left = until - time.monotonic()
            if left <= 0:
                raise TimeUsedUp(
                    "So much is asked of Zimbra just now that the time for this was used up."
                )
            time.sleep(min(wait, left))

    def _look(self) -> tuple[int | None, float]:
        """Take a place if there is one; else say for how long there can be none."""
        wait = math.inf
        first = self._next
        for number in (*range(first, self._count), *range(first)):
            try:
                file, rests = self._take(number)
            except OSError as error:
                if self._folder is None:
                    raise
                _not_shared(error)
                self._folder = None
                return self._look()
            if file is not None:
                self._next = (number + 1) % self._count
                return file, 0.0
            wait = min(wait, rests)
        # What is held rests longer, once it is given back, than what rests already.
        return None, _LOOK if wait == math.inf else wait

    def _take(self, number: int) -> tuple[int | None, float]:
        """A place's file, held, or None and the seconds that it still rests."""
        file = os.open(self._path(number), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            rests = self._lock(file)
        except OSError:
            os.close(file)
            raise
        if not rests:
            return file, 0.0
        os.close(file)
        return None, rests

    def _lock(self, file: int) -> float:
        """Hold a place from now on and return 0, or return the seconds that it still rests."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return math.inf
        rests = self._rests(file)
        if not rests:
            self._note(file)  # for the case that we are killed
        return rests

    def _leave(self, file: int) -> None:
        try:
            self._note(file)
        except OSError:  # the disk is full: the rest counts from the beginning
            log.warning("rest not noted")
        finally:
            os.close(file)

    def _rests(self, file: int) -> float:
        """Seconds that a place still rests; what the file holds may be anything."""
        kept = os.pread(file, _TIME.size, 0) if self._rest else b""
        if len(kept) != _TIME.size:
            return 0.0
        left = float(_TIME.unpack(kept)[0]) - time.monotonic()
        return left if 0 < left <= self._rest else 0.0

    def _note(self, file: int) -> None:
        if self._rest:
            os.pwrite(file, _TIME.pack(time.monotonic() + self._rest), 0)

    def _path(self, number: int) -> str:
        name = f"{self._name}.{number}"
        return _in_memory(name) if self._folder is None else str(self._folder / name)


def file_name(server: str) -> str:
    """Host and port as the beginning of a file's name.

    >>> file_name("Mail.example:7071"), file_name("[::1]:7071"), file_name("a/../b")
    ('mail.example_7071', '___1__7071', 'a_.._b')
    """
    return re.sub(r"[^a-z0-9.-]", "_", server.lower())[:200]


def own_folder(directory: Path | None) -> Path | None:
    """The folder in the state directory for what our processes tell each other, if possible."""
    if directory is None:
        return None
    folder = directory / "zimbra"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        _not_shared(error)
        return None
    return folder


def _not_shared(error: OSError) -> None:
    log.warning("limits not shared", extra={"fields": {"cause": error.strerror or "?"}})


@cache
def _in_memory(name: str) -> str:
    """A file without a name that only this process has."""
    return f"/proc/self/fd/{os.memfd_create(name)}"
