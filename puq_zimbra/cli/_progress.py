"""How far something is, for people: on standard error, and nothing where that is no terminal."""

from __future__ import annotations

import sys
from typing import Any

import click


class Bar:
    """A progress bar on standard error, if that is a terminal."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._bar: Any = None

    def show(self, done: int, total: int) -> None:
        """Move to ``done`` of ``total``; a new total begins a new bar."""
        if not sys.stderr.isatty():
            return
        if self._bar is None or self._bar.length != total:
            self.close()
            self._bar = click.progressbar(length=total, label=self._name, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos)

    def close(self) -> None:
        """End the bar's line."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None


class Count:
    """One line, "work: 3 of 12", that gives way to what is printed."""

    def __init__(self, name: str) -> None:
        self._name, self._is_shown = name, False

    def show(self, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` are through."""
        self.say(f"{done} of {total}")

    def say(self, words: str) -> None:
        """Say what is going on."""
        if sys.stderr.isatty():
            self.clear()
            click.echo(f"{self._name}: {words} ", err=True, nl=False)
            self._is_shown = True

    def clear(self) -> None:
        """Take the line away, so that another can be printed."""
        if self._is_shown:
            click.echo("\r\x1b[2K", err=True, nl=False)
            self._is_shown = False
