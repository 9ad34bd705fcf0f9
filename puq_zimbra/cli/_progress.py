"""How far something is, for people: on standard error, and nothing where that is no terminal."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

#: seconds after which somebody wonders whether it hangs
_SOON = 2.0


def is_watched() -> bool:
    """Whether a person sees standard error, on a terminal that can take a line back."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


class Bar:
    """A progress bar on standard error, if that is a terminal."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._bar: Any = None

    def show(self, done: int, total: int) -> None:
        """Move to ``done`` of ``total``; a new total begins a new bar."""
        if not is_watched():
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
        if is_watched():
            self.clear()
            click.echo(f"{self._name}: {words} ", err=True, nl=False)
            self._is_shown = True

    def clear(self) -> None:
        """Take the line away, so that another can be printed."""
        if self._is_shown:
            click.echo("\r\x1b[2K", err=True, nl=False)
            self._is_shown = False


@contextmanager
def waiting(name: str) -> Iterator[Callable[[str], None]]:
    """Say from the second second on that something inside goes on; what is given is said too.

    Nothing may be printed inside.
    """
    count, over, words = Count(name), threading.Event(), ["at work"]
    began = time.monotonic()

    def tell() -> None:
        wait = _SOON
        while not over.wait(wait):
            count.say(f"{words[0]}, {time.monotonic() - began:.0f} s")
            wait = 1.0

    def say(what: str) -> None:
        words[0] = what

    thread = threading.Thread(target=tell, daemon=True) if is_watched() else None
    try:
        if thread is not None:
            thread.start()
        yield say
    finally:
        over.set()
        if thread is not None:
            thread.join()
        count.clear()
