"""A machine's part of a Zimbra's rate limit, where several machines share it.

The database leases slots to a machine for two seconds. Its processes share them by a file and renew
them by one round trip a second at the most, so a request pays none. Without the database each
machine has its share: the limit by the number of machines. It takes that up only once what others
leased has ended, and gets no more than it for a while after the database is back, as others may not
have noticed. So the sum stays within the limit, but where a machine that did not notice that the
database was away begins in the two seconds in which two others do not know that it is back.

Source: flock(2); `puq_zimbra.store.slots`.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from puq_zimbra.config import Limits
from puq_zimbra.errors import PuqZimbraError

if TYPE_CHECKING:
    from puq_zimbra.store.slots import Wanted

#: seconds for which slots are leased, and for which one rests before another machine gets it
_LEASE, _REST = 2.0, 1.5
#: seconds between two tries while the database is away
_PROBE = 2.0
#: seconds for which a machine keeps to its share after the database is back
_CAREFUL = 6.0
RATE, AT_ONCE = "second", "at-once"

log = logging.getLogger("puq_zimbra")

#: leases slots of a server to a machine: the numbers by their kind
Lease = Callable[[str, str, "Sequence[Wanted]"], Mapping[str, list[int]]]


@dataclass(frozen=True)
class Shared:
    """With how many machines a rate limit is shared, this one included, and by what."""

    nodes: int
    lease: Lease

    def share(self, count: int) -> int:
        """What each machine may use without asking."""
        return max(1, count // self.nodes)


@dataclass
class _Part:
    """What the machine may use, as its file holds it; times by its monotonic clock."""

    until: float = 0.0
    slots: dict[str, list[int]] = field(default_factory=dict)
    #: since when the database is away; 0 = it is not
    away_since: float = 0.0
    #: when it was tried last
    tried_at: float = 0.0
    #: when it was back; 0 = it was never away
    back_since: float = 0.0


class Fleet:
    """The slots of one server that this machine may use."""

    def __init__(self, folder: Path, name: str, limits: Limits, shared: Shared) -> None:
        self._folder, self._name, self._limits, self._lease = folder, name, limits, shared.lease
        self._counts = {RATE: limits.requests_per_second, AT_ONCE: limits.concurrent_requests}
        #: what each machine may use without asking
        self._share = {kind: shared.share(count) for kind, count in self._counts.items()}

    def numbers(self, kind: str) -> Sequence[int]:
        """The numbers of the slots that may be used now; none = look again in a moment."""
        part, now = self._read(), time.monotonic()
        if part.until - now < _LEASE / 2 and now >= part.tried_at + self._pause(part):
            part = self._renewed() or part
            now = time.monotonic()
        if now < part.until:
            return part.slots.get(kind, ())
        if part.away_since and now >= part.away_since + _LEASE + _REST:
            return range(self._share[kind])
        return ()

    def _pause(self, part: _Part) -> float:
        return _PROBE if part.away_since else 0.0

    def _renewed(self) -> _Part | None:
        """Ask the database; None while another process does."""
        lock = os.open(self._folder / f"{self._name}.fleet-lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part = self._ask(self._read())
            path = self._folder / f"{self._name}.fleet"
            fresh = path.with_suffix(f".{os.getpid()}")
            fresh.write_text(json.dumps(asdict(part)), encoding="ascii")
            fresh.replace(path)
        except BlockingIOError:
            return None
        finally:
            os.close(lock)
        return part

    def _ask(self, before: _Part) -> _Part:
        from puq_zimbra.store.slots import Wanted

        began = time.monotonic()
        back_since = began if before.away_since else before.back_since
        careful = bool(back_since) and began < back_since + _CAREFUL
        keep = self._limits.request_seconds + _LEASE
        times = {RATE: (_LEASE, _REST), AT_ONCE: (keep, 0.0)}
        wanted = [
            Wanted(
                kind,
                count,
                self._share[kind],
                *times[kind],
                in_use=self._in_use(kind, before),
                only_share=careful,
            )
            for kind, count in self._counts.items()
            if count
        ]
        try:
            slots = self._lease(self._name, self._node(), wanted)
        except PuqZimbraError as error:
            if not before.away_since:
                log.warning("rate_limit.own_share", extra={"fields": {"code": error.code}})
            before.away_since, before.tried_at = before.away_since or began, began
            return before
        return _Part(began + _LEASE, dict(slots), 0.0, began, back_since)

    def _in_use(self, kind: str, part: _Part) -> frozenset[int]:
        """The slots that requests of this machine hold."""
        used = set()
        for number in part.slots.get(kind, ()):
            try:
                file = os.open(self._folder / f"{self._name}.{kind}.{number}", os.O_RDWR)
            except OSError:
                continue
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                used.add(number)
            finally:
                os.close(file)
        return frozenset(used)

    def _read(self) -> _Part:
        """The machine's part; the file may hold anything, also of before the last start."""
        try:
            text = (self._folder / f"{self._name}.fleet").read_text(encoding="ascii")
            part = _Part(**json.loads(text))
            now = time.monotonic()
            if max(part.tried_at, part.away_since, part.back_since, part.until - _LEASE) <= now:
                return part
        except (OSError, ValueError, TypeError):
            pass
        return _Part()

    def _node(self) -> str:
        """What names this machine: the folder that its processes share."""
        path = self._folder / "node"
        if not path.exists():
            fresh = path.with_suffix(f".{os.getpid()}")
            fresh.write_text(secrets.token_hex(8), encoding="ascii")
            with suppress(FileExistsError):
                path.hardlink_to(fresh)
            fresh.unlink()
        return path.read_text(encoding="ascii")
