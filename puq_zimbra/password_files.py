"""Passwords stand in files of their own, never in the settings.

Source: the format: the password, and a line end at most.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from puq_zimbra.errors import Misconfigured


def read(path: Path) -> SecretStr:
    """The password in a file.

    Raises:
        Misconfigured: it cannot be read, or everybody may, or it is empty.
    """
    try:
        text = path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            "The password file %(path)s cannot be read: %(reason)s.",
            path=path,
            reason=getattr(error, "strerror", None) or "it is not UTF-8",
        ) from error
    if mode & 0o007:
        raise Misconfigured(
            "Everybody may read the password file %(path)s: chmod 600 it.", path=path
        )
    if not text:
        raise Misconfigured("The password file %(path)s is empty.", path=path)
    return SecretStr(text)
