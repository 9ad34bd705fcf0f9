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
from typing import TextIO

#: of the request at hand: its reference and the host's id of it
_about: ContextVar[Mapping[str, str]] = ContextVar("about")
#: Python's levels as syslog's (RFC 5424)
_PRIORITIES = {
    logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2,
}  # fmt: skip


@contextmanager
def about(**fields: str) -> Iterator[None]:
    """Put these fields into every line that is logged inside; empty ones are left out."""
    given = {name: value for name, value in fields.items() if value}
    token = _about.set({**_about.get({}), **given})
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
        before = f"<{_PRIORITIES.get(record.levelno, 6)}>" if self._to_journal else ""
        if self._as_json:
            return before + json.dumps({**head, **fields}, ensure_ascii=False)
        pairs = (f"{key}={_word(value)}" for key, value in fields.items())
        return before + " ".join([*head.values(), *pairs])


def _word(value: object) -> str:
    """A value as one word: nothing in it can look like another field or another line."""
    text = str(value)
    plain = text.isprintable() and not set(text) & set(' "=')
    return text if plain and text else json.dumps(text, ensure_ascii=False)


#: whose log we show
_LOGGERS = {"puq_zimbra": logging.INFO, "uvicorn": logging.WARNING, "asyncio": logging.WARNING}


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what is standard error at the time of a line."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        if self.stream is not None:  # closed by the caller
            super().emit(record)


@contextmanager
def on_stderr(form: str = "auto", level: str = "info") -> Iterator[None]:
    """Log to standard error inside; ``form`` is json, text, or auto: text on a terminal."""
    as_json = form == "json" or (form == "auto" and not (sys.stderr and sys.stderr.isatty()))
    handler = _Stderr(_Line(as_json=as_json, to_journal=is_journal()))
    least = logging.getLevelNamesMapping()[level.upper()]
    before = []
    for name, its_least in _LOGGERS.items():
        log = logging.getLogger(name)
        before.append((log, log.handlers, log.level))
        log.handlers = [*(one for one in log.handlers if not isinstance(one, _Stderr)), handler]
        log.setLevel(max(its_least, least))
    try:
        yield
    finally:
        for log, handlers, its_level in before:
            log.handlers = handlers
            log.setLevel(its_level)


def job_level(level: str, *, is_set: bool) -> str:
    """The least that a job of cron's logs; ``is_set`` = somebody wrote ``level`` down.

    cron mails what is printed, so without a word only the journal gets what went well.
    """
    return level if is_set or is_journal() else "warning"


def priority(level: int) -> str:
    """What stands before a line on standard error so that the journal knows how bad it is."""
    return f"<{_PRIORITIES.get(level, 6)}>" if is_journal() else ""


def is_journal() -> bool:
    """Whether standard error is the journal's, which reads a priority before each line."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        found = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):
        return False
    return (device, inode) == (str(found.st_dev), str(found.st_ino))
