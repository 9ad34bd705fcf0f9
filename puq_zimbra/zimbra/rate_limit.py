"""The rate limit of a Zimbra, across all processes and threads of this machine.

Where several machines share it, `fleet` says which of the slots are this one's just now.

A request holds two *slots* while it is under way: one of 8, which bound how many run at once, and
one of 25, which stay closed for one second after the answer. When two requests use the same one of
the 25, the second is sent more than one second after the first was answered. So in no second do
more than 25 arrive, by Zimbra's clock as well as by this machine's, however slow the network is.
Even spacing would promise that only if all requests took the same time, and would make a creation's
14 requests half a second slower on an idle Zimbra.

A slot is a file under flock(2), which the kernel releases when its holder dies. The file holds the
time at which the slot opens again, by the machine's monotonic clock; a value that cannot be such a
time (such as one from before the machine's last start) counts as open. Where the files cannot be
used, the limits hold within the process.

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

from puq_zimbra.config import Limits
from puq_zimbra.errors import TimeUsedUp
from puq_zimbra.zimbra import deadline
from puq_zimbra.zimbra.fleet import AT_ONCE, RATE, Fleet, Shared

#: seconds for which a slot of the rate stays closed
_SECOND = 1.0
#: seconds between two looks while every slot is held
_LOOK = 0.01
#: seconds to wait where no hook's deadline applies, as in a cron job
_PATIENCE = 60.0

_TIME = struct.Struct("d")

log = logging.getLogger("puq_zimbra")


class RateLimit:
    """The limits of one server."""

    def __init__(
        self, folder: Path | None, server: str, limits: Limits, shared: Shared | None = None
    ) -> None:
        """``folder`` is where the files are (`shared_folder`), ``server`` host and port.

        ``shared``: the limit is one for several machines.
        """
        name = file_name(server)
        fleet = Fleet(folder, name, limits, shared) if folder and shared else None
        counts = {AT_ONCE: limits.concurrent_requests, RATE: limits.requests_per_second}
        if shared and not fleet:  # nobody here to share an answer of the database with
            counts = {kind: count and shared.share(count) for kind, count in counts.items()}

        def slots(kind: str, rest: float) -> Slots:
            numbers = partial(fleet.numbers, kind) if fleet else None
            return Slots(folder, f"{name}.{kind}", counts[kind], rest, numbers)

        self._at_once, self._rate = slots(AT_ONCE, 0.0), slots(RATE, _SECOND)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for the slots of a request, and hold them while it is under way inside.

        Raises:
            TimeUsedUp: none was free within the hook's time.
        """
        with self._at_once.one(), self._rate.one():
            yield

    def budget(self) -> Mapping[str, tuple[int, int]]:
        """What could be sent now, of how much, by the setting that limits it; no limit = left out.

        Nothing is taken, so another process may be quicker.
        """
        both = {"requests_per_second": self._rate, "concurrent_requests": self._at_once}
        return {name: (one.free(), one.count) for name, one in both.items() if one.count}


class Slots:
    """A number of slots, each for one holder at a time."""

    def __init__(
        self,
        folder: Path | None,
        name: str,
        count: int,
        rest: float = 0.0,
        numbers: Callable[[], Sequence[int]] | None = None,
    ) -> None:
        """After use a slot stays closed for ``rest`` seconds.

        ``numbers`` says which of them may be used just now; None = all.
        """
        self._folder, self._name, self._rest = folder, name, rest
        #: how many there are; 0 = no limit
        self.count = count
        self._numbers = numbers or (lambda: range(count))
        #: where the next look begins: the slot taken last stays closed longest
        self._next = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a slot; with a count of 0 there is no limit."""
        if not self.count:
            yield
            return
        file = self._wait()
        try:
            yield
        finally:
            self._release(file)

    def free(self) -> int:
        """How many slots are open."""
        return sum(self._is_open(number) for number in range(self.count))

    def _is_open(self, number: int) -> bool:
        try:
            file = os.open(self._path(number), os.O_RDONLY)
        except OSError:  # nobody has used it so far, or nobody can
            return True
        try:
            # Shared, and given back at once: who wants the slot meanwhile takes the next one.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return not self._closed(file)
        except OSError:
            return False
        finally:
            os.close(file)

    def _wait(self) -> int:
        until = time.monotonic() + deadline.remaining(_PATIENCE)
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
        """Take an open slot; if there is none, return the seconds until one can open."""
        wait = math.inf
        for number in sorted(self._numbers(), key=lambda n: (n < self._next, n)):
            try:
                file, closed = self._take(number)
            except OSError as error:
                if self._folder is None:
                    raise
                _not_shared(error)
                self._folder = None
                return self._look()
            if file is not None:
                self._next = (number + 1) % self.count
                return file, 0.0
            wait = min(wait, closed)
        # A held slot stays closed, once it is released, longer than one that is closed already.
        return None, _LOOK if wait == math.inf else wait

    def _take(self, number: int) -> tuple[int | None, float]:
        """A slot's file, held, or None and the seconds for which it stays closed."""
        file = os.open(self._path(number), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            closed = self._lock(file)
        except OSError:
            os.close(file)
            raise
        if not closed:
            return file, 0.0
        os.close(file)
        return None, closed

    def _lock(self, file: int) -> float:
        """Hold a slot and return 0, or return the seconds for which it stays closed."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return math.inf
        closed = self._closed(file)
        if not closed:
            self._close(file)  # in case this process is killed
        return closed

    def _release(self, file: int) -> None:
        try:
            self._close(file)
        except OSError:  # the disk is full: the second counts from the start of the request
            log.warning("rate_limit.not_noted")
        finally:
            os.close(file)

    def _closed(self, file: int) -> float:
        """Seconds for which a slot stays closed; the file may hold anything."""
        kept = os.pread(file, _TIME.size, 0) if self._rest else b""
        if len(kept) != _TIME.size:
            return 0.0
        left = float(_TIME.unpack(kept)[0]) - time.monotonic()
        return left if 0 < left <= self._rest else 0.0

    def _close(self, file: int) -> None:
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


def shared_folder(directory: Path | None) -> Path | None:
    """The folder in the state directory that this machine's processes share, if possible."""
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


def existing_folder(directory: Path | None) -> Path | None:
    """The same folder for who only looks; None if there is none."""
    folder = None if directory is None else directory / "zimbra"
    return folder if folder is not None and folder.is_dir() else None


def _not_shared(error: OSError) -> None:
    log.warning("rate_limit.not_shared", extra={"fields": {"cause": error.strerror or "?"}})


@cache
def _in_memory(name: str) -> str:
    """A file without a name that only this process has."""
    return f"/proc/self/fd/{os.memfd_create(name)}"
