"""The secrets that the service and its callers share: a file that is read again when it changes.

    whsec_…                 valid for every installation (before they had their own)
    crm.example whsec_…     valid for that installation alone

Two are active at a time, the newest first, so that callers can get the new one while the old one is
still valid.

Source: the Standard Webhooks specification 1.0.0 ("Secret rotation", the prefix whsec_).
"""

from __future__ import annotations

import base64
import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from puq_zimbra import file_owner
from puq_zimbra.config import Config
from puq_zimbra.errors import AnotherUsers, Misconfigured
from puq_zimbra.store import files

PREFIX = "whsec_"
_KEY_BYTES = 32
#: shortest and longest key that the specification allows, in bytes
_SHORTEST, _LONGEST = 24, 64
_MOST = 2
_INSTALLATION = re.compile(r"[a-z0-9.-]{1,64}", re.ASCII)

#: installation -> its secrets or keys, the newest first; None = any installation
Secrets = Mapping[str | None, Sequence[str]]
KeysOf = Mapping[str | None, Sequence[bytes]]


def path_of(config: Config) -> Path:
    """Where the secrets are."""
    named = config.http.secret_file
    return Path(named) if named else config.store_directory() / "http-secret"


def read(path: Path) -> Secrets:
    """The active secrets.

    Raises:
        Misconfigured: there is none, one cannot be read, or everybody may read them.
    """
    try:
        text = path.read_text(encoding="ascii")
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise Misconfigured(
            "There is no secret %(path)s yet: puq-zimbra secret --installation NAME makes one.",
            path=path,
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not ASCII"
        raise Misconfigured(
            "The secret %(path)s cannot be read: %(reason)s.", path=path, reason=reason
        ) from error
    if mode & 0o007:
        raise Misconfigured("Everybody may read the secret %(path)s: chmod 600 it.", path=path)
    found = _parse(text)
    if not found:
        raise Misconfigured(
            "The secret %(path)s holds something else than, for each installation, one or two"
            " lines NAME whsec_…, or whsec_… for all of them.",
            path=path,
        )
    return found


def _parse(text: str) -> Secrets:
    """The secrets in a file; none if it holds anything else, or one twice."""
    found: dict[str | None, list[str]] = {}
    for words in filter(None, map(str.split, text.splitlines())):
        # A name counts for its whole line: no secret behind it may be taken for everybody's.
        owner = None if _is_secret(words[0]) else words.pop(0)
        well_named = owner is None or (_INSTALLATION.fullmatch(owner) and words)
        if not well_named or not all(map(_is_secret, words)):
            return {}
        found.setdefault(owner, []).extend(words)
    if any(len(active) > _MOST for active in found.values()):
        return {}
    # One that stood for two installations would not say whose call it is.
    every = [one for active in found.values() for one in {*map(key_of, active)}]
    return found if len({*every}) == len(every) else {}


def key_of(secret: str) -> bytes:
    """The key that a secret stands for."""
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def keys_of(active: Secrets) -> KeysOf:
    """The keys that secrets stand for."""
    return {owner: tuple(map(key_of, one)) for owner, one in active.items()}


def decoded(text: str) -> bytes | None:
    """The key that a text stands for; None if it is no secret."""
    try:
        key = key_of(text)
    except ValueError:  # as binascii's own error is
        return None
    return key if text.startswith(PREFIX) and _SHORTEST <= len(key) <= _LONGEST else None


def _is_secret(text: str) -> bool:
    return decoded(text) is not None


def new(path: Path, installation: str | None = None) -> str:
    """Make a secret and put it before the newest one; the one before that counts no longer."""
    before = read(path) if path.exists() else {}
    secret = PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")
    mine = [secret, *before.get(installation, ())][:_MOST]
    write(path, {**before, installation: mine})
    return secret


def write(path: Path, active: Secrets) -> None:
    """Let these secrets count, and no other.

    Raises:
        AnotherUsers: we are root, and the file is another user's.
    """
    if (owner := file_owner.shut_out(path)) is not None:
        raise AnotherUsers(path, owner)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = [f"{owner or ''} {one}".strip() for owner, some in active.items() for one in some]
    files.write_whole(path, "".join(f"{one}\n" for one in lines).encode("ascii"))


class Keys:
    """The active keys, as the file says now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._keys: KeysOf = {}

    def active(self) -> KeysOf:
        """The keys of each installation.

        Raises:
            Misconfigured: they cannot be read.
        """
        with self._lock:
            stamp = self._seen()
            if stamp is None or stamp != self._stamp:
                self._keys = keys_of(read(self._path))
                self._stamp = stamp
            return self._keys

    def _seen(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
