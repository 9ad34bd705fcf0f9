"""Logs: one line a hook on standard error, and never a parameter of it.

Source: structlog; standard output belongs to the answer.
"""

from __future__ import annotations

import logging
import sys

import structlog


def silence() -> None:
    """Log nothing, for a command that tells its own story."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def to_stderr() -> None:
    """Send the log to standard error: readable on a terminal, JSON elsewhere."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
