"""Logs: one line a hook on standard error, and never a parameter of it.

The standard library's logging: a process that carries out one hook must start quickly. A line is
an event's name with fields beside it (``extra={"fields": {…}}``) and what `about` says of the
request at hand. It is text on a terminal and JSON elsewhere, or what [log] says; the journal gets
each line's priority.

Source: `logging`; standard output belongs to the answer; sd-daemon(3) (priorities), systemd.exec(5)
($JOURNAL_STREAM).
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

#: of the request at hand: its reference and the host's id of it
_about: ContextVar[Mapping[str, str]] = ContextVar("about")
#: Python's levels as syslog's (RFC 5424)
_PRIORITIES = {
    logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2,
}  # fmt: skip


@contextmanager
def about(**fields: str) -> Iterator[None]:
    """Put these fields into every line that is logged inside; empty ones are left out."""
    token = _about.set({name: value for name, value in fields.items() if value})
    try:
        yield
    finally:
        _about.reset(token)


class _Line(logging.Formatter):
    def __init__(self, *, as_json: bool, to_journal: bool) -> None:
        super().__init__()
        self._as_json, self._to_journal = as_json, to_journal

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {**_about.get({}), **getattr(record, "fields", {})}
        head = {"at": at, "level": record.levelname.lower(), "event": record.getMessage().strip()}
        if record.exc_info and record.exc_info[0]:
            # Only the kind: an exception's text may hold a secret.
            head["kind"] = record.exc_info[0].__name__
        priority = f"<{_PRIORITIES.get(record.levelno, 6)}>" if self._to_journal else ""
        if self._as_json:
            return priority + json.dumps({**head, **fields}, ensure_ascii=False)
        pairs = (f"{key}={_word(value)}" for key, value in fields.items())
        return priority + " ".join([*head.values(), *pairs])


def _word(value: object) -> str:
    """A value as one word: nothing in it can look like another field or another line."""
    text = str(value)
    plain = text.isprintable() and not set(text) & set(' "=')
    return text if plain and text else json.dumps(text, ensure_ascii=False)


#: whose log we show
_LOGGERS = {"puq_zimbra": logging.INFO, "uvicorn": logging.WARNING, "asyncio": logging.WARNING}


def to_stderr(form: str = "auto", level: str = "info") -> None:
    """Send the log to standard error; ``form`` is json, text, or auto: text on a terminal."""
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line(as_json=as_json, to_journal=_is_journal()))
    for name, least in _LOGGERS.items():
        log = logging.getLogger(name)
        for ours in [one for one in log.handlers if isinstance(one.formatter, _Line)]:
            log.removeHandler(ours)
        log.addHandler(handler)
        log.setLevel(max(least, logging.getLevelNamesMapping()[level.upper()]))
        log.propagate = False


def _is_journal() -> bool:
    """Whether standard error is the journal's, which reads a priority before each line."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        found = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):
        return False
    return (device, inode) == (str(found.st_dev), str(found.st_ino))
