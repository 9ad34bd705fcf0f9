"""Rejected log-ins: after two, nobody tries the same credentials for a quarter of an hour.

Ten failures make Zimbra answer 503 to everything from an address for fifteen minutes, and every
hook is a process that does not know what the one before was told. So what was rejected stands in a
file that all of a machine's processes read. After the quarter of an hour one of them may try again.
A person who presses Test Connection always may, other credentials always can, and what Zimbra
accepts is forgotten here.

One log-in at a time: the next may begin when the answer of the one before is noted. A Zimbra that
does not answer rejects nobody, so no log-in waits long for another.

The file holds no password: each of the credentials stands there as a salted scrypt digest. It is
read only if it is there, which is seldom; a file that cannot be read or written stops nothing.

Source: Zimbra's `ZimbraInvalidLoginFilter` (15 minutes, looked at every 5); RFC 7914.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from puq_zimbra.call import Server
from puq_zimbra.errors import CredentialsRejected, TimeUsedUp
from puq_zimbra.zimbra import budget
from puq_zimbra.zimbra.politeness import Places, file_name

#: log-ins with the same credentials that are rejected before nobody tries them any more
_TRIES = 2
#: seconds for which nobody then tries them
_SHUT = 15 * 60
#: seconds for which Zimbra may shut out an address after a rejection
_BLOCKED = 20 * 60
#: seconds after which a log-in that has no answer holds up no other; a hook has twenty in all
_HANGING = 8.0
#: credentials that are remembered for a server, the latest
_MOST = 50

log = logging.getLogger("puq_zimbra")


class _Rejected(BaseModel):
    """Credentials that were rejected."""

    #: how often
    count: int
    #: when last, in seconds since 1970
    at: int
    #: Zimbra's code
    code: str


class _State(BaseModel):
    """What the file holds."""

    salt: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] = Field(
        default_factory=lambda: secrets.token_hex(16)
    )
    #: by the credentials' digest
    rejected: dict[str, _Rejected] = {}


class Rejections:
    """What became of log-ins at a server."""

    def __init__(self, folder: Path | None, server: Server) -> None:
        """``folder`` is where the file is (`politeness.own_folder`)."""
        password = server.password.get_secret_value() if server.password else ""
        self._credentials = json.dumps([server.url, server.username, password]).encode()
        name = file_name(server.place)
        self._path = None if folder is None else folder / f"{name}.rejected"
        self._turns = Places(folder, f"{name}.log-in", 1)
        #: what this process knows, where there is no file
        self._mine = _State()

    @contextmanager
    def one_log_in(self) -> Iterator[None]:
        """Log in inside, alone unless another log-in hangs."""
        with ExitStack() as turn:
            with suppress(TimeUsedUp), budget.within(budget.remaining(_HANGING)):
                turn.enter_context(self._turns.one())
            yield

    def check(self) -> None:
        """See that these credentials may be tried.

        Raises:
            CredentialsRejected: they were rejected too often.
        """
        state = self._read()
        found = state.rejected.get(self._digest(state)) if state.rejected else None
        if found and found.count >= _TRIES and _within(_SHUT, found.at):
            raise CredentialsRejected(found.code)

    def note(self, code: str) -> None:
        """Remember that these credentials were rejected, with that code of Zimbra's."""
        state = self._read()
        digest = self._digest(state)
        before = state.rejected.pop(digest, None)
        others = sorted(state.rejected.items(), key=lambda one: one[1].at)[1 - _MOST :]
        count = before.count + 1 if before else 1
        now = _Rejected(count=count, at=int(time.time()), code=code)
        self._write(_State(salt=state.salt, rejected={**dict(others), digest: now}))

    def forget(self) -> None:
        """Remember no longer that these credentials, or long ago others, were rejected."""
        state = self._read()
        if not state.rejected:
            return
        accepted = self._digest(state)
        left = {
            digest: one
            for digest, one in state.rejected.items()
            if digest != accepted and _within(_SHUT, one.at)
        }
        if left != state.rejected:
            self._write(_State(salt=state.salt, rejected=left))

    def lately(self) -> bool:
        """Whether any log-in was rejected so lately that Zimbra may shut this address out."""
        return any(_within(_BLOCKED, one.at) for one in self._read().rejected.values())

    def _digest(self, state: _State) -> str:
        """What the credentials are known by; it costs too much to be guessed back."""
        salt = bytes.fromhex(state.salt)
        return hashlib.scrypt(self._credentials, salt=salt, n=2**14, r=8, p=1).hex()

    def _read(self) -> _State:
        if self._path is None:
            return self._mine
        try:
            return _State.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return _State()
        except (OSError, ValueError) as error:
            log.warning("rejections not read", extra={"fields": {"cause": type(error).__name__}})
            return _State()

    def _write(self, state: _State) -> None:
        self._mine = state
        if self._path is None:
            return
        try:
            if state.rejected:
                new = self._path.with_name(self._path.name + ".new")
                new.unlink(missing_ok=True)
                new.touch(mode=0o600)
                new.write_text(state.model_dump_json(), encoding="utf-8")
                new.replace(self._path)
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:  # from now on this process has only itself to learn from
            log.warning("rejections not kept", extra={"fields": {"cause": type(error).__name__}})
            self._path = None


def _within(seconds: int, at: int) -> bool:
    """Whether a time is no longer ago; the clock may have been set back since."""
    return 0 <= time.time() - at < seconds
