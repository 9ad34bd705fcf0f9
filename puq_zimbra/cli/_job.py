"""What the jobs of cron share: a log by outcome, as the settings want it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from puq_zimbra import logs
from puq_zimbra.config import Config
from puq_zimbra.errors import PuqZimbraError

log = logging.getLogger("puq_zimbra")


def logged(context: click.Context, config: Config) -> None:
    """Log until the command ends, in the form and from the level on that [log] says."""
    level = logs.job_level(config.log.level, is_set="level" in config.log.model_fields_set)
    context.with_resource(logs.on_stderr(config.log.format, level))


@contextmanager
def counted(name: str) -> Iterator[dict[str, object]]:
    """Log how a job ended and how long it took, with the fields that it notes inside."""
    began, fields = time.monotonic(), dict[str, object]()
    code, level = "broke off", logging.ERROR
    try:
        yield fields
        code, level = "done", logging.INFO
    except PuqZimbraError as error:
        code = error.code
        raise
    finally:
        whole = {"code": code, **fields, "seconds": seconds_since(began)}
        log.log(level, name, extra={"fields": whole})


def seconds_since(began: float) -> float:
    """Seconds since a moment of `time.monotonic`, as they are logged."""
    return round(time.monotonic() - began, 3)
