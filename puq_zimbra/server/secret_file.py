"""The secrets that the door and its callers share: a file with one a line, the newest first.

Two are active at a time, so that callers can be given the new one while the old one still counts.
The file is read again when it changes, so a rotation needs no restart.

Source: the Standard Webhooks specification 1.0.0 ("Secret rotation", the prefix whsec_).
"""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
from pathlib import Path

from puq_zimbra.config import Config
from puq_zimbra.errors import Misconfigured
from puq_zimbra.store import files

PREFIX = "whsec_"
_KEY_BYTES = 32
#: shortest and longest key that the specification allows, in bytes
_SHORTEST, _LONGEST = 24, 64
_MOST = 2


def path_of(config: Config) -> Path:
    """Where the secrets are."""
    named = config.http.secret_file
    return Path(named) if named else config.store_directory() / "http-secret"


def read(path: Path) -> list[str]:
    """The active secrets, the newest first.

    Raises:
        Misconfigured: there is none, one cannot be read, or everybody may read them.
    """
    try:
        text = path.read_text(encoding="ascii")
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise Misconfigured(
            "There is no secret %(path)s yet: puq-zimbra secret makes one.", path=path
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not ASCII"
        raise Misconfigured(
            "The secret %(path)s cannot be read: %(reason)s.", path=path, reason=reason
        ) from error
    if mode & 0o007:
        raise Misconfigured("Everybody may read the secret %(path)s: chmod 600 it.", path=path)
    found = text.split()
    if not 1 <= len(found) <= _MOST or not all(_is_secret(one) for one in found):
        raise Misconfigured(
            "The secret %(path)s holds something else than one or two lines whsec_….", path=path
        )
    return found


def key_of(secret: str) -> bytes:
    """The key that a secret stands for."""
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def _is_secret(text: str) -> bool:
    try:
        return text.startswith(PREFIX) and _SHORTEST <= len(key_of(text)) <= _LONGEST
    except binascii.Error:
        return False


def new(path: Path) -> str:
    """Make a secret and put it before the newest one; the one before that counts no longer."""
    before = read(path) if path.exists() else []
    secret = PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")
    write(path, [secret, *before][:_MOST])
    return secret


def write(path: Path, active: list[str]) -> None:
    """Let these secrets count, and no other."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.write_whole(path, "".join(f"{one}\n" for one in active).encode("ascii"))


class Keys:
    """The active keys, as the file says now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._keys: tuple[bytes, ...] = ()

    def active(self) -> tuple[bytes, ...]:
        """The keys, the newest first.

        Raises:
            Misconfigured: they cannot be read.
        """
        with self._lock:
            stamp = self._seen()
            if stamp is None or stamp != self._stamp:
                self._keys = tuple(key_of(one) for one in read(self._path))
                self._stamp = stamp
            return self._keys

    def _seen(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
