"""Logs: one line a hook on standard error, and never a parameter of it.

The standard library's logging: a process that carries out one hook must start quickly. A line is
an event's name with fields beside it (``extra={"fields": {…}}``), JSON when nobody watches.

Source: `logging`; standard output belongs to the answer.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime


class _Line(logging.Formatter):
    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = getattr(record, "fields", {})
        head = {"at": at, "level": record.levelname.lower(), "event": record.getMessage().strip()}
        if record.exc_info and record.exc_info[0]:
            # Only the kind: an exception's text may hold a secret.
            head["kind"] = record.exc_info[0].__name__
        if self._as_json:
            return json.dumps({**head, **fields}, ensure_ascii=False)
        return " ".join([*head.values(), *(f"{key}={value}" for key, value in fields.items())])


#: whose log we show
_LOGGERS = {"puq_zimbra": logging.INFO, "uvicorn": logging.WARNING, "asyncio": logging.WARNING}


def to_stderr() -> None:
    """Send the log to standard error: readable on a terminal, JSON elsewhere."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line(as_json=not sys.stderr.isatty()))
    for name, level in _LOGGERS.items():
        log = logging.getLogger(name)
        log.addHandler(handler)
        log.setLevel(level)
        log.propagate = False
