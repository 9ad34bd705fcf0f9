"""The settings of a running service: proved at its start, and read anew at SIGHUP.

A service whose every hook would be answered ``misconfigured`` does not start, so that whoever
changed the settings sees it at once. One unusable server among others is told in the log alone: the
others' hooks go on.

Source: signal(7); systemd.service(5) (ExecReload).
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from puq_zimbra import settings_lines
from puq_zimbra.config import Config, values
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Misconfigured, PuqZimbraError
from puq_zimbra.zimbra import trust

log = logging.getLogger("puq_zimbra")

#: reads the settings
Read = Callable[[], Config]


def prove(config: Config, settings: Path | None) -> None:
    """Ensure that hooks can work with the settings; log what single servers lack.

    Raises:
        Misconfigured: they cannot for any Zimbra; names the line.
    """
    if config.only_configured_servers and not config.servers:
        raise _at(
            settings,
            ("only_configured_servers",),
            "only_configured_servers is set, and no server is configured: no hook can work.",
        )
    found = {name: _unusable(config, name) for name in config.servers}
    wrong = {name: one for name, one in found.items() if one is not None}
    for name, (key, why) in wrong.items():
        error = _at(settings, ("servers", name, key), str(why))
        if len(wrong) == len(config.servers):
            raise error from why
        fields = {"server": name, "message": str(error)}
        log.warning("server cannot be used", extra={"fields": fields})


def _unusable(config: Config, name: str) -> tuple[str, Misconfigured] | None:
    """The key and the reason why a configured server cannot be used; None if it can."""
    try:
        server = config.server(name)
    except Misconfigured as error:
        if isinstance(error.__cause__, ValidationError):
            where = error.__cause__.errors(include_input=False)[0]["loc"]
            return str(where[-1] if where[0] == "tls" else where[0]), error
        return "password_file", error
    try:
        trust.context(server.tls.ca_file)
    except OSError as error:  # as ssl's own errors are
        reason = error.strerror or "it holds no certificate"
        words = "The file %(path)s of the server %(name)s cannot be read as PEM: %(reason)s."
        return "ca_file", Misconfigured(words, path=server.tls.ca_file, name=name, reason=reason)
    return None


def _at(settings: Path | None, keys: tuple[str, ...], problem: str) -> Misconfigured:
    """A problem with the file and the line of its key."""
    file = next((one for one in values(settings) if one.exists()), None)
    if file is None:
        return Misconfigured("%(problem)s", problem=problem)
    line = settings_lines.line_of(file.read_text("utf-8", "replace"), *keys)
    words = "%(path)s, line %(line)s: %(problem)s"
    return Misconfigured(words, path=file, line=line, problem=problem)


class Reloading:
    """Reads the settings anew at SIGHUP; wrong ones change nothing."""

    def __init__(self, runtime: Runtime, settings: Path | None, read: Read) -> None:
        self._runtime, self._settings, self._read = runtime, settings, read
        self._one_at_a_time = threading.Lock()

    def begin(self) -> None:
        """Heed the signal from now on; called by the main thread."""
        signal.signal(signal.SIGHUP, lambda *_: self._start())

    def _start(self) -> None:
        # In a thread: the signal may have stopped code that holds the runtime's lock.
        threading.Thread(target=self.reload, daemon=True).start()

    def reload(self) -> None:
        """Read, prove and use the settings."""
        with self._one_at_a_time:
            try:
                config = self._read()
                prove(config, self._settings)
            except PuqZimbraError as error:
                fields = {"code": error.code, "message": str(error)}
                log.error("settings not reloaded", extra={"fields": fields})
                return
            before = self._runtime.config
            later = [
                name for name in ("http", "log") if getattr(before, name) != getattr(config, name)
            ]
            self._runtime.change(config)
            told: dict[str, object] = {"servers": len(config.servers)}
            if later:
                told["from_the_next_start"] = ", ".join(f"[{name}]" for name in later)
            log.info("settings reloaded", extra={"fields": told})
