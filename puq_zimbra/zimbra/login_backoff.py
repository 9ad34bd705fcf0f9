"""Log-in back-off: credentials that were rejected twice are not tried for 15 minutes.

After ten failed log-ins Zimbra answers 503 to everything from an address for 15 minutes, and each
hook is a process of its own. So rejections stand in a file that all processes of a machine read.
After 15 minutes one of them may try again. Test Connection always tries, and so do other
credentials. Credentials that Zimbra accepts are forgotten here. A refusal although the password is
right (it has expired, or a second factor is required) is not kept: Zimbra does not count it.

Log-ins run one at a time: the next begins when the answer to the one before is noted. It does not
wait longer than 8 seconds, because a Zimbra that does not answer rejects nothing.

The file holds no password: credentials stand in it as a salted scrypt digest. In most cases there
is no file. A file that cannot be read or written stops nothing.

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
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from puq_zimbra.errors import (
    AddressBlocked,
    CredentialsRejected,
    MailboxInactive,
    NoSuch,
    PermissionDenied,
    TimeUsedUp,
    log_in_refusal,
)
from puq_zimbra.zimbra import deadline
from puq_zimbra.zimbra.context import Context
from puq_zimbra.zimbra.rate_limit import Slots, file_name
from puq_zimbra.zimbra_server import Server

#: how a log-in is refused: an unknown, locked or ordinary account is PERM_DENIED (Auth.java)
_REFUSED = (CredentialsRejected, PermissionDenied, MailboxInactive, NoSuch)
#: rejections after which the same credentials are not tried any more
_TRIES = 2
#: seconds for which they are not tried
_PAUSE = 15 * 60
#: seconds for which Zimbra may block an address after a rejection
_BLOCKED = 20 * 60
#: seconds for which a log-in waits for one before it that has no answer; a hook has 20 in all
_HANGING = 8.0
#: credentials that are remembered for a server: the latest
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


class LoginBackoff:
    """Rejected log-ins at one server."""

    def __init__(self, folder: Path | None, server: Server) -> None:
        """``folder`` is where the file is (`rate_limit.shared_folder`)."""
        password = server.password.get_secret_value() if server.password else ""
        self._credentials = json.dumps([server.url, server.username, password]).encode()
        name = file_name(server.host_port)
        self._path = None if folder is None else folder / f"{name}.rejected"
        self._slots = Slots(folder, f"{name}.log-in", 1)
        #: what this process knows, where there is no file
        self._mine = _State()

    @contextmanager
    def watched(self, context: Context) -> Iterator[None]:
        """Send a log-in inside: one at a time, and those that are rejected are counted.

        Raises:
            CredentialsRejected: also without a request, unless the context says ``insist``.
        """
        if context.request.name != "Auth":
            yield
            return
        with self._one_log_in():
            if not context.insist:
                self.check()
            try:
                yield
            except _REFUSED as error:
                refusal = log_in_refusal(error.zimbra_code, error.text)
                if refusal.may_not_be_repeated:
                    self.note(error.zimbra_code)
                raise refusal from error
            self.forget()

    def recognise_block(self, status: int) -> None:
        """Tell a blocked address from a busy server by an answer's HTTP status.

        Raises:
            AddressBlocked: HTTP 503 although, or because, log-ins were rejected lately.
        """
        if status == HTTPStatus.SERVICE_UNAVAILABLE and self.rejected_lately():
            raise AddressBlocked

    @contextmanager
    def _one_log_in(self) -> Iterator[None]:
        """Log in inside, alone unless another log-in hangs."""
        with ExitStack() as held:
            with suppress(TimeUsedUp), deadline.within(deadline.remaining(_HANGING)):
                held.enter_context(self._slots.one())
            yield

    @property
    def is_active(self) -> bool:
        """Whether log-ins with these credentials are not tried."""
        try:
            self.check()
        except CredentialsRejected:
            return True
        return False

    @property
    def tries_left(self) -> int:
        """How often these credentials may still be rejected before they are not tried."""
        state = self._read()
        found = state.rejected.get(self._digest(state)) if state.rejected else None
        if found is None or not _within(_PAUSE, found.at):
            return _TRIES
        return max(0, _TRIES - found.count)

    def check(self) -> None:
        """Check that these credentials may be tried.

        Raises:
            CredentialsRejected: they were rejected too often.
        """
        state = self._read()
        found = state.rejected.get(self._digest(state)) if state.rejected else None
        if found and found.count >= _TRIES and _within(_PAUSE, found.at):
            raise log_in_refusal(found.code)

    def note(self, code: str) -> None:
        """Note that Zimbra rejected these credentials with that code."""
        state = self._read()
        digest = self._digest(state)
        before = state.rejected.pop(digest, None)
        others = sorted(state.rejected.items(), key=lambda one: one[1].at)[1 - _MOST :]
        count = before.count + 1 if before else 1
        now = _Rejected(count=count, at=int(time.time()), code=code)
        self._write(_State(salt=state.salt, rejected={**dict(others), digest: now}))

    def forget(self) -> None:
        """Forget rejections of these credentials, and old ones of others."""
        state = self._read()
        if not state.rejected:
            return
        accepted = self._digest(state)
        left = {
            digest: one
            for digest, one in state.rejected.items()
            if digest != accepted and _within(_PAUSE, one.at)
        }
        if left != state.rejected:
            self._write(_State(salt=state.salt, rejected=left))

    def rejected_lately(self) -> bool:
        """Whether any log-in was rejected within the 20 minutes in which Zimbra may block."""
        return any(_within(_BLOCKED, one.at) for one in self._read().rejected.values())

    def _digest(self, state: _State) -> str:
        """The digest of the credentials; scrypt makes guessing too expensive."""
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
            log.warning("login_backoff.not_read", extra={"fields": {"cause": type(error).__name__}})
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
        except OSError as error:  # from now on this process relies on its own memory
            log.warning("login_backoff.not_kept", extra={"fields": {"cause": type(error).__name__}})
            self._path = None


def _within(seconds: int, at: int) -> bool:
    """Whether a time is less than ``seconds`` ago; the clock may have been set back since."""
    return 0 <= time.time() - at < seconds
